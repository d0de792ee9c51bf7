import type { Malformation, Order, OrderLine, Product, Shipment, ShipmentLine } from './model.ts';
import { addProduct } from './product.ts';
import type { OrderInput, ShipmentInput } from './seed.ts';
import { cancelShipment, commitAll } from './shipment.ts';
import type { ShipbobState } from './state.ts';

/** Puts an order in. A SKU that ShipBob does not know parks it in ImportReview (section 6.8). */
export function placeOrder(state: ShipbobState, input: OrderInput): Order {
  const reference = `${input.channelId}|${input.referenceId}`;
  if (state.references.has(reference)) {
    throw new Error(`Reference id ${input.referenceId} was used before in this channel.`);
  }
  state.references.add(reference);
  const unknown = input.lines.some((line) => !state.productBySku.has(line.sku));
  const order: Order = {
    id: input.id ?? state.newId(),
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    trackedAtMs: null,
    purchasedAtMs: input.purchasedAtMs ?? null,
    referenceId: input.referenceId,
    orderNumber: input.orderNumber ?? null,
    type: input.type,
    channelId: input.channelId,
    shippingMethod: input.shippingMethod ?? 'Standard',
    recipient: input.recipient,
    lines: input.lines.map((line) => orderLine(state, line)),
    former: [],
    tags: input.tags ?? [],
    purchaseOrderNumber: input.purchaseOrderNumber ?? null,
    giftMessage: input.giftMessage ?? null,
    held: input.review || unknown ? 'ImportReview' : null,
    shipments: [],
    vanished: false,
    malformed: null,
  };
  state.orders.set(order.id, order);
  insertByCreation(state.ordersByCreation, order);
  if (order.held === null) allocate(state, order, input.shipments);
  else if (input.shipments) state.plannedShipments.set(order.id, input.shipments);
  return order;
}

export function acceptOrder(state: ShipbobState, orderId: number): void {
  const order = state.order(orderId);
  if (order.held !== 'ImportReview') throw new Error(`Order ${orderId} is not in review.`);
  order.held = null;
  order.updatedAtMs = state.nowMs;
  allocate(state, order, state.plannedShipments.get(orderId));
  state.plannedShipments.delete(orderId);
}

/** Cancels what has not been picked; says for each shipment whether it could be. */
export function cancelOrder(
  state: ShipbobState,
  orderId: number,
): { shipment: Shipment; cancelled: boolean }[] {
  const order = state.order(orderId);
  const results = order.shipments.map((shipment) => ({
    shipment,
    cancelled: cancelShipment(state, shipment.id),
  }));
  if (results.length === 0) order.held = 'Cancelled';
  order.updatedAtMs = state.nowMs;
  return results;
}

/** From now on the order answers 404 and is missing from lists (section 5.1). */
export function vanishOrder(state: ShipbobState, orderId: number): void {
  state.order(orderId).vanished = true;
}

export function restoreOrder(state: ShipbobState, orderId: number): void {
  const order = state.order(orderId);
  order.vanished = false;
  order.updatedAtMs = state.nowMs;
}

/** The merchant changes one line's quantity while its one shipment still waits to be picked. */
export function changeOrder(
  state: ShipbobState,
  change: { orderId: number; line: number; quantity: number },
): void {
  const order = state.order(change.orderId);
  const [shipment, ...others] = order.shipments;
  const line = order.lines[change.line];
  const waits = shipment?.status === 'Processing' && !shipment.picked && others.length === 0;
  if (!waits || !line) throw new Error(`Order ${order.id} can no longer be changed.`);
  commitAll(state, shipment, -1);
  order.former.push(order.lines.map((each) => ({ ...each })));
  line.quantity = change.quantity;
  shipment.lines = order.lines.map((each, at) => shipmentLine(state, order, at, each.quantity));
  commitAll(state, shipment, 1);
  shipment.updatedAtMs = state.nowMs;
  order.updatedAtMs = state.nowMs;
}

export function malformOrder(state: ShipbobState, orderId: number, how: Malformation): void {
  const order = state.order(orderId);
  order.malformed = how;
  order.updatedAtMs = state.nowMs;
}

export function addShipment(state: ShipbobState, orderId: number, input: ShipmentInput): Shipment {
  const order = state.order(orderId);
  const shipment: Shipment = {
    id: input.id ?? state.newId(),
    orderId,
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    trackedAtMs: null,
    status: 'Processing',
    details: [],
    centreId: input.centreId,
    lines: input.lines.map(({ line, quantity }) => shipmentLine(state, order, line, quantity)),
    picked: false,
    tracking: null,
    leftAtMs: null,
    deliveredAtMs: null,
    invoiceCents: null,
    invoicedAtMs: null,
    trackingUploaded: false,
    timeline: [{ typeId: 601, name: 'Inserted', text: 'Shipment Created', atMs: state.nowMs }],
  };
  state.centre(input.centreId);
  order.shipments.push(shipment);
  order.updatedAtMs = state.nowMs;
  state.shipments.set(shipment.id, shipment);
  commitAll(state, shipment, 1);
  return shipment;
}

/** The order's status follows from its shipments (section 6.4). */
export function orderStatus(order: Order): string {
  if (order.held) return order.held;
  const live = order.shipments.filter((shipment) => shipment.status !== 'Cancelled');
  if (live.length === 0) return order.shipments.length > 0 ? 'Cancelled' : 'Processing';
  const gone = live.filter((shipment) => shipment.status === 'Completed').length;
  if (gone === live.length) return 'Fulfilled';
  if (gone > 0) return 'PartiallyFulfilled';
  return live.some((shipment) => shipment.status === 'Exception') ? 'Exception' : 'Processing';
}

function allocate(state: ShipbobState, order: Order, plan: ShipmentInput[] | undefined): void {
  const everything = order.lines.map((line, index) => ({ line: index, quantity: line.quantity }));
  const first = state.centres[0];
  if (!first) throw new Error('The simulated ShipBob has no fulfilment centre.');
  for (const input of plan ?? [{ centreId: first.id, lines: everything }]) {
    addShipment(state, order.id, input);
  }
}

function orderLine(state: ShipbobState, line: OrderInput['lines'][number]): OrderLine {
  const product = state.productBySku.get(line.sku) ?? unknownProduct(state, line);
  return {
    productId: product.id,
    referenceId: line.sku,
    sku: line.sku,
    quantity: line.quantity,
    unitPriceCents: line.unitPriceCents ?? null,
    externalLineId: line.externalLineId ?? null,
  };
}

function unknownProduct(state: ShipbobState, line: OrderInput['lines'][number]): Product {
  return addProduct(state, {
    id: state.newId(),
    variantId: state.newId(),
    inventoryId: state.newId(),
    sku: line.sku,
    name: line.name ?? line.sku,
  });
}

/** A bundle is picked as its components, the quantities already multiplied. */
function shipmentLine(
  state: ShipbobState,
  order: Order,
  index: number,
  quantity: number,
): ShipmentLine {
  const line = order.lines[index];
  if (!line) throw new Error(`Order ${order.id} has no line ${index}.`);
  const product = state.product(line.sku);
  const parts =
    product.components.length > 0 ? product.components : [{ sku: line.sku, quantity: 1 }];
  return {
    productId: line.productId,
    referenceId: line.referenceId,
    sku: line.sku,
    name: product.name,
    picks: parts.map((part) => {
      const item = state.product(part.sku);
      return {
        inventoryId: item.inventoryId,
        name: item.name,
        quantity: part.quantity * quantity,
        committed: part.quantity * quantity,
        lot: null,
        expiresAtMs: null,
      };
    }),
  };
}

/** Nearly always an append; the search is for a clock that was moved back. */
function insertByCreation(orders: Order[], order: Order): void {
  let at = orders.length;
  while (at > 0 && (orders[at - 1]?.createdAtMs ?? 0) > order.createdAtMs) at -= 1;
  orders.splice(at, 0, order);
}
