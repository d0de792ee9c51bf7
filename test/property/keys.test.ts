import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cancellationKey,
  issueKey,
  journalKey,
  orderKey,
  receiptKey,
} from '../../src/core/external-key.ts';
import type { MasterNeed } from '../../src/core/glossary.ts';
import { needKey, needOfCause } from '../../src/core/master.ts';
import { calendarDay, orderId, receivingId, shipmentId } from '../../src/core/schema.ts';

/** ShipBob ids are 64-bit at most; every length is equally likely, so that both forms meet. */
const id = fc
  .integer({ min: 1, max: 19 })
  .chain((length) => fc.bigInt({ min: 10n ** BigInt(length - 1), max: 10n ** BigInt(length) - 1n }))
  .map((value) => (value > 9_223_372_036_854_775_807n ? 9_223_372_036_854_775_807n : value))
  .map(String);
const sequence = fc.integer({ min: 1, max: 9 });
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => calendarDay(date.toISOString().slice(0, 10)));

interface Named {
  name: string;
  key: string;
  lengthMax: number;
}

const named: fc.Arbitrary<Named> = fc.oneof(
  id.map((value) => ({ name: `o${value}`, key: orderKey(orderId(value)), lengthMax: 20 })),
  id.map((value) => ({ name: `c${value}`, key: cancellationKey(orderId(value)), lengthMax: 17 })),
  fc.tuple(id, sequence).map(([value, n]) => ({
    name: `s${value}-${n}`,
    key: issueKey(shipmentId(value), n),
    lengthMax: 17,
  })),
  fc.tuple(id, sequence).map(([value, n]) => ({
    name: `r${value}-${n}`,
    key: receiptKey(receivingId(value), n),
    lengthMax: 17,
  })),
  fc.tuple(day, fc.constantFrom('', 'A', 'AA', 'AAA', '1'), sequence).map(([on, division, n]) => ({
    name: `j${on}${division}-${n}`,
    key: journalKey(on, division, n),
    lengthMax: 15,
  })),
);

describe('external keys', () => {
  it('fit their fields and survive upper-casing and trimming', () => {
    fc.assert(
      fc.property(named, ({ key, lengthMax }) => {
        expect(key).toMatch(/^[A-Z0-9-]+$/);
        expect(key.length).toBeLessThanOrEqual(lengthMax);
        expect(key.trim().toUpperCase()).toBe(key);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are different for different things', () => {
    fc.assert(
      fc.property(fc.array(named, { minLength: 2, maxLength: 50 }), (all) => {
        const names = new Set(all.map((one) => one.name));
        const keys = new Set(all.map((one) => one.key));
        expect(keys.size).toBe(names.size);
      }),
      { numRuns: 500 },
    );
  });

  it('leave room for 999 receipts of any id that ShipBob gives today', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999n }), (value) => {
        expect(receiptKey(receivingId(String(value)), 999).length).toBeLessThanOrEqual(17);
      }),
    );
  });
});

const text = fc.string({ minLength: 1, maxLength: 12 });
const need: fc.Arbitrary<MasterNeed> = fc.oneof(
  text.map((sku) => ({ kind: 'item' as const, sku })),
  text.map((sku) => ({ kind: 'product' as const, sku })),
  text.map((number) => ({ kind: 'customer' as const, number })),
  fc.tuple(text, text).map(([item, warehouse]) => ({
    kind: 'itemWarehouse' as const,
    item,
    warehouse,
  })),
  fc.tuple(fc.integer({ min: 1, max: 7 }), text, text).map(([dimension, value, division]) => ({
    kind: 'dimension' as const,
    dimension,
    value,
    division,
  })),
);

describe('keys of needs', () => {
  it('name one need each, whatever characters it holds', () => {
    fc.assert(
      fc.property(need, (one) => {
        expect(needOfCause(needKey(one))).toEqual(one);
      }),
      { numRuns: 1_000 },
    );
  });
});
