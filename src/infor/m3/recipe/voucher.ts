import type { Exchange, Target } from '../../../app/ports.ts';
import { dayFromCompact } from '../../../core/day.ts';
import type { DocumentReference, HeldLine, Journal } from '../../../core/glossary.ts';
import { assert, Problem } from '../../../core/problem.ts';
import { type ExternalKey, externalKey } from '../../../core/schema.ts';
import type { MiResult } from '../mi.ts';
import { listed } from './answer.ts';
import { compareDecimals, linesUnreadable, quantityOf } from './compare.ts';
import { given } from './record.ts';
import { documentOf, type Row, type Session } from './session.ts';

/** VTXT of GLS840MI/AddBatchLineFld. */
const textLengthMax = 40;
const dayMs = 86_400_000;
/** Days searched one by one before the rest is asked for in one piece. */
const singleDaysMax = 31;

/**
 * The text of a voucher line: charge and journal, so that the membership of a journal can be read
 * from the ledger (posting-protocol §2.5). A charge id has 26 characters and a key up to 15; the
 * key's letter and dash carry nothing, and without them both fit.
 */
export function voucherText(charge: string, key: ExternalKey): string {
  const text = `${charge} ${key}`.length <= textLengthMax ? `${charge} ${key}` : short(charge, key);
  assert(text.length <= textLengthMax, `a voucher text has at most ${textLengthMax} characters`);
  return text;
}

function short(charge: string, key: ExternalKey): string {
  return `${charge} ${shortKey(key)}`;
}

function shortKey(key: ExternalKey): string {
  return key.replace(/^J/, '').replace(/-/g, '');
}

/** The journal's key that a voucher text names, in either form; null when it is none of ours. */
export function keyOfText(written: string): ExternalKey | null {
  // A sequence has always two digits, so that the short form says where the division ends.
  const parts = /^(?:J(\d{8})([A-Z0-9]{0,3})-(\d{2})|(\d{8})([A-Z0-9]{0,3})(\d{2}))$/.exec(written);
  if (parts === null) return null;
  const [, fullDay, fullDivision, fullCount, shortDay, shortDivision, shortCount] = parts;
  const day = fullDay ?? shortDay ?? '';
  // An order's number is ten digits too, and M3 writes it into the texts of its own vouchers.
  if (dayFromCompact(day) === null) return null;
  return externalKey(`J${day}${fullDivision ?? shortDivision}-${fullCount ?? shortCount}`);
}

export type VoucherFind =
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | { state: 'absent' }
  /** This tenant has no list of vouchers. */
  | { state: 'unlisted'; problem: Problem }
  | { state: 'unclear'; problem: Problem };

/**
 * Searches the ledger for lines of these journals: on the journal's own day first, then on every
 * day until tomorrow, because nothing published says whether the list goes by accounting date or by
 * entry date. Day by day, because many tenants cut a list at 1,000 rows and it cannot be continued.
 */
export async function findVouchers(
  targets: Target[],
  session: Session,
  step: Exchange['step'],
): Promise<VoucherFind[]> {
  const tomorrow = new Date(session.clock.now() + dayMs).toISOString().slice(0, 10);
  const near = await search(targets, session, {
    step,
    rangesOf: ({ day }) => [{ from: day, to: day }],
  });
  const open = targets.filter((_, index) => near[index]?.state === 'absent');
  const far = await search(open, session, {
    step,
    rangesOf: ({ day }) => daysAfter(day, tomorrow),
  });
  return targets.map((target, index) => {
    const first = near[index];
    assert(first !== undefined, 'every journal was searched');
    return far[open.indexOf(target)] ?? first;
  });
}

interface Range {
  from: string;
  to: string;
}

/** The days behind `day` up to `last`, one by one; what is beyond a month in one piece. */
function daysAfter(day: string, last: string): Range[] {
  const ranges: Range[] = [];
  for (let next = dayBehind(day); next <= last; next = dayBehind(next)) {
    if (ranges.length === singleDaysMax) return [...ranges, { from: next, to: last }];
    ranges.push({ from: next, to: next });
  }
  return ranges;
}

function dayBehind(day: string): string {
  return new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
}

async function search(
  targets: Target[],
  session: Session,
  by: { step: Exchange['step']; rangesOf(document: Journal): Range[] },
): Promise<VoucherFind[]> {
  const asked = targets.flatMap((target) => {
    const document = documentOf(target, 'journal');
    const division = document.division || session.settings.division;
    return by.rangesOf(document).map(({ from, to }) => ({
      target,
      call: {
        transaction: 'LstVouchersByDt',
        record: given({
          FRDT: from.replaceAll('-', ''),
          TODT: to.replaceAll('-', ''),
          DIVI: division,
        }),
        columns: ['YEA4', 'VSER', 'VONO', 'ACDT', 'AIT1', 'CUAM', 'VTXT'],
      },
    }));
  });
  const results = await session.whole(
    by.step,
    'GLS200MI',
    asked.map(({ target, call }) => ({ targets: [target], call, isPast: () => false })),
  );
  return targets.map((target) => {
    const finds = asked
      .map((one, index) => ({ one, result: results[index] }))
      .filter(({ one }) => one.target === target)
      .map(({ result }) => judge(target, result));
    return (
      finds.find((find) => find.state === 'posted') ??
      finds.find((find) => find.state !== 'absent') ?? { state: 'absent' }
    );
  });
}

function judge(target: Target, result: MiResult | undefined): VoucherFind {
  const rows = result?.kind === 'ok' ? result.records : [];
  const own = rows.filter((row) => isOf(target.key, row.VTXT ?? ''));
  const document = documentOf(target, 'journal');
  const list = listed('GLS200MI/LstVouchersByDt', result, []);
  // A list that was cut does not say who is in the journal. Where that is ours to say, because we
  // committed it, all of our charges prove the posting.
  const proved = target.neverCommitted !== 'yes' && holdsAll(own, document);
  if (own.length > 0 && (list.state === 'rows' || proved)) return postedAs(document, own);
  if (result?.kind === 'invalid' && result.problem.code === 'INFOR_TRANSACTION_NOT_FOUND') {
    return { state: 'unlisted', problem: noList(result.problem) };
  }
  if (list.state === 'rows') return { state: 'absent' };
  return result?.kind === 'ok' ? { state: 'unclear', problem: listCut(rows.length) } : list;
}

function holdsAll(rows: readonly Row[], document: Journal): boolean {
  const charges = new Set(rows.map(chargeOf));
  const every = document.lines.every((line) => charges.has(line.chargeId));
  return every && rows.length >= document.lines.length;
}

function chargeOf(row: Row): string {
  return (row.VTXT ?? '').trim().split(/\s+/)[0] ?? '';
}

function isOf(key: ExternalKey, text: string): boolean {
  const [, written = ''] = text.trim().split(/\s+/);
  return written === key || written === shortKey(key);
}

function postedAs(document: Journal, rows: Row[]): VoucherFind {
  const vouchers = [
    ...new Set(rows.map((row) => [row.YEA4, row.VSER, row.VONO].filter(Boolean).join('-'))),
  ];
  const charges = [...new Set(rows.map(chargeOf))];
  const number = vouchers[0] ?? '';
  const held: HeldLine[] = [];
  for (const row of rows) {
    const quantity = quantityOf(row.CUAM ?? '');
    if (quantity === null) return { state: 'unclear', problem: linesUnreadable('voucher', number) };
    held.push({ line: lineOf(document, row), item: row.AIT1 ?? '', quantity, lot: null });
  }
  return { state: 'posted', reference: { number, detail: { vouchers, charges } }, held };
}

function lineOf(document: Journal, row: Row): number | null {
  const charge = chargeOf(row);
  const line = document.lines.find(
    (one) =>
      one.chargeId === charge &&
      (one.dimensions[0] ?? '') === (row.AIT1 ?? '') &&
      compareDecimals(one.amount, row.CUAM ?? '') === 0,
  );
  return line?.line ?? null;
}

function noList(cause: Problem): Problem {
  return new Problem({
    code: 'VOUCHER_LIST_MISSING',
    kind: 'configuration',
    message: 'This M3 has no GLS200MI/LstVouchersByDt, so no journal can be looked up.',
    hint: 'Set infor.journal.voucherList to none, knowing that journals cannot be read back then.',
    cause,
  });
}

function listCut(rows: number): Problem {
  return new Problem({
    code: 'VOUCHER_LIST_CUT',
    kind: 'configuration',
    message:
      `M3 shows only the first ${rows} voucher lines of a day, so it cannot be told whether a ` +
      'journal is among them.',
    hint:
      'Have the limit of rows of the M3 API raised; or set infor.journal.voucherList to none, ' +
      'knowing that journals cannot be read back then.',
    evidence: { rows: String(rows) },
  });
}
