/** What ShipBob says, in the tool's own words: orders with shipments, receiving orders, charges. */
import type {
  Amount,
  ChargeId,
  Day,
  InventoryId,
  OrderId,
  Quantity,
  ReceivingId,
  ShipmentId,
} from './schema.ts';

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

/**
 * `review`: ShipBob has not accepted it yet. `unrecognised`: a status this version does not know.
 */
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
