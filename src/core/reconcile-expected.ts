/**
 * What ShipBob's records call for, as movements in Infor's items and units: by the same mapping and
 * the same factors as planning, so that a translation is made in one way only.
 */
import { dayOf } from './day.ts';
import { issueKey } from './external-key.ts';
import type { OrderRecord, Posting, ReceivingRecord, RecordKey, Shipment } from './glossary.ts';
import { multiplyAmount, sumAmounts } from './money.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import { flagList } from './plan-input.ts';
import { basicQuantity, findCentre, findItem, zoneOf } from './plan-item.ts';
import { eligibleShipments, leftAtMs } from './plan-shipment.ts';
import { isPositive, multiplyQuantities, sumQuantities } from './quantity.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import { gatheredGoods } from './reconcile-goods.ts';
import { firstOrderRule } from './rules.ts';
import type { Amount, Day, ExternalKey, Quantity } from './schema.ts';
import { shippedUnits } from './shipped-unit.ts';

/** Goods in basic units; `unclear` where ShipBob's record cannot be translated today. */
export type ExpectedGoods =
  | { state: 'known'; lines: GoodsLine[] }
  | { state: 'unclear'; why: string[] };

/** Goods that left in one shipment. */
export interface ExpectedIssue {
  kind: IssueKind;
  record: RecordKey;
  shipment: Shipment;
  /** For sentences. */
  name: string;
  key: ExternalKey;
  /** Null where the centre is not mapped. */
  warehouse: string | null;
  day: Day;
  atMs: number;
  goods: ExpectedGoods;
  /** As ShipBob counted, when they cannot be translated. */
  pieces: Quantity;
  amount: Amount | null;
}

export type IssueKind = 'goodsIssue' | 'stockIssue' | 'none';

/** What the shipments of an order become; `none` where a rule says that nothing is posted. */
export function issueKindOf(work: PlanWork, order: OrderRecord, booked: Posting | null): IssueKind {
  if (booked?.document.kind === 'salesOrder') return 'goodsIssue';
  const route = firstOrderRule(order, work.settings.orders)?.rule.route ?? null;
  // A purchase order was made by a rule of before: nobody sells what it bought because of today's.
  if (booked?.document.kind === 'purchaseOrder' && route?.as !== 'purchaseOrder') return 'none';
  // Without a rule, or where one asks a person, a flag holds it: it has left all the same.
  if (route === null) return 'goodsIssue';
  switch (route.as) {
    case 'salesOrder':
    case 'flag':
      return 'goodsIssue';
    case 'issueOnly':
      return 'stockIssue';
    case 'purchaseOrder':
      return route.thenIssueReason === null ? 'none' : 'stockIssue';
    default:
      return 'none';
  }
}

/**
 * Everything that has left, but for what is from before the cut-over and not posted. What is posted
 * stays what it is, whatever a rule makes of it today.
 */
export function expectedIssues(
  work: PlanWork,
  order: OrderRecord,
  kind: IssueKind,
): ExpectedIssue[] {
  const posted = new Map(
    work.input.postings
      .filter(({ state }) => state !== 'cancelled')
      .map((posting) => [posting.key, posting.kind]),
  );
  const eligible = eligibleShipments(work, order);
  const wanted = order.shipments.filter(
    (one) => eligible.includes(one) || (one.phase === 'left' && posted.has(issueKey(one.id, 1))),
  );
  return wanted.map((shipment) => {
    const own = posted.get(issueKey(shipment.id, 1));
    const flags = flagList();
    const { id = null, name = null } = shipment.centre ?? {};
    const otherwise = `no fulfilment centre (shipment ${shipment.id})`;
    const centre = findCentre(work, { id, name, otherwise }, flags);
    const goods = shippedGoods(work, shipment, flags);
    const atMs = leftAtMs(work, order, shipment);
    const configured = work.settings.centres.find((known) => known.id === id);
    const zone = configured === undefined ? 'UTC' : zoneOf(configured, null);
    return {
      kind: own === 'goodsIssue' || own === 'stockIssue' ? own : kind,
      record: { kind: 'order', id: order.id },
      shipment,
      name: `shipment ${shipment.id} of order ${order.orderNumber}`,
      key: issueKey(shipment.id, 1),
      warehouse: centre?.warehouse ?? null,
      day: dayOf(atMs, zone),
      atMs,
      goods,
      pieces: piecesOf(shipment),
      amount: goodsValue(order, shipment),
    };
  });
}

export function piecesOf(shipment: Shipment): Quantity {
  return sumQuantities(shipment.parts.map(({ quantity }) => quantity));
}

function shippedGoods(work: PlanWork, shipment: Shipment, flags: FlagList): ExpectedGoods {
  const lines: GoodsLine[] = [];
  let whole = true;
  for (const unit of shippedUnits(work, shipment, flags)) {
    const item = findItem(work, unit, flags);
    const quantity = item === null ? null : basicQuantity(item, unit.quantity, flags);
    if (item === null || quantity === null) whole = false;
    else lines.push({ item: item.number, lot: item.lotControlled ? unit.lot : null, quantity });
  }
  const why = [...new Set(flags.all().map(({ code }) => code))];
  if (!whole || why.length > 0) return { state: 'unclear', why };
  return { state: 'known', lines: gatheredGoods(lines) };
}

/** At the prices of the order's lines; null as soon as one is not known. */
function goodsValue(order: OrderRecord, shipment: Shipment): Amount | null {
  const values: Amount[] = [];
  for (const part of shipment.parts) {
    const line = order.lines.find(({ productId }) => productId === part.productId);
    // A bundle's price is not that of its parts.
    if (line === undefined || line.unitPrice === null || line.sku !== part.productSku) return null;
    values.push(multiplyAmount(line.unitPrice, part.quantity));
  }
  return values.length === 0 ? null : sumAmounts(values);
}

/** What is on the shelf of one receiving order, in basic units; lots where the item has some. */
export interface ExpectedReceipt {
  record: RecordKey;
  name: string;
  warehouse: string | null;
  /** What can be translated. */
  stowed: GoodsLine[];
  /** What cannot, as ShipBob counts it; null when all can. */
  unclear: { why: string[]; pieces: Quantity } | null;
}

/** A hub's goods are booked where they end up. */
export function expectedReceipt(work: PlanWork, record: ReceivingRecord): ExpectedReceipt {
  const flags = flagList();
  const { id, name } = record.centre;
  const target = work.settings.centres.find((centre) => centre.id === id)?.bookAs ?? id;
  const wanted = { id: target, name: target === id ? name : null, otherwise: record.id };
  const centre = findCentre(work, wanted, flagList());
  return {
    record: { kind: 'receiving', id: record.id },
    name: `receiving order ${record.id}`,
    warehouse: centre?.warehouse ?? null,
    ...stowedGoods(work, record, flags),
  };
}

function stowedGoods(
  work: PlanWork,
  record: ReceivingRecord,
  flags: FlagList,
): Pick<ExpectedReceipt, 'stowed' | 'unclear'> {
  const lines: GoodsLine[] = [];
  const unclear: Quantity[] = [];
  for (const line of record.lines) {
    if (!isPositive(line.stowed)) continue;
    const sku = skuOf(work, line);
    const item = sku === null ? null : findItem(work, { sku, quantity: line.stowed }, flags);
    const quantity = item === null ? null : basicQuantity(item, line.stowed, flags);
    if (item === null || quantity === null) {
      unclear.push(line.stowed);
      continue;
    }
    const lots = item.lotControlled ? lotsOf(record, line.inventoryId) : [];
    const boxed = lots.map((lot) => ({
      item: item.number,
      lot: lot.lot,
      quantity: multiplyQuantities(lot.quantity, item.factor),
    }));
    // Until the boxes say the same as the line, the lots are open and the sum is not.
    const even = sumQuantities(boxed.map((lot) => lot.quantity)) === quantity;
    lines.push(...(even ? boxed : [{ item: item.number, lot: null, quantity }]));
  }
  const stowed = gatheredGoods(lines);
  if (unclear.length === 0) return { stowed, unclear: null };
  const why = [...new Set(flags.all().map(({ code }) => code))];
  const codes = why.length > 0 ? why : ['UNKNOWN_INVENTORY'];
  return { stowed, unclear: { why: codes, pieces: sumQuantities(unclear) } };
}

/** The baseline in basic units; null when it cannot be told. */
export function baselineGoods(work: PlanWork, record: ReceivingRecord): GoodsLine[] | null {
  const lines: GoodsLine[] = [];
  for (const start of work.input.baseline) {
    if (!isPositive(start.stowed)) continue;
    const line = record.lines.find(({ inventoryId }) => inventoryId === start.inventoryId);
    const sku = line === undefined ? null : skuOf(work, line);
    const item = sku === null ? null : findItem(work, { sku, quantity: null }, flagList());
    if (item === null) return null;
    const quantity = multiplyQuantities(start.stowed, item.factor);
    lines.push({ item: item.number, lot: item.lotControlled ? start.lot : null, quantity });
  }
  return lines;
}

function skuOf(work: PlanWork, line: ReceivingRecord['lines'][number]): string | null {
  if (line.sku.trim() !== '') return line.sku;
  const { inventoryId } = line;
  const answer = work.master.ask<'inventory'>({ kind: 'inventory', inventoryId });
  return answer.state === 'known' && answer.fact.sku.trim() !== '' ? answer.fact.sku : null;
}

function lotsOf(
  record: ReceivingRecord,
  inventoryId: string,
): { lot: string | null; quantity: Quantity }[] {
  return (record.boxes ?? []).flatMap(({ contents }) =>
    contents
      .filter((content) => content.inventoryId === inventoryId && isPositive(content.stowed))
      .map(({ lot, stowed }) => ({ lot: lot?.trim() || null, quantity: stowed })),
  );
}
