import { describe, expect, it } from 'vitest';
import { ingest } from '../../src/app/ingest.ts';
import { freezeJournals, planDue } from '../../src/app/plan.ts';
import type { ShipbobSource, TimeWindow } from '../../src/app/ports.ts';
import type { ChargeRecord, OrderRecord } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { calendarDay } from '../../src/core/schema.ts';
import { aCharge, anOrder } from '../support/builders.ts';
import { planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';

const down = new Problem({
  code: 'SHIPBOB_UNAVAILABLE',
  kind: 'retryable',
  message: 'HTTP 500',
  hint: 'Wait.',
});

function shipbobGives(made: TestEngine, source: Partial<ShipbobSource>): void {
  made.engine.shipbob = { ...made.engine.shipbob, ...source };
}

/** One page with these charges; then the end, or ShipBob answers no more. */
function charges(made: TestEngine, records: ChargeRecord[], end: 'complete' | 'down'): void {
  shipbobGives(made, {
    async *charges() {
      const startedAtMs = made.clock.now();
      const observations = records.map((record) => ({ record, startedAtMs }));
      yield { observations, unreadable: [], pagesLeft: end === 'complete' ? 0 : 1 };
      if (end === 'down') throw down;
    },
  });
}

describe('charges of which only a part could be read', () => {
  it('are not collected into a journal before all are read', async () => {
    const made = await planningEngine();
    const { engine, store } = made;
    const journals = async () =>
      (await store.postings({ states: ['pending'], limit: 9 })).map(({ kind }) => kind);
    const charge = aCharge({ chargedOn: day(made.clock.now() - 3 * 86_400_000) });

    charges(made, [charge], 'down');
    const troubles = await ingest(engine, 'all');
    await planDue(engine);
    await freezeJournals(engine);
    expect(troubles).toMatchObject([{ stream: 'costs' }]);
    expect(await journals()).toEqual([]);

    charges(made, [charge], 'complete');
    await ingest(engine, 'all');
    await planDue(engine);
    await freezeJournals(engine);
    expect(await journals()).toEqual(['journal']);
  });
});

describe('a sweep that breaks off', () => {
  it('keeps what it has read and leaves the checkpoint where it was', async () => {
    const made = await planningEngine();
    const { engine, store } = made;
    const record = anOrder().line('COFFEE', '1').build();
    const at: (number | null)[] = [];
    const sweep = (end: 'complete' | 'down') =>
      shipbobGives(made, {
        async *orders() {
          const observations = [{ record, startedAtMs: made.clock.now() }];
          yield { observations, unreadable: [], pagesLeft: 1 };
          at.push(await store.checkpoint('orders'));
          if (end === 'down') throw down;
          yield { observations: [], unreadable: [], pagesLeft: 0 };
        },
      });

    sweep('down');
    await ingest(engine, 'orders');
    const after = await store.checkpoint('orders');
    const kept = await store.casesDue(9);
    sweep('complete');
    await ingest(engine, 'orders');

    expect(at[0]).toBeNull();
    expect(after).toBeNull();
    expect(kept).toHaveLength(1);
    expect(await store.checkpoint('orders')).toBeGreaterThan(0);
  });
});

describe('charges that ShipBob shows days after they were made', () => {
  it('are found after an outage that was longer than the look-back', async () => {
    const dayMs = 86_400_000;
    const made = await planningEngine();
    const read: TimeWindow[] = [];
    shipbobGives(made, {
      async *charges(window) {
        read.push(window);
        yield { observations: [], unreadable: [], pagesLeft: 0 };
      },
    });

    await ingest(made.engine, 'costs');
    const readLastAtMs = made.clock.now();
    made.clock.pass(15 * dayMs);
    await ingest(made.engine, 'costs');

    expect(read).toHaveLength(2);
    expect(read[1]?.fromMs).toBeLessThanOrEqual(readLastAtMs - 10 * dayMs);
  });
});

/** What ShipBob lists and what it gives by id, which may differ in time. */
function orders(made: TestEngine, listed: OrderRecord, byId: 'same' | 'down' | OrderRecord): void {
  shipbobGives(made, {
    async *orders(by) {
      const startedAtMs = made.clock.now();
      const observations = by === 'updated' ? [{ record: listed, startedAtMs }] : [];
      yield { observations, unreadable: [], pagesLeft: 0 };
    },
    order: () => {
      if (byId === 'down') return Promise.reject(down);
      const record = byId === 'same' ? listed : byId;
      return Promise.resolve({ record, startedAtMs: made.clock.now() });
    },
  });
}

async function readAndPlan(made: TestEngine) {
  made.clock.pass(60_000);
  const troubles = await ingest(made.engine, 'orders');
  await planDue(made.engine);
  return troubles;
}

const s11 = '388185611';
const s12 = '388185612';
const left = anOrder().line('COFFEE', '3').shipped({ id: s11 }).having({ updatedAtMs: 1 }).build();
const back = anOrder()
  .line('COFFEE', '3')
  .preparing({ id: s11 })
  .having({ updatedAtMs: 2 })
  .build();
const other = anOrder()
  .line('COFFEE', '3')
  .preparing({ id: s11 })
  .shipped({ id: s12 })
  .having({ updatedAtMs: 3 })
  .build();
const key = { kind: 'order', id: left.id } as const;

describe('a shipment that ShipBob takes back', () => {
  const states = async (made: TestEngine) => {
    const all = await made.store.postings({ states: ['pending', 'cancelled', 'posted'], limit: 9 });
    return Object.fromEntries(all.map(({ key: name, state }) => [name, state]));
  };

  it('is not posted any more once two reads have said so', async () => {
    const made = await planningEngine();
    orders(made, left, 'same');
    await readAndPlan(made);
    expect(await states(made)).toMatchObject({ [`S${s11}-1`]: 'pending' });

    orders(made, back, 'same');
    await readAndPlan(made);

    expect(await states(made)).toMatchObject({ [`S${s11}-1`]: 'cancelled' });
    expect((await made.store.record(key))?.record).toMatchObject({ updatedAtMs: 2 });
    expect((await made.store.record(key))?.regression).toMatch(/had left/);
  });

  it('does not keep later shipments of the order from being posted', async () => {
    const made = await planningEngine();
    for (const record of [left, back, other]) {
      orders(made, record, 'same');
      await readAndPlan(made);
    }

    expect(await states(made)).toMatchObject({
      [`S${s11}-1`]: 'cancelled',
      [`S${s12}-1`]: 'pending',
    });
  });

  it('is left alone when the second read shows it again', async () => {
    const made = await planningEngine();
    orders(made, left, 'same');
    await readAndPlan(made);
    const again = { ...left, updatedAtMs: 3 };

    orders(made, back, again);
    await readAndPlan(made);

    expect(await states(made)).toMatchObject({ [`S${s11}-1`]: 'pending' });
    expect((await made.store.record(key))?.regression).toBeNull();
    expect(await made.store.regressionsOwed()).toEqual([]);
  });

  it('is read a second time by the next run when this one could not', async () => {
    const made = await planningEngine();
    orders(made, left, 'same');
    await readAndPlan(made);
    orders(made, back, 'down');
    expect(await readAndPlan(made)).toMatchObject([{ stream: 'orders' }]);
    expect(await made.store.regressionsOwed()).toEqual([key]);

    shipbobGives(made, {
      async *orders() {},
      order: () => Promise.resolve({ record: back, startedAtMs: made.clock.now() }),
    });
    await readAndPlan(made);

    expect(await states(made)).toMatchObject({ [`S${s11}-1`]: 'cancelled' });
    expect(await made.store.regressionsOwed()).toEqual([]);
  });
});

function day(atMs: number) {
  return calendarDay(new Date(atMs).toISOString().slice(0, 10));
}

describe('windows that are read side by side', () => {
  const dayMs = 86_400_000;

  /** Three days of windows; each notes what was asked, and the second may fail. */
  async function threeDays(second: 'well' | 'down') {
    const made = await planningEngine({ sync: { windowMsMax: dayMs, overlapMs: 60_000 } });
    const asked: number[] = [];
    const checkpoints: (number | null)[] = [];
    const record = anOrder().line('COFFEE', '3').build();
    const beganAtMs = made.clock.now();
    made.engine.settings.sync.startFromMs = beganAtMs - 3 * dayMs + 200_000;
    shipbobGives(made, {
      async *orders(by, window) {
        if (by !== 'updated') return;
        asked.push(window.toMs);
        const which = asked.length;
        checkpoints.push(await made.store.checkpoint('orders'));
        if (which === 2 && second === 'down') throw down;
        const observations = [{ record, startedAtMs: made.clock.now() }];
        yield { observations, unreadable: [], pagesLeft: 1 };
        yield { observations, unreadable: [], pagesLeft: 0 };
      },
    });
    return { made, asked, checkpoints };
  }

  it('move the checkpoint one after the other, each with its own last page', async () => {
    const { made, asked, checkpoints } = await threeDays('well');

    await ingest(made.engine, 'orders');

    expect(asked).toHaveLength(3);
    // All three were asked for before the first one was stored.
    expect(checkpoints).toEqual([null, null, null]);
    expect(await made.store.checkpoint('orders')).toBe(Math.max(...asked));
  });

  it('leave the checkpoint before one that could not be read, whatever was read behind it', async () => {
    const { made, asked } = await threeDays('down');

    const troubles = await ingest(made.engine, 'orders');

    expect(troubles).toMatchObject([{ stream: 'orders' }]);
    expect(asked).toHaveLength(3);
    expect(await made.store.checkpoint('orders')).toBe(asked[0]);
  });
});

describe("ShipBob's calls", () => {
  it('go to the stream that is most behind first', async () => {
    const made = await planningEngine();
    const read: string[] = [];
    shipbobGives(made, {
      async *orders(by) {
        read.push(by);
        yield { observations: [], unreadable: [], pagesLeft: 0 };
      },
      async *receivings({ select }) {
        if (select === 'open') read.push('receiving');
        yield { observations: [], unreadable: [], pagesLeft: 0 };
      },
    });
    await ingest(made.engine, 'all');
    made.clock.pass(3_600_000);
    await ingest(made.engine, 'orders');
    made.clock.pass(3_600_000);
    read.length = 0;

    await ingest(made.engine, 'all');

    expect(read).toEqual(['receiving', 'updated', 'tracking']);
  });
});
