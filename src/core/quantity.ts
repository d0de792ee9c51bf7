/**
 * Exact decimal arithmetic on quantities. Everything is text in and text out through big.js: a
 * binary float cannot hold 0.1, and a unit lost to rounding is a difference in the ledger.
 */
import Big from 'big.js';
import { limits } from './limits.ts';
import { Problem } from './problem.ts';
import type { Quantity } from './schema.ts';
import { canonicalQuantity } from './schema.ts';

/** Digits with an optional point, exponent and sign; Infor's old programs put the minus last. */
const decimalText = /^([+-]?)(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?(-?)$/i;

export const zero: Quantity = canonicalQuantity('0');
export const one: Quantity = canonicalQuantity('1');

/** Canonical text of an exact decimal: no exponent, no trailing zeros, no minus before zero. */
export function canonicalDecimal(value: Big): string {
  const text = value.toFixed();
  return text === '-0' ? '0' : text;
}

/** Any decimal text as an exact value, or null when it is none. */
export function readDecimal(text: string): Big | null {
  const trimmed = text.trim();
  if (trimmed.length > limits.decimalTextMax) return null;
  const match = decimalText.exec(trimmed);
  if (match === null) return null;
  const [, sign = '', digits = '', exponent = '', trailing = ''] = match;
  if (sign !== '' && trailing !== '') return null;
  const minus = sign === '-' || trailing === '-' ? '-' : '';
  const plain = digits.startsWith('.') ? `0${digits}` : digits.replace(/\.$/, '');
  return new Big(`${minus}${plain}${exponent}`);
}

/** Throws Problem `NOT_A_NUMBER` (rejected) when the text is not a decimal number. */
export function parseQuantity(text: string): Quantity {
  const value = readDecimal(text);
  if (value === null) throw notANumber(text);
  return canonicalQuantity(canonicalDecimal(value));
}

export function notANumber(text: string): Problem {
  const shown = JSON.stringify(text.slice(0, limits.decimalTextMax));
  return new Problem({
    code: 'NOT_A_NUMBER',
    kind: 'rejected',
    message: `${shown} is not a decimal number.`,
    hint: 'Correct the value where it comes from.',
  });
}

export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return canonicalQuantity(canonicalDecimal(new Big(left).plus(right)));
}

export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return canonicalQuantity(canonicalDecimal(new Big(left).minus(right)));
}

export function multiplyQuantities(left: Quantity, right: Quantity): Quantity {
  return canonicalQuantity(canonicalDecimal(new Big(left).times(right)));
}

/**
 * The quotient when it is a finite decimal of at most 20 places, else null; null for a zero
 * divisor.
 */
export function divideExactly(dividend: Quantity, divisor: Quantity): Quantity | null {
  if (isZero(divisor)) return null;
  const quotient = new Big(dividend).div(divisor);
  if (!quotient.times(divisor).eq(dividend)) return null;
  return canonicalQuantity(canonicalDecimal(quotient));
}

/** The largest whole number not above the quotient; neither is below zero, the divisor is above. */
export function divideDown(dividend: Quantity, divisor: Quantity): Quantity {
  const quotient = new Big(dividend).div(divisor);
  const whole = quotient.round(0, 0);
  // The quotient itself is rounded to 20 places, which may carry it up to the next whole number.
  const exact = whole.times(divisor).gt(dividend) ? whole.minus(1) : whole;
  return canonicalQuantity(canonicalDecimal(exact));
}

export function negateQuantity(value: Quantity): Quantity {
  return canonicalQuantity(canonicalDecimal(new Big(value).times(-1)));
}

/** Below zero when left is the smaller one, zero when equal, above zero otherwise. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  return new Big(left).cmp(right);
}

export function minQuantity(left: Quantity, right: Quantity): Quantity {
  return compareQuantities(left, right) <= 0 ? left : right;
}

export function maxQuantity(left: Quantity, right: Quantity): Quantity {
  return compareQuantities(left, right) >= 0 ? left : right;
}

export function sumQuantities(values: Iterable<Quantity>): Quantity {
  let total = new Big(0);
  for (const value of values) total = total.plus(value);
  return canonicalQuantity(canonicalDecimal(total));
}

export function isZero(value: Quantity): boolean {
  return value === '0';
}

export function isPositive(value: Quantity): boolean {
  return value !== '0' && !value.startsWith('-');
}

export function isNegative(value: Quantity): boolean {
  return value.startsWith('-');
}

/** Digits after the point. */
export function decimalsOf(value: Quantity): number {
  const point = value.indexOf('.');
  return point === -1 ? 0 : value.length - point - 1;
}
