import { describe, expect, it } from 'vitest';
import type { Fence, RunCounts } from '../../src/app/ports.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import { anOrder } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const ttlMs = 60_000;
const ask = { owner: 'second', command: 'sync', ttlMs };

const counts: RunCounts = {
  seen: { orders: 1, receivings: 0, charges: 0, changed: 1, unreadable: 0 },
  hints: { read: 0, covered: 0, kept: 0 },
  planned: 1,
  posted: { salesOrder: 1 },
  adopted: 0,
  cancelled: 0,
  flagsRaised: 0,
  flagsCleared: 0,
  waiting: 0,
  doubtful: 0,
  calls: { shipbob: {}, infor: {} },
};

function aPage(nowMs: number) {
  return {
    stream: 'orders',
    nowMs,
    observations: [{ record: anOrder('1'), startedAtMs: nowMs }],
    unreadable: [],
    checkpointMs: nowMs,
  };
}

describe('the lease', () => {
  it('is held by one owner at a time', async () => {
    const store = await openTestStore();
    await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });

    const answer = await store.acquireLease({ ...ask, nowMs: t0 + ttlMs - 1 });

    expect(answer).toEqual({ held: 'no', by: 'first', expiresAtMs: t0 + ttlMs });
  });

  it('is taken over when it has expired, under a higher fence', async () => {
    const store = await openTestStore();
    const first = await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });

    const second = await takeLease(store, { owner: 'second', nowMs: t0 + ttlMs });

    expect(second.number).toBe(first.number + 1);
    expect(second.runId).not.toBe(first.runId);
  });

  it('stops the writes of a holder that was taken over, and leaves no trace of them', async () => {
    const store = await openTestStore();
    const first = await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });
    await takeLease(store, { owner: 'second', nowMs: t0 + ttlMs });

    const write = store.saveObservations(first, aPage(t0 + ttlMs + 1));

    await expect(write).rejects.toMatchObject({ code: 'LEASE_LOST', kind: 'retryable' });
    expect(await store.record({ kind: 'order', id: '1' })).toBeNull();
    expect(await store.checkpoint('orders')).toBeNull();
    expect(await store.renewLease(first, t0 + ttlMs + 1, ttlMs)).toBe(false);
  });

  it('stops a fence with the right number and a wrong owner', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const forged: Fence = { ...fence, owner: 'someone else' };

    await expect(store.distrustUnfinished(forged, t0)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
  });

  it('lets an expired holder go on while nobody took over', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0, ttlMs });

    await store.saveObservations(fence, aPage(t0 + 10 * ttlMs));

    expect(await store.renewLease(fence, t0 + 10 * ttlMs, ttlMs)).toBe(true);
  });

  it('lives on when it is renewed', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });

    await store.renewLease(fence, t0 + 50_000, ttlMs);

    const answer = await store.acquireLease({ ...ask, nowMs: t0 + ttlMs + 1 });
    expect(answer.held).toBe('no');
  });

  it('is free at once when it is given back, and stops its last holder', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0, ttlMs });

    await store.releaseLease(fence);

    await expect(store.saveObservations(fence, aPage(t0))).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    expect((await store.acquireLease({ ...ask, nowMs: t0 + 1 })).held).toBe('yes');
  });

  it('is not given back by a holder that lost it', async () => {
    const store = await openTestStore();
    const first = await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });
    const second = await takeLease(store, { owner: 'second', nowMs: t0 + ttlMs });

    await store.releaseLease(first);

    expect(await store.renewLease(second, t0 + ttlMs + 1, ttlMs)).toBe(true);
  });

  it('does not last for ever when the clock was moved back a year', async () => {
    const store = await openTestStore();
    const yearMs = 365 * 86_400_000;
    await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });
    const backMs = t0 - yearMs;

    const early = await store.acquireLease({ ...ask, nowMs: backMs });
    const beforeTtl = await store.acquireLease({ ...ask, nowMs: backMs + ttlMs - 1 });
    const afterTtl = await store.acquireLease({ ...ask, nowMs: backMs + ttlMs });

    expect([early.held, beforeTtl.held, afterTtl.held]).toEqual(['no', 'no', 'yes']);
  });

  it('is given to one of many that ask at once', async () => {
    const path = freshPath();
    const stores = await Promise.all(Array.from({ length: 5 }, () => openTestStore({ path })));

    const answers = await Promise.all(
      stores.map((store, index) =>
        store.acquireLease({ ...ask, owner: `owner ${index}`, nowMs: t0 }),
      ),
    );

    expect(answers.filter(({ held }) => held === 'yes')).toHaveLength(1);
  });
});

describe('a run', () => {
  it('keeps what it counted and the audit head it ended at', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });

    await store.finishRun(fence, { nowMs: t0 + 5, exitCode: 0, outcome: 'done', counts });

    const head = await store.auditHead();
    expect(await store.runs(10)).toEqual([
      {
        id: fence.runId,
        command: 'sync',
        startedAtMs: t0,
        endedAtMs: t0 + 5,
        exitCode: 0,
        outcome: 'done',
        counts,
        auditHead: head.mac,
      },
    ]);
  });

  it('that was taken over counts as interrupted', async () => {
    const store = await openTestStore();
    await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });
    await takeLease(store, { owner: 'second', nowMs: t0 + ttlMs });

    const outcomes = (await store.runs(10)).map(({ outcome }) => outcome);

    expect(outcomes).toEqual([null, 'interrupted']);
  });
});
