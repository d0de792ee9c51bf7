/** One look at the whole: what waits, what is flagged, who is at work. */
import { sql } from 'kysely';
import type { StatusReport } from '../app/ports.ts';
import { auditHead } from './audit.ts';
import { isAsked } from './flag-ignore.ts';
import { inboxReport } from './inbox.ts';
import { runs } from './lease.ts';
import { documentKind, postingState } from './schema.ts';
import type { Session } from './session.ts';

export async function status(session: Session, nowMs: number): Promise<StatusReport> {
  const { db, path } = session;
  const checkpoints = await db
    .selectFrom('checkpoint')
    .select(['stream', 'swept_to_ms'])
    .orderBy('stream')
    .execute();
  const tally = await sql<{ kind: string; state: string; count: number }>`
    select kind, state, count from posting_count where count > 0
    union all
    select kind, state, count(*) from posting where state not in ('posted', 'cancelled')
    group by kind, state order by kind, state`.execute(db);
  const openFlags = await sql<{ code: string; count: number; ignored: number }>`
    select code, sum(asked) as count, sum(1 - asked) as ignored from (
      select code, ${isAsked(nowMs)} as asked from flag where cleared_at_ms is null)
    group by code order by code`.execute(db);
  const due = await sql<{ count: number }>`
    select count(*) as count from source_record where plan_due = 1`.execute(db);
  const doubt = await sql<{ since: number | null }>`
    select min(doubtful_since_ms) as since from posting where queue = 'doubtful'`.execute(db);
  const size = await sql<{ bytes: number; free: number }>`
    select page_count * page_size as bytes, freelist_count * page_size as free
    from pragma_page_count(), pragma_freelist_count(), pragma_page_size()`.execute(db);
  const [lastRun] = await runs(session, 1);
  const head = await auditHead(session);
  return {
    checkpoints: checkpoints.map((row) => ({ stream: row.stream, sweptToMs: row.swept_to_ms })),
    postings: tally.rows.map((row) => ({
      kind: documentKind(row.kind),
      state: postingState(row.state),
      count: row.count,
    })),
    openFlags: openFlags.rows
      .filter(({ count }) => count > 0)
      .map(({ code, count }) => ({ code, count })),
    ignoredFlags: openFlags.rows.reduce((sum, { ignored }) => sum + ignored, 0),
    doubtfulSinceMs: doubt.rows[0]?.since ?? null,
    inbox: await inboxReport(session),
    recordsDue: due.rows[0]?.count ?? 0,
    lease: await heldLease(session, nowMs),
    lastRun: lastRun ?? null,
    // Rows are numbered without a gap and never deleted.
    audit: { rows: head.seq, head: head.mac },
    databasePath: path,
    databaseBytes: size.rows[0]?.bytes ?? 0,
    freeBytes: size.rows[0]?.free ?? 0,
  };
}

export async function workLeft(
  session: Session,
): Promise<{ toPlan: number; ready: number; doubtful: number }> {
  const due = await sql<{ count: number }>`
    select count(*) as count from source_record where plan_due = 1`.execute(session.db);
  const answer = await sql<{ queue: string; count: number }>`
    select queue, count(*) as count from posting
    where queue is not null group by queue`.execute(session.db);
  const countOf = (queue: string) => answer.rows.find((row) => row.queue === queue)?.count ?? 0;
  return {
    toPlan: due.rows[0]?.count ?? 0,
    ready: countOf('ready'),
    doubtful: countOf('doubtful'),
  };
}

async function heldLease(session: Session, nowMs: number): Promise<StatusReport['lease']> {
  const lease = await session.db
    .selectFrom('lease')
    .select(['owner', 'fence', 'expires_at_ms', 'released'])
    .where('id', '=', 1)
    .executeTakeFirst();
  if (lease === undefined || lease.released === 1 || lease.expires_at_ms <= nowMs) return null;
  return { owner: lease.owner, fence: lease.fence, expiresAtMs: lease.expires_at_ms };
}
