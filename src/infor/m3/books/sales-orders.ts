/** Sales orders as M3 holds them, deleted ones too. */
import type { BookedDocument, BookedLine, BookedQuery, InforBooks } from '../../../app/ports.ts';
import { compactDay, dayFromCompact } from '../../../core/day.ts';
import { type ExternalKey, externalKey } from '../../../core/schema.ts';
import { listUntil } from '../lists.ts';
import { found } from '../recipe/answer.ts';
import { deletedStatus } from '../recipe/order-read.ts';
import {
  booksIncomplete,
  failed,
  ownOrderKey,
  type Reader,
  type Row,
  readEach,
  rowsOf,
  shownQuantity,
} from './reading.ts';

type OwnRequest = Parameters<InforBooks['ownOrders']>[0];

const byReference = 'OIS175MI/LstHeadByRef';
const byDate = 'OIS175MI/LstHeadByDate';
/** Rows of a first page: more than any one key has. */
const keyRows = 50;
const pagesMax = 400;

const headColumns = ['ORNO', 'ORDT', 'YREF', 'ORSL', 'ORST'];

/** Orders under the key, of its customer or another configured one, and that of the number. */
export async function salesOrders(
  reader: Reader,
  queries: BookedQuery[],
): Promise<BookedDocument[][]> {
  const heads = queries.map(() => new Map<string, Head>());
  const customers = queries.map(({ document }) =>
    document?.kind === 'salesOrder' ? [document.customer] : [],
  );
  await addByReference(reader, queries, customers, heads);
  // An older configuration may have chosen another customer.
  const others = queries.map((_, index) => {
    const known = customers[index] ?? [];
    const isFound = (heads[index]?.size ?? 0) > 0;
    return isFound ? [] : reader.settings.customers.filter((one) => !known.includes(one));
  });
  await addByReference(reader, queries, others, heads);
  await addByNumber(reader, queries, heads);
  return withLines(reader, heads);
}

interface Head {
  number: string;
  key: ExternalKey | null;
  customer: string;
  row: Row;
}

async function addByReference(
  reader: Reader,
  queries: BookedQuery[],
  customers: string[][],
  heads: Map<string, Head>[],
): Promise<void> {
  const asked = queries.flatMap(({ key }, index) =>
    (customers[index] ?? []).map((customer) => ({ key, customer, index })),
  );
  const calls = asked.map(({ key, customer }) => ({
    transaction: 'LstHeadByRef',
    record: { CUNO: customer, YREF: key },
    columns: headColumns,
  }));
  const firsts = await readEach(reader, 'OIS175MI', calls, keyRows);
  for (const [at, { key, customer, index }] of asked.entries()) {
    const first = firsts[at];
    if (first === undefined) throw failed(byReference, first);
    const { result } = await listUntil(reader.client, {
      program: 'OIS175MI',
      transaction: 'LstHeadByRef',
      start: { CUNO: customer, YREF: key },
      keyFields: ['YREF'],
      isPast: (row) => (row.YREF ?? '') > key,
      columns: headColumns,
      recordsMax: keyRows,
      first: { result: first, durationMs: 0 },
    });
    // Another customer of the configuration may well be none in M3; then it has no orders.
    for (const row of rowsOf(byReference, result, ['YREF', 'CUNO'])) {
      if (row.YREF === key) addHead(heads[index], row, customer);
    }
  }
}

function addHead(heads: Map<string, Head> | undefined, row: Row, customer: string): void {
  const number = row.ORNO ?? '';
  heads?.set(number, { number, key: ownKey(row.YREF), customer, row });
}

function ownKey(text: string | undefined): ExternalKey | null {
  return ownOrderKey.test(text ?? '') ? externalKey(text ?? '') : null;
}

/** Somebody may have changed the order's reference: it is still there under its number. */
async function addByNumber(
  reader: Reader,
  queries: BookedQuery[],
  heads: Map<string, Head>[],
): Promise<void> {
  const call = 'OIS100MI/GetHead';
  const asked = queries.flatMap(({ number }, index) =>
    number === null || heads[index]?.has(number) ? [] : [{ number, index }],
  );
  const results = await readEach(
    reader,
    'OIS100MI',
    asked.map(({ number }) => ({
      transaction: 'GetHead',
      record: { ORNO: number },
      columns: [...headColumns, 'CUNO'],
    })),
    1,
  );
  for (const [at, { index }] of asked.entries()) {
    const head = found(call, results[at], ['ORNO']);
    if (head.state === 'unclear') throw failed(call, results[at]);
    if (head.state === 'found') addHead(heads[index], head.row, head.row.CUNO ?? '');
  }
}

async function withLines(reader: Reader, heads: Map<string, Head>[]): Promise<BookedDocument[][]> {
  const call = 'OIS100MI/LstLine';
  const alive = heads
    .flatMap((some) => [...some.values()])
    .filter(({ row }) => row.ORSL !== deletedStatus);
  const numbers = [...new Set(alive.map(({ number }) => number))];
  const lists = await readEach(
    reader,
    'OIS100MI',
    numbers.map((number) => ({
      transaction: 'LstLine',
      record: { ORNO: number },
      columns: ['PONR', 'POSX', 'ITNO', 'WHLO', 'ORQT', 'ORST'],
    })),
    reader.settings.listRecordsMax,
  );
  const rows = new Map(numbers.map((number, at) => [number, rowsOf(call, lists[at], ['ORNO'])]));
  return heads.map((some) =>
    [...some.values()].map((head) => documentOf(head, rows.get(head.number) ?? [])),
  );
}

function documentOf(head: Head, rows: Row[]): BookedDocument {
  const standing = rows.filter((row) => row.ORST !== deletedStatus);
  const cancelled = head.row.ORSL === deletedStatus || (rows.length > 0 && standing.length === 0);
  return {
    kind: 'salesOrder',
    key: head.key,
    number: head.number,
    live: cancelled ? 'no' : 'yes',
    party: head.customer || null,
    day: dayFromCompact(head.row.ORDT ?? ''),
    lines: standing.map((row) => lineOf(head.number, row)),
  };
}

function lineOf(number: string, row: Row): BookedLine {
  const suffix = Number(row.POSX ?? '');
  return {
    line: suffix > 0 ? `${Number(row.PONR)}/${suffix}` : String(Number(row.PONR)),
    item: row.ITNO ?? '',
    warehouse: row.WHLO ?? '',
    quantity: shownQuantity(row.ORQT, `a line of order ${number}`),
    lot: null,
  };
}

/**
 * Orders of these customers with a key of ours and an order date in these days. The list starts at
 * a day and goes on day by day; with more orders of one day than a list may have, it is read by
 * reference instead, which has no ties but begins with the oldest.
 */
export async function ownSalesOrders(
  reader: Reader,
  { customers, fromDay, toDay }: OwnRequest,
): Promise<BookedDocument[]> {
  const documents: BookedDocument[] = [];
  for (const customer of new Set(customers)) {
    const rows =
      (await listByDate(reader, customer, compactDay(fromDay), compactDay(toDay))) ??
      (await listByOwnReference(reader, customer));
    for (const row of rows) {
      const day = dayFromCompact(row.ORDT ?? '');
      const key = ownKey(row.YREF);
      if (key === null || day === null || day < fromDay || day > toDay) continue;
      documents.push(documentOf({ number: row.ORNO ?? '', key, customer, row }, []));
    }
  }
  return documents;
}

/** Null when the list was cut. */
async function listByDate(
  reader: Reader,
  customer: string,
  from: string,
  to: string,
): Promise<Row[] | null> {
  const { result } = await listUntil(reader.client, {
    program: 'OIS175MI',
    transaction: 'LstHeadByDate',
    start: { CUNO: customer, ORDT: from },
    keyFields: ['ORDT'],
    isPast: (row) => (row.ORDT ?? '') > to,
    columns: headColumns,
    pagesMax,
  });
  if (result.kind === 'ok' && result.complete === 'no') return null;
  return rowsOf(byDate, result, ['CUNO']);
}

async function listByOwnReference(reader: Reader, customer: string): Promise<Row[]> {
  const { result } = await listUntil(reader.client, {
    program: 'OIS175MI',
    transaction: 'LstHeadByRef',
    start: { CUNO: customer, YREF: 'SB' },
    keyFields: ['YREF'],
    isPast: (row) => (row.YREF ?? '') >= 'SY',
    columns: headColumns,
    pagesMax,
  });
  if (result.kind === 'ok' && result.complete === 'no') {
    throw booksIncomplete(byReference, result.records.length);
  }
  return rowsOf(byReference, result, ['CUNO', 'YREF']);
}
