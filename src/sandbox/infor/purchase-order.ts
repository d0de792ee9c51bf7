import { absent, Refusal } from './call.ts';
import { type Decimal, larger } from './decimal.ts';
import type { PurchaseLine, PurchaseOrder, PurchaseReceipt } from './purchase-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { fittingQuantity, locationIn, requireLot } from './stock.ts';
import { moveStock } from './stock-history.ts';
import type { StockMovement } from './stock-state.ts';
import { bookMovement } from './voucher.ts';

export function createPurchaseOrder(state: State, order: PurchaseOrder): void {
  state.purchaseOrders.set(order.number, order);
  state.purchaseOrdersByRequester.put(sortKey(order.requester, order.number), order);
}

export function removePurchaseOrder(state: State, order: PurchaseOrder): void {
  order.live = false;
  state.purchaseOrdersByRequester.remove(sortKey(order.requester, order.number));
}

export function purchaseOrder(state: State, number: string, field = 'PUNO'): PurchaseOrder {
  const order = state.purchaseOrders.get(number);
  if (!order?.live) throw absent(field);
  return order;
}

export function purchaseLine(order: PurchaseOrder, line: number, sub: number): PurchaseLine {
  const found = order.lines.find((other) => other.line === line && other.sub === sub);
  if (!found) throw absent('PNLI');
  return found;
}

export function remainingOf(line: PurchaseLine): Decimal {
  return line.closed ? 0n : larger(0n, line.ordered - line.received);
}

/** Lowest and highest status: what is still open, and 75 once something is put away. */
export function purchaseLineStatus(line: PurchaseLine): { lowest: string; highest: string } {
  const complete = line.closed || line.received >= line.ordered;
  return {
    lowest: complete ? '75' : line.openStatus,
    highest: complete || line.received > 0n ? '75' : line.openStatus,
  };
}

export interface ReceiptRequest {
  order: string;
  line: number;
  sub: number;
  quantity: Decimal;
  /** Blank is the line's own. */
  unit: string;
  item: string;
  warehouse: string;
  location: string;
  lot: string;
  deliveryNote: string;
  /** Ends the line although less was received. */
  ends: boolean;
  day: string;
  details: Partial<StockMovement>;
}

/** What a receipt would book; throws the refusal that M3's business component would give. */
export function checkReceipt(
  state: State,
  request: ReceiptRequest,
): { order: PurchaseOrder; line: PurchaseLine; location: string } {
  const order = purchaseOrder(state, request.order, 'RIDN');
  if (order.deleted) throw new Refusal('WPU0901', 'PUNO', 'Purchase order is deleted');
  const line = purchaseLine(order, request.line, request.sub);
  const item = state.master.items.get(line.item);
  if (!item) throw new Refusal('WIT0103', 'ITNO', `Item ${line.item} does not exist`);
  if (request.item !== '' && request.item !== line.item) {
    throw new Refusal('WIT0101', 'ITNO', `Item ${request.item} is not valid for the line`);
  }
  if (request.unit !== '' && request.unit !== line.unit) {
    throw new Refusal('WPU0201', 'PUUN', 'Purchase order U/M is not valid');
  }
  const { lowest } = purchaseLineStatus(line);
  if (lowest < '15' || lowest >= '75') {
    throw new Refusal('WPU0901', 'PUSL', `Lowest status ${lowest} does not allow a receipt`);
  }
  if (request.warehouse !== '' && request.warehouse !== order.warehouse) {
    throw new Refusal('WWH0101', 'WHLO', `Warehouse ${request.warehouse} is not the order's`);
  }
  if (request.quantity <= 0n) {
    throw new Refusal('WRV0102', 'RVQA', 'Received quantity must be entered');
  }
  fittingQuantity(item, request.quantity, 'RVQA');
  requireLot(item, request.lot);
  const location = locationIn(state, order.warehouse, request.location);
  if (state.tenant.overReceipt === 'refused' && request.quantity > remainingOf(line)) {
    throw new Refusal('WRV0101', 'RVQA', 'Received quantity exceeds the tolerance');
  }
  return { order, line, location };
}

/** Books a receipt with direct put-away: order line, stock, history, and the voucher to come. */
export function receive(state: State, request: ReceiptRequest, nowMs: number): PurchaseReceipt {
  const { order, line, location } = checkReceipt(state, request);
  line.received += request.quantity;
  if (request.ends) line.closed = true;
  const receivingNumber = nextNumber(state, 'receiving', 600_001);
  const movement = moveStock(state, {
    ...request.details,
    type: '25',
    warehouse: order.warehouse,
    item: line.item,
    location,
    lot: request.lot,
    quantity: request.quantity,
    order: order.number,
    line: line.line,
    suffix: line.sub,
    receivingNumber: String(receivingNumber),
    deliveryNote: request.deliveryNote,
    atMs: nowMs,
    day: request.day,
  });
  bookMovement(state, movement);
  const receipt: PurchaseReceipt = {
    order,
    line,
    receivingNumber,
    quantity: request.quantity,
    warehouse: order.warehouse,
    location,
    lot: request.lot,
    deliveryNote: request.deliveryNote,
    day: movement.day,
    atMs: nowMs,
    complete: line.closed,
  };
  const key = sortKey(order.number, line.line, line.sub, receivingNumber);
  state.purchaseReceipts.put(key, receipt);
  return receipt;
}
