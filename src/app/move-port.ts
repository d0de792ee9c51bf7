/** Moves of postings through their states. Import it from ports.ts. */
import type { DocumentReference, FlagDraft, HeldLine, PostingState } from '../core/glossary.ts';

/** One state change of a posting; applied only if state and attempt are still as expected. */
export interface Move {
  postingId: number;
  expected: { state: PostingState; attempt: number };
  to: PostingState;
  /** Only what is given changes. */
  patch: {
    attempt?: number;
    handle?: string | null;
    handedToCommit?: 'yes' | 'no';
    reference?: DocumentReference;
    held?: HeldLine[];
    adopted?: 'yes';
    nextAttemptAtMs?: number;
    failures?: number;
    doubtfulSinceMs?: number | null;
    negativeLookupsAtMs?: number[];
    waitingFor?: string | null;
  };
  /** Raised with the move; open flags of the posting that are not in it are cleared. */
  flag: FlagDraft | null;
  /** True words for the audit trail. */
  because: string;
  /** Plan the record again (its ledger has changed). */
  replan: 'yes' | 'no';
}
