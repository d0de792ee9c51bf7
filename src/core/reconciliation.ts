/**
 * What a comparison of the three books answers: ShipBob (what happened), the ledger (what was
 * posted, here) and Infor (what stands there). Quantities are in the item's basic unit unless a name
 * says otherwise; `null` means that a book says nothing, which is not the same as zero.
 */
import type { DocumentKind, JsonObject, RecordKey } from './glossary.ts';
import type { Amount, Day, ExternalKey, Quantity } from './schema.ts';

/** Days are calendar days of `timeZone`; `toMs` is exclusive. */
export interface ReconciliationPeriod {
  from: Day;
  to: Day;
  timeZone: string;
  fromMs: number;
  toMs: number;
}

/**
 * `incomplete`: nothing differs in what could be compared, but a part could not be. It is never
 * shown as agreement.
 */
export type ReconciliationVerdict = 'agrees' | 'differs' | 'incomplete';

/** `movement`: a stock movement in Infor that no document of ours accounts for. */
export type FindingCode =
  | 'MISSING_IN_INFOR'
  | 'DELETED_IN_INFOR'
  | 'MISSING_IN_LEDGER'
  | 'DOUBLED_IN_INFOR'
  | 'NOT_POSTED'
  | 'QUANTITY_DIFFERS'
  | 'ITEM_DIFFERS'
  | 'LOT_DIFFERS'
  | 'PARTY_DIFFERS'
  | 'WAREHOUSE_DIFFERS_IN_BOOKS'
  | 'AMOUNT_DIFFERS'
  | 'ACCOUNTING_DIFFERS'
  | 'WRONG_PERIOD'
  | 'POSTED_THOUGH_CANCELLED'
  | 'FOREIGN_MOVEMENT'
  | 'CHARGE_LATE'
  | 'CHARGE_CHANGED'
  | 'ON_HAND_UNEXPLAINED'
  | 'AUDIT_BROKEN';

export interface ReconciliationFinding {
  code: FindingCode;
  /** One plain sentence that names documents and numbers. */
  sentence: string;
  /** What a person does about it; never something that would post it twice. */
  hint: string;
  document: DocumentKind | null;
  record: RecordKey | null;
  key: ExternalKey | null;
  inforNumber: string | null;
  warehouse: string | null;
  item: string | null;
  lot: string | null;
  day: Day | null;
  shipbob: Quantity | null;
  ledger: Quantity | null;
  infor: Quantity | null;
  amount: Amount | null;
  currency: string | null;
  evidence: JsonObject;
}

/** A part that was not compared; while there is one, the verdict cannot be `agrees`. */
export interface NotCompared {
  what: string;
  why: string;
  hint: string;
}

/** One kind of document over the whole period. Units are basic units; money for journals. */
export interface DocumentTotals {
  kind: DocumentKind;
  /** Documents that ShipBob's records call for. */
  documents: { shipbob: number; ledger: number; infor: number };
  /** Null where the kind has no units (journals). */
  units: { shipbob: Quantity; ledger: Quantity; infor: Quantity } | null;
  /** By currency; null where the kind has no money. */
  amounts: { currency: string; shipbob: Amount; ledger: Amount; infor: Amount }[] | null;
  /** Called for and not posted as of the moment: with a known next attempt, or a flag. */
  waiting: number;
  flagged: number;
  findings: number;
}

/** Units moved on one day, per book; the chart of the report. */
export interface DayTotals {
  day: Day;
  kind: DocumentKind;
  shipbob: Quantity;
  ledger: Quantity;
  infor: Quantity;
}

/** Units moved over the period, per item, warehouse and day. */
export interface StockTotals {
  item: string;
  warehouse: string;
  day: Day;
  direction: 'in' | 'out';
  shipbob: Quantity;
  ledger: Quantity;
  infor: Quantity;
}

/** Something ShipBob says happened that is not in Infor yet, and why. */
export interface WaitingRow {
  document: DocumentKind;
  key: ExternalKey | null;
  record: RecordKey;
  day: Day | null;
  units: Quantity | null;
  amount: Amount | null;
  currency: string | null;
  state: 'waiting' | 'flagged' | 'ignored' | 'unknown';
  /** Flag codes, or what it waits for. */
  why: string;
}

/** Moved in the period and posted after its end, or moved before and posted in it. */
export interface CutOffRow {
  document: DocumentKind;
  key: ExternalKey;
  record: RecordKey;
  inforNumber: string | null;
  movedOn: Day;
  postedAtMs: number;
  /** The day Infor booked it on; null when it was not read. */
  bookedOn: Day | null;
  units: Quantity | null;
  direction: 'movedInPeriodPostedAfter' | 'movedBeforePostedInPeriod';
}

/** An open question as of the moment. */
export interface OpenFlagRow {
  id: number;
  code: string;
  sentence: string;
  record: RecordKey;
  raisedAtMs: number;
  units: Quantity | null;
  amount: Amount | null;
  currency: string | null;
  assignee: string | null;
  ignored: 'yes' | 'no';
}

export interface MappingChangeRow {
  kind: string;
  source: string;
  before: string | null;
  after: string | null;
  actor: string;
  because: string | null;
  atMs: number;
}

/** Why the shelves and the books differ, unit by unit; see OnHandRow. */
export type BridgeCategory =
  /** Was different already when the period began. */
  | 'opening'
  /** Left or stowed, and not in Infor yet: waiting for its next attempt. */
  | 'notYetPosted'
  /** The same, but a flag holds it. */
  | 'flagged'
  /** ShipBob's own inventory history: adjustments, returns, kitting, transfers. */
  | 'shipbobAdjustment'
  /** Moves in Infor that are not ours. */
  | 'inforForeign'
  /** Left the shelf in ShipBob for a shipment that has not left the building. */
  | 'inTransit'
  /** A difference between documents that is a finding of its own. */
  | 'finding'
  | 'unexplained';

/** On-hand of one item in one warehouse, at the moment of the comparison, in basic units. */
export interface OnHandRow {
  item: string;
  warehouse: string;
  sku: string;
  shipbob: Quantity;
  infor: Quantity;
  /** shipbob − infor. */
  difference: Quantity;
  /** Parts of the difference; with `unexplained` they sum to it exactly. */
  parts: { category: BridgeCategory; detail: string; quantity: Quantity; ageDays: number | null }[];
}

export type OnHandBridge =
  | { state: 'compared'; atMs: number; rows: OnHandRow[] }
  | { state: 'notCompared'; why: string };

export interface ReconciliationReport {
  id: number;
  period: ReconciliationPeriod;
  /** Everything counts as it was then; what changed later is named in `notCompared`. */
  asOfMs: number;
  madeAtMs: number;
  actor: string;
  company: string;
  verdict: ReconciliationVerdict;
  /** One sentence for the first line. */
  verdictSentence: string;
  notCompared: NotCompared[];
  /** What is no part of the comparison by what was asked or configured; it may agree without it. */
  leftOut: { what: string; why: string }[];
  documents: DocumentTotals[];
  days: DayTotals[];
  stock: StockTotals[];
  findings: ReconciliationFinding[];
  waiting: WaitingRow[];
  cutOff: CutOffRow[];
  flags: OpenFlagRow[];
  mappingChanges: MappingChangeRow[];
  onHand: OnHandBridge;
  /** Calls that were made for it. */
  calls: { shipbob: number; infor: number };
  audit: { rows: number; seq: number; head: string; brokenAt: number | null };
}
