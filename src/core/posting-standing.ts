/** How far a posting binds what may still be planned for its key. */
import type { Posting } from './glossary.ts';
import type { ExternalKey } from './schema.ts';

/**
 * Its document may still be replaced: nothing of it is in Infor. A pending posting without a handle
 * was never staged, or its handle is proved gone (posting-protocol §1.6).
 */
export function isReplaceable(posting: Posting): boolean {
  return posting.state === 'pending' && posting.handle === null && !posting.handedToCommit;
}

/** Refused before any commit: a person mends the cause and retries it under the same key. */
export function isRejected(posting: Posting): boolean {
  return posting.state === 'flagged' && !posting.handedToCommit && posting.reference === null;
}

/** Infor has its content, or may come to have it: the document is frozen and counts as booked. */
export function isBinding(posting: Posting): boolean {
  return posting.state !== 'cancelled' && !isReplaceable(posting) && !isRejected(posting);
}

export function bindingPosting(postings: readonly Posting[], key: ExternalKey): Posting | null {
  return postings.find((posting) => posting.key === key && isBinding(posting)) ?? null;
}
