/** A long history without the days that it would take to post it. */
import Database from 'better-sqlite3';

/**
 * Copies what is finished `copies` times, under other ids and years earlier, as it would lie there
 * had it been posted then: records, postings, crosswalk, and of the audit trail what people and
 * plans did. The exchanges of the copies and the texts behind them are left out: no sync reads them,
 * and they would fill a disk. The chain does not verify afterwards.
 */
export function multiplyHistory(path: string, copies: number): { orders: number } {
  const database = new Database(path);
  try {
    // Nothing is lost with it: a copy that breaks is made again.
    database.pragma('journal_mode = off');
    database.pragma('synchronous = off');
    database.pragma('foreign_keys = off');
    database.pragma('cache_size = -400000');
    database.pragma('temp_store = memory');
    const indexes = indexesOf(database);
    database.transaction(() => {
      for (const { name } of indexes) database.exec(`drop index ${name}`);
      database.exec(`create temp table copy as
        with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${copies})
        select n from counted`);
      for (const each of copied) copyTable(database, each);
      for (const { sql } of indexes) database.exec(sql);
    })();
    database.pragma('journal_mode = wal');
    const orders = database
      .prepare("select count(*) from source_record where kind = 'order'")
      .pluck()
      .get();
    return { orders: Number(orders) };
  } finally {
    database.close();
  }
}

const earlier = (column: string) => `${column} - 94608000000`;
const other = (column: string) => `cast(cast(${column} as integer) + 1000000000 * n as text)`;
const suffixed = (column: string) => `${column} || '~' || n`;
/** Rows of the world that was truly posted; copies of copies would never end. */
const original = "not glob('*~*', key)";

interface CopiedTable {
  table: string;
  /** What becomes of a column; the others stay as they are. */
  changes: Record<string, string>;
  only: string;
}

const copied: CopiedTable[] = [
  {
    table: 'source_record',
    changes: {
      id: 'null',
      record_id: other('record_id'),
      observed_at_ms: earlier('observed_at_ms'),
      updated_at_ms: earlier('updated_at_ms'),
      created_at_ms: earlier('created_at_ms'),
    },
    only: 'cast(record_id as integer) < 1000000000',
  },
  {
    table: 'source_alias',
    changes: { value: suffixed('value'), record_id: other('record_id') },
    only: 'cast(record_id as integer) < 1000000000',
  },
  {
    table: 'posting',
    changes: {
      id: 'null',
      key: suffixed('key'),
      record_id: other('record_id'),
      shipment_id: other('shipment_id'),
      depends_on: suffixed('depends_on'),
      serial_key: suffixed('serial_key'),
      reference_number: suffixed('reference_number'),
      created_at_ms: earlier('created_at_ms'),
      updated_at_ms: earlier('updated_at_ms'),
      posted_at_ms: earlier('posted_at_ms'),
      // What is years old was packed long ago; these have no exchanges to pack at all.
      loose: '0',
    },
    only: original,
  },
  {
    table: 'crosswalk',
    changes: {
      key: suffixed('key'),
      shipbob_id: other('shipbob_id'),
      infor_number: suffixed('infor_number'),
      posted_at_ms: earlier('posted_at_ms'),
    },
    only: original,
  },
  {
    table: 'audit',
    changes: {
      seq: 'null',
      record_id: other('record_id'),
      posting_key: suffixed('posting_key'),
      at_ms: earlier('at_ms'),
      body_hash: 'null',
    },
    only: "action not in ('intended', 'exchanged') and cast(ifnull(record_id, 0) as integer) < 1000000000 and not glob('*~*', ifnull(posting_key, ''))",
  },
];

/** Made anew afterwards: to keep them in order row by row takes most of the time. */
function indexesOf(database: Database.Database): { name: string; sql: string }[] {
  const tables = copied.map(({ table }) => `'${table}'`).join(', ');
  return database
    .prepare<[], { name: string; sql: string }>(
      `select name, sql from sqlite_schema
       where type = 'index' and sql is not null and tbl_name in (${tables})`,
    )
    .all();
}

function copyTable(database: Database.Database, { table, changes, only }: CopiedTable): void {
  const columns = database
    .prepare<[], { name: string; hidden: number }>(
      `select name, hidden from pragma_table_xinfo('${table}')`,
    )
    .all()
    .filter(({ hidden }) => hidden === 0)
    .map(({ name }) => name);
  const values = columns.map((name) => changes[name] ?? name).join(', ');
  // Set apart first: a table that is read while it grows would feed on itself.
  database.exec(`
    create temp table original as select ${columns.join(', ')} from ${table} where ${only};
    insert into main.${table} (${columns.join(', ')})
      select ${values} from copy cross join original;
    drop table original;`);
}
