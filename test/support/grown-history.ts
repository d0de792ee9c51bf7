/** Years of finished business in a database of one week: its own rows, over and over again. */
import Database from 'better-sqlite3';

/** Copies a finished order, with all that belongs to it, under the numbers of the span. */
export function growHistory(path: string, span: { from: number; to: number }): void {
  const { from, to } = span;
  const handle = new Database(path);
  handle.pragma('synchronous = off');
  handle.exec(`
    create temp table model as
      select posting.record_id, min(posting.id) as posting_id, min(posting.key) as key
      from posting where record_kind = 'order' and kind = 'salesOrder' and state = 'posted'
        and not exists (select 1 from posting as other where other.record_id = posting.record_id
          and other.state not in ('posted', 'cancelled'))
        and not exists (select 1 from flag where flag.record_id = posting.record_id)
      group by record_id limit 1;
    create temp table copy as
      with recursive counted (n) as (select ${from} union all select n + 1 from counted where n < ${to})
      select n, 'old-' || n as record_id, 'OLD' || n as key from counted;`);
  const copied = (table: string, where: string, changes: Record<string, string>) => {
    const columns = handle
      .prepare<[string], string>('select name from pragma_table_xinfo(?) where hidden = 0')
      .pluck()
      .all(table)
      .filter((column) => column !== 'id' || changes.id !== undefined);
    const values = columns.map((column) => changes[column] ?? `${table}.${column}`);
    handle.exec(`insert into ${table} (${columns.join(', ')})
      select ${values.join(', ')} from copy cross join model cross join ${table} where ${where}`);
  };
  handle.exec('begin');
  copied(
    'source_record',
    "source_record.kind = 'order' and source_record.record_id = model.record_id",
    {
      record_id: 'copy.record_id',
      observed_at_ms: 'source_record.observed_at_ms - copy.n * 60000',
      updated_at_ms: 'source_record.updated_at_ms - 90 * 86400000 - copy.n * 60000',
      created_at_ms: 'source_record.created_at_ms - 90 * 86400000 - copy.n * 60000',
    },
  );
  copied('source_alias', 'source_alias.record_id = model.record_id', {
    value: "source_alias.value || '-' || copy.n",
    record_id: 'copy.record_id',
  });
  copied('posting', 'posting.id = model.posting_id', {
    key: 'copy.key',
    record_id: 'copy.record_id',
    reference_number: "'9' || copy.n",
    created_at_ms: 'posting.created_at_ms - 90 * 86400000 - copy.n * 60000',
    posted_at_ms: 'posting.posted_at_ms - 90 * 86400000 - copy.n * 60000',
  });
  copied('crosswalk', 'crosswalk.key = model.key', {
    key: 'copy.key',
    shipbob_id: 'copy.record_id',
    infor_number: "'9' || copy.n",
  });
  copied('audit', "audit.posting_key = model.key and audit.action = 'moved'", {
    seq: `(select max(seq) from audit) + (copy.n - ${from}) * 100 + row_number() over (
      partition by copy.n order by audit.seq)`,
    posting_key: 'copy.key',
    record_id: 'copy.record_id',
  });
  handle.exec(`
    insert into flag (record_kind, record_id, code, cause, sentence, hint, evidence_json,
      raised_at_ms, updated_at_ms, cleared_at_ms)
      select 'order', record_id, 'UNKNOWN_ITEM', 'item:' || (n % 90), '', '', '{}', n, n, n from copy;
    insert into run (command, owner, fence, started_at_ms, ended_at_ms, exit_code, outcome)
      select 'sync all', 'old', 0, n, n, 0, 'done' from copy order by n desc limit 9000;
    insert into inbox (webhook_id, topic, body, received_at_ms, proof, subject_kind, subject_id,
      state, done_at_ms, outcome)
      select 'old-' || n, 'order.shipped', '', n, 'signature', 'order', record_id, 'done', n, 'read'
      from copy;
    commit`);
  handle.close();
}
