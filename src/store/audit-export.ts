/** Hands the audit trail over: each row with all that its MAC binds, a page at a time. */
import { sql } from 'kysely';
import type { AuditHead, ExportedRow, ExportHeader, ExportRequest } from '../app/ports.ts';
import { auditOrigin } from '../core/audit-chain.ts';
import { auditHead, auditMacAt, linkOf } from './audit.ts';
import { auditBody } from './audit-body.ts';
import { meta } from './meta.ts';
import { retiredAuditKeys } from './rekey.ts';
import type { Session } from './session.ts';
import type { AuditRow } from './table.ts';

/** With bodies of a few kilobytes a page is some megabytes. */
const pageRows = 500;

/**
 * The stretch of the chain that the request names. It has no gap: a row whose time lies outside,
 * because the clock was set back, is in it when its neighbours on both sides are.
 */
export async function exportHeader(
  session: Session,
  request: ExportRequest,
): Promise<ExportHeader> {
  const { seq: head } = await auditHead(session);
  const first = request.fromMs === null ? 1 : await firstFrom(session, request.fromMs, head);
  const last = request.toMs === null ? head : await lastBefore(session, request.toMs, head);
  const before = Math.min(first - 1, last);
  return {
    before: await headAt(session, before),
    last,
    databaseId: (await meta(session, 'databaseId')) ?? '',
    keys: [
      ...(await retiredAuditKeys(session)).map(({ toSeq, fingerprint }) => ({
        toSeq,
        fingerprint,
      })),
      { toSeq: null, fingerprint: session.keyFingerprint },
    ],
  };
}

async function firstFrom(session: Session, fromMs: number, head: number): Promise<number> {
  const row = await session.db
    .selectFrom('audit')
    .select(({ fn }) => fn.min('seq').as('seq'))
    .where('at_ms', '>=', fromMs)
    .executeTakeFirst();
  return row?.seq ?? head + 1;
}

async function lastBefore(session: Session, toMs: number, head: number): Promise<number> {
  const row = await session.db
    .selectFrom('audit')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('at_ms', '<', toMs)
    .where('seq', '<=', head)
    .executeTakeFirst();
  return row?.seq ?? 0;
}

async function headAt(session: Session, seq: number): Promise<AuditHead> {
  if (seq <= 0) return { seq: 0, mac: auditOrigin };
  // A hole there is for `verify` to name; the export says what it has.
  return { seq, mac: (await auditMacAt(session, seq)) ?? '' };
}

export async function* exportPages(
  session: Session,
  request: ExportRequest,
  header: ExportHeader,
): AsyncIterable<ExportedRow[]> {
  const { record } = request;
  let { seq } = header.before;
  while (seq < header.last) {
    const rows = await page(session, { after: seq, last: header.last, record });
    if (rows.length > 0) yield rows.map(exported);
    seq = rows.at(-1)?.seq ?? header.last;
    if (rows.length < pageRows) break;
  }
}

type PageRow = AuditRow & { body: string | null; previous: string | null };

async function page(
  session: Session,
  part: { after: number; last: number; record: ExportRequest['record'] },
): Promise<PageRow[]> {
  const { after, last, record } = part;
  // Rows about a document name its record too, but they are found by its key (see the indexes).
  const wanted =
    record === null
      ? sql`audit.seq > ${after} and audit.seq <= ${last}`
      : sql`audit.seq in (
          select seq from audit
            where record_kind = ${record.kind} and record_id = ${record.id} and posting_key is null
          union
          select seq from audit where posting_key in (
            select key from posting
            where record_kind = ${record.kind} and record_id = ${record.id}
          )
        ) and audit.seq > ${after} and audit.seq <= ${last}`;
  const answer = await sql<PageRow>`
    select audit.*, ${auditBody} as body, earlier.mac as previous
    from audit
    left join audit as earlier on earlier.seq = audit.seq - 1
    where ${wanted} order by audit.seq limit ${pageRows}`.execute(session.db);
  return answer.rows;
}

function exported(row: PageRow): ExportedRow {
  return {
    ...linkOf(row),
    body: row.body,
    previous: row.previous ?? (row.seq === 1 ? auditOrigin : ''),
    mac: row.mac,
  };
}
