/**
 * Which audit key the database is held to. The key can be rotated by another process; a process
 * that still has the old one must not write what nobody could check or open.
 */
import { createHmac, type KeyObject } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { Problem } from '../core/problem.ts';
import type { Db } from './database.ts';
import type { Session } from './session.ts';

export const fingerprintName = 'audit-key-fingerprint';

/** Tells keys apart without telling anything about them. */
export function fingerprintOf(key: KeyObject): string {
  return createHmac('sha256', key).update('audit key of this database').digest('hex');
}

// Built once: it runs with every write that is told in the trail.
const known = CompiledQuery.raw('select value from meta where name = ?', [fingerprintName]);

/** Throws AUDIT_KEY_DIFFERS when the key was rotated since this session opened the database. */
export async function assertKeyCurrent(session: Session, db: Db): Promise<void> {
  const answer = await db.executeQuery<{ value: string }>(known);
  const value = answer.rows[0]?.value;
  if (value === undefined || value === session.keyFingerprint) return;
  throw new Problem({
    code: 'AUDIT_KEY_DIFFERS',
    kind: 'configuration',
    message: `the key was rotated while this process was running: ${session.path}`,
    hint: 'Restart this process with the new key. Nothing was written with the old one.',
    evidence: { database: session.path },
  });
}
