/** Vouchers that journals of ours became. */
import type { BookedVoucherLine, InforBooks } from '../../../app/ports.ts';
import { addDays, compactDay, dayFromCompact, dayOf } from '../../../core/day.ts';
import { chargeId, type Day, type ExternalKey } from '../../../core/schema.ts';
import { keyOfText } from '../recipe/voucher.ts';
import {
  chunksOf,
  notReadable,
  type Reader,
  type Row,
  readWhole,
  rowsOf,
  shownAmount,
} from './reading.ts';
import { daysBetween } from './stock.ts';

type VoucherRequest = Parameters<InforBooks['voucherLines']>[0];

const listCall = 'GLS200MI/LstVouchersByDt';
/** Days of one division that travel in one request. */
const daysAtOnce = 4;

const columns = [
  ...['DIVI', 'YEA4', 'VSER', 'VONO', 'JRNO', 'JSNO', 'ACDT', 'RGDT', 'CUCD', 'CUAM', 'VTXT'],
  ...['AIT1', 'AIT2', 'AIT3', 'AIT4', 'AIT5', 'AIT6', 'AIT7'],
];

/** Journals of a closed period are booked on a later day than that of entry, at most this much. */
const enteredBeforeDays = 31;

/**
 * Nothing published says whether LstVouchersByDt goes by accounting day or by day of entry. The
 * days of the period are read first; unless a row of them has shown that it goes by accounting day,
 * those around it follow. Day by day, because the list has no position to go on from.
 */
export async function* voucherLines(
  reader: Reader,
  request: VoucherRequest,
): AsyncGenerator<BookedVoucherLine[]> {
  if (reader.settings.journal.voucherList === 'none') {
    throw notReadable('infor.journal.voucherList says that vouchers cannot be listed');
  }
  const named = request.divisions.map((division) => division || reader.settings.division);
  for (const division of new Set(named)) yield* linesOfDivision(reader, request, division);
}

async function* linesOfDivision(
  reader: Reader,
  { fromDay, toDay }: VoucherRequest,
  division: string,
): AsyncGenerator<BookedVoucherLine[]> {
  const tomorrow = addDays(dayOf(reader.clock.now(), 'UTC'), 1);
  const inside = daysBetween(fromDay, toDay);
  const around = [
    ...daysBetween(addDays(fromDay, -enteredBeforeDays), addDays(fromDay, -1)),
    ...daysBetween(addDays(toDay, 1), tomorrow),
  ];
  const seen = new Set<string>();
  let isByAccountingDay = false;
  for (const days of [...chunksOf(inside, daysAtOnce), ...chunksOf(around, daysAtOnce)]) {
    const isAround = days[0] !== undefined && (days[0] < fromDay || days[0] > toDay);
    if (isByAccountingDay && isAround) return;
    const calls = days.map((day) => callOf(day, division));
    const results = await readWhole(reader, 'GLS200MI', calls);
    for (const [index, day] of days.entries()) {
      const rows = rowsOf(listCall, results[index], ['FRDT', 'TODT']);
      isByAccountingDay ||= rows.some((row) => provesAccountingDay(row, day));
      const page = rows
        .flatMap((row) => lineOf(row, division))
        .filter((line) => line.day >= fromDay && line.day <= toDay && !seen.has(line.id));
      for (const { id } of page) seen.add(id);
      if (page.length > 0) yield page;
    }
  }
}

function callOf(day: Day, division: string) {
  const record: Record<string, string> = { FRDT: compactDay(day), TODT: compactDay(day) };
  // Blank is not "every division": M3 takes the caller's own then, or the company's.
  if (division !== '') record.DIVI = division;
  return { transaction: 'LstVouchersByDt', record, columns };
}

function provesAccountingDay(row: Row, asked: Day): boolean {
  const entered = row.RGDT ?? '';
  return row.ACDT === compactDay(asked) && /^\d{8}$/.test(entered) && entered !== row.ACDT;
}

/** None when the text is not one of ours, or the division is another one. */
function lineOf(row: Row, division: string): BookedVoucherLine[] {
  const text = (row.VTXT ?? '').trim();
  const own = ownText(text);
  if (own === null) return [];
  // A grid that does not know the input shows all divisions, each time.
  if (division !== '' && (row.DIVI ?? division) !== division) return [];
  const voucher = [row.YEA4, row.VSER, row.VONO].filter(Boolean).join('-');
  const day = dayFromCompact(row.ACDT ?? '');
  if (day === null) throw notReadable(`voucher ${voucher} shows no accounting day`);
  return [
    {
      id: [row.DIVI ?? division, voucher, row.JRNO, row.JSNO].join('/'),
      voucher,
      day,
      enteredOn: dayFromCompact(row.RGDT ?? ''),
      division: row.DIVI ?? division,
      dimensions: [row.AIT1, row.AIT2, row.AIT3, row.AIT4, row.AIT5, row.AIT6, row.AIT7].map(
        (value) => value ?? '',
      ),
      amount: shownAmount(row.CUAM, `voucher ${voucher}`),
      currency: row.CUCD ?? '',
      text,
      ...own,
    },
  ];
}

function ownText(text: string): Pick<BookedVoucherLine, 'chargeId' | 'journal'> | null {
  const [charge = '', written = '', ...rest] = text.split(/\s+/);
  const journal: ExternalKey | null = keyOfText(written);
  // A charge has 26 characters; M3's own texts begin with an event such as OI10.
  if (journal === null || rest.length > 0 || !/^[0-9A-Za-z]{26}$/.test(charge)) return null;
  return { chargeId: chargeId(charge), journal };
}
