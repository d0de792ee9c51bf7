/** The port to Infor, whichever flavour. Import it from ports.ts. */
import type {
  DocumentKind,
  DocumentReference,
  HeldLine,
  InforDocument,
  JsonObject,
  MasterFact,
  MasterNeed,
} from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import type { ExternalKey } from '../core/schema.ts';

/** One document on its way, as the adapter sees it. */
export interface Target {
  postingId: number;
  key: ExternalKey;
  document: InforDocument;
  attempt: number;
  handle: string | null;
  /** Reference of the document this one depends on (the sales order of an issue). */
  dependency: DocumentReference | null;
  /** Set where the handle was certainly never given to a commit, so that nothing can come of it. */
  neverCommitted?: 'yes';
  /**
   * Set once the quiet period after an unclear commit is over: it is no longer under way by itself.
   */
  quietPassed?: 'yes';
}

export type LookupAnswer =
  /** Proved by a complete answer. */
  | { state: 'absent' }
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | PartlyDone
  /** The document is there but deleted: not posted, and not ours to post again. */
  | { state: 'deleted'; reference: DocumentReference }
  /** Staged under this key: orphans of ours or another installation's. None has an effect yet. */
  | { state: 'staged'; handles: string[] }
  /** It is neither provably there nor provably absent: a failed read, or a truncated list. */
  | { state: 'unclear'; problem: Problem };

/** Some lines took effect and the others were refused: a person finishes it in Infor. */
export interface PartlyDone {
  state: 'partly';
  reference: DocumentReference;
  /** The lines that took effect. */
  held: HeldLine[];
  problem: Problem;
}

export type StageAnswer =
  | { state: 'staged'; handle: string }
  /** Some staging call had no clear answer: this handle may never be committed. */
  | { state: 'doubtful'; handle: string | null; problem: Problem }
  /** Infor said no. The half-built handle, if any, is to be discarded. */
  | { state: 'rejected'; handle: string | null; problem: Problem }
  /** A preliminary (allocation, pick list) is under way in Infor; try again later. */
  | {
      state: 'waiting';
      waitingFor: string;
      /** Not before this long: a preliminary without a clear answer may still be running. */
      retryAfterMs?: number | null;
    }
  /** Nothing was sent, or it was refused before it reached Infor. */
  | { state: 'notSent'; problem: Problem };

export type InspectAnswer =
  | { state: 'matches' }
  | { state: 'differs'; difference: string }
  /** No such handle, or it is already processed: look the key up. */
  | { state: 'gone' }
  | { state: 'unclear'; problem: Problem };

export type CommitAnswer =
  /** Believed only after read-back. */
  | { state: 'accepted' }
  | { state: 'rejected'; problem: Problem }
  | { state: 'unclear'; problem: Problem }
  | { state: 'notSent'; problem: Problem };

export type ReadBackAnswer =
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | PartlyDone
  /** It was made, and deleted since: not posted, and not ours to post again. */
  | { state: 'deleted'; reference: DocumentReference }
  /** The handle is readable and says: not processed, no error. */
  | { state: 'staged' }
  /** Infor is still working on it by itself. */
  | { state: 'processing' }
  /** Infor tried and refused; there was no effect. A retryable problem: it named no reason. */
  | { state: 'failed'; problem: Problem }
  /** The handle is not there any more; only the key can tell. */
  | { state: 'gone' }
  /** This kind has no readable status on this tenant; never commit again by yourself. */
  | { state: 'unreadable' }
  | { state: 'unclear'; problem: Problem };

export type DiscardAnswer =
  | { state: 'gone' }
  /**
   * It cannot be deleted (already processed, or no means); `finished` says it must be looked up.
   */
  | { state: 'refused'; problem: Problem }
  | { state: 'unclear'; problem: Problem };

/** What is about to be sent for one posting. */
export interface WriteIntent {
  postingId: number;
  key: ExternalKey;
  attempt: number;
  step: 'prepare' | 'stage' | 'commit' | 'discard';
  /** The outside call, e.g. `OIS100MI/Confirm`. */
  call: string;
  handle: string | null;
  /** What is sent; no secrets. */
  request: JsonObject;
}

/** One finished exchange about one posting, write or read. */
export interface Exchange {
  postingId: number;
  key: ExternalKey;
  step: 'lookup' | 'prepare' | 'stage' | 'inspect' | 'commit' | 'readBack' | 'discard';
  call: string;
  outcome: 'ok' | 'rejected' | 'unclear' | 'notSent';
  request: JsonObject;
  answer: JsonObject;
  durationMs: number;
}

/**
 * The write-ahead book of one posting session. `intend` is durable when it resolves; it rejects
 * when the lease is lost, and then the call must not be made.
 */
export interface WriteJournal {
  intend(intents: WriteIntent[]): Promise<void>;
  done(exchanges: Exchange[]): Promise<void>;
}

export interface LedgerIdentity {
  company: string;
  division: string;
  user: string;
  warehouse: string;
  facility: string;
  tenant: string;
}

/**
 * Infor, whichever flavour. Every method takes many targets and answers in their order; none throws
 * for what can go wrong with one of them. All may throw a Problem of kind `configuration` or
 * `credentials` that concerns the whole stream.
 */
export interface InforLedger {
  /** Checks the login and that company and division are the configured ones. Throws Problem. */
  probe(): Promise<LedgerIdentity>;
  /** Master data for needs other than `inventory` and `product`; in the order asked. */
  masterData(needs: MasterNeed[]): Promise<MasterFact[]>;
  lookup(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<LookupAnswer[]>;
  /** Builds each document without effect; never touches a handle of an earlier attempt. */
  stage(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<StageAnswer[]>;
  /** Reads the staged lines back and compares them with the document. */
  inspect(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<InspectAnswer[]>;
  commit(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<CommitAnswer[]>;
  readBack(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<ReadBackAnswer[]>;
  /** Deletes the handle and reads it back as gone. Gone already is gone. */
  discard(kind: DocumentKind, targets: Target[], journal: WriteJournal): Promise<DiscardAnswer[]>;
  /** The handle this attempt will have, when the caller may choose it; else null. */
  plannedHandle(kind: DocumentKind, key: ExternalKey, attempt: number): string | null;
  callCounts(): Record<string, number>;
}
