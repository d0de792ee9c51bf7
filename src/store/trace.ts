/** Everything known about one number that a person holds in hand. */
import { sql } from 'kysely';
import type { AuditEntry, TraceReport } from '../app/ports.ts';
import type { RecordKey } from '../core/glossary.ts';
import { crosswalkFor } from './crosswalk.ts';
import type { Db } from './database.ts';
import { flagsOfRecords } from './flag.ts';
import { journalsOf } from './journal-entry.ts';
import { postingsByKeys, postingsOfRecords } from './posting.ts';
import { auditEntry, posting, recordKind, storedRecord } from './schema.ts';
import type { Session } from './session.ts';
import { valuesOf, wantedRecords } from './statement.ts';
import type { AuditRow, SourceRecordRow } from './table.ts';

/** A purchase order or a journal can stand for many records; more than these help nobody. */
const recordsMax = 200;

/** The newest ones; an unending retry would otherwise fill the memory. */
const entriesMax = 5000;

/** Any ShipBob id or number, external key or Infor number; letter case does not matter. */
export async function trace(session: Session, id: string): Promise<TraceReport> {
  const { db } = session;
  const hits = await find(db, id.trim());
  const keys = distinct(hits).slice(0, recordsMax);
  const rows = await recordRows(db, keys);
  const own = await postingsOfRecords(db, keys);
  const charges = keys.filter((key) => key.kind === 'charge').map((key) => key.id);
  const found = await journalsOf(db, charges);
  const journals = new Set([...found.values()].map((row) => row.journal_key));
  for (const row of own) journals.delete(row.key);
  const postings = [...own, ...(await postingsByKeys(db, [...journals]))];
  const postingKeys = postings.map((row) => row.key);
  const first = hits[0];
  return {
    found: first === undefined ? null : { as: first.role, record: keyOf(first) },
    records: rows.map(storedRecord),
    postings: postings.map(posting),
    flags: await flagsOfRecords(db, keys, 'all'),
    crosswalk: await crosswalkFor(db, { keys: postingKeys, shipbobIds: [], inforNumbers: [id] }),
    entries: await entriesOf(db, keys, postingKeys),
  };
}

interface Hit {
  role: string;
  kind: string;
  record_id: string;
}

function keyOf(hit: Hit): RecordKey {
  return { kind: recordKind(hit.kind), id: hit.record_id };
}

function distinct(hits: readonly Hit[]): RecordKey[] {
  const keys = new Map(hits.map((hit) => [`${hit.kind} ${hit.record_id}`, keyOf(hit)]));
  return [...keys.values()];
}

// The records' own ids first, then what they are known by, then what Infor calls them, and the
// charges for them last.
async function find(db: Db, id: string): Promise<Hit[]> {
  const answer = await sql<Hit>`
    with hit (rank, role, kind, record_id) as (
      select 0, kind, kind, record_id from source_record
        where kind in ('order', 'receiving', 'charge') and record_id = ${id}
      union all select iif(role = 'chargeReference', 7, 1), role, kind, record_id
        from source_alias where value = ${id}
      union all select 2, 'externalKey', record_kind, record_id from posting
        where key = ${id.toUpperCase()}
      union all select 3, 'inforNumber', record_kind, record_id from posting
        where reference_number = ${id}
      union all select 4, 'inforNumber', posting.record_kind, posting.record_id
        from crosswalk join posting on posting.key = crosswalk.key
        where crosswalk.infor_number = ${id}
      union all select 5, 'purchaseOrder', record_kind, record_id from posting
        where purchase_order = ${id}
      union all select 6, 'journal', 'charge', charge_id from journal_entry
        where journal_key = ${id.toUpperCase()}
    )
    select role, kind, record_id from hit order by rank limit ${recordsMax * 4}`.execute(db);
  return answer.rows;
}

async function recordRows(db: Db, keys: readonly RecordKey[]): Promise<SourceRecordRow[]> {
  const answer = await sql<SourceRecordRow>`
    select source_record.* from ${wantedRecords(keys)} as wanted
    cross join source_record
      on source_record.kind = wanted.kind and source_record.record_id = wanted.id
    order by source_record.id`.execute(db);
  return answer.rows;
}

async function entriesOf(
  db: Db,
  keys: readonly RecordKey[],
  postingKeys: readonly string[],
): Promise<AuditEntry[]> {
  const answer = await sql<AuditRow & { body: string | null }>`
    with told (seq) as (
      select audit.seq from ${wantedRecords(keys)} as wanted
        cross join audit on audit.record_kind = wanted.kind and audit.record_id = wanted.id
          and audit.posting_key is null
      union
      select seq from audit where posting_key in ${valuesOf(postingKeys)}
      order by seq desc limit ${entriesMax}
    )
    select audit.*, audit_body.body as body from told
    join audit on audit.seq = told.seq
    left join audit_body on audit_body.seq = told.seq
    order by audit.seq`.execute(db);
  return answer.rows.map(auditEntry);
}
