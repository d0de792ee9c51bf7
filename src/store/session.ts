/** What every repository works with: the connection, the audit key, the clock; and the fence. */
import type { KeyObject } from 'node:crypto';
import type { Clock, Fence } from '../app/ports.ts';
import { assert } from '../core/problem.ts';
import type { Db } from './database.ts';
import { leaseLost } from './problem.ts';

export interface Session {
  db: Db;
  path: string;
  auditKey: KeyObject;
  /** Of `auditKey`; the database says which one is current. */
  keyFingerprint: string;
  clock: Clock;
  /** The `due_seq` with which each record was last given out for planning, by row id. */
  dueGiven: Map<number, number>;
}

/** One short write transaction. */
export function write<T>(session: Session, work: (db: Db) => Promise<T>): Promise<T> {
  return session.db.transaction().execute(work);
}

/** A write by the engine: throws LEASE_LOST, and does nothing, when the fence is not current. */
export function engineWrite<T>(
  session: Session,
  fence: Fence,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  return write(session, async (db) => {
    await assertFence(db, fence);
    return work(db);
  });
}

async function assertFence(db: Db, fence: Fence): Promise<void> {
  assert(fence.number > 0, 'a fence number is above zero');
  const lease = await db
    .selectFrom('lease')
    .select(['owner', 'fence', 'released'])
    .where('id', '=', 1)
    .executeTakeFirst();
  const current =
    lease?.owner === fence.owner && lease.fence === fence.number && lease.released === 0;
  // An expired lease that nobody took over is still ours: no one else can have written.
  if (!current) throw leaseLost(lease ?? null);
}
