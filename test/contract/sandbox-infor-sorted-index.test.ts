import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalPlaces, formatDecimal, parseDecimal } from '../../src/sandbox/infor/decimal.ts';
import { SortedIndex, sortKey } from '../../src/sandbox/infor/sorted-index.ts';

describe('sorted index of the simulator', () => {
  it('agrees with a sorted list after any puts and removals', () => {
    const step = fc.record({ key: fc.nat(3000), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4000, size: 'max' }), fc.nat(3000), (steps, from) => {
        const index = new SortedIndex<number>();
        const model = new Set<number>();
        for (const { key, removes } of steps) {
          if (removes) {
            index.remove(sortKey('k', key));
            model.delete(key);
          } else {
            index.put(sortKey('k', key), key);
            model.add(key);
          }
        }
        const sorted = [...model].sort((left, right) => left - right);

        expect([...index.within('k')]).toEqual(sorted);
        const rest = sorted.filter((key) => key >= from);
        expect([...index.from(sortKey('k', from))]).toEqual(rest);
        expect(index.get(sortKey('k', from))).toBe(model.has(from) ? from : undefined);
        expect(index.first()?.value).toBe(sorted[0]);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps to its prefix although a longer one follows', () => {
    const index = new SortedIndex<string>();
    for (const [owner, key] of [
      ['A', '1'],
      ['A', '2'],
      ['AB', '0'],
      ['B', '1'],
    ] as const) {
      index.put(sortKey(owner, key), owner + key);
    }

    expect([...index.within('A', sortKey('A', '2'))]).toEqual(['A2']);
    expect([...index.within('A')]).toEqual(['A1', 'A2']);
  });
});

describe('decimal of the simulator', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (value) => {
        expect(parseDecimal(formatDecimal(value))).toBe(value);
      }),
    );
  });

  it.each([
    ['12.50', '12.5', 1],
    ['-.5', '-0.5', 1],
    ['007', '7', 0],
    ['0.000001', '0.000001', 6],
  ])('reads %s as %s', (text, shown, places) => {
    const value = parseDecimal(text) ?? 0n;

    expect([formatDecimal(value), decimalPlaces(value)]).toEqual([shown, places]);
  });

  it.each(['', '.', '1e3', '1,5', '--1', '0.0000001'])('refuses "%s"', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});
