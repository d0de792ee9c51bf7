import type { DocumentKind } from '../core/glossary.ts';
import { unreachable } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { Move, StageAnswer } from './ports.ts';
import { flagRefused, type Refused } from './post-refusal.ts';
import {
  apply,
  isStuck,
  move,
  noProgress,
  postpone,
  targetOf,
  type Work,
  zip,
} from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

/** How long a document waits before its preliminaries in Infor are looked at again. */
const preliminaryPollMs = 15_000;

/**
 * Stages each pending document under a new attempt. The attempt and, where the caller may choose
 * it, the handle are on disk before the first call, so that a crash leaves nothing nameless.
 * Answers those whose every staging call was clearly answered.
 */
export async function stagePending(
  engine: Engine,
  kind: DocumentKind,
  works: Work[],
): Promise<Work[]> {
  if (works.length === 0) return [];
  const begun = await beginAttempts(engine, kind, works);
  const targets = begun.map((work) => ({ ...targetOf(work), attempt: work.posting.attempt }));
  const answers = await engine.infor.stage(kind, targets, writeJournal(engine));
  engine.crash('before-staged');
  const moves: Move[] = [];
  const staged: Work[] = [];
  const refused: Refused[] = [];
  for (const [work, answer] of zip(begun, answers)) {
    if (answer.state === 'rejected' && answer.problem.kind !== 'retryable') {
      refused.push({ work, handle: answer.handle, problem: answer.problem });
      continue;
    }
    moves.push(afterStaging(engine, work, answer));
    if (answer.state === 'staged') staged.push(work);
  }
  moves.push(...(await flagRefused(engine, kind, refused)));
  const applied = await apply(engine, moves, begun);
  engine.crash('after-staged');
  return stagedOnes(staged, moves, applied);
}

async function beginAttempts(engine: Engine, kind: DocumentKind, works: Work[]): Promise<Work[]> {
  const begun = works.map((work) => {
    const attempt = work.posting.attempt + 1;
    const handle = engine.infor.plannedHandle(kind, work.posting.key, attempt);
    return { ...work, posting: { ...work.posting, attempt, handle } };
  });
  const moves = works.map((work, index) =>
    move(work.posting, 'pending', {
      because: `attempt ${work.posting.attempt + 1} begins`,
      patch: {
        attempt: work.posting.attempt + 1,
        handle: begun[index]?.posting.handle ?? null,
        handedToCommit: 'no',
        doubtfulSinceMs: work.posting.doubtfulSinceMs,
      },
    }),
  );
  const applied = await apply(engine, moves, works);
  engine.crash('after-attempt');
  return begun.filter((_, index) => applied[index] === true);
}

function afterStaging(engine: Engine, work: Work, answer: StageAnswer): Move {
  const { posting } = work;
  switch (answer.state) {
    case 'staged':
      return move(posting, 'staged', {
        because: `staged as ${answer.handle}`,
        patch: { handle: answer.handle, waitingFor: null },
      });
    case 'doubtful':
      return postpone(engine, posting, answer.problem, { handle: answer.handle ?? posting.handle });
    case 'rejected':
      // Only locks come here; a clear no was taken out before. The handle is deleted before the
      // next try.
      return postpone(engine, posting, answer.problem, { handle: answer.handle ?? posting.handle });
    case 'waiting':
      if (isStuck(engine, posting)) {
        const hint = 'Look at the order, its stock and its pick lists in Infor.';
        return noProgress(posting, `it waits for ${answer.waitingFor}`, hint);
      }
      return move(posting, 'pending', {
        because: `waits for ${answer.waitingFor}`,
        patch: {
          handle: null,
          waitingFor: answer.waitingFor,
          doubtfulSinceMs: posting.doubtfulSinceMs ?? engine.clock.now(),
          failures: posting.failures + 1,
          nextAttemptAtMs:
            engine.clock.now() +
            Math.max(
              answer.retryAfterMs ?? 0,
              preliminaryPollMs * Math.min(8, posting.failures + 1),
            ),
        },
      });
    case 'notSent':
      return postpone(engine, posting, answer.problem);
    default:
      return unreachable(answer);
  }
}

function stagedOnes(works: Work[], moves: Move[], applied: boolean[]): Work[] {
  const handles = new Map<number, string | null>();
  for (const [one, done] of zip(moves, applied)) {
    if (done && one.to === 'staged') handles.set(one.postingId, one.patch.handle ?? null);
  }
  return works
    .filter((work) => handles.has(work.posting.id))
    .map((work) => ({
      ...work,
      posting: {
        ...work.posting,
        state: 'staged' as const,
        handle: handles.get(work.posting.id) ?? null,
        waitingFor: null,
      },
    }));
}
