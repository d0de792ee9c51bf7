/** The audit trail: appended in the transaction of the act it tells of, read back in one stream. */
import { sql } from 'kysely';
import { auditMac, auditOrigin, canonicalJson, verifyLinks } from '../core/audit-chain.ts';
import { textHash } from '../core/content-hash.ts';
import type { JsonObject, RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { Db } from './database.ts';
import type { Session } from './session.ts';
import { insertRows } from './statement.ts';
import type { AuditRow } from './table.ts';

export interface AuditDraft {
  atMs: number;
  runId: number | null;
  actor: string;
  action: string;
  record: RecordKey | null;
  postingKey: string | null;
  /** Small and free of personal data: it can never be purged. */
  detail: JsonObject;
  /** What may hold personal data; kept apart. */
  body: JsonObject | null;
}

/** The engine's name in the trail. */
export const engine = 'engine';

const verifyBatch = 4000;

/** Appends the rows in order; answers the number of the first one. */
export async function appendAudit(
  session: Session,
  db: Db,
  drafts: readonly AuditDraft[],
): Promise<number> {
  const head = await readHead(db);
  const rows: AuditRow[] = [];
  const bodies: { seq: number; body: string }[] = [];
  let { seq, mac } = head;
  for (const draft of drafts) {
    seq += 1;
    const body = draft.body === null ? null : canonicalJson(draft.body);
    const bodyHash = body === null ? null : textHash(body);
    const detail = canonicalJson(draft.detail);
    assert(Number.isSafeInteger(draft.atMs), 'an audit time is in whole milliseconds');
    const link = {
      seq,
      atMs: draft.atMs,
      runId: draft.runId,
      actor: draft.actor,
      action: draft.action,
      recordKind: draft.record?.kind ?? null,
      recordId: draft.record?.id ?? null,
      postingKey: draft.postingKey,
      detail,
      bodyHash,
    };
    mac = auditMac(session.auditKey, mac, link);
    rows.push({
      seq,
      at_ms: link.atMs,
      run_id: link.runId,
      actor: link.actor,
      action: link.action,
      record_kind: link.recordKind,
      record_id: link.recordId,
      posting_key: link.postingKey,
      detail,
      body_hash: bodyHash,
      mac,
    });
    if (body !== null) bodies.push({ seq, body });
  }
  await insertRows(db, 'audit', rows);
  await insertRows(db, 'audit_body', bodies);
  return head.seq + 1;
}

async function readHead(db: Db): Promise<{ seq: number; mac: string }> {
  const row = await db
    .selectFrom('audit')
    .select(['seq', 'mac'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? { seq: 0, mac: auditOrigin };
}

export function auditHead(session: Session): Promise<{ seq: number; mac: string }> {
  return readHead(session.db);
}

export async function auditMacAt(session: Session, seq: number): Promise<string | null> {
  const row = await session.db
    .selectFrom('audit')
    .select('mac')
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row?.mac ?? null;
}

/**
 * Walks the whole chain, bodies included where they are still kept, and compares the heads that
 * finished runs noted. Answers the first broken row, or null.
 */
export async function verifyAudit(
  session: Session,
): Promise<{ rows: number; brokenAt: number | null }> {
  let position = { seq: 0, mac: auditOrigin };
  for (;;) {
    const rows = await auditRowsAfter(session.db, position.seq);
    const links = rows.map((row) => ({ link: linkOf(row), mac: row.mac }));
    const result = verifyLinks(session.auditKey, position, links);
    position = result.position;
    const brokenBody = firstBrokenBody(rows);
    const broken = [result.brokenAt, brokenBody].filter((seq) => seq !== null);
    if (broken.length > 0) return { rows: position.seq, brokenAt: Math.min(...broken) };
    if (rows.length < verifyBatch) break;
  }
  return { rows: position.seq, brokenAt: await firstLostHead(session.db) };
}

type VerifyRow = AuditRow & { body: string | null };

async function auditRowsAfter(db: Db, seq: number): Promise<VerifyRow[]> {
  const answer = await sql<VerifyRow>`
    select audit.*, audit_body.body as body
    from audit left join audit_body on audit_body.seq = audit.seq
    where audit.seq > ${seq} order by audit.seq limit ${verifyBatch}`.execute(db);
  return answer.rows;
}

function linkOf(row: AuditRow) {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    runId: row.run_id,
    actor: row.actor,
    action: row.action,
    recordKind: row.record_kind,
    recordId: row.record_id,
    postingKey: row.posting_key,
    detail: row.detail,
    bodyHash: row.body_hash,
  };
}

function firstBrokenBody(rows: readonly VerifyRow[]): number | null {
  for (const row of rows) {
    // A purged body is not a broken one.
    if (row.body !== null && textHash(row.body) !== row.body_hash) return row.seq;
  }
  return null;
}

// A chain whose tail was cut is intact in itself; only what was noted elsewhere can tell.
async function firstLostHead(db: Db): Promise<number | null> {
  const row = await db
    .selectFrom('run')
    .leftJoin('audit', 'audit.seq', 'run.audit_seq')
    .select(({ fn }) => fn.min('run.audit_seq').as('seq'))
    .where('run.audit_seq', 'is not', null)
    .where((where) =>
      where.or([
        where('audit.mac', 'is', null),
        where('audit.mac', '!=', where.ref('run.audit_head')),
      ]),
    )
    .executeTakeFirst();
  return row?.seq ?? null;
}
