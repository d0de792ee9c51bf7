/** Everything about one flag: its notes, when it was asked before, what waits behind it. */
import { sql } from 'kysely';
import type { FlagFile, FlagNote } from '../app/ports.ts';
import type { Flag, Posting } from '../core/glossary.ts';
import type { Db } from './database.ts';
import { queue } from './flag-queue.ts';
import { flag, posting } from './schema.ts';
import type { Session } from './session.ts';
import type { FlagRow, PostingRow } from './table.ts';

const relatedMax = 5;
const earlierMax = 20;

export async function flagFile(
  session: Session,
  id: number,
  nowMs: number,
): Promise<FlagFile | null> {
  const everything = {
    state: 'all',
    ignored: 'shown',
    codes: null,
    kinds: null,
    causes: null,
    records: null,
    skus: null,
    assignee: null,
    tags: null,
    raisedBeforeMs: null,
    raisedAfterMs: null,
  } as const;
  const filter = { ...everything, ids: [id] };
  const found = await queue(session, { filter, sort: 'age', limit: 1, nowMs });
  const [entry] = found.entries;
  if (entry === undefined) return null;
  const { db } = session;
  return {
    entry,
    notes: await notesOf(db, entry.flag),
    earlier: await earlierThan(db, entry.flag),
    related: await relatedTo(db, entry.flag),
    waiting: await waitingBehind(db, entry.flag),
  };
}

async function notesOf(db: Db, about: Flag): Promise<FlagNote[]> {
  const { record, postingKey, code, cause } = about;
  const answer = await sql<{ at_ms: number; actor: string; text: string }>`
    select note.at_ms, note.actor, note.text
    from flag_care as care cross join flag_note as note on note.care_id = care.id
    where care.record_kind = ${record.kind} and care.record_id = ${record.id}
      and care.posting_key = ${postingKey ?? ''} and care.code = ${code}
      and care.cause = ${cause}
    order by note.id`.execute(db);
  return answer.rows.map(({ at_ms, actor, text }) => ({ atMs: at_ms, actor, text }));
}

async function earlierThan(db: Db, about: Flag): Promise<FlagFile['earlier']> {
  const { record, postingKey, code, cause, id } = about;
  const answer = await sql<Pick<FlagRow, 'id' | 'raised_at_ms' | 'cleared_at_ms'>>`
    select flag.id, flag.raised_at_ms, flag.cleared_at_ms
    from flag left join posting on posting.id = flag.posting_id
    where flag.record_kind = ${record.kind} and flag.record_id = ${record.id}
      and posting.key is ${postingKey} and flag.code = ${code} and flag.cause = ${cause}
      and flag.id < ${id}
    order by flag.id desc limit ${earlierMax}`.execute(db);
  return answer.rows.map((row) => ({
    id: row.id,
    raisedAtMs: row.raised_at_ms,
    clearedAtMs: row.cleared_at_ms,
  }));
}

async function relatedTo(db: Db, about: Flag): Promise<FlagFile['related']> {
  const others = sql`cleared_at_ms is null and cause = ${about.cause} and flag.id <> ${about.id}`;
  const total = await sql<{ count: number }>`
    select count(*) as count from flag where ${others}`.execute(db);
  const answer = await sql<FlagRow & { posting_key: string | null }>`
    select flag.*, posting.key as posting_key
    from flag left join posting on posting.id = flag.posting_id
    where ${others} order by flag.id limit ${relatedMax}`.execute(db);
  return { count: total.rows[0]?.count ?? 0, flags: answer.rows.map(flag) };
}

/** Of a flagged document those that depend on it; of a record all that is not in Infor yet. */
async function waitingBehind(db: Db, about: Flag): Promise<Posting[]> {
  const { record, postingKey, clearedAtMs } = about;
  if (clearedAtMs !== null) return [];
  const behind =
    postingKey === null
      ? sql`record_kind = ${record.kind} and record_id = ${record.id}`
      : sql`key = ${postingKey} or depends_on = ${postingKey}`;
  const answer = await sql<PostingRow>`
    select * from posting where (${behind}) and state not in ('posted', 'cancelled')
    order by id`.execute(db);
  return answer.rows.map(posting);
}
