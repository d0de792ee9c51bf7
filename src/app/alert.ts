/** Tells people what is wrong, after every run; without an address for it, nothing is done. */
import { type AlertDecision, afterSending, decideAlerts } from '../core/alert.ts';
import {
  type AlertFacts,
  type AlertThresholds,
  type AlertTrouble,
  concernsOf,
  hintFailuresMin,
} from '../core/alert-concern.ts';
import { alertCausesMax, graveReasons } from '../core/alert-flag.ts';
import { toProblem } from '../core/problem.ts';
import type { SyncSettings } from '../core/settings.ts';
import { isDatabaseRefusal, tellUnwritten } from './alert-unwritten.ts';
import { readAnnouncementGap } from './announcement.ts';
import { findOverdue } from './overdue.ts';
import type { AlertMessage, AlertState, Alerts, Clock, Log, Store, ToldMark } from './ports.ts';

export interface AlertParts {
  store: Store;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn' | 'info'>;
  signal: AbortSignal;
  alerts: Alerts;
  /** Remembers that people were told of the database, when that cannot be written. */
  mark?: ToldMark;
  /** Names this process, so that two do not tell the same thing. */
  owner: string;
  settings: AlertSettings;
  sync: Pick<SyncSettings, 'streams' | 'creationSweepEveryMs'>;
  /** When the digest is due that follows the one of that moment; null for never. */
  digestAfter: (atMs: number) => number | null;
}

export interface AlertSettings extends AlertThresholds {
  quietMs: number;
  messagesPerHour: number;
  newFlags: boolean;
}

/** What only the caller knows; null where nobody has looked. */
export interface AlertNews {
  /** Of the run that has just ended, or of the one that could not begin. */
  troubles: readonly AlertTrouble[] | null;
  diskFree: AlertFacts['diskFree'];
}

const lockName = 'alerts';
const lockMs = 180_000;
/** Nothing is sent later than that: one message takes ten seconds at most, and is then noted. */
const sendingMs = 150_000;
const partEveryMs = 60_000;
const chargesEveryMs = 6 * 3_600_000;

/**
 * Looks at everything, sends what people should hear now, and remembers it. What cannot be sent is
 * tried again after the next run. Never throws: telling must not turn a good run into a failed one.
 */
export async function tellPeople(
  parts: AlertParts,
  news: AlertNews,
): Promise<{ sent: number; failed: number }> {
  const { store, clock, owner, log } = parts;
  const untilMs = clock.now() + sendingMs;
  try {
    const free = await store.takeLock({
      name: lockName,
      owner,
      nowMs: clock.now(),
      ttlMs: lockMs,
    });
    // Another process is telling; what is new here it sees too, or the next run does.
    if (!free) return { sent: 0, failed: 0 };
    try {
      return await lookAndTell(parts, news, untilMs);
    } finally {
      await store.releaseLock({ name: lockName, owner });
    }
  } catch (thrown) {
    const problem = toProblem(thrown);
    log.warn(`people could not be told: ${problem.message}`, { code: problem.code });
    if (!isDatabaseRefusal(problem)) return { sent: 0, failed: 1 };
    const { alerts, mark, settings } = parts;
    const { quietMs } = settings;
    return tellUnwritten({ alerts, clock, log, mark, quietMs }, problem, news.troubles ?? []);
  }
}

async function lookAndTell(parts: AlertParts, news: AlertNews, untilMs: number) {
  const { store, clock, settings, signal } = parts;
  const memory = await readMemory(store, clock.now());
  // Runs for single deliveries follow each other by the second.
  if (news.troubles === null && clock.now() - memory.lookedAtMs < partEveryMs) {
    return { sent: 0, failed: 0 };
  }
  await findOverdue({ store, clock, signal }, settings);
  const facts = await readFacts(parts, news);
  const kept = await knownStates(store, settings.newFlags);
  const { concerns, unseen } = concernsOf(facts, settings);
  const digest = digestTime(parts.digestAfter(memory.digestAtMs), facts.nowMs);
  const decision = decideAlerts({
    concerns,
    states: kept.states,
    unseen,
    nowMs: facts.nowMs,
    quietMs: settings.quietMs,
    messagesPerHour: settings.messagesPerHour,
    sentAtMs: memory.sentAtMs,
    heldBack: memory.heldBack,
    refused: refusedLately(memory, settings.quietMs, facts.nowMs),
    digest,
  });
  await store.putAlertStates(decision.states);
  await store.forgetAlertStates([...decision.forget, ...kept.unwanted]);
  memory.heldBack = decision.heldBack;
  memory.lookedAtMs = facts.nowMs;
  await writeMemory(store, memory);
  return deliver(parts, { decision, memory, digest, untilMs });
}

type DigestTime = 'due' | 'later' | 'never';

function digestTime(atMs: number | null, nowMs: number): DigestTime {
  if (atMs === null) return 'never';
  return atMs <= nowMs ? 'due' : 'later';
}

/** States of flags that people do not want to hear of any more are dropped without a word. */
async function knownStates(store: Store, newFlags: boolean) {
  const states = await store.alertStates();
  const isUnwanted = ({ cause }: AlertState) =>
    !newFlags && cause.startsWith('flag:') && !graveReasons.includes(cause.split(':')[1] ?? '');
  return {
    states: states.filter((state) => !isUnwanted(state)),
    unwanted: states.filter(isUnwanted).map(({ cause }) => cause),
  };
}

/** One after the other; each is remembered as soon as it went out, so that a crash repeats one. */
async function deliver(
  parts: AlertParts,
  work: { decision: AlertDecision; memory: Memory; digest: DigestTime; untilMs: number },
): Promise<{ sent: number; failed: number }> {
  const { store, clock, signal } = parts;
  const { decision, memory, digest, untilMs } = work;
  const mayGoOn = () => !signal.aborted && clock.now() < untilMs;
  const tally = { sent: 0, failed: 0 };
  for (const state of decision.send) {
    if (!mayGoOn()) return tally;
    const answer = await trySend(parts, state.message);
    if (answer === 'unreachable') return { ...tally, failed: decision.send.length - tally.sent };
    if (answer === 'refused') {
      tally.failed += 1;
      memory.refusedAtMs.set(state.cause, clock.now());
    } else {
      tally.sent += 1;
      memory.refusedAtMs.delete(state.cause);
      memory.sentAtMs.push(clock.now());
      await store.putAlertStates([afterSending(state, clock.now())]);
    }
    await writeMemory(store, memory);
  }
  if (digest !== 'due' || !mayGoOn()) return tally;
  if (decision.digest !== null) {
    const answer = await trySend(parts, decision.digest.message);
    if (answer === 'unreachable') return { ...tally, failed: tally.failed + 1 };
    // What waited for a digest that was refused goes out by itself.
    memory.heldBack = [];
    if (answer === 'refused') tally.failed += 1;
    else {
      tally.sent += 1;
      const { states } = decision.digest;
      await store.putAlertStates(states.map((state) => afterSending(state, clock.now())));
    }
  }
  memory.digestAtMs = clock.now();
  await writeMemory(store, memory);
  return tally;
}

/** `refused`: this message will not be taken however often it is sent; others may be. */
async function trySend(
  { alerts, log }: AlertParts,
  message: AlertMessage,
): Promise<'sent' | 'refused' | 'unreachable'> {
  try {
    await alerts.send(message);
    return 'sent';
  } catch (thrown) {
    const problem = toProblem(thrown);
    const { code, hint } = problem;
    log.warn(problem.message, { code, hint, cause: message.cause });
    return code === 'ALERT_REFUSED' ? 'refused' : 'unreachable';
  }
}

/** The address may be what is refused, and mended soon: an hour is long enough to wait. */
function refusedLately({ refusedAtMs }: Memory, quietMs: number, nowMs: number): string[] {
  for (const [cause, atMs] of refusedAtMs) {
    if (Math.abs(nowMs - atMs) >= Math.min(quietMs, hourMs)) refusedAtMs.delete(cause);
  }
  return [...refusedAtMs.keys()];
}

/** A good run may precede them, one may be on, and one more tells whether there are more. */
function runsRead(failures: number): number {
  return Math.max(failures, hintFailuresMin) + 3;
}

async function readFacts(parts: AlertParts, news: AlertNews): Promise<AlertFacts> {
  const { store, clock, settings, sync } = parts;
  const nowMs = clock.now();
  const status = await store.status(nowMs);
  const open = status.openFlags.filter(
    ({ code }) => settings.newFlags || graveReasons.includes(code),
  );
  return {
    ...news,
    nowMs,
    flags: await store.openFlagGroups({
      codes: open.map(({ code }) => code),
      causesMax: alertCausesMax,
    }),
    runs: await store.runsPerCommand(runsRead(settings.failures)),
    streams: status.checkpoints.flatMap(({ stream, sweptToMs }) => {
      const everyMs = paceOf(stream, sync);
      return everyMs === null ? [] : [{ stream, sweptToMs, everyMs }];
    }),
    overdue: await store.overdue(),
    ...(await readWebhooks(store)),
  };
}

/** As of the last comparison; it is made elsewhere, at its own pace. */
async function readWebhooks(store: Store): Promise<Pick<AlertFacts, 'missed' | 'subscriptions'>> {
  const gap = await readAnnouncementGap(store);
  if (gap === null) return { missed: null, subscriptions: [] };
  const newestAtMs = Math.max(0, ...gap.examples.map(({ atMs }) => atMs));
  return {
    missed: {
      count: gap.topics.reduce((sum, { missed }) => sum + missed, 0),
      expected: gap.topics.reduce((sum, { expected }) => sum + expected, 0),
      // A change counts as missed only that long after it happened.
      grewAtMs: newestAtMs + (gap.checkedAtMs - gap.toMs),
    },
    subscriptions: gap.subscriptions,
  };
}

/** How long a stream rests between reads by design; null when it is off. */
function paceOf(stream: string, sync: AlertParts['sync']): number | null {
  const { streams } = sync;
  switch (stream) {
    case 'orders':
      return streams.orders ? 0 : null;
    case 'creation':
      return streams.orders ? sync.creationSweepEveryMs : null;
    case 'tracking':
      return streams.tracking ? 0 : null;
    case 'receiving':
      return streams.receiving ? 0 : null;
    case 'costs':
      return streams.costs ? chargesEveryMs : null;
    default:
      return null;
  }
}

/** What is remembered beside the states. */
interface Memory {
  /** When messages went out, in the last hour. */
  sentAtMs: number[];
  heldBack: string[];
  /** When the receiver refused the message of a cause for good. */
  refusedAtMs: Map<string, number>;
  digestAtMs: number;
  lookedAtMs: number;
}

const memoryName = 'alerts';
const hourMs = 3_600_000;

async function readMemory(store: Store, nowMs: number): Promise<Memory> {
  const memory: Memory = {
    sentAtMs: [],
    heldBack: [],
    refusedAtMs: new Map(),
    digestAtMs: nowMs,
    lookedAtMs: 0,
  };
  const text = await store.meta(memoryName);
  if (text === null) return memory;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return memory;
  const kept = new Map<string, unknown>(Object.entries(value));
  const sentAtMs = kept.get('sentAtMs');
  const heldBack = kept.get('heldBack');
  const digestAtMs = kept.get('digestAtMs');
  if (Array.isArray(sentAtMs)) {
    memory.sentAtMs = sentAtMs.map(Number).filter((atMs) => Math.abs(nowMs - atMs) < hourMs);
  }
  if (Array.isArray(heldBack)) memory.heldBack = heldBack.map(String);
  const refusedAtMs = kept.get('refusedAtMs');
  if (typeof refusedAtMs === 'object' && refusedAtMs !== null) {
    const entries = Object.entries(refusedAtMs);
    memory.refusedAtMs = new Map(entries.map(([cause, atMs]) => [cause, Number(atMs)]));
  }
  // A moment ahead of ours, after the clock went back, would put the digest off for long.
  if (typeof digestAtMs === 'number') memory.digestAtMs = Math.min(digestAtMs, nowMs);
  const lookedAtMs = kept.get('lookedAtMs');
  if (typeof lookedAtMs === 'number' && lookedAtMs <= nowMs) memory.lookedAtMs = lookedAtMs;
  return memory;
}

function writeMemory(store: Store, memory: Memory): Promise<void> {
  const refusedAtMs = Object.fromEntries(memory.refusedAtMs);
  return store.putMeta(memoryName, JSON.stringify({ ...memory, refusedAtMs }));
}
