import { describe, expect, it } from 'vitest';
import type { Fence, Store } from '../../src/app/ports.ts';
import { externalKey } from '../../src/core/schema.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import {
  aFlag,
  aMove,
  anOrder,
  aPlanOf,
  plannedIssue,
  plannedOrder,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
const sb1 = externalKey('SB1');
const byHand = [{ planned: plannedOrder('SB1'), number: '0010007', held: null }];

async function started(): Promise<{ store: Store; fence: Fence }> {
  const store = await openTestStore();
  const fence = await takeLease(store, { nowMs: t0 });
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: [{ record: anOrder('1'), startedAtMs: t0 }],
    unreadable: [],
    checkpointMs: null,
  });
  return { store, fence };
}

async function plan(store: Store, fence: Fence, change: Parameters<typeof aPlanOf>[2]) {
  return store.savePlans(fence, [await aPlanOf(store, order1, change)], t0 + 1);
}

async function issuesReady(store: Store) {
  const ready = await store.postingsReady({ kind: 'goodsIssue', nowMs: t0 + 9, limit: 10 });
  return ready.map(({ posting, dependency }) => [posting.key, dependency?.number]);
}

describe('a document that a person entered in Infor', () => {
  it('is posted under its number, and what depends on it can go on', async () => {
    const { store, fence } = await started();

    await plan(store, fence, { adopt: byHand, put: [plannedIssue('S5-1', '5', 'SB1')] });

    expect(await store.posting(sb1)).toMatchObject({
      state: 'posted',
      adopted: true,
      reference: { number: '0010007' },
      postedAtMs: t0 + 1,
    });
    expect(await issuesReady(store)).toEqual([['S5-1', '0010007']]);
    expect(await store.postingsReady({ kind: 'salesOrder', nowMs: t0 + 9, limit: 9 })).toEqual([]);
    const trace = await store.trace('1');
    expect(trace.crosswalk).toMatchObject([{ key: 'SB1', inforNumber: '0010007' }]);
    expect(trace.entries).toContainEqual(
      expect.objectContaining({
        action: 'moved',
        postingKey: 'SB1',
        detail: expect.objectContaining({ to: 'posted', number: '0010007', adopted: true }),
      }),
    );
  });

  it('takes the place of the posting that was still pending, and frees what waited', async () => {
    const { store, fence } = await started();
    await plan(store, fence, { put: [plannedOrder('SB1'), plannedIssue('S5-1', '5', 'SB1')] });
    expect(await issuesReady(store)).toEqual([]);

    await plan(store, fence, { adopt: byHand });

    expect(await store.posting(sb1)).toMatchObject({ state: 'posted', adopted: true });
    expect(await issuesReady(store)).toEqual([['S5-1', '0010007']]);
  });

  it('takes the place of a withdrawn one', async () => {
    const { store, fence } = await started();
    await plan(store, fence, { put: [plannedOrder('SB1')] });
    await plan(store, fence, { withdraw: [sb1] });

    await plan(store, fence, { adopt: byHand });

    expect(await store.posting(sb1)).toMatchObject({ state: 'posted' });
  });

  it('answers the question why Infor refused ours', async () => {
    const { store, fence } = await started();
    await plan(store, fence, { put: [plannedOrder('SB1')] });
    const posting = await store.posting(sb1);
    if (posting === null) throw new Error('there is a posting');
    const flag = aFlag('REJECTED_BY_INFOR', 'posting:SB1');
    await store.movePostings(fence, [aMove(posting, 'flagged', { flag })], t0);

    await plan(store, fence, { adopt: byHand });

    expect(await store.posting(sb1)).toMatchObject({ state: 'posted', adopted: true });
    expect(
      await store.flags({ codes: null, kinds: null, ids: null, state: 'open', limit: 9 }),
    ).toEqual([]);
  });

  it('changes nothing of a posting that was handed to a commit', async () => {
    const { store, fence } = await started();
    await plan(store, fence, { put: [plannedOrder('SB1')] });
    const posting = await store.posting(sb1);
    if (posting === null) throw new Error('there is a posting');
    const staged = { ...posting, state: 'staged' as const, attempt: 1 };
    const patch = { attempt: 1, handle: 'T1' };
    await store.movePostings(fence, [aMove(posting, 'staged', { patch })], t0);
    await store.movePostings(fence, [aMove(staged, 'committing')], t0);

    await plan(store, fence, { adopt: byHand });

    expect(await store.posting(sb1)).toMatchObject({ state: 'committing', reference: null });
  });
});
