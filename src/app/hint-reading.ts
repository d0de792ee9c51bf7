/**
 * Reads again what webhook deliveries are about. A delivery is only a hint: its body is never
 * believed, and what is read goes the same way as what polling finds.
 */
import { toProblem } from '../core/problem.ts';
import { receivingId, shipmentId } from '../core/schema.ts';
import type { Engine } from './engine.ts';
import { type Finished, failureOf, HintDrain, isRefused } from './hint-drain.ts';
import { readBoxes, readOrder, type StreamTrouble, storeSeen } from './intake.ts';
import type { Hint, HintSubject, Store, TimeWindow } from './ports.ts';

const stream = 'webhooks';
/** Subjects looked at together, and read in one run at most; the next run takes the rest. */
const batchSize = 100;
const subjectsMax = 300;
const forgetEveryMs = 86_400_000;

/**
 * Reads the subjects of these kinds that wait, oldest first, one call for each however many
 * deliveries name it. What cannot be read stays waiting and is answered as a trouble; what ShipBob
 * will never answer is set aside with its reason. Throws Problem for defects and a lost lease.
 */
export async function readHints(
  engine: Engine,
  kinds: readonly HintSubject['kind'][],
): Promise<StreamTrouble[]> {
  const drain = await HintDrain.open(engine);
  for (let taken = 0; taken < subjectsMax && !drain.isOver(); ) {
    const waiting = await engine.store.hintsWaiting(batchSize + drain.passedCount());
    const hints = waiting.filter((hint) => !drain.isPassed(hint));
    if (hints.length === 0) break;
    for (const hint of hints) if (!kinds.includes(hint.subject.kind)) drain.pass(hint);
    const wanted = hints.filter(({ subject }) => kinds.includes(subject.kind));
    taken += wanted.length;
    await readBatch(engine, drain, wanted);
  }
  await drain.close();
  await forgetOld(engine);
  return drain.troubles;
}

async function readBatch(engine: Engine, drain: HintDrain, hints: Hint[]): Promise<void> {
  const wanted = await withoutCalls(engine, drain, hints);
  const byOrder = new Map<string, Hint[]>();
  for (const hint of wanted.filter(({ subject }) => subject.kind !== 'receiving')) {
    if (drain.isOver()) return;
    const id = await orderOf(engine, drain, hint);
    if (id !== null) byOrder.set(id, [...(byOrder.get(id) ?? []), hint]);
  }
  for (const [id, about] of byOrder) {
    if (drain.isOver()) return;
    await readOneOrder(engine, drain, { id, about });
  }
  const receivings = wanted.filter(({ subject }) => subject.kind === 'receiving');
  if (receivings.length === 0 || drain.isOver()) return;
  await readReceivings(engine, drain, receivings);
  try {
    await readBoxes(engine);
  } catch (thrown) {
    drain.trouble(failureOf(thrown)); // The store still knows which boxes it wants.
  }
}

/** Finishes what needs no read of its own; answers the others. */
async function withoutCalls(engine: Engine, drain: HintDrain, hints: Hint[]): Promise<Hint[]> {
  const finished: Finished[] = [];
  const wanted: Hint[] = [];
  for (const hint of hints) {
    const ended = await withoutCall(engine, hint);
    if (ended === null) wanted.push(hint);
    else finished.push({ hint, ...ended });
  }
  await drain.finish(finished);
  return wanted;
}

async function withoutCall(engine: Engine, hint: Hint): Promise<Omit<Finished, 'hint'> | null> {
  const { kind, id } = hint.subject;
  const off = streamOff(engine, kind);
  if (off !== null) return { state: 'kept', outcome: `${off} is off: it is not read`, as: 'kept' };
  if (await isCovered(engine, hint)) {
    return { state: 'done', outcome: 'covered by polling, which read it later', as: 'covered' };
  }
  if (kind === 'charge') {
    await engine.store.noteInRun(engine.fence, chargesAnnouncedName, String(hint.newestAtMs));
    const outcome = 'charges are read by their day: their next sweep was brought forward';
    return { state: 'done', outcome, as: 'read' };
  }
  if (/^\d{1,19}$/.test(id)) return null;
  return { state: 'kept', outcome: `${id} is no id that can be read`, as: 'kept' };
}

/**
 * ShipBob's lists lag behind its events (reference §5.1), so a sweep that began right after the
 * delivery may still have met the state from before it. Who asked for deliveries to be processed
 * again wants a read from after that.
 */
async function isCovered(engine: Engine, hint: Hint): Promise<boolean> {
  const { store, settings } = engine;
  const charge = hint.subject.kind === 'charge';
  const observedAtMs = charge ? await store.checkpoint('costs') : hint.observedAtMs;
  if (observedAtMs === null) return false;
  const reopenedAtMs = Number((await store.meta(reopenedName)) ?? 0);
  const fromMs = Math.max(hint.newestAtMs, hint.oldestAtMs <= reopenedAtMs ? reopenedAtMs : 0);
  return observedAtMs > fromMs + settings.sync.lagMs;
}

const reopenedName = 'deliveries-reopened-at';

/** Makes stored deliveries of that time wait to be read once more. Answers how many; audited. */
export async function reopenDeliveries(
  store: Store,
  window: TimeWindow,
  by: { actor: string; nowMs: number },
): Promise<number> {
  await store.putMeta(reopenedName, String(by.nowMs));
  return store.reopenDeliveries(window, by);
}

/** The setting that says that this is not wanted; null when it is. */
function streamOff(engine: Engine, kind: HintSubject['kind']): string | null {
  const { streams } = engine.settings.sync;
  if (kind === 'charge') return streams.costs ? null : 'sync.streams.costs';
  if (kind === 'receiving') return streams.receiving ? null : 'sync.streams.receiving';
  return streams.orders || streams.tracking ? null : 'sync.streams.orders';
}

/** The order that a hint leads to; null when it was finished here or could not be found out. */
async function orderOf(engine: Engine, drain: HintDrain, hint: Hint): Promise<string | null> {
  const { subject, record } = hint;
  if (subject.kind === 'order') return subject.id;
  if (record?.kind === 'order') return record.id;
  if (drain.isBarred(hint)) return null;
  try {
    const id = await engine.shipbob.orderOfShipment(shipmentId(subject.id));
    drain.answered();
    if (id !== null) return id;
    const outcome = `ShipBob knows no shipment ${subject.id}`;
    await drain.finish([{ hint, state: 'done', outcome, as: 'read' }]);
  } catch (thrown) {
    await drain.failed([hint], thrown);
  }
  return null;
}

async function readOneOrder(
  engine: Engine,
  drain: HintDrain,
  { id, about }: { id: string; about: Hint[] },
): Promise<void> {
  const open = about.filter((hint) => drain.isUnread(id, hint));
  await drain.finish(
    about
      .filter((hint) => !open.includes(hint))
      .map((hint) => ({ hint, state: 'done', outcome: `read with order ${id}`, as: 'read' })),
  );
  if (open.length === 0) return;
  const startedAtMs = engine.clock.now();
  engine.progress(`reading order ${id}, of which ShipBob sent word`);
  try {
    const seen = await readOrder(engine, id);
    if (seen !== null) await storeSeen(engine, stream, { ...seen, checkpointMs: null });
    engine.crash('after-hint-read');
    drain.answered();
    drain.noteRead(id, startedAtMs);
    const outcome = orderOutcome(id, seen);
    await drain.finish(open.map((hint) => ({ hint, state: 'done', outcome, as: 'read' })));
  } catch (thrown) {
    await drain.failed(open, thrown);
  }
}

function orderOutcome(id: string, seen: Awaited<ReturnType<typeof readOrder>>): string {
  if (seen === null) return `ShipBob has no order ${id}, or not in a channel that is read`;
  if (seen.unreadable.length > 0) return `order ${id} was read, and could not be understood`;
  return `order ${id} was read`;
}

/** As many as go into one call; where one spoils it for the others, half as many. */
async function readReceivings(engine: Engine, drain: HintDrain, waiting: Hint[]): Promise<void> {
  const hints = waiting.filter((hint) => !drain.isBarred(hint));
  if (hints.length === 0) return;
  const met = new Set<string>();
  const ids = hints.map(({ subject }) => receivingId(subject.id));
  engine.progress(`reading ${ids.length} receiving orders, of which ShipBob sent word`);
  try {
    for await (const page of engine.shipbob.receivings({ select: 'ids', ids })) {
      await storeSeen(engine, stream, { ...page, checkpointMs: null });
      for (const { record } of page.observations) met.add(record.id);
      for (const { id } of page.unreadable) if (id !== null) met.add(id);
    }
    engine.crash('after-hint-read');
    drain.answered();
    await drain.finish(
      hints.map((hint) => ({
        hint,
        state: 'done',
        outcome: met.has(hint.subject.id)
          ? `receiving order ${hint.subject.id} was read`
          : `ShipBob lists no receiving order ${hint.subject.id}`,
        as: 'read',
      })),
    );
  } catch (thrown) {
    const problem = toProblem(thrown);
    const half = Math.ceil(hints.length / 2);
    if (!isRefused(problem) || half === hints.length) {
      await drain.failed(hints, thrown);
      return;
    }
    await readReceivings(engine, drain, hints.slice(0, half));
    await readReceivings(engine, drain, hints.slice(half));
  }
}

const chargesAnnouncedName = 'charges-announced-at';

/** A webhook told of a charge that no sweep has read yet; null when none did. */
export async function announcedCharges(store: Store): Promise<string | null> {
  return (await store.meta(chargesAnnouncedName)) || null;
}

export async function chargesWereRead({ store, fence }: Engine): Promise<void> {
  if ((await announcedCharges(store)) === null) return;
  await store.noteInRun(fence, chargesAnnouncedName, '');
}

const forgottenName = 'deliveries-forgotten-at';

/** Bodies hold names and addresses of customers: once a day the old ones go. */
async function forgetOld(engine: Engine): Promise<void> {
  const nowMs = engine.clock.now();
  const lastMs = Number((await engine.store.meta(forgottenName)) ?? Number.NaN);
  if (lastMs <= nowMs && nowMs - lastMs < forgetEveryMs) return;
  const count = await engine.store.forgetDeliveries(nowMs - engine.settings.webhooks.keepMs);
  await engine.store.noteInRun(engine.fence, forgottenName, String(nowMs));
  if (count > 0) engine.log.info('old webhook deliveries were forgotten', { count });
}
