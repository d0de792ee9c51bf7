/**
 * The arithmetic of the audit trail: every row carries a keyed MAC over the row before it and
 * itself, so that a changed, dropped, added or reordered row shows. The key is given in; whoever
 * has only the database cannot forge a row.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { assert, defect } from './problem.ts';

/** What one link binds. The body is bound by its hash alone, so that it may be purged later. */
export interface AuditLink {
  seq: number;
  atMs: number;
  runId: number | null;
  actor: string;
  action: string;
  recordKind: string | null;
  recordId: string | null;
  postingKey: string | null;
  /** Canonical JSON. */
  detail: string;
  bodyHash: string | null;
}

/** The MAC that the first row follows. */
export const auditOrigin = '0'.repeat(64);

/**
 * JSON with names in code-unit order and no white space, the same text for equal values. Properties
 * that are undefined are left out. Throws DEFECT for what JSON cannot say (NaN, functions, bigint).
 */
export function canonicalJson(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw defect(`canonical JSON has no ${typeof value}`);
  const object: { [name: string]: unknown } = { ...value };
  const members: string[] = [];
  // The default order is by code unit and so does not depend on the machine's language.
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** HMAC-SHA-256 over the previous MAC and the row, hex. An array of scalars is canonical as is. */
export function auditMac(key: Uint8Array | KeyObject, previous: string, link: AuditLink): string {
  assert(previous.length === 64, 'a MAC has 64 hex digits');
  const row = JSON.stringify([
    link.seq,
    link.atMs,
    link.runId,
    link.actor,
    link.action,
    link.recordKind,
    link.recordId,
    link.postingKey,
    link.detail,
    link.bodyHash,
  ]);
  return createHmac('sha256', key)
    .update(previous + row, 'utf8')
    .digest('hex');
}

/** Where a walk along the chain has come to. */
export interface ChainPosition {
  seq: number;
  mac: string;
}

/**
 * Checks that the rows follow `from` without a gap and carry the right MACs. Answers the new
 * position, or the first row number that is missing or wrong.
 */
export function verifyLinks(
  key: Uint8Array | KeyObject,
  from: ChainPosition,
  rows: Iterable<{ link: AuditLink; mac: string }>,
): { position: ChainPosition; brokenAt: number | null } {
  let position = from;
  for (const { link, mac } of rows) {
    const expectedSeq = position.seq + 1;
    if (link.seq !== expectedSeq) return { position, brokenAt: expectedSeq };
    const expected = auditMac(key, position.mac, link);
    if (!equalMacs(expected, mac)) return { position, brokenAt: link.seq };
    position = { seq: link.seq, mac };
  }
  return { position, brokenAt: null };
}

// One bit of the file makes a blob of a text; a buffer of the same bytes must not pass as equal.
function equalMacs(left: string, right: unknown): boolean {
  if (typeof right !== 'string' || left.length !== right.length) return false;
  return timingSafeEqual(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}
