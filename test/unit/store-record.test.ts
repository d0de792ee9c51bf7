import { describe, expect, it } from 'vitest';
import type { Fence, Store, UnreadableRecord } from '../../src/app/ports.ts';
import type { ReceivingBox, SourceRecord } from '../../src/core/glossary.ts';
import { canonicalQuantity, inventoryId, receivingId } from '../../src/core/schema.ts';
import { handClock, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  anOrder,
  anOutcome,
  aReceiving,
  aShipment,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
/** When pages are saved: after all requests of a test began. */
const laterMs = t0 + 1000;
const order1 = { kind: 'order', id: '1' } as const;
const wro7 = { kind: 'receiving', id: '7' } as const;

async function started(): Promise<{ store: Store; fence: Fence }> {
  const store = await openTestStore({ clock: handClock(laterMs) });
  return { store, fence: await takeLease(store, { nowMs: t0 }) };
}

function save(
  store: Store,
  fence: Fence,
  record: SourceRecord | SourceRecord[],
  startedAtMs: number,
  change: {
    unreadable?: UnreadableRecord[];
    checkpointMs?: number;
    read?: 'second';
    nowMs?: number;
  } = {},
) {
  return store.saveObservations(fence, {
    stream: 'orders',
    nowMs: change.nowMs ?? laterMs,
    observations: [record].flat().map((one) => ({ record: one, startedAtMs })),
    unreadable: change.unreadable ?? [],
    checkpointMs: change.checkpointMs ?? null,
    ...(change.read === undefined ? {} : { read: change.read }),
  });
}

function unreadable(id: string | null, startedAtMs: number): UnreadableRecord {
  return { kind: 'order', id, raw: '{"id":', problem: 'no status', startedAtMs };
}

/** Plans everything that is due to nothing. */
async function settle(store: Store, fence: Fence): Promise<string[]> {
  const due = await store.casesDue(100);
  const outcomes = due.map(({ stored }) => anOutcome(stored.key, stored.contentHash));
  await store.savePlans(fence, outcomes, t0);
  return due.map(({ stored }) => stored.key.id);
}

describe('observations', () => {
  it('come back as they went in', async () => {
    const { store, fence } = await started();
    const record = anOrder('1', { shipments: [aShipment('5')] });

    const counts = await save(store, fence, record, t0);

    expect(counts).toMatchObject({ added: 1, changed: 0, unchanged: 0, stale: 0 });
    const stored = await store.record(order1);
    expect(stored).toMatchObject({ key: order1, record, observedAtMs: t0, unreadable: null });
  });

  it('that say nothing new are only touched', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);
    await settle(store, fence);

    const counts = await save(store, fence, anOrder('1'), t0 + 5);

    expect(counts).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
    expect((await store.record(order1))?.observedAtMs).toBe(t0 + 5);
    expect(await store.casesDue(10)).toEqual([]);
  });

  it('that changed make the record due', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);
    await settle(store, fence);

    const counts = await save(store, fence, anOrder('1', { status: 'Shipped' }), t0 + 5);

    expect(counts.changed).toBe(1);
    expect(await settle(store, fence)).toEqual(['1']);
  });

  it('that started earlier change nothing', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1', { status: 'new' }), t0 + 5);

    const counts = await save(store, fence, anOrder('1', { status: 'old' }), t0);

    expect(counts).toMatchObject({ stale: 1, changed: 0 });
    expect((await store.record(order1))?.record).toMatchObject({ status: 'new' });
  });

  it('of one record twice in a page count in their order', async () => {
    const { store, fence } = await started();

    const counts = await store.saveObservations(fence, {
      stream: 'orders',
      nowMs: t0,
      observations: [
        { record: anOrder('1', { status: 'first' }), startedAtMs: t0 },
        { record: anOrder('1', { status: 'second' }), startedAtMs: t0 + 1 },
      ],
      unreadable: [],
      checkpointMs: null,
    });

    expect(counts).toMatchObject({ added: 1, changed: 1 });
    expect((await store.record(order1))?.record).toMatchObject({ status: 'second' });
  });

  it('of more records than one statement takes are all stored', async () => {
    const { store, fence } = await started();
    const records = Array.from({ length: 777 }, (_, index) => anOrder(String(1000 + index)));

    await save(store, fence, records, t0);
    const counts = await save(store, fence, records, t0 + 1);

    expect(counts.unchanged).toBe(777);
    expect(await store.casesDue(1000)).toHaveLength(777);
  });

  it('move the checkpoint with them, and never back', async () => {
    const { store, fence } = await started();

    await save(store, fence, [], t0, { checkpointMs: t0 });
    await save(store, fence, [], t0, { checkpointMs: t0 - 1 });

    expect(await store.checkpoint('orders')).toBe(t0);
    expect(await store.checkpoint('receiving')).toBeNull();
  });
});

describe('a regression', () => {
  it('is not believed: the stored record stays and is named', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);

    const counts = await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);

    expect(counts.regressed).toEqual([wro7]);
    expect((await store.record(wro7))?.record).toMatchObject({ lines: [{ stowed: '10' }] });
  });

  it('that a second read shows is believed, and makes the record due', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await settle(store, fence);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);
    expect(await store.regressionsOwed()).toEqual([wro7]);
    expect(await settle(store, fence)).toEqual([]);

    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 6, { read: 'second' });

    expect(await store.regressionsOwed()).toEqual([]);
    expect(await store.record(wro7)).toMatchObject({
      regression: 'stowed quantity of inventory 1 fell from 10 to 9',
      record: { lines: [{ stowed: '9' }] },
    });
    expect(await settle(store, fence)).toEqual(['7']);
    const counts = await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 7);
    expect(counts).toMatchObject({ regressed: [], unchanged: 1 });
    expect((await store.record(wro7))?.regression).not.toBeNull();
  });

  it('is not believed because of another first read, nor of a second one that began before', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);

    const again = await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 6);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 4, { read: 'second' });

    expect(again.regressed).toEqual([wro7]);
    expect((await store.record(wro7))?.record).toMatchObject({ lines: [{ stowed: '10' }] });
  });

  it('ends with the next version', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 6, { read: 'second' });
    await settle(store, fence);

    await save(store, fence, aReceiving('7', { 1: '10' }), t0 + 7);

    expect((await store.record(wro7))?.regression).toBeNull();
    expect(await settle(store, fence)).toEqual(['7']);
  });

  it('that a later read does not show was none', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);

    await save(store, fence, aReceiving('7', { 1: '10' }), t0 + 6);

    expect(await store.regressionsOwed()).toEqual([]);
    expect((await store.record(wro7))?.regression).toBeNull();
  });
});

describe('an unreadable row', () => {
  it('is stored whole and due', async () => {
    const { store, fence } = await started();

    const counts = await save(store, fence, [], t0, { unreadable: [unreadable('1', t0)] });

    expect(counts.unreadable).toBe(1);
    const [due] = await store.casesDue(10);
    expect(due?.stored).toMatchObject({
      key: order1,
      record: null,
      unreadable: { raw: '{"id":', problem: 'no status' },
    });
  });

  it('without an id is one record however often it is seen', async () => {
    const { store, fence } = await started();

    await save(store, fence, [], t0, { unreadable: [unreadable(null, t0)] });
    await save(store, fence, [], t0, { unreadable: [unreadable(null, t0 + 1)] });

    const due = await store.casesDue(10);
    expect(due.map(({ stored }) => stored.key.id)).toEqual([
      expect.stringMatching(/^unreadable-[0-9a-f]{24}$/),
    ]);
  });

  it('does not take away what was readable before', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);

    await save(store, fence, [], t0, { unreadable: [unreadable('1', t0 + 1)] });

    const stored = await store.record(order1);
    expect(stored?.record?.id).toBe('1');
    expect(stored?.unreadable).not.toBeNull();
  });

  it('ends with the next readable observation, even of the old content', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);
    const before = (await store.record(order1))?.contentHash;
    await save(store, fence, [], t0, { unreadable: [unreadable('1', t0 + 1)] });
    await settle(store, fence);

    await save(store, fence, anOrder('1'), t0 + 2);

    expect(await store.record(order1)).toMatchObject({ unreadable: null, contentHash: before });
    expect(await settle(store, fence)).toEqual(['1']);
  });
});

describe('receiving orders', () => {
  const boxesOf = (...quantities: string[]): ReceivingBox[] =>
    quantities.map((quantity, index) => ({
      boxId: `b${index + 1}`,
      status: 'Completed',
      contents: [
        {
          inventoryId: inventoryId('1'),
          stowed: canonicalQuantity(quantity),
          lot: `L${index + 1}`,
          expiresOn: null,
        },
      ],
    }));
  const boxes = boxesOf('10');

  it('want their boxes once something is stowed, and again when it grows', async () => {
    const { store, fence } = await started();
    const id = receivingId('7');

    await save(store, fence, aReceiving('7', { 1: '0' }), t0);
    expect(await store.receivingsWantingBoxes(10)).toEqual([]);
    await save(store, fence, aReceiving('7', { 1: '10' }), t0 + 1);
    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
    await store.saveBoxes(fence, id, boxes, t0 + 2);
    expect(await store.receivingsWantingBoxes(10)).toEqual([]);
    await save(store, fence, aReceiving('7', { 1: '11' }), t0 + 3);
    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
  });

  it('keep wanting boxes while these do not add up to what is stowed', async () => {
    const { store, fence } = await started();
    const id = receivingId('7');
    await save(store, fence, aReceiving('7', { 1: '12' }), t0);

    await store.saveBoxes(fence, id, boxes, t0 + 1);
    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
    await store.saveBoxes(fence, id, boxesOf('6', '6'), t0 + 2);

    expect(await store.receivingsWantingBoxes(10)).toEqual([]);
  });

  it('want their boxes once more when they are completed', async () => {
    const { store, fence } = await started();
    const id = receivingId('7');
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await store.saveBoxes(fence, id, boxes, t0 + 1);
    expect(await store.receivingsWantingBoxes(10)).toEqual([]);

    const completed = { phase: 'completed' as const, status: 'Completed', completedAtMs: t0 };
    await save(store, fence, aReceiving('7', { 1: '10' }, completed), t0 + 2);
    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
    await store.saveBoxes(fence, id, boxes, t0 + 3);

    expect(await store.receivingsWantingBoxes(10)).toEqual([]);
  });

  it('that are long completed no longer wait for boxes to add up', async () => {
    const { store, fence } = await started();
    const id = receivingId('7');
    const completed = (completedAtMs: number) =>
      aReceiving('7', { 1: '12' }, { phase: 'completed', status: 'Completed', completedAtMs });

    await save(store, fence, completed(t0 - 3_600_000), t0);
    await store.saveBoxes(fence, id, boxes, t0 + 1);
    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
    await save(store, fence, completed(t0 - 30 * 86_400_000), t0 + 2);
    await store.saveBoxes(fence, id, boxes, t0 + 3);

    expect(await store.receivingsWantingBoxes(10)).toEqual([]);
  });

  it('want their boxes again when somebody asks for a new plan', async () => {
    const { store, fence } = await started();
    const id = receivingId('7');
    await save(store, fence, [aReceiving('7', { 1: '10' }), aReceiving('8', {})], t0);
    await store.saveBoxes(fence, id, boxes, t0 + 1);

    await store.touchForPlanning([wro7, { kind: 'receiving', id: '8' }]);

    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
  });

  it('want their boxes again when a flag of theirs is retried', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await store.saveBoxes(fence, receivingId('7'), boxes, t0 + 1);
    const flags = [aFlag('LOT_SUM_DIFFERS', 'receiving:7')];
    await store.savePlans(fence, [anOutcome(wro7, 'any', { flags })], t0);
    const [flag] = await store.flags({
      codes: null,
      kinds: null,
      ids: null,
      state: 'open',
      limit: 1,
    });

    await store.retryFlags([flag?.id ?? 0], 'ada', t0);

    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
  });

  it('keep wanting boxes that were read before the quantities moved', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0 + 5);

    await store.saveBoxes(fence, receivingId('7'), boxes, t0 + 4);

    expect(await store.receivingsWantingBoxes(10)).toEqual(['7']);
  });

  it('keep their boxes when the list, which has none, is read again', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await store.saveBoxes(fence, receivingId('7'), boxes, t0 + 1);

    await save(store, fence, aReceiving('7', { 1: '12' }), t0 + 2);

    expect((await store.record(wro7))?.record).toMatchObject({ boxes });
  });

  it('are due when their boxes changed, and not when they did not', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await settle(store, fence);

    await store.saveBoxes(fence, receivingId('7'), boxes, t0 + 1);
    expect(await settle(store, fence)).toEqual(['7']);
    await store.saveBoxes(fence, receivingId('7'), boxes, t0 + 2);
    expect(await settle(store, fence)).toEqual([]);
  });

  it('are listed while they are open', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', {}), t0);
    await save(store, fence, aReceiving('8', {}, { phase: 'completed' }), t0);

    expect(await store.openReceivings()).toEqual([{ id: '7', observedAtMs: t0 }]);
  });
});

describe('a vanished record', () => {
  it('is due once, is not looked for again, and comes back when it is seen', async () => {
    const { store, fence } = await started();
    const record = anOrder('1');
    const window = { fromMs: record.createdAtMs, toMs: record.createdAtMs };
    await save(store, fence, record, t0);
    await settle(store, fence);
    expect(await store.orderIdsCreated(window)).toEqual(['1']);

    await store.markVanished(fence, order1, t0 + 1);

    expect((await store.record(order1))?.vanishedAtMs).toBe(t0 + 1);
    expect(await store.orderIdsCreated(window)).toEqual([]);
    expect(await settle(store, fence)).toEqual(['1']);
    await save(store, fence, record, t0 + 2);
    expect((await store.record(order1))?.vanishedAtMs).toBeNull();
    expect(await settle(store, fence)).toEqual(['1']);
  });
});

describe('records due for planning', () => {
  it('stay due when they changed while they were planned', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);
    const [due] = await store.casesDue(10);
    await save(store, fence, anOrder('1', { status: 'Shipped' }), t0 + 1);

    await store.savePlans(fence, [anOutcome(order1, due?.stored.contentHash ?? '')], t0);

    expect(await store.casesDue(10)).toHaveLength(1);
  });

  it('stay due when somebody asked for a plan while they were planned', async () => {
    const { store, fence } = await started();
    await save(store, fence, anOrder('1'), t0);
    const [due] = await store.casesDue(10);
    await store.touchForPlanning([order1]);

    await store.savePlans(fence, [anOutcome(order1, due?.stored.contentHash ?? '')], t0);

    expect(await settle(store, fence)).toEqual(['1']);
    expect(await settle(store, fence)).toEqual([]);
  });

  it('are touched by kind and id', async () => {
    const { store, fence } = await started();
    await save(store, fence, [anOrder('1'), aCharge('1'), anOrder('2')], t0);
    await settle(store, fence);

    await store.touchForPlanning([order1, { kind: 'order', id: 'not there' }]);

    const due = await store.casesDue(10);
    expect(due.map(({ stored }) => stored.key)).toEqual([order1]);
  });
});
