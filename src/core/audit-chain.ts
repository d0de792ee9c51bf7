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
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      assert(Number.isFinite(value), `canonical JSON has no ${value}`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return canonicalArray(value);
      if (hasNames(value)) return canonicalObject(value);
  }
  throw defect(`canonical JSON has no ${typeof value}`);
}

function hasNames(value: object): value is { [name: string]: unknown } {
  return !Array.isArray(value);
}

// Both are built by adding on: each call of Infor makes some kilobytes of such text.
function canonicalArray(values: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index += 1) {
    text += `${index === 0 ? '' : ','}${canonicalJson(values[index])}`;
  }
  return `${text}]`;
}

function canonicalObject(object: { [name: string]: unknown }): string {
  let text = '{';
  let separator = '';
  // The default order is by code unit and so does not depend on the machine's language.
  for (const name of Object.keys(object).sort()) {
    const member = object[name];
    if (member === undefined) continue;
    text += `${separator}${quoted(name)}:${canonicalJson(member)}`;
    separator = ',';
  }
  return `${text}}`;
}

/** What JSON escapes: quotes, backslashes, control characters, and halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
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
