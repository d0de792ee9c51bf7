/**
 * Matches shipped goods to the lines of a sales order: by product, then by reference, then by open
 * quantity in line order. ShipBob does not repeat the order's line number on a shipment
 * (shipbob-api §6.9), and two lines may hold the same SKU.
 */
import type { GoodsIssue, SalesOrder, SalesOrderLine } from './glossary.ts';
import { addQuantities, isPositive, minQuantity, subtractQuantities, zero } from './quantity.ts';
import type { Quantity } from './schema.ts';

/** What may still leave on each line of one sales order. */
export interface OpenLines {
  lines: readonly SalesOrderLine[];
  open: Map<number, Quantity>;
}

export interface MovedUnit {
  productId: string;
  productReferenceId: string;
  item: string;
  /** In the item's basic unit. */
  quantity: Quantity;
  lot: string | null;
  /** Where it left; of two lines that fit, the one of this warehouse is taken first. */
  warehouse: string;
}

export interface MatchedUnit {
  line: SalesOrderLine;
  quantity: Quantity;
  lot: string | null;
}

export function openLines(order: SalesOrder): OpenLines {
  return {
    lines: order.lines,
    open: new Map(order.lines.map((line) => [line.line, line.quantity])),
  };
}

/** Takes off what an issue that is booked, or may be, already moved. */
export function consume(state: OpenLines, lines: GoodsIssue['lines']): void {
  for (const line of lines) {
    const open = state.open.get(line.salesOrderLine) ?? zero;
    state.open.set(line.salesOrderLine, subtractQuantities(open, line.quantity));
  }
}

/** Takes the unit off the open lines. What no line can take comes back as `excess`. */
export function matchUnit(
  state: OpenLines,
  unit: MovedUnit,
): { matched: MatchedUnit[]; excess: Quantity } {
  const matched = new Map<number, MatchedUnit>();
  let excess = unit.quantity;
  const ways: ((line: SalesOrderLine) => boolean)[] = [
    (line) => line.productId === unit.productId,
    (line) => line.productReferenceId === unit.productReferenceId,
    () => true,
  ];
  const here = state.lines.filter((line) => line.warehouse === unit.warehouse);
  const elsewhere = state.lines.filter((line) => line.warehouse !== unit.warehouse);
  for (const fits of ways) {
    for (const line of [...here, ...elsewhere]) {
      if (line.item !== unit.item || !fits(line)) continue;
      const open = state.open.get(line.line) ?? zero;
      if (!isPositive(open) || !isPositive(excess)) continue;
      const taken = minQuantity(open, excess);
      state.open.set(line.line, subtractQuantities(open, taken));
      excess = subtractQuantities(excess, taken);
      const before = matched.get(line.line)?.quantity ?? zero;
      const quantity = addQuantities(before, taken);
      matched.set(line.line, { line, quantity, lot: unit.lot });
    }
  }
  return { matched: [...matched.values()], excess };
}
