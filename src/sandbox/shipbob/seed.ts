import type {
  Centre,
  Channel,
  InvoiceType,
  Malformation,
  OrderType,
  Recipient,
  TransactionType,
  WroStatus,
} from './model.ts';
import type { ShipbobPlant } from './plant.ts';

/** What a simulated ShipBob account holds at the start, and what will happen in it. */
export interface ShipbobSeed {
  centres: Centre[];
  channels: Channel[];
  /** Personal access tokens and what each may do. Tokens of one application share a rate limit. */
  tokens: { token: string; application: string; scopes: string[] }[];
  /** Applications that may use the authorization code flow. */
  clients: { clientId: string; clientSecret: string; scopes: string[] }[];
  products: ProductInput[];
  stock: {
    centreId: number;
    inventoryId: number;
    lot: string | null;
    expiresAtMs: number | null;
    quantity: number;
  }[];
  /** Applied in order of time, each as soon as the clock has passed it. */
  events: ShipbobEvent[];
}

export interface ShipbobEvent {
  atMs: number;
  action: ShipbobAction;
}

export interface ProductInput {
  id: number;
  variantId: number;
  inventoryId: number;
  sku: string;
  name: string;
  lotTracked?: boolean;
  active?: boolean;
  barcode?: string | null;
  components?: { sku: string; quantity: number }[];
}

export interface OrderInput {
  id?: number;
  referenceId: string;
  orderNumber?: string | null;
  type: OrderType;
  channelId: number;
  purchasedAtMs?: number;
  recipient: Recipient;
  lines: {
    sku: string;
    quantity: number;
    unitPriceCents?: number | null;
    externalLineId?: number;
    /** For a SKU unknown to ShipBob: the name of the product record it makes. */
    name?: string;
  }[];
  tags?: { name: string; value: string }[];
  shippingMethod?: string;
  purchaseOrderNumber?: string;
  giftMessage?: string;
  /** Parks the order in ImportReview until `acceptOrder`. */
  review?: true;
  /** How ShipBob splits it; without this, one shipment of everything from the first centre. */
  shipments?: ShipmentInput[];
}

export interface ShipmentInput {
  id?: number;
  centreId: number;
  /** `line` is the index in the order's lines. */
  lines: { line: number; quantity: number }[];
}

export interface WroInput {
  id?: number;
  centreId: number;
  purchaseOrderNumber: string | null;
  packageType?: 'Package' | 'Pallet' | 'FloorLoadedContainer';
  expectedAtMs: number;
  boxes: {
    trackingNumber: string;
    items: {
      inventoryId: number;
      quantity: number;
      lot?: string;
      expiresAtMs?: number;
    }[];
  }[];
}

/** Which goods of which box; `boxNumber` counts from 1. */
export interface BoxPlace {
  wroId: number;
  boxNumber: number;
  inventoryId: number;
  lot?: string;
}

export interface ChargeInput {
  /** 26 characters; made from the other fields when missing. */
  id?: string;
  type: TransactionType;
  fee: string;
  referenceId: string;
  referenceType: string;
  amountCents: number;
  chargedAtMs: number;
  visibleAtMs: number;
  invoiceType: InvoiceType;
  centreId: number | null;
}

export interface ShipInput {
  shipmentId: number;
  /** What ShipBob bills for it, and how long after shipping that becomes visible. */
  invoiceCents?: number;
  invoiceAfterMs?: number;
}

/** Everything that can happen in the account, from the seed or by hand. */
export type ShipbobAction =
  | { kind: 'placeOrder'; order: OrderInput }
  | { kind: 'acceptOrder'; orderId: number }
  | { kind: 'cancelOrder'; orderId: number }
  | { kind: 'vanishOrder'; orderId: number }
  /** It answers again, as if it had never been gone. */
  | { kind: 'restoreOrder'; orderId: number }
  /** The merchant changes how many of one line; only before anything was picked. */
  | { kind: 'changeOrder'; orderId: number; line: number; quantity: number }
  | { kind: 'malformOrder'; orderId: number; how: Malformation }
  | { kind: 'addShipment'; orderId: number; shipment: ShipmentInput }
  | { kind: 'pickShipment'; shipmentId: number; lots?: PickedLot[] }
  | ({ kind: 'labelShipment' } & ShipInput)
  | ({ kind: 'shipShipment' } & ShipInput)
  | { kind: 'scanShipment'; shipmentId: number; step: 'inTransit' | 'outForDelivery' }
  | { kind: 'deliverShipment'; shipmentId: number }
  | { kind: 'cancelShipment'; shipmentId: number }
  | { kind: 'reassignShipment'; shipmentId: number; centreId: number }
  | { kind: 'holdShipment'; shipmentId: number; reason: 'onHold' | 'outOfStock' }
  | { kind: 'releaseShipment'; shipmentId: number }
  | { kind: 'createReceiving'; wro: WroInput }
  | { kind: 'arriveReceiving'; wroId: number; boxNumber?: number }
  | { kind: 'moveReceiving'; wroId: number; status: WroStatus }
  | ({ kind: 'stow'; quantity: number } & BoxPlace)
  | ({ kind: 'recount'; stowed: number } & BoxPlace)
  | { kind: 'splitReceiving'; wroId: number; boxNumber: number; newId: number; keepNumber: boolean }
  | { kind: 'completeReceiving'; wroId: number }
  | { kind: 'cancelReceiving'; wroId: number }
  | { kind: 'addProduct'; product: ProductInput }
  | {
      kind: 'adjustStock';
      centreId: number;
      inventoryId: number;
      lot: string | null;
      quantity: number;
    }
  | ({ kind: 'charge' } & ChargeInput)
  | { kind: 'plant'; what: ShipbobPlant };

/** Which lots the picker took, overriding first-expired-first-out. */
export interface PickedLot {
  inventoryId: number;
  lot: string;
  quantity: number;
}
