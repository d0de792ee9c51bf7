/** What people say about flags: each act is one transaction with a row in the audit trail. */
import { sql } from 'kysely';
import type { ActBy, CareAct } from '../app/ports.ts';
import { causeForAudit } from '../core/flag-cause.ts';
import type { JsonObject } from '../core/glossary.ts';
import { assert, unreachable } from '../core/problem.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { endIgnores } from './flag-ignore.ts';
import { recordKind, textList } from './schema.ts';
import { type Session, write } from './session.ts';
import { markDue } from './source-record.ts';
import { insertRows, jsonRows, valuesOf } from './statement.ts';
import type { FlagCareRow, FlagRow } from './table.ts';

/** A flag with the row that holds what people said about its question. */
interface CaredFor {
  flag: FlagRow & { posting_key: string };
  care: FlagCareRow;
}

/** See FlagStore.careForFlags. */
export function careForFlags(
  session: Session,
  ids: number[],
  act: CareAct,
  by: ActBy,
): Promise<number[]> {
  assert(by.actor !== '', 'an act has an actor');
  return write(session, async (db) => {
    const flags = await flagsToCareFor(db, ids, act);
    // What was never said about a question cannot be ended.
    if (act.do !== 'unignore') await openCare(db, flags, by.nowMs);
    const cared = await withCare(db, flags);
    const done = act.do === 'unignore' ? cared.filter(isIgnored) : cared;
    await perform(db, done, act, by);
    await appendAudit(
      session,
      db,
      done.map((one) => draftOf(one, act, by)),
    );
    return done.map(({ flag }) => flag.id);
  });
}

async function flagsToCareFor(
  db: Db,
  ids: readonly number[],
  act: CareAct,
): Promise<CaredFor['flag'][]> {
  const cleared = act.do === 'note' || act.do === 'unignore' ? 'too' : 'not';
  const answer = await sql<CaredFor['flag']>`
    select flag.*, ifnull(posting.key, '') as posting_key
    from flag left join posting on posting.id = flag.posting_id
    where flag.id in ${valuesOf(ids)}
      and (flag.cleared_at_ms is null or ${cleared} = 'too')
    order by flag.id`.execute(db);
  return answer.rows;
}

async function openCare(db: Db, flags: readonly CaredFor['flag'][], nowMs: number): Promise<void> {
  const rows = flags.map(({ record_kind, record_id, posting_key, code, cause }) => ({
    record_kind,
    record_id,
    posting_key,
    code,
    cause,
    assignee: null,
    tags_json: '[]',
    ignored_at_ms: null,
    ignored_until_ms: null,
    ignored_by: null,
    ignored_because: null,
    held_json: null,
    updated_at_ms: nowMs,
  }));
  await insertRows(db, 'flag_care', rows, 'on conflict do nothing');
}

async function withCare(db: Db, flags: readonly CaredFor['flag'][]): Promise<CaredFor[]> {
  const answer = await sql<FlagCareRow & { flag_id: number }>`
    select care.*, asked.value ->> 0 as flag_id
    from ${jsonRows(
      flags.map((flag) => [
        flag.id,
        flag.record_kind,
        flag.record_id,
        flag.posting_key,
        flag.code,
        flag.cause,
      ]),
    )} as asked
    cross join flag_care as care
      on care.record_kind = asked.value ->> 1 and care.record_id = asked.value ->> 2
      and care.posting_key = asked.value ->> 3
      and care.code = asked.value ->> 4 and care.cause = asked.value ->> 5`.execute(db);
  const cares = new Map(answer.rows.map((row) => [row.flag_id, row]));
  return flags.flatMap((flag): CaredFor[] => {
    const care = cares.get(flag.id);
    return care === undefined ? [] : [{ flag, care }];
  });
}

function isIgnored({ care }: CaredFor): boolean {
  return care.ignored_at_ms !== null;
}

async function perform(db: Db, done: readonly CaredFor[], act: CareAct, by: ActBy): Promise<void> {
  const ids = done.map(({ care }) => care.id);
  const { nowMs } = by;
  switch (act.do) {
    case 'assign':
      await sql`
        update flag_care set assignee = ${act.assignee}, updated_at_ms = ${nowMs}
        where id in ${valuesOf(ids)}`.execute(db);
      return;
    case 'tag':
      await retag(db, done, act, nowMs);
      return;
    case 'note':
      await insertRows(
        db,
        'flag_note',
        ids.map((care_id) => ({ care_id, at_ms: nowMs, actor: by.actor, text: act.text })),
      );
      return;
    case 'ignore':
      await ignore(db, done, act, by);
      return;
    case 'unignore':
      await endIgnores(db, ids, nowMs);
      // What it held back may go now.
      await markDue(
        db,
        done.map(({ care }) => ({ kind: recordKind(care.record_kind), id: care.record_id })),
      );
      return;
    default:
      unreachable(act);
  }
}

async function retag(
  db: Db,
  done: readonly CaredFor[],
  act: Extract<CareAct, { do: 'tag' }>,
  nowMs: number,
): Promise<void> {
  const rows = done.map(({ care }) => {
    const left = textList(care.tags_json).filter((tag) => !act.remove.includes(tag));
    return [care.id, JSON.stringify([...new Set([...left, ...act.add])].sort())];
  });
  await sql`
    update flag_care set tags_json = next.value ->> 1, updated_at_ms = ${nowMs}
    from ${jsonRows(rows)} as next where flag_care.id = next.value ->> 0`.execute(db);
}

/**
 * What the flag holds up now is what must not be posted unasked. No plan is needed: one that was
 * made without knowing of this is not taken in (plannedKnowing).
 */
async function ignore(
  db: Db,
  done: readonly CaredFor[],
  act: Extract<CareAct, { do: 'ignore' }>,
  by: ActBy,
): Promise<void> {
  const rows = done.map(({ flag, care }) => [care.id, heldFrom(flag, care)]);
  await sql`
    update flag_care set ignored_at_ms = ${by.nowMs}, ignored_until_ms = ${act.untilMs},
      ignored_by = ${by.actor}, ignored_because = ${act.because},
      held_json = next.value ->> 1, updated_at_ms = ${by.nowMs}
    from ${jsonRows(rows)} as next where flag_care.id = next.value ->> 0`.execute(db);
}

/** Ignored already, it has held up more before, perhaps. */
function heldFrom(flag: FlagRow, care: FlagCareRow): string | null {
  if (flag.holds_json === null) return null;
  if (care.ignored_at_ms === null) return flag.holds_json;
  if (care.held_json === null) return null;
  const keys = [...textList(care.held_json), ...textList(flag.holds_json)];
  return JSON.stringify([...new Set(keys)].sort());
}

/** Texts and names go into the body, which can be purged. */
function draftOf({ flag, care }: CaredFor, act: CareAct, by: ActBy): AuditDraft {
  const { id, code, cause } = flag;
  const about = { flag: id, code, cause: causeForAudit(cause) };
  return {
    atMs: by.nowMs,
    runId: null,
    actor: by.actor,
    record: { kind: recordKind(care.record_kind), id: care.record_id },
    postingKey: care.posting_key === '' ? null : care.posting_key,
    ...toldOf(act, about),
  };
}

function toldOf(act: CareAct, about: JsonObject): Pick<AuditDraft, 'action' | 'detail' | 'body'> {
  switch (act.do) {
    case 'assign': {
      const to = act.assignee === null ? 'nobody' : 'a person';
      return { action: 'assigned', detail: { ...about, to }, body: { assignee: act.assignee } };
    }
    case 'tag': {
      const detail = { ...about, added: act.add.length, removed: act.remove.length };
      return { action: 'tagged', detail, body: { add: act.add, remove: act.remove } };
    }
    case 'note':
      return { action: 'noted', detail: about, body: { text: act.text } };
    case 'ignore': {
      const until = act.untilMs === null ? 'a person ends it' : new Date(act.untilMs).toISOString();
      return { action: 'ignored', detail: { ...about, until }, body: { because: act.because } };
    }
    case 'unignore':
      return { action: 'unignored', detail: about, body: null };
    default:
      return unreachable(act);
  }
}
