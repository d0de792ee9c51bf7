/** Both sides read again for a comparison of the books. Import it from ports.ts. */
import type { DocumentKind, InforDocument } from '../core/glossary.ts';
import type { ReconciliationVerdict } from '../core/reconciliation.ts';
import type { Amount, ChargeId, Day, ExternalKey, InventoryId, Quantity } from '../core/schema.ts';
import type { TimeWindow } from './shipbob-port.ts';

/** A document as Infor holds it, whoever made it. Quantities are in the item's basic unit. */
export interface BookedDocument {
  kind: DocumentKind;
  /** The key it carries, when it carries one of ours. */
  key: ExternalKey | null;
  number: string;
  /** `no`: deleted, or cancelled to nothing. */
  live: 'yes' | 'no';
  /** Customer or supplier; null where the kind has none. */
  party: string | null;
  day: Day | null;
  lines: BookedLine[];
}

export interface BookedLine {
  line: string;
  item: string;
  warehouse: string;
  /** Ordered, for orders; moved, for movements. */
  quantity: Quantity;
  lot: string | null;
}

/** What is asked about: `number` and `document` narrow the search where the key alone cannot. */
export interface BookedQuery {
  key: ExternalKey;
  /** Null for what a person entered. */
  document: InforDocument | null;
  number: string | null;
}

/** One row of Infor's stock history. */
export interface StockTransaction {
  /** Unique and stable: warehouse, item, entry date, time and suffix. */
  id: string;
  /** What it is in the tool's words; `other` counts for balances only. */
  kind: 'orderIssue' | 'purchaseReceipt' | 'adjustment' | 'other';
  /** Infor's own type, for people. */
  type: string;
  warehouse: string;
  item: string;
  lot: string | null;
  /** Signed: what it did to the balance. */
  quantity: Quantity;
  /** The posting day. */
  day: Day;
  enteredOn: Day;
  /** Number of the sales or purchase order; null when it has none. */
  order: string | null;
  orderLine: string | null;
  delivery: string | null;
  receivingNumber: string | null;
  deliveryNote: string | null;
  reasonCode: string | null;
  /** Free text that a document carried into the history. */
  reference: string | null;
  responsible: string | null;
}

export interface BookedVoucherLine {
  /** Unique: division, year, series, voucher, journal number and sequence. */
  id: string;
  /** Year, series and number, as in the reference of a posted journal. */
  voucher: string;
  /** The accounting day. */
  day: Day;
  enteredOn: Day | null;
  division: string;
  /** 1–7; the account first. Unused ones are empty. */
  dimensions: string[];
  /** Signed: debit above zero. In the voucher's own currency. */
  amount: Amount;
  currency: string;
  text: string;
  /** What the text says: one of our charges in one of our journals. */
  chargeId: ChargeId;
  journal: ExternalKey;
}

/**
 * Infor, read for a comparison. Every method answers completely or throws a Problem: `retryable`
 * when it may go later, `BOOKS_INCOMPLETE` (kind `rejected`) when a list was cut and cannot be read
 * to its end, `BOOKS_NOT_READABLE` when this tenant has no means to read it. It never writes.
 */
export interface InforBooks {
  /**
   * For each query every document that Infor holds under the key or the number, deleted ones too:
   * none is an empty list. Sales orders, purchase orders; movements come from `stockTransactions`.
   */
  documents(
    kind: 'salesOrder' | 'purchaseOrder',
    queries: BookedQuery[],
  ): Promise<BookedDocument[][]>;
  /**
   * Orders of these customers, or by this tool's purchase requester, that carry a key of ours and
   * were entered in these days: finds what the ledger does not know. `lines` may be empty.
   */
  ownOrders(request: {
    kind: 'salesOrder' | 'purchaseOrder';
    customers: string[];
    fromDay: Day;
    toDay: Day;
  }): Promise<BookedDocument[]>;
  /**
   * The stock history of these warehouses, posted on these days, of every type, in pages; each row
   * once. It is read by the day of entry, from a month before `fromDay` until now.
   */
  stockTransactions(request: {
    warehouses: string[];
    fromDay: Day;
    toDay: Day;
  }): AsyncGenerator<StockTransaction[]>;
  /**
   * Voucher lines booked on these days whose text is one of ours (journal key and charge), of every
   * division named, in pages. An empty division is the configured one.
   */
  voucherLines(request: {
    divisions: string[];
    fromDay: Day;
    toDay: Day;
  }): AsyncGenerator<BookedVoucherLine[]>;
  /** On hand now, in the order asked; null where the item is not set up in the warehouse. */
  onHand(pairs: { item: string; warehouse: string }[]): Promise<(Quantity | null)[]>;
}

export interface StockLevel {
  centreId: string;
  inventoryId: InventoryId;
  sku: string;
  name: string;
  onHand: Quantity;
}

/** One entry of ShipBob's inventory history. */
export interface StockEvent {
  id: string;
  atMs: number;
  centreId: string;
  inventoryId: InventoryId;
  sku: string;
  /** ShipBob's own word: OrderPicked, InventoryAdjusted, ReceivingStow, … */
  category: string;
  /** Signed. */
  quantity: Quantity;
  lot: string | null;
  /** The order it belongs to, when it names one. */
  orderId: string | null;
}

/** ShipBob's shelves, read for a comparison; records are read through ShipbobSource. */
export interface ShipbobBooks {
  /**
   * On hand per centre, with those of which nothing is there. ShipBob's levels trail its events,
   * and goods move while the list is read.
   */
  levels(): Promise<StockLevel[]>;
  /**
   * The history of one centre, complete. Throws Problem `HISTORY_TOO_OLD` when the window begins
   * before what ShipBob keeps (90 days).
   */
  history(request: { centreId: string; window: TimeWindow }): AsyncGenerator<StockEvent[]>;
}

// ── comparisons in the store ──────────────────────────────────────────────────────────────────

export interface ReconciliationRun {
  id: number;
  from: Day;
  to: Day;
  timeZone: string;
  asOfMs: number;
  actor: string;
  startedAtMs: number;
  /** Grows each time it is taken up: of two processes only the later one may go on. */
  turn: number;
  finishedAtMs: number | null;
  verdict: ReconciliationVerdict | null;
}

/** What a comparison keeps while it reads, so that one that was stopped goes on. */
export interface ReconciliationStore {
  /** The unfinished comparison of this period and zone, or a new one; told in the audit trail. */
  openReconciliation(request: {
    from: Day;
    to: Day;
    timeZone: string;
    asOfMs: number;
    actor: string;
    nowMs: number;
    /** `no` gives an unfinished one up (its verdict stays null) and starts anew. */
    resume: 'yes' | 'no';
  }): Promise<ReconciliationRun>;
  /** Parts of one name in order; a name has all its parts or is read again. */
  reconciliationParts(id: number, name: string): AsyncGenerator<string>;
  /** Whether every part of that name is there. */
  hasReconciliationParts(id: number, name: string): Promise<boolean>;
  /**
   * `last` marks the name as complete. Parts come in order from 0; a 0 forgets those of an attempt
   * that was stopped. What is complete stays as it is. Throws LEASE_HELD when another process has
   * taken the comparison up since.
   */
  saveReconciliationPart(part: {
    id: number;
    turn: number;
    name: string;
    position: number;
    body: string;
    last: 'yes' | 'no';
    nowMs: number;
  }): Promise<void>;
  /**
   * Writes the verdict into the trail, then forgets the parts. Answers the trail's head with the
   * verdict in it, to which a report is bound.
   */
  finishReconciliation(request: {
    id: number;
    turn: number;
    verdict: ReconciliationVerdict;
    findings: number;
    actor: string;
    nowMs: number;
  }): Promise<{ seq: number; mac: string }>;
}
