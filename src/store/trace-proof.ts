/** A cheap look at the rows that are shown: each by itself, with the MAC of the row before it. */
import { auditMac, auditOrigin } from '../core/audit-chain.ts';
import { linkOf } from './audit.ts';
import { isBodyWhole } from './audit-verify.ts';
import type { Session } from './session.ts';
import type { AuditRow } from './table.ts';

type ShownRow = AuditRow & { body: string | null; previous: string | null };

/**
 * The first row whose MAC does not fit, or whose body is another one. Rows of before the last key
 * rotation need the key of their time; only `mlc audit verify` looks at those.
 */
export async function firstUnproved(
  session: Session,
  rows: readonly ShownRow[],
): Promise<number | null> {
  const retired = await session.db
    .selectFrom('audit_key')
    .select(({ fn }) => fn.max('to_seq').as('seq'))
    .executeTakeFirst();
  const from = retired?.seq ?? 0;
  const wrong = rows.find((row) => row.seq > from && !isProved(session, row));
  return wrong?.seq ?? null;
}

function isProved(session: Session, row: ShownRow): boolean {
  const previous = row.seq === 1 ? auditOrigin : row.previous;
  if (previous?.length !== auditOrigin.length) return false;
  if (!isBodyWhole(row)) return false;
  return auditMac(session.auditKey, previous, linkOf(row)) === row.mac;
}
