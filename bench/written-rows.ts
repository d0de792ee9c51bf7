/** The floor of the store: the very rows that it wrote, by bare statements into the same tables. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/** How many rows each table has. */
export type WrittenRows = Map<string, number>;

export function writtenRows(path: string): WrittenRows {
  const database = new Database(path, { readonly: true });
  try {
    return new Map(
      tableNames(database).map((table) => [
        table,
        Number(database.prepare(`select count(*) from ${table}`).pluck().get()),
      ]),
    );
  } finally {
    database.close();
  }
}

function tableNames(database: Database.Database): string[] {
  return database
    .prepare<[], { name: string }>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'",
    )
    .all()
    .map(({ name }) => name);
}

/**
 * Answers what inserts the rows that the tables got after their first `fromRow` ones, spread over so
 * many durable transactions; with `updates` each posting is changed three times, as its moves do.
 * Both databases have the same tables, indexes and settings. The rows are in memory when it answers.
 */
export function prepareCopy(request: {
  from: string;
  to: string;
  rows: { table: string; fromRow: number }[];
  batches: number;
  updates: 'none' | 'posting';
}): () => void {
  const { from, to, rows, batches, updates } = request;
  const source = new Database(from, { readonly: true });
  const target = openBare(source, to);
  const parts = rows.map(({ table, fromRow }) => partOf(source, target, table, fromRow));
  const ids = source.prepare<[], number>('select id from posting order by id').pluck().all();
  source.close();
  const change = target.prepare(
    'update posting set state = state, attempt = attempt, updated_at_ms = ? where id = ?',
  );
  const shareOf = <Row>(all: Row[], batch: number) => {
    const size = Math.ceil(all.length / batches);
    return all.slice(batch * size, (batch + 1) * size);
  };
  return () => {
    for (let batch = 0; batch < batches; batch += 1) {
      target.transaction(() => {
        for (const { insert, values } of parts) {
          for (const row of shareOf(values, batch)) insert.run(row);
        }
      })();
      for (let move = 0; move < (updates === 'posting' ? 3 : 0); move += 1) {
        target.transaction(() => {
          for (const id of shareOf(ids, batch)) change.run(move, id);
        })();
      }
    }
    target.close();
  };
}

function openBare(source: Database.Database, path: string): Database.Database {
  const fresh = !existsSync(path);
  const target = new Database(path);
  target.pragma('journal_mode = wal');
  target.pragma('synchronous = full');
  target.prepare('select count(*) from sqlite_schema').get();
  target.pragma('synchronous = full');
  target.pragma('foreign_keys = off');
  if (!fresh) return target;
  const parts = source
    .prepare<[], { sql: string }>(
      "select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by type = 'table' desc",
    )
    .all();
  for (const { sql } of parts) target.exec(sql);
  return target;
}

/** Generated columns make themselves. */
function partOf(
  source: Database.Database,
  target: Database.Database,
  table: string,
  fromRow: number,
) {
  const columns = source
    .prepare<[], { name: string; hidden: number }>(
      `select name, hidden from pragma_table_xinfo('${table}')`,
    )
    .all()
    .filter(({ hidden }) => hidden === 0)
    .map(({ name }) => name);
  const list = columns.join(', ');
  const marks = columns.map(() => '?').join(', ');
  return {
    insert: target.prepare(`insert or replace into ${table} (${list}) values (${marks})`),
    values: source.prepare(`select ${list} from ${table} limit -1 offset ${fromRow}`).raw().all(),
  };
}
