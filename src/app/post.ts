import type { DocumentKind, Posting } from '../core/glossary.ts';
import { limits } from '../core/limits.ts';
import { isRestaging } from '../core/posting-standing.ts';
import { type Problem, toProblem, unreachable } from '../core/problem.ts';
import { RecentNames } from '../core/recent-names.ts';
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

/** How often the doubtful ones are looked at while batches are under way. */
const meanwhileEveryMs = 5_000;

/**
 * Takes every posting that is due one protocol pass further: look the key up, stage, compare,
 * commit, read back (posting-protocol.md §1). Several batches are under way at once, so that Infor
 * always has work; what must wait for another document is not ready before that one is posted.
 * Answers how many were taken up.
 */
export async function post(engine: Engine, choice: PostChoice = {}): Promise<number> {
  const { meanwhile, readSinceMs } = choice;
  const line = new PostingLine(engine, readSinceMs);
  // One at a time: two that look at one posting would both find that it may be committed again.
  let looking: 'yes' | 'no' = 'no';
  let lookedAtMs = engine.clock.now();
  let looked = 0;
  const ended = engine.measured.beginPosting(engine);
  for (;;) {
    const sinceMs = Math.abs(engine.clock.now() - lookedAtMs);
    if (meanwhile && looking === 'no' && sinceMs >= meanwhileEveryMs && line.isGoing()) {
      looking = 'yes';
      line.begin(async () => {
        looked += await meanwhile(engine);
        lookedAtMs = engine.clock.now();
        looking = 'no';
      });
    }
    await line.fill();
    if (!(await line.oneEnded())) break;
  }
  ended();
  line.throwFirst();
  return line.taken + looked;
}

export interface PostChoice {
  /** Finds out about doubtful ones, for which nothing else has to wait. */
  meanwhile?: (engine: Engine) => Promise<number>;
  /** Only documents of orders that were read since then; of everything without it. */
  readSinceMs?: number | undefined;
}

/** Documents of one kind that go through each step together. */
interface Batch {
  kind: DocumentKind;
  works: Work[];
}

/** The batches under way. */
class PostingLine {
  taken = 0;
  readonly #engine: Engine;
  readonly #underWay = new Set<Promise<void>>();
  /** Postings in a batch under way, and those that made no progress in theirs. */
  readonly #busy = new Set<number>();
  readonly #idle = new Set<number>();
  readonly #seen = new RecentNames(limits.recentNamesMax);
  /** Kinds that cannot be posted for now; it is reported after the others. */
  readonly #stopped = new Map<DocumentKind, Problem>();
  readonly #readSinceMs: number | undefined;
  /** One may end while it is looked what is ready, and make more so. */
  #endedSince: 'yes' | 'no' = 'no';
  #failure: Problem | null = null;

  constructor(engine: Engine, readSinceMs: number | undefined) {
    this.#engine = engine;
    this.#readSinceMs = readSinceMs;
  }

  /** Whether anything is under way that may take long. */
  isGoing(): boolean {
    return this.#underWay.size > 0 && this.#failure === null;
  }

  /** Begins batches until enough are under way or nothing more is ready. */
  async fill(): Promise<void> {
    const { settings, signal } = this.#engine;
    this.#endedSince = 'no';
    while (this.#underWay.size < settings.posting.concurrency) {
      if (signal.aborted || this.#failure !== null) return;
      const batch = await this.#nextBatch();
      if (batch === null) return;
      const { kind, works } = batch;
      this.begin(() => this.#post(kind, works));
    }
  }

  /** Waits for the end of one; false when none has ended since the last fill, nor will. */
  async oneEnded(): Promise<boolean> {
    if (this.#underWay.size === 0) return this.#endedSince === 'yes';
    await Promise.race(this.#underWay);
    return true;
  }

  begin(work: () => Promise<void>): void {
    const going = work()
      .catch((thrown) => {
        this.#failure ??= toProblem(thrown);
      })
      .finally(() => {
        this.#endedSince = 'yes';
        this.#underWay.delete(going);
      });
    this.#underWay.add(going);
  }

  throwFirst(): void {
    if (this.#failure !== null) throw this.#failure;
    for (const problem of this.#stopped.values()) throw problem;
  }

  /**
   * A full batch before one that is not: a request costs the same whatever it holds. What is less
   * waits while enough is under way whose end may bring more of it, and then goes as it is.
   */
  async #nextBatch(): Promise<Batch | null> {
    const { postingsLeft, settings, store, clock } = this.#engine;
    if (postingsLeft === 0) return null;
    const { batchSize, concurrency } = settings.posting;
    const limit = Math.min(batchSize, postingsLeft ?? Number.MAX_SAFE_INTEGER);
    let partial: Batch | null = null;
    for (const kind of postingOrder) {
      if (this.#stopped.has(kind)) continue;
      const ready = await store.postingsReady({
        kind,
        nowMs: clock.now(),
        limit,
        except: [...this.#idle],
        underWay: [...this.#busy],
        readSinceMs: this.#readSinceMs,
      });
      const works = ready.filter((work) => this.#isFresh(work.posting));
      if (works.length === 0) continue;
      if (ready.length >= limit) return { kind, works };
      partial ??= { kind, works };
    }
    return this.#underWay.size < Math.max(2, concurrency - 1) ? partial : null;
  }

  /** One met twice at the same attempt and state made no progress: it is left to the next pass. */
  #isFresh(posting: Posting): boolean {
    if (this.#seen.has(standing(posting))) {
      this.#idle.add(posting.id);
      return false;
    }
    return true;
  }

  async #post(kind: DocumentKind, works: Work[]): Promise<void> {
    const engine = this.#engine;
    for (const { posting } of works) {
      this.#seen.add(standing(posting));
      this.#busy.add(posting.id);
    }
    this.taken += works.length;
    if (engine.postingsLeft !== null) engine.postingsLeft -= works.length;
    try {
      await engine.measured.show(engine, `posting ${kind} (${this.taken})`);
      await postBatch(engine, kind, works);
    } catch (thrown) {
      // What one kind cannot be posted without must not stop the others.
      const problem = toProblem(thrown);
      if (problem.kind !== 'configuration') throw problem;
      if (!this.#stopped.has(kind)) this.#stopped.set(kind, problem);
    } finally {
      for (const { posting } of works) this.#busy.delete(posting.id);
    }
  }
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
