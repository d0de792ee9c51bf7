/** Checks the newest rows of the audit trail; the whole of it takes minutes in a large database. */
import { createSecretKey } from 'node:crypto';
import { auditOrigin, verifyLinks } from '../core/audit-chain.ts';
import { linkOf } from './audit.ts';
import type { Handle } from './database.ts';
import type { AuditRow } from './table.ts';

/**
 * Walks at most `rowsMax` of the newest rows that the present key has signed. Answers how many, and
 * the first one that does not fit; a wrong key shows as the very first.
 */
export function verifyAuditTail(
  handle: Handle,
  auditKey: Uint8Array,
  rowsMax: number,
): { rows: number; brokenAt: number | null } {
  const whole = (query: string) => Number(handle.prepare(query).pluck().get() ?? 0);
  const head = whole('select max(seq) from audit');
  // Rows up to there carry MACs of keys that were rotated out.
  const retired = whole('select max(to_seq) from audit_key');
  const from = Math.max(0, retired, head - rowsMax);
  const macAt = handle.prepare<[number], string>('select mac from audit where seq = ?').pluck();
  const mac = from === 0 ? auditOrigin : macAt.get(from);
  if (mac === undefined) return { rows: 0, brokenAt: from };
  const rows = handle
    .prepare<[number], AuditRow>('select * from audit where seq > ? order by seq')
    .all(from);
  const links = rows.map((row) => ({ link: linkOf(row), mac: row.mac }));
  const { brokenAt } = verifyLinks(createSecretKey(auditKey), { seq: from, mac }, links);
  return { rows: rows.length, brokenAt };
}
