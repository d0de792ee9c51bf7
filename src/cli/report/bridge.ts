/** The on-hand difference summed over items, by what explains it. */
import { addQuantities, isNegative, isZero, sumQuantities } from '../../core/quantity.ts';
import type { BridgeCategory, OnHandRow } from '../../core/reconciliation.ts';
import { canonicalQuantity, type Quantity } from '../../core/schema.ts';
import { signed } from './number.ts';
import { bridgeCategories } from './words.ts';

const none = canonicalQuantity('0');

/**
 * Ups and downs stand apart: five units too many of one item and five too few of another are two
 * differences, and not none.
 */
export interface BridgeStep {
  category: BridgeCategory;
  items: number;
  up: Quantity;
  down: Quantity;
  net: Quantity;
}

export interface BridgeTotals {
  shipbob: Quantity;
  infor: Quantity;
  difference: Quantity;
  steps: BridgeStep[];
  itemsDiffering: number;
}

export function bridgeTotals(rows: readonly OnHandRow[]): BridgeTotals {
  return {
    shipbob: sumQuantities(rows.map(({ shipbob }) => shipbob)),
    infor: sumQuantities(rows.map(({ infor }) => infor)),
    difference: sumQuantities(rows.map(({ difference }) => difference)),
    steps: bridgeCategories.map((category) => stepOf(category, rows)),
    itemsDiffering: rows.filter(({ difference, parts }) => !isZero(difference) || parts.length > 0)
      .length,
  };
}

/** Per item and not per part: what cancels within one item is no difference of that item. */
function stepOf(category: BridgeCategory, rows: readonly OnHandRow[]): BridgeStep {
  const sums = rows.map((row) => categorySum(row, category)).filter((sum) => !isZero(sum));
  const up = sumQuantities(sums.filter((sum) => !isNegative(sum)));
  const down = sumQuantities(sums.filter(isNegative));
  return { category, items: sums.length, up, down, net: addQuantities(up, down) };
}

export function categorySum(row: OnHandRow, category: BridgeCategory): Quantity {
  const own = row.parts.filter((part) => part.category === category);
  return own.length === 0 ? none : sumQuantities(own.map(({ quantity }) => quantity));
}

/** `+9 and −3`. */
export function upAndDown(up: string, down: string): string {
  return (
    [up, down]
      .filter((each) => each !== '0')
      .map(signed)
      .join(' and ') || '0'
  );
}
