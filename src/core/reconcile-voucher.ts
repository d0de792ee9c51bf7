/** Journals of the ledger against the voucher lines that Infor holds of them. */
import type { Posting } from './glossary.ts';
import {
  absoluteAmount,
  addAmounts,
  isNegativeAmount,
  isZeroAmount,
  multiplyAmount,
  noAmount,
  sumAmounts,
} from './money.ts';
import type { ChargeEntry } from './reconcile-charge.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { placeOfDay } from './reconcile-frame.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import type { Amount, ChargeId, Day, ExternalKey } from './schema.ts';
import { canonicalQuantity } from './schema.ts';

export interface VoucherLine {
  voucher: string;
  day: Day;
  division: string;
  /** The account first. */
  dimensions: string[];
  /** Debit above zero. */
  amount: Amount;
  currency: string;
  chargeId: ChargeId;
  journal: ExternalKey;
}

export interface VoucherBooks {
  /** Charges in journals that are posted, of the period and somewhat around it. */
  entries: readonly (ChargeEntry & { journalKey: ExternalKey })[];
  journals: ReadonlyMap<ExternalKey, Posting>;
  /** Charges that adopted journals hold. */
  adopted: ReadonlyMap<string, ExternalKey>;
  lines: readonly VoucherLine[];
}

export function voucherFindings(
  frame: ReconcileFrame,
  books: VoucherBooks,
): ReconciliationFinding[] {
  const byCharge = new Map<string, VoucherLine[]>();
  for (const line of books.lines) {
    const name = nameOf(line.journal, line.chargeId);
    const group = byCharge.get(name);
    if (group === undefined) byCharge.set(name, [line]);
    else group.push(line);
  }
  const found: ReconciliationFinding[] = [];
  const missing = new Map<ExternalKey, ChargeEntry[]>();
  const known = new Set<string>();
  for (const entry of books.entries) {
    known.add(nameOf(entry.journalKey, entry.chargeId));
    const journal = books.journals.get(entry.journalKey);
    if (journal === undefined || journal.state !== 'posted') continue;
    if (journal.postedAtMs !== null && journal.postedAtMs > frame.asOfMs) continue;
    const lines = byCharge.get(nameOf(entry.journalKey, entry.chargeId)) ?? [];
    const inPeriod = placeOfDay(entry.day, frame.period) === 'in';
    const touches = lines.some(({ day }) => placeOfDay(day, frame.period) === 'in');
    if (!inPeriod && !touches) continue;
    if (inPeriod && isZeroAmount(debitOf(lines))) {
      const group = missing.get(entry.journalKey);
      if (group === undefined) missing.set(entry.journalKey, [entry]);
      else group.push(entry);
    } else found.push(...entryFindings(frame, entry, { lines, journal }));
  }
  for (const [key, entries] of missing) {
    found.push(missingFinding({ key, entries }, books));
  }
  return [...found, ...unknownFindings(frame, books, known)];
}

function entryFindings(
  frame: ReconcileFrame,
  entry: ChargeEntry,
  held: { lines: VoucherLine[]; journal: Posting },
): ReconciliationFinding[] {
  const { lines, journal } = held;
  const debit = debitOf(lines);
  if (isZeroAmount(debit)) return [];
  const vouchers = [...new Set(lines.map(({ voucher }) => voucher))];
  const common = { ...about(entry, journal), amount: entry.amount, currency: entry.currency };
  const subject = `Charge ${entry.chargeId} in journal ${entry.journalKey ?? ''}`;
  const evidence = { infor: debit, posted: entry.amount, vouchers: vouchers.slice(0, 20) };
  const twice = multiplyAmount(entry.amount, canonicalQuantity('2'));
  if (debit === twice && vouchers.length > 1) {
    const sentence = `${subject} stands in Infor twice: vouchers ${vouchers.join(' and ')}.`;
    return [finding({ code: 'DOUBLED_IN_INFOR', sentence, ...common, evidence })];
  }
  const other = lines.find(({ currency }) => currency !== entry.currency);
  if (debit !== entry.amount || other !== undefined) {
    const shown = `${debit} ${other?.currency ?? entry.currency}`;
    const sentence = `${subject} was posted with ${entry.amount} ${entry.currency}, and Infor has ${shown}.`;
    return [finding({ code: 'AMOUNT_DIFFERS', sentence, ...common, evidence })];
  }
  return [...accountFindings(entry, lines, common), ...dayFindings(frame, entry, lines, common)];
}

type Common = Partial<ReconciliationFinding>;

function accountFindings(
  entry: ChargeEntry,
  lines: VoucherLine[],
  common: Common,
): ReconciliationFinding[] {
  const nets = [...netByDimensions(lines)].filter(([, net]) => !isZeroAmount(net.amount));
  const wrong = nets.filter(([, { amount, dimensions }]) => {
    const wanted = isNegativeAmount(amount) ? entry.credit : entry.debit;
    // What was left empty is Infor's to fill.
    return wanted.some((value, at) => value !== '' && value !== (dimensions[at] ?? ''));
  });
  const [first] = wrong;
  if (first === undefined) return [];
  const [, { amount, dimensions }] = first;
  const wanted = isNegativeAmount(amount) ? entry.credit : entry.debit;
  const sentence = `Charge ${entry.chargeId} in journal ${entry.journalKey ?? ''} was posted to ${told(wanted)}, and stands in Infor on ${told(dimensions)}.`;
  const evidence = { posted: told(wanted), infor: told(dimensions) };
  return [finding({ code: 'ACCOUNTING_DIFFERS', sentence, ...common, evidence })];
}

function dayFindings(
  frame: ReconcileFrame,
  entry: ChargeEntry,
  lines: VoucherLine[],
  common: Common,
): ReconciliationFinding[] {
  const place = placeOfDay(entry.day, frame.period);
  const other = lines.find(({ day }) => placeOfDay(day, frame.period) !== place);
  if (other === undefined) return [];
  const sentence = `Charge ${entry.chargeId} of ${entry.day} in journal ${entry.journalKey ?? ''} is booked in Infor on ${other.day}.`;
  const evidence = { movedOn: entry.day, bookedOn: other.day };
  return [finding({ code: 'WRONG_PERIOD', sentence, ...common, evidence })];
}

function missingFinding(
  lost: { key: ExternalKey; entries: ChargeEntry[] },
  books: VoucherBooks,
): ReconciliationFinding {
  const { key, entries } = lost;
  const [first] = entries;
  const journal = books.journals.get(key);
  const all = books.entries.filter(({ journalKey }) => journalKey === key).length;
  const amount = sumAmounts(entries.map((entry) => entry.amount));
  const what =
    entries.length === all ? `Journal ${key}` : `${entries.length} of ${all} charges of ${key}`;
  const number = journal?.reference?.number ?? null;
  const verb = entries.length === all ? 'is' : 'are';
  return finding({
    code: 'MISSING_IN_INFOR',
    sentence: `${what} ${verb} posted${number === null ? '' : ` as ${number}`} with ${amount} ${first?.currency ?? ''}, and Infor has no lines of it.`,
    document: 'journal',
    record: entries.length === 1 && first ? { kind: 'charge', id: first.chargeId } : null,
    key,
    inforNumber: number,
    day: first?.day ?? null,
    amount,
    currency: first?.currency ?? null,
    evidence: { charges: entries.slice(0, 20).map(({ chargeId }) => chargeId) },
  });
}

/** Voucher lines with a journal's key and a charge that the ledger does not have in it. */
function unknownFindings(
  frame: ReconcileFrame,
  books: VoucherBooks,
  known: ReadonlySet<string>,
): ReconciliationFinding[] {
  const groups = new Map<ExternalKey, VoucherLine[]>();
  for (const line of books.lines) {
    if (placeOfDay(line.day, frame.period) !== 'in') continue;
    if (known.has(nameOf(line.journal, line.chargeId))) continue;
    if (books.adopted.get(line.chargeId) === line.journal) continue;
    const group = groups.get(line.journal);
    if (group === undefined) groups.set(line.journal, [line]);
    else group.push(line);
  }
  return [...groups].flatMap(([key, lines]) => {
    const [first] = lines;
    const amount = debitOf(lines);
    if (first === undefined || isZeroAmount(amount)) return [];
    const charges = [...new Set(lines.map(({ chargeId }) => chargeId))];
    return finding({
      code: 'MISSING_IN_LEDGER',
      sentence: `Voucher ${first.voucher} in Infor carries ${charges.length === 1 ? `charge ${charges[0]}` : `${charges.length} charges`} of journal ${key}, which this database has not posted.`,
      document: 'journal',
      record: charges.length === 1 ? { kind: 'charge', id: first.chargeId } : null,
      key,
      inforNumber: first.voucher,
      day: first.day,
      amount,
      currency: first.currency,
      evidence: { charges: charges.slice(0, 20) },
    });
  });
}

/** What stands on the debit side, after what was booked and taken back on the same account. */
export function debitOf(lines: readonly VoucherLine[]): Amount {
  const nets = [...netByDimensions(lines).values()].map(({ amount }) => amount);
  return sumAmounts(nets.filter((amount) => !isNegativeAmount(amount)).map(absoluteAmount));
}

function netByDimensions(
  lines: readonly VoucherLine[],
): Map<string, { dimensions: string[]; amount: Amount }> {
  const nets = new Map<string, { dimensions: string[]; amount: Amount }>();
  for (const { dimensions, amount } of lines) {
    const name = told(dimensions);
    const known = nets.get(name)?.amount ?? noAmount;
    nets.set(name, { dimensions, amount: addAmounts(known, amount) });
  }
  return nets;
}

function told(dimensions: readonly string[]): string {
  return (
    dimensions
      .map((value) => value.trim())
      .join('/')
      .replace(/\/+$/, '') || 'no account'
  );
}

function nameOf(journal: ExternalKey, charge: ChargeId): string {
  return `${journal} ${charge}`;
}

function about(entry: ChargeEntry, journal: Posting) {
  return {
    document: 'journal',
    record: { kind: 'charge', id: entry.chargeId },
    key: entry.journalKey,
    inforNumber: journal.reference?.number ?? null,
    day: entry.day,
  } as const;
}
