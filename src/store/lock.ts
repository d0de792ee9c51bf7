/** Rights that one process holds at a time and that run out by themselves. */
import { assert } from '../core/problem.ts';
import { assertKeyCurrent } from './audit-key.ts';
import { type Session, write } from './session.ts';

/**
 * Takes the lock, extends it for its own owner, or answers false while another's has not run out.
 * Throws AUDIT_KEY_DIFFERS when the key was rotated since this process started: what it would write
 * under the lock, such as a renewed token, nobody could open.
 */
export function takeLock(
  session: Session,
  request: { name: string; owner: string; nowMs: number; ttlMs: number },
): Promise<boolean> {
  const { name, owner, nowMs, ttlMs } = request;
  assert(ttlMs > 0, 'a lock lasts longer than nothing');
  return write(session, async (db) => {
    await assertKeyCurrent(session, db);
    const lock = await db
      .selectFrom('lock')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirst();
    if (lock !== undefined && lock.owner !== owner && nowMs < lock.expires_at_ms) {
      // Taken later than now: the clock was moved back, and the old expiry may be days away. The
      // holder gets its time from now, once.
      if (nowMs < lock.taken_at_ms) {
        const expires_at_ms = nowMs + (lock.expires_at_ms - lock.taken_at_ms);
        await db
          .updateTable('lock')
          .set({ taken_at_ms: nowMs, expires_at_ms })
          .where('name', '=', name)
          .execute();
      }
      return false;
    }
    const row = { name, owner, taken_at_ms: nowMs, expires_at_ms: nowMs + ttlMs };
    await db.replaceInto('lock').values(row).execute();
    return true;
  });
}

/** Nothing happens when it is another's by now. */
export async function releaseLock(
  session: Session,
  request: { name: string; owner: string },
): Promise<void> {
  await session.db
    .deleteFrom('lock')
    .where('name', '=', request.name)
    .where('owner', '=', request.owner)
    .execute();
}
