/** What shall stand in Infor, in the tool's own words; no field name of Infor's occurs here. */
import type { Address } from './record.ts';
import type {
  Amount,
  ChargeId,
  Day,
  ExternalKey,
  Quantity,
  ReceivingId,
  ShipmentId,
} from './schema.ts';

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

/** Goods as ShipBob named and counted them when a document was planned; see source-line.ts. */
export interface SourceLine {
  id: string;
  /** For people. */
  what: string;
  quantity: Quantity;
}

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
  source?: SourceLine[];
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
  source?: SourceLine[];
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
  source?: SourceLine[];
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
  source?: SourceLine[];
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
