/** Which deliveries are sent, in which order, and how they are signed: all from a seed. */
import { createHmac } from 'node:crypto';
import { seededRandom } from '../src/runtime/random.ts';

/** `forged` carries a signature made with another secret. */
export type DeliveryKind = 'first' | 'repeat' | 'forged';

export interface PlannedDelivery {
  kind: DeliveryKind;
  webhookId: string;
  topic: string;
  body: string;
}

export interface LoadShape {
  seed: number;
  deliveries: number;
  /** Of all deliveries. */
  repeatShare: number;
  forgedShare: number;
}

/** The shape that the figures are given for. */
export const statedShape = { repeatShare: 0.1, forgedShare: 0.05 } as const;

export const benchSecret = `whsec_${Buffer.alloc(24, 11).toString('base64')}`;
const forgersSecret = `whsec_${Buffer.alloc(24, 12).toString('base64')}`;

/** A word in the body of every forged delivery and of no other. */
export const forgedMark = 'forged-by-a-stranger';

/** Deliveries arrive up to this many places from where they were made. */
const disorder = 500;
/** Deliveries about one record, so that there is something to coalesce. */
const deliveriesPerRecord = 4;

/**
 * Firsts in a loose order of their making; repeats from at once (the same message is then in
 * flight twice) to thousands later; forgeries in between, every second under the id of a true one.
 */
export function planLoad(shape: LoadShape): PlannedDelivery[] {
  const random = seededRandom(shape.seed);
  const repeats = Math.round(shape.deliveries * shape.repeatShare);
  const forgeries = Math.round(shape.deliveries * shape.forgedShare);
  const firsts = shape.deliveries - repeats - forgeries;
  const placed: { place: number; delivery: PlannedDelivery }[] = [];
  const whole = (below: number) => Math.floor(random.next() * below);
  for (let index = 0; index < firsts; index += 1) {
    const place = index + random.next() * disorder;
    placed.push({ place, delivery: messageOf(shape.seed, index) });
  }
  for (let count = 0; count < repeats; count += 1) {
    const { place, delivery } = at(placed, whole(firsts));
    const later = random.next() < 0.5 ? random.next() * 16 : random.next() * 5000;
    placed.push({ place: place + later, delivery: { ...delivery, kind: 'repeat' } });
  }
  for (let count = 0; count < forgeries; count += 1) {
    const { place, delivery } = at(placed, whole(firsts));
    placed.push({ place: place - 1, delivery: forgeryOf(delivery, count) });
  }
  return placed.sort((a, b) => a.place - b.place).map(({ delivery }) => delivery);
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`a plan has no place ${index}`);
  return value;
}

function messageOf(seed: number, index: number): PlannedDelivery {
  const number = `${String(seed).padStart(9, '0')}x${String(index).padStart(9, '0')}`;
  const record = 300_000_000 + (seed % 1000) * 100_000 + Math.floor(index / deliveriesPerRecord);
  const { topic, body } = contentOf(index % deliveriesPerRecord, record);
  return { kind: 'first', webhookId: `msg_${number}`, topic, body: JSON.stringify(body) };
}

/** Bodies as in ShipBob's documentation: an order, its shipment, or a receiving order. */
function contentOf(turn: number, record: number): { topic: string; body: object } {
  const order = { id: record, reference_id: `SO-${record}`, order_number: String(record) };
  const shipment = { id: record + 7, order_id: record, ...shipmentParts };
  if (turn === 0) {
    return { topic: 'order.shipped', body: { ...order, shipments: [shipment] } };
  }
  if (turn === 3) {
    const receiving = { id: record, status: 'Completed', box_packaging_type: 'EverythingInOneBox' };
    return { topic: 'wro.completed', body: receiving };
  }
  const topic = turn === 1 ? 'order.shipment.tracking.updated' : 'order.shipment.delivered';
  return { topic, body: { ...shipment, reference_id: order.reference_id } };
}

const shipmentParts = {
  status: 'Completed',
  status_details: [{ id: 203, name: 'Delivered', description: 'Shipment Delivered' }],
  created_date: '2026-11-02T14:06:44+00:00',
  last_update_at: '2026-11-06T19:31:00+00:00',
  delivery_date: '2026-11-06T19:11:00+00:00',
  tracking: {
    carrier: 'USPS',
    tracking_number: '9400150106151256666749',
    carrier_service: 'Priority',
    tracking_url: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=9400150106151256666749',
  },
  recipient: {
    name: 'Dana Reyes',
    email: 'dana@example.com',
    phone_number: '555-555-0142',
    address: {
      address1: '100 N Racine Ave',
      city: 'Chicago',
      state: 'IL',
      country: 'US',
      zip_code: '60607',
    },
  },
  products: [
    {
      id: 40118822,
      sku: 'COFFEE-LIGHT',
      name: 'Light Roast Coffee',
      inventory_items: [{ id: 8588331, name: 'Light Roast Coffee', quantity: 3, lot: 'LOT-2222' }],
    },
  ],
};

function forgeryOf(original: PlannedDelivery, count: number): PlannedDelivery {
  const webhookId = count % 2 === 0 ? original.webhookId : `${original.webhookId}f${count}`;
  const body = original.body.replace('{', `{"note":"${forgedMark}",`);
  return { kind: 'forged', webhookId, topic: original.topic, body };
}

/** The request as its bytes. `atMs` is when ShipBob would have signed it. */
export function signedRequest(
  delivery: PlannedDelivery,
  target: { path: string; atMs: number },
): Buffer {
  const { webhookId, body } = delivery;
  const seconds = String(Math.floor(target.atMs / 1000));
  const secret = delivery.kind === 'forged' ? forgersSecret : benchSecret;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${webhookId}.${seconds}.${body}`).digest('base64');
  const head = [
    `POST ${target.path} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `x-webhook-topic: ${delivery.topic}`,
    `webhook-id: ${webhookId}`,
    `webhook-timestamp: ${seconds}`,
    `webhook-signature: v1,${mac}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'utf8');
}
