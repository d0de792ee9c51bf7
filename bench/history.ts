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
    database.pragma('journal_mode = wal');
    database.pragma('synchronous = off');
    database.pragma('foreign_keys = off');
    database.pragma('cache_size = -400000');
    database.exec('create temp table copy (n integer primary key)');
    const insert = database.prepare('insert into copy values (?)');
    // Few copies at a time: each table keeps its own order of pages, and none outgrows the cache.
    for (let from = 1; from <= copies; from += 20) {
      database.transaction(() => {
        database.exec('delete from copy');
        for (let n = from; n <= Math.min(copies, from + 19); n += 1) insert.run(n);
        for (const { table, changes, only } of copied) copyTable(database, table, changes, only);
      })();
    }
    database.pragma('wal_checkpoint(truncate)');
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

const copied: { table: string; changes: Record<string, string>; only: string }[] = [
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

function copyTable(
  database: Database.Database,
  table: string,
  changes: Record<string, string>,
  only: string,
): void {
  const columns = database
    .prepare<[], { name: string; hidden: number }>(
      `select name, hidden from pragma_table_xinfo('${table}')`,
    )
    .all()
    .filter(({ hidden }) => hidden === 0)
    .map(({ name }) => name);
  const values = columns.map((name) => `${changes[name] ?? name} as new_${name}`).join(', ');
  // Materialised first: a table that is read while it grows would feed on itself.
  database.exec(`
    create temp table grown as select ${values}
      from ${table} cross join copy where ${only};
    insert into ${table} (${columns.join(', ')}) select * from grown;
    drop table grown;`);
}
