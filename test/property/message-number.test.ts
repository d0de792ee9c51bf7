import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueKey, receiptKey } from '../../src/core/external-key.ts';
import { type ExternalKey, externalKey, receivingId, shipmentId } from '../../src/core/schema.ts';
import { messageNumber } from '../../src/infor/m3/message-number.ts';

const ids = fc.oneof(
  fc.bigInt({ min: 0n, max: 2_000_000_000n }),
  // Longer ones leave no room for a sequence of two digits in the key itself.
  fc.bigInt({ min: 0n, max: 10n ** 18n }),
);
const sequences = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 99 }));
const attempts = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1500 }));
const keys: fc.Arbitrary<ExternalKey> = fc
  .tuple(fc.constantFrom('issue', 'receipt'), ids, sequences)
  .map(([kind, id, sequence]) =>
    kind === 'issue'
      ? issueKey(shipmentId(String(id)), sequence)
      : receiptKey(receivingId(String(id)), sequence),
  );

describe('message number', () => {
  it('has at most 15 characters of A–Z, 0–9 and the dash, and begins with a letter', () => {
    fc.assert(
      fc.property(keys, attempts, (key, attempt) => {
        expect(messageNumber(key, attempt) ?? 'A').toMatch(/^[A-Z][A-Z0-9-]{0,14}$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('depends on nothing but key and attempt', () => {
    fc.assert(
      fc.property(keys, attempts, (key, attempt) => {
        expect(messageNumber(key, attempt)).toBe(messageNumber(externalKey(key), attempt));
      }),
    );
  });

  it('is never shared by two different pairs', () => {
    const pairs = fc.array(fc.tuple(keys, attempts), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(pairs, (some) => {
        const owners = new Map<string, string>();
        for (const [key, attempt] of some) {
          const number = messageNumber(key, attempt);
          if (number === null) continue;
          const owner = owners.get(number) ?? `${key} ${attempt}`;
          expect(`${key} ${attempt}`).toBe(owner);
          owners.set(number, owner);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps neighbours apart that meet when run together', () => {
    const all = ['S1-1', 'S1-11', 'S11-1', 'S1', 'S1-1-1', 'R1-1', 'SY1-1', 'RX1-1'].flatMap(
      (key) => [1, 11, 111].map((attempt) => messageNumber(externalKey(key), attempt)),
    );

    expect(new Set(all).size).toBe(all.length);
  });

  it('exists for every id that ShipBob has given so far', () => {
    const today = fc.bigInt({ min: 1n, max: 10n ** 12n });
    fc.assert(
      fc.property(today, sequences, fc.integer({ min: 1, max: 999 }), (id, sequence, attempt) => {
        const key = issueKey(shipmentId(String(id)), sequence);
        expect(messageNumber(key, attempt)).not.toBeNull();
      }),
    );
  });

  it('is readable as long as it fits', () => {
    expect(messageNumber(externalKey('S388185605-1'), 2)).toBe('S388185605-1-2');
    expect(messageNumber(externalKey('S388185605-12'), 34)).toMatch(/^P[0-9A-Z]+$/);
  });

  it('is left to M3 where none can be made', () => {
    expect(messageNumber(externalKey('SY1Y2P0IJ32E8E7-1'), 1)).toBeNull();
    expect(messageNumber(externalKey('1-1'), 1)).toBeNull();
  });
});
