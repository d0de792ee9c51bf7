/**
 * ShipBob's receiving orders against the receipts in the ledger.
 *
 * ShipBob counts what is stowed and does not say when, while a receiving order is open. What the
 * ledger has booked of it carries its days; what is stowed and not booked counts as not in Infor
 * yet, on the day the receiving order was completed, or on none while it is open.
 */
import type { ReceivingRecord } from './glossary.ts';
import type { PlanWork } from './plan-input.ts';
import { isPositive, isZero, negateQuantity, sumQuantities } from './quantity.ts';
import type { CaseLink, CaseResults, Standing } from './reconcile-case.ts';
import { count, judge, standingOfNone } from './reconcile-case.ts';
import type { ExpectedReceipt } from './reconcile-expected.ts';
import { baselineGoods, expectedReceipt } from './reconcile-expected.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { dayIn, placeOfDay } from './reconcile-frame.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import { gatheredGoods, unitsIn } from './reconcile-goods.ts';
import { upper } from './reconcile-issue.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { ReceivingCase, Stowed } from './reconcile-stowed.ts';
import { doneOf, isByEarlier, lotFindings, restOf } from './reconcile-stowed.ts';
import type { ReconciliationFinding } from './reconciliation.ts';
import type { Day, Quantity } from './schema.ts';

export function compareReceiving(
  frame: ReconcileFrame,
  one: ReceivingCase,
  results: CaseResults,
): void {
  const { record, ledger, work } = one;
  if (record.createdAtMs > frame.asOfMs) return;
  const touched = record.updatedAtMs !== null && record.updatedAtMs > frame.asOfMs ? 'yes' : 'no';
  const found: ReconciliationFinding[] = [];
  const booked = ledger.movements.filter(({ kind }) => kind === 'goodsReceipt');
  for (const movement of booked) tellBooked(frame, movement, results);
  if (record.phase === 'cancelled' || record.phase === 'transfer') {
    found.push(...wronglyBooked(frame, record, booked));
    if (record.phase === 'transfer') tellTransfer(frame, one, results);
  } else if (isBeforeStart(work, record, booked)) {
    if (isPositive(stowedOf(record))) results.beforeStart += 1;
  } else if (isPositive(stowedOf(record)) || booked.length > 0) {
    compareStowed(frame, { ...one, booked }, results, found);
  }
  judge(results, touched, found);
}

/** What is booked counts for ShipBob as well, on its own day: nothing else tells when it came. */
function tellBooked(frame: ReconcileFrame, movement: LedgerMovement, results: CaseResults): void {
  const { key, record, warehouse, day, postedAtMs, lines, stands } = movement;
  if (stands !== 'posted' || postedAtMs === null) return;
  if (placeOfDay(day, frame.period) === 'in') count(results, 'goodsReceipt');
  const units = unitsIn(lines);
  results.moved.push({
    ...{ kind: 'goodsReceipt' as const, key, record, warehouse, day },
    ...{ atMs: postedAtMs, lines: gatheredGoods(lines), units },
  });
  if (postedAtMs <= frame.asOfMs) return;
  const why = 'posted after the moment';
  const atMs = postedAtMs;
  const open = {
    state: 'waiting',
    key,
    warehouse,
    day,
    atMs,
    direction: 'in',
    lines,
    why,
  } as const;
  results.open.push(open);
  if (placeOfDay(day, frame.period) !== 'in') return;
  results.waiting.push({
    ...{ document: 'goodsReceipt', key, record, day, units, amount: null, currency: null },
    state: 'waiting',
    why,
  });
}

function wronglyBooked(
  frame: ReconcileFrame,
  record: ReceivingRecord,
  booked: readonly LedgerMovement[],
): ReconciliationFinding[] {
  const now = record.phase === 'transfer' ? 'a transfer between centres' : 'cancelled';
  return booked
    .filter(({ day, stands }) => placeOfDay(day, frame.period) === 'in' && stands === 'posted')
    .map((movement) =>
      finding({
        code: 'POSTED_THOUGH_CANCELLED',
        sentence: `${movement.key} is posted with ${unitsIn(movement.lines)} units, and receiving order ${record.id} is ${now} in ShipBob.`,
        ...aboutReceipt(movement),
        ledger: unitsIn(movement.lines),
      }),
    );
}

/** Goods from another centre: on the shelf, and no purchase. */
function tellTransfer(frame: ReconcileFrame, one: ReceivingCase, results: CaseResults): void {
  const { warehouse, stowed } = expectedReceipt(one.work, one.record);
  if (stowed.length === 0) return;
  const { day, atMs } = momentOf(frame, one.record);
  const why = `receiving order ${one.record.id} moves goods between centres`;
  results.open.push({
    ...{ state: 'transfer', key: null, warehouse, day, atMs, direction: 'in' },
    ...{ lines: stowed, why },
  });
}

function compareStowed(
  frame: ReconcileFrame,
  one: Stowed,
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { record, ledger, booked, work } = one;
  const expected = expectedReceipt(work, record);
  const links = ledger.links.filter(({ kind }) => kind === 'goodsReceipt');
  const why = whyNot({ booked, links, baseline: baselineGoods(work, record) });
  if (why !== null) {
    nameGap(expected, why, results);
    return;
  }
  const { stowed } = expected;
  const done = doneOf(one, work);
  const rest = restOf(stowed, done);
  const uneven = rest.open.length > 0 || rest.surplus.length > 0;
  if ((uneven || expected.unclear !== null) && isByEarlier(frame, one)) {
    results.byEarlierMapping += 1;
    tellRemapped(frame, { ...one, expected, done }, results);
    return;
  }
  if (expected.unclear !== null) tellUnclear(frame, { ...one, expected }, results);
  if (expected.unclear !== null && rest.surplus.length > 0) {
    // What is booked of it may be what cannot be translated any more.
    const codes = expected.unclear.why.join(', ');
    nameGap(expected, `ShipBob's goods cannot be translated today: ${codes}`, results);
    rest.surplus = [];
  }
  for (const more of rest.surplus) {
    const numbers = booked.map(({ key }) => key).join(', ');
    found.push(
      finding({
        code: 'QUANTITY_DIFFERS',
        sentence: `${upper(expected.name)}: ${more.stowed} of item ${more.item} are stowed, and ${more.booked} are booked (${numbers}).`,
        document: 'goodsReceipt',
        record: expected.record,
        key: booked.at(-1)?.key ?? null,
        warehouse: expected.warehouse,
        item: more.item,
        shipbob: more.stowed,
        ledger: more.booked,
      }),
    );
  }
  found.push(...lotFindings(expected, { stowed, done, booked }));
  if (rest.open.length > 0) tellOpen(frame, { ...one, expected, lines: rest.open }, results, found);
}

/** The shelf counts by today's mapping, Infor's balance by that of then: the bridge needs both. */
function tellRemapped(
  frame: ReconcileFrame,
  one: Stowed & { expected: ExpectedReceipt; done: GoodsLine[] },
  results: CaseResults,
): void {
  const { expected, done, record, booked } = one;
  // Goods that came before the period are part of what differed when it began.
  if (booked.some(({ day }) => placeOfDay(day, frame.period) === 'before')) return;
  const { day, atMs } = momentOf(frame, record);
  const less = done.map((line) => ({ ...line, quantity: negateQuantity(line.quantity) }));
  const lines = [...expected.stowed, ...less];
  const { warehouse } = expected;
  const common = { key: null, warehouse, day, atMs, direction: 'in', why: expected.name } as const;
  results.open.push({ state: 'earlierMapping', lines, ...common });
}

function tellOpen(
  frame: ReconcileFrame,
  one: ReceivingCase & { expected: ExpectedReceipt; lines: GoodsLine[] },
  results: CaseResults,
  found: ReconciliationFinding[],
): void {
  const { record, expected, lines } = one;
  const standing = standingOfRest(one);
  const { day, atMs } = momentOf(frame, record);
  const units = unitsIn(lines);
  const { warehouse } = expected;
  if (standing.state !== 'notPosted') {
    const { state, why } = standing;
    const key = null;
    results.open.push({ state, key, warehouse, day, atMs, direction: 'in', lines, why });
  }
  if (isOutside(frame, record, day)) return;
  count(results, 'goodsReceipt');
  const shownDay = day ?? frame.period.to;
  results.moved.push({
    ...{ kind: 'goodsReceipt' as const, key: null, record: expected.record, warehouse },
    ...{ day: shownDay, atMs, lines, units },
  });
  if (standing.state === 'notPosted') {
    found.push(
      finding({
        code: 'NOT_POSTED',
        sentence: `${upper(expected.name)} has ${units} units on the shelf that are not posted, not waiting and not flagged.`,
        document: 'goodsReceipt',
        record: expected.record,
        warehouse,
        day,
        shipbob: units,
        evidence: Object.fromEntries(lines.map(({ item, quantity }) => [item, quantity])),
      }),
    );
    return;
  }
  results.waiting.push({
    ...{ document: 'goodsReceipt', key: null, record: expected.record, day, units },
    ...{ amount: null, currency: null, state: standing.state, why: standing.why },
  });
}

/** A receipt under way takes what is open; else it is as with everything without a posting. */
function standingOfRest(one: ReceivingCase): Exclude<Standing, { state: 'posted' | 'linked' }> {
  const open = one.ledger.postings.filter(
    ({ kind, state }) => kind === 'goodsReceipt' && state !== 'posted' && state !== 'cancelled',
  );
  const doubtful = open.find(({ state }) => state === 'unknown' || state === 'committing');
  if (doubtful !== undefined) {
    return { state: 'unknown', why: `it is not clear yet whether Infor took ${doubtful.key}` };
  }
  const [next] = open.filter(({ state }) => state !== 'flagged');
  if (next !== undefined) {
    return { state: 'waiting', why: next.waitingFor ?? `${next.key} is to be posted` };
  }
  const standing = standingOfNone(one.ledger, () => true);
  return standing.state === 'posted' || standing.state === 'linked'
    ? { state: 'notPosted' }
    : standing;
}

/** Goods that nothing in Infor stands for wait with their flag; others nobody knows of. */
function tellUnclear(
  frame: ReconcileFrame,
  one: ReceivingCase & { expected: ExpectedReceipt },
  results: CaseResults,
): void {
  const { expected, record } = one;
  const { unclear, warehouse } = expected;
  if (unclear === null) return;
  const standing = standingOfNone(one.ledger, () => true);
  if (
    standing.state === 'notPosted' ||
    standing.state === 'posted' ||
    standing.state === 'linked'
  ) {
    nameGap(expected, `ShipBob's goods cannot be translated: ${unclear.why.join(', ')}`, results);
    return;
  }
  const { day, atMs } = momentOf(frame, record);
  if (isOutside(frame, record, day)) return;
  const key = null;
  const kind = 'goodsReceipt';
  const units = unclear.pieces;
  const shown = { day: day ?? frame.period.to, atMs, lines: [], units };
  results.moved.push({ kind, key, record: expected.record, warehouse, ...shown });
  count(results, kind);
  results.waiting.push({
    ...{ document: kind, key, record: expected.record, day, units },
    ...{ amount: null, currency: null, state: standing.state, why: standing.why },
  });
}

function nameGap(expected: ExpectedReceipt, why: string, results: CaseResults): void {
  results.notCompared.push({
    what: `what is stowed of ${expected.name}`,
    why,
    hint: 'Mend the mapping, the master data or the unit that is named, and compare again.',
  });
}

/** Null, or why the shelf cannot be held against the ledger. */
function whyNot(known: {
  booked: LedgerMovement[];
  links: CaseLink[];
  baseline: GoodsLine[] | null;
}): string | null {
  if (known.baseline === null) return 'the baseline names goods that cannot be translated today';
  const [unit] = known.booked.flatMap(({ unclear }) => unclear);
  if (unit !== undefined) {
    return `how many basic units one ${unit.unit} of item ${unit.item} has is not known any more`;
  }
  const [unchecked] = known.links.filter(({ held }) => held === null);
  return unchecked === undefined
    ? null
    : `what ${unchecked.number}, entered by hand, books of it was never checked`;
}

/** Completed in another period, or not even begun in this one. */
function isOutside(frame: ReconcileFrame, record: ReceivingRecord, day: Day | null): boolean {
  return day === null
    ? record.createdAtMs >= frame.period.toMs
    : placeOfDay(day, frame.period) !== 'in';
}

function isBeforeStart(
  work: PlanWork,
  record: ReceivingRecord,
  booked: readonly LedgerMovement[],
): boolean {
  const { startFromMs } = work.settings.sync;
  if (startFromMs === null || record.createdAtMs >= startFromMs || booked.length > 0) return false;
  const ended = record.phase === 'completed' ? (record.completedAtMs ?? record.updatedAtMs) : null;
  return ended !== null && ended < startFromMs;
}

function momentOf(
  frame: ReconcileFrame,
  record: ReceivingRecord,
): { day: Day | null; atMs: number } {
  const done = record.phase === 'completed' ? record.completedAtMs : null;
  if (done === null) return { day: null, atMs: record.updatedAtMs ?? frame.asOfMs };
  return { day: dayIn(frame.period, done), atMs: done };
}

function stowedOf(record: ReceivingRecord): Quantity {
  const stowed = record.lines.map((line) => line.stowed);
  return sumQuantities(stowed.filter((quantity) => !isZero(quantity)));
}

function aboutReceipt({ kind, record, key, warehouse, day, number }: LedgerMovement) {
  return { document: kind, record, key, warehouse, day, inforNumber: number };
}
