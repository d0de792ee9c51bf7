/** What open things are worth, as far as it is known. */
import { sumAmounts } from '../../core/money.ts';
import type { Amount } from '../../core/schema.ts';
import { groupedMoney } from './number.ts';

export interface Worth {
  amount: Amount | null;
  currency: string | null;
}

export interface WorthTotal {
  sums: { currency: string; amount: Amount }[];
  /** Rows without a known value: a sum that hid them would read as complete. */
  unknown: number;
}

export function worthOf(rows: readonly Worth[]): WorthTotal {
  const byCurrency = new Map<string, Amount[]>();
  let unknown = 0;
  for (const { amount, currency } of rows) {
    if (amount === null || currency === null) unknown += 1;
    else byCurrency.set(currency, [...(byCurrency.get(currency) ?? []), amount]);
  }
  const sums = [...byCurrency.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([currency, amounts]) => ({ currency, amount: sumAmounts(amounts) }));
  return { sums, unknown };
}

/** `1,946.05 USD, and 2 without a known value`. */
export function worthText({ sums, unknown }: WorthTotal): string {
  const known = sums.map(({ currency, amount }) => `${groupedMoney(amount)} ${currency}`);
  if (unknown === 0) return known.length === 0 ? 'nothing' : known.join(' + ');
  if (known.length === 0) return 'no value is known';
  return `${known.join(' + ')}, and ${unknown} without a known value`;
}
