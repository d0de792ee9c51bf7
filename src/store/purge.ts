/**
 * Takes out what names a person, of finished orders and of what people wrote. The chain of the
 * audit trail binds hashes of it alone and stays whole.
 */
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { PurgeBatch, PurgeCursor, PurgeRequest } from '../app/ports.ts';
import type { RecordKey } from '../core/glossary.ts';
import {
  causeWithoutPersonalData,
  documentWithoutPersonalData,
  flagWithoutPersonalData,
  withoutPersonalData,
} from '../core/personal-data.ts';
import { Problem } from '../core/problem.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { flagsOfRecords } from './flag.ts';
import { postingsOfRecords } from './posting.ts';
import { pack, packRecord, posting, recordKind, storedRecord } from './schema.ts';
import { engineWrite, type Session, write } from './session.ts';
import { jsonRows, valuesOf, wantedRecords } from './statement.ts';
import type { SourceRecordRow } from './table.ts';

/** With its requests and answers an order is some 60 KiB: a transaction stays short. */
const batchRecords = 10;

/** True of a row of `source_record` whose business is over. */
function isFinished(nowMs: number): RawBuilder<unknown> {
  return sql`plan_due = 0 and regressed_at_ms is null
    and not exists (select 1 from posting
      where posting.record_kind = source_record.kind
        and posting.record_id = source_record.record_id
        and posting.state not in ('posted', 'cancelled'))
    and not exists (select 1 from flag
      where flag.record_kind = source_record.kind and flag.record_id = source_record.record_id
        and flag.cleared_at_ms is null)
    and not exists (select 1 from flag_care
      where flag_care.record_kind = source_record.kind
        and flag_care.record_id = source_record.record_id
        and flag_care.ignored_at_ms is not null
        and (flag_care.ignored_until_ms is null or flag_care.ignored_until_ms > ${nowMs}))`;
}

function isWanted(request: PurgeRequest, after: PurgeCursor | null): RawBuilder<unknown> {
  const { record, beforeMs, nowMs } = request;
  const { createdAtMs, id } = after ?? { createdAtMs: -1, id: -1 };
  const open = sql`kind = 'order' and purged_at_ms is null and ${isFinished(nowMs)}`;
  if (record !== null) return sql`${open} and kind = ${record.kind} and record_id = ${record.id}`;
  return sql`${open} and created_at_ms < ${beforeMs}
    and (created_at_ms, id) > (${createdAtMs}, ${id})
    and ifnull(updated_at_ms, 0) < ${beforeMs}
    and not exists (select 1 from posting
      where posting.record_kind = source_record.kind
        and posting.record_id = source_record.record_id
        and posting.updated_at_ms >= ${beforeMs})`;
}

export async function purgeable(
  session: Session,
  request: PurgeRequest,
): Promise<{ records: number; oldestAtMs: number | null }> {
  const answer = await sql<{ records: number; oldest: number | null }>`
    select count(*) as records, min(created_at_ms) as oldest from source_record
    where ${isWanted(request, null)}`.execute(session.db);
  const [row] = answer.rows;
  return { records: row?.records ?? 0, oldestAtMs: row?.oldest ?? null };
}

export async function unfinished(session: Session, record: RecordKey): Promise<string | null> {
  const { db } = session;
  const answer = await sql<SourceRecordRow>`
    select * from source_record where kind = ${record.kind} and record_id = ${record.id}`.execute(
    db,
  );
  const [row] = answer.rows;
  if (row === undefined) throw notFound(record);
  const postings = await postingsOfRecords(db, [record]);
  const open = postings.find(({ state }) => state !== 'posted' && state !== 'cancelled');
  if (open !== undefined) return `${open.key} is ${open.state}`;
  if ((await flagsOfRecords(db, [record], 'open')).length > 0) return 'it has an open flag';
  if (row.plan_due === 1) return 'it is planned by the next run';
  if (row.regressed_at_ms !== null) return 'it is read again by the next run';
  const nowMs = session.clock.now();
  const finished = await sql`
    select 1 from source_record
    where kind = ${record.kind} and record_id = ${record.id} and ${isFinished(nowMs)}`.execute(db);
  return finished.rows.length === 1 ? null : 'a question about it is ignored by a person';
}

function notFound({ kind, id }: RecordKey): Problem {
  return new Problem({
    code: 'RECORD_NOT_FOUND',
    kind: 'rejected',
    message: `there is no ${kind} ${id} in the database`,
    hint: 'Look it up with mlc trace, and give its kind and id, such as order:309589638.',
  });
}

export function purgeBatch(
  session: Session,
  request: PurgeRequest,
  after: PurgeCursor | null,
): Promise<PurgeBatch> {
  const work = async (db: Db): Promise<PurgeBatch> => {
    // What is overwritten is overwritten with zeros, and does not stay in freed pages.
    await db.executeQuery(CompiledQuery.raw('pragma secure_delete = on'));
    const found = await sql<SourceRecordRow>`
      select * from source_record where ${isWanted(request, after)}
      order by created_at_ms, id limit ${batchRecords}`.execute(db);
    const last = found.rows.at(-1);
    const batch: PurgeBatch = { records: 0, bodies: 0, flags: 0, next: null };
    const drafts: AuditDraft[] = [];
    for (const row of found.rows) {
      const done = await purgeRecord(db, row, request.nowMs);
      batch.records += 1;
      batch.bodies += done.bodies;
      batch.flags += done.flags;
      drafts.push(toldOf(row, request, done));
    }
    await appendAudit(session, db, drafts);
    if (last !== undefined && found.rows.length === batchRecords && request.record === null) {
      batch.next = { createdAtMs: last.created_at_ms ?? 0, id: last.id };
    }
    return batch;
  };
  const { fence } = request;
  return fence === null ? write(session, work) : engineWrite(session, fence, work);
}

interface Purged {
  bodies: number;
  flags: number;
  notes: number;
}

function toldOf(
  row: SourceRecordRow,
  { nowMs, actor, fence }: PurgeRequest,
  { bodies, flags, notes }: Purged,
): AuditDraft {
  return {
    atMs: nowMs,
    runId: fence?.runId ?? null,
    actor,
    action: 'purged',
    record: { kind: recordKind(row.kind), id: row.record_id },
    postingKey: null,
    detail: { bodies, flags, notes },
    body: null,
  };
}

async function purgeRecord(db: Db, row: SourceRecordRow, nowMs: number): Promise<Purged> {
  const key = { kind: recordKind(row.kind), id: row.record_id };
  const { record } = storedRecord(row);
  // Its hashes stay: the same record seen again is unchanged.
  await db
    .updateTable('source_record')
    .set({
      body: record === null ? null : packRecord(withoutPersonalData(record)),
      unreadable: row.unreadable === null ? null : pack({ raw: '', problem: 'purged' }),
      purged_at_ms: nowMs,
    })
    .where('id', '=', row.id)
    .execute();
  const postings = await postingsOfRecords(db, [key]);
  for (const one of postings) {
    const document = documentWithoutPersonalData(posting(one).document);
    await db
      .updateTable('posting')
      .set({ document_json: JSON.stringify(document) })
      .where('id', '=', one.id)
      .execute();
  }
  const bodies = await purgeBodies(
    db,
    key,
    postings.map((one) => one.key),
  );
  const flags = await purgeFlags(db, key);
  const notes = await purgeCare(db, key);
  const shipments = record?.kind === 'order' ? record.shipments.map(({ id }) => String(id)) : [];
  await sql`
    update inbox set body = '' where state <> 'waiting' and (
      (subject_kind = ${key.kind} and subject_id = ${key.id})
      or (subject_kind = 'shipment' and subject_id in ${valuesOf(shipments)}))`.execute(db);
  return { bodies, flags, notes };
}

async function purgeBodies(db: Db, key: RecordKey, postingKeys: string[]): Promise<number> {
  const result = await sql`
    delete from audit_body where seq in (
      select audit.seq from ${wantedRecords([key])} as wanted
        cross join audit on audit.record_kind = wanted.kind and audit.record_id = wanted.id
          and audit.posting_key is null
      union all
      select seq from audit where posting_key in ${valuesOf(postingKeys)})`.execute(db);
  const packs = await sql<{ bodies: number }>`
    delete from audit_pack where posting_key in ${valuesOf(postingKeys)}
    returning bodies`.execute(db);
  const packed = packs.rows.reduce((sum, { bodies }) => sum + bodies, 0);
  return packed + Number(result.numAffectedRows ?? 0n);
}

async function purgeFlags(db: Db, key: RecordKey): Promise<number> {
  const flags = await flagsOfRecords(db, [key], 'all');
  const rows = flags.map((flag) => {
    const { cause, sentence, hint, evidence } = flagWithoutPersonalData(flag);
    return [flag.id, cause, sentence, hint, JSON.stringify(evidence)];
  });
  await sql`
    update flag set cause = next.value ->> 1, sentence = next.value ->> 2,
      hint = next.value ->> 3, evidence_json = next.value ->> 4
    from ${jsonRows(rows)} as next where flag.id = next.value ->> 0`.execute(db);
  return flags.length;
}

/** What people said about its questions; that they did, and when, stays in the trail. */
async function purgeCare(db: Db, key: RecordKey): Promise<number> {
  const cares = await db
    .selectFrom('flag_care')
    .select(['id', 'cause'])
    .where('record_kind', '=', key.kind)
    .where('record_id', '=', key.id)
    .execute();
  if (cares.length === 0) return 0;
  const gone = await sql`
    delete from flag_note where care_id in ${valuesOf(cares.map(({ id }) => id))}`.execute(db);
  const rows = cares.map(({ id, cause }) => [id, causeWithoutPersonalData(cause)]);
  // A question that came again after an earlier purge is the same one once its cause is hashed.
  await sql`
    update or replace flag_care set cause = next.value ->> 1, assignee = null, tags_json = '[]',
      ignored_because = iif(ignored_because is null, null, '(purged)')
    from ${jsonRows(rows)} as next where flag_care.id = next.value ->> 0`.execute(db);
  return Number(gone.numAffectedRows ?? 0n);
}
