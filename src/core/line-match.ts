/**
 * Matches shipped goods to the lines of a sales order: by product, then by reference, then by open
 * quantity in line order. ShipBob does not repeat the order's line number on a shipment
 * (shipbob-api §6.9), and two lines may hold the same SKU.
 */
import type { GoodsIssue, HeldLine, Posting, SalesOrder, SalesOrderLine } from './glossary.ts';
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

/**
 * Of an order found in Infor, what Infor holds is open; its posting is null before there is one.
 * `linked` is what a document that a person entered holds, until it has a posting of its own.
 */
export function openLines(
  order: SalesOrder,
  posting: Posting | null,
  linked: HeldLine[] | null = null,
): OpenLines {
  const held = posting === null ? linked : heldInstead(posting);
  return {
    lines: order.lines,
    open: held === null ? numbered(order.lines) : heldByLine(order.lines, held),
  };
}

/**
 * What an issue took of the order's lines: what Infor holds of it when it was found there. One that
 * is booked in part only counts as a whole, since a person will finish it.
 */
export function issuedLines(posting: Posting, issue: GoodsIssue): IssuedLine[] {
  const held = posting.state === 'posted' ? heldInstead(posting) : null;
  if (held === null) return issue.lines;
  const quantities = heldByLine(issue.lines, held);
  return issue.lines.map(({ line, salesOrderLine }) => ({
    salesOrderLine,
    quantity: quantities.get(line) ?? zero,
  }));
}

/** Null where Infor told nothing, or nothing else than was sent. */
function heldInstead(posting: Posting): HeldLine[] | null {
  const { adopted, held } = posting;
  return adopted && held !== null && held.length > 0 ? held : null;
}

type NumberedLine = Pick<SalesOrderLine, 'line' | 'item' | 'quantity'>;

function numbered(lines: readonly NumberedLine[]): Map<number, Quantity> {
  return new Map(lines.map((line) => [line.line, line.quantity]));
}

/** By our line number where Infor kept it, else by item in line order, the rest on the last one. */
function heldByLine(lines: readonly NumberedLine[], held: HeldLine[]): Map<number, Quantity> {
  const found = new Map<number, Quantity>();
  const put = (line: number, quantity: Quantity) =>
    found.set(line, addQuantities(found.get(line) ?? zero, quantity));
  for (const line of lines) found.set(line.line, zero);
  for (const { line, item, quantity } of held) {
    const alike = lines.filter((other) => other.item === item);
    const own = alike.find((other) => other.line === line);
    if (own !== undefined) {
      put(own.line, quantity);
      continue;
    }
    let left = quantity;
    for (const other of alike) {
      const room = subtractQuantities(other.quantity, found.get(other.line) ?? zero);
      const taken = other === alike.at(-1) ? left : minQuantity(room, left);
      if (!isPositive(taken)) continue;
      put(other.line, taken);
      left = subtractQuantities(left, taken);
    }
  }
  return found;
}

export type IssuedLine = Pick<GoodsIssue['lines'][number], 'salesOrderLine' | 'quantity'>;

/** Takes off what an issue that is booked, or may be, already moved. */
export function consume(state: OpenLines, lines: readonly IssuedLine[]): void {
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
