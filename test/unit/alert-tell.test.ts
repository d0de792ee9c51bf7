import { describe, expect, it } from 'vitest';
import { type AlertParts, tellPeople } from '../../src/app/alert.ts';
import type { AlertMessage, ToldMark } from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { handClock, openTestStore, takeLease } from '../support/store-open.ts';
import { aFlag, anOrder, anOutcome, aShipment } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const calm = { troubles: [], diskFree: null };

/** A store with flags, and people who may be out of reach. */
async function office(change: Partial<AlertParts['settings']> = {}) {
  const clock = handClock(t0);
  const store = await openTestStore({ clock });
  const heard: AlertMessage[] = [];
  const warned: string[] = [];
  const line = { broken: 'no' as 'yes' | 'no' };
  const parts: AlertParts = {
    store,
    clock,
    log: { warn: (message) => void warned.push(message), info: () => {} },
    signal: new AbortController().signal,
    owner: 'test',
    alerts: {
      async send(message) {
        if (line.broken === 'yes') throw unreachable();
        heard.push(message);
      },
    },
    settings: {
      failures: 3,
      lagMs: hourMs,
      issueAfterMs: 3 * dayMs,
      receiptAfterMs: 2 * dayMs,
      quietMs: 6 * hourMs,
      messagesPerHour: 12,
      newFlags: true,
      ...change,
    },
    sync: {
      creationSweepEveryMs: dayMs,
      streams: { orders: true, tracking: true, receiving: true, costs: false },
    },
    digestAfter: (atMs) => atMs + dayMs,
  };
  const titles = () => heard.splice(0).map(({ severity, title }) => `${severity}: ${title}`);
  return { clock, store, parts, heard, warned, titles, line };
}

function unreachable(): Problem {
  return new Problem({
    code: 'ALERT_NOT_SENT',
    kind: 'retryable',
    message: 'a message to people could not be sent: ECONNREFUSED',
    hint: 'The next run tries again.',
  });
}

/** Orders flagged with one cause each time they are asked for. */
async function flagOrders(store: OpenedStore, causes: readonly (string | null)[]): Promise<void> {
  const fence = await takeLease(store, { nowMs: t0 });
  const orders = causes.map((_, index) => anOrder(String(index + 1)));
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: orders.map((record) => ({ record, startedAtMs: t0 })),
    unreadable: [],
    checkpointMs: null,
  });
  await store.touchForPlanning(orders.map(({ id }) => ({ kind: 'order' as const, id })));
  const cases = await store.casesDue(1000);
  const outcomes = cases.map(({ stored }) => {
    const cause = causes[Number(stored.key.id) - 1] ?? null;
    const flags = cause === null ? [] : [aFlag('UNKNOWN_ITEM', cause)];
    return anOutcome(stored.key, stored.contentHash, { flags });
  });
  await store.savePlans(fence, outcomes, t0);
  await store.releaseLease(fence);
}

/** Kept as long as the test lives. */
function createToldMark(): ToldMark {
  let toldAtMs: number | null = null;
  return {
    toldAtMs: () => Promise.resolve(toldAtMs),
    tell(nowMs) {
      toldAtMs = nowMs;
      return Promise.resolve();
    },
  };
}

describe('people', () => {
  it('hear of thirty flags of one cause once, and once when they are gone', async () => {
    const { store, parts, titles, clock } = await office();
    await flagOrders(store, Array(30).fill('item:X'));

    await tellPeople(parts, calm);
    expect(titles()).toEqual(['warning: 30 orders wait because UNKNOWN_ITEM because of item:X']);

    clock.set(t0 + hourMs);
    await tellPeople(parts, calm);
    expect(titles()).toEqual([]);

    await flagOrders(store, Array(30).fill(null));
    clock.set(t0 + 2 * hourMs);
    await tellPeople(parts, calm);
    expect(titles()).toEqual([
      'solved: Solved: 30 orders wait because UNKNOWN_ITEM because of item:X',
    ]);
  });

  it('hear at the next run what could not be sent', async () => {
    const { store, parts, titles, line, warned } = await office();
    await flagOrders(store, ['item:X']);
    line.broken = 'yes';

    expect(await tellPeople(parts, calm)).toEqual({ sent: 0, failed: 1 });
    expect(warned).toEqual(['a message to people could not be sent: ECONNREFUSED']);
    expect((await store.alertStates()).map(({ sentAtMs }) => sentAtMs)).toEqual([null]);

    line.broken = 'no';
    expect(await tellPeople(parts, calm)).toEqual({ sent: 1, failed: 0 });
    expect(titles()).toHaveLength(1);
  });

  it('hear one more only, when the line breaks in the middle of several', async () => {
    const { store, parts, heard } = await office();
    await flagOrders(store, ['item:X', 'item:Y', 'item:Z']);
    const send = parts.alerts.send;
    parts.alerts = {
      async send(message) {
        if (heard.length === 1) throw unreachable();
        await send(message);
      },
    };

    await tellPeople(parts, calm);
    expect(heard).toHaveLength(1);
    parts.alerts = { send };
    await tellPeople(parts, calm);

    expect(new Set(heard.map(({ cause }) => cause)).size).toBe(3);
    expect(heard).toHaveLength(3);
  });

  it('hear of thousands of causes as one, with the numbers of all', async () => {
    const { store, parts, heard } = await office();
    await flagOrders(
      store,
      Array.from({ length: 900 }, (_, index) => `item:${index % 300}`),
    );

    const [reason] = await store.openFlagGroups({ codes: ['UNKNOWN_ITEM'], causesMax: 4 });
    await tellPeople(parts, calm);

    expect(reason).toMatchObject({ causes: 300, records: [{ kind: 'order', count: 900 }] });
    expect(reason?.biggest.map(({ count }) => count)).toEqual([3, 3, 3, 3]);
    expect(heard.map(({ title }) => title)).toEqual([
      '900 orders wait for 300 causes of one kind (UNKNOWN_ITEM)',
    ]);
  });

  it('hear nothing of flags when they do not want to', async () => {
    const { store, parts, titles } = await office({ newFlags: false });
    await flagOrders(store, ['item:X']);

    await tellPeople(parts, calm);

    expect(titles()).toEqual([]);
  });

  it('are told by one process at a time', async () => {
    const { store, parts, titles } = await office();
    await flagOrders(store, ['item:X']);

    await Promise.all([tellPeople(parts, calm), tellPeople({ ...parts, owner: 'another' }, calm)]);

    expect(titles()).toHaveLength(1);
  });

  it('get the digest a day after the first look, and not twice', async () => {
    const { store, parts, titles, clock } = await office();
    await flagOrders(store, ['item:X', 'item:Y']);
    await tellPeople(parts, calm);
    titles();

    clock.set(t0 + dayMs);
    await tellPeople(parts, calm);
    expect(titles()).toEqual(['warning: Still open: 2 matters']);

    clock.set(t0 + dayMs + hourMs);
    await tellPeople(parts, calm);
    expect(titles()).toEqual([]);
  });

  it('are not bothered by every run for a single delivery', async () => {
    const { store, parts, titles, clock } = await office();
    await tellPeople(parts, calm);
    await flagOrders(store, ['item:X']);

    clock.set(t0 + 2000);
    await tellPeople(parts, { troubles: null, diskFree: null });
    expect(titles()).toEqual([]);

    clock.set(t0 + 60_000);
    await tellPeople(parts, { troubles: null, diskFree: null });
    expect(titles()).toHaveLength(1);
  });

  it('hear that goods were delivered long ago and are still in the books', async () => {
    const { store, parts, titles, clock } = await office();
    const fence = await takeLease(store, { nowMs: t0 });
    const delivered = aShipment('71', {
      phase: 'left',
      deliveredAtMs: t0,
      leftAtMs: t0 - dayMs,
      updatedAtMs: t0,
    });
    const record = anOrder('7', { shipments: [delivered], updatedAtMs: t0 });
    await store.saveObservations(fence, {
      stream: 'orders',
      nowMs: t0,
      observations: [{ record, startedAtMs: t0 }],
      unreadable: [],
      checkpointMs: null,
    });

    clock.set(t0 + 2 * dayMs);
    await tellPeople(parts, calm);
    expect(titles()).toEqual([]);

    clock.set(t0 + 3 * dayMs + hourMs);
    await tellPeople(parts, calm);
    expect(titles()[0]).toBe(
      'warning: 1 shipment was delivered more than 3 days ago, and no goods issue stands in Infor',
    );
  });
});

function full(): Problem {
  return new Problem({
    code: 'DATABASE_FULL',
    kind: 'retryable',
    message: 'no space is left for the database: mlc.db',
    hint: 'Free space on its disk.',
  });
}

describe('a database that refuses', () => {
  it.each(['takeLock', 'putAlertStates', 'meta'] as const)(
    'is told once in the quiet time, wherever it does (%s)',
    async (method) => {
      const { parts, titles, clock } = await office();
      const broken = { ...parts.store, [method]: () => Promise.reject(full()) };
      const blind: AlertParts = { ...parts, store: broken, mark: createToldMark() };

      expect(await tellPeople(blind, calm)).toEqual({ sent: 1, failed: 0 });
      clock.set(t0 + 5 * hourMs);
      expect(await tellPeople(blind, calm)).toEqual({ sent: 0, failed: 0 });
      clock.set(t0 + 6 * hourMs);
      expect(await tellPeople(blind, calm)).toEqual({ sent: 1, failed: 0 });

      expect(new Set(titles())).toEqual(
        new Set(['problem: The disk of the database is full: nothing can be written down']),
      );
    },
  );

  it('is told with what else the run met, even when the mark lies on the same disk', async () => {
    const { parts, heard } = await office();
    const mark = { toldAtMs: () => Promise.reject(full()), tell: () => Promise.reject(full()) };
    const store = { ...parts.store, takeLock: () => Promise.reject(full()) };
    const trouble = { stream: 'infor', code: 'X', message: 'Infor is down', hint: 'Wait.' };

    await tellPeople({ ...parts, store, mark }, { ...calm, troubles: [trouble] });

    expect(heard.map(({ severity }) => severity)).toEqual(['problem']);
    expect(heard[0]?.lines).toContain('infor: Infor is down');
  });

  it('is told at the next run when the line was broken', async () => {
    const { parts, titles, line } = await office();
    const store = { ...parts.store, takeLock: () => Promise.reject(full()) };
    const blind: AlertParts = { ...parts, store, mark: createToldMark() };
    line.broken = 'yes';

    expect(await tellPeople(blind, calm)).toEqual({ sent: 0, failed: 1 });
    line.broken = 'no';
    expect(await tellPeople(blind, calm)).toEqual({ sent: 1, failed: 0 });
    expect(titles()).toHaveLength(1);
  });

  it('only because it is busy is left to the next run', async () => {
    const { parts, heard, warned } = await office();
    const busy = new Problem({
      code: 'DATABASE_BUSY',
      kind: 'retryable',
      message: 'the database is locked',
      hint: 'Try again.',
    });
    const store = { ...parts.store, takeLock: () => Promise.reject(busy) };

    expect(await tellPeople({ ...parts, store }, calm)).toEqual({ sent: 0, failed: 1 });
    expect(heard).toEqual([]);
    expect(warned[0]).toContain('the database is locked');
  });
});

describe('a message that the receiver refuses', () => {
  /** Refuses every message about the cause; counts how often it was asked to take one. */
  function fussy(parts: AlertParts, cause: string): { parts: AlertParts; asked: () => number } {
    let asked = 0;
    const alerts: AlertParts['alerts'] = {
      async send(message) {
        if (!message.cause.endsWith(cause)) return parts.alerts.send(message);
        asked += 1;
        throw new Problem({
          code: 'ALERT_REFUSED',
          kind: 'configuration',
          message: 'the address that alerts go to refused a message: HTTP 400',
          hint: 'Check alerts.format.',
        });
      },
    };
    return { parts: { ...parts, alerts }, asked: () => asked };
  }

  it('does not hold up the others, and is tried again after an hour', async () => {
    const { store, parts, titles, clock } = await office();
    await flagOrders(store, ['item:X', 'item:Y', 'item:Z']);
    const receiver = fussy(parts, 'item:X');

    expect(await tellPeople(receiver.parts, calm)).toEqual({ sent: 2, failed: 1 });
    clock.set(t0 + hourMs / 2);
    expect(await tellPeople(receiver.parts, calm)).toEqual({ sent: 0, failed: 0 });
    expect(receiver.asked()).toBe(1);

    clock.set(t0 + hourMs);
    expect(await tellPeople(parts, calm)).toEqual({ sent: 1, failed: 0 });
    expect(titles()).toHaveLength(3);
  });

  it('does not hold up the digest', async () => {
    const { store, parts, titles, clock } = await office();
    await tellPeople(parts, calm);
    await flagOrders(store, ['item:X']);
    const receiver = fussy(parts, 'item:X');
    clock.set(t0 + dayMs);

    await tellPeople(receiver.parts, calm);

    expect(titles()).toEqual(['warning: Still open: 1 matter']);
  });

  it('as the digest is not tried with every run', async () => {
    const { store, parts, clock } = await office();
    await flagOrders(store, ['item:X']);
    const receiver = fussy(parts, 'digest');
    await tellPeople(receiver.parts, calm);

    for (const minutes of [0, 10, 20]) {
      clock.set(t0 + dayMs + minutes * 60_000);
      await tellPeople(receiver.parts, calm);
    }

    expect(receiver.asked()).toBe(1);
  });
});

describe('slow messages', () => {
  it('stop before the lock runs out, and the rest follows with the next run', async () => {
    const { store, parts, heard, clock } = await office({ messagesPerHour: 1000, newFlags: true });
    const slow: AlertParts['alerts'] = {
      async send(message) {
        clock.set(clock.now() + 60_000);
        await parts.alerts.send(message);
      },
    };
    await flagOrders(store, ['item:W', 'item:X', 'item:Y', 'item:Z']);

    await tellPeople({ ...parts, alerts: slow }, calm);
    expect(heard).toHaveLength(3);

    await tellPeople(parts, calm);
    expect(new Set(heard.map(({ cause }) => cause)).size).toBe(4);
    expect(heard).toHaveLength(4);
  });
});
