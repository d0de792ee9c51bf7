import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  compareQuantities,
  decimalsOf,
  divideDown,
  divideExactly,
  isNegative,
  isPositive,
  isZero,
  multiplyQuantities,
  negateQuantity,
  parseQuantity,
  subtractQuantities,
  sumQuantities,
  zero,
} from '../../src/core/quantity.ts';

const q = parseQuantity;

describe('quantity', () => {
  it('is canonical however it was written', () => {
    const spellings: [string, string][] = [
      ['3', '3'],
      [' 3.50 ', '3.5'],
      ['+003.0', '3'],
      ['.5', '0.5'],
      ['5.', '5'],
      ['1.2e3', '1200'],
      ['1E-7', '0.0000001'],
      ['1e21', '1000000000000000000000'],
      ['-0.00', '0'],
      ['12.5-', '-12.5'],
    ];

    for (const [text, canonical] of spellings) expect(q(text)).toBe(canonical);
  });

  it('refuses what is no number', () => {
    for (const text of [
      '',
      ' ',
      'abc',
      '1,5',
      '1 000',
      '0x10',
      'NaN',
      'Infinity',
      '-1-',
      '1e9999',
    ]) {
      expect(() => q(text)).toThrow(/not a decimal number/);
    }
    expect(() => q('9'.repeat(65))).toThrow(/not a decimal number/);
  });

  it('adds without the error of floats', () => {
    expect(addQuantities(q('0.1'), q('0.2'))).toBe('0.3');
    expect(subtractQuantities(q('0.3'), q('0.1'))).toBe('0.2');
    expect(multiplyQuantities(q('0.1'), q('3'))).toBe('0.3');
    expect(sumQuantities([q('9007199254740993'), q('1')])).toBe('9007199254740994');
    expect(sumQuantities([])).toBe(zero);
  });

  it('divides exactly or not at all', () => {
    expect(divideExactly(q('24'), q('12'))).toBe('2');
    expect(divideExactly(q('1'), q('8'))).toBe('0.125');
    expect(divideExactly(q('25'), q('12'))).toBeNull();
    expect(divideExactly(q('1'), q('0'))).toBeNull();
    expect(divideDown(q('29'), q('12'))).toBe('2');
    expect(divideDown(q('0.99999999999999999999999'), q('1'))).toBe('0');
  });

  it('knows its sign and its decimals', () => {
    expect(negateQuantity(zero)).toBe('0');
    expect([isZero(zero), isPositive(q('0.1')), isNegative(q('-1'))]).toEqual([true, true, true]);
    expect(compareQuantities(q('10'), q('9'))).toBe(1);
    expect([decimalsOf(q('3')), decimalsOf(q('0.125'))]).toEqual([0, 3]);
  });
});
