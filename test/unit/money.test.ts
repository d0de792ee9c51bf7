import { describe, expect, it } from 'vitest';
import {
  absoluteAmount,
  addAmounts,
  amountPerPiece,
  multiplyAmount,
  negateAmount,
  parseAmount,
  splitAmount,
  subtractAmounts,
  sumAmounts,
} from '../../src/core/money.ts';
import { parseQuantity } from '../../src/core/quantity.ts';

const weights = (...texts: string[]) => texts.map((text) => parseQuantity(text));

describe('money', () => {
  it('adds exactly', () => {
    expect(addAmounts(parseAmount('0.1'), parseAmount('0.2'))).toBe('0.3');
    expect(subtractAmounts(parseAmount('1'), parseAmount('1.00'))).toBe('0');
    expect(absoluteAmount(parseAmount('-7.77'))).toBe('7.77');
    expect(negateAmount(parseAmount('0'))).toBe('0');
    expect(multiplyAmount(parseAmount('12.5'), parseQuantity('3'))).toBe('37.5');
  });

  it('splits with the remainder on the last part', () => {
    expect(splitAmount(parseAmount('10'), weights('1', '1', '1'), 2)).toEqual([
      '3.33',
      '3.33',
      '3.34',
    ]);
    expect(splitAmount(parseAmount('-10'), weights('2', '1'), 2)).toEqual(['-6.67', '-3.33']);
    expect(splitAmount(parseAmount('0.01'), weights('1', '1'), 2)).toEqual(['0.01', '0']);
  });

  it('keeps the total whatever the weights', () => {
    const parts = splitAmount(parseAmount('99.99'), weights('1', '3', '7', '0.5'), 2);

    expect(sumAmounts(parts)).toBe('99.99');
  });

  it('refuses weights that sum to nothing', () => {
    expect(() => splitAmount(parseAmount('1'), [], 2)).toThrow(/above zero/);
  });

  it('rounds a price per piece half up', () => {
    expect(amountPerPiece(parseAmount('10'), parseQuantity('3'), 4)).toBe('3.3333');
    expect(amountPerPiece(parseAmount('1'), parseQuantity('8'), 2)).toBe('0.13');
  });
});
