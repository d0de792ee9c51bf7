/** Credentials as sealed bytes; what they mean is known only to the vault in `runtime/`. */
import type { JsonObject } from '../core/glossary.ts';
import { appendAudit } from './audit.ts';
import { assertKeyCurrent } from './audit-key.ts';
import { type Session, write } from './session.ts';

export async function sealed(session: Session, name: string): Promise<Uint8Array | null> {
  const row = await session.db
    .selectFrom('sealed')
    .select('bytes')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.bytes ?? null;
}

/**
 * Throws AUDIT_KEY_DIFFERS when the key was rotated since this process started: what it has sealed,
 * nobody could open.
 */
export async function putSealed(
  session: Session,
  name: string,
  bytes: Uint8Array,
  nowMs: number,
  act?: { actor: string; detail: JsonObject },
): Promise<void> {
  const row = { name, bytes: Buffer.from(bytes), updated_at_ms: nowMs };
  await write(session, async (db) => {
    await assertKeyCurrent(session, db);
    await db.replaceInto('sealed').values(row).execute();
    if (act === undefined) return;
    const { actor } = act;
    const about = { atMs: nowMs, runId: null, actor, record: null, postingKey: null, body: null };
    const detail = { name, ...act.detail };
    await appendAudit(session, db, [{ ...about, action: 'credential-set', detail }]);
  });
}

export async function sealedNames(
  session: Session,
): Promise<{ name: string; updatedAtMs: number }[]> {
  const rows = await session.db
    .selectFrom('sealed')
    .select(['name', 'updated_at_ms'])
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ name: row.name, updatedAtMs: row.updated_at_ms }));
}

/** Forgets the secret and tells so in the audit trail; false when there was none. */
export function removeSealed(
  session: Session,
  name: string,
  actor: string,
  nowMs: number,
): Promise<boolean> {
  return write(session, async (db) => {
    const result = await db.deleteFrom('sealed').where('name', '=', name).executeTakeFirst();
    if (result.numDeletedRows === 0n) return false;
    const about = { atMs: nowMs, runId: null, actor, record: null, postingKey: null, body: null };
    await appendAudit(session, db, [{ ...about, action: 'credential-removed', detail: { name } }]);
    return true;
  });
}
