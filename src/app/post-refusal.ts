import type { DocumentKind } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { DiscardAnswer, Move } from './ports.ts';
import {
  apply,
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
  given: Refused[],
): Promise<Move[]> {
  const refused = kind === lostInTransfer ? given : await noteRefusals(engine, given);
  // As given: that a commit was made with it decides how carefully it is deleted.
  const withHandle = given.filter(({ handle }) => handle !== null);
  const targets = withHandle.map(({ work, handle }) => ({ ...targetOf(work), handle }));
  const answers =
    targets.length === 0 ? [] : await engine.infor.discard(kind, targets, writeJournal(engine));
  const byId = new Map(zip(withHandle, answers).map(([one, got]) => [one.work.posting.id, got]));
  return refused.map((one, index) => {
    const left = byId.get(one.work.posting.id) ?? { state: 'gone' };
    const handed = given[index]?.work.posting.handedToCommit === true ? 'yes' : 'no';
    return afterRefusal(engine, one, { left, handed });
  });
}

/**
 * While an entry becomes a purchase order it is in neither list, also when a person has mended a
 * refused one and lets it go: that it is gone proves nothing once it was given to a commit
 * (posting-protocol §2.4).
 */
const lostInTransfer: DocumentKind = 'purchaseOrder';

/**
 * That a commit has ended without effect is on disk before its handle is deleted. A run that dies
 * in between would else find the handle gone and not know whether that was its effect.
 */
async function noteRefusals(engine: Engine, refused: Refused[]): Promise<Refused[]> {
  const handed = refused.filter(
    ({ handle, work: { posting } }) => handle !== null && posting.handedToCommit,
  );
  if (handed.length === 0) return refused;
  const moves = handed.map(({ work: { posting }, problem }) =>
    move(posting, 'unknown', {
      because: `Infor refused, and what is staged is to be deleted: ${problem.message}`,
      patch: {
        handedToCommit: 'no',
        doubtfulSinceMs: posting.doubtfulSinceMs,
        nextAttemptAtMs: engine.clock.now(),
      },
    }),
  );
  const works = handed.map(({ work }) => work);
  const applied = await apply(engine, moves, works);
  const noted = new Set(
    works.filter((_, index) => applied[index]).map(({ posting }) => posting.id),
  );
  return refused.map((one) => {
    const { posting } = one.work;
    if (!noted.has(posting.id)) return one;
    const now = { ...posting, state: 'unknown' as const, handedToCommit: false };
    return { ...one, work: { ...one.work, posting: now } };
  });
}

function afterRefusal(
  engine: Engine,
  refused: Refused,
  after: { left: DiscardAnswer; handed: 'yes' | 'no' },
): Move {
  const { left, handed } = after;
  const { problem, handle } = refused;
  const { posting } = refused.work;
  const patch: Move['patch'] =
    left.state === 'gone'
      ? { handle: null, handedToCommit: 'no', doubtfulSinceMs: null, negativeLookupsAtMs: [] }
      : { handle, handedToCommit: handed };
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
