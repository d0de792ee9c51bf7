/**
 * What the shipments of an order become: goods issues for its sales order, or issues from stock.
 */
import { dayOf, timeOf } from './day.ts';
import { issueKey } from './external-key.ts';
import type {
  GoodsIssue,
  HeldLine,
  OrderRecord,
  PlannedDocument,
  Posting,
  SalesOrder,
  Shipment,
  StockIssue,
} from './glossary.ts';
import type { MatchedUnit, OpenLines } from './line-match.ts';
import { consume, issuedLines, matchUnit, openLines } from './line-match.ts';
import { consumeLinked } from './linked-issue.ts';
import type { Moved, ShipmentPlanning } from './moved-goods.ts';
import { movedGoods } from './moved-goods.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import { flagList, holdingOnly } from './plan-input.ts';
import { zoneOf } from './plan-item.ts';
import { openDay } from './posting-day.ts';
import { bindingPosting, isBinding } from './posting-standing.ts';
import { addQuantities, isPositive, negateQuantity, sumQuantities, zero } from './quantity.ts';
import type { ExternalKey, Quantity } from './schema.ts';
import type { CentreSettings } from './settings.ts';
import { shipmentSource } from './source-line.ts';

export type IssueRoute =
  | {
      as: 'goodsIssue';
      key: ExternalKey;
      salesOrder: SalesOrder;
      /** What the sales order holds that a person entered; null when nobody did, or checked. */
      linked: HeldLine[] | null;
    }
  | { as: 'stockIssue'; reasonCode: string; remark: string; responsible: string | null };

/** When the goods left; ShipBob may call a shipment completed without saying when. */
export function leftAtMs(work: PlanWork, order: OrderRecord, shipment: Shipment): number {
  const known = shipment.leftAtMs ?? shipment.updatedAtMs ?? order.updatedAtMs;
  return known ?? work.input.observedAtMs;
}

/** Shipments that are the tool's to post: left, and not before the cut-over. */
export function eligibleShipments(work: PlanWork, order: OrderRecord): Shipment[] {
  const { startFromMs } = work.settings.sync;
  return order.shipments.filter(
    (shipment) =>
      shipment.phase === 'left' &&
      (startFromMs === null || leftAtMs(work, order, shipment) >= startFromMs),
  );
}

/** True when a person entered the issue of the shipment by hand. */
export function isLinked(work: PlanWork, shipment: Shipment): boolean {
  return work.input.links.some(
    (link) =>
      link.shipbobId === shipment.id && (link.kind === 'goodsIssue' || link.kind === 'stockIssue'),
  );
}

export function planShipments(work: PlanWork, order: OrderRecord, route: IssueRoute): void {
  const eligible = new Set(eligibleShipments(work, order).map((shipment) => shipment.id));
  const state =
    route.as === 'goodsIssue'
      ? openLines(route.salesOrder, bindingPosting(work.input.postings, route.key), route.linked)
      : null;
  for (const posting of issuePostings(work, order)) {
    if (state !== null && posting.document.kind === 'goodsIssue' && isBinding(posting)) {
      consume(state, issuedLines(posting, posting.document));
    }
  }
  for (const shipment of inOrderOfLeaving(work, order)) {
    const key = issueKey(shipment.id, 1);
    const posted = bindingPosting(work.input.postings, key);
    const ours = posted !== null || (eligible.has(shipment.id) && !isLinked(work, shipment));
    // Goods that were issued by hand take their share of the order's lines like any other.
    const flags = posted === null && ours ? work.flags : flagList();
    const planning = { work, order, shipment, posted, flags };
    if (!ours && state !== null && consumeLinked(planning, state)) {
      work.decisions.push(`shipment ${shipment.id}: issued by hand`);
      continue;
    }
    const document =
      route.as === 'goodsIssue' && state !== null
        ? goodsIssue(planning, route, state)
        : route.as === 'stockIssue'
          ? stockIssue(planning, route)
          : null;
    if (!ours) {
      const why = isLinked(work, shipment) ? 'issued by hand' : 'before-cutover';
      work.decisions.push(`shipment ${shipment.id}: ${why}`);
    } else if (document !== null) {
      const dependsOn = route.as === 'goodsIssue' ? route.key : null;
      const planned: PlannedDocument = { key, document, dependsOn, shipmentId: shipment.id };
      work.documents.push(planned);
    }
  }
}

/** Says what the shipments' own states come to, whatever the order was routed to. */
export function reviewShipments(work: PlanWork, order: OrderRecord): void {
  const present = new Map<string, Shipment>(order.shipments.map((s) => [s.id, s]));
  for (const posting of issuePostings(work, order)) {
    if (!isBinding(posting) || posting.shipmentId === null) continue;
    const shipment = present.get(posting.shipmentId);
    if (shipment?.phase === 'left' || shipment?.phase === 'unrecognised') continue;
    const difference =
      shipment === undefined
        ? 'the shipment is no longer part of its order'
        : `its status is ${shipment.status} again, after it had left`;
    work.flags.raise('SOURCE_REGRESSED', {
      cause: `shipment:${posting.shipmentId}`,
      evidence: { record: `Shipment ${posting.shipmentId}`, difference, key: posting.key },
      holds: [posting.key],
    });
  }
  for (const shipment of order.shipments) {
    if (shipment.phase === 'unrecognised') {
      const { status } = shipment;
      work.flags.raise('UNKNOWN_STATUS', {
        cause: `status:shipment:${status}`,
        evidence: { record: `Shipment ${shipment.id}`, status },
        quantity: sumQuantities(shipment.parts.map((part) => part.quantity)),
        holds: [issueKey(shipment.id, 1)],
      });
    }
    if (shipment.deliveredAtMs === null) continue;
    const centre = work.settings.centres.find((known) => known.id === shipment.centre?.id);
    const zone = centre === undefined ? 'UTC' : zoneOf(centre, null);
    const day = dayOf(shipment.deliveredAtMs, zone);
    work.decisions.push(`shipment ${shipment.id}: delivered on ${day}`);
  }
}

function goodsIssue(
  planning: ShipmentPlanning,
  route: Extract<IssueRoute, { as: 'goodsIssue' }>,
  state: OpenLines,
): GoodsIssue | null {
  const { work, shipment, posted } = planning;
  const own = flagList();
  const moved = movedGoods(planning, own);
  if (posted?.document.kind === 'goodsIssue') {
    const returned = issuedLines(posted, posted.document).map((line) => ({
      ...line,
      quantity: negateQuantity(line.quantity),
    }));
    consume(state, returned);
  }
  const before = new Map(state.open);
  const matched = moved === null ? [] : matchAll(planning, { moved, state, own });
  if (posted?.document.kind === 'goodsIssue') {
    state.open = before;
    consume(state, issuedLines(posted, posted.document));
  }
  const movement = moved === null ? null : movementOf(planning, moved.centre, own);
  if (moved !== null) checkWarehouses(planning, { centre: moved.centre, matched, own });
  takeOwn(planning, own);
  if (moved === null || movement === null || own.all().length > 0 || matched.length === 0) {
    return null;
  }
  return {
    kind: 'goodsIssue',
    shipmentId: shipment.id,
    customer: route.salesOrder.customer,
    ...movement,
    trackingNumber: shipment.tracking?.number ?? null,
    lines: matched.map((match, index) => ({
      line: index + 1,
      salesOrderLine: match.line.line,
      item: match.line.item,
      quantity: match.quantity,
      lot: match.lot,
      location: moved.centre.pickingLocation,
      reasonCode: match.line.reasonCode,
      complete: closes(work, planning, { match, state }),
    })),
    source: shipmentSource(shipment),
  };
}

function stockIssue(
  planning: ShipmentPlanning,
  route: Extract<IssueRoute, { as: 'stockIssue' }>,
): StockIssue | null {
  const { shipment } = planning;
  const own = flagList();
  const moved = movedGoods(planning, own);
  const movement = moved === null ? null : movementOf(planning, moved.centre, own);
  takeOwn(planning, own);
  if (moved === null || movement === null || own.all().length > 0) return null;
  const sums = new Map<string, { item: string; quantity: Quantity; lot: string | null }>();
  for (const { item, quantity, lot } of moved.units) {
    const name = JSON.stringify([item.number, lot]);
    const known = sums.get(name)?.quantity;
    const total = known === undefined ? quantity : addQuantities(known, quantity);
    sums.set(name, { item: item.number, quantity: total, lot });
  }
  return {
    kind: 'stockIssue',
    shipmentId: shipment.id,
    ...movement,
    remark: route.remark,
    responsible: route.responsible,
    lines: [...sums.values()].map((sum, index) => ({
      line: index + 1,
      ...sum,
      location: moved.centre.pickingLocation,
      reasonCode: route.reasonCode,
    })),
    source: shipmentSource(shipment),
  };
}

/** What is asked about one shipment holds up its own issue alone. */
function takeOwn({ flags, shipment }: ShipmentPlanning, own: FlagList): void {
  flags.take(holdingOnly(own.all(), issueKey(shipment.id, 1)));
}

/** Matches every unit; what the order's lines cannot take is flagged, never spread over others. */
function matchAll(
  planning: ShipmentPlanning,
  goods: { moved: Moved; state: OpenLines; own: FlagList },
): MatchedUnit[] {
  const { shipment } = planning;
  const { moved, state, own } = goods;
  const sums = new Map<string, MatchedUnit>();
  for (const { unit, item, quantity, lot } of moved.units) {
    const { warehouse } = moved.centre;
    const place = { item: item.number, quantity, lot, warehouse };
    const { matched, excess } = matchUnit(state, { ...unit, ...place });
    for (const match of matched) {
      const name = JSON.stringify([match.line.line, lot]);
      const known = sums.get(name)?.quantity;
      const total = known === undefined ? match.quantity : addQuantities(known, match.quantity);
      sums.set(name, { ...match, quantity: total });
    }
    if (!isPositive(excess)) continue;
    const other = state.lines.find((line) => line.sku === unit.sku);
    const evidence = { shipment: shipment.id, sku: unit.sku, item: item.number, quantity: excess };
    const remapped = other !== undefined && other.item !== item.number;
    if (remapped) {
      const details = { ...evidence, ordered: other.item };
      own.raise('ITEM_CHANGED', { cause: item.cause, evidence: details, quantity: excess });
    } else {
      const cause = `shipment:${shipment.id}:${unit.sku}`;
      own.raise('SHIPPED_NOT_ORDERED', { cause, evidence, quantity: excess });
    }
  }
  return [...sums.values()];
}

/** Where and when the goods moved; null when the day may not be posted. */
function movementOf(
  planning: ShipmentPlanning,
  centre: CentreSettings,
  own: FlagList,
): Pick<GoodsIssue, 'warehouse' | 'movedOn' | 'movedAtTime'> | null {
  const { work, order, shipment, posted } = planning;
  const zone = zoneOf(centre, null);
  const atMs = leftAtMs(work, order, shipment);
  const { closedPeriod } = work.settings.shipments;
  const movedOn = openDay(
    work,
    {
      day: dayOf(atMs, zone),
      // A booked movement has its day; only its content is compared.
      closedPeriod: posted === null ? closedPeriod : 'nextOpenDay',
      record: `Shipment ${shipment.id}`,
      cause: `period:shipment:${shipment.id}`,
      quantity: sumQuantities(shipment.parts.map((part) => part.quantity)),
    },
    own,
  );
  if (movedOn === null) return null;
  return { warehouse: centre.warehouse, movedOn, movedAtTime: timeOf(atMs, zone) };
}

function checkWarehouses(
  planning: ShipmentPlanning,
  found: { centre: CentreSettings; matched: MatchedUnit[]; own: FlagList },
): void {
  const { work, shipment, posted } = planning;
  const { centre, matched, own } = found;
  if (work.settings.shipments.warehouseDiffers !== 'flag' || posted !== null) return;
  for (const { line, quantity } of matched) {
    if (line.warehouse === centre.warehouse) continue;
    own.raise('WAREHOUSE_DIFFERS', {
      cause: `warehouse-of:shipment:${shipment.id}`,
      evidence: {
        record: `Shipment ${shipment.id}`,
        actual: centre.warehouse,
        expected: line.warehouse,
        document: `line ${line.line} of its sales order`,
      },
      quantity,
    });
  }
}

/**
 * Whether ShipBob will ship no more of the line. Only the last issue may say so: an earlier one
 * that Infor takes first would close the line before the rest is reported.
 */
function closes(
  work: PlanWork,
  planning: ShipmentPlanning,
  found: { match: MatchedUnit; state: OpenLines },
): boolean {
  const { order, shipment } = planning;
  const { match, state } = found;
  const done = order.shipments.every((other) => isSettledPhase(other));
  const short = isPositive(state.open.get(match.line.line) ?? zero);
  if (!done || (short && !isThrough(order, match.line.productId))) return false;
  const eligible = eligibleShipments(work, order);
  return eligible.every((other) => {
    if (other.id === shipment.id || isLinked(work, other)) return true;
    const posting = bindingPosting(work.input.postings, issueKey(other.id, 1));
    if (posting?.state === 'posted') return true;
    const { productId } = match.line;
    return !other.parts.some((part) => part.productId === productId);
  });
}

/**
 * Whether a short line stays short. Closing it too early is the worse mistake, so ShipBob must say
 * that the order is fulfilled (its status, computed from the shipments), or show a cancelled
 * shipment of the product.
 */
function isThrough(order: OrderRecord, productId: string): boolean {
  if (order.status.toLowerCase() === 'fulfilled') return true;
  return order.shipments.some(
    (other) =>
      other.phase === 'cancelled' && other.parts.some((part) => part.productId === productId),
  );
}

function isSettledPhase(shipment: Shipment): boolean {
  return shipment.phase === 'left' || shipment.phase === 'cancelled';
}

function issuePostings(work: PlanWork, order: OrderRecord): Posting[] {
  return work.input.postings.filter(
    (posting) =>
      posting.record.id === order.id &&
      (posting.kind === 'goodsIssue' || posting.kind === 'stockIssue'),
  );
}

/** First left, first matched; ids settle equal times, so that the order never depends on chance. */
function inOrderOfLeaving(work: PlanWork, order: OrderRecord): Shipment[] {
  const left = order.shipments.filter((shipment) => shipment.phase === 'left');
  return left.sort((a, b) => {
    const byTime = leftAtMs(work, order, a) - leftAtMs(work, order, b);
    if (byTime !== 0) return byTime;
    return a.id.length - b.id.length || (a.id < b.id ? -1 : 1);
  });
}
