import type { BoxItem, Order, OrderLine, Shipment, Wro } from './model.ts';
import { orderStatus } from './order.ts';
import type { ShipbobState } from './state.ts';

/** ShipBob's own truth, for the judge: nothing here lags, is rounded or left out. */
export interface ShipbobBooks {
  nowMs: number;
  orders: OrderBook[];
  shipments: ShipmentBook[];
  receiving: ReceivingBook[];
  stock: StockBookRow[];
  charges: ChargeBook[];
  unidentified: { id: number; centreId: number; sku: string; quantity: number }[];
  /** Calls answered, by route such as `GET /order/{orderId}`. */
  calls: Record<string, number>;
}

export interface OrderBook {
  id: number;
  referenceId: string;
  orderNumber: string | null;
  type: string;
  channelId: number;
  email: string | null;
  status: string;
  createdAtMs: number;
  updatedAtMs: number;
  tags: string[];
  lines: LineBook[];
  /** What its lines said before each change of the merchant's, oldest first. */
  formerLines: LineBook[][];
  shipmentIds: number[];
  vanished: boolean;
  malformed: string | null;
}

interface LineBook {
  sku: string;
  quantity: number;
  unitPriceCents: number | null;
}

export interface ShipmentBook {
  id: number;
  orderId: number;
  status: string;
  centreId: number | null;
  left: boolean;
  leftAtMs: number | null;
  deliveredAtMs: number | null;
  /** Summed per inventory item and lot. */
  items: { inventoryId: number; sku: string; lot: string | null; quantity: number }[];
  invoiceCents: number | null;
}

export interface ReceivingBook {
  id: number;
  status: string;
  purchaseOrderNumber: string | null;
  centreId: number;
  completedAtMs: number | null;
  stowed: StowedBookRow[];
  /** The same with the most that was ever stowed, whatever a recount took back. */
  stowedMost: StowedBookRow[];
}

interface StowedBookRow {
  inventoryId: number;
  sku: string;
  lot: string | null;
  quantity: number;
}

export interface StockBookRow {
  centreId: number;
  inventoryId: number;
  sku: string;
  lot: string | null;
  onHand: number;
}

export interface ChargeBook {
  id: string;
  type: string;
  fee: string;
  referenceId: string;
  amountCents: number;
  chargedAtMs: number;
  visibleAtMs: number;
  centreId: number | null;
}

export function readBooks(state: ShipbobState, calls: ReadonlyMap<string, number>): ShipbobBooks {
  return {
    nowMs: state.nowMs,
    orders: state.ordersByCreation.map(orderBook),
    shipments: [...state.shipments.values()].map((shipment) => shipmentBook(state, shipment)),
    receiving: [...state.receiving.values()].map((wro) => ({
      id: wro.id,
      status: wro.status,
      purchaseOrderNumber: wro.purchaseOrderNumber,
      centreId: wro.centreId,
      completedAtMs: wro.completedAtMs,
      stowed: onShelf(state, wro, ({ stowed }) => stowed),
      stowedMost: onShelf(state, wro, ({ most }) => most),
    })),
    stock: state.stock.balances().map(({ centreId, inventoryId, lot, onHand }) => ({
      centreId,
      inventoryId,
      sku: skuOf(state, inventoryId),
      lot,
      onHand,
    })),
    charges: state.charges.map(({ invoiceType: _, referenceType: __, ...charge }) => charge),
    unidentified: state.unidentified.map(({ id, centreId, inventoryId, quantity }) => ({
      id,
      centreId,
      sku: skuOf(state, inventoryId),
      quantity,
    })),
    calls: Object.fromEntries(calls),
  };
}

function orderBook(order: Order): OrderBook {
  return {
    id: order.id,
    referenceId: order.referenceId,
    orderNumber: order.orderNumber,
    type: order.type,
    channelId: order.channelId,
    email: order.recipient.email,
    status: orderStatus(order),
    createdAtMs: order.createdAtMs,
    updatedAtMs: order.updatedAtMs,
    tags: order.tags.map((tag) => tag.name),
    lines: order.lines.map(lineBook),
    formerLines: order.former.map((lines) => lines.map(lineBook)),
    shipmentIds: order.shipments.map((shipment) => shipment.id),
    vanished: order.vanished,
    malformed: order.malformed,
  };
}

function lineBook({ sku, quantity, unitPriceCents }: OrderLine): LineBook {
  return { sku, quantity, unitPriceCents };
}

function onShelf(
  state: ShipbobState,
  wro: Wro,
  countOf: (item: BoxItem) => number,
): StowedBookRow[] {
  const items = wro.boxes.flatMap((box) => box.items);
  const rows = items.map((item) => ({ ...item, quantity: countOf(item) }));
  return sumByLot(state, rows);
}

function shipmentBook(state: ShipbobState, shipment: Shipment): ShipmentBook {
  const picks = shipment.lines.flatMap((line) => line.picks);
  return {
    id: shipment.id,
    orderId: shipment.orderId,
    status: shipment.status,
    centreId: shipment.centreId,
    left: shipment.leftAtMs !== null,
    leftAtMs: shipment.leftAtMs,
    deliveredAtMs: shipment.deliveredAtMs,
    items: sumByLot(state, picks),
    invoiceCents: shipment.invoiceCents,
  };
}

function sumByLot(
  state: ShipbobState,
  rows: readonly { inventoryId: number; lot: string | null; quantity: number }[],
): { inventoryId: number; sku: string; lot: string | null; quantity: number }[] {
  const sums = new Map<string, { inventoryId: number; lot: string | null; quantity: number }>();
  for (const { inventoryId, lot, quantity } of rows) {
    const key = `${inventoryId}|${lot}`;
    const sum = sums.get(key) ?? { inventoryId, lot, quantity: 0 };
    sum.quantity += quantity;
    sums.set(key, sum);
  }
  return [...sums.values()]
    .filter((sum) => sum.quantity !== 0)
    .map((sum) => ({ ...sum, sku: skuOf(state, sum.inventoryId) }));
}

function skuOf(state: ShipbobState, inventoryId: number): string {
  return state.productByInventory.get(inventoryId)?.sku ?? '';
}
