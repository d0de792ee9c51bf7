import type { DocumentKind, Posting } from '../core/glossary.ts';
import { isRestaging } from '../core/posting-standing.ts';
import { type Problem, toProblem, unreachable } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { DiscardAnswer, LookupAnswer, Move } from './ports.ts';
import { commitStaged } from './post-commit.ts';
import { stagePending } from './post-stage.ts';
import {
  apply,
  deletedInInfor,
  move,
  partlyDone,
  postingOrder,
  postpone,
  requireInfor,
  settled,
  targetOf,
  type Work,
  zip,
} from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

/**
 * Takes every posting that is due one protocol pass further, batch by batch: look the key up,
 * stage, compare, commit, read back (posting-protocol.md §1). Answers how many were taken up.
 */
export async function post(engine: Engine): Promise<number> {
  let taken = 0;
  let stopped: Problem | null = null;
  for (const kind of postingOrder) {
    try {
      taken += await postKind(engine, kind);
    } catch (thrown) {
      // What one kind cannot be posted without must not stop the others; it is reported after them.
      const problem = toProblem(thrown);
      if (problem.kind !== 'configuration') throw problem;
      stopped ??= problem;
    }
  }
  if (stopped !== null) throw stopped;
  return taken;
}

async function postKind(engine: Engine, kind: DocumentKind): Promise<number> {
  let taken = 0;
  const seen = new Set<string>();
  while (!engine.signal.aborted && engine.postingsLeft !== 0) {
    const ready = await engine.store.postingsReady({
      kind,
      nowMs: engine.clock.now(),
      limit: Math.min(
        engine.settings.posting.batchSize,
        engine.postingsLeft ?? Number.MAX_SAFE_INTEGER,
      ),
    });
    // A posting met twice at the same attempt and state made no progress: leave it to the next
    // pass.
    const fresh = ready.filter((work) => !seen.has(standing(work.posting)));
    if (fresh.length === 0) break;
    for (const work of fresh) seen.add(standing(work.posting));
    engine.progress(`posting ${kind} (${taken + fresh.length})`);
    taken += fresh.length;
    if (engine.postingsLeft !== null) engine.postingsLeft -= fresh.length;
    await postBatch(engine, kind, fresh);
  }
  return taken;
}

function standing(posting: Posting): string {
  return `${posting.id}:${posting.state}:${posting.attempt}:${posting.failures}`;
}

async function postBatch(engine: Engine, kind: DocumentKind, works: Work[]): Promise<void> {
  const clear = await lookUpFirst(engine, kind, works);
  const pending = clear.filter((work) => work.posting.state === 'pending');
  const inherited = clear.filter((work) => work.posting.state === 'staged');
  const staged = await stagePending(engine, kind, pending);
  await commitStaged(engine, kind, [...inherited, ...staged]);
}

/**
 * No document is staged or committed before Infor was asked for its key: this is what makes a lost
 * or restored database, and a second installation, harmless. Only what is provably absent goes on.
 */
async function lookUpFirst(engine: Engine, kind: DocumentKind, works: Work[]): Promise<Work[]> {
  const answers = await engine.infor.lookup(kind, works.map(targetOf), writeJournal(engine));
  const moves: Move[] = [];
  const absent: Work[] = [];
  const toDiscard: { work: Work; handle: string }[] = [];
  for (const [work, answer] of zip(works, answers)) {
    const orphans = triage(engine, work, answer, moves);
    if (orphans === null) continue;
    if (orphans.length === 0) absent.push(work);
    else toDiscard.push(...orphans.map((handle) => ({ work, handle })));
  }
  const cleaned = await discardOrphans(engine, kind, toDiscard, moves);
  await apply(engine, moves, works);
  await requireInfor(engine, answers);
  return [...absent, ...cleaned];
}

/**
 * Null when the posting is done for this pass; else the handles that must be deleted before it goes
 * on.
 */
function triage(engine: Engine, work: Work, answer: LookupAnswer, moves: Move[]): string[] | null {
  const { posting } = work;
  switch (answer.state) {
    case 'absent':
      return condemned(posting);
    case 'staged': {
      const foreign = answer.handles.filter((handle) => handle !== posting.handle);
      return [...new Set([...foreign, ...condemned(posting)])];
    }
    case 'posted':
      moves.push(settled(posting, answer, 'found in Infor under its key'));
      return null;
    case 'partly':
      moves.push(partlyDone(posting, answer));
      return null;
    case 'deleted':
      moves.push(deletedInInfor(posting, answer.reference));
      return null;
    case 'unclear':
      moves.push(postpone(engine, posting, answer.problem));
      return null;
    default:
      return unreachable(answer);
  }
}

/**
 * A pending posting that still names a handle had a doubtful or broken-off staging (protocol §1.3).
 */
function condemned(posting: Posting): string[] {
  return posting.state === 'pending' && posting.handle !== null ? [posting.handle] : [];
}

async function discardOrphans(
  engine: Engine,
  kind: DocumentKind,
  orphans: { work: Work; handle: string }[],
  moves: Move[],
): Promise<Work[]> {
  if (orphans.length === 0) return [];
  const targets = orphans.map(({ work, handle }) => ({ ...targetOf(work), handle }));
  const answers = await engine.infor.discard(kind, targets, writeJournal(engine));
  const failed = new Map<number, Problem>();
  for (const [orphan, answer] of zip(orphans, answers)) {
    const problem = notGone(answer);
    if (problem) failed.set(orphan.work.posting.id, problem);
  }
  const works = [...new Map(orphans.map(({ work }) => [work.posting.id, work])).values()];
  const cleaned: Work[] = [];
  for (const work of works) {
    const problem = failed.get(work.posting.id);
    if (problem) moves.push(postpone(engine, work.posting, problem));
    else if (isRestaging(work.posting)) moves.push(planAgain(work.posting));
    else cleaned.push(await forgetHandle(engine, work));
  }
  return cleaned;
}

export function notGone(answer: DiscardAnswer): Problem | null {
  return answer.state === 'gone' ? null : answer.problem;
}

/** Nothing of it is left in Infor: what becomes of it now is for the plan to say. */
function planAgain(posting: Posting): Move {
  return move(posting, 'pending', {
    because: `the staged ${posting.handle} is deleted; its record is planned again`,
    patch: { handle: null, waitingFor: null },
    replan: 'yes',
  });
}

async function forgetHandle(engine: Engine, work: Work): Promise<Work> {
  const { posting } = work;
  if (posting.state !== 'pending' || posting.handle === null) return work;
  const forget = move(posting, 'pending', {
    because: `nothing of the staged ${posting.handle} can take effect any more`,
    patch: { handle: null, doubtfulSinceMs: posting.doubtfulSinceMs },
  });
  await apply(engine, [forget], [work]);
  return { ...work, posting: { ...posting, handle: null } };
}
