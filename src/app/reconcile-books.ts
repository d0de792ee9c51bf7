/** The ledger of the period, and everything that Infor holds of it, settled with each other. */
import { addDays, dayOf, laterDay } from '../core/day.ts';
import { cancellationKey } from '../core/external-key.ts';
import type { Posting } from '../core/glossary.ts';
import type { BookedOrder, LedgerOrder } from '../core/reconcile-booked.ts';
import {
  compareBookedOrder,
  compareLinkedOrder,
  doubledOrder,
  ledgerOrder,
  unknownOrder,
} from '../core/reconcile-booked.ts';
import type { CaseResults } from '../core/reconcile-case.ts';
import type { ReconcileFrame } from '../core/reconcile-frame.ts';
import { dayIn, placeOfDay } from '../core/reconcile-frame.ts';
import { deliveryMark, type LedgerMovement } from '../core/reconcile-ledger.ts';
import { linkedMovements } from '../core/reconcile-link.ts';
import type { HistoryRow, Settled } from '../core/reconcile-settle.ts';
import { markOfRow, settle } from '../core/reconcile-settle.ts';
import type { Figures } from '../core/reconcile-totals.ts';
import { countDocument } from '../core/reconcile-totals.ts';
import type { FindingCode, ReconciliationFinding } from '../core/reconciliation.ts';
import { type Day, type ExternalKey, externalKey, orderId } from '../core/schema.ts';
import type { FactDesk } from './reconcile-facts.ts';
import { readHistory, readLinkedOrders, readOrders, readOwnOrders } from './reconcile-infor.ts';
import { type LedgerView, movementsOf } from './reconcile-ledger.ts';
import { chunksOf, type Freezer } from './reconcile-part.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

export interface BooksReading {
  parts: ReconcileParts;
  freezer: Freezer;
  frame: ReconcileFrame;
  view: LedgerView;
  desk: FactDesk;
  results: CaseResults;
  figures: Figures;
  notCompared: CaseResults['notCompared'];
}

/** Days around the period in which what belongs to it may have been booked. */
const marginDays = 7;

export interface LedgerPeriod {
  /** Movements from somewhat before the period until now, or somewhat after it. */
  movements: LedgerMovement[];
  orders: LedgerOrder[];
  journals: Map<ExternalKey, Posting>;
  /** Sales orders and others by key, for what depends on them. */
  records: Set<string>;
  fromDay: Day;
  toDay: Day;
}

export async function readLedgerPeriod(reading: BooksReading): Promise<LedgerPeriod> {
  const { parts, frame, desk, freezer } = reading;
  const { period } = frame;
  const fromDay = addDays(period.from, -marginDays);
  const today = addDays(dayIn(period, freezer.run.startedAtMs), 1);
  const toDay = laterDay(addDays(period.to, marginDays), today);
  const found: LedgerPeriod = {
    ...{ movements: [], orders: [], journals: new Map(), records: new Set(), fromDay, toDay },
  };
  const { fromMs, toMs } = period;
  parts.progress('reading the ledger');
  for await (const page of parts.store.ledgerPostings({ fromDay, toDay, fromMs, toMs })) {
    const parents = await parentsOf(parts, page);
    const { reasonDefault } = frame;
    const [movements = []] = await desk.settle([
      (master) => ({
        answer: movementsOf(page, [...parents.values()], { master, reasonDefault }),
        needs: master.needs(),
      }),
    ]);
    found.movements.push(...movements);
    for (const movement of movements) {
      if (concernsPeriod(movement.day, movement.postedAtMs, frame)) {
        found.records.add(`${movement.record.kind}:${movement.record.id}`);
      }
    }
    const cancelled = await cancelledOf(parts, frame.asOfMs, page);
    for (const posting of page) noteDocument(reading, { posting, cancelled }, found);
  }
  return found;
}

function noteDocument(
  { frame }: BooksReading,
  one: { posting: Posting; cancelled: ReadonlySet<ExternalKey> },
  found: LedgerPeriod,
): void {
  const { posting, cancelled } = one;
  if (posting.document.kind === 'journal') found.journals.set(posting.key, posting);
  const order = ledgerOrder(posting, cancelled.has(posting.key) ? 'yes' : 'no');
  if (order === null || placeOfDay(order.day, frame.period) !== 'in') return;
  if (posting.postedAtMs !== null && posting.postedAtMs > frame.asOfMs) return;
  found.orders.push(order);
  found.records.add(`${posting.record.kind}:${posting.record.id}`);
}

function concernsPeriod(day: Day, postedAtMs: number | null, { period }: ReconcileFrame): boolean {
  if (placeOfDay(day, period) === 'in') return true;
  return postedAtMs !== null && postedAtMs >= period.fromMs && postedAtMs < period.toMs;
}

/** The orders that issues of a page belong to; many are in other pages. */
async function parentsOf(
  { store }: ReconcileParts,
  page: readonly Posting[],
): Promise<Map<ExternalKey, Posting>> {
  const keys = new Set(
    page.flatMap(({ kind, dependsOn }) =>
      kind === 'goodsIssue' && dependsOn !== null ? [dependsOn] : [],
    ),
  );
  const parents = keys.size === 0 ? [] : await store.postingsUnder([...keys]);
  return new Map(parents.map((posting) => [posting.key, posting]));
}

/** Keys of orders that the ledger had taken back itself at the moment. */
async function cancelledOf(
  { store }: ReconcileParts,
  asOfMs: number,
  page: readonly Posting[],
): Promise<Set<ExternalKey>> {
  const orders = page.filter(({ kind }) => kind === 'salesOrder');
  if (orders.length === 0) return new Set();
  const keys = orders.map(({ record }) => cancellationKey(orderId(record.id)));
  const cancelled = new Set<ExternalKey>();
  for (const { state, document, postedAtMs } of await store.postingsUnder(keys)) {
    if (postedAtMs !== null && postedAtMs > asOfMs) continue;
    if (state === 'posted' && document.kind === 'orderCancellation') {
      cancelled.add(document.salesOrderKey);
    }
  }
  return cancelled;
}

/** Taken back by a run since the moment, or about to be: Infor may have it in either state. */
async function isBeingCancelled(
  { store }: ReconcileParts,
  asOfMs: number,
  { posting, stands }: LedgerOrder,
): Promise<boolean> {
  if (stands === 'cancelled' || posting.kind !== 'salesOrder') return false;
  const keys = [cancellationKey(orderId(posting.record.id))];
  const found = await store.postingsUnder(keys);
  return found.some(
    ({ state, postedAtMs, handedToCommit }) =>
      (postedAtMs !== null && postedAtMs > asOfMs) || (state !== 'cancelled' && handedToCommit),
  );
}

const goneCodes: FindingCode[] = ['DELETED_IN_INFOR', 'MISSING_IN_INFOR'];

const orderKinds = ['salesOrder', 'purchaseOrder'] as const;

/** Orders of the ledger in Infor, and orders of ours in Infor that the ledger does not have. */
export async function compareBookedOrders(
  reading: BooksReading,
  ledger: LedgerPeriod,
): Promise<void> {
  const { results, figures, frame, parts } = reading;
  for (const kind of orderKinds) {
    const orders = ledger.orders.filter(({ document }) => document.kind === kind);
    const postings = new Map(orders.map(({ posting }) => [posting.key, posting]));
    const booked = await readOrders(reading, kind, postings);
    for (const order of orders) {
      if (order.stands === 'posted') countDocument(figures, kind, 'ledger');
      const documents = booked?.get(order.posting.key);
      if (documents === undefined) continue;
      const live = documents.filter((one) => one.live === 'yes').length;
      countDocument(figures, kind, 'infor', live);
      const found = compareBookedOrder(order, documents);
      const isGone = found.some(({ code }) => goneCodes.includes(code));
      if (isGone && (await isBeingCancelled(parts, frame.asOfMs, order))) continue;
      results.findings.push(...found);
    }
    await compareLinkedOrders(reading, kind);
    const { from, to } = frame.period;
    const customers = customersOf(orders, parts.customers);
    const request = { kind, customers, fromDay: from, toDay: to };
    const own = await readOwnOrders(reading, request);
    results.findings.push(...copiesOf(orders, { booked, own }));
    for (const one of await unknownOf(parts, own)) {
      countDocument(figures, kind, 'infor');
      results.findings.push(unknownOrder(one));
    }
  }
}

async function compareLinkedOrders(
  reading: BooksReading,
  kind: (typeof orderKinds)[number],
): Promise<void> {
  const { results, figures } = reading;
  const linked = results.linkedOrders.filter((one) => one.kind === kind);
  const answers = await readLinkedOrders(reading, kind, linked);
  linked.forEach((one, index) => {
    const booked = answers[index];
    if (booked === undefined) return;
    countDocument(figures, kind, 'ledger');
    const live = booked.filter((order) => order.live === 'yes').length;
    countDocument(figures, kind, 'infor', live);
    results.findings.push(...compareLinkedOrder(one, booked));
  });
}

/** Orders under our keys that asking for the key of its own customer does not show. */
function copiesOf(
  orders: readonly LedgerOrder[],
  found: { booked: Map<ExternalKey, BookedOrder[]> | null; own: BookedOrder[] },
): ReconciliationFinding[] {
  const byKey = new Map(orders.map((order) => [order.posting.key, order]));
  return found.own.flatMap((one) => {
    const order = one.key === null ? undefined : byKey.get(one.key);
    if (order === undefined || one.live === 'no') return [];
    const shown = found.booked?.get(order.posting.key) ?? [];
    const first = shown.find(({ live }) => live === 'yes');
    const isShown = shown.some(({ number }) => number === one.number);
    return first === undefined || isShown ? [] : doubledOrder(order, one, first);
  });
}

function customersOf(orders: readonly LedgerOrder[], configured: readonly string[]): string[] {
  const posted = orders.flatMap(({ document }) =>
    document.kind === 'salesOrder' ? [document.customer] : [],
  );
  return [...new Set([...configured, ...posted])].sort();
}

async function unknownOf(
  { store }: ReconcileParts,
  orders: readonly BookedOrder[],
): Promise<BookedOrder[]> {
  const live = orders.filter((one) => one.live === 'yes' && one.key !== null);
  const known = new Set<string>();
  for (const chunk of chunksOf(live, 500)) {
    const keys = chunk.flatMap(({ key }) => (key === null ? [] : [key]));
    for (const posting of await store.postingsUnder(keys)) {
      // What was posted, or may be, is compared by its own key.
      if (posting.state !== 'cancelled') known.add(posting.key);
    }
  }
  return live.filter(({ key }) => key !== null && !known.has(key));
}

/** All movements with all rows; null when Infor's history cannot be read. */
export async function settleHistory(
  reading: BooksReading,
  ledger: LedgerPeriod,
): Promise<{ settled: Settled; movements: LedgerMovement[] } | null> {
  const { frame, view, results } = reading;
  // Also those that a centre stood for when something was posted.
  const warehouses = [
    ...frame.settings.centres.map(({ warehouse }) => warehouse),
    ...ledger.movements.map(({ warehouse }) => warehouse),
  ];
  const { fromDay, toDay } = ledger;
  const rows = await readHistory(reading, {
    warehouses: [...new Set(warehouses)].sort(),
    ...{ fromDay, toDay },
  });
  if (rows === null) return null;
  const byHand = linkedMovements({
    links: view.allLinks,
    moved: results.moved,
    rows,
    dayOf: (atMs) => dayOf(atMs, frame.period.timeZone),
  });
  const movements = [...ledger.movements, ...byHand];
  const first = settle(movements, rows);
  const more = await farMovements(reading, { movements, left: first.left });
  const all = [...movements, ...more];
  const settled = more.length === 0 ? first : settle(all, rows);
  return { settled, movements: all };
}

/** Rows of receipts whose unit nobody knows any more are theirs, and cannot be held against it. */
export function withoutUnclear(
  { notCompared }: BooksReading,
  { settled, movements }: { settled: Settled; movements: readonly LedgerMovement[] },
): Settled {
  const unclear = movements.filter((one) => one.unclear.length > 0);
  const marks = new Set(
    unclear.flatMap(({ key, unclear: items }) =>
      items.map(({ item }) => `${deliveryMark(key)} ${item}`),
    ),
  );
  for (const { key, unclear: items } of unclear) {
    notCompared.push({
      what: `what Infor holds of ${key}: item ${items.map(({ item }) => item).join(', ')}`,
      why: `how many basic units one ${items[0]?.unit ?? 'unit'} has is not known any more`,
      hint: 'Give the item its unit in Infor again, and compare again.',
    });
  }
  const isTheirs = ({ deliveryNote, item }: HistoryRow) =>
    marks.has(`${deliveryMark(deliveryNote ?? '')} ${item}`);
  return { ...settled, left: settled.left.filter((row) => !isTheirs(row)) };
}

/** Stock issues have no order by which they could be looked up. */
function isMarkedCorrection(row: HistoryRow): boolean {
  return row.kind === 'adjustment' && markOfRow(row) !== '';
}

/** Clocks of other machines may lie behind. */
const clockSlackMs = 3_600_000;

/** Stock issues that a run has posted, or is posting, since the ledger was read. */
async function recentIssues({ parts, frame }: BooksReading): Promise<Posting[]> {
  const { asOfMs, period } = frame;
  const fromMs = asOfMs - clockSlackMs;
  const span = { fromMs, toMs: Number.MAX_SAFE_INTEGER };
  // No days: only what was posted in this time.
  const days = { fromDay: addDays(period.to, 1), toDay: period.to };
  const found: Posting[] = [];
  for (const pages of [
    parts.store.ledgerPostings({ ...days, ...span }),
    parts.store.unfinishedPostings(),
  ]) {
    for await (const page of pages) {
      found.push(...page.filter(({ kind }) => kind === 'stockIssue'));
    }
  }
  return found;
}

const receiptMark = /^RX?[0-9A-Z]+-\d+$/;

/**
 * Rows that are left over may be ours all the same, of another period: their orders and delivery
 * notes are looked up in the ledger.
 */
async function farMovements(
  reading: BooksReading,
  found: { movements: readonly LedgerMovement[]; left: readonly HistoryRow[] },
): Promise<LedgerMovement[]> {
  const { parts, frame, desk } = reading;
  const known = new Set(found.movements.map(({ key }) => key));
  const notes = new Set<string>();
  const numbers = new Set<string>();
  for (const { kind, order, deliveryNote } of found.left) {
    const note = deliveryNote?.trim().toUpperCase() ?? '';
    if (kind === 'purchaseReceipt' && note.length <= 20 && receiptMark.test(note)) notes.add(note);
    if (kind === 'orderIssue' && order !== null) numbers.add(order);
  }
  const postings = found.left.some(isMarkedCorrection) ? await recentIssues(reading) : [];
  const keys = [...notes].map(externalKey).filter((key) => !known.has(key));
  for (const chunk of chunksOf(keys, 500)) {
    postings.push(...(await parts.store.postingsUnder(chunk)));
  }
  for (const chunk of chunksOf([...numbers], 500)) {
    const rows = await parts.store.crosswalkRows({
      ...{ keys: [], shipbobIds: [], inforNumbers: chunk },
    });
    const orders = rows.filter(({ documentKind }) => documentKind === 'salesOrder');
    const records = orders.map(({ shipbobId }) => ({ kind: 'order' as const, id: shipbobId }));
    if (records.length > 0) postings.push(...(await parts.store.postingsOf(records)));
  }
  const fresh = postings.filter(({ key }) => !known.has(key));
  const parents = [...(await parentsOf(parts, fresh)).values()];
  const { reasonDefault } = frame;
  const [movements = []] = await desk.settle([
    (master) => ({
      answer: movementsOf(fresh, parents, { master, reasonDefault }),
      needs: master.needs(),
    }),
  ]);
  return movements;
}
