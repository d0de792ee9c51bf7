import { backoffMs } from '../core/backoff.ts';
import { sameLines } from '../core/document-difference.ts';
import type {
  DocumentKind,
  DocumentReference,
  FlagDraft,
  HeldLine,
  Posting,
} from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import { unreachable } from '../core/problem.ts';
import type { Engine } from './engine.ts';
import type { LookupAnswer, Move, PartlyDone, Target } from './ports.ts';

/** A posting in hand, with the reference of what it depends on. */
export interface Work {
  posting: Posting;
  dependency: DocumentReference | null;
}

/** The adapter's view of a posting. `attempt` is the one being made, or about to be. */
export function targetOf(work: Work): Target {
  const { posting } = work;
  return {
    postingId: posting.id,
    key: posting.key,
    document: posting.document,
    attempt: posting.state === 'pending' ? posting.attempt + 1 : posting.attempt,
    handle: posting.handle,
    dependency: work.dependency,
    ...(posting.handedToCommit ? {} : { neverCommitted: 'yes' as const }),
  };
}

export function zip<A, B>(left: readonly A[], right: readonly B[]): [A, B][] {
  const pairs: [A, B][] = [];
  left.forEach((a, index) => {
    const b = right[index];
    if (b !== undefined) pairs.push([a, b]);
  });
  return pairs;
}

/** A move from the posting's present state; the caller says what changes and why. */
export function move(
  posting: Posting,
  to: Posting['state'],
  change: { because: string; patch?: Move['patch']; flag?: FlagDraft; replan?: 'yes' },
): Move {
  return {
    postingId: posting.id,
    expected: { state: posting.state, attempt: posting.attempt },
    to,
    patch: change.patch ?? {},
    flag: change.flag ?? null,
    because: change.because,
    replan: change.replan ?? 'no',
  };
}

/** Tries again later, with full jitter growing with the failures since the last progress. */
export function postpone(
  engine: Engine,
  posting: Posting,
  problem: Problem,
  patch: Move['patch'] = {},
): Move {
  const nowMs = engine.clock.now();
  // While nothing is sent at all, Infor is down or busy: that is no question for a clerk.
  const stuck = problem.code !== 'INFOR_UNREACHABLE' && problem.code !== 'INFOR_BUSY';
  const sinceMs = posting.doubtfulSinceMs ?? nowMs;
  if (stuck && isStuck(engine, posting)) {
    return noProgress(posting, problem.message, problem.hint);
  }
  const failures = posting.failures + 1;
  const delayMs = Math.max(
    problem.retryAfterMs ?? 0,
    backoffMs({ attempt: failures, random: engine.random, ...engine.settings.posting.retry }),
  );
  return move(posting, posting.state, {
    because: `will be tried again: ${problem.message}`,
    patch: {
      doubtfulSinceMs: sinceMs,
      ...patch,
      failures,
      nextAttemptAtMs: nowMs + delayMs,
    },
  });
}

/** Found or read back as done. Content that is not ours is adopted, and planned against again. */
export function settled(
  posting: Posting,
  found: { reference: DocumentReference; held: HeldLine[] },
  how: string,
): Move {
  const ours = posting.handedToCommit && sameLines(posting.document, found.held);
  const duplicates = duplicatesOf(posting, found.reference);
  return move(posting, 'posted', {
    because: ours ? how : `${how}; its lines were taken over as Infor holds them`,
    ...(duplicates === null ? {} : { flag: duplicates }),
    patch: {
      reference: found.reference,
      held: found.held,
      failures: 0,
      doubtfulSinceMs: null,
      negativeLookupsAtMs: [],
      waitingFor: null,
      ...(ours ? {} : { adopted: 'yes' as const }),
    },
    ...(ours ? {} : { replan: 'yes' as const }),
  });
}

/** Another installation, or a person, booked the same: nothing but a person can take one back. */
function duplicatesOf(posting: Posting, reference: DocumentReference): FlagDraft | null {
  const { duplicates } = reference.detail;
  if (!Array.isArray(duplicates) || duplicates.length === 0) return null;
  const numbers = [reference.number, ...duplicates].join(', ');
  return postingFlag(posting, {
    code: 'DUPLICATE_IN_INFOR',
    sentence: `Infor holds several documents for ${documentWord(posting.kind)} ${posting.key}: ${numbers}.`,
    hint: 'Decide which one stands, and take the others back in Infor by hand.',
    evidence: { numbers },
  });
}

/**
 * The document was found, but deleted: reported, never posted again by ourselves (protocol §1.7).
 */
export function deletedInInfor(posting: Posting, reference: DocumentReference): Move {
  return move(posting, 'flagged', {
    because: `Infor holds ${reference.number} for this key, deleted`,
    patch: { reference, waitingFor: null },
    flag: postingFlag(posting, {
      code: 'DELETED_IN_INFOR',
      sentence: `${documentWord(posting.kind)} ${reference.number} for ${posting.key} was deleted in Infor.`,
      hint: 'It is never posted again by itself. If it shall stand again, enter it in Infor by hand, then: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
      evidence: { number: reference.number },
    }),
  });
}

/**
 * Fewer tries than this, however long ago the first one was, say more of our runs than of Infor.
 */
const stuckFailuresMin = 20;

/** Tried for long and often: where runs are hours apart, a day may hold only a few tries. */
export function isStuck(engine: Engine, posting: Posting): boolean {
  const nowMs = engine.clock.now();
  const triedMs = nowMs - (posting.doubtfulSinceMs ?? nowMs);
  const { deadlineMs } = engine.settings.posting.retry;
  return triedMs > deadlineMs && posting.failures >= stuckFailuresMin;
}

/** The same move, but into another state; a flag stays a flag. */
export function landing(one: Move, to: Posting['state']): Move {
  return one.to === 'flagged' ? one : { ...one, to };
}

/** It has been tried for so long that a person should know; what is known goes with it. */
export function noProgress(posting: Posting, why: string, hint: string): Move {
  return move(posting, 'flagged', {
    because: `no progress within the time allowed: ${why}`,
    patch: { waitingFor: null, doubtfulSinceMs: null },
    flag: postingFlag(posting, {
      code: 'NO_PROGRESS',
      sentence: `${documentWord(posting.kind)} ${posting.key} does not get on in Infor: ${why}`,
      hint: `${hint} Then retry the flag.`,
      evidence: { handle: posting.handle ?? '', attempt: posting.attempt },
    }),
  });
}

/**
 * A part took effect. It counts as booked, what Infor holds of it is kept, and it is never sent
 * again.
 */
export function partlyDone(posting: Posting, found: PartlyDone): Move {
  return move(posting, 'flagged', {
    because: `a part of it took effect: ${found.problem.message}`,
    patch: { reference: found.reference, held: found.held, adopted: 'yes', waitingFor: null },
    flag: postingFlag(posting, {
      code: 'PARTLY_BOOKED',
      sentence: `Infor booked only a part of ${documentWord(posting.kind)} ${posting.key}: ${found.problem.message}`,
      hint: `${found.problem.hint} Then retry the flag: it is read again and never sent again.`,
      evidence: {
        number: found.reference.number,
        booked: found.held.map(({ quantity, item }) => `${quantity} of ${item}`).join(', '),
        ...found.problem.evidence,
      },
    }),
  });
}

/** Infor said no, clearly: there was no effect. */
export function rejectedByInfor(
  posting: Posting,
  problem: Problem,
  patch: Move['patch'] = {},
): Move {
  return move(posting, 'flagged', {
    because: `Infor refused: ${problem.message}`,
    patch: { ...patch, waitingFor: null },
    flag: postingFlag(posting, {
      code:
        problem.code === 'LOT_NOT_ALLOCATED' || problem.code === 'WAREHOUSE_DIFFERS'
          ? problem.code
          : 'REJECTED_BY_INFOR',
      sentence: `Infor refused ${documentWord(posting.kind)} ${posting.key}: ${problem.message}`,
      hint: problem.hint,
      evidence: { code: problem.code, ...problem.evidence },
    }),
  });
}

/** Nobody can tell any more whether it happened: a person must look (protocol §1.5). */
export function outcomeUnknown(posting: Posting, evidence: { [name: string]: string }): Move {
  return move(posting, 'flagged', {
    because: 'the outcome could not be found out within the time allowed',
    patch: { waitingFor: null },
    flag: postingFlag(posting, {
      code: 'OUTCOME_UNKNOWN',
      sentence:
        `${documentWord(posting.kind)} ${posting.key} was sent to Infor and no answer came; ` +
        'Infor shows neither that it was booked nor that it was not.',
      hint: 'Look the key up in Infor. When it is there, retry the flag: it is found and linked. It is never sent again by itself: when it is not there, enter it by hand, then: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
      evidence: { handle: posting.handle ?? '', ...evidence },
    }),
  });
}

export function postingFlag(
  posting: Posting,
  draft: Pick<FlagDraft, 'code' | 'sentence' | 'hint' | 'evidence'>,
): FlagDraft {
  return {
    ...draft,
    cause: `posting:${posting.key}`,
    quantity: null,
    amount: null,
    currency: null,
  };
}

/** Orders before what moves their goods; everything else as it comes. */
export const postingOrder: readonly DocumentKind[] = [
  'salesOrder',
  'purchaseOrder',
  'orderCancellation',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
  'journal',
];

/** The document's name in a sentence. */
export function documentWord(kind: DocumentKind): string {
  switch (kind) {
    case 'salesOrder':
      return 'sales order';
    case 'purchaseOrder':
      return 'purchase order';
    case 'goodsIssue':
      return 'goods issue';
    case 'stockIssue':
      return 'stock issue';
    case 'goodsReceipt':
      return 'goods receipt';
    case 'journal':
      return 'journal';
    case 'orderCancellation':
      return 'order cancellation';
    default:
      return unreachable(kind);
  }
}

/** Applies moves and counts what came of them; answers which were applied. */
export async function apply(
  engine: Engine,
  moves: Move[],
  works: readonly Work[],
): Promise<boolean[]> {
  if (moves.length === 0) return [];
  const applied = await engine.store.movePostings(engine.fence, moves, engine.clock.now());
  const kinds = new Map(works.map((work) => [work.posting.id, work.posting.kind]));
  for (const [one, done] of zip(moves, applied)) {
    if (!done) continue;
    if (one.flag) engine.counts.flagsRaised += 1;
    if (one.to !== 'posted') continue;
    const kind = kinds.get(one.postingId);
    if (one.patch.adopted) engine.counts.adopted += 1;
    if (kind) engine.counts.posted[kind] = (engine.counts.posted[kind] ?? 0) + 1;
  }
  return applied;
}

/**
 * When nothing of a batch could be looked up, Infor itself is asked. Throws its Problem when Infor
 * is away: the next batch would only wait as long again, and the one after it, until the lease of a
 * run that gets nothing done has kept every other run out for hours.
 */
export async function requireInfor(engine: Engine, answers: LookupAnswer[]): Promise<void> {
  if (answers.length === 0 || answers.some(({ state }) => state !== 'unclear')) return;
  await engine.infor.probe();
}
