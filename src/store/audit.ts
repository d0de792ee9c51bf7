/** The audit trail: appended in the transaction of the act it tells of, read back in one stream. */
import { CompiledQuery } from 'kysely';
import { type AuditLink, auditMac, auditOrigin, canonicalJson } from '../core/audit-chain.ts';
import { textHash } from '../core/content-hash.ts';
import type { JsonObject, RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { assertKeyCurrent } from './audit-key.ts';
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

/**
 * Appends the rows in order; answers the number of the first one. Throws AUDIT_KEY_DIFFERS when the
 * key was rotated since this session opened the database.
 */
export async function appendAudit(
  session: Session,
  db: Db,
  drafts: readonly AuditDraft[],
): Promise<number> {
  await assertKeyCurrent(session, db);
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

// Built once: it runs with every write of the engine.
const newest = CompiledQuery.raw('select seq, mac from audit order by seq desc limit 1');

async function readHead(db: Db): Promise<{ seq: number; mac: string }> {
  const answer = await db.executeQuery<{ seq: number; mac: string }>(newest);
  return answer.rows[0] ?? { seq: 0, mac: auditOrigin };
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

/** What the chain binds of a row that was read back. */
export function linkOf(row: AuditRow): AuditLink {
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
