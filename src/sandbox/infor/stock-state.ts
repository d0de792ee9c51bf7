import type { Decimal } from './decimal.ts';

export interface Balance {
  warehouse: string;
  item: string;
  location: string;
  lot: string;
  onHand: Decimal;
  allocated: Decimal;
  /** Order of first arrival; allocation takes the oldest lot first. */
  arrival: number;
}

/** One row of the stock history (MITTRA). */
export interface StockMovement {
  sequence: number;
  /** 25 purchase receipt, 31 order issue, 50 and 51 transfers in and out, 90 adjustment. */
  type: '25' | '31' | '50' | '51' | '90';
  warehouse: string;
  item: string;
  location: string;
  lot: string;
  /** Signed: issues are negative. */
  quantity: Decimal;
  balanceAfter: Decimal;
  atMs: number;
  day: string;
  time: string;
  order: string;
  line: number;
  suffix: number;
  delivery: number;
  pickList: number;
  receivingNumber: string;
  deliveryNote: string;
  reasonCode: string;
  reference: string;
  lotReference: string;
  lotReference2: string;
  responsible: string;
  /** The message that made it, with its external number; for the books alone, M3 shows neither. */
  message: string;
  externalKey: string;
}
