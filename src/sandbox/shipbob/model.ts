/** How the simulated ShipBob behaves where the real one is inconsistent or undocumented. */
export interface ShipbobModes {
  /** Calls per sliding minute and application. */
  rateLimitPerMinute: number;
  /** `HasTracking` and `IsTrackingUploaded` answered 500 for two independent users. */
  trackingFilters: 'fail' | 'work';
  /** What happens to a list filter whose comma or colon arrives percent-encoded. */
  encodedLists: 'ignored' | 'refused';
  /** Whether date bounds include the bound itself; the wording says "later than". */
  dateBounds: 'exclusive' | 'inclusive';
  /** Whether a scan or a delivery moves the order's last update as well as its tracking clock. */
  carrierEvents: 'trackingOnly' | 'moveUpdate';
  wroLastUpdated: 'frozen' | 'moves';
  /** WRO-level received quantity: behind until completion, or equal to what was counted. */
  wroReceived: 'lags' | 'counted';
  nulls: 'mixed' | 'kept';
  /** A refused token answers 401, or a redirect to a login page. */
  refusedToken: 'status' | 'redirect';
  orderLagMs: number;
  stockLagMs: number;
  /** How far behind the copy is that answers a stale read; 0 keeps none. Set at the start. */
  staleReadMs: number;
  /** Real milliseconds that a `slow` fault takes. */
  slowMs: number;
  /**
   * Whether the rows of a list are looked up for each page, or kept for the next page of the same
   * question: right only while nothing happens in between, and needed where there are very many.
   */
  lists: 'lookedUp' | 'kept';
  /** Whether webhooks are sent by themselves while listening, or only by `sendWebhooks()`. */
  webhooks: 'manual' | 'automatic';
}

export const DEFAULT_MODES: ShipbobModes = {
  rateLimitPerMinute: 150,
  trackingFilters: 'fail',
  encodedLists: 'ignored',
  dateBounds: 'exclusive',
  carrierEvents: 'trackingOnly',
  wroLastUpdated: 'frozen',
  wroReceived: 'lags',
  nulls: 'mixed',
  refusedToken: 'status',
  orderLagMs: 5_000,
  stockLagMs: 60_000,
  staleReadMs: 0,
  slowMs: 400,
  lists: 'lookedUp',
  webhooks: 'manual',
};

export interface Recipient {
  name: string;
  email: string | null;
  phone: string | null;
  address1: string;
  address2: string | null;
  company: string | null;
  city: string;
  state: string | null;
  country: string;
  zip: string | null;
}

export type OrderType = 'DTC' | 'DropShip' | 'B2B';

export interface OrderLine {
  productId: number;
  referenceId: string;
  sku: string;
  quantity: number;
  unitPriceCents: number | null;
  externalLineId: number | null;
}

export type ShipmentStatus =
  | 'Processing'
  | 'LabeledCreated'
  | 'Completed'
  | 'Exception'
  | 'OnHold'
  | 'Cancelled'
  | 'CleanSweeped';

/** What is (to be) taken from the shelf: one row per inventory item and lot. */
export interface Pick {
  inventoryId: number;
  name: string;
  quantity: number;
  committed: number;
  lot: string | null;
  expiresAtMs: number | null;
}

export interface ShipmentLine {
  productId: number;
  referenceId: string;
  sku: string;
  name: string;
  picks: Pick[];
}

export interface StatusDetail {
  id: number;
  name: string;
  description: string;
  inventoryId: number | null;
}

export interface Tracking {
  carrier: string;
  service: string;
  number: string;
}

export interface Milestone {
  typeId: number;
  name: string;
  text: string;
  atMs: number;
}

export interface Shipment {
  id: number;
  orderId: number;
  createdAtMs: number;
  updatedAtMs: number;
  trackedAtMs: number | null;
  status: ShipmentStatus;
  details: StatusDetail[];
  centreId: number | null;
  lines: ShipmentLine[];
  picked: boolean;
  tracking: Tracking | null;
  /** Label printed and goods gone from stock: ShipBob's fulfilment time. */
  leftAtMs: number | null;
  deliveredAtMs: number | null;
  invoiceCents: number | null;
  invoicedAtMs: number | null;
  trackingUploaded: boolean;
  timeline: Milestone[];
}

/** Ways in which one order's JSON breaks its schema. */
export type Malformation = 'unknownStatus' | 'textQuantity' | 'missingProducts';

export interface Order {
  id: number;
  createdAtMs: number;
  updatedAtMs: number;
  trackedAtMs: number | null;
  purchasedAtMs: number | null;
  referenceId: string;
  orderNumber: string | null;
  type: OrderType;
  channelId: number;
  shippingMethod: string | null;
  recipient: Recipient;
  lines: OrderLine[];
  /** What its lines said before the merchant changed them, oldest first. */
  former: OrderLine[][];
  tags: { name: string; value: string }[];
  purchaseOrderNumber: string | null;
  giftMessage: string | null;
  /** Set where the status does not follow from the shipments. */
  held: 'ImportReview' | 'Cancelled' | null;
  shipments: Shipment[];
  vanished: boolean;
  malformed: Malformation | null;
}

export type WroStatus =
  | 'Awaiting'
  | 'PartiallyArrived'
  | 'Arrived'
  | 'Processing'
  | 'Completed'
  | 'Cancelled'
  | 'Incomplete'
  | 'PartiallyArrivedAtHub'
  | 'ArrivedAtHub'
  | 'ProcessingAtHub'
  | 'InternalTransfer';

export interface BoxItem {
  inventoryId: number;
  expected: number;
  received: number;
  stowed: number;
  /** The most that was ever stowed, whatever a recount took back. */
  most: number;
  lot: string | null;
  expiresAtMs: number | null;
}

export interface Box {
  id: number;
  number: number;
  status: 'Awaiting' | 'Arrived' | 'Counting' | 'Stowing' | 'Completed' | 'Cancelled';
  trackingNumber: string;
  arrivedAtMs: number | null;
  receivedAtMs: number | null;
  countingAtMs: number | null;
  items: BoxItem[];
}

export interface Wro {
  id: number;
  status: WroStatus;
  packageType: 'Package' | 'Pallet' | 'FloorLoadedContainer';
  boxPackaging: 'EverythingInOneBox' | 'OneSkuPerBox' | 'MultipleSkuPerBox';
  expectedAtMs: number;
  insertedAtMs: number;
  lastUpdatedAtMs: number;
  completedAtMs: number | null;
  purchaseOrderNumber: string | null;
  centreId: number;
  boxes: Box[];
  externalSyncAtMs: number | null;
  history: { id: number; status: WroStatus; atMs: number }[];
}

/** Surplus that ShipBob takes off a WRO; it carries no link back. */
export interface Uro {
  id: number;
  centreId: number;
  inventoryId: number;
  quantity: number;
  createdAtMs: number;
  completed: boolean;
}

export interface Product {
  id: number;
  variantId: number;
  inventoryId: number;
  sku: string;
  name: string;
  lotTracked: boolean;
  active: boolean;
  barcode: string | null;
  /** Empty for a regular product. */
  components: { sku: string; quantity: number }[];
  createdAtMs: number;
  updatedAtMs: number;
}

export interface Centre {
  id: number;
  name: string;
  abbreviation: string;
  timezone: string;
  address1: string;
  city: string;
  state: string;
  zip: string;
}

export interface Channel {
  id: number;
  name: string;
  application: string;
  scopes: string[];
}

export type TransactionType = 'Charge' | 'Refund' | 'Credit';
export type InvoiceType =
  | 'Shipping'
  | 'Inbound Fee'
  | 'WarehouseStorage'
  | 'AdditionalFee'
  | 'Return'
  | 'Credits';

export interface Charge {
  id: string;
  type: TransactionType;
  fee: string;
  referenceId: string;
  referenceType: string;
  amountCents: number;
  chargedAtMs: number;
  /** ShipBob's billing shows a charge only 24 to 48 hours after the fact. */
  visibleAtMs: number;
  invoiceType: InvoiceType;
  centreId: number | null;
}

export interface Subscription {
  id: string;
  topics: string[];
  url: string;
  description: string | null;
  secret: string;
  enabled: boolean;
  createdAtMs: number;
}
