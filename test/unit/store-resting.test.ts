import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/app/ports.ts';
import type { PlannedDocument, Posting, RecordKey } from '../../src/core/glossary.ts';
import { externalKey } from '../../src/core/schema.ts';
import { nextQuery, readyQuery } from '../../src/store/posting.ts';
import { planOf } from '../support/store-explain.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  aMove,
  anEntry,
  anOrder,
  aPlanOf,
  aReceiving,
  plannedJournal,
  plannedOrder,
  plannedReceipt,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order = (id: string): RecordKey => ({ kind: 'order', id });
const receiving = (id: string): RecordKey => ({ kind: 'receiving', id });

/** Records with one document each, all planned and ready. */
async function started(path = ':memory:') {
  const store = await openTestStore({ path });
  const fence = await takeLease(store, { nowMs: t0 });
  const records = [
    anOrder('1'),
    anOrder('2'),
    aReceiving('7', { 11: '1' }),
    aReceiving('8', { 11: '2' }),
    aCharge('C1'),
  ];
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: records.map((record) => ({ record, startedAtMs: t0 })),
    unreadable: [],
    checkpointMs: null,
  });
  const plan = async (key: RecordKey, ...put: PlannedDocument[]) =>
    store.savePlans(fence, [await aPlanOf(store, key, { put })], t0);
  await plan(order('1'), plannedOrder('SB1'));
  await plan(order('2'), plannedOrder('SB2'));
  await plan(receiving('7'), plannedReceipt('R7-1', '7', '4500012'));
  await plan(receiving('8'), plannedReceipt('R8-1', '8', '4500012'));
  const entry = anEntry('C1');
  const charge = { kind: 'charge', id: 'C1' } as const;
  await store.savePlans(fence, [await aPlanOf(store, charge, { entry })], t0);
  await store.freezeJournal(fence, plannedJournal('J1', ['C1']), [entry], t0);
  const get = async (key: string): Promise<Posting> => {
    const posting = await store.posting(externalKey(key));
    if (posting === null) throw new Error(`there is a posting ${key}`);
    return posting;
  };
  const move = async (
    key: string,
    ...given: Parameters<typeof aMove> extends [unknown, ...infer R] ? R : never
  ) => {
    const [applied] = await store.movePostings(fence, [aMove(await get(key), ...given)], t0);
    return applied;
  };
  return { store, fence, plan, get, move };
}

async function ready(store: Store): Promise<string[]> {
  const found = await Promise.all(
    (['salesOrder', 'goodsReceipt', 'journal'] as const).map((kind) =>
      store.postingsReady({ kind, nowMs: t0, limit: 10 }),
    ),
  );
  return found.flat().map(({ posting }) => posting.key);
}

const staged = { patch: { attempt: 1, handle: 'H1' } };

describe('a document whose record waits to be planned', () => {
  it('is not taken up, staged or not, and others are', async () => {
    const { store, move } = await started();
    expect(await ready(store)).toEqual(['SB1', 'SB2', 'R7-1', 'J1']);
    await move('SB1', 'staged', staged);

    await store.touchForPlanning([order('1')]);
    expect(await ready(store)).toEqual(['SB2', 'R7-1', 'J1']);
    await store.touchForPlanning([order('2')]);

    expect(await ready(store)).toEqual(['R7-1', 'J1']);
  });

  it('is taken up as soon as it was', async () => {
    const { store, plan } = await started();
    await store.touchForPlanning([order('1')]);

    await plan(order('1'), plannedOrder('SB1'));

    expect(await ready(store)).toContain('SB1');
  });

  it('is not committed either, though it was chosen before', async () => {
    const { store, move, get } = await started();
    await move('SB1', 'staged', staged);
    await store.touchForPlanning([order('1')]);

    expect(await move('SB1', 'committing')).toBe(false);

    expect(await get('SB1')).toMatchObject({ state: 'staged', handedToCommit: false });
  });

  it('goes on once a commit was given it: it can change no more', async () => {
    const { store, move } = await started();
    await move('SB1', 'staged', staged);
    await move('SB1', 'committing');
    await move('SB1', 'staged');
    await store.touchForPlanning([order('1')]);

    expect(await ready(store)).toContain('SB1');
    expect(await move('SB1', 'committing')).toBe(true);
  });

  it('does not hold back the next receipt on its purchase order, unless it is staged', async () => {
    const { store, move, plan } = await started();
    await store.touchForPlanning([receiving('7')]);
    expect(await ready(store)).toContain('R8-1');

    await plan(receiving('7'));
    await move('R7-1', 'staged', staged);
    await store.touchForPlanning([receiving('7')]);

    expect(await ready(store)).not.toContain('R8-1');
  });

  it('is nothing that a run would wait for', async () => {
    const { store, move } = await started();
    for (const key of ['SB2', 'R7-1', 'R8-1', 'J1']) await move(key, 'cancelled');
    expect(await store.nextPostingAtMs()).toBe(t0);

    await store.touchForPlanning([order('1')]);

    expect(await store.nextPostingAtMs()).toBeNull();
  });

  it('does not stop a journal, which is only filed under one of its charges', async () => {
    const { store, move } = await started();
    await store.touchForPlanning([{ kind: 'charge', id: 'C1' }]);
    expect(await ready(store)).toContain('J1');

    await move('J1', 'staged', staged);

    expect(await move('J1', 'committing')).toBe(true);
  });

  it('that a person retries is planned before it goes again', async () => {
    const { store, move, plan } = await started();
    await move('SB1', 'flagged', { flag: aFlag('REJECTED_BY_INFOR', 'posting:SB1') });
    const filter = { codes: null, kinds: null, ids: null, state: 'open', limit: 9 } as const;
    const ids = (await store.flags(filter)).map(({ id }) => id);

    await store.retryFlags(ids, 'ada', t0);
    expect(await ready(store)).not.toContain('SB1');
    await plan(order('1'), plannedOrder('SB1', { note: 'mended' }));

    const [first] = await store.postingsReady({ kind: 'salesOrder', nowMs: t0, limit: 1 });
    expect(first?.posting).toMatchObject({ key: 'SB1', document: { orderNumber: 'mended' } });
  });
});

describe('the questions for what is ready', () => {
  it('are answered by indexes alone', async () => {
    const path = freshPath();
    await started(path);
    const { explain } = planOf(path);

    const explained = [
      explain(readyQuery({ kind: 'salesOrder', nowMs: t0, limit: 10 })),
      explain(nextQuery(t0)),
    ];

    for (const text of explained) {
      expect(text).toContain('SEARCH source_record USING INDEX source_record_key');
      expect(text).toContain('USING INDEX posting_queue');
      expect(text).not.toMatch(/SCAN (posting|other|source_record)/);
    }
  });
});
