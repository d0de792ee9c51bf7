import type { Decimal } from './decimal.ts';
import type { Row } from './row.ts';

/** A temporary order in batch entry (OXHEAD, OXLINE). */
export interface BatchOrder {
  number: string;
  customer: string;
  orderType: string;
  facility: string;
  warehouse: string;
  orderDay: string;
  requestedDay: string;
  customerReference: string;
  yourReference: string;
  /** 15 error in head, 20 entered, 25 error in line, 30 stopped, 55 abnormal end, 90 order made. */
  status: string;
  finalNumber: string;
  /** The head as it was entered. */
  fields: Row;
  lines: BatchLine[];
  addresses: Row[];
  texts: Row[];
  charges: Row[];
  messages: { level: string; code: string; text: string }[];
  live: boolean;
}

export interface BatchLine {
  line: number;
  suffix: number;
  item: string;
  quantity: Decimal;
  warehouse: string;
  fields: Row;
}

/** A real customer order (OOHEAD, OOLINE). */
export interface CustomerOrder {
  number: string;
  batchNumber: string;
  customer: string;
  orderType: string;
  facility: string;
  warehouse: string;
  orderDay: string;
  requestedDay: string;
  customerReference: string;
  yourReference: string;
  stopped: boolean;
  createdAtMs: number;
  fields: Row;
  lines: OrderLine[];
  addresses: Row[];
  texts: Row[];
  charges: Row[];
  /** A deleted order stays visible with status 90. */
  deleted: boolean;
}

export interface OrderLine {
  line: number;
  suffix: number;
  item: string;
  quantity: Decimal;
  warehouse: string;
  fields: Row;
  delivery: number;
  allocations: Allocation[];
  delivered: Decimal;
  /** Ended short: nothing more will be delivered. */
  closed: boolean;
  deleted: boolean;
}

/** A quantity held for an order line on one balance identity; on a pick list once released. */
export interface Allocation {
  location: string;
  lot: string;
  quantity: Decimal;
  pickLine: number | undefined;
}

export interface Delivery {
  number: number;
  order: string;
  warehouse: string;
  pickLists: number;
  createdAtMs: number;
}

export interface PickLine {
  reportingNumber: number;
  delivery: number;
  pickList: number;
  order: string;
  line: number;
  suffix: number;
  item: string;
  warehouse: string;
  allocation: Allocation;
}
