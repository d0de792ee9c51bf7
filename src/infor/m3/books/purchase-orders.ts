/** Purchase orders as M3 holds them, deleted ones too. */
import type { BookedDocument, BookedLine, BookedQuery, InforBooks } from '../../../app/ports.ts';
import { dayFromCompact } from '../../../core/day.ts';
import { type ExternalKey, externalKey } from '../../../core/schema.ts';
import { found, listed } from '../recipe/answer.ts';
import { ownOrderNumber } from '../recipe/purchase-order-number.ts';
import {
  booksIncomplete,
  failed,
  ownOrderKey,
  type Reader,
  type Row,
  readEach,
  readWhole,
  rowsOf,
  shownQuantity,
} from './reading.ts';

type OwnRequest = Parameters<InforBooks['ownOrders']>[0];

const listCall = 'PPS001MI/ListHeadBasic';
const headColumns = ['PURC', 'PUNO', 'YRE1', 'SUNO', 'PUSL', 'PUST', 'PUDT'];
/** PUSL of a deleted order or line. */
const deletedStatuses = ['90', '99'];

/**
 * Orders cannot be listed by reference: those of our own requester are read, once for all queries.
 * When M3 cuts that list, orders whose number is known are still read by it; others under the same
 * key are what `ownOrders` answers for, or refuses to.
 */
export async function purchaseOrders(
  reader: Reader,
  queries: BookedQuery[],
): Promise<BookedDocument[][]> {
  if (queries.length === 0) return [];
  const list = await listOfRequester(reader);
  const heads = headsOf(queries, list.rows);
  const asked = queries.flatMap(({ key, number }, index) => {
    const numbers = [number, ownOrderNumber(key, reader.settings)].filter((one) => one !== null);
    if (numbers.length === 0 && list.complete === 'no') {
      throw booksIncomplete(listCall, list.rows.length);
    }
    const unread = numbers.filter((one) => !heads[index]?.has(one));
    return [...new Set(unread)].map((one) => ({ number: one, index }));
  });
  await addByNumber(reader, asked, heads);
  return withLines(reader, heads);
}

function headsOf(queries: BookedQuery[], rows: Row[]): Map<string, Row>[] {
  const byKey = new Map<string, Row[]>();
  const byNumber = new Map(rows.map((row) => [row.PUNO ?? '', row]));
  for (const row of rows) {
    const key = row.YRE1 ?? '';
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  return queries.map(({ key, number }) => {
    const own = [...(byKey.get(key) ?? []), byNumber.get(number ?? '')];
    return new Map(own.flatMap((row) => (row === undefined ? [] : [[row.PUNO ?? '', row]])));
  });
}

async function listOfRequester(reader: Reader): Promise<{ rows: Row[]; complete: 'yes' | 'no' }> {
  const { requester } = reader.settings.purchase;
  const [result] = await readWhole(
    reader,
    'PPS001MI',
    [{ transaction: 'ListHeadBasic', record: { PURC: requester }, columns: headColumns }],
    // The requester is only where the list starts; once another one's follow, ours are done.
    (row) => (row.PURC ?? '') > requester,
  );
  if (result?.kind === 'ok') {
    const rows = result.records.filter((row) => row.PURC === requester);
    return { rows, complete: result.complete };
  }
  const list = listed(listCall, result, ['PURC']);
  if (list.state === 'unclear') throw failed(listCall, result);
  return { rows: [], complete: 'yes' };
}

async function addByNumber(
  reader: Reader,
  asked: { number: string; index: number }[],
  heads: Map<string, Row>[],
): Promise<void> {
  // PPS200MI/GetHead does not show the status.
  const call = 'PPS001MI/GetHeadBasic';
  const results = await readEach(
    reader,
    'PPS001MI',
    asked.map(({ number }) => ({
      transaction: 'GetHeadBasic',
      record: { PUNO: number },
      columns: headColumns,
    })),
    1,
  );
  for (const [at, { number, index }] of asked.entries()) {
    const head = found(call, results[at], ['PUNO']);
    if (head.state === 'unclear') throw failed(call, results[at]);
    if (head.state === 'found') heads[index]?.set(number, { PUNO: number, ...head.row });
  }
}

async function withLines(reader: Reader, heads: Map<string, Row>[]): Promise<BookedDocument[][]> {
  const call = 'PPS200MI/LstLine';
  const all = heads.flatMap((some) => [...some.values()]).filter((row) => !isDeleted(row));
  const numbers = [...new Set(all.map((row) => row.PUNO ?? ''))];
  const lists = await readEach(
    reader,
    'PPS200MI',
    numbers.map((number) => ({
      transaction: 'LstLine',
      record: { PUNO: number },
      columns: ['PNLI', 'PNLS', 'ITNO', 'WHLO', 'ORQT', 'PUSL'],
    })),
    reader.settings.listRecordsMax,
  );
  const rowsByNumber = new Map(
    numbers.map((number, at) => [number, rowsOf(call, lists[at], ['PUNO'])]),
  );
  return heads.map((some) =>
    [...some.values()].map((row) => documentOf(row, rowsByNumber.get(row.PUNO ?? '') ?? [])),
  );
}

function documentOf(head: Row, rows: Row[]): BookedDocument {
  const standing = rows.filter((row) => !isDeleted(row));
  const number = head.PUNO ?? '';
  const cancelled = isDeleted(head) || (rows.length > 0 && standing.length === 0);
  return {
    kind: 'purchaseOrder',
    key: ownKey(head.YRE1),
    number,
    live: cancelled ? 'no' : 'yes',
    party: head.SUNO || null,
    day: dayFromCompact(head.PUDT ?? ''),
    lines: standing.map((row) => lineOf(number, row)),
  };
}

function lineOf(number: string, row: Row): BookedLine {
  const subline = Number(row.PNLS ?? '');
  return {
    line: subline > 0 ? `${Number(row.PNLI)}/${subline}` : String(Number(row.PNLI)),
    item: row.ITNO ?? '',
    warehouse: row.WHLO ?? '',
    // Not ORQA, which is in the order's own unit.
    quantity: shownQuantity(row.ORQT, `a line of purchase order ${number}`),
    lot: null,
  };
}

function isDeleted(row: Row): boolean {
  return deletedStatuses.includes(row.PUSL ?? '');
}

function ownKey(text: string | undefined): ExternalKey | null {
  return ownOrderKey.test(text ?? '') ? externalKey(text ?? '') : null;
}

/** Orders of our own requester with a key of ours and an order date in these days. */
export async function ownPurchaseOrders(
  reader: Reader,
  { fromDay, toDay }: OwnRequest,
): Promise<BookedDocument[]> {
  const list = await listOfRequester(reader);
  if (list.complete === 'no') throw booksIncomplete(listCall, list.rows.length);
  return list.rows
    .map((row) => documentOf(row, []))
    .filter(({ key, day }) => key !== null && day !== null && day >= fromDay && day <= toDay);
}
