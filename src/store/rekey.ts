/** Rotation of the keys: what is sealed, and the key of the audit trail, in one transaction. */
import { createSecretKey } from 'node:crypto';
import { assert, Problem } from '../core/problem.ts';
import { appendAudit, auditHead } from './audit.ts';
import { assertKeyCurrent, fingerprintName, fingerprintOf } from './audit-key.ts';
import type { Db } from './database.ts';
import { type Session, write } from './session.ts';

export interface RotateRequest {
  /** The same secret, sealed with the new vault key. Pure and synchronous, like the others. */
  resealed: (name: string, bytes: Uint8Array) => Uint8Array;
  newAuditKey: Uint8Array;
  /** The present audit key, sealed with the new vault key. */
  oldAuditKeySealed: Uint8Array;
  /** An audit key that was retired earlier, sealed with the new vault key. */
  resealOldAuditKeys: (bytes: Uint8Array) => Uint8Array;
  actor: string;
  nowMs: number;
}

/** What the first row under a new key is called. */
export const rotationAct = 'keys rotated';

/**
 * Seals every secret anew and starts a new part of the audit trail, or changes nothing. Throws
 * LEASE_HELD while a run holds the lease or a process holds a lock: it may be about to write what
 * it sealed with the old key. Throws AUDIT_KEY_DIFFERS when another process has just rotated them,
 * and what a callback throws.
 */
export async function rotateKeys(
  session: Session,
  request: RotateRequest,
): Promise<{ sealed: number }> {
  const { newAuditKey, actor, nowMs } = request;
  assert(newAuditKey.length >= 16, 'an audit key has at least 16 bytes');
  assert(actor !== '', 'an act has an actor');
  const auditKey = createSecretKey(newAuditKey);
  const keyFingerprint = fingerprintOf(auditKey);
  assert(keyFingerprint !== session.keyFingerprint, 'the new key differs from the present one');
  const after: Session = { ...session, auditKey, keyFingerprint };
  const sealed = await write(session, async (db) => {
    await assertKeyCurrent(session, db);
    await refuseWhileHeld(db, nowMs);
    const count = await resealSecrets(db, request);
    const retired = await retireAuditKey(session, db, request);
    await db
      .updateTable('meta')
      .set({ value: keyFingerprint })
      .where('name', '=', fingerprintName)
      .execute();
    const about = { atMs: nowMs, runId: null, actor, record: null, postingKey: null, body: null };
    // Under the new key, and on top of the last row of the old one: whoever has the old key alone
    // can neither change what came before nor move the border (audit-verify.ts).
    const retires = session.keyFingerprint;
    const detail = { act: rotationAct, sealed: count, retiredAuditKeys: retired, retires };
    await appendAudit(after, db, [{ ...about, action: 'acted', detail }]);
    return count;
  });
  session.auditKey = auditKey;
  session.keyFingerprint = keyFingerprint;
  return { sealed };
}

async function refuseWhileHeld(db: Db, nowMs: number): Promise<void> {
  const lease = await db
    .selectFrom('lease')
    .select(['owner', 'expires_at_ms'])
    .where('released', '=', 0)
    .where('expires_at_ms', '>', nowMs)
    .executeTakeFirst();
  if (lease !== undefined) throw held(lease.owner, 'is at work', lease.expires_at_ms);
  const lock = await db
    .selectFrom('lock')
    .select(['name', 'owner', 'expires_at_ms'])
    .where('expires_at_ms', '>', nowMs)
    .orderBy('name')
    .executeTakeFirst();
  if (lock !== undefined) throw held(lock.owner, `holds ${lock.name}`, lock.expires_at_ms);
}

function held(owner: string, does: string, expiresAtMs: number): Problem {
  return new Problem({
    code: 'LEASE_HELD',
    kind: 'retryable',
    message: `another process ${does}: ${owner}`,
    hint: 'Let it finish, or stop it, and try again.',
    evidence: { owner, expiresAt: new Date(expiresAtMs).toISOString() },
  });
}

async function resealSecrets(db: Db, request: RotateRequest): Promise<number> {
  const rows = await db.selectFrom('sealed').select(['name', 'bytes']).orderBy('name').execute();
  for (const { name, bytes } of rows) {
    await db
      .updateTable('sealed')
      // Its value is as old as before.
      .set({ bytes: Buffer.from(request.resealed(name, bytes)) })
      .where('name', '=', name)
      .execute();
  }
  return rows.length;
}

/** Answers how many retired keys there are now. */
async function retireAuditKey(session: Session, db: Db, request: RotateRequest): Promise<number> {
  const earlier = await db.selectFrom('audit_key').select(['to_seq', 'sealed']).execute();
  for (const { to_seq, sealed } of earlier) {
    await db
      .updateTable('audit_key')
      .set({ sealed: Buffer.from(request.resealOldAuditKeys(sealed)) })
      .where('to_seq', '=', to_seq)
      .execute();
  }
  const head = await auditHead({ ...session, db });
  await db
    .insertInto('audit_key')
    .values({
      to_seq: head.seq,
      fingerprint: session.keyFingerprint,
      sealed: Buffer.from(request.oldAuditKeySealed),
      retired_at_ms: request.nowMs,
    })
    .execute();
  return earlier.length + 1;
}

/** Audit keys before the present one, the oldest first; each was in use up to row `toSeq`. */
export async function retiredAuditKeys(
  session: Session,
): Promise<{ toSeq: number; fingerprint: string; sealed: Uint8Array }[]> {
  const rows = await session.db
    .selectFrom('audit_key')
    .select(['to_seq', 'fingerprint', 'sealed'])
    .orderBy('to_seq')
    .execute();
  return rows.map((row) => ({
    toSeq: row.to_seq,
    fingerprint: row.fingerprint,
    sealed: row.sealed,
  }));
}
