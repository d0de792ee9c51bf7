/** How far a posting binds what may still be planned for its key. */
import type { Posting } from './glossary.ts';
import type { ExternalKey } from './schema.ts';

/**
 * It may still be planned otherwise: nothing of it can have taken effect. A handle it has was never
 * given to a commit, and is deleted and read back as gone before anything new is staged
 * (posting-protocol §1.6).
 */
export function isReplaceable(posting: Posting): boolean {
  const { state, handedToCommit } = posting;
  return (state === 'pending' || state === 'staged') && !handedToCommit;
}

/** What a posting waits for whose staged copy is to go before its record is planned again. */
export const restaging = 'its staged copy to be deleted, then it is planned again';

/** Its staged copy is to be deleted; until then it is neither staged again nor withdrawn. */
export function isRestaging(posting: Posting): boolean {
  return posting.state === 'pending' && posting.waitingFor === restaging;
}

/** Refused before any commit: a person mends the cause and retries it under the same key. */
export function isRejected(posting: Posting): boolean {
  return posting.state === 'flagged' && !posting.handedToCommit && posting.reference === null;
}

/**
 * It was found in Infor, deleted: nothing of it stands, and it is never posted again by itself. One
 * that is booked in part has a reference too, and the lines that stand.
 */
export function isDeletedInInfor(posting: Posting): boolean {
  const { state, reference, held } = posting;
  return state === 'flagged' && reference !== null && held === null;
}

/**
 * It was looked up for as long as is allowed, and a person is asked what became of it. What can be
 * read of it is its handle: once that is deleted and read back as gone, nothing can come of it.
 */
export function isGivenUp(posting: Posting): boolean {
  const { state, handedToCommit, reference, handle } = posting;
  return state === 'flagged' && handedToCommit && reference === null && handle !== null;
}

/** Infor has its content, or may come to have it: the document is frozen and counts as booked. */
export function isBinding(posting: Posting): boolean {
  return posting.state !== 'cancelled' && !isReplaceable(posting) && !isRejected(posting);
}

export function bindingPosting(postings: readonly Posting[], key: ExternalKey): Posting | null {
  return postings.find((posting) => posting.key === key && isBinding(posting)) ?? null;
}
