/**
 * Exact decimals as integers of millionths. Own arithmetic on purpose: the books that judge the
 * connector must not share a rounding fault with it.
 */
export type Decimal = bigint;

const places = 6;
const one = 1_000_000n;

/** Reads `-12.5`; undefined for anything that is not a plain decimal with at most six places. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (whole + fraction === '' || significant.length > places) return undefined;
  const value = BigInt(whole || '0') * one + BigInt(significant.padEnd(places, '0'));
  return sign === '-' ? -value : value;
}

export function formatDecimal(value: Decimal): string {
  const size = value < 0n ? -value : value;
  const fraction = (size % one).toString().padStart(places, '0').replace(/0+$/, '');
  const text = fraction === '' ? `${size / one}` : `${size / one}.${fraction}`;
  return value < 0n ? `-${text}` : text;
}

/** How many decimal places the value needs. */
export function decimalPlaces(value: Decimal): number {
  return formatDecimal(value).split('.')[1]?.length ?? 0;
}

/** Product, cut towards zero at the sixth place. */
export function multiply(left: Decimal, right: Decimal): Decimal {
  return (left * right) / one;
}

export function smaller(left: Decimal, right: Decimal): Decimal {
  return left < right ? left : right;
}

export function larger(left: Decimal, right: Decimal): Decimal {
  return left > right ? left : right;
}

export function total(values: Iterable<Decimal>): Decimal {
  let sum = 0n;
  for (const value of values) sum += value;
  return sum;
}
