import { describeMapping } from '../../src/sandbox/seed.ts';
import type { ExpectedCharge } from './simulation-expected.ts';
import { count, exclude, type Judgement, tally } from './simulation-verdict.ts';

interface BookedLine {
  account: string;
  cents: number;
  voucher: number;
}

/** Each charge once: its amount on its fee's account, and the contrary on the clearing account. */
export function judgeCharges(judgement: Judgement): void {
  const { infor, expected, verdict, unprovable, waiting, putAside } = judgement;
  const vouchers = infor.vouchers.filter(({ journal }) => journal !== '');
  count(verdict, 'journals', new Set(vouchers.map(({ journal }) => journal)).size);
  const lines = new Map<string, BookedLine[]>();
  for (const voucher of vouchers) {
    const sum = voucher.lines.reduce((total, line) => total + cents(line.amount), 0);
    if (sum !== 0) verdict.wrong.push(`voucher ${voucher.number} is out of balance by ${sum}`);
    for (const { text, amount, dimensions } of voucher.lines) {
      const charge = text.trim().split(/\s+/)[0] ?? '';
      const [account = ''] = dimensions;
      const line = { account, cents: cents(amount), voucher: voucher.number };
      lines.set(charge, [...(lines.get(charge) ?? []), line]);
    }
  }
  const known = new Set(expected.charges.map(({ id }) => id));
  for (const id of lines.keys()) if (!known.has(id)) verdict.wrong.push(`a charge ${id}`);
  for (const charge of expected.charges) {
    const booked = lines.get(charge.id) ?? [];
    const name = `charge ${charge.id}`;
    const record = `charge:${charge.id}`;
    judgeLines(judgement, charge, booked);
    if (charge.standing === 'never') {
      if (booked.length > 0) verdict.wrong.push(`${name} is booked`);
      if (charge.cents === 0) continue;
      exclude(verdict, 'charge without an account');
      if (!waiting.has(record) && !putAside.has(record)) {
        verdict.losses.push(`${name} has no account and nobody is asked`);
      }
      continue;
    }
    // Without a list of vouchers nobody can prove a journal: it is flagged, booked or not.
    if (booked.length === 0 && unprovable.has(record)) verdict.unprovable += 1;
    else tally(judgement, name, record, booked.length > 0);
  }
}

function judgeLines(
  { sandbox, verdict }: Judgement,
  charge: ExpectedCharge,
  booked: readonly BookedLine[],
): void {
  const name = `charge ${charge.id}`;
  if (booked.length === 0) return;
  if (booked.length > 2) verdict.doubles.push(`${name}: ${booked.length} lines`);
  if (new Set(booked.map(({ voucher }) => voucher)).size > 1) {
    verdict.wrong.push(`${name} is in several vouchers`);
  }
  const { clearingAccount } = describeMapping(sandbox.week);
  const wanted = new Map([
    [charge.account, charge.cents],
    [clearingAccount, -charge.cents],
  ]);
  const right = booked.every(({ account, cents }) => wanted.get(account) === cents);
  const accounts = new Set(booked.map(({ account }) => account));
  if (right && accounts.size === 2) return;
  const words = booked.map(({ account, cents }) => `${cents} on ${account}`);
  verdict.wrong.push(`${name}: ${words.join(', ')}`);
}

function cents(amount: string): number {
  return Math.round(Number(amount) * 100);
}
