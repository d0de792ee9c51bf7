/** What people do: they hold no lease, and every act of theirs is in the audit trail by name. */
import { sql } from 'kysely';
import type { BaselineLine, JsonObject, RecordKey } from '../core/glossary.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert } from '../core/problem.ts';
import type { ReceivingId } from '../core/schema.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { clearFlags, markCausesDue } from './flag.ts';
import { updatePostings } from './move.ts';
import { postingsByIds } from './posting.ts';
import { postingState, recordKind } from './schema.ts';
import { type Session, write } from './session.ts';
import { markDue, wantBoxes } from './source-record.ts';
import { insertRows, valuesOf } from './statement.ts';
import type { FlagRow, PostingRow } from './table.ts';

/** Flags that are cleared already are passed over. Answers how many were retried. */
export function retryFlags(
  session: Session,
  ids: number[],
  actor: string,
  nowMs: number,
): Promise<number> {
  return write(session, async (db) => {
    const found = await sql<FlagRow>`
      select * from flag
      where cleared_at_ms is null and id in ${valuesOf(ids)} order by id`.execute(db);
    const flags = found.rows;
    await markDue(db, flags.map(recordOfFlag));
    await wantBoxes(db, flags.map(recordOfFlag));
    const postingIds = flags.map((flag) => flag.posting_id).filter((id) => id !== null);
    const postings = await postingsByIds(db, [...new Set(postingIds)]);
    const flagged = postings.filter((row) => row.state === 'flagged');
    const again = flagged.map((row) => retried(row, nowMs));
    await updatePostings(db, again);
    await clearFlagsOf(db, again, nowMs);
    const by = { atMs: nowMs, runId: null, actor, body: null };
    await appendAudit(session, db, [
      ...flags.map((flag): AuditDraft => {
        const posting = postings.find((row) => row.id === flag.posting_id);
        const detail = { flag: flag.id, code: flag.code, cause: flag.cause };
        const about = { record: recordOfFlag(flag), postingKey: posting?.key ?? null };
        return { ...by, ...about, action: 'retried', detail };
      }),
      ...again.map((row): AuditDraft => {
        const record = { kind: recordKind(row.record_kind), id: row.record_id };
        const detail = { from: 'flagged', to: row.state, attempt: row.attempt, because: 'retry' };
        return { ...by, record, postingKey: row.key, action: 'moved', detail };
      }),
    ]);
    return flags.length;
  });
}

function recordOfFlag(flag: FlagRow): RecordKey {
  return { kind: recordKind(flag.record_kind), id: flag.record_id };
}

/** What was once handed to a commit is looked up before anything is sent again. */
function retried(row: PostingRow, nowMs: number): PostingRow {
  const to = row.handed_to_commit === 1 ? 'unknown' : 'pending';
  assertMove(postingState(row.state), to);
  return {
    ...row,
    state: to,
    failures: 0,
    next_attempt_at_ms: nowMs,
    doubtful_since_ms: to === 'unknown' ? nowMs : null,
    negative_lookups_json: '[]',
    waiting_for: null,
    updated_at_ms: nowMs,
  };
}

async function clearFlagsOf(db: Db, postings: readonly PostingRow[], nowMs: number): Promise<void> {
  if (postings.length === 0) return;
  const open = await sql<{ id: number }>`
    select id from flag where cleared_at_ms is null
      and posting_id in ${valuesOf(postings.map((row) => row.id))}`.execute(db);
  const ids = open.rows.map((row) => row.id);
  await clearFlags(db, ids, nowMs);
}

/** Makes every record held up by one of these causes due again. Answers how many. */
export function touchCauses(session: Session, causes: string[]): Promise<number> {
  if (causes.length === 0) return Promise.resolve(0);
  return write(session, (db) => markCausesDue(db, causes));
}

/**
 * Makes due what another configuration or mapping may plan otherwise: see isReplaceable in the core,
 * and charges that are in no journal yet.
 */
export function touchReplaceable(session: Session): Promise<number> {
  return write(session, async (db) => {
    const result = await sql`
      update source_record set plan_due = 1, due_seq = due_seq + 1
      where (kind, record_id) in (
        select record_kind, record_id from posting
        where queue in ('ready', 'blocked') and handed_to_commit = 0 and kind <> 'journal'
        union all
        select 'charge', charge_id from journal_entry where journal_key is null)`.execute(db);
    return Number(result.numAffectedRows ?? 0n);
  });
}

/** Replaces the receiving order's opening baseline. */
export function saveBaseline(
  session: Session,
  id: ReceivingId,
  lines: BaselineLine[],
  actor: string,
  nowMs: number,
): Promise<void> {
  const record: RecordKey = { kind: 'receiving', id };
  return write(session, async (db) => {
    await db.deleteFrom('baseline').where('receiving_id', '=', id).execute();
    const rows = lines.map((line) => ({
      receiving_id: id,
      inventory_id: line.inventoryId,
      lot: line.lot ?? '',
      stowed: line.stowed,
    }));
    await insertRows(db, 'baseline', rows);
    await markDue(db, [record]);
    const detail = {
      act: 'baseline',
      lines: lines.map(({ inventoryId, lot, stowed }) => ({ inventoryId, lot, stowed })),
    };
    await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: null,
        actor,
        action: 'acted',
        record,
        postingKey: null,
        detail,
        body: null,
      },
    ]);
  });
}

/** Writes down an act that changes nothing else in the store. */
export function act(
  session: Session,
  entry: {
    actor: string;
    action: string;
    detail: JsonObject;
    record: RecordKey | null;
    nowMs: number;
  },
): Promise<void> {
  const { actor, action, detail, record, nowMs } = entry;
  assert(actor !== '' && action !== '', 'an act has an actor and a name');
  return write(session, async (db) => {
    await appendAudit(session, db, [
      { atMs: nowMs, runId: null, actor, action, record, postingKey: null, detail, body: null },
    ]);
  });
}
