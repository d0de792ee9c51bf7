/** What those who watch keep: alerts that were noticed, and documents that are overdue. */
import { type RawBuilder, sql } from 'kysely';
import type { AlertState, Overdue } from '../app/ports.ts';
import type { SourceRecord } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { isAsked } from './flag-ignore.ts';
import { alertState, overdue as overdueOf, storedRecord } from './schema.ts';
import { type Session, write } from './session.ts';
import { insertRows, jsonRows, valuesOf } from './statement.ts';
import type { OverdueRow, SourceRecordRow } from './table.ts';

export async function alertStates(session: Session): Promise<AlertState[]> {
  const rows = await session.db.selectFrom('alert').selectAll().orderBy('cause').execute();
  return rows.map(alertState);
}

/** Each replaces what was known of its cause. */
export function putAlertStates(session: Session, states: readonly AlertState[]): Promise<void> {
  if (states.length === 0) return Promise.resolve();
  const rows = states.map((state) => ({
    cause: state.cause,
    first_at_ms: state.firstAtMs,
    last_seen_at_ms: state.lastSeenAtMs,
    sent_at_ms: state.sentAtMs,
    seen_since_sent: state.seenSinceSent,
    message_json: JSON.stringify(state.message),
  }));
  const replace = `on conflict (cause) do update set first_at_ms = excluded.first_at_ms,
    last_seen_at_ms = excluded.last_seen_at_ms, sent_at_ms = excluded.sent_at_ms,
    seen_since_sent = excluded.seen_since_sent, message_json = excluded.message_json`;
  return write(session, (db) => insertRows(db, 'alert', rows, replace));
}

export async function forgetAlertStates(
  session: Session,
  causes: readonly string[],
): Promise<void> {
  if (causes.length === 0) return;
  await session.db.deleteFrom('alert').where('cause', 'in', valuesOf(causes)).execute();
}

interface UpdatedRequest {
  kind: 'order' | 'receiving';
  fromMs: number;
  toMs: number;
  after: { updatedAtMs: number; id: string } | null;
  limit: number;
}

/** Both ends of the window are included; what could never be read is left out. */
export async function recordsUpdated(
  session: Session,
  request: UpdatedRequest,
): Promise<{ record: SourceRecord; updatedAtMs: number }[]> {
  assert(request.limit > 0, 'a page of records has a limit');
  const answer = await updatedQuery(request).execute(session.db);
  const found: { record: SourceRecord; updatedAtMs: number }[] = [];
  for (const row of answer.rows) {
    const { record } = storedRecord(row);
    if (record !== null && row.updated_at_ms !== null) {
      found.push({ record, updatedAtMs: row.updated_at_ms });
    }
  }
  return found;
}

export function updatedQuery(request: UpdatedRequest): RawBuilder<SourceRecordRow> {
  const { kind, fromMs, toMs, after, limit } = request;
  const from = after ?? { updatedAtMs: fromMs, id: '' };
  return sql<SourceRecordRow>`
    select * from source_record
    where kind = ${kind} and updated_at_ms is not null and updated_at_ms >= ${fromMs}
      and updated_at_ms <= ${toMs} and body is not null
      and (updated_at_ms, record_id) > (${from.updatedAtMs}, ${from.id})
    order by updated_at_ms, record_id limit ${limit}`;
}

/** A question about its record that people want to be asked. */
const isAskedAbout = (nowMs: number) => sql`exists (
  select 1 from flag where record_kind = one.record_kind and record_id = one.record_id
    and cleared_at_ms is null and ${isAsked(nowMs)})`;

/** A posting that is not done, but for one that stays flagged because nobody wants to be asked. */
const isUndone = (nowMs: number) => sql`state not in ('posted', 'cancelled') and (
  state <> 'flagged' or exists (select 1 from flag where flag.posting_id = posting.id
    and cleared_at_ms is null and ${isAsked(nowMs)}))`;

/** True where the document of `one` is not in Infor and something may still bring it there. */
const missing = (nowMs: number) => sql<number>`case one.kind
  when 'issue' then
    exists (select 1 from posting where shipment_id = one.shipbob_id
      and kind in ('goodsIssue', 'stockIssue') and ${isUndone(nowMs)})
    or (
      not exists (select 1 from posting where shipment_id = one.shipbob_id
        and kind in ('goodsIssue', 'stockIssue') and state = 'posted')
      and (
        ${isAskedAbout(nowMs)}
        or exists (select 1 from source_record where kind = one.record_kind
          and record_id = one.record_id and plan_due = 1)))
  else
    exists (select 1 from posting where record_kind = one.record_kind
      and record_id = one.record_id and ${isUndone(nowMs)})
    or ${isAskedAbout(nowMs)}
    or exists (select 1 from source_record where kind = one.record_kind
      and record_id = one.record_id and plan_due = 1)
  end`;

/** The longest overdue first. */
export async function overdue(session: Session): Promise<Overdue[]> {
  const answer = await overdueQuery(session.clock.now()).execute(session.db);
  return answer.rows.map(overdueOf);
}

export function overdueQuery(nowMs: number): RawBuilder<OverdueRow> {
  return sql<OverdueRow>`
    select one.* from overdue as one where ${missing(nowMs)}
    order by happened_at_ms, shipbob_id`;
}

/**
 * Notes those of `found` whose document is missing, and forgets those noted earlier whose document
 * is there by now or no longer wanted. Answers how many were not noted before.
 */
export function noteOverdue(
  session: Session,
  found: readonly Overdue[],
  nowMs: number,
): Promise<number> {
  const rows = found.map(({ kind, shipbobId, record, happenedAtMs }) => ({
    kind,
    shipbobId,
    recordKind: record.kind,
    recordId: record.id,
    happenedAtMs,
  }));
  return write(session, async (db) => {
    await sql`
      delete from overdue where (kind, shipbob_id) in (
        select kind, shipbob_id from overdue as one where not (${missing(nowMs)}))`.execute(db);
    if (rows.length === 0) return 0;
    const result = await sql`
      with one as (
        select value ->> 'kind' as kind, value ->> 'shipbobId' as shipbob_id,
          value ->> 'recordKind' as record_kind, value ->> 'recordId' as record_id,
          value ->> 'happenedAtMs' as happened_at_ms
        from ${jsonRows(rows)}
      )
      insert into overdue
      select kind, shipbob_id, record_kind, record_id, happened_at_ms, ${nowMs}
      from one where ${missing(nowMs)}
      on conflict (kind, shipbob_id) do nothing`.execute(db);
    return Number(result.numAffectedRows ?? 0n);
  });
}
