/** What open things are worth, as far as it is known. */
import type { DocumentKind, RecordKey } from '../../core/glossary.ts';
import { compareAmounts, sumAmounts } from '../../core/money.ts';
import type { WaitingRow } from '../../core/reconciliation.ts';
import type { Amount } from '../../core/schema.ts';
import { groupedMoney } from './number.ts';

export interface Worth {
  amount: Amount | null;
  currency: string | null;
}

export interface WorthTotal {
  /** Null where ShipBob names an amount and no currency: it is added to none. */
  sums: { currency: string | null; amount: Amount }[];
  /** Rows without a known value: a sum that hid them would read as complete. */
  unknown: number;
}

export function worthOf(rows: readonly Worth[]): WorthTotal {
  const byCurrency = new Map<string | null, Amount[]>();
  let unknown = 0;
  for (const { amount, currency } of rows) {
    if (amount === null) unknown += 1;
    else {
      const same = byCurrency.get(currency);
      if (same) same.push(amount);
      else byCurrency.set(currency, [amount]);
    }
  }
  const sums = [...byCurrency.entries()]
    .sort(([left], [right]) => ((left ?? '~') < (right ?? '~') ? -1 : 1))
    .map(([currency, amounts]) => ({ currency, amount: sumAmounts(amounts) }));
  return { sums, unknown };
}

/** `1,946.05 USD, and 2 without a known value`. */
export function worthText({ sums, unknown }: WorthTotal): string {
  const known = sums.map(
    ({ currency, amount }) => `${groupedMoney(amount)} ${currency ?? 'without currency'}`,
  );
  if (unknown === 0) return known.length === 0 ? 'nothing' : known.join(' + ');
  if (known.length === 0) return 'no value is known';
  return `${known.join(' + ')}, and ${unknown} without a known value`;
}

const moving: readonly DocumentKind[] = ['goodsIssue', 'stockIssue', 'goodsReceipt', 'journal'];

/**
 * What has to be accrued: goods that moved, and charges. An order has a value too, but its goods
 * are counted when they move, and would be counted twice.
 */
export function movedRows(rows: readonly WaitingRow[]): WaitingRow[] {
  return rows.filter(({ document }) => moving.includes(document));
}

/** One value for each record, the highest: two questions about one order are worth it once. */
export function worthPerRecord(rows: readonly (Worth & { record: RecordKey })[]): Worth[] {
  const byRecord = new Map<string, Worth>();
  for (const { record, amount, currency } of rows) {
    const name = `${record.kind} ${record.id}`;
    const known = byRecord.get(name);
    if (!known || isLess(known.amount, amount)) byRecord.set(name, { amount, currency });
  }
  return [...byRecord.values()];
}

function isLess(known: Amount | null, amount: Amount | null): boolean {
  if (amount === null) return false;
  return known === null || compareAmounts(known, amount) < 0;
}
