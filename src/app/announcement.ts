/**
 * Compares what polling found with what webhooks announced. Polling stays the net under them; this
 * only says when webhooks do not do their part, and whether ShipBob has switched them off.
 */
import {
  type Announcement,
  type AnnouncementGap,
  announcementsOf,
  judgedTopics,
  type RegisteredSubscription,
  readGap,
  readRegistered,
} from '../core/announcement.ts';
import { toProblem } from '../core/problem.ts';
import type { Clock, Log, Store, SubscriptionSource } from './ports.ts';

export type { AnnouncementGap, RegisteredSubscription } from '../core/announcement.ts';

export interface AnnouncementParts {
  store: Store;
  clock: Clock;
  log: Log;
  subscriptions: Pick<SubscriptionSource, 'list'>;
  /** A webhook that is later than this counts as missed. */
  announceWithinMs: number;
  /** Names this process among others. */
  owner: string;
}

const registeredName = 'webhook-subscriptions';
const gapName = 'webhook-gap';
const listingName = 'webhook-listing-tried-at';
const checkEveryMs = 15 * 60_000;
const listEveryMs = 3_600_000;
const dayMs = 86_400_000;
const pageSize = 200;
const examplesMax = 20;
const lockTtlMs = 10 * 60_000;

/** Those made through `mlc webhooks register` and not deleted since. */
export async function registeredSubscriptions(store: Store): Promise<RegisteredSubscription[]> {
  return readRegistered(await store.meta(registeredName));
}

export function putRegistered(store: Store, all: RegisteredSubscription[]): Promise<void> {
  return store.putMeta(registeredName, JSON.stringify(all));
}

/** What the last check found; null before the first one, or when none of ours is registered. */
export async function readAnnouncementGap(store: Store): Promise<AnnouncementGap | null> {
  const registered = await registeredSubscriptions(store);
  return registered.length === 0 ? null : readGap(await store.meta(gapName));
}

/**
 * Looks at the last day, at most every 15 minutes; does nothing while no subscription of ours is
 * registered. Only what happened after its registration counts. ShipBob is asked at most hourly
 * whether they are still enabled. Answers the newest summary. Upstream failures are logged.
 */
export async function checkAnnouncements(
  parts: AnnouncementParts,
): Promise<AnnouncementGap | null> {
  const { store, clock, owner } = parts;
  const registered = await registeredSubscriptions(store);
  if (registered.length === 0) return null;
  const before = readGap(await store.meta(gapName));
  const nowMs = clock.now();
  if (before && isRecent(before.checkedAtMs, nowMs, checkEveryMs)) return before;
  const name = 'webhook-gap';
  if (!(await store.takeLock({ name, owner, nowMs, ttlMs: lockTtlMs }))) return before;
  try {
    const gap = await compare(parts, registered, before);
    await store.putMeta(gapName, JSON.stringify(gap));
    tell(parts.log, gap, before);
    return gap;
  } finally {
    await store.releaseLock({ name, owner });
  }
}

/** A time ahead of ours is of a clock that ran ahead: no reason to wait for it. */
function isRecent(atMs: number, nowMs: number, everyMs: number): boolean {
  return atMs <= nowMs && nowMs - atMs < everyMs;
}

async function compare(
  parts: AnnouncementParts,
  registered: RegisteredSubscription[],
  before: AnnouncementGap | null,
): Promise<AnnouncementGap> {
  const nowMs = parts.clock.now();
  const toMs = nowMs - parts.announceWithinMs;
  const window = { fromMs: toMs - dayMs, toMs };
  const tally = new Tally(judgedTopics.filter((topic) => sinceMs(registered, topic) !== null));
  for (const kind of ['order', 'receiving'] as const) {
    await walk(parts, { kind, registered, window, tally });
  }
  return {
    checkedAtMs: nowMs,
    ...window,
    topics: tally.topics(),
    examples: tally.examples(),
    ...(await standing(parts, registered, before)),
  };
}

/**
 * A record's newest time is never older than what happened to it, so whoever happened to change
 * again since is met too: up to now, and not only up to the window's end.
 */
async function walk(
  { store, clock }: AnnouncementParts,
  work: {
    kind: 'order' | 'receiving';
    registered: RegisteredSubscription[];
    window: { fromMs: number; toMs: number };
    tally: Tally;
  },
): Promise<void> {
  const { kind, registered, window, tally } = work;
  const topics = new Set<string>(tally.names);
  const range = { kind, fromMs: window.fromMs, toMs: clock.now(), limit: pageSize };
  for (let after: { updatedAtMs: number; id: string } | null = null; ; ) {
    const page = await store.recordsUpdated({ ...range, after });
    const expected = page
      .flatMap(({ record }) => announcementsOf(record, topics))
      .filter(({ topic, atMs }) => atMs > (sinceMs(registered, topic) ?? atMs))
      .filter(({ knownAtMs }) => knownAtMs > window.fromMs && knownAtMs <= window.toMs);
    const met = await store.announced(
      expected.map(({ topic, record, shipmentId, atMs }) => ({ topic, record, shipmentId, atMs })),
    );
    expected.forEach((each, index) => {
      tally.add(each, met[index] ?? false);
    });
    const last = page.at(-1);
    // A page may be short of records that cannot be understood any more.
    if (!last) return;
    after = { updatedAtMs: last.updatedAtMs, id: last.record.id };
  }
}

/** Since when that topic is subscribed to; null when it is not. */
function sinceMs(registered: RegisteredSubscription[], topic: string): number | null {
  const times = registered
    .filter(({ topics }) => topics.includes(topic))
    .map(({ registeredAtMs }) => registeredAtMs);
  return times.length === 0 ? null : Math.min(...times);
}

class Tally {
  readonly names: readonly string[];
  readonly #announced = new Map<string, number>();
  readonly #missed: Announcement[] = [];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  add(expected: Announcement, met: boolean): void {
    if (!met) this.#missed.push(expected);
    else this.#announced.set(expected.topic, (this.#announced.get(expected.topic) ?? 0) + 1);
  }

  topics(): AnnouncementGap['topics'] {
    return this.names.map((topic) => {
      const announced = this.#announced.get(topic) ?? 0;
      const missed = this.#missed.filter((each) => each.topic === topic).length;
      return { topic, expected: announced + missed, announced, missed };
    });
  }

  examples(): AnnouncementGap['examples'] {
    return [...this.#missed]
      .sort((a, b) => b.atMs - a.atMs)
      .slice(0, examplesMax)
      .map(({ topic, record, shipmentId, atMs }) => ({ topic, record, shipmentId, atMs }));
  }
}

type Standing = Pick<AnnouncementGap, 'subscriptions' | 'listedAtMs'>;

/** What ShipBob says of ours; what it said before, while it does not answer. */
async function standing(
  { store, clock, log, subscriptions }: AnnouncementParts,
  registered: RegisteredSubscription[],
  before: AnnouncementGap | null,
): Promise<Standing> {
  const nowMs = clock.now();
  const known = before !== null && sameIds(before, registered) ? before : null;
  if (known?.listedAtMs && isRecent(known.listedAtMs, nowMs, listEveryMs)) {
    return { subscriptions: known.subscriptions, listedAtMs: known.listedAtMs };
  }
  const unanswered = {
    subscriptions: known?.subscriptions ?? [],
    listedAtMs: known?.listedAtMs ?? null,
  };
  // Written beforehand: a process that ended while it asked must not ask first thing again.
  if (isRecent(Number((await store.meta(listingName)) ?? Number.NaN), nowMs, checkEveryMs)) {
    return unanswered;
  }
  await store.putMeta(listingName, String(nowMs));
  try {
    const listed = new Map((await subscriptions.list()).map(({ id, state }) => [id, state]));
    return {
      subscriptions: registered.map(({ id, url }) => {
        return { id, url, state: listed.get(id) ?? 'gone' };
      }),
      listedAtMs: nowMs,
    };
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.kind === 'defect') throw problem;
    log.warn(`the webhook subscriptions could not be listed: ${problem.message}`);
    return unanswered;
  }
}

function sameIds(before: AnnouncementGap, registered: RegisteredSubscription[]): boolean {
  const ids = new Set(before.subscriptions.map(({ id }) => id));
  return ids.size === registered.length && registered.every(({ id }) => ids.has(id));
}

/** Once for what is new, not at every check. */
function tell(log: Log, gap: AnnouncementGap, before: AnnouncementGap | null): void {
  const missedBefore = new Map(before?.topics.map(({ topic, missed }) => [topic, missed]));
  for (const { topic, expected, missed } of gap.topics) {
    if (missed <= (missedBefore.get(topic) ?? 0)) continue;
    log.warn(
      `ShipBob announced ${expected - missed} of ${expected} by webhook (${topic}); polling found the others`,
      { topic, expected, missed },
    );
  }
  const stateBefore = new Map(before?.subscriptions.map(({ id, state }) => [id, state]));
  for (const { id, url, state } of gap.subscriptions) {
    if (state === 'enabled' || stateBefore.get(id) === state) continue;
    log.warn(subscriptionWords({ id, state }), { id, url, state });
  }
}

/** What it means that a subscription is not enabled, and what to do. */
export function subscriptionWords({ id, state }: { id: string; state: string }): string {
  const what =
    state === 'gone'
      ? `ShipBob has no webhook subscription ${id} any more`
      : `ShipBob switched webhook subscription ${id} off after days of failed deliveries`;
  return `${what}; polling goes on. Mend the receiver, then: mlc webhooks register, mlc webhooks delete`;
}
