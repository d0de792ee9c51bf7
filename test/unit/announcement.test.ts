import { describe, expect, it } from 'vitest';
import {
  checkAnnouncements,
  putRegistered,
  type RegisteredSubscription,
  readAnnouncementGap,
} from '../../src/app/announcement.ts';
import type { Delivery, HintSubject, Subscription } from '../../src/app/ports.ts';
import { announcementsOf, judgedTopics } from '../../src/core/announcement.ts';
import type { OrderRecord, Shipment } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { orderId, shipmentId } from '../../src/core/schema.ts';
import { anOrder, aReceiving } from '../support/builders.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import type { TestEngine } from '../support/scripted-ledger.ts';

const hour = 3_600_000;
const topics = new Set<string>(judgedTopics);
const start = 1_760_000_000_000;

/** An order whose shipments left, and were delivered, at these times. */
function anOrderOf(
  shipments: { id: string; left?: number; delivered?: number; phase?: Shipment['phase'] }[],
  id = '309589638',
): OrderRecord {
  const base = anOrder().line('COFFEE', '3').shipped({ id: '1' }).build();
  const [one] = base.shipments;
  if (!one) throw new Error('the builder made no shipment');
  const made = shipments.map(({ id: shipment, left, delivered, phase }): Shipment => {
    return {
      ...one,
      id: shipmentId(shipment),
      phase: phase ?? (left === undefined ? 'preparing' : 'left'),
      leftAtMs: left ?? null,
      deliveredAtMs: delivered ?? null,
      updatedAtMs: delivered ?? left ?? null,
    };
  });
  const times = made.map(({ updatedAtMs }) => updatedAtMs ?? 0);
  return { ...base, id: orderId(id), shipments: made, updatedAtMs: Math.max(...times) };
}

function told(order: OrderRecord) {
  return announcementsOf(order, topics).map(({ topic, shipmentId: shipment, atMs }) =>
    [topic, shipment, atMs].filter((part) => part !== null).join(' '),
  );
}

describe('announcements that an order should have had', () => {
  it('are none while a shipment is still to leave', () => {
    expect(told(anOrderOf([{ id: '1', left: 5 }, { id: '2' }]))).toEqual([]);
  });

  it('are one for its shipping, when the last shipment left', () => {
    expect(
      told(
        anOrderOf([
          { id: '1', left: 5 },
          { id: '2', left: 9 },
        ]),
      ),
    ).toEqual(['order.shipped 9']);
  });

  it('do not wait for a cancelled shipment, and are none when all are', () => {
    const cancelled = { id: '2', phase: 'cancelled' } as const;

    expect(told(anOrderOf([{ id: '1', left: 5 }, cancelled]))).toEqual(['order.shipped 5']);
    expect(told(anOrderOf([cancelled]))).toEqual([]);
  });

  it('are one for each delivery, and one when all are delivered', () => {
    const part = anOrderOf([
      { id: '1', left: 5, delivered: 20 },
      { id: '2', left: 9 },
    ]);
    const whole = anOrderOf([
      { id: '1', left: 5, delivered: 20 },
      { id: '2', left: 9, delivered: 30 },
    ]);

    expect(told(part)).toEqual(['order.shipped 9', 'order.shipment.delivered 1 20']);
    expect(told(whole)).toEqual([
      'order.shipped 9',
      'order.shipment.delivered 1 20',
      'order.shipment.delivered 2 30',
      'order.delivered 30',
    ]);
  });

  it('are those of the topics asked for alone', () => {
    const order = anOrderOf([{ id: '1', left: 5, delivered: 20 }]);

    const found = announcementsOf(order, new Set(['order.shipped']));

    expect(found.map(({ topic }) => topic)).toEqual(['order.shipped']);
  });

  it('of a receiving order are its creation and its completion', () => {
    const open = aReceiving().build();
    const done = aReceiving().completed(77).build();
    const names = (record: typeof open) =>
      announcementsOf(record, topics).map(({ topic }) => topic);

    expect(names(open)).toEqual(['wro.created']);
    expect(names(done)).toEqual(['wro.created', 'wro.completed']);
  });
});

const down = new Problem({
  code: 'SHIPBOB_UNAVAILABLE',
  kind: 'retryable',
  message: 'HTTP 500',
  hint: 'Wait.',
});
const url = 'https://hooks.example.com/shipbob';

async function opened(
  listed: Subscription['state'] | 'gone' | 'down' | 'killed' = 'enabled',
  registered: Partial<RegisteredSubscription> = {},
) {
  const made = await planningEngine();
  const warnings: string[] = [];
  let lists = 0;
  const ours = { id: '7', url, topics: [...judgedTopics], registeredAtMs: start, ...registered };
  await putRegistered(made.store, [ours]);
  const state = { listed };
  const check = () =>
    checkAnnouncements({
      store: made.store,
      clock: made.clock,
      log: { ...made.engine.log, warn: (message) => void warnings.push(message) },
      announceWithinMs: 3 * hour,
      owner: 'me',
      subscriptions: {
        async list() {
          lists += 1;
          if (state.listed === 'down') throw down;
          if (state.listed === 'killed') return new Promise<never>(() => {});
          if (state.listed === 'gone') return [];
          const row = { id: '7', topics: ours.topics, url, description: null, createdAtMs: null };
          return [{ ...row, state: state.listed }];
        },
      },
    });
  return { made, check, warnings, lists: () => lists, state };
}

async function announce(made: TestEngine, topic: string, kind: HintSubject['kind'], id: string) {
  const delivery: Delivery = {
    webhookId: `${topic} ${id}`,
    topic,
    body: '{}',
    receivedAtMs: made.clock.now(),
    proof: 'signature',
    subject: { kind, id },
    keptBecause: null,
  };
  await made.store.saveDeliveries([delivery]);
}

describe('the gap between polling and webhooks', () => {
  it('counts what was announced and names what was not', async () => {
    const { made, check, warnings } = await opened();
    made.clock.pass(hour);
    const at = made.clock.now();
    await observe(made, anOrderOf([{ id: '11', left: at }], '1'));
    await observe(made, anOrderOf([{ id: '22', left: at }], '2'));
    await announce(made, 'order.shipped', 'order', '1');
    made.clock.pass(4 * hour);

    const gap = await check();

    expect(gap?.topics).toContainEqual({
      topic: 'order.shipped',
      expected: 2,
      announced: 1,
      missed: 1,
    });
    expect(gap?.examples).toEqual([
      { topic: 'order.shipped', record: { kind: 'order', id: '2' }, shipmentId: null, atMs: at },
    ]);
    expect(gap).toEqual(await readAnnouncementGap(made.store));
    expect(warnings).toEqual([expect.stringContaining('1 of 2 by webhook (order.shipped)')]);
  });

  it('gives a webhook its time before it counts as missed', async () => {
    const { made, check } = await opened();
    made.clock.pass(hour);
    await observe(made, anOrderOf([{ id: '11', left: made.clock.now() }]));
    made.clock.pass(2 * hour);

    expect((await check())?.examples).toEqual([]);
    made.clock.pass(2 * hour);
    expect((await check())?.examples).toHaveLength(1);
  });

  it('does not count what happened before the subscription', async () => {
    const { made, check } = await opened('enabled', { registeredAtMs: start + 2 * hour });
    await observe(made, anOrderOf([{ id: '11', left: start + hour }]));
    made.clock.pass(6 * hour);

    expect((await check())?.topics.every(({ expected }) => expected === 0)).toBe(true);
  });

  it('closes when the webhook comes after all, and is told once', async () => {
    const { made, check, warnings } = await opened();
    made.clock.pass(hour);
    await observe(made, anOrderOf([{ id: '11', left: made.clock.now() }], '1'));
    made.clock.pass(4 * hour);
    await check();
    made.clock.pass(hour);
    await check();
    await announce(made, 'order.shipped', 'order', '1');
    made.clock.pass(hour);

    expect((await check())?.examples).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('walks many records page by page', async () => {
    const { made, check } = await opened();
    made.clock.pass(hour);
    const at = made.clock.now();
    const orders = Array.from({ length: 450 }, (_, index) =>
      anOrderOf([{ id: String(index + 1000), left: at }], String(index + 1)),
    );
    await observe(made, ...orders);
    made.clock.pass(4 * hour);

    expect((await check())?.topics).toContainEqual(
      expect.objectContaining({ topic: 'order.shipped', missed: 450 }),
    );
  });

  it('is looked at every quarter of an hour at most, and ShipBob asked every hour', async () => {
    const { made, check, lists } = await opened();

    const first = await check();
    made.clock.pass(14 * 60_000);
    expect(await check()).toEqual(first);
    made.clock.pass(60_000);
    expect((await check())?.checkedAtMs).toBe(made.clock.now());
    expect(lists()).toBe(1);
    made.clock.pass(hour);
    await check();
    expect(lists()).toBe(2);
  });

  it.each(['disabled', 'gone'] as const)('says once that a subscription is %s', async (state) => {
    const { made, check, warnings } = await opened(state);

    const gap = await check();
    made.clock.pass(hour);
    await check();

    expect(gap?.subscriptions).toEqual([{ id: '7', url, state }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('subscription 7');
  });

  it('goes by what ShipBob said last while it does not answer', async () => {
    const { made, check, warnings, state } = await opened('disabled');
    await check();
    state.listed = 'down';
    made.clock.pass(2 * hour);

    const gap = await check();

    expect(gap?.subscriptions).toEqual([{ id: '7', url, state: 'disabled' }]);
    expect(gap?.listedAtMs).toBe(made.clock.now() - 2 * hour);
    expect(warnings.at(-1)).toContain('could not be listed');
  });

  it('is not asked for first thing again by the next of a row of processes that were killed', async () => {
    const { made, check, lists, state } = await opened();
    state.listed = 'killed';
    void check();
    await expect.poll(() => lists()).toBe(1);
    // The dead process's right to look runs out before the next one comes.
    await made.store.releaseLock({ name: 'webhook-gap', owner: 'me' });
    state.listed = 'enabled';

    made.clock.pass(5 * 60_000);
    const soon = await check();
    const listsThen = lists();
    made.clock.pass(15 * 60_000);
    const later = await check();

    expect(soon).toMatchObject({ subscriptions: [], listedAtMs: null });
    expect(listsThen).toBe(1);
    expect(later?.subscriptions).toEqual([{ id: '7', url, state: 'enabled' }]);
  });

  it('is not looked at where no subscription of ours is registered', async () => {
    const { made, check, lists } = await opened();
    await putRegistered(made.store, []);

    expect(await check()).toBeNull();
    expect(await readAnnouncementGap(made.store)).toBeNull();
    expect(lists()).toBe(0);
  });
});
