/** Goods by item and lot, and how two books' lists of them differ. */
import { addQuantities, isZero, sumQuantities, zero } from './quantity.ts';
import type { Quantity } from './schema.ts';
import { foldedLot } from './source-line.ts';

/** In the item's basic unit. */
export interface GoodsLine {
  item: string;
  lot: string | null;
  quantity: Quantity;
}

export type GoodsDifference =
  | { as: 'item'; left: string; right: string; quantity: Quantity }
  | { as: 'lot'; item: string; left: string; right: string; quantity: Quantity }
  | { as: 'quantity'; item: string; left: Quantity; right: Quantity };

/**
 * Differences between two lists, at most one per item. Other lots with the same sum are a matter of
 * lots; one item that is there instead of another with the same quantity is a matter of items.
 */
export function goodsDifferences(
  left: readonly GoodsLine[],
  right: readonly GoodsLine[],
): GoodsDifference[] {
  const sums = { left: byItem(left), right: byItem(right) };
  const lots = { left: byLot(left), right: byLot(right) };
  const items = [...new Set([...sums.left.keys(), ...sums.right.keys()])].sort();
  const differences: GoodsDifference[] = [];
  const uneven: { item: string; left: Quantity; right: Quantity }[] = [];
  for (const item of items) {
    const one = sums.left.get(item) ?? zero;
    const other = sums.right.get(item) ?? zero;
    if (one !== other) {
      uneven.push({ item, left: one, right: other });
      continue;
    }
    const lot = lotDifference(item, lots.left, lots.right);
    if (lot !== null) differences.push(lot);
  }
  const gone = uneven.filter(({ right: none }) => isZero(none));
  const added = new Set(uneven.filter(({ left: none }) => isZero(none)));
  for (const lost of gone) {
    const instead = [...added].find((other) => other.right === lost.left);
    if (instead === undefined) continue;
    added.delete(instead);
    uneven.splice(uneven.indexOf(lost), 1);
    uneven.splice(uneven.indexOf(instead), 1);
    differences.push({ as: 'item', left: lost.item, right: instead.item, quantity: lost.left });
  }
  for (const one of uneven) differences.push({ as: 'quantity', ...one });
  return differences;
}

export function unitsIn(lines: readonly GoodsLine[]): Quantity {
  return sumQuantities(lines.map(({ quantity }) => quantity));
}

/** One line per item and lot. */
export function gatheredGoods(lines: readonly GoodsLine[]): GoodsLine[] {
  const sums = new Map<string, GoodsLine>();
  for (const line of lines) {
    const name = JSON.stringify([line.item, foldedOf(line.lot)]);
    const known = sums.get(name);
    const quantity = known ? addQuantities(known.quantity, line.quantity) : line.quantity;
    sums.set(name, { ...(known ?? line), quantity });
  }
  return [...sums.values()].filter(({ quantity }) => !isZero(quantity));
}

export function foldedOf(lot: string | null): string {
  return lot === null ? '' : foldedLot(lot.trim());
}

function lotDifference(
  item: string,
  left: ReadonlyMap<string, ReadonlyMap<string, Quantity>>,
  right: ReadonlyMap<string, ReadonlyMap<string, Quantity>>,
): GoodsDifference | null {
  const one = left.get(item) ?? new Map<string, Quantity>();
  const other = right.get(item) ?? new Map<string, Quantity>();
  const names = [...new Set([...one.keys(), ...other.keys()])].sort();
  const differing = names.filter((lot) => (one.get(lot) ?? zero) !== (other.get(lot) ?? zero));
  if (differing.length === 0) return null;
  const told = (lots: ReadonlyMap<string, Quantity>) =>
    differing
      .filter((lot) => !isZero(lots.get(lot) ?? zero))
      .map((lot) => `${lots.get(lot) ?? zero} of ${lot === '' ? 'no lot' : `lot ${lot}`}`)
      .join(', ');
  const quantity = sumQuantities(differing.map((lot) => one.get(lot) ?? zero));
  return { as: 'lot', item, left: told(one), right: told(other), quantity };
}

function byItem(lines: readonly GoodsLine[]): Map<string, Quantity> {
  const sums = new Map<string, Quantity>();
  for (const { item, quantity } of lines) {
    sums.set(item, addQuantities(sums.get(item) ?? zero, quantity));
  }
  return sums;
}

function byLot(lines: readonly GoodsLine[]): Map<string, Map<string, Quantity>> {
  const items = new Map<string, Map<string, Quantity>>();
  for (const { item, lot, quantity } of lines) {
    const lots = items.get(item) ?? new Map<string, Quantity>();
    lots.set(foldedOf(lot), addQuantities(lots.get(foldedOf(lot)) ?? zero, quantity));
    items.set(item, lots);
  }
  return items;
}
