import type { Decimal } from './decimal.ts';
import type { Row } from './row.ts';

/** A journal batch of the general ledger interface (FGLINH, FGLINF), keyed by KEY1. */
export interface Journal {
  key: string;
  division: string;
  interface: string;
  description: string;
  /** 10 entered, 20 checked, 25 refused by the check, 90 updated. */
  status: string;
  lines: JournalLine[];
  vouchers: number[];
  live: boolean;
}

export interface JournalLine {
  line: number;
  group: string;
  day: string;
  /** Signed: debits are positive. */
  amount: Decimal;
  currency: string;
  dimensions: string[];
  text: string;
  fields: Row;
}

export interface Voucher {
  number: number;
  year: string;
  series: string;
  division: string;
  day: string;
  /** The function or event that made it: GLS840, PP10 receipt, OI10 issue. */
  origin: string;
  /** KEY1 of the journal; blank for vouchers of stock movements. */
  journal: string;
  enteredAtMs: number;
  visibleAtMs: number;
  lines: VoucherLine[];
}

export interface VoucherLine {
  sequence: number;
  dimensions: string[];
  amount: Decimal;
  currency: string;
  text: string;
}
