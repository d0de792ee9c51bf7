import type { OrderRecord, SourceRecord } from '../core/glossary.ts';
import { toProblem } from '../core/problem.ts';
import { creationSweepDue, creationWindow, sweepWindows } from '../core/window.ts';
import type { Engine } from './engine.ts';
import { announcedCharges, chargesWereRead, readHints } from './hint-reading.ts';
import { readBoxes, rereadOwed, type StreamTrouble, storeSeen } from './intake.ts';
import type { HintSubject, SourcePage, TimeWindow } from './ports.ts';
import { readAhead } from './read-ahead.ts';

export type StreamChoice = 'orders' | 'shipments' | 'receiving' | 'costs' | 'all';

/** ShipBob shows charges days after their date; counted from what was read last, not from now. */
const chargeLookBackMs = 10 * 86_400_000;
/** A day's journal is made once the day is over: reading its charges more often gains nothing. */
const chargeSweepEveryMs = 6 * 3_600_000;
/** A webhook about every charge must not have ten days of them read every ten minutes. */
const announcedChargeSweepEveryMs = 3_600_000;

/**
 * Reads ShipBob since each stream's checkpoint and stores what it sees. One stream in trouble does
 * not stop the others. The checkpoint moves in the same transaction as the last page of its window.
 */
export async function ingest(engine: Engine, choice: StreamChoice): Promise<StreamTrouble[]> {
  const { streams } = engine.settings.sync;
  const orders = choice === 'all' || choice === 'orders' || choice === 'shipments';
  const receiving = choice === 'all' || choice === 'receiving';
  const costs = choice === 'all' || choice === 'costs';
  const { creationSweepEveryMs } = engine.settings.sync;
  const wanted: Stream[] = [
    { name: 'orders', on: streams.orders && orders, read: () => sweepOrders(engine, 'updated') },
    {
      name: 'tracking',
      on: streams.tracking && orders,
      read: () => sweepOrders(engine, 'tracking'),
    },
    {
      name: 'creation',
      on: streams.orders && orders,
      read: () => sweepCreations(engine),
      everyMs: creationSweepEveryMs,
    },
    { name: 'receiving', on: streams.receiving && receiving, read: () => sweepReceivings(engine) },
    {
      name: 'costs',
      on: streams.costs && costs,
      read: () => sweepCharges(engine),
      everyMs: chargeSweepEveryMs,
    },
  ];
  const regressed: Stream = { name: 'regressed', on: true, read: () => rereadOwed(engine) };
  const troubles: StreamTrouble[] = [];
  for (const { name: stream, read } of [regressed, ...(await mostBehindFirst(engine, wanted))]) {
    if (engine.signal.aborted) continue;
    try {
      await read();
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (problem.kind === 'defect' || problem.code === 'LEASE_LOST') throw problem;
      engine.log.warn(`the ${stream} stream stopped: ${problem.message}`, { code: problem.code });
      troubles.push({ stream, problem });
    }
  }
  // After the sweeps: what these have read needs no call of its own any more.
  if (!engine.signal.aborted) troubles.push(...(await readHints(engine, hintsOf[choice])));
  return troubles;
}

interface Stream {
  name: string;
  on: boolean;
  read(): Promise<void>;
  /** How old its checkpoint may grow before it is behind at all. */
  everyMs?: number;
}

/** ShipBob's calls are few: they go to what has waited longest. One that was never read, first. */
async function mostBehindFirst(engine: Engine, wanted: Stream[]): Promise<Stream[]> {
  const standing: { stream: Stream; dueSinceMs: number }[] = [];
  for (const stream of wanted) {
    if (!stream.on) continue;
    const sweptToMs = (await engine.store.checkpoint(stream.name)) ?? 0;
    standing.push({ stream, dueSinceMs: sweptToMs + (stream.everyMs ?? 0) });
  }
  return standing.sort((a, b) => a.dueSinceMs - b.dueSinceMs).map(({ stream }) => stream);
}

const hintsOf: Record<StreamChoice, readonly HintSubject['kind'][]> = {
  all: ['order', 'shipment', 'receiving', 'charge'],
  orders: ['order', 'shipment'],
  shipments: ['order', 'shipment'],
  receiving: ['receiving'],
  costs: ['charge'],
};

/** Windows read side by side, and pages of each that may wait to be stored: a few megabytes. */
const orderAhead = { sequencesMax: 3, pagesMax: 4 };
/** Of what is one sequence: the next page while one is stored. */
const pageAhead = { sequencesMax: 1, pagesMax: 1 };

/** The checkpoint moves window by window, each with its own last page, whatever was read ahead. */
async function sweepOrders(engine: Engine, by: 'updated' | 'tracking'): Promise<void> {
  const stream = by === 'updated' ? 'orders' : 'tracking';
  const windows = await windowsOf(engine, stream);
  const sweeps = windows.map((window) => () => pagesOf(engine, by, window));
  const span = windows.reduce((sum, window) => sum + window.toMs - window.fromMs, 0);
  const ended = engine.measured.beginReading(engine, span);
  try {
    for await (const { window, page } of readAhead(sweeps, orderAhead)) {
      if (engine.signal.aborted) return;
      await engine.measured.show(engine, `reading orders ${by} up to ${instant(window.toMs)}`);
      await storeWindowPage(engine, stream, { window, page });
      const last = page === null || page.pagesLeft === 0;
      if (last) engine.measured.cover(window.toMs - window.fromMs);
    }
  } finally {
    ended();
  }
}

async function storeWindowPage(
  engine: Engine,
  stream: string,
  { window, page }: WindowPage,
): Promise<void> {
  if (page === null) {
    await moveCheckpoint(engine, stream, window.toMs);
    return;
  }
  const { observations, unreadable } = page;
  const checkpointMs = page.pagesLeft === 0 ? window.toMs : null;
  await storeSeen(engine, stream, { observations, unreadable, checkpointMs });
}

interface WindowPage {
  window: TimeWindow;
  /** Null after a window that ended without a last page. */
  page: SourcePage<OrderRecord> | null;
}

async function* pagesOf(
  engine: Engine,
  by: 'updated' | 'tracking',
  window: TimeWindow,
): AsyncGenerator<WindowPage> {
  let finished = false;
  for await (const page of engine.shipbob.orders(by, window)) {
    finished = page.pagesLeft === 0;
    yield { window, page };
  }
  if (!finished) yield { window, page: null };
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
  for await (const page of readAhead([() => pages], pageAhead)) {
    if (engine.signal.aborted) return seen;
    finished = page.pagesLeft === 0;
    for (const { record } of page.observations) seen.add(record.id);
    const { observations, unreadable } = page;
    const checkpointMs = finished && window ? window.toMs : null;
    await storeSeen(engine, stream, { observations, unreadable, checkpointMs });
  }
  if (!finished && window) await moveCheckpoint(engine, stream, window.toMs);
  return seen;
}

/** For a window that was read to its end without a row. */
async function moveCheckpoint(engine: Engine, stream: string, checkpointMs: number): Promise<void> {
  engine.crash('before-checkpoint');
  await engine.store.saveObservations(engine.fence, {
    stream,
    nowMs: engine.clock.now(),
    observations: [],
    unreadable: [],
    checkpointMs,
  });
  engine.crash('after-checkpoint');
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
    if (answer !== null) continue;
    await engine.store.markVanished(engine.fence, { kind: 'order', id }, engine.clock.now());
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

/**
 * Charges are listed by their day, and appear days after it (reference §5.1, §8.5): every sweep
 * looks back over the days in which late ones may still turn up.
 */
async function sweepCharges(engine: Engine): Promise<void> {
  const nowMs = engine.clock.now();
  const lastSweepMs = await engine.store.checkpoint('costs');
  const announced = await announcedCharges(engine.store);
  const everyMs = announced === null ? chargeSweepEveryMs : announcedChargeSweepEveryMs;
  const due = creationSweepDue({ lastSweepMs, nowMs, everyMs });
  if (!due && engine.sinceMs === null) return;
  const [first] = await windowsOf(engine, 'costs');
  if (!first) return;
  const window = { fromMs: first.fromMs - chargeLookBackMs, toMs: nowMs };
  engine.progress('reading charges');
  await engine.store.noteInRun(engine.fence, chargesUnreadName, instant(nowMs));
  await storePages(engine, 'costs', engine.shipbob.charges(window), window);
  if (engine.signal.aborted) return;
  await engine.store.noteInRun(engine.fence, chargesUnreadName, '');
  await chargesWereRead(engine);
}

const chargesUnreadName = 'charges-being-read-since';

/** A sweep of charges began and did not come to its end, in this run or an earlier one. */
export async function areChargesIncomplete(engine: Engine): Promise<boolean> {
  return ((await engine.store.meta(chargesUnreadName)) ?? '') !== '';
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16);
}
