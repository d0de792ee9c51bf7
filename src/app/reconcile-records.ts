/** ShipBob's records of the period, read again and held against the ledger, batch by batch. */
import type { ChargeRecord, OrderRecord, ReceivingRecord, RecordKey } from '../core/glossary.ts';
import type { MasterView } from '../core/master.ts';
import type { PlanInput } from '../core/plan-input.ts';
import { planWork } from '../core/plan-input.ts';
import type { CaseResults, LedgerCase } from '../core/reconcile-case.ts';
import { count, noResults } from '../core/reconcile-case.ts';
import type { ReconcileFrame } from '../core/reconcile-frame.ts';
import { compareOrder, compareVanished } from '../core/reconcile-order.ts';
import { compareReceiving } from '../core/reconcile-receiving.ts';
import { orderId, receivingId } from '../core/schema.ts';
import type { TimeWindow } from './ports.ts';
import type { FactDesk } from './reconcile-facts.ts';
import { type FrozenPage, type Kept, kept, keptPages } from './reconcile-kept.ts';
import {
  caseOf,
  type LedgerBatch,
  type LedgerView,
  nameOf,
  readBatch,
} from './reconcile-ledger.ts';
import { chunksOf, type Freezer, frozen, frozenOnce } from './reconcile-part.ts';
import type { ReconcileParts } from './reconcile-parts.ts';

export interface RecordReading {
  parts: ReconcileParts;
  freezer: Freezer;
  frame: ReconcileFrame;
  view: LedgerView;
  desk: FactDesk;
  results: CaseResults;
  /** Records that were compared, by name. */
  seen: Set<string>;
}

const batchSize = 250;
/** So far the days of two zones may lie apart: UTC-12 and UTC+14. */
const zonesApartMs = 26 * 3_600_000;
/** Records that change while they are read stay within the last window. */
const aheadMs = 7 * 86_400_000;

/**
 * Everything that left in the period was updated after its beginning; the sweep by creation finds
 * what that list may have lost meanwhile.
 */
export async function compareOrders(reading: RecordReading): Promise<void> {
  const { parts, freezer, frame } = reading;
  const { startedAtMs } = freezer.run;
  // A warehouse's day may begin before the same day of the period's zone.
  const sweeps = [
    ...windowsOf(
      frame.period.fromMs - zonesApartMs,
      startedAtMs,
      parts.settings.sync.windowMsMax,
    ).map((window) => ({ by: 'updated' as const, window })),
    {
      by: 'created' as const,
      window: { fromMs: frame.period.fromMs, toMs: Math.min(frame.period.toMs, startedAtMs) },
    },
  ];
  for (const { by, window } of sweeps) {
    if (window.fromMs >= window.toMs) continue;
    const name = `orders ${by} ${window.fromMs}-${window.toMs}`;
    parts.progress(`reading orders ${by} up to ${moment(Math.min(window.toMs, startedAtMs))}`);
    const pages = frozen(freezer, name, () => keptPages(parts.source.orders(by, window)));
    for await (const page of pages) await compareOrderPage(reading, page);
  }
}

/** Records of the ledger that ShipBob's lists did not show: asked for one by one. */
export async function compareUnlisted(
  reading: RecordReading,
  wanted: readonly RecordKey[],
): Promise<void> {
  const { parts, freezer, seen } = reading;
  const fresh = wanted.filter((key) => key.kind === 'order' && !seen.has(nameOf(key)));
  const ids = await frozenOnce(freezer, 'orders not listed', async () => fresh.map(({ id }) => id));
  for (const [index, chunk] of chunksOf(ids, 20).entries()) {
    parts.progress(`reading ${ids.length} orders by their number`);
    const found = await frozenOnce(freezer, `orders by number ${index}`, () =>
      readByNumber(parts, chunk),
    );
    await compareOrderPage(reading, found.page);
    await compareGone(reading, found.gone.map(orderKeyOf));
  }
}

function orderKeyOf(id: string): RecordKey {
  return { kind: 'order', id };
}

async function readByNumber(
  { source }: ReconcileParts,
  ids: readonly string[],
): Promise<{ page: FrozenPage<OrderRecord>; gone: string[] }> {
  const page: FrozenPage<OrderRecord> = { records: [], unreadable: [] };
  const gone: string[] = [];
  for (const id of ids) {
    const answer = await source.order(orderId(id));
    if (answer === null) gone.push(id);
    else if ('record' in answer) page.records.push(kept(answer));
    else page.unreadable.push({ id, problem: answer.problem });
  }
  return { page, gone };
}

async function compareOrderPage(
  reading: RecordReading,
  page: FrozenPage<OrderRecord>,
): Promise<void> {
  noteUnreadable(reading, 'order', page.unreadable);
  const orders = freshOf(reading, page.records);
  for (const chunk of chunksOf(orders, batchSize)) {
    await compareBatch(reading, chunk, (frame, one, results) => {
      if (one.record.kind === 'order') compareOrder(frame, { ...one, order: one.record }, results);
    });
  }
}

export async function compareReceivings(
  reading: RecordReading,
  known: readonly RecordKey[],
): Promise<void> {
  const { freezer, frame } = reading;
  const { startedAtMs } = freezer.run;
  const window = { fromMs: frame.period.fromMs, toMs: startedAtMs + aheadMs };
  await compareSelected(reading, 'completed', { select: 'completed', window });
  await compareSelected(reading, 'open', { select: 'open' });
  const insertedFromMs = frame.period.fromMs;
  await compareSelected(reading, 'cancelled', { select: 'cancelled', insertedFromMs });
  const rest = known.filter((key) => key.kind === 'receiving' && !reading.seen.has(nameOf(key)));
  const ids = await frozenOnce(freezer, 'receiving orders not listed', async () =>
    [...new Set(rest.map(({ id }) => id))].sort(),
  );
  for (const [index, some] of chunksOf(ids, 50).entries()) {
    const select = { select: 'ids' as const, ids: some.map(receivingId) };
    await compareSelected(reading, `of the ledger ${index}`, select);
    await compareGone(
      reading,
      some.map((id): RecordKey => ({ kind: 'receiving', id })),
    );
  }
}

/** Records that ShipBob was asked for by their number, and does not show. */
async function compareGone(reading: RecordReading, asked: readonly RecordKey[]): Promise<void> {
  const gone = asked.filter((key) => !reading.seen.has(nameOf(key)));
  const { postings } = await readBatch(reading.parts, gone);
  for (const record of gone) {
    const ledger: LedgerCase = {
      ...{ record, postings: postings.get(nameOf(record)) ?? [], movements: [] },
      ...{ flags: [], links: [], due: 'no', read: 'upToDate' },
    };
    compareVanished(reading.frame, ledger, reading.results);
  }
}

async function compareSelected(
  reading: RecordReading,
  name: string,
  select: Parameters<ReconcileParts['source']['receivings']>[0],
): Promise<void> {
  const { parts, freezer } = reading;
  parts.progress(`reading receiving orders: ${name}`);
  const pages = frozen(freezer, `receiving orders ${name}`, () => receivingPages(parts, select));
  for await (const page of pages) {
    noteUnreadable(reading, 'receiving', page.unreadable);
    for (const chunk of chunksOf(freshOf(reading, page.records), batchSize)) {
      await compareBatch(reading, chunk, (frame, one, results) => {
        if (one.record.kind !== 'receiving') return;
        compareReceiving(frame, { ...one, record: one.record }, results);
      });
    }
  }
}

/** Lots live in boxes: those of whatever is stowed are read with it. */
async function* receivingPages(
  { source }: ReconcileParts,
  select: Parameters<ReconcileParts['source']['receivings']>[0],
): AsyncGenerator<FrozenPage<ReceivingRecord>> {
  for await (const page of keptPages(source.receivings(select))) {
    for (const one of page.records) {
      if (!one.record.lines.some(({ stowed }) => stowed !== '0')) continue;
      one.record = { ...one.record, boxes: await source.boxes(one.record.id) };
    }
    yield page;
  }
}

/** Charges of the period's days. */
export async function readCharges(reading: RecordReading): Promise<ChargeRecord[]> {
  const { parts, freezer, frame } = reading;
  const { from, to } = frame.period;
  const window = { fromMs: Date.parse(from), toMs: Date.parse(to) + 86_400_000 };
  const charges = new Map<string, ChargeRecord>();
  parts.progress('reading charges');
  for await (const page of frozen(freezer, 'charges', () =>
    keptPages(parts.source.charges(window)),
  )) {
    noteUnreadable(reading, 'charge', page.unreadable);
    for (const { record } of page.records) {
      if (record.chargedOn >= from && record.chargedOn <= to) charges.set(record.id, record);
    }
  }
  return [...charges.values()];
}

function freshOf<T extends OrderRecord | ReceivingRecord>(
  { seen }: RecordReading,
  records: readonly Kept<T>[],
): Kept<T>[] {
  return records.filter(({ record }) => {
    const name = nameOf({ kind: record.kind, id: record.id });
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/** A record that a run has flagged as unreadable waits for a person; others nobody knows of. */
function noteUnreadable(
  { view, results, seen }: RecordReading,
  kind: RecordKey['kind'],
  unreadable: readonly { id: string | null; problem: string }[],
): void {
  for (const { id, problem } of unreadable) {
    const name = id === null ? null : nameOf({ kind, id });
    if (name !== null && seen.has(name)) continue;
    if (name !== null) seen.add(name);
    const flags = name === null ? [] : (view.flags.get(name) ?? []);
    const [first] = flags;
    if (first === undefined || id === null) {
      results.notCompared.push({
        what: id === null ? `a ${kind} of ShipBob's without an id` : `${kind} ${id}`,
        why: `it could not be understood: ${problem.slice(0, 200)}`,
        hint: 'Run mlc sync: what cannot be understood is flagged there with its text.',
      });
      continue;
    }
    const document = kind === 'receiving' ? 'goodsReceipt' : 'salesOrder';
    if (kind !== 'charge') count(results, document);
    results.waiting.push({
      ...{ document: kind === 'charge' ? 'journal' : document, key: null },
      ...{ record: { kind, id }, day: null, units: null, amount: null, currency: null },
      state: first.ignored === 'yes' ? 'ignored' : 'flagged',
      why: first.flag.code,
    });
  }
}

interface OneRecord {
  record: OrderRecord | ReceivingRecord;
  work: ReturnType<typeof planWork>;
  ledger: LedgerCase;
}

/** Each record is compared by itself, and again once the facts it lacks are there. */
async function compareBatch<T extends OrderRecord | ReceivingRecord>(
  reading: RecordReading,
  records: readonly Kept<T>[],
  compare: (frame: ReconcileFrame, one: OneRecord, results: CaseResults) => void,
): Promise<void> {
  const answers = await comparedBatch(reading, records, compare);
  // A run beside may have planned or flagged it between two of our reads.
  const lost = records.filter((_, index) =>
    answers[index]?.findings.some(({ code }) => code === 'NOT_POSTED'),
  );
  const again = new Map<Kept<T>, CaseResults>();
  if (lost.length > 0) {
    for (const { record } of lost) await renewFlags(reading, { kind: record.kind, id: record.id });
    const renewed = await comparedBatch(reading, lost, compare);
    lost.forEach((one, index) => {
      const answer = renewed[index];
      if (answer !== undefined) again.set(one, answer);
    });
  }
  records.forEach((one, index) => {
    const answer = again.get(one) ?? answers[index];
    if (answer !== undefined) merge(reading.results, answer);
  });
}

async function renewFlags({ parts, view }: RecordReading, key: RecordKey): Promise<void> {
  const fresh = await parts.store.planningCase(key);
  const known = view.flags.get(nameOf(key)) ?? [];
  const ids = new Set(known.map(({ flag }) => flag.id));
  const more = (fresh?.openFlags ?? []).filter(({ id }) => !ids.has(id));
  if (more.length === 0) return;
  const flags = more.map((flag) => ({ flag, ignored: 'no' as const }));
  view.flags.set(nameOf(key), [...known, ...flags]);
}

async function comparedBatch<T extends OrderRecord | ReceivingRecord>(
  reading: RecordReading,
  records: readonly Kept<T>[],
  compare: (frame: ReconcileFrame, one: OneRecord, results: CaseResults) => void,
): Promise<CaseResults[]> {
  const { parts, frame, view, desk } = reading;
  const keys = records.map(({ record }): RecordKey => ({ kind: record.kind, id: record.id }));
  const batch = await readBatch(parts, keys);
  const means = { reasonDefault: frame.reasonDefault, overlapMs: parts.settings.sync.overlapMs };
  return desk.settle(
    records.map(({ record, startedAtMs, hash }) => (master: MasterView) => {
      const results = noResults();
      const ledger = caseOf(view, batch, record, { master, hash, ...means });
      const input = inputOf(frame, { record, startedAtMs, ledger, batch, master });
      const work = planWork(input);
      compare(frame, { record, work, ledger }, results);
      return { answer: results, needs: [...master.needs(), ...work.master.needs()] };
    }),
  );
}

function inputOf(
  { settings }: ReconcileFrame,
  found: {
    record: OrderRecord | ReceivingRecord;
    startedAtMs: number;
    ledger: LedgerCase;
    batch: LedgerBatch;
    master: MasterView;
  },
): PlanInput {
  const { record, startedAtMs, ledger, batch, master } = found;
  return {
    key: ledger.record,
    record,
    unreadable: null,
    observedAtMs: startedAtMs,
    vanishedAtMs: null,
    regression: null,
    postings: ledger.postings,
    baseline: batch.baselines.get(record.id) ?? [],
    links: ledger.links,
    otherReceipts: [],
    journalKey: null,
    journalled: null,
    master,
    settings,
  };
}

function merge(into: CaseResults, from: CaseResults): void {
  into.findings.push(...from.findings);
  into.waiting.push(...from.waiting);
  into.notCompared.push(...from.notCompared);
  into.moved.push(...from.moved);
  into.open.push(...from.open);
  into.linkedOrders.push(...from.linkedOrders);
  for (const [kind, number] of from.calledFor) {
    into.calledFor.set(kind, (into.calledFor.get(kind) ?? 0) + number);
  }
  for (const [name, number] of from.touchedLater) {
    into.touchedLater.set(name, (into.touchedLater.get(name) ?? 0) + number);
  }
  into.beforeStart += from.beforeStart;
  into.byEarlierMapping += from.byEarlierMapping;
  into.skippedEarlier += from.skippedEarlier;
}

/** The same cuts whenever it is asked: the last one reaches ahead, for what changes meanwhile. */
function windowsOf(fromMs: number, toMs: number, sizeMs: number): TimeWindow[] {
  const windows: TimeWindow[] = [];
  for (let at = fromMs; at < toMs; at += sizeMs) {
    const last = at + sizeMs >= toMs;
    windows.push({ fromMs: at, toMs: last ? toMs + aheadMs : at + sizeMs });
  }
  return windows;
}

function moment(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16);
}
