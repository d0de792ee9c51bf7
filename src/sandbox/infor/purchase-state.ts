import type { Decimal } from './decimal.ts';
import type { Row } from './row.ts';

/** One run of purchase order batch entry (MXHEAD, MXLINE). */
export interface PurchaseEntry {
  message: string;
  origin: string;
  /** 10 in progress, 20 finished, 25 validation error, 90 transferred. */
  status: string;
  /** Being transferred: shown by neither PPS370 nor PPS200. */
  hidden: boolean;
  heads: EntryHead[];
}

export interface EntryHead {
  number: string;
  supplier: string;
  facility: string;
  warehouse: string;
  requestedDay: string;
  fields: Row;
  lines: EntryLine[];
  error: { code: string; text: string } | undefined;
}

export interface EntryLine {
  line: number;
  item: string;
  quantity: Decimal;
  fields: Row;
  accounting: Row | undefined;
}

export interface PurchaseOrder {
  number: string;
  supplier: string;
  facility: string;
  warehouse: string;
  requestedDay: string;
  orderDay: string;
  yourReference: string;
  requester: string;
  /** The entry that made it; blank for one a buyer typed in. */
  message: string;
  fields: Row;
  lines: PurchaseLine[];
  live: boolean;
  /** Deleted and still shown, with every line in status 99. */
  deleted?: true;
}

export interface PurchaseLine {
  line: number;
  sub: number;
  item: string;
  ordered: Decimal;
  unit: string;
  received: Decimal;
  requestedDay: string;
  /** Status of what is still open: 15 entered, 20 printed. */
  openStatus: string;
  closed: boolean;
  fields: Row;
  accounting: Row | undefined;
}

export interface PurchaseReceipt {
  order: PurchaseOrder;
  line: PurchaseLine;
  receivingNumber: number;
  quantity: Decimal;
  warehouse: string;
  location: string;
  lot: string;
  deliveryNote: string;
  day: string;
  atMs: number;
  complete: boolean;
}
