/** The port to the database. Import it from ports.ts. */

import type {
  BaselineLine,
  DocumentKind,
  DocumentReference,
  Flag,
  FlagDraft,
  HeldLine,
  JournalEntry,
  JsonObject,
  ManualLink,
  MasterFact,
  PlannedDocument,
  Posting,
  PostingState,
  ReceivingBox,
  RecordKey,
  RecordKind,
  SourceRecord,
} from '../core/glossary.ts';
import type { IgnoreOutcome, StandingIgnore } from '../core/ignored.ts';
import type { Amount, Day, ExternalKey, OrderId, ReceivingId } from '../core/schema.ts';
import type { AuditStore } from './audit-port.ts';
import type { ReconciliationStore } from './books-port.ts';
import type { BudgetStore } from './budget-port.ts';
import type { CloseStore } from './close-port.ts';
import type { FlagStore } from './flag-port.ts';
import type { HandBookingStore } from './hand-booking-port.ts';
import type { HistoryStore } from './history-port.ts';
import type { InboxReport, InboxStore } from './inbox-port.ts';
import type { Exchange, WriteIntent } from './infor-port.ts';
import type { LedgerBooks } from './ledger-books-port.ts';
import type { MappingStore } from './mapping-port.ts';
import type { Move } from './move-port.ts';
import type { PurgeStore } from './purge-port.ts';
import type { FinishedRun, RunStore } from './run-port.ts';
import type { Observation, TimeWindow, UnreadableRecord } from './shipbob-port.ts';
import type { TraceReport } from './trace-port.ts';
import type { WatchStore } from './watch-port.ts';

/**
 * Proof of holding the lease; every engine write carries it and fails once another run took over.
 */
export interface Fence {
  owner: string;
  number: number;
  runId: number;
}

export interface StoredRecord {
  key: RecordKey;
  record: SourceRecord | null;
  /** Set when the record could not be understood. */
  unreadable: { raw: string; problem: string } | null;
  contentHash: string;
  observedAtMs: number;
  /** Confirmed 404 by id. */
  vanishedAtMs: number | null;
  /** A value went backwards that must not; confirmed by a second read. */
  regression: string | null;
}

export interface IngestCounts {
  added: number;
  changed: number;
  unchanged: number;
  /** Older than what is stored. */
  stale: number;
  unreadable: number;
  /**
   * Records whose counted quantities or final status went backwards: read again before believing.
   */
  regressed: RecordKey[];
}

/** All that planning one record needs from the store. */
export interface PlanningCase {
  stored: StoredRecord;
  postings: Posting[];
  openFlags: Flag[];
  baseline: BaselineLine[];
  links: ManualLink[];
  /** Questions about the record itself that are ignored, also those whose time has run out. */
  ignores: StandingIgnore[];
  /** The journal that a charge is in. */
  journalKey: ExternalKey | null;
  /** The charge as that journal has it; null when it was found there and never planned here. */
  journalled: { amount: Amount; currency: string } | null;
}

export interface PlanOutcome {
  key: RecordKey;
  /** Hash of the content that was planned; a newer one stays due. */
  contentHash: string;
  /** Documents that get a posting, or replace the document of one still pending. */
  put: PlannedDocument[];
  /** Documents that a person entered in Infor under this number: posted, and never sent. */
  adopt: { planned: PlannedDocument; number: string; held: HeldLine[] | null }[];
  /** Pending postings that are no longer wanted. */
  withdraw: ExternalKey[];
  flags: FlagDraft[];
  entry: JournalEntry | null;
  decisions: string[];
  /**
   * What becomes of the ignored questions that the plan knew of. Where others are ignored by now,
   * nothing of the outcome is taken in and the record stays due.
   */
  ignores: IgnoreOutcome[];
}

export interface RunCounts {
  seen: {
    orders: number;
    receivings: number;
    charges: number;
    changed: number;
    unreadable: number;
  };
  /**
   * Subjects of webhooks: read because of them, read by a sweep already, set aside with a reason.
   */
  hints: { read: number; covered: number; kept: number };
  planned: number;
  posted: Partial<Record<DocumentKind, number>>;
  adopted: number;
  cancelled: number;
  flagsRaised: number;
  flagsCleared: number;
  waiting: number;
  doubtful: number;
  calls: { shipbob: Record<string, number>; infor: Record<string, number> };
}

export interface RunRecord {
  id: number;
  command: string;
  startedAtMs: number;
  endedAtMs: number | null;
  exitCode: number | null;
  outcome: string | null;
  counts: RunCounts | null;
  auditHead: string | null;
}

export interface StatusReport {
  checkpoints: { stream: string; sweptToMs: number }[];
  postings: { kind: DocumentKind; state: PostingState; count: number }[];
  /** Without those that are ignored. */
  openFlags: { code: string; count: number }[];
  ignoredFlags: number;
  recordsDue: number;
  /** Since when the oldest document is in doubt; null when none is. */
  doubtfulSinceMs: number | null;
  inbox: InboxReport;
  lease: { owner: string; fence: number; expiresAtMs: number } | null;
  lastRun: RunRecord | null;
  audit: { rows: number; head: string };
  databasePath: string;
  databaseBytes: number;
  /** Of these, free for what is stored next. */
  freeBytes: number;
}

export interface AuditEntry {
  seq: number;
  atMs: number;
  runId: number | null;
  actor: string;
  /** `observed`, `planned`, `intended`, `exchanged`, `moved`, `flagged`, `cleared`, `acted`, … */
  action: string;
  record: RecordKey | null;
  postingKey: string | null;
  detail: JsonObject;
  /** SHA-256 of `body`; the body may be purged without breaking the chain. */
  bodyHash: string | null;
  body: JsonObject | null;
}

export interface FlagFilter {
  codes: string[] | null;
  kinds: RecordKey['kind'][] | null;
  ids: number[] | null;
  state: 'open' | 'cleared' | 'all';
  limit: number;
}

/**
 * The database. Every method is one short transaction (or a read); none stays open over a network
 * call. Writes by the engine take the fence and throw Problem `LEASE_LOST` when it is not current.
 */
export interface Store
  extends AuditStore,
    BudgetStore,
    CloseStore,
    FlagStore,
    HandBookingStore,
    HistoryStore,
    InboxStore,
    LedgerBooks,
    MappingStore,
    PurgeStore,
    ReconciliationStore,
    RunStore,
    WatchStore {
  // lease and runs
  acquireLease(request: {
    owner: string;
    nowMs: number;
    ttlMs: number;
    command: string;
  }): Promise<{ held: 'yes'; fence: Fence } | { held: 'no'; by: string; expiresAtMs: number }>;
  /** Extends the lease; false when it was lost. */
  renewLease(fence: Fence, nowMs: number, ttlMs: number): Promise<boolean>;
  releaseLease(fence: Fence): Promise<void>;
  finishRun(fence: Fence, result: FinishedRun): Promise<void>;
  runs(limit: number): Promise<RunRecord[]>;
  /** The newest of each command, newest first: hundreds of hint runs may lie between two syncs. */
  runsPerCommand(limit: number): Promise<RunRecord[]>;

  // records
  checkpoint(stream: string): Promise<number | null>;
  saveObservations(
    fence: Fence,
    page: {
      stream: string;
      nowMs: number;
      observations: Observation[];
      unreadable: UnreadableRecord[];
      /** Moves the stream's checkpoint in the same transaction; never backwards. */
      checkpointMs: number | null;
      /**
       * `second`: read again because of `IngestCounts.regressed`; what went backwards is believed.
       */
      read?: 'second';
    },
  ): Promise<IngestCounts>;
  /** Records named in `IngestCounts.regressed` that were not read a second time yet. */
  regressionsOwed(): Promise<RecordKey[]>;
  markVanished(fence: Fence, key: RecordKey, nowMs: number): Promise<void>;
  record(key: RecordKey): Promise<StoredRecord | null>;
  /** Receiving orders that were open when last seen. */
  openReceivings(): Promise<{ id: ReceivingId; observedAtMs: number }[]>;
  /**
   * Receiving orders whose stowed quantities differ from when their boxes were last read, or from
   * the sum of these; that were completed since; and those a new plan was asked for.
   */
  receivingsWantingBoxes(limit: number): Promise<ReceivingId[]>;
  saveBoxes(
    fence: Fence,
    id: ReceivingId,
    boxes: ReceivingBox[],
    startedAtMs: number,
  ): Promise<void>;
  /** Orders created in the window, for the sweep that looks for missing ones. */
  orderIdsCreated(window: TimeWindow): Promise<OrderId[]>;
  touchForPlanning(keys: RecordKey[]): Promise<void>;

  // planning
  /** Records that are due, but for these kinds, oldest first. */
  casesDue(limit: number, except?: readonly RecordKind[]): Promise<PlanningCase[]>;
  /** Quantities on this purchase order in receipts not yet posted, of other records. */
  unpostedReceipts(purchaseOrder: string, except: RecordKey): Promise<Posting[]>;
  savePlans(
    fence: Fence,
    outcomes: PlanOutcome[],
    nowMs: number,
    /** `cleared` counts flags whose cause is gone, not those that a person has answered. */
  ): Promise<{ raised: number; cleared: number }>;
  /** Distinct open causes, so that they can be looked at again in bulk. */
  openCauses(): Promise<{ cause: string; count: number }[]>;
  /** Makes every record held up by one of these causes due again. */
  touchCauses(causes: string[]): Promise<number>;
  /**
   * Makes every record due that has a posting of which nothing took effect in Infor yet, and every
   * charge that is in no journal; and notes in the same transaction by which settings. Answers how
   * many.
   */
  touchReplaceable(fence: Fence, note: { name: string; value: string }): Promise<number>;
  /**
   * Entries of days before `beforeDay` that are in no journal yet, oldest first; not of charges that
   * wait to be planned.
   */
  looseEntries(beforeDay: string, limit: number): Promise<JournalEntry[]>;
  /** The number of the next journal of that day and division. */
  nextJournalSequence(day: Day, division: string): Promise<number>;
  /** Freezes membership and creates the posting in one transaction. */
  freezeJournal(
    fence: Fence,
    planned: PlannedDocument,
    entries: JournalEntry[],
    nowMs: number,
  ): Promise<void>;

  // posting
  /**
   * Pending and staged postings that are due and whose dependency is posted, oldest first. What may
   * still change and whose record waits to be planned is left out. None of `except`, none of a
   * serial group of which one is `underWay`, and with `readSinceMs` only of orders that were read
   * since then.
   */
  postingsReady(request: {
    kind: DocumentKind;
    nowMs: number;
    limit: number;
    except?: readonly number[];
    underWay?: readonly number[];
    readSinceMs?: number | undefined;
  }): Promise<{ posting: Posting; dependency: DocumentReference | null }[]>;
  /** `committing` ones left by an earlier holder of the lease, and `unknown` ones that are due. */
  postingsDoubtful(request: {
    fence: Fence;
    nowMs: number;
    limit: number;
  }): Promise<{ posting: Posting; dependency: DocumentReference | null }[]>;
  posting(key: ExternalKey): Promise<Posting | null>;
  /** Postings in these states, oldest first; those behind `afterId` where it is given. */
  postings(filter: { states: PostingState[]; limit: number; afterId?: number }): Promise<Posting[]>;
  /**
   * Earliest time any unfinished posting is due; null when there is none, or only such as wait for
   * their record to be planned.
   */
  nextPostingAtMs(): Promise<number | null>;
  /** Durable when it resolves. */
  recordIntents(fence: Fence, intents: WriteIntent[], nowMs: number): Promise<void>;
  recordExchanges(fence: Fence, exchanges: Exchange[], nowMs: number): Promise<void>;
  /**
   * True in the answer where the move was applied. Writes crosswalk rows for what became posted. To
   * `committing` goes nothing that may still change and whose record waits to be planned.
   */
  movePostings(fence: Fence, moves: Move[], nowMs: number): Promise<boolean[]>;
  /** Staging calls of the posting that were intended and never answered clearly. */
  openIntents(postingId: number): Promise<WriteIntent[]>;
  /** After a restored database: every unfinished posting counts as doubtful. Returns how many. */
  distrustUnfinished(fence: Fence, nowMs: number): Promise<number>;

  // facts about master data
  facts(keys: string[], nowMs: number): Promise<Map<string, MasterFact>>;
  putFacts(
    facts: { key: string; fact: MasterFact; expiresAtMs: number }[],
    nowMs: number,
  ): Promise<void>;
  forgetFacts(keys: string[]): Promise<void>;

  // people
  flags(filter: FlagFilter): Promise<Flag[]>;
  trace(id: string): Promise<TraceReport>;
  status(nowMs: number): Promise<StatusReport>;
  /**
   * Records that wait to be planned, documents that wait to be posted, and those in doubt; cheap
   * however long the history.
   */
  workLeft(): Promise<{ toPlan: number; ready: number; doubtful: number }>;
  saveBaseline(id: ReceivingId, lines: BaselineLine[], actor: string, nowMs: number): Promise<void>;
  act(entry: {
    actor: string;
    action: string;
    detail: JsonObject;
    record: RecordKey | null;
    nowMs: number;
  }): Promise<void>;

  // audit
  auditHead(): Promise<{ seq: number; mac: string }>;
  /** The chain value at one row; null when there is no such row. */
  auditMacAt(seq: number): Promise<string | null>;
  /** Checks the whole chain; answers the first broken row, or null. */
  verifyAudit(): Promise<{ rows: number; brokenAt: number | null }>;

  // vault (bytes already sealed)
  sealed(name: string): Promise<Uint8Array | null>;
  /** With `act`, the audit trail tells of it in the same transaction. */
  putSealed(
    name: string,
    bytes: Uint8Array,
    nowMs: number,
    act?: { actor: string; detail: JsonObject },
  ): Promise<void>;
  sealedNames(): Promise<{ name: string; updatedAtMs: number }[]>;
  /** Told in the audit trail; false when there was none. */
  removeSealed(name: string, actor: string, nowMs: number): Promise<boolean>;

  meta(name: string): Promise<string | null>;
  putMeta(name: string, value: string): Promise<void>;
  /** What a run has done so far: refused to one that was taken over while it stood still. */
  noteInRun(fence: Fence, name: string, value: string): Promise<void>;
  close(): Promise<void>;
}
