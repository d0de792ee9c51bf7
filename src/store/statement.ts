/** Bulk statements: as few as possible per page, and always the same few, so they stay prepared. */
import { CompiledQuery, type Insertable, type RawBuilder, sql } from 'kysely';
import type { RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { Db } from './database.ts';
import type { Tables } from './table.ts';

/** Rows per statement. Few sizes, so that a page of any length uses statements already prepared. */
const insertSizes = [250, 50, 10, 1] as const;

/**
 * Inserts all rows, which must name the same columns in the same order. `onConflict` is the SQL
 * clause for a row that is there already; without one that is an error.
 */
export async function insertRows<Name extends keyof Tables & string>(
  db: Db,
  table: Name,
  rows: readonly Insertable<Tables[Name]>[],
  onConflict = '',
): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const names = Object.keys(first);
  const columns = names.join(', ');
  let done = 0;
  for (const size of insertSizes) {
    while (rows.length - done >= size) {
      const parameters: unknown[] = [];
      for (const row of rows.slice(done, done + size)) {
        assert(Object.keys(row).join(', ') === columns, `rows of ${table} have the same columns`);
        parameters.push(...Object.values(row));
      }
      const text = insertText(table, names, size, onConflict);
      await db.executeQuery(CompiledQuery.raw(text, parameters));
      done += size;
    }
  }
}

/** An insert of so many rows; the clause follows the values. */
export function insertText(
  table: keyof Tables,
  columns: readonly string[],
  rows: number,
  clause: string,
): string {
  const values = valuesList(columns.length, rows);
  return `insert into ${table} (${columns.join(', ')}) values ${values} ${clause}`;
}

const valuesLists = new Map<string, string>();

function valuesList(width: number, size: number): string {
  const name = `${width}x${size}`;
  const known = valuesLists.get(name);
  if (known !== undefined) return known;
  const row = `(${new Array(width).fill('?').join(', ')})`;
  const list = new Array(size).fill(row).join(', ');
  valuesLists.set(name, list);
  return list;
}

/** `(select value from json_each(…))`: a list of any length as one parameter. */
export function valuesOf(list: readonly (string | number)[]): RawBuilder<never> {
  return sql<never>`(select value from json_each(${JSON.stringify(list)}))`;
}

/** A table `wanted(kind, id)` of record keys, to be joined first. */
export function wantedRecords(keys: readonly RecordKey[]): RawBuilder<never> {
  const list = JSON.stringify(keys.map((key) => [key.kind, key.id]));
  return sql<never>`(select value ->> 0 as kind, value ->> 1 as id from json_each(${list}))`;
}

/** Table of JSON objects for `update … from`, one per row. */
export function jsonRows(rows: readonly object[]): RawBuilder<never> {
  return sql<never>`json_each(${JSON.stringify(rows)})`;
}
