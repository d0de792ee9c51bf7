/**
 * What a document that a person entered by hand must hold: the goods that ShipBob says and that are
 * not booked yet, in basic units. It is asked for less than a plan is: a blocked customer or a lot
 * that ShipBob does not give is just why a person did it by hand.
 */
import { dayOf, timeOf } from './day.ts';
import { issueKey, orderKey } from './external-key.ts';
import type {
  FlagDraft,
  GoodsReceipt,
  HeldLine,
  InforDocument,
  MasterNeed,
  OrderRecord,
  ReceivingRecord,
  Shipment,
} from './glossary.ts';
import type { HandKind } from './hand-booking.ts';
import type { FlagList, PlanInput, PlanWork } from './plan-input.ts';
import { flagList, planWork } from './plan-input.ts';
import { basicQuantity, findCentre, findItem } from './plan-item.ts';
import { nextKey, purchaseOrderOf } from './plan-receipt.ts';
import { planPurchaseOrder, planSalesOrder } from './plan-sales-order.ts';
import { leftAtMs } from './plan-shipment.ts';
import { bindingPosting, isDeletedInInfor } from './posting-standing.ts';
import { isPositive } from './quantity.ts';
import { growthOf } from './receipt-growth.ts';
import { firstOrderRule } from './rules.ts';
import type { ExternalKey } from './schema.ts';
import { canonicalQuantity } from './schema.ts';
import type { OrderRoute } from './settings.ts';
import { shippedUnits } from './shipped-unit.ts';

/** What of a record a person says was entered. */
export type HandSubject =
  | { of: 'order' }
  | { of: 'shipment'; shipmentId: string }
  | {
      of: 'receiving';
      /** The purchase order, when ShipBob does not name it. */
      purchaseOrder: string | null;
      /** The key of our own receipt in whose place a person received: deleted, or given up. */
      instead: string | null;
    };

export interface ExpectedBooking {
  kind: HandKind;
  /** The key that our own document of it has, or would have. */
  key: ExternalKey;
  /** The order, shipment or receiving order it stands for. */
  shipbobId: string;
  /** Customer or supplier; null where it is not known. */
  party: string | null;
  purchaseOrder: string | null;
  warehouse: string | null;
  sinceMs: number | null;
  lines: HeldLine[];
  /** By which our own document is looked up. */
  document: InforDocument;
}

export type Expectation =
  | { state: 'expected'; booking: ExpectedBooking }
  /** It cannot be told what it must hold; the reasons are sentences. */
  | { state: 'unclear'; reasons: string[]; hint: string }
  | { state: 'incomplete'; needs: MasterNeed[] };

/** While it is `incomplete`: fetch the facts and ask again. */
export function expectBooking(input: PlanInput, subject: HandSubject): Expectation {
  const work = planWork(input);
  const { record } = input;
  if (record?.kind === 'order' && subject.of === 'order') return ofOrder(work, record);
  if (record?.kind === 'order' && subject.of === 'shipment') {
    const shipment = record.shipments.find(({ id }) => id === subject.shipmentId);
    if (shipment !== undefined) return ofShipment(work, record, shipment);
    return unclear(`order ${record.id} has no shipment ${subject.shipmentId}`);
  }
  if (record?.kind === 'receiving' && subject.of === 'receiving') {
    return ofReceiving(work, record, subject);
  }
  return unclear('ShipBob’s record could not be read, or is none that people enter by hand');
}

function unclear(reason: string, hint = 'Correct that first, then link the number.'): Expectation {
  return { state: 'unclear', reasons: [reason], hint };
}

/** Null when every fact is known. */
function asking(work: PlanWork): Expectation | null {
  const needs = work.master.needs();
  return needs.length > 0 ? { state: 'incomplete', needs } : null;
}

function flagged(flags: readonly FlagDraft[]): Expectation {
  return {
    state: 'unclear',
    reasons: flags.map(({ sentence }) => sentence),
    hint: 'Answer these first (mlc flagged resolve ID --map-to ITEM for a SKU), so that the goods can be compared; then link the number.',
  };
}

/** The booked document decides, else the rules: an edited rule does not undo what stands. */
function routeOf(work: PlanWork, order: OrderRecord): OrderRoute | null {
  return firstOrderRule(order, work.settings.orders)?.rule.route ?? null;
}

function ofOrder(work: PlanWork, order: OrderRecord): Expectation {
  const route = routeOf(work, order);
  const flags = flagList();
  const asked = { order, strictness: 'known' as const, flags };
  if (route?.as === 'salesOrder') {
    const document = planSalesOrder(work, { ...asked, route });
    const open = asking(work);
    if (open !== null) return open;
    if (document === null) return flagged(flags.all());
    const { customer, warehouse } = document;
    return orderBooking(order, { document, party: customer, warehouse });
  }
  if (route?.as === 'purchaseOrder') {
    const document = planPurchaseOrder(work, { ...asked, route });
    const open = asking(work);
    if (open !== null) return open;
    if (document === null) return flagged(flags.all());
    const { supplier, warehouse } = document;
    return orderBooking(order, { document, party: supplier, warehouse });
  }
  const says = route === null ? 'no routing rule matches it' : `its rule says ${route.as}`;
  return unclear(
    `order ${order.orderNumber} becomes no order in Infor: ${says}`,
    'Name the shipment with --shipment if its goods were issued by hand; or put a rule for the order under orders.rules.',
  );
}

function orderBooking(
  order: OrderRecord,
  found: {
    document: Extract<InforDocument, { kind: 'salesOrder' | 'purchaseOrder' }>;
    party: string;
    warehouse: string;
  },
): Expectation {
  const { document, party, warehouse } = found;
  const lines = document.lines.map(({ line, item, quantity }) => ({
    line,
    item,
    quantity,
    lot: null,
  }));
  const booking: ExpectedBooking = {
    kind: document.kind,
    key: orderKey(order.id),
    shipbobId: order.id,
    party,
    purchaseOrder: null,
    warehouse,
    sinceMs: order.createdAtMs,
    lines,
    document,
  };
  return { state: 'expected', booking };
}

function ofShipment(work: PlanWork, order: OrderRecord, shipment: Shipment): Expectation {
  if (shipment.phase !== 'left') return unclear(`shipment ${shipment.id} has not left yet`);
  const flags = flagList();
  const booked = bindingPosting(work.input.postings, orderKey(order.id));
  const standing = booked !== null && isDeletedInInfor(booked) ? null : booked;
  const route = routeOf(work, order);
  const onOrder = (standing?.kind ?? route?.as) === 'salesOrder';
  const customer = onOrder ? customerOf(work, { order, route, standing }) : null;
  const goods = goodsOf(work, shipment, flags);
  const open = asking(work);
  if (open !== null) return open;
  if (goods === null || flags.all().length > 0) return flagged(flags.all());
  const atMs = leftAtMs(work, order, shipment);
  const { warehouse, lines } = goods;
  const zone = work.settings.centres.find((one) => one.warehouse === warehouse)?.timeZone ?? 'UTC';
  const moved = {
    shipmentId: shipment.id,
    warehouse,
    movedOn: dayOf(atMs, zone),
    movedAtTime: timeOf(atMs, zone),
  };
  const numbered = lines.map((line, index) => ({ ...line, line: index + 1, location: null }));
  const document: InforDocument = onOrder
    ? {
        kind: 'goodsIssue',
        ...moved,
        customer: customer ?? '',
        trackingNumber: null,
        lines: numbered.map((line) => ({
          ...line,
          salesOrderLine: line.line,
          reasonCode: null,
          complete: false,
        })),
      }
    : {
        kind: 'stockIssue',
        ...moved,
        remark: order.orderNumber,
        responsible: null,
        lines: numbered.map((line) => ({ ...line, reasonCode: '' })),
      };
  const booking: ExpectedBooking = {
    kind: onOrder ? 'goodsIssue' : 'stockIssue',
    key: issueKey(shipment.id, 1),
    shipbobId: shipment.id,
    party: customer,
    purchaseOrder: null,
    warehouse,
    sinceMs: atMs,
    lines,
    document,
  };
  return { state: 'expected', booking };
}

/** The customer of the order's document; a question about it is no reason not to compare goods. */
function customerOf(
  work: PlanWork,
  found: {
    order: OrderRecord;
    route: OrderRoute | null;
    standing: { document: InforDocument } | null;
  },
): string | null {
  const { order, route, standing } = found;
  if (standing?.document.kind === 'salesOrder') return standing.document.customer;
  if (route?.as !== 'salesOrder') return null;
  const asked = { order, route, strictness: 'known' as const, flags: flagList() };
  return planSalesOrder(work, asked)?.customer ?? null;
}

function goodsOf(
  work: PlanWork,
  shipment: Shipment,
  flags: FlagList,
): { warehouse: string; lines: HeldLine[] } | null {
  const { id = null, name = null } = shipment.centre ?? {};
  const otherwise = `shipment ${shipment.id}, which has left without a centre`;
  const centre = findCentre(work, { id, name, otherwise }, flags);
  const lines: HeldLine[] = [];
  for (const unit of shippedUnits(work, shipment, flags)) {
    const item = findItem(work, unit, flags);
    const quantity = item === null ? null : basicQuantity(item, unit.quantity, flags);
    if (item === null || quantity === null) continue;
    const lot = item.lotControlled ? unit.lot : null;
    lines.push({ line: null, item: item.number, quantity, lot });
  }
  if (centre === null) return null;
  if (lines.length === 0 && flags.all().length === 0) {
    flags.raise('EMPTY_SHIPMENT', {
      cause: `shipment:${shipment.id}`,
      evidence: { shipment: shipment.id },
    });
  }
  return { warehouse: centre.warehouse, lines };
}

function ofReceiving(
  work: PlanWork,
  record: ReceivingRecord,
  { purchaseOrder: named, instead }: Extract<HandSubject, { of: 'receiving' }>,
): Expectation {
  const number = named ?? purchaseOrderOf(record, work.settings.receiving);
  if (number === null) {
    return unclear(
      `receiving order ${record.id} names no purchase order`,
      'Name the one it was received on: --purchase-order NUMBER.',
    );
  }
  const answer = work.master.ask<'purchaseOrder'>({ kind: 'purchaseOrder', number });
  const purchaseOrder = answer.state === 'known' ? answer.fact : null;
  const flags = flagList();
  const others = work.input.postings.filter(({ key }) => key !== instead);
  const without = { ...work, input: { ...work.input, postings: others } };
  const growth = growthOf(without, { record, purchaseOrder }, flags);
  const open = asking(work);
  if (open !== null) return open;
  if (purchaseOrder === null) return unclear(`purchase order ${number} does not exist in Infor`);
  const { lotless, asked } = apart(flags.all());
  if (asked.length > 0) return flagged(asked);
  const lines: HeldLine[] = [
    ...growth.map(({ item, lot, quantity }) => ({ line: null, item: item.number, lot, quantity })),
    ...lotless,
  ];
  if (!lines.some(({ quantity }) => isPositive(quantity))) {
    return unclear(
      `nothing of receiving order ${record.id} is on the shelf that is not booked already`,
      'mlc sync reads it again; what is stowed later is booked then.',
    );
  }
  const { supplier, warehouse } = purchaseOrder;
  const booking: ExpectedBooking = {
    kind: 'goodsReceipt',
    key: nextKey(work, record),
    shipbobId: record.id,
    party: supplier,
    purchaseOrder: number,
    warehouse,
    sinceMs: record.createdAtMs,
    lines,
    document: receiptOf(work, record, { number, supplier, warehouse }),
  };
  return { state: 'expected', booking };
}

/** Goods of a lot item that ShipBob gives no lot for may be of any lot in Infor. */
function apart(flags: readonly FlagDraft[]): { lotless: HeldLine[]; asked: FlagDraft[] } {
  const lotless: HeldLine[] = [];
  const asked: FlagDraft[] = [];
  for (const flag of flags) {
    const { item } = flag.evidence;
    if (flag.code === 'LOT_MISSING' && typeof item === 'string' && flag.quantity !== null) {
      lotless.push({ line: null, item, quantity: flag.quantity, lot: null });
    } else if (flag.code !== 'LOT_SUM_DIFFERS') asked.push(flag);
  }
  return { lotless, asked };
}

/** Only to look our own receipt up by its key. */
function receiptOf(
  work: PlanWork,
  record: ReceivingRecord,
  order: { number: string; supplier: string; warehouse: string },
): GoodsReceipt {
  const key = nextKey(work, record);
  return {
    kind: 'goodsReceipt',
    receivingId: record.id,
    purchaseOrder: order.number,
    supplier: order.supplier,
    warehouse: order.warehouse,
    movedOn: dayOf(work.input.observedAtMs, 'UTC'),
    movedAtTime: '000000',
    deliveryNote: key,
    lines: [
      {
        line: 1,
        purchaseOrderLine: '',
        purchaseOrderSubline: '',
        item: '',
        quantity: canonicalQuantity('0'),
        unit: '',
        lot: null,
        expiresOn: null,
        location: null,
        complete: false,
      },
    ],
  };
}
