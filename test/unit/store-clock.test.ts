import { describe, expect, it } from 'vitest';
import type { Fence, Store } from '../../src/app/ports.ts';
import type { Posting, ReceivingBox, SourceRecord } from '../../src/core/glossary.ts';
import { canonicalQuantity, externalKey, inventoryId, receivingId } from '../../src/core/schema.ts';
import { type HandClock, handClock, openTestStore, takeLease } from '../support/store-open.ts';
import { aMove, anOrder, aPlanOf, aReceiving, plannedOrder } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const order1 = { kind: 'order', id: '1' } as const;
const wro7 = { kind: 'receiving', id: '7' } as const;

interface World {
  clock: HandClock;
  store: Store;
  fence: Fence;
}

async function started(): Promise<World> {
  const clock = handClock(t0);
  const store = await openTestStore({ clock });
  return { clock, store, fence: await takeLease(store, { nowMs: t0, ttlMs: 10 * dayMs }) };
}

/** Read and stored at the same time, by the clock as it is. */
function see({ clock, store, fence }: World, record: SourceRecord) {
  return store.saveObservations(fence, {
    stream: 'orders',
    nowMs: clock.now(),
    observations: [{ record, startedAtMs: clock.now() }],
    unreadable: [],
    checkpointMs: null,
  });
}

async function planned({ clock, store, fence }: World, ...keys: string[]): Promise<Posting[]> {
  const put = keys.map((key) => plannedOrder(key));
  await store.savePlans(fence, [await aPlanOf(store, order1, { put })], clock.now());
  const found = await Promise.all(keys.map((key) => store.posting(externalKey(key))));
  return found.filter((one) => one !== null);
}

async function ready({ clock, store }: World): Promise<string[]> {
  const request = { kind: 'salesOrder', nowMs: clock.now(), limit: 9 } as const;
  return (await store.postingsReady(request)).map(({ posting }) => posting.key);
}

async function doubtful({ clock, store, fence }: World): Promise<Posting[]> {
  const found = await store.postingsDoubtful({ fence, nowMs: clock.now(), limit: 9 });
  return found.map(({ posting }) => posting);
}

/** A posting whose doubt begins now, by the clock as it is, and is looked into now and later. */
async function doubt(world: World, nextAttemptAtMs: number): Promise<void> {
  const { clock, store, fence } = world;
  const [pending] = await planned(world, 'SB1');
  if (pending === undefined) throw new Error('there is a posting');
  const patch = { nextAttemptAtMs, negativeLookupsAtMs: [clock.now()] };
  const move = aMove(pending, 'unknown', { patch: { ...patch, doubtfulSinceMs: clock.now() } });
  await store.movePostings(fence, [move], clock.now());
}

describe('a clock that ran ahead and was set right', () => {
  it('does not make what is read afterwards look old', async () => {
    const world = await started();
    world.clock.set(t0 + dayMs);
    await see(world, anOrder('1'));
    world.clock.set(t0 + 5);

    const counts = await see(world, anOrder('1', { status: 'Shipped' }));

    expect(counts).toMatchObject({ changed: 1, stale: 0 });
    expect(await world.store.record(order1)).toMatchObject({
      observedAtMs: t0 + 5,
      record: { status: 'Shipped' },
    });
  });

  it('does not make what is read unchanged look old', async () => {
    const world = await started();
    world.clock.set(t0 + dayMs);
    await see(world, anOrder('1'));
    world.clock.set(t0 + 5);

    expect(await see(world, anOrder('1'))).toMatchObject({ unchanged: 1, stale: 0 });
    expect((await world.store.record(order1))?.observedAtMs).toBe(t0 + 5);
  });

  it('does not hide an open receiving order', async () => {
    const world = await started();
    world.clock.set(t0 + dayMs);
    await see(world, aReceiving('7', {}));
    world.clock.set(t0 + 5);

    expect(await world.store.openReceivings()).toEqual([{ id: '7', observedAtMs: 0 }]);
  });

  it('does not make boxes read afterwards look old', async () => {
    const world = await started();
    const { clock, store, fence } = world;
    const id = receivingId('7');
    clock.set(t0 + dayMs);
    await see(world, aReceiving('7', { 1: '10' }));
    await store.saveBoxes(fence, id, [], clock.now());
    clock.set(t0 + 5);

    await store.saveBoxes(fence, id, boxes, clock.now());

    expect((await store.record(wro7))?.record).toMatchObject({ boxes });
    expect(await store.receivingsWantingBoxes(9)).toEqual([]);
  });

  it('does not make postings wait for the time it showed', async () => {
    const world = await started();
    await see(world, anOrder('1'));
    world.clock.set(t0 + dayMs);
    await planned(world, 'SB1', 'SB2');
    world.clock.set(t0 + 5);

    expect(await world.store.nextPostingAtMs()).toBe(t0 + 5);
    expect(await ready(world)).toEqual(['SB1', 'SB2']);
  });

  it('does not shorten what is postponed', async () => {
    const world = await started();
    await see(world, anOrder('1'));
    const [pending] = await planned(world, 'SB1');
    if (pending === undefined) throw new Error('there is a posting');
    const patch = { nextAttemptAtMs: t0 + hourMs };
    await world.store.movePostings(world.fence, [aMove(pending, 'pending', { patch })], t0);

    expect(await ready(world)).toEqual([]);
    expect(await world.store.nextPostingAtMs()).toBe(t0 + hourMs);
  });

  it('makes a doubt begin now, and looks taken in the future prove nothing', async () => {
    const world = await started();
    await see(world, anOrder('1'));
    world.clock.set(t0 + dayMs);
    await doubt(world, t0 + dayMs);
    world.clock.set(t0 + 5);

    const [first] = await doubtful(world);
    world.clock.set(t0 + 60_000);
    const [later] = await doubtful(world);

    expect(first).toMatchObject({ doubtfulSinceMs: t0 + 5, negativeLookupsAtMs: [] });
    expect(later).toMatchObject({ doubtfulSinceMs: t0 + 5, negativeLookupsAtMs: [] });
  });

  it('leaves a doubt that began before as it is', async () => {
    const world = await started();
    await see(world, anOrder('1'));
    await doubt(world, t0);
    world.clock.set(t0 + 60_000);

    const [one] = await doubtful(world);

    expect(one).toMatchObject({ doubtfulSinceMs: t0, negativeLookupsAtMs: [t0] });
  });
});

const boxes: ReceivingBox[] = [
  {
    boxId: 'b1',
    status: 'Completed',
    contents: [
      {
        inventoryId: inventoryId('1'),
        stowed: canonicalQuantity('10'),
        lot: 'L1',
        expiresOn: null,
      },
    ],
  },
];
