import type { Move, PlanOutcome, Store, WriteIntent } from '../../src/app/ports.ts';
import type {
  ChargeRecord,
  FlagDraft,
  InforDocument,
  JournalEntry,
  OrderRecord,
  PlannedDocument,
  Posting,
  PostingState,
  ReceivingRecord,
  RecordKey,
  Shipment,
} from '../../src/core/glossary.ts';
import {
  calendarDay,
  canonicalAmount,
  canonicalQuantity,
  chargeId,
  externalKey,
  inventoryId,
  orderId,
  receivingId,
  shipmentId,
} from '../../src/core/schema.ts';

const createdAtMs = 1_759_990_000_000;

export function anOrder(id: string, change: Partial<OrderRecord> = {}): OrderRecord {
  return {
    kind: 'order',
    id: orderId(id),
    phase: 'accepted',
    status: 'Processing',
    type: 'DTC',
    channel: { id: '432951', name: 'Web shop' },
    referenceId: `ref-${id}`,
    orderNumber: `#${id}`,
    createdAtMs,
    purchasedAtMs: null,
    recipient: {
      name: 'Ada Example',
      company: null,
      street1: '1 Main Street',
      street2: null,
      city: 'Springfield',
      state: 'IL',
      postCode: '62701',
      country: 'US',
      phone: null,
      email: 'ada@example.com',
    },
    lines: [
      {
        productId: '11',
        referenceId: 'line-1',
        sku: 'COFFEE-DARK',
        quantity: canonicalQuantity('2'),
        unit: null,
        unitPrice: canonicalAmount('12.5'),
        externalLineId: null,
      },
    ],
    tags: [],
    shipments: [],
    buyerOrderNumber: null,
    totalPrice: null,
    updatedAtMs: createdAtMs,
    ...change,
  };
}

export function aShipment(id: string, change: Partial<Shipment> = {}): Shipment {
  return {
    id: shipmentId(id),
    phase: 'preparing',
    status: 'Processing',
    centre: { id: '10', name: 'Cicero' },
    createdAtMs,
    updatedAtMs: createdAtMs,
    leftAtMs: null,
    deliveredAtMs: null,
    tracking: null,
    parts: [],
    ...change,
  };
}

/** `stowed` by inventory id. */
export function aReceiving(
  id: string,
  stowed: Record<string, string>,
  change: Partial<ReceivingRecord> = {},
): ReceivingRecord {
  return {
    kind: 'receiving',
    id: receivingId(id),
    phase: 'receiving',
    status: 'Processing',
    purchaseOrderNumber: '4500012',
    centre: { id: '10', name: 'Cicero', timeZone: 'America/Chicago' },
    createdAtMs,
    completedAtMs: null,
    expectedAtMs: null,
    lines: Object.entries(stowed).map(([item, quantity]) => ({
      inventoryId: inventoryId(item),
      sku: `SKU-${item}`,
      expected: canonicalQuantity('100'),
      received: canonicalQuantity(quantity),
      stowed: canonicalQuantity(quantity),
    })),
    boxes: null,
    updatedAtMs: null,
    ...change,
  };
}

export function aCharge(id: string, change: Partial<ChargeRecord> = {}): ChargeRecord {
  return {
    kind: 'charge',
    id: chargeId(id),
    type: 'charge',
    fee: 'Shipping',
    amount: canonicalAmount('4.2'),
    currency: 'USD',
    chargedOn: calendarDay('2026-11-03'),
    referenceType: 'Shipment',
    referenceId: '388185605',
    centreName: 'Cicero',
    ...change,
  };
}

export function anEntry(id: string, change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    chargeId: chargeId(id),
    day: calendarDay('2026-11-03'),
    division: 'AAA',
    currency: 'USD',
    amount: canonicalAmount('4.2'),
    debit: ['6010'],
    credit: ['2440'],
    text: `${id} Shipping`,
    ...change,
  };
}

export function plannedOrder(key: string, change: { note?: string } = {}): PlannedDocument {
  const document: InforDocument = {
    kind: 'salesOrder',
    customer: 'WEB001',
    orderType: 'C01',
    facility: 'F01',
    warehouse: 'W01',
    currency: null,
    orderedOn: calendarDay('2026-11-03'),
    requestedOn: calendarDay('2026-11-03'),
    orderNumber: change.note ?? key,
    responsible: null,
    lines: [],
    deliveryAddress: null,
    charge: null,
  };
  return { key: externalKey(key), document, dependsOn: null, shipmentId: null };
}

export function plannedIssue(key: string, shipment: string, order: string | null): PlannedDocument {
  const document: InforDocument = {
    kind: 'goodsIssue',
    shipmentId: shipmentId(shipment),
    customer: 'WEB001',
    warehouse: 'W01',
    movedOn: calendarDay('2026-11-03'),
    movedAtTime: '120000',
    trackingNumber: null,
    lines: [],
  };
  return {
    key: externalKey(key),
    document,
    dependsOn: order === null ? null : externalKey(order),
    shipmentId: shipmentId(shipment),
  };
}

export function plannedPurchase(key: string): PlannedDocument {
  const document: InforDocument = {
    kind: 'purchaseOrder',
    supplier: 'S01',
    facility: 'F01',
    warehouse: 'W01',
    orderType: null,
    currency: null,
    orderedOn: calendarDay('2026-11-03'),
    requestedOn: calendarDay('2026-11-03'),
    orderNumber: key,
    lines: [],
  };
  return { key: externalKey(key), document, dependsOn: null, shipmentId: null };
}

export function plannedStockIssue(key: string, shipment: string): PlannedDocument {
  const document: InforDocument = {
    kind: 'stockIssue',
    shipmentId: shipmentId(shipment),
    warehouse: 'W01',
    movedOn: calendarDay('2026-11-03'),
    movedAtTime: '120000',
    remark: key,
    responsible: null,
    lines: [],
  };
  return {
    key: externalKey(key),
    document,
    dependsOn: null,
    shipmentId: shipmentId(shipment),
  };
}

export function plannedReceipt(key: string, receiving: string, purchase: string): PlannedDocument {
  const document: InforDocument = {
    kind: 'goodsReceipt',
    receivingId: receivingId(receiving),
    purchaseOrder: purchase,
    supplier: 'S01',
    warehouse: 'W01',
    movedOn: calendarDay('2026-11-03'),
    movedAtTime: '120000',
    deliveryNote: key,
    lines: [],
  };
  return { key: externalKey(key), document, dependsOn: null, shipmentId: null };
}

export function plannedJournal(key: string, charges: string[]): PlannedDocument {
  const document: InforDocument = {
    kind: 'journal',
    division: 'AAA',
    day: calendarDay('2026-11-03'),
    voucherGroup: 'AP',
    currency: 'USD',
    description: 'ShipBob',
    lines: charges.map((charge, index) => ({
      line: index + 1,
      dimensions: ['6010'],
      amount: canonicalAmount('4.2'),
      text: charge,
      chargeId: chargeId(charge),
    })),
  };
  return { key: externalKey(key), document, dependsOn: null, shipmentId: null };
}

export function anOutcome(
  key: RecordKey,
  contentHash: string,
  change: Partial<PlanOutcome> = {},
): PlanOutcome {
  const nothing = { put: [], adopt: [], withdraw: [], flags: [], entry: null, ignores: [] };
  return { key, contentHash, decisions: [], ...nothing, ...change };
}

/** A plan of what is stored of the record now: after it the record is no longer due. */
export async function aPlanOf(
  store: Pick<Store, 'record'>,
  key: RecordKey,
  change: Partial<PlanOutcome> = {},
): Promise<PlanOutcome> {
  const stored = await store.record(key);
  if (stored === null) throw new Error(`${key.kind} ${key.id} is stored`);
  return anOutcome(key, stored.contentHash, change);
}

export function aFlag(code: string, cause: string, change: Partial<FlagDraft> = {}): FlagDraft {
  return {
    code,
    cause,
    sentence: `${code} because of ${cause}.`,
    hint: 'Mend it.',
    evidence: {},
    quantity: null,
    amount: null,
    currency: null,
    ...change,
  };
}

export function aMove(
  posting: Posting,
  to: PostingState,
  change: Partial<Pick<Move, 'patch' | 'flag' | 'because' | 'replan'>> = {},
): Move {
  return {
    postingId: posting.id,
    expected: { state: posting.state, attempt: posting.attempt },
    to,
    patch: {},
    flag: null,
    because: 'a test',
    replan: 'no',
    ...change,
  };
}

export function anIntent(
  posting: Posting,
  step: WriteIntent['step'],
  change: Partial<WriteIntent> = {},
): WriteIntent {
  return {
    postingId: posting.id,
    key: posting.key,
    attempt: posting.attempt,
    step,
    call: `program/${step}`,
    handle: posting.handle,
    request: { step },
    ...change,
  };
}
