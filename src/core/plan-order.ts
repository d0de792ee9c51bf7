/** Orders: which document an order becomes, and what its shipments then are. */
import { differenceFlag, sourceDifference } from './document-difference.ts';
import { cancellationKey, orderKey } from './external-key.ts';
import type { ManualLink, OrderRecord, Posting, SalesOrder, Shipment } from './glossary.ts';
import { handGroup } from './hand-booking.ts';
import type { PlanWork } from './plan-input.ts';
import { flagList } from './plan-input.ts';
import type { PurchaseRoute, SalesRoute, Strictness } from './plan-sales-order.ts';
import { planPurchaseOrder, planSalesOrder } from './plan-sales-order.ts';
import { eligibleShipments, isLinked, planShipments, reviewShipments } from './plan-shipment.ts';
import { bindingPosting, isBinding, isDeletedInInfor } from './posting-standing.ts';
import { unreachable } from './problem.ts';
import { sumQuantities } from './quantity.ts';
import { firstOrderRule } from './rules.ts';
import type { ExternalKey, Quantity } from './schema.ts';
import type { OrderRoute } from './settings.ts';
import { shippedUnits } from './shipped-unit.ts';
import { orderSource, shipmentSource } from './source-line.ts';

export function planOrder(work: PlanWork, order: OrderRecord): void {
  const key = orderKey(order.id);
  const booked = standingPosting(work, order, key);
  reviewShipments(work, order);
  planPhase(work, { order, key, booked });
  reviewBooked(work, order);
}

function planPhase(work: PlanWork, found: Case): void {
  const { order, booked } = found;
  switch (order.phase) {
    case 'unrecognised':
      work.flags.raise('UNKNOWN_STATUS', {
        cause: `status:order:${order.status}`,
        evidence: { record: `Order ${order.orderNumber}`, status: order.status },
        quantity: unitsOf(order),
      });
      return;
    case 'review':
      work.decisions.push(`waits: ShipBob has not accepted the order yet (${order.status})`);
      return;
    case 'cancelled':
      planCancelled(work, order, booked);
      return;
    case 'accepted':
      planAccepted(work, found);
      return;
    default:
      unreachable(order.phase);
  }
}

/**
 * What is booked and not planned today is compared with ShipBob all the same: today's version may
 * raise questions of its own, or be routed elsewhere, and its change must not be lost with that.
 */
function reviewBooked(work: PlanWork, order: OrderRecord): void {
  const planned = new Set(work.documents.map((document) => document.key));
  const left = new Map<string, Shipment>();
  for (const one of order.shipments) if (one.phase === 'left') left.set(one.id, one);
  for (const posting of work.input.postings) {
    if (planned.has(posting.key) || !isBinding(posting)) continue;
    const shipment = left.get(posting.shipmentId ?? '');
    const own = posting.shipmentId === null && order.phase !== 'cancelled';
    const now = shipment ? shipmentSource(shipment) : own ? orderSource(order) : null;
    if (now === null) continue;
    const flag = differenceFlag(posting, 'SOURCE_CHANGED', sourceDifference(posting.document, now));
    if (flag !== null) work.flags.take([flag]);
  }
}

/**
 * The order's own document. One that was deleted in Infor no longer stands once a person has
 * entered another in its place.
 */
function standingPosting(work: PlanWork, order: OrderRecord, key: ExternalKey): Posting | null {
  const booked = bindingPosting(work.input.postings, key);
  const byHand = orderLinks(work, order).length > 0;
  return booked !== null && byHand && isDeletedInInfor(booked) ? null : booked;
}

/** What a person entered for the order itself. */
function orderLinks({ input }: PlanWork, order: OrderRecord): ManualLink[] {
  return input.links.filter(
    (link) => link.shipbobId === order.id && handGroup(link.kind) === 'order',
  );
}

interface Case {
  order: OrderRecord;
  key: ExternalKey;
  /** The order's own document, when Infor has it or may have it. */
  booked: Posting | null;
}

function planAccepted(work: PlanWork, found: Case): void {
  const { order, booked } = found;
  if (bindingPosting(work.input.postings, cancellationKey(order.id)) !== null) {
    const evidence = { orderNumber: order.orderNumber };
    const cause = `order:${order.id}`;
    work.flags.raise('REOPENED_AFTER_CANCELLATION', { cause, evidence, quantity: unitsOf(order) });
    return;
  }
  const before = isBeforeCutover(work, order);
  if (before && booked === null && eligibleShipments(work, order).length === 0) {
    work.decisions.push('before-cutover');
    return;
  }
  const matched = firstOrderRule(order, work.settings.orders);
  const route = matched?.rule.route ?? null;
  if (matched !== null) work.decisions.push(`rule ${matched.index + 1}: ${matched.rule.route.as}`);
  // Infor has the order already: a rule that was changed since then does not undo that.
  if (booked?.document.kind === 'salesOrder') {
    planSales(work, found, route?.as === 'salesOrder' ? route : null);
    return;
  }
  const asPurchase = work.input.links.some(
    (link) => link.kind === 'purchaseOrder' && link.shipbobId === order.id,
  );
  if (booked?.document.kind === 'purchaseOrder' || (booked === null && asPurchase)) {
    planPurchase(work, found, route?.as === 'purchaseOrder' ? route : null);
    return;
  }
  if (route === null) {
    const { orderNumber, type, channel } = order;
    const evidence = { orderNumber, type, channel: channel?.name ?? null };
    const cause = `rule:order:${order.id}`;
    work.flags.raise('NO_ROUTING_RULE', { cause, evidence, quantity: unitsOf(order) });
    return;
  }
  planRoute(work, found, route);
}

function planRoute(work: PlanWork, found: Case, route: OrderRoute): void {
  const { order } = found;
  switch (route.as) {
    case 'salesOrder':
      planSales(work, found, route);
      return;
    case 'purchaseOrder':
      planPurchase(work, found, route);
      return;
    case 'issueOnly':
      planShipments(work, order, { ...route, as: 'stockIssue' });
      return;
    case 'skip':
      work.decisions.push(`skipped: ${route.reason}`);
      return;
    case 'flag': {
      const evidence = { orderNumber: order.orderNumber, reason: route.reason };
      const cause = `rule:order:${order.id}`;
      work.flags.raise('ROUTED_TO_FLAG', { cause, evidence, quantity: unitsOf(order) });
      return;
    }
    default:
      unreachable(route);
  }
}

/** The sales order first; its lines are what the shipments are matched to. */
function planSales(work: PlanWork, found: Case, route: SalesRoute | null): void {
  const { order, key, booked } = found;
  const link = salesOrderLink(work, order);
  if (isBeforeCutover(work, order) && booked === null && link === null) {
    askForSalesOrder(work, order);
    return;
  }
  const waits = work.settings.orders.postWhen === 'shipped';
  if (
    waits &&
    booked === null &&
    link === null &&
    !order.shipments.some((s) => s.phase === 'left')
  ) {
    work.decisions.push('waits for its first shipment to leave');
    return;
  }
  noteShipmentNeeds(work, order);
  const known = booked !== null || link !== null;
  const planned = route === null ? null : salesOrderOf(work, { order, route, known, booked });
  if (planned !== null) {
    const document = { key, document: planned, dependsOn: null, shipmentId: null };
    // A link names the order's document: it is never posted, only remembered as posted.
    if (link !== null && booked === null) {
      work.adopt.push({ planned: document, number: link.number, held: link.held });
    } else work.documents.push(document);
  }
  const base = booked?.document.kind === 'salesOrder' ? booked.document : planned;
  const linked = link?.held ?? null;
  if (base !== null)
    planShipments(work, order, { as: 'goodsIssue', key, salesOrder: base, linked });
  else if (eligibleShipments(work, order).length > 0) {
    work.decisions.push('its shipments wait for the sales order');
  }
}

/**
 * What Infor already has is planned only to be compared: questions about it are not asked again.
 */
function salesOrderOf(
  work: PlanWork,
  found: { order: OrderRecord; route: SalesRoute; known: boolean; booked: Posting | null },
): SalesOrder | null {
  const { order, route, known, booked } = found;
  const strictness: Strictness = known ? 'known' : 'new';
  const flags = flagList();
  const planned = planSalesOrder(work, { order, route, strictness, flags });
  if (booked === null) work.flags.take(flags.all());
  return planned;
}

function planPurchase(work: PlanWork, found: Case, route: PurchaseRoute | null): void {
  const { order, key, booked } = found;
  const linked = work.input.links.some(
    (link) => link.kind === 'purchaseOrder' && link.shipbobId === order.id,
  );
  const before = isBeforeCutover(work, order) && booked === null;
  if (linked || before) {
    work.decisions.push(linked ? 'purchase order entered by hand' : 'order: before-cutover');
  } else if (route !== null) {
    const flags = flagList();
    const strictness: Strictness = booked === null ? 'new' : 'known';
    const document = planPurchaseOrder(work, { order, route, strictness, flags });
    if (booked === null) work.flags.take(flags.all());
    if (document !== null) {
      work.documents.push({ key, document, dependsOn: null, shipmentId: null });
    }
  }
  const reasonCode = route?.thenIssueReason ?? null;
  if (reasonCode === null) return;
  const remark = order.orderNumber;
  planShipments(work, order, { as: 'stockIssue', reasonCode, remark, responsible: null });
}

/**
 * Cancelled before anything moved takes the sales order back; later a person has to decide, and so
 * they have about an order that they entered: it may hold the goods of other orders, too.
 */
function planCancelled(work: PlanWork, order: OrderRecord, booked: Posting | null): void {
  const byHand = orderLinks(work, order).map(({ number }) => number);
  const moved = work.input.postings.some(
    (posting) =>
      (posting.kind === 'goodsIssue' || posting.kind === 'stockIssue') && isBinding(posting),
  );
  const left = eligibleShipments(work, order).some((shipment) => !isLinked(work, shipment));
  const bookedKind = booked?.document.kind ?? null;
  if (moved || left || bookedKind === 'purchaseOrder' || byHand.length > 0) {
    const keys = work.input.postings.filter(isBinding).map((posting) => posting.key);
    const evidence = { record: `Order ${order.orderNumber}`, booked: [...keys, ...byHand] };
    const cause = `order:${order.id}`;
    work.flags.raise('CANCELLED_AFTER_POSTING', { cause, evidence, quantity: unitsOf(order) });
    return;
  }
  if (booked === null || bookedKind !== 'salesOrder') {
    work.decisions.push('cancelled in ShipBob before anything was posted');
    return;
  }
  work.decisions.push(
    'cancelled in ShipBob before anything shipped: the sales order is taken back',
  );
  work.documents.push({
    key: cancellationKey(order.id),
    document: { kind: 'orderCancellation', salesOrderKey: booked.key },
    dependsOn: booked.key,
    shipmentId: null,
  });
}

/** Shipments from after the cut-over of an order from before it: which sales order is it? */
function askForSalesOrder(work: PlanWork, order: OrderRecord): void {
  const open = eligibleShipments(work, order).filter((shipment) => !isLinked(work, shipment));
  if (open.length === 0) {
    work.decisions.push('before-cutover; its shipments were issued by hand');
    return;
  }
  const parts = open.flatMap((shipment) => shipment.parts);
  work.flags.raise('ORDER_BEFORE_CUTOVER', {
    cause: `link:order:${order.id}`,
    evidence: {
      orderNumber: order.orderNumber,
      shipments: open.map((shipment) => shipment.id),
    },
    quantity: sumQuantities(parts.map((part) => part.quantity)),
  });
}

/** Asks for the shipments' facts together with the order's, so that one round serves both. */
function noteShipmentNeeds(work: PlanWork, order: OrderRecord): void {
  for (const shipment of eligibleShipments(work, order)) shippedUnits(work, shipment, flagList());
}

function isBeforeCutover(work: PlanWork, order: OrderRecord): boolean {
  const { startFromMs } = work.settings.sync;
  return startFromMs !== null && order.createdAtMs < startFromMs;
}

function salesOrderLink(work: PlanWork, order: OrderRecord): ManualLink | null {
  const found = work.input.links.find(
    (link) => link.kind === 'salesOrder' && link.shipbobId === order.id,
  );
  return found ?? null;
}

function unitsOf(order: OrderRecord): Quantity {
  return sumQuantities(order.lines.map((line) => line.quantity));
}
