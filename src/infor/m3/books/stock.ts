/** The stock history, and what is on hand. */
import type { InforBooks, StockTransaction } from '../../../app/ports.ts';
import { addDays, compactDay, dayFromCompact, dayOf } from '../../../core/day.ts';
import { addQuantities } from '../../../core/quantity.ts';
import type { Day, Quantity } from '../../../core/schema.ts';
import { listUntil } from '../lists.ts';
import { found } from '../recipe/answer.ts';
import { quantityOf } from '../recipe/compare.ts';
import {
  chunksOf,
  failed,
  notReadable,
  type Reader,
  type Row,
  readEach,
  rowsOf,
  shownQuantity,
} from './reading.ts';

type HistoryRequest = Parameters<InforBooks['stockTransactions']>[0];

const historyCall = 'MWS070MI/ListTransByDate';

/**
 * Posting days may lie behind the day of entry (a closed period moves a document to the next open
 * day), so entries of a month before the period are read too.
 */
const enteredBeforeDays = 31;
/** Days whose first pages travel in one request. */
const daysAtOnce = 8;
/** Rows of a page: below the 1,000 at which some grids cut. */
const pageRows = 500;
/** Pages of one day and warehouse at most: 200,000 rows. */
const pagesMax = 400;
/** So many issues without a single one that lowers the stock are no chance. */
const issuesToJudge = 5;

/** TTYP (reference: infor-api §4.6): what the recipes of this tool make. */
const kinds: Record<string, StockTransaction['kind']> = {
  '25': 'purchaseReceipt',
  '31': 'orderIssue',
  '90': 'adjustment',
};

const columns = [
  ...['TTYP', 'TMSX', 'TRDT', 'TRQT', 'BANO', 'RIDN', 'RIDL', 'RIDX', 'RIDI', 'REPN', 'SUDO'],
  ...['RSCD', 'RFTX', 'RESP'],
];

/**
 * MITTRA of whole days of entry. SelStockTran would go by posting day, but of one type at a time,
 * and nobody publishes which types a tenant uses: only ListTransByDate is complete over all types.
 * It is asked day by day, because nothing published says whether it ends with the day or goes on.
 */
export async function* stockTransactions(
  reader: Reader,
  request: HistoryRequest,
): AsyncGenerator<StockTransaction[]> {
  const { warehouses, fromDay, toDay } = request;
  // M3's own zone may be ahead of UTC.
  const lastEntry = addDays(dayOf(reader.clock.now(), 'UTC'), 1);
  const days = daysBetween(addDays(fromDay, -enteredBeforeDays), lastEntry);
  const asked = days.flatMap((day) => warehouses.map((warehouse) => ({ day, warehouse })));
  const signs = { lowering: 0, raising: 0 };
  for (const some of chunksOf(asked, daysAtOnce)) {
    const firsts = await readEach(reader, 'MWS070MI', some.map(callOf), pageRows);
    for (const [index, place] of some.entries()) {
      const rows = await rowsOfDay(reader, place, firsts[index]);
      const page = rows.map(transactionOf).filter(({ day }) => day >= fromDay && day <= toDay);
      noteSigns(page, signs);
      if (page.length > 0) yield page;
    }
  }
  refuseUnsigned(signs);
}

interface Place {
  day: Day;
  warehouse: string;
}

function callOf({ day, warehouse }: Place) {
  return {
    transaction: 'ListTransByDate',
    record: { WHLO: warehouse, RGDT: compactDay(day) },
    columns: ['WHLO', 'RGDT', 'RGTM', 'ITNO', ...columns],
  };
}

async function rowsOfDay(
  reader: Reader,
  place: Place,
  first: Awaited<ReturnType<typeof readEach>>[number] | undefined,
): Promise<Row[]> {
  if (first === undefined) throw failed(historyCall, first);
  const call = callOf(place);
  const { result } = await listUntil(reader.client, {
    program: 'MWS070MI',
    transaction: call.transaction,
    start: call.record,
    keyFields: ['WHLO', 'RGDT', 'RGTM', 'ITNO'],
    isPast: (row) => row.WHLO !== place.warehouse || row.RGDT !== compactDay(place.day),
    columns,
    recordsMax: pageRows,
    pagesMax,
    first: { result: first, durationMs: 0 },
  });
  const rows = rowsOf(historyCall, result, ['WHLO', 'RGDT']);
  if (rows.length > pageRows) requireOrder(rows);
  return uniqueRows(rows);
}

/** A page goes on from the last key: in another order it would have passed over rows. */
function requireOrder(rows: Row[]): void {
  let before = 0;
  for (const row of rows) {
    const time = Number(row.RGTM ?? '');
    if (!(time >= before)) {
      throw notReadable(`${historyCall} is not sorted by time of entry (RGTM ${row.RGTM ?? ''})`);
    }
    before = time;
  }
}

/** Rows of one second may be met on two pages. */
function uniqueRows(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [idOf(row), row])).values()];
}

/** MITTRA's own key. */
function idOf(row: Row): string {
  return [row.WHLO, row.ITNO, row.RGDT, (row.RGTM ?? '').padStart(6, '0'), row.TMSX].join('/');
}

function transactionOf(row: Row): StockTransaction {
  const id = idOf(row);
  const type = String(Number(row.TTYP ?? ''));
  return {
    id,
    kind: kinds[type] ?? 'other',
    type,
    warehouse: row.WHLO ?? '',
    item: row.ITNO ?? '',
    lot: row.BANO || null,
    // TRQT is in the basic unit. That issues are below zero is practice and not published: see
    // refuseUnsigned.
    quantity: shownQuantity(row.TRQT, `stock transaction ${id}`),
    day: shownDay(row.TRDT, id),
    enteredOn: shownDay(row.RGDT, id),
    order: row.RIDN || null,
    orderLine: numberText(row.RIDL),
    delivery: numberText(row.RIDI),
    receivingNumber: numberText(row.REPN),
    deliveryNote: row.SUDO || null,
    reasonCode: row.RSCD || null,
    reference: row.RFTX || null,
    responsible: row.RESP || null,
  };
}

/** M3 fills numbers that do not apply with 0. */
function numberText(text: string | undefined): string | null {
  const number = Number(text ?? '');
  return Number.isInteger(number) && number > 0 ? String(number) : null;
}

function shownDay(text: string | undefined, id: string): Day {
  const day = dayFromCompact(text ?? '');
  if (day === null) throw notReadable(`stock transaction ${id} shows no day (${text ?? ''})`);
  return day;
}

function noteSigns(page: StockTransaction[], signs: { lowering: number; raising: number }): void {
  for (const { kind, quantity } of page) {
    if (kind !== 'orderIssue' || quantity === '0') continue;
    if (quantity.startsWith('-')) signs.lowering += 1;
    else signs.raising += 1;
  }
}

/** Returns and reversals raise; that every issue does means that this M3 shows no signs. */
function refuseUnsigned(signs: { lowering: number; raising: number }): void {
  if (signs.lowering > 0 || signs.raising < issuesToJudge) return;
  throw notReadable(
    `${historyCall} shows ${signs.raising} issues to orders and none that lowers the stock`,
  );
}

export function daysBetween(from: Day, to: Day): Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** All that is there: approved, to be inspected and rejected, as the stock history counts it. */
export async function onHand(
  reader: Reader,
  pairs: { item: string; warehouse: string }[],
): Promise<(Quantity | null)[]> {
  const call = 'MMS200MI/GetItmWhsBal';
  const results = await readEach(
    reader,
    'MMS200MI',
    pairs.map(({ item, warehouse }) => ({
      transaction: 'GetItmWhsBal',
      record: { WHLO: warehouse, ITNO: item },
      columns: ['WHLO', 'ITNO', 'STQT', 'QUQT', 'RJQT'],
    })),
    1,
  );
  return pairs.map(({ item, warehouse }, index) => {
    const balance = found(call, results[index], ['WHLO', 'ITNO']);
    if (balance.state === 'missing') return null;
    if (balance.state === 'unclear') throw failed(call, results[index]);
    const { STQT, QUQT, RJQT } = balance.row;
    const approved = shownQuantity(STQT, `the balance of ${item} in ${warehouse}`);
    const others = [QUQT, RJQT].map((text) => quantityOf(text ?? '')).filter((one) => one !== null);
    return others.reduce(addQuantities, approved);
  });
}
