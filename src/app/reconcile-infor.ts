/** Infor's books of the period: orders by key and number, stock history, vouchers. */
import type { Posting } from '../core/glossary.ts';
import { Problem } from '../core/problem.ts';
import type { BookedOrder } from '../core/reconcile-booked.ts';
import type { LinkedOrder } from '../core/reconcile-case.ts';
import type { HistoryRow } from '../core/reconcile-settle.ts';
import type { VoucherLine } from '../core/reconcile-voucher.ts';
import type { NotCompared } from '../core/reconciliation.ts';
import { type Day, type ExternalKey, externalKey } from '../core/schema.ts';
import type { BookedQuery, StockTransaction } from './ports.ts';
import { chunksOf, type Freezer, frozen, frozenOnce } from './reconcile-part.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

export interface InforReading {
  parts: ReconcileParts;
  freezer: Freezer;
  notCompared: NotCompared[];
}

/** Keys asked for at once; also what is lost at most when a comparison is stopped. */
const queriesAtOnce = 250;

type OrderKind = 'salesOrder' | 'purchaseOrder';

/** What Infor holds of each of these orders; which ones are asked for is frozen first. */
export async function readOrders(
  reading: InforReading,
  kind: OrderKind,
  postings: ReadonlyMap<ExternalKey, Posting>,
): Promise<Map<ExternalKey, BookedOrder[]> | null> {
  const { parts, freezer } = reading;
  const keys = await frozenOnce(freezer, `list of ${kind}`, async () =>
    [...postings.keys()].sort(),
  );
  const found = new Map<ExternalKey, BookedOrder[]>();
  for (const [index, chunk] of chunksOf(keys, queriesAtOnce).entries()) {
    parts.progress(`reading ${kind}s in Infor: ${index * queriesAtOnce} of ${keys.length}`);
    const queries = chunk.flatMap((text): BookedQuery[] => {
      const posting = postings.get(externalKey(text));
      if (posting === undefined) return [];
      const { key, document, reference } = posting;
      return [{ key, document, number: reference?.number ?? null }];
    });
    const answers = await orNull(reading, `${kind}s in Infor`, () =>
      frozenOnce(freezer, `${kind} ${index}`, async () => {
        const documents = await parts.infor.documents(kind, queries);
        return queries.map(({ key }, at) => ({ key, documents: documents[at] ?? [] }));
      }),
    );
    if (answers === null) return null;
    for (const { key, documents } of answers) found.set(key, documents);
  }
  return found;
}

/** The same of orders that people entered, by the number that they gave. */
export async function readLinkedOrders(
  reading: InforReading,
  kind: OrderKind,
  linked: readonly LinkedOrder[],
): Promise<BookedOrder[][]> {
  const found: BookedOrder[][] = [];
  for (const [index, chunk] of chunksOf(linked, queriesAtOnce).entries()) {
    const queries = chunk.map(({ key, link }): BookedQuery => {
      return { key, document: null, number: link.number.trim() };
    });
    const name = `linked ${kind} ${index} ${queries.map(({ number }) => number).join(' ')}`;
    const answers = await orNull(reading, `${kind}s entered by hand`, () =>
      frozenOnce(reading.freezer, name, () => reading.parts.infor.documents(kind, queries)),
    );
    if (answers === null) return [];
    found.push(...answers);
  }
  return found;
}

/** Orders that carry a key of ours and were entered in these days. */
export async function readOwnOrders(
  reading: InforReading,
  request: { kind: OrderKind; customers: string[]; fromDay: Day; toDay: Day },
): Promise<BookedOrder[]> {
  const { parts, freezer } = reading;
  parts.progress(`looking for ${request.kind}s in Infor that the ledger does not know`);
  const answer = await orNull(
    reading,
    `${request.kind}s in Infor that the ledger does not know`,
    () => frozenOnce(freezer, `own ${request.kind}s`, () => parts.infor.ownOrders(request)),
  );
  return answer ?? [];
}

/** Null when it cannot be read; the report then says so. */
export async function readHistory(
  reading: InforReading,
  request: { warehouses: string[]; fromDay: Day; toDay: Day },
): Promise<HistoryRow[] | null> {
  const { parts, freezer } = reading;
  return orNull(reading, 'the stock history of Infor', async () => {
    const rows: HistoryRow[] = [];
    const name = `stock history ${request.fromDay} ${request.toDay} ${request.warehouses.join(' ')}`;
    const pages = frozen(freezer, name, () => historyPages(parts, request));
    for await (const page of pages) {
      rows.push(...page);
      parts.progress(`reading the stock history of Infor: ${rows.length} rows`);
    }
    return rows;
  });
}

async function* historyPages(
  { infor }: ReconcileParts,
  request: { warehouses: string[]; fromDay: Day; toDay: Day },
): AsyncGenerator<HistoryRow[]> {
  for await (const page of infor.stockTransactions(request)) yield page.map(historyRow);
}

function historyRow(row: StockTransaction): HistoryRow {
  const { id, kind, type, warehouse, item, lot, quantity, day, order } = row;
  const { delivery, receivingNumber, deliveryNote, reasonCode, reference, responsible } = row;
  return {
    ...{ id, kind, type, warehouse, item, lot, quantity, day, order },
    ...{ delivery, receivingNumber, deliveryNote, reasonCode, reference, responsible },
  };
}

export async function readVouchers(
  reading: InforReading,
  request: { divisions: string[]; fromDay: Day; toDay: Day },
): Promise<VoucherLine[] | null> {
  const { parts, freezer } = reading;
  return orNull(reading, 'vouchers in Infor', async () => {
    const lines: VoucherLine[] = [];
    const name = `vouchers ${request.fromDay} ${request.toDay} ${request.divisions.join(' ')}`;
    parts.progress('reading vouchers in Infor');
    for await (const page of frozen(freezer, name, () => parts.infor.voucherLines(request))) {
      lines.push(...page);
    }
    return lines;
  });
}

/** A list that this tenant cannot show, or only in part, is named; all else stops the run. */
async function orNull<T>(
  { notCompared }: InforReading,
  what: string,
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    const { code, message, hint } = thrown;
    if (code !== 'BOOKS_NOT_READABLE' && code !== 'BOOKS_INCOMPLETE') throw thrown;
    notCompared.push({ what, why: `${code}: ${message}`, hint });
    return null;
  }
}
