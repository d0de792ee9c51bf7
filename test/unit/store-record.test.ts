import { describe, expect, it } from 'vitest';
import type { Fence, Store, UnreadableRecord } from '../../src/app/ports.ts';
import type { ReceivingBox, SourceRecord } from '../../src/core/glossary.ts';
import { canonicalQuantity, inventoryId, receivingId } from '../../src/core/schema.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import { aCharge, anOrder, anOutcome, aReceiving, aShipment } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
const wro7 = { kind: 'receiving', id: '7' } as const;

async function started(): Promise<{ store: Store; fence: Fence }> {
  const store = await openTestStore();
  return { store, fence: await takeLease(store, { nowMs: t0 }) };
}

function save(
  store: Store,
  fence: Fence,
  record: SourceRecord | SourceRecord[],
  startedAtMs: number,
  change: { unreadable?: UnreadableRecord[]; checkpointMs?: number } = {},
) {
  return store.saveObservations(fence, {
    stream: 'orders',
    nowMs: startedAtMs,
    observations: [record].flat().map((one) => ({ record: one, startedAtMs })),
    unreadable: change.unreadable ?? [],
    checkpointMs: change.checkpointMs ?? null,
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

  it('that is confirmed makes the record due and is not reported again', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await settle(store, fence);
    await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 5);

    await store.confirmRegression(fence, wro7, 'fell from 10 to 9', t0 + 6);

    expect((await store.record(wro7))?.regression).toBe('fell from 10 to 9');
    expect(await settle(store, fence)).toEqual(['7']);
    const counts = await save(store, fence, aReceiving('7', { 1: '9' }), t0 + 7);
    expect(counts.regressed).toEqual([]);
  });

  it('ends when the quantity is back, even if nothing else changed', async () => {
    const { store, fence } = await started();
    await save(store, fence, aReceiving('7', { 1: '10' }), t0);
    await store.confirmRegression(fence, wro7, 'fell', t0 + 6);
    await settle(store, fence);

    await save(store, fence, aReceiving('7', { 1: '10' }), t0 + 7);

    expect((await store.record(wro7))?.regression).toBeNull();
    expect(await settle(store, fence)).toEqual(['7']);
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
