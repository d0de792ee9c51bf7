/**
 * The vocabulary, one word per concept, the same in code, SQL, commands and docs.
 *
 * - record:   one thing as ShipBob holds it (an order with its shipments, a receiving order, a charge)
 * - document: what a record shall become in Infor (a sales order, a goods issue, a receipt, …)
 * - posting:  the life of one document on its way into Infor; it has an external key and a state
 * - handle:   Infor's name for a staged document that has no effect yet
 * - reference: Infor's number of the finished document
 * - flag:     a question that only a person (or a change outside) can answer; it holds a record up
 * - mapping:  a rule that says which Infor code stands for a ShipBob value
 * - run:      one execution of the engine, under the lease
 * - lease:    the right to be the only engine on this database; its fence number grows with each holder
 */
import type {
  Amount,
  ChargeId,
  Day,
  ExternalKey,
  InventoryId,
  OrderId,
  Quantity,
  ReceivingId,
  ShipmentId,
} from './schema.ts';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

// ── records: what ShipBob says ────────────────────────────────────────────────────────────────

export type RecordKind = 'order' | 'receiving' | 'charge';
export type SourceRecord = OrderRecord | ReceivingRecord | ChargeRecord;

/** Names one record. */
export interface RecordKey {
  kind: RecordKind;
  id: string;
}

export interface Address {
  name: string;
  company: string | null;
  street1: string;
  street2: string | null;
  city: string;
  state: string | null;
  postCode: string | null;
  /** ISO 3166 alpha-2 as ShipBob gives it. */
  country: string;
  phone: string | null;
  email: string | null;
}

/** `review`: ShipBob has not accepted it yet. `unrecognised`: a status this version does not know. */
export type OrderPhase = 'review' | 'accepted' | 'cancelled' | 'unrecognised';

export interface OrderRecord {
  kind: 'order';
  id: OrderId;
  phase: OrderPhase;
  /** ShipBob's own word, for people. */
  status: string;
  type: string;
  channel: { id: string; name: string } | null;
  referenceId: string;
  orderNumber: string;
  createdAtMs: number;
  purchasedAtMs: number | null;
  recipient: Address;
  lines: OrderLine[];
  tags: { name: string; value: string }[];
  shipments: Shipment[];
  /** The buyer's own purchase order number on wholesale orders. */
  buyerOrderNumber: string | null;
  totalPrice: Amount | null;
  /** The newest of all update times in the record; null when ShipBob gives none. */
  updatedAtMs: number | null;
}

export interface OrderLine {
  productId: string;
  referenceId: string;
  sku: string;
  quantity: Quantity;
  /** EA, INP, CS, PL or null. */
  unit: string | null;
  unitPrice: Amount | null;
  externalLineId: string | null;
}

/** `left`: goods are out of the building (completed, or a fulfilment date is set). */
export type ShipmentPhase = 'preparing' | 'left' | 'cancelled' | 'unrecognised';

export interface Shipment {
  id: ShipmentId;
  phase: ShipmentPhase;
  status: string;
  /** Fulfilment centre; null before assignment. */
  centre: { id: string; name: string } | null;
  createdAtMs: number | null;
  updatedAtMs: number | null;
  leftAtMs: number | null;
  deliveredAtMs: number | null;
  tracking: { carrier: string; number: string; url: string | null } | null;
  parts: ShipmentPart[];
}

/** One inventory item of one lot inside a shipment: the level at which ShipBob counts. */
export interface ShipmentPart {
  /** The ordered product it belongs to (a bundle's components share their bundle's product). */
  productId: string;
  productReferenceId: string;
  productSku: string;
  inventoryId: InventoryId;
  name: string;
  quantity: Quantity;
  lot: string | null;
  expiresOn: Day | null;
  serialNumbers: string[];
}

export type ReceivingPhase =
  | 'expected'
  | 'receiving'
  | 'completed'
  | 'cancelled'
  | 'transfer'
  | 'unrecognised';

export interface ReceivingRecord {
  kind: 'receiving';
  id: ReceivingId;
  phase: ReceivingPhase;
  status: string;
  purchaseOrderNumber: string | null;
  centre: { id: string; name: string; timeZone: string | null };
  createdAtMs: number;
  completedAtMs: number | null;
  expectedAtMs: number | null;
  lines: ReceivingLine[];
  /** Null until read: boxes are read only when quantities moved. */
  boxes: ReceivingBox[] | null;
  updatedAtMs: number | null;
}

export interface ReceivingLine {
  inventoryId: InventoryId;
  sku: string;
  expected: Quantity;
  received: Quantity;
  /** Cumulative: what is on the shelf. The number to book. */
  stowed: Quantity;
}

export interface ReceivingBox {
  boxId: string;
  status: string;
  contents: {
    inventoryId: InventoryId;
    stowed: Quantity;
    lot: string | null;
    expiresOn: Day | null;
  }[];
}

export interface ChargeRecord {
  kind: 'charge';
  id: ChargeId;
  type: 'charge' | 'refund' | 'credit' | 'unrecognised';
  fee: string;
  amount: Amount;
  currency: string;
  chargedOn: Day;
  referenceType: string;
  referenceId: string;
  centreName: string | null;
}

// ── documents: what shall stand in Infor ──────────────────────────────────────────────────────

export type DocumentKind =
  | 'salesOrder'
  | 'purchaseOrder'
  | 'goodsIssue'
  | 'stockIssue'
  | 'goodsReceipt'
  | 'journal'
  | 'orderCancellation';

export type InforDocument =
  | SalesOrder
  | PurchaseOrder
  | GoodsIssue
  | StockIssue
  | GoodsReceipt
  | Journal
  | OrderCancellation;

export interface SalesOrder {
  kind: 'salesOrder';
  customer: string;
  orderType: string;
  facility: string;
  warehouse: string;
  /** Null leaves the customer's own currency. */
  currency: string | null;
  orderedOn: Day;
  requestedOn: Day;
  /** The order number a person sees in ShipBob. */
  orderNumber: string;
  /** Responsible person's code in Infor, or null. */
  responsible: string | null;
  lines: SalesOrderLine[];
  deliveryAddress: Address | null;
  /** Shipping charge to add, or null. */
  charge: { code: string; amount: Amount } | null;
}

export interface SalesOrderLine {
  /** Ours, from 1; carried in Infor so that lines can be matched. */
  line: number;
  item: string;
  /** In the item's basic unit. */
  quantity: Quantity;
  /** Null leaves the price to Infor. */
  price: Amount | null;
  warehouse: string;
  reasonCode: string | null;
  /** Which ordered product this line stands for; matched when goods leave. */
  productId: string;
  productReferenceId: string;
  sku: string;
}

export interface PurchaseOrder {
  kind: 'purchaseOrder';
  supplier: string;
  facility: string;
  warehouse: string;
  orderType: string | null;
  currency: string | null;
  orderedOn: Day;
  requestedOn: Day;
  orderNumber: string;
  lines: {
    line: number;
    item: string;
    quantity: Quantity;
    unit: string;
    price: Amount | null;
    /** Accounting dimensions 1–7; empty when Infor's rules decide. */
    dimensions: string[];
    costCentre: string | null;
  }[];
}

/** Goods that left for a sales order. */
export interface GoodsIssue {
  kind: 'goodsIssue';
  shipmentId: ShipmentId;
  customer: string;
  warehouse: string;
  movedOn: Day;
  /** `HHmmss` in the warehouse's zone. */
  movedAtTime: string;
  trackingNumber: string | null;
  lines: {
    line: number;
    /** The sales order's own line number (ours), see SalesOrderLine.line. */
    salesOrderLine: number;
    item: string;
    quantity: Quantity;
    lot: string | null;
    location: string | null;
    reasonCode: string | null;
    /** True when ShipBob will ship no more of this order line. */
    complete: boolean;
  }[];
}

/** Goods that left without a sales order. */
export interface StockIssue {
  kind: 'stockIssue';
  shipmentId: ShipmentId;
  warehouse: string;
  movedOn: Day;
  movedAtTime: string;
  remark: string;
  responsible: string | null;
  lines: {
    line: number;
    item: string;
    quantity: Quantity;
    lot: string | null;
    location: string | null;
    reasonCode: string;
  }[];
}

export interface GoodsReceipt {
  kind: 'goodsReceipt';
  receivingId: ReceivingId;
  purchaseOrder: string;
  supplier: string;
  warehouse: string;
  movedOn: Day;
  movedAtTime: string;
  /** Carried as delivery note number. */
  deliveryNote: string;
  lines: {
    line: number;
    purchaseOrderLine: string;
    purchaseOrderSubline: string;
    item: string;
    /** In the purchase order's unit. */
    quantity: Quantity;
    unit: string;
    lot: string | null;
    expiresOn: Day | null;
    location: string | null;
    /** True on the last receipt of a line that will get no more. */
    complete: boolean;
  }[];
}

export interface Journal {
  kind: 'journal';
  division: string;
  day: Day;
  voucherGroup: string;
  currency: string;
  description: string;
  lines: {
    line: number;
    /** Dimensions 1–7; index 0 is the account. Unused ones are empty. */
    dimensions: string[];
    /** Signed: debit above zero, credit below. Lines sum to zero. */
    amount: Amount;
    text: string;
    chargeId: ChargeId;
  }[];
}

/** Takes back a sales order that was posted and then cancelled before anything shipped. */
export interface OrderCancellation {
  kind: 'orderCancellation';
  salesOrderKey: ExternalKey;
}

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
  /** What must change for the flag to clear, e.g. `item:COFFEE-DARK`; flags of one cause share it. */
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
  /** The order or shipment it stands for. */
  shipbobId: string;
  number: string;
}

export interface PlannedDocument {
  key: ExternalKey;
  document: InforDocument;
  dependsOn: ExternalKey | null;
  shipmentId: ShipmentId | null;
}

// ── facts about master data, read only ────────────────────────────────────────────────────────

export type MasterNeed =
  /** An Infor item for a SKU: by number, then alias, then mapping. */
  | { kind: 'item'; sku: string }
  | { kind: 'itemWarehouse'; item: string; warehouse: string }
  | { kind: 'customer'; number: string }
  | { kind: 'supplier'; number: string }
  | { kind: 'warehouse'; number: string }
  | { kind: 'dimension'; dimension: number; value: string; division: string }
  /** Header and open lines, read fresh in every run. */
  | { kind: 'purchaseOrder'; number: string }
  /** ShipBob's catalogue: which SKU an inventory id is. */
  | { kind: 'inventory'; inventoryId: InventoryId }
  /** ShipBob's catalogue: what a product SKU consists of. */
  | { kind: 'product'; sku: string };

export type MasterFact =
  | { kind: 'absent' }
  | { kind: 'ambiguous'; candidates: string[] }
  | ItemFact
  | { kind: 'itemWarehouse' }
  | { kind: 'customer'; name: string; active: boolean; stopped: boolean; currency: string }
  | { kind: 'supplier'; name: string; active: boolean; currency: string }
  | { kind: 'warehouse'; name: string; facility: string; division: string; timeZone: string | null }
  | DimensionFact
  | PurchaseOrderFact
  | { kind: 'inventory'; sku: string; name: string }
  | ProductFact;

export interface ItemFact {
  kind: 'item';
  number: string;
  name: string;
  /** The status code as Infor gives it; which ones are accepted is configuration. */
  status: string;
  unit: string;
  decimals: number;
  lotControlled: boolean;
  /** Basic units for one ShipBob unit (an alias may stand for a pack). */
  factor: Quantity;
  via: 'number' | 'alias';
}

export interface DimensionFact {
  kind: 'dimension';
  name: string;
  blocked: boolean;
  validFrom: Day | null;
  validTo: Day | null;
}

export interface PurchaseOrderFact {
  kind: 'purchaseOrder';
  supplier: string;
  warehouse: string;
  /** False when deleted, closed or not yet released. */
  open: boolean;
  statusText: string;
  lines: {
    line: string;
    subline: string;
    item: string;
    unit: string;
    /** Basic units per purchase unit. */
    unitFactor: Quantity;
    requestedOn: Day | null;
    ordered: Quantity;
    received: Quantity;
    /** What may still come, in the purchase unit. */
    remaining: Quantity;
    open: boolean;
  }[];
}

export interface ProductFact {
  kind: 'product';
  sku: string;
  name: string;
  /** Empty when it is not a bundle. Quantities are per one bundle. */
  components: { sku: string; quantity: Quantity }[];
}
