import type {
  Address,
  OrderLine,
  OrderPhase,
  OrderRecord,
  Shipment,
  ShipmentPart,
  ShipmentPhase,
} from '../core/glossary.ts';
import { orderId, shipmentId } from '../core/schema.ts';
import { Row } from './schema.ts';

/** Reference: shipbob-api §6.4. A status that is not here is `unrecognised`. */
const phaseByStatus: Readonly<Record<string, OrderPhase>> = {
  ImportReview: 'review',
  Processing: 'accepted',
  Exception: 'accepted',
  PartiallyFulfilled: 'accepted',
  Fulfilled: 'accepted',
  Cancelled: 'cancelled',
};

/**
 * Statuses of a shipment whose goods are still to leave, unless a fulfilment date says otherwise.
 */
const waitingStatuses: ReadonlySet<string> = new Set([
  'LabeledCreated',
  'Processing',
  'Exception',
  'OnHold',
  'ImportReview',
]);

/** Translates one order (reference: shipbob-api §6.2, §6.3). Throws UnreadableField. */
export function readOrder(value: unknown): OrderRecord {
  const row = new Row(value);
  const status = row.text('status');
  const shipments = row.rows('shipments').map(readShipment);
  const referenceId = row.text('reference_id');
  return {
    kind: 'order',
    id: orderId(row.id('id')),
    phase: Object.hasOwn(phaseByStatus, status)
      ? (phaseByStatus[status] ?? 'unrecognised')
      : 'unrecognised',
    status,
    type: row.text('type'),
    channel: readPlace(row.row('channel')),
    referenceId,
    orderNumber: row.textOrNull('order_number') ?? referenceId,
    createdAtMs: row.instant('created_date'),
    purchasedAtMs: row.instantOrNull('purchase_date'),
    recipient: readRecipient(row.requiredRow('recipient')),
    lines: row.requiredRows('products').map(readLine),
    tags: row.rows('tags').map((tag) => ({ name: tag.text('name'), value: tag.text('value') })),
    shipments,
    buyerOrderNumber: row.row('retailer_program_data')?.textOrNull('purchase_order_number') ?? null,
    totalPrice: row.row('financials')?.amountOrNull('total_price') ?? null,
    updatedAtMs: newest(shipments.map((shipment) => shipment.updatedAtMs)),
  };
}

function readRecipient(row: Row): Address {
  const address = row.row('address');
  return {
    name: row.textOrNull('name') ?? row.text('full_name'),
    company: address?.textOrNull('company_name') ?? null,
    street1: address?.text('address1') ?? '',
    street2: address?.textOrNull('address2') ?? null,
    city: address?.text('city') ?? '',
    state: address?.textOrNull('state') ?? null,
    postCode: address?.textOrNull('zip_code') ?? null,
    country: address?.text('country') ?? '',
    phone: row.textOrNull('phone_number'),
    email: row.textOrNull('email'),
  };
}

function readLine(row: Row): OrderLine {
  return {
    productId: row.text('id'),
    referenceId: row.text('reference_id'),
    sku: row.text('sku'),
    quantity: row.quantity('quantity'),
    unit: row.textOrNull('quantity_unit_of_measure_code'),
    unitPrice: row.amountOrNull('unit_price'),
    externalLineId: row.textOrNull('external_line_id'),
  };
}

function readShipment(row: Row): Shipment {
  const status = row.text('status');
  const leftAtMs = row.instantOrNull('actual_fulfillment_date');
  return {
    id: shipmentId(row.id('id')),
    phase: shipmentPhase(status, leftAtMs),
    status,
    centre: readPlace(row.row('location')),
    createdAtMs: row.looseInstant('created_date'),
    updatedAtMs: newest([
      row.looseInstant('last_update_at'),
      row.looseInstant('last_tracking_update_at'),
    ]),
    leftAtMs,
    deliveredAtMs: row.looseInstant('delivery_date'),
    tracking: readTracking(row.row('tracking')),
    parts: row.rows('products').flatMap(readParts),
  };
}

/**
 * A shipment has left when it is `Completed`, or once its fulfilment date is set: picked, packed
 * and labelled (design §1; reference: shipbob-api §6.3). `None`, `CleanSweeped` and words this
 * version does not know are never taken for a movement.
 */
function shipmentPhase(status: string, leftAtMs: number | null): ShipmentPhase {
  if (status === 'Cancelled') return 'cancelled';
  if (status === 'Completed') return 'left';
  if (!waitingStatuses.has(status)) return 'unrecognised';
  return leftAtMs === null ? 'preparing' : 'left';
}

function readTracking(row: Row | null): Shipment['tracking'] {
  const number = row?.textOrNull('tracking_number') ?? null;
  if (!row || number === null) return null;
  return { carrier: row.text('carrier'), number, url: row.textOrNull('tracking_url') };
}

/** `products[]` has no quantity of its own: ShipBob counts inventory items (§6.3). */
function readParts(product: Row): ShipmentPart[] {
  return product.rows('inventory_items').map((item) => ({
    productId: product.text('id'),
    productReferenceId: product.text('reference_id'),
    productSku: product.text('sku'),
    inventoryId: item.inventoryId('id'),
    name: item.textOrNull('name') ?? product.text('name'),
    quantity: item.quantity('quantity'),
    lot: item.textOrNull('lot'),
    expiresOn: item.dayOrNull('expiration_date'),
    serialNumbers: item.texts('serial_numbers'),
  }));
}

/** An `{id, name}` pair; null when there is no id in it. */
function readPlace(row: Row | null): { id: string; name: string } | null {
  const id = row?.textOrNull('id') ?? null;
  return row && id !== null ? { id: id.trim(), name: row.text('name') } : null;
}

export function newest(times: readonly (number | null)[]): number | null {
  let latest: number | null = null;
  for (const time of times) {
    if (time !== null && (latest === null || time > latest)) latest = time;
  }
  return latest;
}
