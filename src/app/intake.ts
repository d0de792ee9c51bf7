/** How a record that was read comes into the store; the same for sweeps, replays and webhooks. */
import type { RecordKey, SourceRecord } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';
import { orderId, receivingId } from '../core/schema.ts';
import type { Engine } from './engine.ts';
import type { IngestCounts, Observation, SourcePage } from './ports.ts';

/** A value that went backwards is read once more after this, before anyone is bothered. */
const regressionDelayMs = 2_000;
const boxesPerRunMax = 5_000;

/** A stream that could not be read to its end; its checkpoint stays where it was. */
export interface StreamTrouble {
  stream: string;
  problem: Problem;
}

/** What one read brought. */
export type Seen = Pick<SourcePage<SourceRecord>, 'observations' | 'unreadable'>;

/** Stores what was read, counts it, and reads again at once what went backwards. */
export async function storeSeen(
  engine: Engine,
  stream: string,
  seen: Seen & { checkpointMs: number | null },
): Promise<void> {
  const { observations, unreadable, checkpointMs } = seen;
  engine.crash('before-page');
  const counts = await engine.store.saveObservations(engine.fence, {
    stream,
    nowMs: engine.clock.now(),
    observations,
    unreadable,
    checkpointMs,
  });
  engine.crash('after-page');
  countSeen(engine, observations, counts);
  engine.stored?.();
  await rereadRegressed(engine, stream, counts.regressed);
}

/** Adds what a page held, and what of it was new, to the run's numbers. */
function countSeen(engine: Engine, observations: Observation[], counts: IngestCounts): void {
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
export async function rereadOwed(engine: Engine): Promise<void> {
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

async function readAgain(engine: Engine, key: RecordKey): Promise<Seen[]> {
  if (key.kind === 'charge') return [];
  if (key.kind === 'order') {
    const seen = await readOrder(engine, key.id);
    return seen === null ? [] : [seen];
  }
  const pages: Seen[] = [];
  const ids = [receivingId(key.id)];
  for await (const page of engine.shipbob.receivings({ select: 'ids', ids })) pages.push(page);
  return pages;
}

/** One order by its id. Null when ShipBob has none: if it is stored, it has vanished. */
export async function readOrder(engine: Engine, id: string): Promise<Seen | null> {
  const answer = await engine.shipbob.order(orderId(id));
  if (answer !== null && 'record' in answer) return { observations: [answer], unreadable: [] };
  if (answer !== null) return { observations: [], unreadable: [answer] };
  await engine.store.markVanished(engine.fence, { kind: 'order', id }, engine.clock.now());
  return null;
}

/** Lots live in boxes, which the list has not: read by themselves where they are wanted. */
export async function readBoxes(engine: Engine): Promise<void> {
  for (const id of await engine.store.receivingsWantingBoxes(boxesPerRunMax)) {
    if (engine.signal.aborted) return;
    const startedAtMs = engine.clock.now();
    const boxes = await engine.shipbob.boxes(id);
    engine.crash('before-boxes');
    await engine.store.saveBoxes(engine.fence, id, boxes, startedAtMs);
    engine.crash('after-boxes');
  }
}
