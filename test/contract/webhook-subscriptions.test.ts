import { afterEach, describe, expect, it } from 'vitest';
import type { SubscriptionSource } from '../../src/app/ports.ts';
import { shipmentId } from '../../src/core/schema.ts';
import { createHttp, type Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { createSubscriptionSource } from '../../src/shipbob/subscriptions.ts';
import { anOrder, type Bench, NOON_MS, openBench } from '../support/shipbob-sandbox.ts';
import { instantClock, openBudget, shipbobSource, thrownBy } from '../support/shipbob-source.ts';

const url = 'https://hooks.example.com/shipbob';
const wanted = { url, topics: ['order.shipped', 'wro.completed'], description: 'mlc' };
const real = createHttp();
let bench: Bench;
afterEach(() => bench.sandbox.close());

/** The adapter against the simulator; `http` may lose what passes through it. */
async function open(http: Http = real): Promise<SubscriptionSource> {
  const clock = instantClock(NOON_MS);
  bench = await openBench({ clock: { ...clock, advance: (ms) => void clock.sleep(ms) } });
  const silent = () => undefined;
  return createSubscriptionSource({
    http,
    clock,
    random: seededRandom(1),
    log: { debug: silent, info: silent, warn: silent, error: silent },
    token: async () => 'full',
    budget: openBudget(),
    settings: {
      baseUrl: bench.url,
      apiVersion: '2026-07',
      channels: null,
      pageSize: 250,
      receivingPageSize: 100,
      callsPerMinute: 150,
      timeoutMs: 5_000,
      retry: { baseMs: 500, capMs: 8_000, deadlineMs: 10_000 },
    },
  });
}

/** Sends, and loses the answers to the first `count` calls with that method. */
function losing(method: string, count: number): Http {
  let left = count;
  return {
    async send(call) {
      const outcome = await real.send(call);
      if (call.method !== method || left === 0) return outcome;
      left -= 1;
      return { kind: 'unclear', reason: 'timeout', durationMs: 1 };
    },
    close() {},
  };
}

describe('webhook subscriptions', () => {
  it('are made, listed and deleted', async () => {
    const source = await open();

    const { subscription, secret } = await source.create(wanted);
    const listed = await source.list();
    const removed = await source.remove(subscription.id);

    expect(secret).toMatch(/^whsec_[a-zA-Z0-9+/]{32}$/);
    expect(listed).toEqual([
      {
        id: subscription.id,
        url,
        topics: wanted.topics,
        description: expect.stringMatching(/^mlc #[a-z2-9]{6}$/),
        state: 'enabled',
        createdAtMs: NOON_MS,
      },
    ]);
    expect(removed).toBe(true);
    expect(await source.list()).toEqual([]);
  });

  it('that ShipBob disabled are listed as such', async () => {
    const source = await open();
    await source.create(wanted);
    for (const each of bench.sandbox.world.state.subscriptions) each.enabled = false;

    expect(await source.list()).toMatchObject([{ state: 'disabled' }]);
  });

  it('whose answer was lost are deleted, since their secret is lost, before another is made', async () => {
    const source = await open(losing('POST', 1));

    const { subscription } = await source.create(wanted);

    expect((await source.list()).map(({ id }) => id)).toEqual([subscription.id]);
  });

  it('whose answers are all lost leave nothing behind', async () => {
    const source = await open(losing('POST', 3));

    const thrown = await thrownBy(source.create(wanted));

    expect(thrown).toMatchObject({ code: 'SHIPBOB_SUBSCRIPTION_UNCLEAR', kind: 'retryable' });
    expect(await source.list()).toEqual([]);
  });

  it('of somebody else at the same address are left alone', async () => {
    const source = await open(losing('POST', 2));
    const before = (await openedByOthers()).id;

    const { subscription } = await source.create(wanted);

    expect((await source.list()).map(({ id }) => id).sort()).toEqual(
      [before, subscription.id].sort(),
    );
  });

  it('are deleted although the answer was lost', async () => {
    const source = await open(losing('DELETE', 1));
    const { subscription } = await source.create(wanted);

    expect(await source.remove(subscription.id)).toBe(true);
    expect(await source.list()).toEqual([]);
  });

  it('that are not there are not deleted', async () => {
    const source = await open();

    expect(await source.remove('99')).toBe(false);
  });

  it('with a topic that ShipBob does not know are refused, once', async () => {
    const source = await open();

    const thrown = await thrownBy(source.create({ ...wanted, topics: ['order.eaten'] }));

    expect(thrown).toMatchObject({ code: 'SHIPBOB_REJECTED', kind: 'rejected' });
    expect(bench.sandbox.books().calls['POST /webhook']).toBe(1);
  });
});

async function openedByOthers(): Promise<{ id: string }> {
  const answer = await bench.post('/2026-07/webhook', { ...wanted, description: 'other' });
  return { id: answer.json.id };
}

describe('the order of a shipment', () => {
  it('is what the simulated ShipBob says', async () => {
    await open();
    const { source } = shipbobSource(real, {
      settings: { baseUrl: bench.url },
      token: async () => 'full',
      clock: instantClock(NOON_MS),
    });
    const order = bench.sandbox.world.placeOrder(anOrder('R1'));
    const shipment = String(order.shipments[0]?.id);

    expect(await source.orderOfShipment(shipmentId(shipment))).toBe(String(order.id));
    expect(await source.orderOfShipment(shipmentId('1'))).toBeNull();
    expect(source.callCounts()).toEqual({ 'GET /shipment/{id}': 2 });
  });
});
