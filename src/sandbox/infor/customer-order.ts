import { type Call, Refusal, required } from './call.ts';
import { type Decimal, smaller, total } from './decimal.ts';
import type { Allocation, BatchOrder, CustomerOrder, OrderLine } from './sales-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { balanceAt, balancesOf } from './stock.ts';

/** Order category of a customer order in references (RORC). */
export const customerOrderCategory = 3;

/** Makes the real order out of a batch order, with a number of the other series. */
export function createOrder(
  state: State,
  settings: { batch: BatchOrder; stopped: boolean; nowMs: number },
): CustomerOrder {
  const { batch, stopped, nowMs } = settings;
  const number = String(nextNumber(state, 'order', 20_000_001)).padStart(10, '0');
  const order: CustomerOrder = {
    number,
    batchNumber: batch.number,
    customer: batch.customer,
    orderType: batch.orderType,
    facility: batch.facility,
    warehouse: batch.warehouse,
    orderDay: batch.orderDay,
    requestedDay: batch.requestedDay,
    customerReference: batch.customerReference,
    yourReference: batch.yourReference,
    stopped,
    createdAtMs: nowMs,
    fields: { ...batch.fields },
    lines: batch.lines.map((line) => ({
      ...line,
      fields: { ...line.fields },
      delivery: 0,
      allocations: [],
      delivered: 0n,
      closed: false,
      deleted: false,
    })),
    addresses: [...batch.addresses],
    texts: [...batch.texts],
    charges: [...batch.charges],
    deleted: false,
  };
  state.orders.set(number, order);
  for (const [index, key] of orderKeys(state, order)) index.put(key, order);
  for (const line of order.lines) deliverFrom(state, { order, line, warehouse: line.warehouse });
  if (state.tenant.autoAllocate && !stopped) {
    for (const line of order.lines) allocate(state, line);
  }
  return order;
}

/** Takes the order out of every list, as if it had never been. */
export function removeOrder(state: State, order: CustomerOrder): void {
  for (const line of order.lines) retireLine(state, order, line);
  for (const [index, key] of orderKeys(state, order)) index.remove(key);
  state.orders.delete(order.number);
  state.removedOrders.push(order);
}

function orderKeys(state: State, order: CustomerOrder) {
  const { customer, yourReference, orderDay, number } = order;
  return [
    [state.ordersByCustomer, sortKey(customer, number)],
    [state.ordersByReference, sortKey('c', customer, yourReference, number)],
    [state.ordersByReference, sortKey('r', yourReference, number)],
    [state.ordersByDay, sortKey(customer, orderDay, number)],
  ] as const;
}

/** Puts the line on the order's delivery from `warehouse`, which is made if there is none. */
export function deliverFrom(
  state: State,
  place: { order: CustomerOrder; line: OrderLine; warehouse: string },
): void {
  const { order, line, warehouse } = place;
  leaveDelivery(state, order, line);
  const shared = order.lines.find(
    (other) => other !== line && other.warehouse === warehouse && other.delivery !== 0,
  );
  const open = shared && state.deliveries.get(shared.delivery);
  const delivery = open ?? {
    number: nextNumber(state, 'delivery', 30_001),
    order: order.number,
    warehouse,
    pickLists: 0,
    createdAtMs: order.createdAtMs,
  };
  state.deliveries.set(delivery.number, delivery);
  line.warehouse = warehouse;
  line.delivery = delivery.number;
  state.deliveryLines.put(deliveryLineKey(order, line), { delivery, line: line.line });
}

function leaveDelivery(state: State, order: CustomerOrder, line: OrderLine): void {
  state.deliveryLines.remove(deliveryLineKey(order, line));
  line.delivery = 0;
}

function deliveryLineKey(order: CustomerOrder, line: OrderLine): string {
  return sortKey(customerOrderCategory, order.number, line.line, line.suffix, line.delivery);
}

/** The live order of the call; one with status 90 cannot be worked on. */
export function workableOrder({ state, input }: Call, field: string): CustomerOrder {
  const order = required(state.orders.get(input.text(field)), field);
  if (order.deleted) throw new Refusal('WOR0901', field, 'Order is deleted');
  return order;
}

export function orderLine(order: CustomerOrder, line: number, suffix: number): OrderLine {
  const found = order.lines.find((other) => other.line === line && other.suffix === suffix);
  return required(found, 'PONR');
}

export function allocatedOf(line: OrderLine): Decimal {
  return total(line.allocations.map((allocation) => allocation.quantity));
}

export function pickListedOf(line: OrderLine): Decimal {
  const listed = line.allocations.filter((allocation) => allocation.pickLine !== undefined);
  return total(listed.map((allocation) => allocation.quantity));
}

/** 22 reserved, 33 allocated, 44 on a pick list, 66 delivered, 90 deleted. */
export function lineStatus(line: OrderLine): string {
  if (line.deleted) return '90';
  const open = line.quantity - line.delivered;
  if (line.closed || open <= 0n) return '66';
  if (pickListedOf(line) >= open) return '44';
  return allocatedOf(line) >= open ? '33' : '22';
}

/** Lowest and highest status of the order's lines. */
export function orderStatus(order: CustomerOrder): { lowest: string; highest: string } {
  if (order.deleted) return { lowest: '90', highest: '90' };
  const live = order.lines.filter((line) => !line.deleted);
  const statuses = (live.length > 0 ? live : order.lines).map(lineStatus).sort();
  return { lowest: statuses[0] ?? '20', highest: statuses.at(-1) ?? '20' };
}

/** Holds stock for the line, oldest lot first, as much as there is. */
export function allocate(state: State, line: OrderLine, limit?: Decimal): void {
  if (line.deleted || line.closed) return;
  let wanted = line.quantity - line.delivered - allocatedOf(line);
  if (limit !== undefined) wanted = smaller(wanted, limit);
  const candidates = balancesOf(state, line.warehouse, line.item).sort(
    (left, right) => left.arrival - right.arrival,
  );
  for (const balance of candidates) {
    if (wanted <= 0n) return;
    const quantity = smaller(wanted, balance.onHand - balance.allocated);
    if (quantity <= 0n) continue;
    balance.allocated += quantity;
    const { location, lot } = balance;
    line.allocations.push({ location, lot, quantity, pickLine: undefined });
    wanted -= quantity;
  }
}

/** Holds stock of one place and lot for the line; all of it or none. */
export function allocateAt(
  state: State,
  line: OrderLine,
  wanted: { location: string; lot: string; quantity: Decimal },
): void {
  const { location, lot, quantity } = wanted;
  if (line.deleted || line.closed) throw new Refusal('WOL0901', 'RIDL', 'Order line is closed');
  if (quantity > line.quantity - line.delivered - allocatedOf(line)) {
    throw new Refusal('WQT0101', 'ALQT', 'Quantity is more than the line still needs');
  }
  const balance = balanceAt(state, { warehouse: line.warehouse, item: line.item, location, lot });
  if (!balance || balance.onHand - balance.allocated < quantity) {
    throw new Refusal('WQT0101', 'ALQT', 'Quantity is not available');
  }
  balance.allocated += quantity;
  line.allocations.push({ location, lot, quantity, pickLine: undefined });
}

/** Gives the stock held by one allocation back. */
export function release(
  state: State,
  holder: { line: OrderLine; allocation: Allocation; quantity: Decimal },
): void {
  const { line, allocation, quantity } = holder;
  const { location, lot } = allocation;
  const balance = balanceAt(state, { warehouse: line.warehouse, item: line.item, location, lot });
  if (balance) balance.allocated -= quantity;
  allocation.quantity -= quantity;
  if (allocation.quantity > 0n) return;
  line.allocations = line.allocations.filter((other) => other !== allocation);
  if (allocation.pickLine !== undefined) state.pickLines.delete(allocation.pickLine);
}

/** Marks the line deleted; whatever it held is free again. */
export function retireLine(state: State, order: CustomerOrder, line: OrderLine): void {
  for (const allocation of [...line.allocations]) {
    release(state, { line, allocation, quantity: allocation.quantity });
  }
  leaveDelivery(state, order, line);
  line.deleted = true;
}
