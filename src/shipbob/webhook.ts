import type { HintSubject } from '../app/ports.ts';
import { parseExactJson } from '../runtime/exact-json.ts';

/** What a delivery is about, or why nothing is read because of it. */
export type DeliverySubject =
  | { subject: HintSubject; keptBecause: null }
  | { subject: null; keptBecause: string };

/** How a body of that topic is read; `unused` topics are known, and nothing is done with them. */
type Reading = 'order' | 'shipment' | 'receiving' | 'charge' | 'unused';

/** A topic that mlc gains by. */
export interface WebhookTopic {
  topic: string;
  /** The token needs any one of these to subscribe (reference: shipbob-api §9.1). */
  scopes: readonly string[];
  /** The first API version that has it; null where every dated version has it. */
  since: '2026-01' | '2026-07' | null;
}

const orderScopes = ['orders_read'];
const shipmentScopes = ['orders_read', 'fulfillments_read'];
const receivingScopes = ['receiving_read'];
const billingScopes = ['billing_read'];

/**
 * Topics worth subscribing to. Left out: what a carrier reports on the way, since each of its many
 * messages would cost a read and change no document; boxes that arrived or were scanned, since
 * only what is stowed is booked; returns, which are not carried.
 */
export const mlcTopics: readonly WebhookTopic[] = [
  { topic: 'order.shipped', scopes: orderScopes, since: null },
  { topic: 'order.shipment.delivered', scopes: shipmentScopes, since: null },
  { topic: 'order.shipment.exception', scopes: shipmentScopes, since: null },
  { topic: 'order.shipment.on_hold', scopes: shipmentScopes, since: null },
  { topic: 'order.shipment.cancelled', scopes: shipmentScopes, since: null },
  { topic: 'order.shipment.address.updated', scopes: shipmentScopes, since: '2026-07' },
  { topic: 'order.shipment.line_item.added', scopes: shipmentScopes, since: '2026-07' },
  { topic: 'order.shipment.line_item.removed', scopes: shipmentScopes, since: '2026-07' },
  { topic: 'order.shipment.line_item.updated', scopes: shipmentScopes, since: '2026-07' },
  { topic: 'wro.created', scopes: receivingScopes, since: '2026-07' },
  { topic: 'wro.updated', scopes: receivingScopes, since: '2026-07' },
  { topic: 'wro.completed', scopes: receivingScopes, since: '2026-07' },
  { topic: 'wro.box.stowed', scopes: receivingScopes, since: '2026-07' },
  { topic: 'billing.charge.created', scopes: billingScopes, since: '2026-01' },
  { topic: 'billing.refund.created', scopes: billingScopes, since: '2026-01' },
  { topic: 'billing.credit.created', scopes: billingScopes, since: '2026-01' },
];

/** Every topic that is published, the legacy names last (reference: shipbob-api §9.1). */
const readings = new Map<string, Reading>([
  ['order.shipped', 'order'],
  ['order.delivered', 'order'],
  ['order.shipment.tracking.updated', 'shipment'],
  ['order.shipment.delivered', 'shipment'],
  ['order.shipment.exception', 'shipment'],
  ['order.shipment.on_hold', 'shipment'],
  ['order.shipment.cancelled', 'shipment'],
  ['order.shipment.address.updated', 'shipment'],
  ['order.shipment.line_item.added', 'shipment'],
  ['order.shipment.line_item.removed', 'shipment'],
  ['order.shipment.line_item.updated', 'shipment'],
  ['order.shipment.shipping_service.updated', 'shipment'],
  ['order.shipment.tracking_received', 'shipment'],
  ['return.created', 'unused'],
  ['return.updated', 'unused'],
  ['return.completed', 'unused'],
  ['wro.created', 'receiving'],
  ['wro.updated', 'receiving'],
  ['wro.completed', 'receiving'],
  ['wro.box.arrived', 'receiving'],
  ['wro.box.scanned', 'receiving'],
  ['wro.box.stowed', 'receiving'],
  ['billing.charge.created', 'charge'],
  ['billing.refund.created', 'charge'],
  ['billing.credit.created', 'charge'],
  ['order_shipped', 'order'],
  ['shipment_delivered', 'shipment'],
  ['shipment_exception', 'shipment'],
  ['shipment_onhold', 'shipment'],
  ['shipment_cancelled', 'shipment'],
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * What a delivery is about, by the topic in its header and the ids in its body. Never throws. No
 * body of a dated topic is published, so every shape that was seen or is plausible is taken
 * (reference: shipbob-api §9.5); the order is preferred wherever it is named, since shipments are
 * read within it. The reasons are few and fixed: people see them counted.
 */
export function subjectOfDelivery(topic: string, body: string): DeliverySubject {
  const reading = readings.get(topic);
  if (reading === 'unused') return kept('not used by mlc');
  const fields = fieldsOf(body);
  if (typeof fields === 'string') return kept(fields);
  if (reading === 'order') return orderIn(fields);
  if (reading === 'shipment') return shipmentIn(fields);
  if (reading === 'receiving') return receivingIn(fields);
  // Charges are listed by day, whichever it was.
  if (reading === 'charge') return about('charge', 'all');
  const unknown = topic === '' ? 'it names no topic' : 'its topic is not known';
  const hasId = idFields.some((name) => idIn(fields, name) !== null);
  return kept(hasId ? `${unknown}, though its body has an id` : unknown);
}

/** The order object with its shipments, or by other accounts one of its shipments. */
function orderIn(fields: Fields): DeliverySubject {
  const whole = Array.isArray(fields.shipments) ? idIn(fields, 'id') : null;
  const order = whole ?? idIn(fields, 'order_id');
  if (order !== null) return about('order', order);
  const shipment = idIn(fields, 'shipment_id');
  if (shipment !== null) return about('shipment', shipment);
  const id = idIn(fields, 'id');
  return id === null ? kept(noId) : about('order', id);
}

function shipmentIn(fields: Fields): DeliverySubject {
  if (Array.isArray(fields.shipments)) return orderIn(fields);
  const order = idIn(fields, 'order_id');
  if (order !== null) return about('order', order);
  const shipment = idIn(fields, 'shipment_id') ?? idIn(fields, 'id');
  return shipment === null ? kept(noId) : about('shipment', shipment);
}

/** A box event is taken to bear the id of its receiving order. */
function receivingIn(fields: Fields): DeliverySubject {
  const id = idIn(fields, 'id');
  return id === null ? kept(noId) : about('receiving', id);
}

const noId = 'no id was found in its body';

function about(kind: HintSubject['kind'], id: string): DeliverySubject {
  return { subject: { kind, id }, keptBecause: null };
}

function kept(keptBecause: string): DeliverySubject {
  return { subject: null, keptBecause };
}

const idFields = ['id', 'order_id', 'shipment_id'] as const;

/** The fields of the body's object, or why there are none. */
function fieldsOf(body: string): Fields | string {
  const fields = quickFields(body);
  if (typeof fields === 'string') return fields;
  if (!idFields.some((name) => isInexact(fields[name]))) return fields;
  // The exact parser takes ten times as long, so only an id that needs it is read with it.
  const exact = parseExactJson(body)?.value;
  return isObject(exact) ? exact : notObject;
}

const notObject = 'its body is not a JSON object';

function quickFields(body: string): Fields | string {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : notObject;
  } catch {
    return 'its body is not JSON';
  }
}

/** Beyond 2^53 a number loses digits, and would name another record. */
function isInexact(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

/** Null when missing, or not an id as ShipBob makes them: a whole number above zero. */
function idIn(fields: Fields, name: (typeof idFields)[number]): string | null {
  const value = fields[name];
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[1-9]\d{0,18}$/.test(text) ? text : null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
