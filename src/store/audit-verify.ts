/** Checks the audit trail from its first row to its last, each part with the key of its time. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import { auditOrigin, verifyLinks } from '../core/audit-chain.ts';
import { textHash } from '../core/content-hash.ts';
import { assert } from '../core/problem.ts';
import { linkOf } from './audit.ts';
import { auditBody } from './audit-body.ts';
import type { Db } from './database.ts';
import { retiredAuditKeys, rotationAct } from './rekey.ts';
import type { Session } from './session.ts';
import type { AuditRow } from './table.ts';

// With bodies of a few kilobytes these are some megabytes.
const verifyBatch = 2000;

/** Opens a retired audit key, which the database holds sealed. */
export type OpenRetiredKey = (sealed: Uint8Array) => Uint8Array;

/**
 * Walks the whole chain, bodies included where they are still kept, and compares the heads that
 * finished runs noted. Answers the first broken row, or null. Throws what `open` throws; it is
 * needed once keys were rotated.
 */
export async function verifyAudit(
  session: Session,
  open: OpenRetiredKey | null,
): Promise<{ rows: number; brokenAt: number | null }> {
  const epochs = await keyEpochs(session, open);
  const borders = new Map(epochs.map(({ toSeq, fingerprint }) => [toSeq + 1, fingerprint]));
  let position = { seq: 0, mac: auditOrigin };
  for (;;) {
    const rows = await auditRowsAfter(session.db, position.seq);
    const result = verifyRows(epochs, position, rows);
    position = result.position;
    const brokenBody = firstBrokenBody(rows);
    const proved = rows.filter(({ seq }) => seq <= result.position.seq);
    const brokenBorder = firstBrokenBorder(borders, proved);
    const broken = [result.brokenAt, brokenBody, brokenBorder].filter((seq) => seq !== null);
    if (broken.length > 0) return { rows: position.seq, brokenAt: Math.min(...broken) };
    if (rows.length < verifyBatch) break;
  }
  // A rotation is followed by the row that tells of it.
  const lastBorder = epochs.at(-2)?.toSeq ?? -1;
  if (position.seq <= lastBorder) return { rows: position.seq, brokenAt: position.seq + 1 };
  return { rows: position.seq, brokenAt: await firstLostHead(session.db) };
}

/** Rows up to `toSeq` carry MACs of this key. */
export interface Epoch {
  toSeq: number;
  fingerprint: string;
  key: KeyObject;
}

export async function keyEpochs(session: Session, open: OpenRetiredKey | null): Promise<Epoch[]> {
  const retired = await retiredAuditKeys(session);
  const earlier = retired.map(({ toSeq, fingerprint, sealed }) => {
    assert(open !== null, 'a trail with retired keys is checked by one who can open them');
    return { toSeq, fingerprint, key: createSecretKey(open(sealed)) };
  });
  const { auditKey: key, keyFingerprint: fingerprint } = session;
  return [...earlier, { toSeq: Number.POSITIVE_INFINITY, fingerprint, key }];
}

/**
 * Where a key ends is not under any seal, so the row after it has to say so under the next key:
 * else whoever got hold of a retired key could claim that it was in use to this day.
 */
export function firstBrokenBorder(
  borders: ReadonlyMap<number, string>,
  rows: readonly VerifyRow[],
): number | null {
  for (const row of rows) {
    const retires = borders.get(row.seq);
    if (retires === undefined) continue;
    const detail: unknown = JSON.parse(row.detail);
    const told =
      typeof detail === 'object' && detail !== null && 'act' in detail && 'retires' in detail;
    if (!told || detail.act !== rotationAct || detail.retires !== retires) return row.seq;
  }
  return null;
}

/** The first row that does not fit the key of its part names where a wrong key was given. */
export function verifyRows(
  epochs: readonly Epoch[],
  from: { seq: number; mac: string },
  rows: readonly VerifyRow[],
): ReturnType<typeof verifyLinks> {
  let position = from;
  let done = 0;
  for (const { toSeq, key } of epochs) {
    const end = rows.findIndex((row, index) => index >= done && row.seq > toSeq);
    const part = rows.slice(done, end === -1 ? rows.length : end);
    const links = part.map((row) => ({ link: linkOf(row), mac: row.mac }));
    const result = verifyLinks(key, position, links);
    if (result.brokenAt !== null) return result;
    position = result.position;
    done += part.length;
  }
  return { position, brokenAt: null };
}

export type VerifyRow = AuditRow & { body: string | null };

/** The next rows, a batch of them, up to `lastSeq`. */
export async function auditRowsAfter(
  db: Db,
  seq: number,
  lastSeq = Number.MAX_SAFE_INTEGER,
): Promise<VerifyRow[]> {
  const answer = await sql<VerifyRow>`
    select audit.*, ${auditBody} as body from audit
    where audit.seq > ${seq} and audit.seq <= ${lastSeq} order by audit.seq limit ${verifyBatch}`.execute(
    db,
  );
  return answer.rows;
}

/** A purged body is not a broken one; a blob of the same bytes is no text. */
export function isBodyWhole({ body, body_hash }: VerifyRow): boolean {
  return body === null || (typeof body === 'string' && textHash(body) === body_hash);
}

export function firstBrokenBody(rows: readonly VerifyRow[]): number | null {
  for (const row of rows) {
    if (!isBodyWhole(row)) return row.seq;
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
