import { Refusal } from './call.ts';
import { orderLine, release } from './customer-order.ts';
import { type Decimal, smaller, total } from './decimal.ts';
import type { OrderLine, PickLine } from './sales-state.ts';
import type { State } from './state.ts';
import { balanceAt, fittingQuantity, requireLot } from './stock.ts';
import { moveStock } from './stock-history.ts';
import type { StockMovement } from './stock-state.ts';
import { bookMovement } from './voucher.ts';

export interface IssueRequest {
  order: string;
  line: number;
  suffix: number;
  /** 0 and blank are "not given". */
  delivery: number;
  pickList: number;
  reportingNumber: number;
  item: string;
  warehouse: string;
  location: string;
  lot: string;
  quantity: Decimal;
  /** Ends the pick line although less was picked. */
  ends: boolean;
  day: string;
  details: Partial<StockMovement>;
}

/** Reports a pick: stock leaves from the reported lots, and the order line is delivered. */
export function issue(state: State, request: IssueRequest, nowMs: number): void {
  const { line, picks } = checkIssue(state, request);
  let left = request.quantity;
  for (const pick of picks) {
    const quantity = smaller(left, pick.allocation.quantity);
    if (quantity <= 0n) break;
    const movement = moveStock(state, {
      ...request.details,
      type: '31',
      warehouse: pick.warehouse,
      item: pick.item,
      location: pick.allocation.location,
      lot: pick.allocation.lot,
      quantity: -quantity,
      order: pick.order,
      line: pick.line,
      suffix: pick.suffix,
      delivery: pick.delivery,
      pickList: pick.pickList,
      atMs: nowMs,
      day: request.day,
    });
    bookMovement(state, movement);
    release(state, { line, allocation: pick.allocation, quantity });
    line.delivered += quantity;
    left -= quantity;
  }
  if (request.ends) endPicks(state, line, picks);
}

function checkIssue(state: State, request: IssueRequest): { line: OrderLine; picks: PickLine[] } {
  const order = state.orders.get(request.order);
  if (!order || order.deleted) {
    throw new Refusal('WOR0103', 'RIDN', `Order ${request.order} does not exist`);
  }
  const line = orderLine(order, request.line, request.suffix);
  const item = state.master.items.get(line.item);
  if (!item) throw new Refusal('WIT0103', 'ITNO', `Item ${line.item} does not exist`);
  if (request.item !== '' && request.item !== line.item) {
    throw new Refusal('WIT0101', 'ITNO', `Item ${request.item} is not valid for the line`);
  }
  if (request.warehouse !== '' && request.warehouse !== line.warehouse) {
    throw new Refusal('WWH0101', 'WHLO', `Warehouse ${request.warehouse} is not the line's`);
  }
  requireLot(item, request.lot);
  fittingQuantity(item, request.quantity, 'DLQT');
  if (request.quantity < 0n || (request.quantity === 0n && !request.ends)) {
    throw new Refusal('WQT0102', 'DLQT', 'Quantity must be entered');
  }
  const picks = matchingPicks(state, line, request);
  if (total(picks.map((pick) => pick.allocation.quantity)) < request.quantity) {
    throw new Refusal('WQT0101', 'DLQT', 'Quantity exceeds the pick list');
  }
  for (const pick of picks) {
    const { location, lot, quantity } = pick.allocation;
    const place = { warehouse: pick.warehouse, item: pick.item, location, lot };
    const onHand = balanceAt(state, place)?.onHand ?? 0n;
    if (onHand < smaller(quantity, request.quantity)) {
      throw new Refusal('WQT0201', 'DLQT', 'On-hand balance is not sufficient');
    }
  }
  return { line, picks };
}

function matchingPicks(state: State, line: OrderLine, request: IssueRequest): PickLine[] {
  const open = line.allocations.flatMap((held) => {
    const pick = held.pickLine === undefined ? undefined : state.pickLines.get(held.pickLine);
    return pick ? [pick] : [];
  });
  if (open.length === 0) throw new Refusal('WOL0901', 'RIDL', 'Line is not on a pick list');
  const listed = open.filter(
    (pick) =>
      matches(request.reportingNumber, pick.reportingNumber) &&
      matches(request.delivery, pick.delivery) &&
      matches(request.pickList, pick.pickList),
  );
  if (listed.length === 0) throw new Refusal('WPL0103', 'PLSX', 'Pick list line does not exist');
  const found = listed.filter(
    ({ allocation }) =>
      allocation.lot === request.lot &&
      (request.location === '' || request.location === allocation.location),
  );
  if (found.length > 0) return found;
  if (listed.some((pick) => pick.allocation.lot === request.lot)) {
    throw new Refusal('WWS0103', 'WHSL', `Location ${request.location} does not exist`);
  }
  throw new Refusal('WBA0401', 'BANO', `Lot ${request.lot} is not allocated to the line`);
}

function matches(given: number, actual: number): boolean {
  return given === 0 || given === actual;
}

/** The line itself ends only when none of its other lots is still to be reported. */
function endPicks(state: State, line: OrderLine, picks: PickLine[]): void {
  for (const { allocation } of picks) {
    if (allocation.quantity > 0n) {
      release(state, { line, allocation, quantity: allocation.quantity });
    }
  }
  if (line.allocations.every((held) => held.pickLine === undefined)) {
    for (const allocation of [...line.allocations]) {
      release(state, { line, allocation, quantity: allocation.quantity });
    }
    line.closed = true;
  }
}
