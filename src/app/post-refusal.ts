import type { DocumentKind } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { DiscardAnswer, Move } from './ports.ts';
import {
  landing,
  move,
  postpone,
  rejectedByInfor,
  targetOf,
  type Work,
  zip,
} from './posting-work.ts';
import { writeJournal } from './write-journal.ts';

export interface Refused {
  work: Work;
  handle: string | null;
  problem: Problem;
}

/**
 * A document that Infor stops without naming a reason is staged anew: there is nothing that a
 * person could mend. At every such attempt one is asked all the same.
 */
const unexplainedRun = 16;

/**
 * Infor clearly said no: what is left of the staged document is deleted before the clerk is asked.
 * Once it is read back as gone, a later retry may stage a new one; otherwise it must be looked up.
 */
export async function flagRefused(
  engine: Engine,
  kind: DocumentKind,
  refused: Refused[],
): Promise<Move[]> {
  const withHandle = refused.filter(({ handle }) => handle !== null);
  const targets = withHandle.map(({ work, handle }) => ({ ...targetOf(work), handle }));
  const answers =
    targets.length === 0 ? [] : await engine.infor.discard(kind, targets, writeJournal(engine));
  const byId = new Map(zip(withHandle, answers).map(([one, got]) => [one.work.posting.id, got]));
  return refused.map((one) =>
    afterRefusal(engine, one, byId.get(one.work.posting.id) ?? { state: 'gone' }),
  );
}

function afterRefusal(engine: Engine, refused: Refused, left: DiscardAnswer): Move {
  const { problem, handle } = refused;
  const { posting } = refused.work;
  const patch: Move['patch'] =
    left.state === 'gone'
      ? { handle: null, handedToCommit: 'no', doubtfulSinceMs: null, negativeLookupsAtMs: [] }
      : { handle };
  const nowMs = engine.clock.now();
  const { giveUpAfterMs, lookupGapMs } = engine.settings.posting.unknown;
  const tooLong = nowMs - (posting.doubtfulSinceMs ?? nowMs) > giveUpAfterMs;
  const asks = problem.kind !== 'retryable' || posting.attempt % unexplainedRun === 0 || tooLong;
  if (asks) return rejectedByInfor(posting, problem, patch);
  if (left.state === 'gone') return landing(postpone(engine, posting, problem, patch), 'pending');
  return move(posting, 'unknown', {
    because: `it is not certain that it was deleted after: ${problem.message}`,
    patch: {
      ...patch,
      // Its commit has ended without effect and its deletion is under way: when it is read as gone,
      // that was the deletion, and a new one may be staged.
      ...(left.state === 'unclear' ? { handedToCommit: 'no' as const } : {}),
      nextAttemptAtMs: nowMs + lookupGapMs,
    },
  });
}
