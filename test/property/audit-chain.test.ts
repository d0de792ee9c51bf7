import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditLink,
  auditMac,
  auditOrigin,
  canonicalJson,
  verifyLinks,
} from '../../src/core/audit-chain.ts';
import { textHash } from '../../src/core/content-hash.ts';

const key = Buffer.alloc(32, 9);
const origin = { seq: 0, mac: auditOrigin };

const content = fc.record({
  atMs: fc.integer({ min: 0 }),
  runId: fc.option(fc.nat()),
  actor: fc.string(),
  action: fc.string(),
  recordKind: fc.option(fc.constantFrom('order', 'receiving', 'charge')),
  recordId: fc.option(fc.string()),
  postingKey: fc.option(fc.string()),
  detail: fc.json(),
  bodyHash: fc.option(fc.string()),
});

function chained(contents: Omit<AuditLink, 'seq'>[]): { link: AuditLink; mac: string }[] {
  let mac = auditOrigin;
  return contents.map((one, index) => {
    const link = { ...one, seq: index + 1 };
    mac = auditMac(key, mac, link);
    return { link, mac };
  });
}

const chain = fc.array(content, { minLength: 1, maxLength: 12 }).map(chained);
const chainAndRow = chain.chain((rows) =>
  fc.tuple(fc.constant(rows), fc.integer({ min: 0, max: rows.length - 1 })),
);

describe('the audit chain', () => {
  it('verifies in one piece or in two', () => {
    fc.assert(
      fc.property(chainAndRow, ([rows, cut]) => {
        const whole = verifyLinks(key, origin, rows);
        const first = verifyLinks(key, origin, rows.slice(0, cut));
        const second = verifyLinks(key, first.position, rows.slice(cut));

        expect(whole.brokenAt).toBeNull();
        expect(second).toEqual(whole);
      }),
    );
  });

  it('shows any changed value at its row', () => {
    fc.assert(
      fc.property(chainAndRow, content, ([rows, index], other) => {
        const changed = rows.map((row, at) =>
          at === index ? { ...row, link: { ...other, seq: row.link.seq } } : row,
        );
        fc.pre(canonicalJson(changed[index]?.link) !== canonicalJson(rows[index]?.link));

        expect(verifyLinks(key, origin, changed).brokenAt).toBe(index + 1);
      }),
    );
  });

  it('shows a dropped row, unless it is the last', () => {
    fc.assert(
      fc.property(chainAndRow, ([rows, index]) => {
        fc.pre(index < rows.length - 1);
        const left = rows.filter((_, at) => at !== index);

        expect(verifyLinks(key, origin, left).brokenAt).toBe(index + 1);
      }),
    );
  });

  it('shows rows that changed places, even when they are renumbered', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 2, maxLength: 6 }), (contents) => {
        const rows = chained(contents);
        const [first, second] = rows;
        if (first === undefined || second === undefined) return;
        fc.pre(canonicalJson(contents[0]) !== canonicalJson(contents[1]));
        const swapped = [
          { link: { ...second.link, seq: 1 }, mac: second.mac },
          { link: { ...first.link, seq: 2 }, mac: first.mac },
          ...rows.slice(2),
        ];

        expect(verifyLinks(key, origin, swapped).brokenAt).toBe(1);
      }),
    );
  });
});

/** Any text, control characters and halves of surrogate pairs included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((units) => String.fromCharCode(...units));

/** The same value with the names of its objects in code-unit order; none looks like an index. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, ordered(member)] as const);
  return Object.fromEntries(members.sort(([left], [right]) => (left < right ? -1 : 1)));
}

describe('canonical JSON', () => {
  it('is what JSON says of the value with its names in order', () => {
    const name = anyText.map((text) => `n${text}`);
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        anyText,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(name, tie('any')),
      ),
    })).any;
    fc.assert(
      fc.property(value, (one) => {
        expect(canonicalJson(one)).toBe(JSON.stringify(ordered(one)));
      }),
    );
  });

  it('is hashed as its UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const digest = createHash('sha256').update(Buffer.from(text, 'utf8')).digest('hex');

        expect(textHash(text)).toBe(digest);
      }),
    );
  });

  it('is parsed back to the same value, and is the same text again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);

        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
