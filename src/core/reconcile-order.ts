/** ShipBob's orders and shipments against the ledger. */
import { sourceDifference } from './document-difference.ts';
import { cancellationKey, orderKey } from './external-key.ts';
import type { OrderRecord, Posting, Shipment } from './glossary.ts';
import { type PlanWork, planWork } from './plan-input.ts';
import type { CaseResults, LedgerCase, Standing } from './reconcile-case.ts';
import { count, judge, planningSettings, standingOf } from './reconcile-case.ts';
import type { ExpectedIssue } from './reconcile-expected.ts';
import { expectedIssues, issueKindOf } from './reconcile-expected.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { dayIn, placeOfDay, placeOfMoment } from './reconcile-frame.ts';
import { type BookableIssue, compareIssue } from './reconcile-issue.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import { firstOrderRule } from './rules.ts';
import type { Day, ExternalKey } from './schema.ts';
import { orderSource } from './source-line.ts';

export interface OrderCase {
  work: PlanWork;
  order: OrderRecord;
  ledger: LedgerCase;
}

/** Adds what the order and its shipments come to in the period. */
export function compareOrder(frame: ReconcileFrame, one: OrderCase, results: CaseResults): void {
  const { order, work, ledger } = one;
  const touched = order.updatedAtMs !== null && order.updatedAtMs > frame.asOfMs ? 'yes' : 'no';
  const found: ReconciliationFinding[] = [];
  const booked = bookedOrder(ledger, orderKey(order.id));
  if (order.createdAtMs <= frame.asOfMs) compareDocument(frame, { ...one, booked }, results, found);
  const kind = issueKindOf(work, order, booked);
  const left = order.shipments.filter(({ phase }) => phase === 'left').length;
  const issues = expectedIssues(work, order, kind);
  results.beforeStart += left - issues.length;
  const byEarlier = (posting: Posting, shipment: Shipment) =>
    planningSettings(frame, posting).flatMap((settings) =>
      expectedIssues(planWork({ ...work.input, settings }), order, kind).filter(
        (issue) => issue.shipment.id === shipment.id,
      ),
    );
  for (const issue of issues) {
    // What left after the moment had not left then.
    if (issue.atMs > frame.asOfMs) continue;
    if (isBookable(issue)) compareIssue(frame, { issue, ledger, byEarlier }, results, found);
    else tellUnbooked(issue, results);
  }
  reviewGone(frame, one, found);
  judge(results, touched, found);
}

function isBookable(issue: ExpectedIssue): issue is BookableIssue {
  return issue.kind !== 'none';
}

/** A rule books nothing for it; the shelf is emptier all the same. */
function tellUnbooked(issue: ExpectedIssue, results: CaseResults): void {
  const { warehouse, day, atMs, goods, name } = issue;
  if (goods.state === 'unclear') return;
  results.open.push({
    ...{ state: 'notCalledFor', key: null, warehouse, day, atMs, direction: 'out' },
    ...{ lines: goods.lines, why: `a rule books nothing for ${name}` },
  });
}

/** A document of the ledger whose record ShipBob does not show any more. */
export function compareVanished(
  frame: ReconcileFrame,
  ledger: LedgerCase,
  results: CaseResults,
): void {
  for (const posting of ledger.postings) {
    const { kind, state, key, document } = posting;
    if (state !== 'posted' || kind === 'orderCancellation' || kind === 'journal') continue;
    const day = documentDay(posting);
    if (day === null || placeOfDay(day, frame.period) !== 'in') continue;
    results.findings.push(
      finding({
        code: 'POSTED_THOUGH_CANCELLED',
        sentence: `${key} stands in Infor as ${posting.reference?.number ?? 'posted'}, and ShipBob does not know ${ledger.record.kind} ${ledger.record.id} any more.`,
        document: document.kind,
        record: ledger.record,
        key,
        inforNumber: posting.reference?.number ?? null,
        day,
      }),
    );
  }
}

export function documentDay({ document }: Posting): Day | null {
  switch (document.kind) {
    case 'salesOrder':
    case 'purchaseOrder':
      return document.orderedOn;
    case 'journal':
      return document.day;
    case 'orderCancellation':
      return null;
    default:
      return document.movedOn;
  }
}

function bookedOrder(ledger: LedgerCase, key: ExternalKey): Posting | null {
  return ledger.postings.find((one) => one.key === key && one.state === 'posted') ?? null;
}

/** The sales or purchase order itself. */
function compareDocument(
  frame: ReconcileFrame,
  one: OrderCase & { booked: Posting | null },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { order, booked } = one;
  const ordered = booked === null ? null : documentDay(booked);
  const place =
    ordered === null
      ? placeOfMoment(order.createdAtMs, frame.period)
      : placeOfDay(ordered, frame.period);
  if (place !== 'in') return;
  const kind = documentKindOf(one);
  const shown = booked?.kind ?? kind;
  if (shown === null || (shown !== 'salesOrder' && shown !== 'purchaseOrder')) return;
  if (order.phase === 'cancelled') {
    if (booked !== null) compareCancelled(frame, { ...one, booked }, results, found);
    return;
  }
  if (order.phase !== 'accepted' && booked === null) return;
  count(results, shown);
  const key = orderKey(order.id);
  const links = one.ledger.links.filter(
    (link) => link.kind === shown && link.shipbobId === order.id,
  );
  const standing = standingOf(frame, one.ledger, { key, links });
  if (standing.state === 'linked') {
    const day = dayIn(frame.period, order.createdAtMs);
    const record = { kind: 'order', id: order.id } as const;
    for (const link of standing.links) {
      results.linkedOrders.push({ kind: shown, key, record, day, link });
    }
    return;
  }
  if (standing.state !== 'posted' || booked === null) {
    tellOpen(frame, { ...one, kind: shown, key, standing }, results, found);
    return;
  }
  const now = orderSource(order);
  const differences = sourceDifference(booked.document, now);
  if (differences.length === 0) return;
  found.push(
    finding({
      code: 'QUANTITY_DIFFERS',
      sentence: `Order ${order.orderNumber} is not what was posted as ${key}: ${differences.join('; ')}.`,
      ...about(one, booked.kind),
      key,
      inforNumber: booked.reference?.number ?? null,
      day: ordered,
      evidence: { differences },
    }),
  );
}

function tellOpen(
  frame: ReconcileFrame,
  one: OrderCase & { kind: Posting['kind']; key: ExternalKey; standing: Standing },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { order, kind, key, standing } = one;
  const day = dayIn(frame.period, order.createdAtMs);
  switch (standing.state) {
    case 'posted':
    case 'linked':
      return;
    case 'notPosted':
      found.push(
        finding({
          code: 'NOT_POSTED',
          sentence: `Order ${order.orderNumber} of ${day} is not posted, not waiting and not flagged.`,
          ...about(one, kind),
          key,
          day,
        }),
      );
      return;
    default:
      results.waiting.push({
        document: kind,
        key,
        record: { kind: 'order', id: order.id },
        day,
        units: null,
        amount: order.totalPrice,
        currency: order.totalPrice === null ? null : frame.settings.orders.currency,
        state: standing.state,
        why: standing.why,
      });
  }
}

/** Cancelled in ShipBob: its order in Infor is to go, unless goods have left for it. */
function compareCancelled(
  frame: ReconcileFrame,
  one: OrderCase & { booked: Posting },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { order, booked, ledger } = one;
  const key = cancellationKey(order.id);
  const standing = standingOf(frame, ledger, { key, links: [] });
  if (standing.state === 'posted') return;
  if (order.shipments.some(({ phase }) => phase === 'left')) {
    count(results, booked.kind);
    return;
  }
  if (standing.state === 'waiting' || standing.state === 'unknown') {
    tellOpen(frame, { ...one, kind: 'orderCancellation', key, standing }, results, found);
    return;
  }
  found.push(
    finding({
      code: 'POSTED_THOUGH_CANCELLED',
      sentence: `Order ${order.orderNumber} is cancelled in ShipBob and stands in Infor as ${booked.reference?.number ?? booked.key}.`,
      ...about(one, booked.kind),
      key: booked.key,
      inforNumber: booked.reference?.number ?? null,
      day: documentDay(booked),
    }),
  );
}

/** Issues whose shipment has not left after all, or is not part of the order any more. */
function reviewGone(
  frame: ReconcileFrame,
  { order, ledger }: OrderCase,
  found: ReconciliationFinding[],
): void {
  const shipments = new Map<string, string>(
    order.shipments.map(({ id, phase, status }) => [id, phase === 'left' ? 'left' : status]),
  );
  for (const movement of ledger.movements) {
    const shown = shipments.get(movement.shipmentId ?? '') ?? 'no longer part of its order';
    if (shown === 'left' || placeOfDay(movement.day, frame.period) !== 'in') continue;
    if (movement.shipmentId === null || movement.stands !== 'posted') continue;
    found.push(
      finding({
        code: 'POSTED_THOUGH_CANCELLED',
        sentence: `${movement.key} is posted as ${movement.number ?? 'booked'}, and ShipBob shows shipment ${movement.shipmentId} as ${shown}.`,
        document: movement.kind,
        record: movement.record,
        key: movement.key,
        inforNumber: movement.number,
        warehouse: movement.warehouse,
        day: movement.day,
      }),
    );
  }
}

/** What the rules make of an order that is not posted; null where nothing is called for. */
function documentKindOf({ order, work, ledger }: OrderCase): Posting['kind'] | null {
  const issued = ledger.postings.filter(
    ({ kind, state }) => kind === 'stockIssue' && state === 'posted',
  );
  // It was issued without an order, by a rule of before.
  if (issued.some(({ dependsOn }) => dependsOn === null)) return null;
  const { settings } = work;
  const { startFromMs } = settings.sync;
  if (startFromMs !== null && order.createdAtMs < startFromMs) return null;
  const route = firstOrderRule(order, settings.orders)?.rule.route ?? null;
  if (route === null || route.as === 'flag') return 'salesOrder';
  if (route.as === 'purchaseOrder') return 'purchaseOrder';
  if (route.as !== 'salesOrder') return null;
  const waits = settings.orders.postWhen === 'shipped';
  return waits && !order.shipments.some(({ phase }) => phase === 'left') ? null : 'salesOrder';
}

function about(
  { order }: Pick<OrderCase, 'order'>,
  kind: Posting['kind'],
): Pick<ReconciliationFinding, 'document' | 'record'> {
  return { document: kind, record: { kind: 'order', id: order.id } };
}
