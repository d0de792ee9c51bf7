import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAmount, splitAmount, sumAmounts } from '../../src/core/money.ts';
import {
  addQuantities,
  compareQuantities,
  divideExactly,
  isZero,
  multiplyQuantities,
  negateQuantity,
  parseQuantity,
  subtractQuantities,
  sumQuantities,
} from '../../src/core/quantity.ts';

/** Decimals as an integer and a scale: the oracle computes with big integers alone. */
const decimal = fc.record({
  units: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
  scale: fc.integer({ min: 0, max: 6 }),
});

function written({ units, scale }: { units: bigint; scale: number }): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}

/** In millionths. */
function exact({ units, scale }: { units: bigint; scale: number }): bigint {
  return units * 10n ** BigInt(6 - scale);
}

const millionths = (text: string): bigint => {
  const negative = text.startsWith('-');
  const [whole = '0', part = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, '0'));
  return negative ? -value : value;
};

describe('quantities', () => {
  it('are exact against integers', () => {
    fc.assert(
      fc.property(decimal, decimal, (left, right) => {
        const a = parseQuantity(written(left));
        const b = parseQuantity(written(right));

        expect(millionths(addQuantities(a, b))).toBe(exact(left) + exact(right));
        expect(millionths(subtractQuantities(a, b))).toBe(exact(left) - exact(right));
        const order = exact(left) < exact(right) ? -1 : exact(left) > exact(right) ? 1 : 0;
        expect(compareQuantities(a, b)).toBe(order);
      }),
      { numRuns: 1_000 },
    );
  });

  it('have one text per value, which reads back as itself', () => {
    fc.assert(
      fc.property(decimal, (value) => {
        const text = parseQuantity(written(value));

        expect(parseQuantity(text)).toBe(text);
        expect(parseQuantity(`${text}${text.includes('.') ? '000' : '.000'}`)).toBe(text);
        expect(text).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(negateQuantity(negateQuantity(text))).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('divide back to what was multiplied', () => {
    fc.assert(
      fc.property(decimal, decimal, (left, right) => {
        const a = parseQuantity(written(left));
        const b = parseQuantity(written(right));
        fc.pre(!isZero(b));

        expect(divideExactly(multiplyQuantities(a, b), b)).toBe(a);
      }),
    );
  });

  it('sum the same in any order', () => {
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 20 }), (values) => {
        const all = values.map((value) => parseQuantity(written(value)));

        expect(sumQuantities([...all].reverse())).toBe(sumQuantities(all));
        expect(millionths(sumQuantities(all))).toBe(values.reduce((sum, v) => sum + exact(v), 0n));
      }),
    );
  });
});

describe('amounts', () => {
  it('split into parts that sum to the whole', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(decimal, weights, fc.integer({ min: 0, max: 4 }), (total, shares, decimals) => {
        fc.pre(shares.some((share) => share > 0));
        const amount = parseAmount(written(total));
        const parts = splitAmount(
          amount,
          shares.map((share) => parseQuantity(String(share))),
          decimals,
        );

        expect(sumAmounts(parts)).toBe(amount);
        expect(parts).toHaveLength(shares.length);
      }),
    );
  });
});
