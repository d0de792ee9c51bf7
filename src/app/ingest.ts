import type { RecordKey, SourceRecord } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import { toProblem } from '../core/problem.ts';
import { orderId, receivingId } from '../core/schema.ts';
import { creationSweepDue, creationWindow, sweepWindows } from '../core/window.ts';
import type { Engine } from './engine.ts';
import type { IngestCounts, Observation, SourcePage, TimeWindow } from './ports.ts';

/** A stream that could not be read to its end; its checkpoint stays where it was. */
export interface StreamTrouble {
  stream: string;
  problem: Problem;
}

export type StreamChoice = 'orders' | 'shipments' | 'receiving' | 'all';

/** A value that went backwards is read once more after this, before anyone is bothered. */
const regressionDelayMs = 2_000;
const boxesPerRunMax = 5_000;
const chargeLookBackMs = 10 * 86_400_000;
/** A day's journal is made once the day is over: reading its charges more often gains nothing. */
const chargeSweepEveryMs = 6 * 3_600_000;

/**
 * Reads ShipBob since each stream's checkpoint and stores what it sees. One stream in trouble does
 * not stop the others. The checkpoint moves in the same transaction as the last page of its window.
 */
export async function ingest(engine: Engine, choice: StreamChoice): Promise<StreamTrouble[]> {
  const { streams } = engine.settings.sync;
  const wanted: [string, boolean, () => Promise<void>][] = [
    ['regressed', true, () => rereadOwed(engine)],
    ['orders', streams.orders && choice !== 'receiving', () => sweepOrders(engine, 'updated')],
    ['tracking', streams.tracking && choice !== 'receiving', () => sweepOrders(engine, 'tracking')],
    ['creation', streams.orders && choice !== 'receiving', () => sweepCreations(engine)],
    [
      'receiving',
      streams.receiving && (choice === 'all' || choice === 'receiving'),
      () => sweepReceivings(engine),
    ],
    ['costs', streams.costs && choice === 'all', () => sweepCharges(engine)],
  ];
  const troubles: StreamTrouble[] = [];
  for (const [stream, on, read] of wanted) {
    if (!on || engine.signal.aborted) continue;
    try {
      await read();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
      engine.log.warn(`the ${stream} stream stopped: ${problem.message}`, { code: problem.code });
      troubles.push({ stream, problem });
    }
  }
  return troubles;
}

async function sweepOrders(engine: Engine, by: 'updated' | 'tracking'): Promise<void> {
  const stream = by === 'updated' ? 'orders' : 'tracking';
  for (const window of await windowsOf(engine, stream)) {
    engine.progress(`reading orders ${by} up to ${instant(window.toMs)}`);
    await storePages(engine, stream, engine.shipbob.orders(by, window), window);
  }
}

async function windowsOf(engine: Engine, stream: string): Promise<TimeWindow[]> {
  const { sync } = engine.settings;
  return sweepWindows({
    checkpointMs: earliest(await engine.store.checkpoint(stream), engine.sinceMs),
    startFromMs: sync.startFromMs,
    nowMs: engine.clock.now(),
    overlapMs: sync.overlapMs,
    lagMs: sync.lagMs,
    windowMsMax: sync.windowMsMax,
  });
}

/** A start asked for by hand can only go back: skipping ahead would lose what lies between. */
function earliest(checkpointMs: number | null, sinceMs: number | null): number | null {
  if (checkpointMs === null || sinceMs === null) return checkpointMs ?? sinceMs;
  return Math.min(checkpointMs, sinceMs);
}

/** Stores page by page; the checkpoint moves with the last one. Answers the ids seen. */
async function storePages<T extends SourceRecord>(
  engine: Engine,
  stream: string,
  pages: AsyncGenerator<SourcePage<T>>,
  window: TimeWindow | null,
): Promise<Set<string>> {
  const seen = new Set<string>();
  let finished = false;
  for await (const page of pages) {
    if (engine.signal.aborted) return seen;
    finished = page.pagesLeft === 0;
    for (const { record } of page.observations) seen.add(record.id);
    const counts = await engine.store.saveObservations(engine.fence, {
      stream,
      nowMs: engine.clock.now(),
      observations: page.observations,
      unreadable: page.unreadable,
      checkpointMs: finished && window ? window.toMs : null,
    });
    engine.crash('after-page');
    countSeen(engine, page.observations, counts);
    await rereadRegressed(engine, stream, counts.regressed);
  }
  if (!finished && window) await moveCheckpoint(engine, stream, window.toMs);
  return seen;
}

/** For a window that was read to its end without a row. */
async function moveCheckpoint(engine: Engine, stream: string, checkpointMs: number): Promise<void> {
  await engine.store.saveObservations(engine.fence, {
    stream,
    nowMs: engine.clock.now(),
    observations: [],
    unreadable: [],
    checkpointMs,
  });
  engine.crash('after-checkpoint');
}

/** Adds what a page held, and what of it was new, to the run's numbers. */
export function countSeen(engine: Engine, observations: Observation[], counts: IngestCounts): void {
  const { seen } = engine.counts;
  for (const { record } of observations) {
    if (record.kind === 'order') seen.orders += 1;
    else if (record.kind === 'receiving') seen.receivings += 1;
    else seen.charges += 1;
  }
  seen.changed += counts.added + counts.changed;
  seen.unreadable += counts.unreadable;
}

/**
 * A stale read can look like a step backwards: only a second, later read makes it true (protocol
 * §3).
 */
async function rereadRegressed(engine: Engine, stream: string, keys: RecordKey[]): Promise<void> {
  if (keys.length === 0) return;
  await engine.clock.sleep(regressionDelayMs, engine.signal);
  engine.crash('before-second-read');
  for (const key of keys) await readSecondTime(engine, stream, key);
}

/** Those whose second read a stopped run, or ShipBob, has prevented. */
async function rereadOwed(engine: Engine): Promise<void> {
  for (const key of await engine.store.regressionsOwed()) {
    if (engine.signal.aborted) return;
    await readSecondTime(engine, 'regressed', key);
  }
}

async function readSecondTime(engine: Engine, stream: string, key: RecordKey): Promise<void> {
  for (const { observations, unreadable } of await readAgain(engine, key)) {
    await engine.store.saveObservations(engine.fence, {
      stream,
      nowMs: engine.clock.now(),
      observations,
      unreadable,
      checkpointMs: null,
      read: 'second',
    });
  }
}

type Seen = Pick<SourcePage<SourceRecord>, 'observations' | 'unreadable'>;

async function readAgain(engine: Engine, key: RecordKey): Promise<Seen[]> {
  if (key.kind === 'charge') return [];
  if (key.kind === 'order') {
    const answer = await engine.shipbob.order(orderId(key.id));
    if (answer === null) {
      await engine.store.markVanished(engine.fence, key, engine.clock.now());
      return [];
    }
    if ('record' in answer) return [{ observations: [answer], unreadable: [] }];
    return [{ observations: [], unreadable: [answer] }];
  }
  const pages: Seen[] = [];
  const ids = [receivingId(key.id)];
  for await (const page of engine.shipbob.receivings({ select: 'ids', ids })) pages.push(page);
  return pages;
}

/**
 * Once a day: orders by creation time, which finds what no update showed. An order that is stored
 * but not listed counts as vanished only after a 404 by its id (reference §5.1).
 */
async function sweepCreations(engine: Engine): Promise<void> {
  const { sync } = engine.settings;
  const nowMs = engine.clock.now();
  const last = await engine.store.checkpoint('creation');
  if (!creationSweepDue({ lastSweepMs: last, nowMs, everyMs: sync.creationSweepEveryMs })) return;
  const window = creationWindow({
    nowMs,
    startFromMs: sync.startFromMs,
    widthMs: sync.creationSweepMs,
    lagMs: sync.lagMs,
  });
  engine.progress('reading orders by creation date');
  const seen = await storePages(
    engine,
    'creation',
    engine.shipbob.orders('created', window),
    window,
  );
  if (engine.signal.aborted) return;
  for (const id of await engine.store.orderIdsCreated(window)) {
    if (seen.has(id)) continue;
    const answer = await engine.shipbob.order(id);
    const nowMs2 = engine.clock.now();
    if (answer === null)
      await engine.store.markVanished(engine.fence, { kind: 'order', id }, nowMs2);
  }
}

/** Open ones always, finished ones since the checkpoint, and every open one that was not seen. */
async function sweepReceivings(engine: Engine): Promise<void> {
  const startedAtMs = engine.clock.now();
  const windows = await windowsOf(engine, 'receiving');
  const first = windows[0];
  if (!first) return;
  const window = { fromMs: first.fromMs, toMs: windows.at(-1)?.toMs ?? first.toMs };
  engine.progress('reading receiving orders');
  const seen = await storePages(
    engine,
    'receiving',
    engine.shipbob.receivings({ select: 'open' }),
    null,
  );
  const finished = [
    engine.shipbob.receivings({ select: 'completed', window }),
    engine.shipbob.receivings({
      select: 'cancelled',
      insertedFromMs: cancelledSince(engine, window),
    }),
  ];
  for (const pages of finished) {
    for (const id of await storePages(engine, 'receiving', pages, null)) seen.add(id);
  }
  const open = await engine.store.openReceivings();
  const unseen = open
    .filter(({ id, observedAtMs }) => !seen.has(id) && observedAtMs < startedAtMs)
    .map(({ id }) => id);
  if (unseen.length > 0) {
    await storePages(
      engine,
      'receiving',
      engine.shipbob.receivings({ select: 'ids', ids: unseen }),
      null,
    );
  }
  await readBoxes(engine);
  if (engine.signal.aborted) return;
  await moveCheckpoint(engine, 'receiving', window.toMs);
}

/**
 * There is no cancelled-date filter: look back over creation dates as far as the daily sweep does.
 */
function cancelledSince(engine: Engine, window: TimeWindow): number {
  return Math.min(window.fromMs, engine.clock.now() - engine.settings.sync.creationSweepMs);
}

/** Lots live in boxes, which the list has not: read by themselves where they are wanted. */
export async function readBoxes(engine: Engine): Promise<void> {
  for (const id of await engine.store.receivingsWantingBoxes(boxesPerRunMax)) {
    if (engine.signal.aborted) return;
    const startedAtMs = engine.clock.now();
    const boxes = await engine.shipbob.boxes(id);
    await engine.store.saveBoxes(engine.fence, id, boxes, startedAtMs);
    engine.crash('after-boxes');
  }
}

/**
 * Charges are listed by their day, and appear days after it (reference §5.1, §8.5): every sweep
 * looks back over the days in which late ones may still turn up.
 */
async function sweepCharges(engine: Engine): Promise<void> {
  const nowMs = engine.clock.now();
  const lastSweepMs = await engine.store.checkpoint('costs');
  const due = creationSweepDue({ lastSweepMs, nowMs, everyMs: chargeSweepEveryMs });
  if (!due && engine.sinceMs === null) return;
  const [first] = await windowsOf(engine, 'costs');
  if (!first) return;
  const window = { fromMs: Math.min(first.fromMs, nowMs - chargeLookBackMs), toMs: nowMs };
  engine.progress('reading charges');
  await engine.store.putMeta(chargesUnreadName, instant(nowMs));
  await storePages(engine, 'costs', engine.shipbob.charges(window), window);
  if (!engine.signal.aborted) await engine.store.putMeta(chargesUnreadName, '');
}

const chargesUnreadName = 'charges-being-read-since';

/** A sweep of charges began and did not come to its end, in this run or an earlier one. */
export async function areChargesIncomplete(engine: Engine): Promise<boolean> {
  return ((await engine.store.meta(chargesUnreadName)) ?? '') !== '';
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16);
}
