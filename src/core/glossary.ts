/**
 * The vocabulary, one word per concept, the same in code, SQL, commands and docs.
 *
 * - record: what ShipBob holds: an order with its shipments, a receiving order, a charge
 * - document: what a record shall become in Infor: a sales order, a goods issue, a receipt, …
 * - posting: the life of one document on its way into Infor; it has an external key and a state
 * - handle: Infor's name for a staged document that has no effect yet
 * - reference: Infor's number of the finished document
 * - flag: a question that only a person, or a change outside, can answer; it holds a record up
 * - mapping: a rule that says which Infor code stands for a ShipBob value
 * - run: one execution of the engine, under the lease
 * - lease: the right to be the only engine on this database; its fence grows with each holder
 */
import type { DocumentKind, InforDocument } from './document.ts';
import type { MasterNeed } from './master-fact.ts';
import type { RecordKey } from './record.ts';
import type {
  Amount,
  ChargeId,
  Day,
  ExternalKey,
  InventoryId,
  Quantity,
  ShipmentId,
} from './schema.ts';

// The vocabulary is one page to whoever uses it, in four files to whoever reads it.
export type * from './document.ts';
export type * from './master-fact.ts';
export type * from './record.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

// ── postings ──────────────────────────────────────────────────────────────────────────────────

export type PostingState =
  | 'pending'
  | 'staged'
  | 'committing'
  | 'posted'
  | 'flagged'
  | 'unknown'
  | 'cancelled';

/** Infor's number of the finished document, and what the adapter wants to remember about it. */
export interface DocumentReference {
  number: string;
  /** The adapter's own: line numbers, receipt numbers, voucher. */
  detail: { [name: string]: Json };
}

/** What Infor holds of a document, line by line, in the document's own units. */
export interface HeldLine {
  line: number | null;
  item: string;
  quantity: Quantity;
  lot: string | null;
}

export interface Posting {
  id: number;
  key: ExternalKey;
  kind: DocumentKind;
  state: PostingState;
  record: RecordKey;
  shipmentId: ShipmentId | null;
  document: InforDocument;
  /** SHA-256 of the canonical document, hex. */
  documentHash: string;
  /** The posting that must be posted before this one, or null. */
  dependsOn: ExternalKey | null;
  /** Grows with every new handle. 0 before the first staging. */
  attempt: number;
  handle: string | null;
  /** True once the present handle was named in a commit's write-ahead row. */
  handedToCommit: boolean;
  reference: DocumentReference | null;
  /** Lines as Infor holds them, once known; for an adopted document they may differ from ours. */
  held: HeldLine[] | null;
  adopted: boolean;
  nextAttemptAtMs: number;
  /** Failed tries since the last progress, for backoff. */
  failures: number;
  /** When the outcome became doubtful; null when it is not. */
  doubtfulSinceMs: number | null;
  /** Look-ups that found the handle staged and the key absent since then, with their times. */
  negativeLookupsAtMs: number[];
  /** What it waits for, in words; null when nothing. */
  waitingFor: string | null;
  createdAtMs: number;
  postedAtMs: number | null;
}

// ── flags ─────────────────────────────────────────────────────────────────────────────────────

export interface FlagDraft {
  code: string;
  /**
   * What must change for the flag to clear, e.g. `item:COFFEE-DARK`; flags of one cause share it.
   */
  cause: string;
  /** One plain sentence. */
  sentence: string;
  /** What a person can do. */
  hint: string;
  evidence: JsonObject;
  /** Units held up, when known. */
  quantity: Quantity | null;
  amount: Amount | null;
  currency: string | null;
  /** Keys of the documents that it holds up; left out: all of its record. */
  holds?: string[];
}

export interface Flag extends FlagDraft {
  id: number;
  record: RecordKey;
  postingKey: ExternalKey | null;
  raisedAtMs: number;
  clearedAtMs: number | null;
}

/** What planning one record came to. */
export interface Plan {
  documents: PlannedDocument[];
  flags: FlagDraft[];
  /** What happened and why, in a few words; goes to the audit trail. */
  decisions: string[];
  /** Facts that are still missing; while there are any, the rest is provisional. */
  needs: MasterNeed[];
  /** A charge ready to be journalled; null for every other record. */
  entry: JournalEntry | null;
}

/** One charge with its accounting, waiting to be collected into a day's journal. */
export interface JournalEntry {
  chargeId: ChargeId;
  day: Day;
  division: string;
  currency: string;
  /** Above zero; the sign of the charge is in which side is debit. */
  amount: Amount;
  debit: string[];
  credit: string[];
  text: string;
}

/** What was already on the shelf, and booked by hand, when the tool took over. */
export interface BaselineLine {
  inventoryId: InventoryId;
  lot: string | null;
  stowed: Quantity;
}

/** An Infor document that a person entered for a record and that the tool was told about. */
export interface ManualLink {
  kind: DocumentKind;
  /** The order, shipment or receiving order it stands for. */
  shipbobId: string;
  number: string;
  /**
   * What of the document stands for this record, in basic units; null for a link of before, which
   * nobody has checked.
   */
  held: HeldLine[] | null;
}

export interface PlannedDocument {
  key: ExternalKey;
  document: InforDocument;
  dependsOn: ExternalKey | null;
  shipmentId: ShipmentId | null;
}
