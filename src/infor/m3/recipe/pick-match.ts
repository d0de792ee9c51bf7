import type { Target } from '../../../app/ports.ts';
import type { GoodsIssue } from '../../../core/glossary.ts';
import { Problem } from '../../../core/problem.ts';
import { add, compareDecimals, subtract } from './compare.ts';
import { deletedStatus, type OrderLineRow } from './order-read.ts';

type IssueLine = GoodsIssue['lines'][number];

/** A line that left, and the order line it is reported on. */
export interface WantedLine {
  line: IssueLine;
  order: string;
  row: OrderLineRow;
}

export interface Wanted {
  target: Target;
  issue: GoodsIssue;
  order: string;
  lines: WantedLine[];
}

/** An open line of a pick list (MWS422MI/LstPickDetail). */
export interface Pick {
  /** PLRN: names the pick line for ever. */
  reportingNumber: string;
  delivery: string;
  pickList: string;
  location: string;
  lot: string;
  quantity: string;
}

/** What of one line is reported on one pick line. */
export interface Part {
  wanted: WantedLine;
  pick: Pick;
  quantity: string;
}

/** Order line → its open pick lines. */
export type Picks = Map<string, Pick[]>;

export function orderLineKey(wanted: WantedLine): string {
  return `${wanted.order}/${wanted.row.orderLine}/${wanted.row.suffix}`;
}

/**
 * Matches the lines of an issue with order lines: by the numbers remembered when the order was
 * posted, else by our line number in CUPO, else by the item when it stands there once (an order
 * that a person entered). A Problem when a line has no counterpart or M3 delivered it already.
 */
export function matchOrderLines(
  target: Target,
  issue: GoodsIssue,
  rows: OrderLineRow[],
): WantedLine[] | Problem {
  const order = target.dependency?.number ?? '';
  const live = rows.filter((row) => row.status !== deletedStatus);
  const wanted: WantedLine[] = [];
  for (const line of issue.lines) {
    const row = counterpart(target, line, live);
    if (row === null || row.item !== line.item) return lineMissing(order, line);
    wanted.push({ line, order, row });
  }
  for (const one of wanted) {
    const total = wanted
      .filter((other) => other.row === one.row)
      .reduce((sum, other) => add(sum, other.line.quantity), '0');
    const open = subtract(one.row.ordered, one.row.delivered);
    if (compareDecimals(total, open) > 0) return exhausted(order, one, { total, open });
  }
  return wanted;
}

function counterpart(target: Target, line: IssueLine, rows: OrderLineRow[]): OrderLineRow | null {
  const known = rememberedLine(target, line.salesOrderLine);
  if (known !== null) {
    const row = rows.find(
      (one) =>
        Number(one.orderLine) === Number(known.orderLine) &&
        Number(one.suffix) === Number(known.suffix),
    );
    if (row !== undefined) return row;
  }
  const ours = rows.filter((row) => row.line === line.salesOrderLine);
  if (ours.length === 1) return ours[0] ?? null;
  const sameItem = rows.filter((row) => row.item === line.item);
  return sameItem.length === 1 ? (sameItem[0] ?? null) : null;
}

function rememberedLine(
  target: Target,
  salesOrderLine: number,
): { orderLine: string; suffix: string } | null {
  const lines = target.dependency?.detail.lines;
  if (!Array.isArray(lines)) return null;
  for (const entry of lines) {
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) continue;
    const { line, orderLine, suffix } = entry;
    if (line === salesOrderLine && typeof orderLine === 'string' && typeof suffix === 'string') {
      return { orderLine, suffix };
    }
  }
  return null;
}

/**
 * Spreads the lines over the open pick lines: the lot is ShipBob's, a location is preferred. What
 * is taken leaves `left`, so that two issues of one order do not report the same piece.
 */
export function spread(
  wanted: Wanted,
  picks: Picks,
  left: Map<string, string>,
): { parts: Part[]; short: WantedLine[] } {
  const parts: Part[] = [];
  const short: WantedLine[] = [];
  const taken = new Map(left);
  for (const one of wanted.lines) {
    let missing: string = one.line.quantity;
    for (const pick of candidates(one, picks)) {
      const free = taken.get(pick.reportingNumber) ?? pick.quantity;
      const quantity = compareDecimals(free, missing) < 0 ? free : missing;
      if (compareDecimals(quantity, '0') <= 0) continue;
      parts.push({ wanted: one, pick, quantity });
      taken.set(pick.reportingNumber, subtract(free, quantity));
      missing = subtract(missing, quantity);
    }
    if (compareDecimals(missing, '0') > 0) short.push(one);
  }
  if (short.length === 0) for (const [number, free] of taken) left.set(number, free);
  return { parts, short };
}

function candidates(wanted: WantedLine, picks: Picks): Pick[] {
  const { lot, location } = wanted.line;
  const open = picks.get(orderLineKey(wanted)) ?? [];
  const fitting = open.filter((pick) => lot === null || pick.lot === lot);
  const near = fitting.filter((pick) => pick.location === location);
  return [...near, ...fitting.filter((pick) => pick.location !== location)];
}

/** On a pick list so far, all lots together. */
export function pickListed(wanted: WantedLine, picks: Picks): string {
  const open = picks.get(orderLineKey(wanted)) ?? [];
  return open.reduce((sum, pick) => add(sum, pick.quantity), '0');
}

/** All pieces are on a pick list, but of other lots than those that left. */
export function lotProblem(short: WantedLine[], picks: Picks): Problem | null {
  for (const one of short) {
    const { lot, item, quantity } = one.line;
    if (lot === null || compareDecimals(pickListed(one, picks), quantity) < 0) continue;
    const open = picks.get(orderLineKey(one)) ?? [];
    const others = [...new Set(open.map((pick) => pick.lot))].join(', ');
    return new Problem({
      code: 'LOT_NOT_ALLOCATED',
      kind: 'rejected',
      message: `Lot ${lot} of ${item} left, but M3 allocated ${others || 'no lot'} to the order.`,
      hint: 'Allocate the lot that left to the order line in M3 (MMS121), then retry the flag.',
      evidence: { order: one.order, item, lot, allocated: others },
    });
  }
  return null;
}

function lineMissing(order: string, line: IssueLine): Problem {
  return new Problem({
    code: 'ORDER_LINE_MISSING',
    kind: 'rejected',
    message: `Order ${order} has no open line for ${line.item} (our line ${line.salesOrderLine}).`,
    hint: 'Compare the order in M3 with ShipBob, add the line in M3, then retry the flag.',
    evidence: { order, item: line.item, line: String(line.salesOrderLine) },
  });
}

function exhausted(
  order: string,
  wanted: WantedLine,
  numbers: { total: string; open: string },
): Problem {
  const { item } = wanted.line;
  return new Problem({
    code: 'ORDER_LINE_EXHAUSTED',
    kind: 'rejected',
    message: `${numbers.total} of ${item} left, but order ${order} has only ${numbers.open} open.`,
    hint: 'Look whether somebody reported the delivery in M3 by hand; take one of the two back.',
    evidence: { order, item, left: numbers.total, open: numbers.open },
  });
}
