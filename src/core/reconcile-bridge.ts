/**
 * Why the shelves and Infor's balances differ, unit by unit.
 *
 * Both sides are rolled back to the beginning by their own histories: what differed then is the
 * opening. What happened since then is told apart by kind, and what nothing tells is unexplained.
 * The parts of a row sum to its difference exactly.
 */
import {
  addQuantities,
  compareQuantities,
  isNegative,
  isPositive,
  isZero,
  maxQuantity,
  minQuantity,
  negateQuantity,
  subtractQuantities,
  zero,
} from './quantity.ts';
import type { BridgeFlows, PairFlow } from './reconcile-flow.ts';
import type { BridgeCategory, OnHandRow } from './reconciliation.ts';
import type { Quantity } from './schema.ts';

/** What one item in one warehouse holds on both sides. */
export interface PairLevel {
  item: string;
  warehouse: string;
  skus: string[];
  /** In basic units. */
  shipbob: Quantity;
  infor: Quantity;
}

export function onHandRows(
  levels: readonly PairLevel[],
  flows: BridgeFlows,
  atMs: number,
): OnHandRow[] {
  return levels
    .map((level) => onHandRow(level, flows.of(level.item, level.warehouse), atMs))
    .sort((a, b) => order(a.item, b.item) || order(a.warehouse, b.warehouse));
}

function onHandRow(level: PairLevel, flow: PairFlow, atMs: number): OnHandRow {
  const { item, warehouse, skus, shipbob, infor } = level;
  const difference = subtractQuantities(shipbob, infor);
  const parts = partList(atMs);
  const opening = subtractQuantities(
    subtractQuantities(shipbob, flow.shipbobSince),
    subtractQuantities(infor, flow.inforSince),
  );
  for (const { category, detail, quantity, atMs: since } of flow.parts) {
    parts.add(category, detail, quantity, since);
  }
  const told = addQuantities(parts.total(), subtractQuantities(opening, flow.inforOfEarlier));
  const rest = settledOpening({
    opening: subtractQuantities(opening, flow.inforOfEarlier),
    unexplained: subtractQuantities(difference, told),
    inTransit: flow.inTransit,
  });
  parts.add('opening', 'differed before the period began', rest.opening, null);
  parts.add('inTransit', 'picked for shipments that had not left', rest.inTransit, null);
  parts.add('unexplained', 'nothing tells why', rest.unexplained, null);
  return {
    ...{ item, warehouse, sku: skus.join(', '), shipbob, infor, difference },
    parts: parts.all(),
  };
}

/**
 * What was open when the period began is settled in it: goods picked before and gone since, stowed
 * before and booked since. Such a pair stands on both sides of the line, with opposite signs, and
 * is one movement, not two differences.
 */
function settledOpening(found: { opening: Quantity; unexplained: Quantity; inTransit: Quantity }): {
  opening: Quantity;
  unexplained: Quantity;
  inTransit: Quantity;
} {
  let { opening } = found;
  const transit = minQuantity(found.inTransit, zero);
  // More left than was picked since then: it was picked before.
  let rest = addQuantities(subtractQuantities(found.unexplained, transit), zero);
  const against = isPositive(opening) === isNegative(rest) && !isZero(opening) && !isZero(rest);
  if (against) {
    const size = minQuantity(absolute(opening), absolute(rest));
    const shift = isPositive(opening) ? size : negateQuantity(size);
    opening = subtractQuantities(opening, shift);
    rest = addQuantities(rest, shift);
  }
  return { opening, unexplained: rest, inTransit: transit };
}

interface PartList {
  add(category: BridgeCategory, detail: string, quantity: Quantity, since: number | null): void;
  total(): Quantity;
  all(): OnHandRow['parts'];
}

function partList(atMs: number): PartList {
  const parts = new Map<string, { part: OnHandRow['parts'][number]; since: number | null }>();
  let total = zero;
  return {
    add(category, detail, quantity, since) {
      if (isZero(quantity)) return;
      total = addQuantities(total, quantity);
      const name = `${category} ${detail}`;
      const known = parts.get(name);
      const sum = addQuantities(known?.part.quantity ?? zero, quantity);
      const oldest = known?.since ?? since;
      const from = since === null || oldest === null ? oldest : Math.min(oldest, since);
      const ageDays = from === null ? null : Math.max(0, Math.floor((atMs - from) / 86_400_000));
      parts.set(name, { part: { category, detail, quantity: sum, ageDays }, since: from });
    },
    total: () => total,
    all: () =>
      [...parts.values()].map(({ part }) => part).filter(({ quantity }) => quantity !== zero),
  };
}

/** Units that nothing explains, per row. */
export function unexplainedOf(row: OnHandRow): Quantity {
  return row.parts
    .filter(({ category }) => category === 'unexplained')
    .reduce((sum, { quantity }) => addQuantities(sum, quantity), zero);
}

function absolute(quantity: Quantity): Quantity {
  return maxQuantity(quantity, negateQuantity(quantity));
}

function order(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Largest first. */
export function byDifference(left: OnHandRow, right: OnHandRow): number {
  return compareQuantities(absolute(right.difference), absolute(left.difference));
}
