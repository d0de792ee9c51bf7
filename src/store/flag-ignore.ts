/** Ignored questions: which flags they hide, and what planning must know of them. */
import { type RawBuilder, sql } from 'kysely';
import type { PlanOutcome } from '../app/ports.ts';
import { causeForAudit } from '../core/flag-cause.ts';
import type { RecordKey } from '../core/glossary.ts';
import { readyCause, readyCode } from '../core/ignored.ts';
import { type AuditDraft, engine } from './audit.ts';
import type { Db } from './database.ts';
import { recordKind } from './schema.ts';
import { type Session, write } from './session.ts';
import { jsonRows, valuesOf, wantedRecords } from './statement.ts';
import type { FlagCareRow } from './table.ts';

/** Joins `care`, what people have said about the question of `flag` (with its `posting`). */
export const careOfFlag: RawBuilder<unknown> = sql`
  left join flag_care as care
    on care.record_kind = flag.record_kind and care.record_id = flag.record_id
    and care.posting_key = ifnull(posting.key, '')
    and care.code = flag.code and care.cause = flag.cause`;

/** True of a row of `flag` whose question is not ignored now. For statements without `care`. */
export function isAsked(nowMs: number): RawBuilder<boolean> {
  return sql<boolean>`not exists (
    select 1 from flag_care as care
    where care.record_kind = flag.record_kind and care.record_id = flag.record_id
      and care.ignored_at_ms is not null
      and (care.ignored_until_ms is null or care.ignored_until_ms > ${nowMs})
      and care.code = flag.code and care.cause = flag.cause
      and care.posting_key = ifnull(
        (select key from posting where posting.id = flag.posting_id), ''))`;
}

/**
 * Ignored questions about these records themselves, also those whose time has run out. What is
 * ignored about a document needs no plan: that stays flagged until a person retries it.
 */
export async function standingIgnores(db: Db, keys: readonly RecordKey[]): Promise<FlagCareRow[]> {
  const answer = await sql<FlagCareRow>`
    select care.* from ${wantedRecords(keys)} as wanted
    cross join flag_care as care
      on care.record_kind = wanted.kind and care.record_id = wanted.id
    where care.ignored_at_ms is not null and care.posting_key = '' and care.code <> ${readyCode}
    order by care.id`.execute(db);
  return answer.rows;
}

/**
 * The outcomes of plans that knew of every question that is ignored now. Of the others nothing may
 * be taken in: a person has spoken while they were made.
 */
export async function plannedKnowing(
  db: Db,
  outcomes: readonly PlanOutcome[],
): Promise<PlanOutcome[]> {
  const rows = await standingIgnores(
    db,
    outcomes.map(({ key }) => key),
  );
  const standing = new Map<string, number[]>();
  for (const { record_kind, record_id, id } of rows) {
    const name = `${record_kind} ${record_id}`;
    standing.set(name, [...(standing.get(name) ?? []), id]);
  }
  return outcomes.filter(({ key, ignores }) => {
    const now = standing.get(`${key.kind} ${key.id}`) ?? [];
    const known = new Set(ignores.map(({ id }) => id));
    return now.length === known.size && now.every((id) => known.has(id));
  });
}

/** Keeps what the plans have learned, and ends what is over; answers what the trail is to say. */
export async function settleIgnores(
  db: Db,
  outcomes: readonly PlanOutcome[],
  by: { nowMs: number; runId: number },
): Promise<AuditDraft[]> {
  const learned = outcomes.flatMap(({ ignores }) => ignores);
  if (learned.length === 0) return [];
  const rows = learned.map(({ id, held }) => [id, held === null ? null : JSON.stringify(held)]);
  await sql`
    update flag_care set held_json = learned.value ->> 1 from ${jsonRows(rows)} as learned
    where flag_care.id = learned.value ->> 0
      and flag_care.held_json is not learned.value ->> 1`.execute(db);
  const over = learned.filter((one) => one.over === 'yes').map(({ id }) => id);
  const ended = await endIgnores(db, await runOut(db, over, by.nowMs), by.nowMs);
  return ended.map((care) => ({
    atMs: by.nowMs,
    runId: by.runId,
    actor: engine,
    action: 'unignored',
    record: { kind: recordKind(care.record_kind), id: care.record_id },
    postingKey: care.posting_key === '' ? null : care.posting_key,
    detail: { code: care.code, cause: causeForAudit(care.cause), because: 'its time has run out' },
    body: null,
  }));
}

/** Of these, the ones whose time has run out still: a person may have given one more meanwhile. */
async function runOut(db: Db, ids: readonly number[], nowMs: number): Promise<number[]> {
  const answer = await sql<{ id: number }>`
    select id from flag_care
    where id in ${valuesOf(ids)} and ignored_until_ms <= ${nowMs}`.execute(db);
  return answer.rows.map(({ id }) => id);
}

/**
 * Ends these ignores, and those of the question whether to post what they held. Answers the ones
 * that stood, as they were.
 */
export async function endIgnores(
  db: Db,
  ids: readonly number[],
  nowMs: number,
): Promise<FlagCareRow[]> {
  if (ids.length === 0) return [];
  const answer = await sql<FlagCareRow>`
    select * from flag_care where ignored_at_ms is not null
      and id in ${valuesOf(ids)} order by id`.execute(db);
  const records = answer.rows.map(({ record_kind, record_id, id }) => [
    record_kind,
    record_id,
    readyCause(id),
  ]);
  await sql`
    update flag_care set ignored_at_ms = null, ignored_until_ms = null, ignored_by = null,
      ignored_because = null, held_json = null, updated_at_ms = ${nowMs}
    where ignored_at_ms is not null and (id in ${valuesOf(ids)}
      or (code = ${readyCode} and posting_key = '' and (record_kind, record_id, cause) in (
        select value ->> 0, value ->> 1, value ->> 2 from ${jsonRows(records)})))`.execute(db);
  return answer.rows;
}

/** A question that still stands must be planned before it is asked again: its cause may be gone. */
export function touchExpiredIgnores(session: Session, nowMs: number): Promise<number> {
  return write(session, async (db) => {
    const result = await expiredQuery(nowMs).execute(db);
    return Number(result.numAffectedRows ?? 0n);
  });
}

export function expiredQuery(nowMs: number): RawBuilder<unknown> {
  return sql`
      update source_record set plan_due = 1, due_seq = due_seq + 1
      where (kind, record_id) in (
        select care.record_kind, care.record_id from flag_care as care
        cross join flag on flag.record_kind = care.record_kind
          and flag.record_id = care.record_id and flag.posting_id is null
          and flag.code = care.code and flag.cause = care.cause and flag.cleared_at_ms is null
        where care.ignored_until_ms <= ${nowMs} and care.ignored_at_ms is not null
          and care.posting_key = '' and care.code <> ${readyCode}
          and not exists (select 1 from flag as ready
            where ready.record_kind = care.record_kind and ready.record_id = care.record_id
              and ready.cleared_at_ms is null and ready.code = ${readyCode}
              and ready.cause = 'ignored:' || care.id))`;
}
