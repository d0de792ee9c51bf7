/**
 * A merchant's backlog of any size, as both systems see it: everything was sold, shipped and
 * received before anybody reads it, and nothing of it is a question for a person. The merchant's
 * week of the demonstration is full of those; here only the volume is to be measured.
 */
import { type Random, seededRandom } from '../src/runtime/random.ts';
import { type MerchantWeek, merchantWeek } from '../src/sandbox/seed.ts';
import type { OrderInput, ShipbobEvent, ShipmentInput } from '../src/sandbox/shipbob/seed.ts';
import {
  type Article,
  articles,
  CENTRES,
  ORDINARY_SKUS,
  openingStock,
  WEB_CHANNEL,
} from '../src/sandbox/shipbob/week-catalogue.ts';
import { consumer, oneOf } from '../src/sandbox/shipbob/week-people.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Volume {
  seed: number;
  orders: number;
  receivings: number;
  /** When the first order was placed. */
  startAtMs: number;
  /** Over how many days they spread; a day later all of it is shipped and stowed. */
  days: number;
}

/** Equal seeds give equal worlds: 1.3 shipments and 2.2 lines an order, two lines a receipt. */
export function volumeWorld(volume: Volume): MerchantWeek {
  const { seed, startAtMs, days, orders } = volume;
  const random = seededRandom(seed);
  // Credentials, master data and the shape of everything else are those of the week.
  const week = merchantWeek({ seed, startAtMs, orders: 1 });
  const range = articles();
  const shelf = plentyOf(range, volume);
  const inbound = receivingsOf(volume, range);
  return {
    ...week,
    endAtMs: startAtMs + (days + 1) * dayMs,
    shipbob: {
      ...week.shipbob,
      stock: shelf.map(({ article, ...row }) => ({ ...row, inventoryId: article.inventoryId })),
      events: [...ordersOf(volume, random, range), ...inbound.events],
    },
    infor: {
      ...week.infor,
      items: week.infor.items.map((item) => ({
        ...item,
        warehouses: item.warehouses.map((row) => ({ ...row, onHand: String(20_000 + orders * 6) })),
      })),
      purchaseOrders: inbound.purchaseOrders.map((order) => ({
        ...order,
        requestedDay: week.infor.purchaseOrders[0]?.requestedDay ?? '',
      })),
    },
  };
}

/** One lot of each that never runs out: which lot a picker took is no question then. */
function plentyOf(range: readonly Article[], { orders, startAtMs }: Volume) {
  return openingStock(range, { orders, startAtMs }).map((row) => ({
    ...row,
    quantity: row.quantity + 20_000 + orders * 3,
  }));
}

function ordersOf(volume: Volume, random: Random, range: readonly Article[]): ShipbobEvent[] {
  const { startAtMs, orders, days } = volume;
  const prices = new Map(range.map(({ sku, priceCents }) => [sku, priceCents]));
  const stepMs = (days * dayMs) / Math.max(1, orders);
  const events: ShipbobEvent[] = [];
  for (let index = 0; index < orders; index += 1) {
    const atMs = Math.round(startAtMs + (index + random.next()) * stepMs);
    const { order, shipments } = orderOf({ index, random, prices, atMs });
    events.push({ atMs, action: { kind: 'placeOrder', order } });
    shipments.forEach(({ id }, place) => {
      const shipAtMs = Math.round(atMs + (3 + random.next() * 12 + place) * hourMs);
      events.push({ atMs: shipAtMs, action: { kind: 'shipShipment', shipmentId: id } });
    });
  }
  return events;
}

/** An order of the given place in the line; also for those that are added to a history later. */
export function orderOf(about: {
  index: number;
  random: Random;
  prices: ReadonlyMap<string, number>;
  atMs: number;
}): { order: OrderInput & { id: number }; shipments: (ShipmentInput & { id: number })[] } {
  const { index, random, prices, atMs } = about;
  const split = index % 10 < 3;
  const lines = linesOf(random, split ? 'split' : 'whole', prices);
  const all = lines.map((line, place) => ({ line: place, quantity: line.quantity }));
  const shipmentId = 400_000_000 + index * 3;
  const centres = CENTRES.map(({ id }) => id);
  const first = oneOf(random, centres);
  const second = centres.find((id) => id !== first) ?? first;
  const shipments = split
    ? [
        { id: shipmentId, centreId: first, lines: all.slice(0, 1) },
        { id: shipmentId + 1, centreId: second, lines: all.slice(1) },
      ]
    : [{ id: shipmentId, centreId: first, lines: all }];
  const order = {
    id: 310_000_000 + index * 3,
    referenceId: `V-${index + 1}`,
    orderNumber: String(index + 1),
    type: 'DTC' as const,
    channelId: WEB_CHANNEL,
    purchasedAtMs: atMs - 60_000,
    recipient: consumer(random),
    lines,
    shipments,
  };
  return { order, shipments };
}

/** Shares of orders with one, two, three and four lines: 1.95 and 2.8 on average, 2.2 together. */
const lineShares = { whole: [0.45, 0.7, 0.9, 1], split: [0, 0.4, 0.8, 1] };

function linesOf(
  random: Random,
  kind: keyof typeof lineShares,
  prices: ReadonlyMap<string, number>,
): OrderInput['lines'] {
  const drawn = random.next();
  const count = 1 + lineShares[kind].findIndex((share) => drawn < share);
  const skus = new Set<string>();
  while (skus.size < count) skus.add(oneOf(random, ORDINARY_SKUS));
  return [...skus].map((sku, place) => ({
    sku,
    quantity: 1 + Math.floor(random.next() * 3),
    unitPriceCents: prices.get(sku) ?? null,
    externalLineId: (place + 1) * 10,
  }));
}

/** Two lines each, stowed in two steps and complete: one receipt for what is read at the end. */
function receivingsOf(volume: Volume, range: readonly Article[]) {
  const { startAtMs, receivings, days } = volume;
  const plain = range.filter(
    ({ lotTracked, components, erp }) =>
      !lotTracked && components.length === 0 && erp.known === 'byNumber',
  );
  const events: ShipbobEvent[] = [];
  const purchaseOrders = Array.from({ length: receivings }, (_, index) => {
    const wroId = 500_001 + index;
    const number = String(4_600_000 + index);
    const centre = index % 2;
    const goods = [plain[index % plain.length], plain[(index + 1) % plain.length]].flatMap(
      (article) => (article ? [article] : []),
    );
    const items = goods.map(({ inventoryId }, place) => ({
      inventoryId,
      quantity: 20 + ((index + place) % 5) * 10,
    }));
    const atMs = Math.round(startAtMs + (index * days * dayMs) / receivings);
    events.push({
      atMs,
      action: {
        kind: 'createReceiving',
        wro: {
          id: wroId,
          centreId: CENTRES[centre]?.id ?? 8,
          purchaseOrderNumber: number,
          expectedAtMs: atMs + dayMs,
          boxes: [{ trackingNumber: `1Z${wroId}`, items }],
        },
      },
    });
    events.push({ atMs: atMs + hourMs, action: { kind: 'arriveReceiving', wroId } });
    for (const { inventoryId, quantity } of items) {
      const place = { wroId, boxNumber: 1, inventoryId };
      events.push({ atMs: atMs + 2 * hourMs, action: { kind: 'stow', ...place, quantity } });
    }
    events.push({ atMs: atMs + 3 * hourMs, action: { kind: 'completeReceiving', wroId } });
    return {
      number,
      supplier: 'SB0002',
      warehouse: centre === 0 ? 'CIC' : 'MOV',
      lines: goods.map(({ sku }, place) => ({
        line: (place + 1) * 10,
        item: sku,
        quantity: String(items[place]?.quantity ?? 0),
        unit: 'EA',
      })),
    };
  });
  return { events, purchaseOrders };
}
