import type { Random } from '../../runtime/random.ts';
import type { Malformation } from './model.ts';
import type { OrderInput, ShipbobEvent, ShipmentInput } from './seed.ts';
import {
  ALIAS_SKU,
  type Article,
  BUNDLE_SKUS,
  ORDINARY_SKUS,
  PACK_SKU,
  PLAIN_SKUS,
  UNKNOWN_SKUS,
  WEB_CHANNEL,
  WHOLESALE_CHANNEL,
} from './week-catalogue.ts';
import { BUYERS, business, consumer, oneOf, SHOWROOM, STRANGER } from './week-people.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The ids of the orders that are there to make a point. An order may be in several lists. */
export interface OrderStory {
  b2b: number[];
  unknownCustomer: number[];
  blockedCustomer: number[];
  replenish: number[];
  sample: number[];
  split: number[];
  partlyCancelled: number[];
  cancelled: number[];
  inReview: number[];
  reviewedLater: number[];
  unknownSku: number[];
  bundle: number[];
  alias: number[];
  pack: number[];
  duplicateSku: number[];
  lateShipment: number[];
  reassigned: number[];
  held: number[];
  vanished: number[];
  malformed: number[];
}

type Kind = keyof OrderStory | 'plain' | 'dropShip';

/** In every fifty orders, these places are taken; the rest are plain. */
const KIND_BY_PLACE = new Map<number, Kind>([
  [3, 'b2b'],
  [5, 'bundle'],
  [7, 'replenish'],
  [11, 'sample'],
  [13, 'split'],
  [16, 'b2b'],
  [19, 'cancelled'],
  [23, 'inReview'],
  [25, 'bundle'],
  [27, 'unknownSku'],
  [29, 'b2b'],
  [31, 'alias'],
  [33, 'split'],
  [35, 'pack'],
  [37, 'duplicateSku'],
  [39, 'lateShipment'],
  [41, 'reassigned'],
  [42, 'b2b'],
  [43, 'held'],
  [44, 'dropShip'],
  [45, 'bundle'],
  [47, 'split'],
]);

const MALFORMATIONS: Malformation[] = ['unknownStatus', 'textQuantity', 'missingProducts'];

interface Maker {
  random: Random;
  events: ShipbobEvent[];
  story: OrderStory;
  price: Map<string, number>;
}

/** One order on its way into the event list. */
interface Draft {
  index: number;
  kind: Kind;
  atMs: number;
  order: OrderInput & { id: number };
}

/** The orders of the week, and everything that happens to them afterwards. */
export function weekOrders(settings: {
  random: Random;
  startAtMs: number;
  durationMs: number;
  orders: number;
  range: readonly Article[];
}): { events: ShipbobEvent[]; story: OrderStory } {
  const maker: Maker = {
    random: settings.random,
    events: [],
    story: emptyStory(),
    price: new Map(settings.range.map((article) => [article.sku, article.priceCents])),
  };
  const stepMs = settings.durationMs / settings.orders;
  for (let index = 0; index < settings.orders; index += 1) {
    const atMs = Math.round(settings.startAtMs + (index + maker.random.next()) * stepMs);
    addOrder(maker, draft(maker, index, atMs));
  }
  return { events: maker.events, story: maker.story };
}

function emptyStory(): OrderStory {
  return {
    b2b: [],
    unknownCustomer: [],
    blockedCustomer: [],
    replenish: [],
    sample: [],
    split: [],
    partlyCancelled: [],
    cancelled: [],
    inReview: [],
    reviewedLater: [],
    unknownSku: [],
    bundle: [],
    alias: [],
    pack: [],
    duplicateSku: [],
    lateShipment: [],
    reassigned: [],
    held: [],
    vanished: [],
    malformed: [],
  };
}

function kindOf(index: number): Kind {
  if (index % 500 === 99) return 'vanished';
  if (index % 150 === 71) return 'malformed';
  return KIND_BY_PLACE.get(index % 50) ?? 'plain';
}

function draft(maker: Maker, index: number, atMs: number): Draft {
  const { random } = maker;
  const kind = kindOf(index);
  const number = 100_001 + index;
  const wholesale = kind === 'b2b' || kind === 'replenish';
  const id = 309_600_000 + index * 7 + Math.floor(random.next() * 6);
  const base = {
    id,
    referenceId: `${wholesale ? 'WS' : 'SO'}-${number}`,
    orderNumber: String(number),
    channelId: wholesale ? WHOLESALE_CHANNEL : WEB_CHANNEL,
    purchasedAtMs: atMs - Math.round(random.next() * 20 * MINUTE_MS),
    shippingMethod: random.next() < 0.85 ? 'Standard' : '2-Day',
  };
  const order: Draft['order'] = { ...base, ...content(maker, kind, index) };
  return { index, kind, atMs, order };
}

type Content = Pick<OrderInput, 'type' | 'recipient' | 'lines'> & Partial<OrderInput>;

function content(maker: Maker, kind: Kind, index: number): Content {
  const { random } = maker;
  switch (kind) {
    case 'b2b': {
      const place = Math.floor(index / 12);
      const buyer = place % 9 === 8 ? STRANGER : (BUYERS[place % BUYERS.length] ?? STRANGER);
      return {
        type: 'B2B',
        recipient: business(random, buyer),
        lines: numbered(someLines(maker, ORDINARY_SKUS, { lines: 4, from: 6, to: 36 })),
        purchaseOrderNumber: `PO-${70_000 + index}`,
      };
    }
    case 'replenish':
      return {
        type: 'B2B',
        recipient: SHOWROOM,
        lines: numbered(someLines(maker, PLAIN_SKUS, { lines: 2, from: 6, to: 24 })),
        tags: [{ name: 'REPLENISH', value: '1' }],
      };
    case 'sample':
      return {
        type: 'DTC',
        recipient: consumer(random),
        lines: [{ sku: oneOf(random, ORDINARY_SKUS), quantity: 1, unitPriceCents: 0 }],
        tags: [{ name: 'SAMPLE', value: '1' }],
      };
    default:
      return {
        type: kind === 'dropShip' ? 'DropShip' : 'DTC',
        recipient: consumer(random),
        lines: numbered(consumerLines(maker, kind, index)),
        tags: random.next() < 0.2 ? [{ name: 'New Customer', value: '0' }] : [],
      };
  }
}

type Line = OrderInput['lines'][number];

function consumerLines(maker: Maker, kind: Kind, index: number): Line[] {
  const { random } = maker;
  const few = { lines: 1 + Math.floor(random.next() * 3), from: 1, to: 3 };
  const line = (sku: string, quantity: number): Line => ({
    sku,
    quantity,
    unitPriceCents: maker.price.get(sku) ?? null,
  });
  const rest = someLines(maker, ORDINARY_SKUS, few);
  switch (kind) {
    case 'bundle':
      return [line(oneOf(random, BUNDLE_SKUS), 1 + Math.floor(random.next() * 2)), ...rest];
    case 'alias':
      return [line(ALIAS_SKU, 1 + Math.floor(random.next() * 3)), ...rest];
    case 'pack':
      return [line(PACK_SKU, 1 + Math.floor(random.next() * 2))];
    case 'unknownSku':
      return [line(oneOf(random, UNKNOWN_SKUS), 1), ...rest];
    case 'duplicateSku': {
      const sku = oneOf(random, ORDINARY_SKUS);
      return [line(sku, 2), line(sku, 1)];
    }
    case 'split':
    case 'lateShipment':
      return someLines(maker, ORDINARY_SKUS, { lines: 2, from: 2, to: 3 });
    default:
      return index % 97 === 0 ? rest.map((each) => ({ ...each, unitPriceCents: null })) : rest;
  }
}

/** Different SKUs, each with a quantity in the range. */
function someLines(
  maker: Maker,
  skus: readonly string[],
  size: { lines: number; from: number; to: number },
): Line[] {
  const chosen = new Set<string>();
  while (chosen.size < size.lines) chosen.add(oneOf(maker.random, skus));
  return [...chosen].map((sku) => ({
    sku,
    quantity: size.from + Math.floor(maker.random.next() * (size.to - size.from + 1)),
    unitPriceCents: maker.price.get(sku) ?? null,
  }));
}

function numbered(lines: Line[]): Line[] {
  return lines.map((line, index) => ({ ...line, externalLineId: (index + 1) * 10 }));
}

function addOrder(maker: Maker, { index, kind, atMs, order }: Draft): void {
  const { random, events, story } = maker;
  note(story, kind, order);
  const plan = shipmentPlan(random, kind, index, order);
  const place = plan.slice(0, kind === 'lateShipment' ? 1 : plan.length);
  if (kind === 'inReview') order.review = true;
  order.shipments = place;
  events.push({ atMs, action: { kind: 'placeOrder', order } });
  const shipAtMs = atMs + Math.round((5 + random.next() * 31) * HOUR_MS);
  const first = place[0]?.id ?? 0;
  switch (kind) {
    case 'cancelled':
      events.push({ atMs: atMs + 2 * HOUR_MS, action: { kind: 'cancelOrder', orderId: order.id } });
      return;
    case 'vanished':
      events.push({ atMs: atMs + 3 * HOUR_MS, action: { kind: 'vanishOrder', orderId: order.id } });
      return;
    case 'inReview':
      if (index % 100 >= 50) return;
      story.reviewedLater.push(order.id);
      events.push({ atMs: atMs + HOUR_MS, action: { kind: 'acceptOrder', orderId: order.id } });
      break;
    case 'malformed': {
      const how = MALFORMATIONS[story.malformed.length % 3] ?? 'unknownStatus';
      events.push({ atMs, action: { kind: 'malformOrder', orderId: order.id, how } });
      break;
    }
    case 'lateShipment': {
      const late = plan[1];
      if (!late) break;
      const action = { kind: 'addShipment', orderId: order.id, shipment: late } as const;
      events.push({ atMs: atMs + 4 * HOUR_MS, action });
      break;
    }
    case 'reassigned': {
      const action = { kind: 'reassignShipment', shipmentId: first, centreId: 10 } as const;
      events.push({ atMs: atMs + 2 * HOUR_MS, action });
      break;
    }
    case 'held': {
      const reason = index % 100 < 50 ? 'onHold' : 'outOfStock';
      const hold = { kind: 'holdShipment', shipmentId: first, reason } as const;
      events.push({ atMs: atMs + HOUR_MS, action: hold });
      const release = { kind: 'releaseShipment', shipmentId: first } as const;
      events.push({ atMs: atMs + 4 * HOUR_MS, action: release });
      break;
    }
    default:
  }
  const dropped = kind === 'split' && story.split.length % 3 === 0 ? plan[1]?.id : undefined;
  if (dropped !== undefined) {
    story.partlyCancelled.push(order.id);
    const action = { kind: 'cancelShipment', shipmentId: dropped } as const;
    events.push({ atMs: atMs + 3 * HOUR_MS, action });
  }
  for (const [at, shipment] of plan.entries()) {
    if (shipment.id === undefined || shipment.id === dropped) continue;
    addJourney(maker, shipment.id, shipAtMs + at * Math.round(random.next() * 20 * HOUR_MS));
  }
}

function note(story: OrderStory, kind: Kind, order: OrderInput & { id: number }): void {
  if (kind !== 'plain' && kind !== 'dropShip') story[kind].push(order.id);
  if (kind !== 'b2b') return;
  const buyer = BUYERS.find((each) => each.email === order.recipient.email);
  if (!buyer) story.unknownCustomer.push(order.id);
  else if (buyer.blocked) story.blockedCustomer.push(order.id);
}

/** A split goes by line or, every other time, through the middle of a line. */
function shipmentPlan(
  random: Random,
  kind: Kind,
  index: number,
  order: OrderInput,
): ShipmentInput[] {
  const id = 388_200_000 + index * 10;
  const centreId = kind === 'reassigned' || random.next() < 0.6 ? 8 : 10;
  const all = order.lines.map((line, at) => ({ line: at, quantity: line.quantity }));
  const [first, ...others] = all;
  const apart = kind === 'split' || kind === 'lateShipment';
  if (!apart || !first || others.length === 0) return [{ id: id + 1, centreId, lines: all }];
  if (kind === 'split' && index % 2 === 1) {
    return [
      { id: id + 1, centreId: 8, lines: [{ ...first, quantity: 1 }] },
      { id: id + 2, centreId: 10, lines: [{ ...first, quantity: first.quantity - 1 }, ...others] },
    ];
  }
  return [
    { id: id + 1, centreId: 8, lines: [first] },
    { id: id + 2, centreId: 10, lines: others },
  ];
}

/** From shelf to door: leaves at `shipAtMs`, is delivered two to four days later. */
function addJourney(maker: Maker, shipmentId: number, shipAtMs: number): void {
  const { random, events } = maker;
  const bill = {
    shipmentId,
    invoiceCents: 480 + Math.floor(random.next() * 1400),
    invoiceAfterMs: Math.round((24 + random.next() * 24) * HOUR_MS),
  };
  if (random.next() < 0.15) {
    const action = { kind: 'labelShipment', ...bill } as const;
    events.push({ atMs: shipAtMs - 20 * MINUTE_MS, action });
  }
  events.push({ atMs: shipAtMs, action: { kind: 'shipShipment', ...bill } });
  const scan = { kind: 'scanShipment', shipmentId, step: 'inTransit' } as const;
  events.push({ atMs: shipAtMs + 8 * HOUR_MS, action: scan });
  const daysMs = Math.round((2 + random.next() * 2) * 24 * HOUR_MS);
  events.push({ atMs: shipAtMs + daysMs, action: { kind: 'deliverShipment', shipmentId } });
}
