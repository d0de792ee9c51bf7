import { parseDecimal } from './decimal.ts';
import type { VoucherLine } from './ledger-state.ts';
import type { Plant } from './schema.ts';
import type { State } from './state.ts';

type Wanted = Extract<Plant, { kind: 'changeVoucher' }>;

/** Changes a line of a voucher; the amount of its counterpart follows, so that it balances. */
export function changeVoucher(state: State, what: Wanted): string {
  const { text, amount, account, costCentre } = what;
  for (const voucher of state.vouchers) {
    const line = voucher.lines.find((one) => one.text.startsWith(text));
    if (!line) continue;
    const counterpart = voucher.lines.find(
      (one) => one !== line && one.text === line.text && one.amount === -line.amount,
    );
    if (amount !== undefined) setAmount(line, counterpart, amount);
    if (account !== undefined) line.dimensions[0] = account;
    if (costCentre !== undefined) line.dimensions[1] = costCentre;
    return String(voucher.number);
  }
  throw new Error(`no voucher line has a text that begins with ${text}`);
}

function setAmount(line: VoucherLine, counterpart: VoucherLine | undefined, text: string): void {
  const amount = parseDecimal(text);
  if (amount === undefined || counterpart === undefined) {
    throw new Error(`the amount cannot become "${text}"`);
  }
  line.amount = amount;
  counterpart.amount = -amount;
}
