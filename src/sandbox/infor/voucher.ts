import { dayOf } from './calendar.ts';
import { type Decimal, multiply } from './decimal.ts';
import type { Voucher, VoucherLine } from './ledger-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import type { StockMovement } from './stock-state.ts';

/** Books a voucher; the general ledger shows it after the tenant's delay. */
export function bookVoucher(
  state: State,
  given: Pick<Voucher, 'day' | 'origin' | 'journal' | 'lines'> & {
    nowMs: number;
    /** Blank is the company's own. */
    division?: string;
  },
): Voucher {
  const { day, origin, journal, lines, nowMs } = given;
  const voucher: Voucher = {
    number: nextNumber(state, 'voucher', 1),
    year: day.slice(0, 4),
    series: origin === 'GLS840' ? '900' : '800',
    division: given.division || state.seed.division,
    day,
    origin,
    journal,
    enteredAtMs: nowMs,
    visibleAtMs: nowMs + state.tenant.voucherDelayMs,
    lines,
  };
  state.vouchers.push(voucher);
  state.vouchersByDay.put(sortKey(day, voucher.number), voucher);
  state.vouchersByEntry.put(sortKey(dayOf(nowMs), voucher.number), voucher);
  state.vouchersByNumber.put(sortKey(voucher.year, voucher.number), voucher);
  return voucher;
}

const origins = { '25': 'PP10', '31': 'OI10', '50': 'MM10', '51': 'MM10', '90': 'MM10' } as const;

/** The voucher of a receipt (PP10), an issue (OI10) or another movement (MM10), at unit cost. */
export function bookMovement(state: State, movement: StockMovement): void {
  const origin = origins[movement.type];
  const cost = state.master.items.get(movement.item)?.cost ?? 0n;
  const amount = multiply(movement.quantity, cost);
  const text = `${origin} ${movement.order || movement.message}`.trimEnd();
  const currency = state.seed.customers[0]?.currency ?? '';
  const [inventory = '', counterpart = inventory] = state.seed.accounts
    .filter((account) => account.dimension === 1 && !account.blocked)
    .map((account) => account.value);
  const line = (sequence: number, account: string, signed: Decimal): VoucherLine => ({
    sequence,
    dimensions: [account, '', '', '', '', '', ''],
    amount: signed,
    currency,
    text,
  });
  bookVoucher(state, {
    day: movement.day || dayOf(movement.atMs),
    origin,
    journal: '',
    nowMs: movement.atMs,
    lines: [line(1, inventory, amount), line(2, counterpart, -amount)],
  });
}
