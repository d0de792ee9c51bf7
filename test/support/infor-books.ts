import type { BookedQuery, InforBooks, StockTransaction } from '../../src/app/ports.ts';
import type { InforDocument } from '../../src/core/glossary.ts';
import { type Day, externalKey } from '../../src/core/schema.ts';
import { createInforBooks } from '../../src/infor/m3/books/books.ts';
import type { M3Settings } from '../../src/infor/m3/settings.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { type Bench, openBench } from './recipe-ledger.ts';
import { quietLog, someSettings } from './recipe-target.ts';

export interface BooksBench extends Bench {
  books: InforBooks;
}

/** The books read over HTTP from a simulated company, whose ledger can post into it. */
export async function openBooksBench(
  tenant: Partial<TenantModes> = {},
  changes: Partial<M3Settings> = {},
): Promise<BooksBench> {
  const bench = await openBench(tenant, changes);
  const { clock } = bench.sandbox.world.state;
  const settings = someSettings(changes);
  const books = createInforBooks({ client: bench.client, clock, log: quietLog, settings });
  return { ...bench, books };
}

export function query(
  key: string,
  document: InforDocument,
  number: string | null = null,
): BookedQuery {
  return { key: externalKey(key), document, number };
}

export async function historyOf(
  { books }: BooksBench,
  fromDay: Day,
  toDay: Day,
  warehouses = ['001'],
): Promise<StockTransaction[]> {
  return gathered(books.stockTransactions({ warehouses, fromDay, toDay }));
}

export async function gathered<T>(pages: AsyncGenerator<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}
