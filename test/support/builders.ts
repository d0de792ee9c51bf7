/**
 * Records for tests: every builder is complete by itself, and a test names only what matters to it.
 * Nothing here is shared or changed after it was built.
 */
import type {
  ChargeRecord,
  OrderLine,
  OrderRecord,
  ReceivingBox,
  ReceivingRecord,
  Shipment,
  ShipmentPart,
} from '../../src/core/glossary.ts';
import { parseAmount } from '../../src/core/money.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { InventoryId } from '../../src/core/schema.ts';
import {
  calendarDay,
  chargeId,
  inventoryId,
  orderId,
  receivingId,
  shipmentId,
} from '../../src/core/schema.ts';

/** The moment around which the builders' records lie. */
export const noonMs = Date.UTC(2026, 10, 3, 12, 0, 0);
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** The same inventory id for the same SKU, in every record and fact. */
export function inventoryOf(sku: string): InventoryId {
  let number = 7;
  for (const letter of sku) number = (number * 31 + letter.charCodeAt(0)) % 90_000_000;
  return inventoryId(String(10_000_000 + number));
}

/** The same product id for the same SKU. */
export function productOf(sku: string): string {
  return `4${inventoryOf(sku)}`;
}

export interface ShipmentOptions {
  id?: string;
  /** What is inside; all that is ordered when not given. */
  parts?: { sku: string; quantity: string; lot?: string; product?: string }[];
  centre?: { id: string; name: string } | null;
  leftAtMs?: number;
  deliveredAtMs?: number;
}

export interface OrderBuilder {
  /** Adds a line; without any the order has three COFFEE. */
  line(sku: string, quantity: string, more?: Partial<OrderLine>): OrderBuilder;
  /** Adds a shipment that has left. */
  shipped(options?: ShipmentOptions): OrderBuilder;
  /** Adds a shipment that is still being prepared. */
  preparing(options?: ShipmentOptions): OrderBuilder;
  cancelled(): OrderBuilder;
  inReview(): OrderBuilder;
  createdAt(atMs: number): OrderBuilder;
  /** Any other field. */
  having(fields: Partial<OrderRecord>): OrderBuilder;
  build(): OrderRecord;
}

export function anOrder(id = '309589638'): OrderBuilder {
  return orderBuilder({
    kind: 'order',
    id: orderId(id),
    phase: 'accepted',
    status: 'Processing',
    type: 'DTC',
    channel: { id: '432951', name: 'Web shop' },
    referenceId: `SO-${id}`,
    orderNumber: `N${id}`,
    createdAtMs: noonMs,
    purchasedAtMs: null,
    recipient: {
      name: 'Dana Reyes',
      company: null,
      street1: '100 N Racine Ave',
      street2: null,
      city: 'Chicago',
      state: 'IL',
      postCode: '60607',
      country: 'US',
      phone: null,
      email: 'dana@example.com',
    },
    lines: [],
    tags: [],
    shipments: [],
    buyerOrderNumber: null,
    totalPrice: null,
    updatedAtMs: noonMs,
  });
}

function orderBuilder(order: OrderRecord): OrderBuilder {
  const withFields = (fields: Partial<OrderRecord>) => orderBuilder({ ...order, ...fields });
  const withShipment = (phase: Shipment['phase'], options: ShipmentOptions) => {
    const lines = order.lines.length > 0 ? order.lines : [anOrderLine('COFFEE', '3')];
    const shipments = [...order.shipments, aShipment({ ...order, lines }, phase, options)];
    return withFields({ lines, shipments });
  };
  return {
    line: (sku, quantity, more = {}) =>
      withFields({ lines: [...order.lines, { ...anOrderLine(sku, quantity), ...more }] }),
    shipped: (options = {}) => withShipment('left', options),
    preparing: (options = {}) => withShipment('preparing', options),
    cancelled: () => withFields({ phase: 'cancelled', status: 'Cancelled' }),
    inReview: () => withFields({ phase: 'review', status: 'ImportReview' }),
    createdAt: (createdAtMs) => withFields({ createdAtMs }),
    having: withFields,
    build: () =>
      order.lines.length > 0 ? order : { ...order, lines: [anOrderLine('COFFEE', '3')] },
  };
}

export function anOrderLine(sku: string, quantity: string): OrderLine {
  return {
    productId: productOf(sku),
    referenceId: sku,
    sku,
    quantity: parseQuantity(quantity),
    unit: null,
    unitPrice: null,
    externalLineId: null,
  };
}

function aShipment(
  order: OrderRecord,
  phase: Shipment['phase'],
  options: ShipmentOptions,
): Shipment {
  const parts = options.parts ?? order.lines.map(({ sku, quantity }) => ({ sku, quantity }));
  const number = 388_185_605 + order.shipments.length;
  const leftAtMs = phase === 'left' ? (options.leftAtMs ?? noonMs + 2 * hourMs) : null;
  return {
    id: shipmentId(options.id ?? String(number)),
    phase,
    status: phase === 'left' ? 'Completed' : 'Processing',
    centre: options.centre === undefined ? { id: '10', name: 'Moreno Valley' } : options.centre,
    createdAtMs: order.createdAtMs,
    updatedAtMs: leftAtMs ?? noonMs,
    leftAtMs,
    deliveredAtMs: options.deliveredAtMs ?? null,
    tracking: { carrier: 'USPS', number: '9400150106151256666749', url: null },
    parts: parts.map(aPart),
  };
}

function aPart(part: {
  sku: string;
  quantity: string;
  lot?: string;
  product?: string;
}): ShipmentPart {
  const product = part.product ?? part.sku;
  return {
    productId: productOf(product),
    productReferenceId: product,
    productSku: product,
    inventoryId: inventoryOf(part.sku),
    name: `Item ${part.sku}`,
    quantity: parseQuantity(part.quantity),
    lot: part.lot ?? null,
    expiresOn: null,
    serialNumbers: [],
  };
}

export interface ReceivingBuilder {
  /** What is on the shelf of one SKU. */
  stowed(sku: string, quantity: string): ReceivingBuilder;
  /** One box holding one lot. */
  box(sku: string, quantity: string, lot: string | null): ReceivingBuilder;
  completed(atMs?: number): ReceivingBuilder;
  having(fields: Partial<ReceivingRecord>): ReceivingBuilder;
  build(): ReceivingRecord;
}

export function aReceiving(id = '443002'): ReceivingBuilder {
  return receivingBuilder({
    kind: 'receiving',
    id: receivingId(id),
    phase: 'receiving',
    status: 'Processing',
    purchaseOrderNumber: '4500012',
    centre: { id: '10', name: 'Moreno Valley', timeZone: null },
    createdAtMs: noonMs - dayMs,
    completedAtMs: null,
    expectedAtMs: null,
    lines: [],
    boxes: null,
    updatedAtMs: noonMs,
  });
}

function receivingBuilder(record: ReceivingRecord): ReceivingBuilder {
  const withFields = (fields: Partial<ReceivingRecord>) =>
    receivingBuilder({ ...record, ...fields });
  return {
    stowed: (sku, quantity) => {
      const stowed = parseQuantity(quantity);
      const line = {
        inventoryId: inventoryOf(sku),
        sku,
        expected: stowed,
        received: stowed,
        stowed,
      };
      const others = record.lines.filter((other) => other.sku !== sku);
      return withFields({ lines: [...others, line] });
    },
    box: (sku, quantity, lot) => {
      const content = {
        inventoryId: inventoryOf(sku),
        stowed: parseQuantity(quantity),
        lot,
        expiresOn: lot === null ? null : calendarDay('2027-06-30'),
      };
      const boxes = record.boxes ?? [];
      const box: ReceivingBox = {
        boxId: String(boxes.length + 1),
        status: 'Completed',
        contents: [content],
      };
      return withFields({ boxes: [...boxes, box] });
    },
    completed: (atMs = noonMs) =>
      withFields({ phase: 'completed', status: 'Completed', completedAtMs: atMs }),
    having: withFields,
    build: () => record,
  };
}

export function aCharge(fields: Partial<ChargeRecord> = {}): ChargeRecord {
  return {
    kind: 'charge',
    id: chargeId('01AN4Z07BY79KA1307SR9X4MV3'),
    type: 'charge',
    fee: 'Shipping',
    amount: parseAmount('7.77'),
    currency: 'USD',
    chargedOn: calendarDay('2026-11-03'),
    referenceType: 'Shipment',
    referenceId: '388185605',
    centreName: 'Moreno Valley',
    ...fields,
  };
}
