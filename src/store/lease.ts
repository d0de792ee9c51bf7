/** The right to be the only engine, and the runs made under it. */
import { sql } from 'kysely';
import type { Fence, FinishedRun, RunRecord } from '../app/ports.ts';
import { assert } from '../core/problem.ts';
import { appendAudit, auditHead, engine } from './audit.ts';
import type { Db } from './database.ts';
import { runRecord } from './schema.ts';
import { engineWrite, type Session, write } from './session.ts';
import type { LeaseRow, RunRow } from './table.ts';

export function acquireLease(
  session: Session,
  request: { owner: string; nowMs: number; ttlMs: number; command: string },
): Promise<{ held: 'yes'; fence: Fence } | { held: 'no'; by: string; expiresAtMs: number }> {
  const { owner, nowMs, ttlMs, command } = request;
  assert(ttlMs > 0, 'a lease lasts longer than nothing');
  return write(session, async (db) => {
    const lease = await readLease(db);
    if (lease !== undefined && lease.released === 0) {
      const expiresAtMs = await liveUntil(db, lease, nowMs);
      if (nowMs < expiresAtMs) return { held: 'no', by: lease.owner, expiresAtMs };
      await closeAbandonedRun(db, lease.run_id);
    }
    const number = (lease?.fence ?? 0) + 1;
    const run = await db
      .insertInto('run')
      .values({ command, owner, fence: number, started_at_ms: nowMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    const row: LeaseRow = {
      id: 1,
      owner,
      fence: number,
      run_id: run.id,
      ttl_ms: ttlMs,
      acquired_at_ms: nowMs,
      renewed_at_ms: nowMs,
      expires_at_ms: nowMs + ttlMs,
      released: 0,
    };
    await db.replaceInto('lease').values(row).execute();
    const about = { atMs: nowMs, runId: run.id, actor: engine, record: null, postingKey: null };
    const takenFrom = lease !== undefined && lease.released === 0 ? lease.owner : null;
    await appendAudit(session, db, [
      { ...about, action: 'lease-taken', detail: { owner, fence: number, takenFrom }, body: null },
      { ...about, action: 'run-started', detail: { command }, body: null },
    ]);
    return { held: 'yes', fence: { owner, number, runId: run.id } };
  });
}

/**
 * Until when the holder is presumed alive. After a clock that was moved back the old expiry may be
 * days away: the holder then gets its time to live from now, once, and no more; so a lease is never
 * eternal, and never shorter than its time to live since its last sign of life.
 */
async function liveUntil(db: Db, lease: LeaseRow, nowMs: number): Promise<number> {
  if (nowMs >= lease.renewed_at_ms) return lease.expires_at_ms;
  const expiresAtMs = nowMs + lease.ttl_ms;
  await db.updateTable('lease').set({ renewed_at_ms: nowMs, expires_at_ms: expiresAtMs }).execute();
  return expiresAtMs;
}

// When it ended nobody knows; that it did not end well, we do.
async function closeAbandonedRun(db: Db, runId: number): Promise<void> {
  await db
    .updateTable('run')
    .set({ outcome: 'interrupted' })
    .where('id', '=', runId)
    .where('outcome', 'is', null)
    .execute();
}

function readLease(db: Db): Promise<LeaseRow | undefined> {
  return db.selectFrom('lease').selectAll().where('id', '=', 1).executeTakeFirst();
}

export function renewLease(
  session: Session,
  fence: Fence,
  nowMs: number,
  ttlMs: number,
): Promise<boolean> {
  return write(session, async (db) => {
    const result = await db
      .updateTable('lease')
      .set({ renewed_at_ms: nowMs, expires_at_ms: nowMs + ttlMs, ttl_ms: ttlMs })
      .where('owner', '=', fence.owner)
      .where('fence', '=', fence.number)
      .where('released', '=', 0)
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  });
}

/** Gives the lease back; nothing happens when it was lost already. */
export function releaseLease(session: Session, fence: Fence): Promise<void> {
  const nowMs = session.clock.now();
  return write(session, async (db) => {
    const result = await db
      .updateTable('lease')
      .set({ released: 1 })
      .where('owner', '=', fence.owner)
      .where('fence', '=', fence.number)
      .where('released', '=', 0)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) return;
    await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: fence.runId,
        actor: engine,
        action: 'lease-released',
        record: null,
        postingKey: null,
        detail: { owner: fence.owner, fence: fence.number },
        body: null,
      },
    ]);
  });
}

export function finishRun(session: Session, fence: Fence, result: FinishedRun): Promise<void> {
  const { nowMs, exitCode, outcome, counts, troubles } = result;
  return engineWrite(session, fence, async (db) => {
    await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: fence.runId,
        actor: engine,
        action: 'run-finished',
        record: null,
        postingKey: null,
        detail: { exitCode, outcome },
        body: null,
      },
    ]);
    const head = await auditHead({ ...session, db });
    await db
      .updateTable('run')
      .set({
        ended_at_ms: nowMs,
        exit_code: exitCode,
        outcome,
        counts_json: JSON.stringify(counts),
        troubles_json: troubles === undefined ? null : JSON.stringify(troubles),
        audit_seq: head.seq,
        audit_head: head.mac,
      })
      .where('id', '=', fence.runId)
      .execute();
  });
}

/** The newest first. */
export async function runs(session: Session, limit: number): Promise<RunRecord[]> {
  const rows = await session.db
    .selectFrom('run')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(runRecord);
}

/** Further back nobody asks how runs went; the table itself grows for years. */
const runsSearched = 5000;

export async function runsPerCommand(session: Session, limit: number): Promise<RunRecord[]> {
  assert(limit > 0, 'a list of runs has a limit');
  const answer = await sql<RunRow>`
    with ranked as (
      select id, row_number() over (partition by command order by id desc) as place
      from run where id > (select max(id) from run) - ${runsSearched}
    )
    select run.* from ranked cross join run on run.id = ranked.id
    where place <= ${limit} order by run.id desc`.execute(session.db);
  return answer.rows.map(runRecord);
}
