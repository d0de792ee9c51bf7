/** Flags that a person wants tried again; for ignored questions that is the word to go on. */
import { sql } from 'kysely';
import { causeForAudit } from '../core/flag-cause.ts';
import type { RecordKey } from '../core/glossary.ts';
import { ignoreOfCause, readyCode } from '../core/ignored.ts';
import { assertMove } from '../core/posting-state.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { clearFlags } from './flag.ts';
import { endIgnores } from './flag-ignore.ts';
import { updatePostings } from './move.ts';
import { postingsByIds } from './posting.ts';
import { postingState, recordKind } from './schema.ts';
import { type Session, write } from './session.ts';
import { markDue, wantBoxes } from './source-record.ts';
import { valuesOf } from './statement.ts';
import type { FlagRow, PostingRow } from './table.ts';

/** A flag with what people said about its question, where they ignore it. */
type IgnorableRow = FlagRow & { ignore_id: number | null };

/** Flags that are cleared already are passed over. Answers how many were retried. */
export function retryFlags(
  session: Session,
  ids: number[],
  actor: string,
  nowMs: number,
): Promise<number> {
  return write(session, async (db) => {
    const named = await openFlags(db, ids);
    const kept = await postingsKept(db, named);
    const flags = named.filter(({ posting_id }) => posting_id === null || !kept.has(posting_id));
    await endIgnores(db, flags.flatMap(endedBy), nowMs);
    await markDue(db, flags.map(recordOfFlag));
    await wantBoxes(db, flags.map(recordOfFlag));
    const postingIds = flags.map((flag) => flag.posting_id).filter((id) => id !== null);
    const postings = await postingsByIds(db, [...new Set(postingIds)]);
    const flagged = postings.filter((row) => row.state === 'flagged');
    const again = flagged.map((row) => retried(row, nowMs));
    await updatePostings(db, again);
    await clearFlagsOf(db, again, nowMs);
    const keys = new Map(postings.map(({ id, key }) => [id, key]));
    const by = { atMs: nowMs, runId: null, actor, body: null };
    await appendAudit(session, db, [
      ...flags.map((flag): AuditDraft => {
        const { id, code, cause } = flag;
        const ignored = endedBy(flag).length > 0 ? { ignored: 'no more' } : {};
        const detail = { flag: id, code, cause: causeForAudit(cause), ...ignored };
        const postingKey = keys.get(flag.posting_id ?? -1) ?? null;
        return { ...by, record: recordOfFlag(flag), postingKey, action: 'retried', detail };
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

async function openFlags(db: Db, ids: readonly number[]): Promise<IgnorableRow[]> {
  const answer = await sql<IgnorableRow>`
    select flag.*, care.id as ignore_id from flag
    left join posting on posting.id = flag.posting_id
    left join flag_care as care
      on care.record_kind = flag.record_kind and care.record_id = flag.record_id
      and care.posting_key = ifnull(posting.key, '')
      and care.code = flag.code and care.cause = flag.cause and care.ignored_at_ms is not null
    where flag.cleared_at_ms is null and flag.id in ${valuesOf(ids)} order by flag.id`.execute(db);
  return answer.rows;
}

/** Postings with an ignored flag that was not named: nothing of that is sent unasked. */
async function postingsKept(db: Db, named: readonly IgnorableRow[]): Promise<Set<number>> {
  const postingIds = named.flatMap(({ posting_id }) => (posting_id === null ? [] : [posting_id]));
  if (postingIds.length === 0) return new Set();
  const ids = await sql<{ id: number }>`
    select id from flag where cleared_at_ms is null
      and posting_id in ${valuesOf(postingIds)}`.execute(db);
  const flags = await openFlags(
    db,
    ids.rows.map(({ id }) => id),
  );
  const given = new Set(named.map(({ id }) => id));
  const others = flags.filter(({ id, ignore_id }) => ignore_id !== null && !given.has(id));
  return new Set(others.flatMap(({ posting_id }) => (posting_id === null ? [] : [posting_id])));
}

/** What people said that no longer counts, once they retry the flag. */
function endedBy(flag: IgnorableRow): number[] {
  const answered = flag.code === readyCode ? ignoreOfCause(flag.cause) : null;
  return [flag.ignore_id, answered].filter((id) => id !== null);
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
