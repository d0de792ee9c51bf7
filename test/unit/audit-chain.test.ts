import { describe, expect, it } from 'vitest';
import { auditMac, auditOrigin, canonicalJson, verifyLinks } from '../../src/core/audit-chain.ts';
import { contentHash } from '../../src/core/content-hash.ts';

const key = Buffer.alloc(32, 1);
const link = {
  seq: 1,
  atMs: 1_760_000_000_000,
  runId: 1,
  actor: 'engine',
  action: 'observed',
  recordKind: 'order',
  recordId: '1',
  postingKey: null,
  detail: '{}',
  bodyHash: null,
};

function chain(length: number) {
  let mac = auditOrigin;
  return Array.from({ length }, (_, index) => {
    const row = { ...link, seq: index + 1 };
    mac = auditMac(key, mac, row);
    return { link: row, mac };
  });
}

describe('canonical JSON', () => {
  it('is the same text whatever the order of names', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'x' }] })).toBe(
      '{"a":[{"c":"x","d":null}],"b":1}',
    );
  });

  it('leaves out what is undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow('NaN');
    expect(() => canonicalJson({ a: 1n })).toThrow('bigint');
    expect(() => canonicalJson([undefined])).toThrow('undefined');
  });

  it('hashes to a known value', () => {
    // printf '{"a":1}' | sha256sum
    expect(contentHash({ a: 1 })).toBe(
      '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    );
  });
});

describe('the audit chain', () => {
  it('verifies from its origin', () => {
    const rows = chain(3);

    const result = verifyLinks(key, { seq: 0, mac: auditOrigin }, rows);

    expect(result).toEqual({ position: { seq: 3, mac: rows[2]?.mac }, brokenAt: null });
  });

  it('names the first row that is missing', () => {
    const rows = chain(3).filter(({ link: { seq } }) => seq !== 2);

    expect(verifyLinks(key, { seq: 0, mac: auditOrigin }, rows).brokenAt).toBe(2);
  });

  it('breaks under another key', () => {
    const other = Buffer.alloc(32, 2);

    expect(verifyLinks(other, { seq: 0, mac: auditOrigin }, chain(1)).brokenAt).toBe(1);
  });

  it('does not confuse a value with its neighbour', () => {
    const first = auditMac(key, auditOrigin, { ...link, actor: 'ab', action: 'c' });
    const second = auditMac(key, auditOrigin, { ...link, actor: 'a', action: 'bc' });

    expect(first).not.toBe(second);
  });
});
