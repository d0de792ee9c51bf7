import type { Decimal } from './decimal.ts';
import type { Row } from './row.ts';

/** A warehouse message (MHIHED): nothing happens until it is processed. */
export interface WarehouseMessage {
  number: string;
  warehouse: string;
  /** 20 receipt with put-away, 31 issue to a customer order. */
  qualifier: string;
  partner: string;
  /** E0PB, the key that the look-up by external number uses. */
  lookupPartner: string;
  externalNumber: string;
  status: string;
  fields: Row;
  packages: WarehousePackage[];
  createdAtMs: number;
  /** False once deleted. */
  live: boolean;
}

export interface WarehousePackage {
  number: string;
  status: string;
  fields: Row;
  lines: WarehouseLine[];
}

export interface WarehouseLine {
  line: number;
  status: string;
  item: string;
  quantity: Decimal;
  order: string;
  orderLine: number;
  orderSuffix: number;
  fields: Row;
  error: string;
}

/** An internal stock message (MMIHED): head, identities and their instructions. */
export interface StockMessage {
  number: string;
  warehouse: string;
  partner: string;
  lookupPartner: string;
  externalNumber: string;
  status: string;
  fields: Row;
  lines: StockMessageLine[];
  createdAtMs: number;
  live: boolean;
}

export interface StockMessageLine {
  line: number;
  status: string;
  item: string;
  location: string;
  lot: string;
  fields: Row;
  instructions: StockInstruction[];
}

export interface StockInstruction {
  sequence: number;
  qualifier: string;
  status: string;
  /** Signed change of the balance. */
  quantity: Decimal;
  reasonCode: string;
  fields: Row;
  error: string;
}
