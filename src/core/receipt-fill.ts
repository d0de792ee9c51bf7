/** Spreads what was stowed over the lines of a purchase order, up to what each may still take. */
import type { GoodsReceipt, Posting, PurchaseOrderFact } from './glossary.ts';
import { limits } from './limits.ts';
import type { FlagList } from './plan-input.ts';
import {
  addQuantities,
  compareQuantities,
  decimalsOf,
  divideExactly,
  isPositive,
  isZero,
  minQuantity,
  multiplyQuantities,
  subtractQuantities,
  zero,
} from './quantity.ts';
import type { Growth } from './receipt-growth.ts';
import type { Quantity } from './schema.ts';

type OrderLine = PurchaseOrderFact['lines'][number];

export interface FilledLine {
  growth: Growth;
  line: OrderLine;
  /** In the purchase unit. */
  quantity: Quantity;
}

export interface Filling {
  number: string;
  order: PurchaseOrderFact;
  /** Receipts on this order that Infor's open quantities do not show yet, of any record. */
  underway: readonly Posting[];
  overReceipt: 'flag' | 'accept';
}

/** Fills by requested date, then line. What does not fit raises flags; the rest is still filled. */
export function fillLines(
  filling: Filling,
  growth: readonly Growth[],
  flags: FlagList,
): FilledLine[] {
  const room = new Map<OrderLine, Quantity>();
  for (const line of filling.order.lines) room.set(line, roomOn(filling, line));
  return growth.flatMap((grown) => fillOne({ filling, room, grown }, flags));
}

/** What is underway on a line, in its purchase unit. */
export function underwayOn(filling: Filling, line: OrderLine): Quantity {
  let total = zero;
  for (const { document } of filling.underway) {
    if (document.kind !== 'goodsReceipt' || document.purchaseOrder !== filling.number) continue;
    for (const other of document.lines) {
      const same =
        other.purchaseOrderLine === line.line && other.purchaseOrderSubline === line.subline;
      if (same) total = addQuantities(total, other.quantity);
    }
  }
  return total;
}

function fillOne(
  state: { filling: Filling; room: Map<OrderLine, Quantity>; grown: Growth },
  flags: FlagList,
): FilledLine[] {
  const { filling, room, grown } = state;
  const lines = filling.order.lines.filter((line) => line.item === grown.item.number);
  const open = lines.filter((line) => line.open).sort(byDateThenLine);
  const filled: FilledLine[] = [];
  let left = grown.quantity;
  const put = (line: OrderLine, basic: Quantity): void => {
    left = subtractQuantities(left, basic);
    const quantity = inPurchaseUnit(grown, line, basic);
    if (quantity === null) {
      flagInexact({ grown, line, basic }, flags);
      return;
    }
    room.set(line, subtractQuantities(room.get(line) ?? zero, quantity));
    const known = filled.find((other) => other.line === line);
    if (known === undefined) filled.push({ growth: grown, line, quantity });
    else known.quantity = addQuantities(known.quantity, quantity);
  };
  for (const line of open) {
    const space = multiplyQuantities(room.get(line) ?? zero, line.unitFactor);
    const taken = minQuantity(left, space);
    if (isPositive(taken)) put(line, taken);
  }
  if (isZero(left)) return filled;
  const last = open.at(-1);
  if (filling.overReceipt === 'accept' && last !== undefined) put(last, left);
  else flagSurplus({ filling, grown, left, known: lines.length > 0 }, flags);
  return filled;
}

function roomOn(filling: Filling, line: OrderLine): Quantity {
  return subtractQuantities(line.remaining, underwayOn(filling, line));
}

function inPurchaseUnit(grown: Growth, line: OrderLine, basic: Quantity): Quantity | null {
  const quantity = divideExactly(basic, line.unitFactor);
  if (quantity === null) return null;
  const places = line.unit === grown.item.unit ? grown.item.decimals : limits.purchaseDecimalsMax;
  return decimalsOf(quantity) <= places ? quantity : null;
}

function flagInexact(
  found: { grown: Growth; line: OrderLine; basic: Quantity },
  flags: FlagList,
): void {
  const { grown, line, basic } = found;
  const { item } = grown;
  flags.raise('UNIT_NOT_EXACT', {
    cause: `unit:${item.number}:${line.unit}`,
    evidence: { item: item.number, sku: item.sku, unit: line.unit, quantity: basic },
    quantity: basic,
  });
}

function flagSurplus(
  found: { filling: Filling; grown: Growth; left: Quantity; known: boolean },
  flags: FlagList,
): void {
  const { filling, grown, left, known } = found;
  const { number } = filling;
  const { item } = grown;
  flags.raise(known ? 'OVER_RECEIPT' : 'ITEM_NOT_ON_PURCHASE_ORDER', {
    cause: `purchaseOrder:${number}`,
    evidence: { number, item: item.number, sku: item.sku, quantity: left },
    quantity: left,
  });
}

function byDateThenLine(a: OrderLine, b: OrderLine): number {
  const dates = (a.requestedOn ?? '9999').localeCompare(b.requestedOn ?? '9999');
  return dates || byNumber(a.line, b.line) || byNumber(a.subline, b.subline);
}

/** Line numbers are numbers as text; `10` comes after `9`. */
function byNumber(a: string, b: string): number {
  return a.length - b.length || a.localeCompare(b);
}

/**
 * Lines of the document. A purchase line is closed only when this receipt takes its very last unit
 * and nothing else is underway on it: other deliveries may still fill it.
 */
export function receiptLines(
  filling: Filling,
  filled: readonly FilledLine[],
  place: { location: string | null; completed: 'yes' | 'no' },
): GoodsReceipt['lines'] {
  return filled.map(({ growth, line, quantity }, index) => {
    const onLine = filled.filter((other) => other.line === line);
    const last = onLine.at(-1) === filled[index];
    const total = onLine.reduce((sum, other) => addQuantities(sum, other.quantity), zero);
    const full = compareQuantities(total, line.remaining) >= 0;
    const alone = isZero(underwayOn(filling, line));
    return {
      line: index + 1,
      purchaseOrderLine: line.line,
      purchaseOrderSubline: line.subline,
      item: line.item,
      quantity,
      unit: line.unit,
      lot: growth.lot,
      expiresOn: growth.expiresOn,
      location: place.location,
      complete: place.completed === 'yes' && last && full && alone,
    };
  });
}
