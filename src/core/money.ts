/** Exact decimal arithmetic on money. The currency stands beside the amount, never inside it. */
import Big from 'big.js';
import { assert } from './problem.ts';
import { canonicalDecimal, notANumber, readDecimal } from './quantity.ts';
import type { Amount, Quantity } from './schema.ts';
import { canonicalAmount } from './schema.ts';

export const noAmount: Amount = canonicalAmount('0');

/** Throws Problem `NOT_A_NUMBER` (rejected) when the text is not a decimal number. */
export function parseAmount(text: string): Amount {
  const value = readDecimal(text);
  if (value === null) throw notANumber(text);
  return toAmount(value);
}

export function addAmounts(left: Amount, right: Amount): Amount {
  return toAmount(new Big(left).plus(right));
}

export function subtractAmounts(left: Amount, right: Amount): Amount {
  return toAmount(new Big(left).minus(right));
}

export function negateAmount(value: Amount): Amount {
  return toAmount(new Big(value).times(-1));
}

export function absoluteAmount(value: Amount): Amount {
  return toAmount(new Big(value).abs());
}

export function multiplyAmount(value: Amount, quantity: Quantity): Amount {
  return toAmount(new Big(value).times(quantity));
}

/** Below zero when left is the smaller one, zero when equal, above zero otherwise. */
export function compareAmounts(left: Amount, right: Amount): number {
  return new Big(left).cmp(right);
}

export function sumAmounts(values: Iterable<Amount>): Amount {
  let total = new Big(0);
  for (const value of values) total = total.plus(value);
  return toAmount(total);
}

export function isZeroAmount(value: Amount): boolean {
  return value === '0';
}

export function isNegativeAmount(value: Amount): boolean {
  return value.startsWith('-');
}

/** The amount per piece, rounded half up to `decimals` places; the quantity is above zero. */
export function amountPerPiece(total: Amount, quantity: Quantity, decimals: number): Amount {
  return toAmount(new Big(total).div(quantity).round(decimals, 1));
}

/**
 * Splits a total in proportion to the weights. Every part but the last is rounded half up to
 * `decimals` places and the last takes what remains, so that the parts sum to the total exactly.
 * Weights are not negative and sum above zero.
 */
export function splitAmount(
  total: Amount,
  weights: readonly Quantity[],
  decimals: number,
): Amount[] {
  const weightTotal = weights.reduce((sum, weight) => sum.plus(weight), new Big(0));
  assert(weightTotal.gt(0), 'an amount is split by weights that sum above zero');
  let left = new Big(total);
  return weights.map((weight, index) => {
    const last = index === weights.length - 1;
    const part = last ? left : new Big(total).times(weight).div(weightTotal).round(decimals, 1);
    left = left.minus(part);
    return toAmount(part);
  });
}

function toAmount(value: Big): Amount {
  return canonicalAmount(canonicalDecimal(value));
}
