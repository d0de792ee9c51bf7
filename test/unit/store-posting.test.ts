import { describe, expect, it } from 'vitest';
import type { Fence, Move, Store } from '../../src/app/ports.ts';
import type { PlannedDocument, Posting, PostingState } from '../../src/core/glossary.ts';
import { externalKey } from '../../src/core/schema.ts';
import { openTestStore, takeLease } from '../support/store-open.ts';
import {
  aCharge,
  aFlag,
  aMove,
  anEntry,
  anIntent,
  anOrder,
  anOutcome,
  plannedIssue,
  plannedJournal,
  plannedOrder,
  plannedReceipt,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const ttlMs = 60_000;
const order1 = { kind: 'order', id: '1' } as const;
const reference = { number: '0010001', detail: { lines: [1] } };

interface Started {
  store: Store;
  fence: Fence;
  get: (key: string) => Promise<Posting>;
  move: (key: string, to: PostingState, change?: Parameters<typeof aMove>[2]) => Promise<boolean>;
  ready: (kind: Posting['kind'], nowMs?: number) => Promise<string[]>;
}

async function started(...planned: PlannedDocument[]): Promise<Started> {
  const store = await openTestStore();
  const fence = await takeLease(store, { owner: 'first', nowMs: t0, ttlMs });
  await store.saveObservations(fence, {
    stream: 'orders',
    nowMs: t0,
    observations: [{ record: anOrder('1'), startedAtMs: t0 }],
    unreadable: [],
    checkpointMs: null,
  });
  const [due] = await store.casesDue(1);
  const outcome = anOutcome(order1, due?.stored.contentHash ?? '', { put: planned });
  await store.savePlans(fence, [outcome], t0);
  const get = async (key: string) => {
    const posting = await store.posting(externalKey(key));
    if (posting === null) throw new Error(`there is a posting ${key}`);
    return posting;
  };
  return {
    store,
    fence,
    get,
    async move(key, to, change) {
      const [applied] = await store.movePostings(fence, [aMove(await get(key), to, change)], t0);
      return applied === true;
    },
    async ready(kind, nowMs = t0) {
      const found = await store.postingsReady({ kind, nowMs, limit: 10 });
      return found.map(({ posting }) => posting.key);
    },
  };
}

/** Staged and handed to its commit. */
async function toCommitting({ move }: Started, key: string): Promise<void> {
  await move(key, 'staged', { patch: { attempt: 1, handle: `H-${key}` } });
  await move(key, 'committing');
}

async function toPosted(world: Started, key: string): Promise<void> {
  await toCommitting(world, key);
  await world.move(key, 'posted', { patch: { reference, held: [] } });
}

describe('postings by state', () => {
  it.each([[['pending'] as const], [['pending', 'posted'] as const]])(
    'of %s are read page by page, each once',
    async (states) => {
      const keys = ['S1', 'S2', 'S3', 'S4', 'S5'];
      const { store } = await started(...keys.map((key) => plannedIssue(key, key.slice(1), null)));

      const pages: string[][] = [];
      for (let afterId = 0; ; ) {
        const page = await store.postings({ states: [...states], limit: 2, afterId });
        const last = page.at(-1);
        if (last === undefined) break;
        pages.push(page.map(({ key }) => key));
        afterId = last.id;
      }

      expect(pages).toEqual([['S1', 'S2'], ['S3', 'S4'], ['S5']]);
    },
  );
});

describe('ready postings', () => {
  it('are due, the oldest first', async () => {
    const { move, ready } = await started(
      plannedOrder('SB1'),
      plannedOrder('SB2'),
      plannedOrder('SB3'),
    );
    await move('SB2', 'pending', { patch: { nextAttemptAtMs: t0 + 500 } });

    expect(await ready('salesOrder')).toEqual(['SB1', 'SB3']);
    expect(await ready('salesOrder', t0 + 500)).toEqual(['SB1', 'SB3', 'SB2']);
    expect(await ready('purchaseOrder')).toEqual([]);
  });

  it('wait for what they depend on and then know its reference', async () => {
    const world = await started(plannedIssue('S5-1', '5', 'SB1'), plannedOrder('SB1'));
    expect(await world.ready('goodsIssue')).toEqual([]);

    await toPosted(world, 'SB1');

    const found = await world.store.postingsReady({ kind: 'goodsIssue', nowMs: t0, limit: 10 });
    expect(found).toMatchObject([{ posting: { key: 'S5-1' }, dependency: reference }]);
  });

  it('that are planned after their dependency was posted are ready at once', async () => {
    const world = await started(plannedOrder('SB1'));
    await toPosted(world, 'SB1');

    const outcome = anOutcome(order1, 'any', { put: [plannedIssue('S5-1', '5', 'SB1')] });
    await world.store.savePlans(world.fence, [outcome], t0);

    expect(await world.ready('goodsIssue')).toEqual(['S5-1']);
  });

  it('have one writer at a time for one sales order', async () => {
    const world = await started(
      plannedOrder('SB1'),
      plannedIssue('S5-1', '5', 'SB1'),
      plannedIssue('S6-1', '6', 'SB1'),
    );
    await toPosted(world, 'SB1');
    expect(await world.ready('goodsIssue')).toEqual(['S5-1']);

    await toCommitting(world, 'S5-1');
    expect(await world.ready('goodsIssue')).toEqual([]);
    await world.move('S5-1', 'unknown');
    expect(await world.ready('goodsIssue')).toEqual([]);
    await world.move('S5-1', 'posted', { patch: { reference } });

    expect(await world.ready('goodsIssue')).toEqual(['S6-1']);
  });

  it('have one writer at a time for one purchase order, and do not wait for a backoff', async () => {
    const { move, ready } = await started(
      plannedReceipt('R7-1', '7', '4500012'),
      plannedReceipt('R8-1', '8', '4500012'),
      plannedReceipt('R9-1', '9', '4500099'),
    );
    expect(await ready('goodsReceipt')).toEqual(['R7-1', 'R9-1']);

    await move('R7-1', 'pending', { patch: { nextAttemptAtMs: t0 + 1, failures: 1 } });

    expect(await ready('goodsReceipt')).toEqual(['R8-1', 'R9-1']);
  });

  it('are never flagged, cancelled or posted ones', async () => {
    const world = await started(plannedOrder('SB1'), plannedOrder('SB2'), plannedOrder('SB3'));

    await world.move('SB1', 'flagged', { flag: aFlag('REJECTED', 'infor:1') });
    await world.move('SB2', 'cancelled');
    await toPosted(world, 'SB3');

    expect(await world.ready('salesOrder', t0 + 1_000_000)).toEqual([]);
    expect(await world.store.nextPostingAtMs()).toBeNull();
  });

  it('tell when the next one is due, not counting what is blocked', async () => {
    const world = await started(plannedOrder('SB1'), plannedIssue('S5-1', '5', 'SB1'));

    await world.move('SB1', 'pending', { patch: { nextAttemptAtMs: t0 + 77 } });

    expect(await world.store.nextPostingAtMs()).toBe(t0 + 77);
  });
});

describe('a move', () => {
  it('is applied only from the state and attempt that were expected', async () => {
    const { store, fence, get } = await started(plannedOrder('SB1'));
    const before = await get('SB1');
    const stage: Move = aMove(before, 'staged', { patch: { attempt: 1, handle: 'H1' } });

    const first = await store.movePostings(fence, [stage], t0);
    const second = await store.movePostings(fence, [stage], t0);
    const other = { ...stage, expected: { state: 'staged' as const, attempt: 7 } };
    const third = await store.movePostings(fence, [other], t0);

    expect([first, second, third]).toEqual([[true], [false], [false]]);
    expect(await get('SB1')).toMatchObject({ state: 'staged', attempt: 1, handle: 'H1' });
  });

  it('that lost leaves the others of its batch alone', async () => {
    const { store, fence, get } = await started(plannedOrder('SB1'), plannedOrder('SB2'));
    const lost = {
      ...aMove(await get('SB1'), 'staged'),
      expected: { state: 'unknown' as const, attempt: 0 },
    };

    const applied = await store.movePostings(fence, [lost, aMove(await get('SB2'), 'staged')], t0);

    expect(applied).toEqual([false, true]);
    expect((await get('SB1')).state).toBe('pending');
    expect((await get('SB2')).state).toBe('staged');
  });

  it('that is illegal is a defect and undoes its whole batch', async () => {
    const { store, fence, get } = await started(plannedOrder('SB1'), plannedOrder('SB2'));
    const moves = [aMove(await get('SB1'), 'staged'), aMove(await get('SB2'), 'committing')];

    await expect(store.movePostings(fence, moves, t0)).rejects.toMatchObject({ code: 'DEFECT' });

    expect((await get('SB1')).state).toBe('pending');
  });

  it('to flagged needs a flag, to posted a reference', async () => {
    const world = await started(plannedOrder('SB1'));

    await expect(world.move('SB1', 'flagged')).rejects.toMatchObject({ code: 'DEFECT' });
    await expect(world.move('SB1', 'posted')).rejects.toMatchObject({ code: 'DEFECT' });
  });

  it('by a run that was taken over is refused', async () => {
    const world = await started(plannedOrder('SB1'));
    await takeLease(world.store, { owner: 'second', nowMs: t0 + ttlMs });

    await expect(world.move('SB1', 'staged')).rejects.toMatchObject({ code: 'LEASE_LOST' });

    expect((await world.get('SB1')).state).toBe('pending');
  });

  it('to committing marks the handle as handed over, and a new handle is not', async () => {
    const world = await started(plannedOrder('SB1'));
    await toCommitting(world, 'SB1');
    expect((await world.get('SB1')).handedToCommit).toBe(true);

    await world.move('SB1', 'pending');
    expect((await world.get('SB1')).handedToCommit).toBe(true);
    await world.move('SB1', 'pending', { patch: { attempt: 2, handle: null } });

    expect((await world.get('SB1')).handedToCommit).toBe(false);
  });

  it('changes only what it is given, and ends waiting and doubt with the state', async () => {
    const world = await started(plannedOrder('SB1'));
    const lookups = { negativeLookupsAtMs: [t0], doubtfulSinceMs: t0 - 5 };
    await world.move('SB1', 'unknown', { patch: { ...lookups, waitingFor: 'Infor', failures: 3 } });
    await world.move('SB1', 'unknown', { patch: { nextAttemptAtMs: t0 + 9 } });
    expect(await world.get('SB1')).toMatchObject({ ...lookups, waitingFor: 'Infor', failures: 3 });

    await world.move('SB1', 'posted', { patch: { reference } });

    expect(await world.get('SB1')).toMatchObject({
      doubtfulSinceMs: null,
      negativeLookupsAtMs: [],
      waitingFor: null,
      failures: 0,
      reference,
      postedAtMs: t0,
    });
  });

  it('makes the record due when its ledger has changed', async () => {
    const world = await started(plannedOrder('SB1'));
    expect(await world.store.casesDue(10)).toEqual([]);

    await world.move('SB1', 'unknown', { replan: 'yes' });

    expect(await world.store.casesDue(10)).toHaveLength(1);
  });
});

describe('flags of a posting', () => {
  it('stand until the posting moves without them, whatever planning says', async () => {
    const world = await started(plannedOrder('SB1'));
    const filter = { codes: null, kinds: null, ids: null, state: 'open' as const, limit: 10 };
    await world.move('SB1', 'flagged', { flag: aFlag('REJECTED', 'infor:1') });

    await world.store.savePlans(world.fence, [anOutcome(order1, 'any')], t0);
    expect(await world.store.flags(filter)).toMatchObject([{ postingKey: 'SB1', record: order1 }]);
    await world.move('SB1', 'pending');

    expect(await world.store.flags(filter)).toEqual([]);
  });

  it('that are retried make the posting pending and its record due', async () => {
    const world = await started(plannedOrder('SB1'));
    await world.move('SB1', 'flagged', { flag: aFlag('REJECTED', 'infor:1') });
    const all = { codes: null, kinds: null, ids: null, state: 'all' as const, limit: 10 };
    const [flag] = await world.store.flags(all);

    const retried = await world.store.retryFlags([flag?.id ?? 0, 999], 'ada', t0 + 3);

    expect(retried).toBe(1);
    expect(await world.get('SB1')).toMatchObject({ state: 'pending', nextAttemptAtMs: t0 + 3 });
    expect(await world.store.casesDue(10)).toHaveLength(1);
    expect(await world.store.flags({ ...all, state: 'open' })).toEqual([]);
  });

  it('that are retried after a commit are looked up first', async () => {
    const world = await started(plannedOrder('SB1'));
    await toCommitting(world, 'SB1');
    await world.move('SB1', 'unknown');
    await world.move('SB1', 'flagged', { flag: aFlag('OUTCOME_UNKNOWN', 'posting:SB1') });
    const filter = { codes: null, kinds: null, ids: null, state: 'open' as const, limit: 10 };
    const [flag] = await world.store.flags(filter);

    await world.store.retryFlags([flag?.id ?? 0], 'ada', t0 + 3);

    expect(await world.get('SB1')).toMatchObject({ state: 'unknown', doubtfulSinceMs: t0 + 3 });
  });
});

describe('doubtful postings', () => {
  it('are those that an earlier run was committing', async () => {
    const world = await started(plannedOrder('SB1'));
    await toCommitting(world, 'SB1');
    const ask = (fence: Fence) =>
      world.store.postingsDoubtful({ fence, nowMs: t0 + ttlMs, limit: 10 });
    expect(await ask(world.fence)).toEqual([]);

    const next = await takeLease(world.store, { owner: 'second', nowMs: t0 + ttlMs });

    expect(await ask(next)).toMatchObject([{ posting: { key: 'SB1', state: 'committing' } }]);
  });

  it('are unknown ones whose next look-up is due', async () => {
    const world = await started(plannedOrder('SB1'));
    await world.move('SB1', 'unknown', { patch: { nextAttemptAtMs: t0 + 10 } });
    const ask = (nowMs: number) =>
      world.store.postingsDoubtful({ fence: world.fence, nowMs, limit: 10 });

    expect(await ask(t0 + 9)).toEqual([]);
    expect(await ask(t0 + 10)).toHaveLength(1);
  });

  it('are all unfinished ones after a restore, but for what was never staged', async () => {
    const world = await started(
      plannedOrder('SB1'),
      plannedOrder('SB2'),
      plannedOrder('SB3'),
      plannedOrder('SB4'),
    );
    await world.move('SB1', 'staged', { patch: { attempt: 1, handle: 'H1' } });
    await toCommitting(world, 'SB2');
    await toPosted(world, 'SB3');

    const count = await world.store.distrustUnfinished(world.fence, t0 + 8);

    expect(count).toBe(2);
    expect(await world.get('SB1')).toMatchObject({
      state: 'unknown',
      doubtfulSinceMs: t0 + 8,
      handle: 'H1',
    });
    expect((await world.get('SB2')).state).toBe('unknown');
    expect((await world.get('SB3')).state).toBe('posted');
    expect((await world.get('SB4')).state).toBe('pending');
  });
});

describe('the write-ahead book', () => {
  it('lists staging calls that were never answered clearly', async () => {
    const { store, fence, get } = await started(plannedOrder('SB1'));
    const posting = await get('SB1');
    const stage = (call: string, n: number) =>
      anIntent(posting, 'stage', { call, attempt: 1, request: { n } });
    const intents = [
      stage('p/Head', 0),
      stage('p/Line', 1),
      stage('p/Line', 2),
      stage('p/Line', 3),
    ];
    await store.recordIntents(fence, intents, t0);
    expect(await store.openIntents(posting.id)).toEqual(intents);

    const answer = (call: string, n: number, outcome: 'ok' | 'unclear') => ({
      postingId: posting.id,
      key: posting.key,
      step: 'stage' as const,
      call,
      outcome,
      request: { n },
      answer: {},
      durationMs: 4,
    });
    await store.recordExchanges(
      fence,
      [answer('p/Line', 3, 'ok'), answer('p/Head', 0, 'ok'), answer('p/Line', 1, 'unclear')],
      t0,
    );

    expect(await store.openIntents(posting.id)).toEqual([intents[1], intents[2]]);
  });

  it('forgets the calls of attempts that are over', async () => {
    const { store, fence, get, move } = await started(plannedOrder('SB1'));
    await store.recordIntents(fence, [anIntent(await get('SB1'), 'stage', { attempt: 1 })], t0);

    await move('SB1', 'pending', { patch: { attempt: 2, handle: null } });

    expect(await store.openIntents((await get('SB1')).id)).toEqual([]);
  });

  it('takes a commit only for the handle the row holds', async () => {
    const world = await started(plannedOrder('SB1'));
    await world.move('SB1', 'staged', { patch: { attempt: 1, handle: 'H1' } });
    const staged = await world.get('SB1');
    const intend = (change: Parameters<typeof anIntent>[2] = {}) =>
      world.store.recordIntents(world.fence, [anIntent(staged, 'commit', change)], t0);

    await expect(intend()).rejects.toMatchObject({ code: 'DEFECT' });
    await world.move('SB1', 'committing');
    await expect(intend({ handle: 'H2' })).rejects.toMatchObject({ code: 'DEFECT' });
    await expect(intend({ attempt: 2 })).rejects.toMatchObject({ code: 'DEFECT' });

    await expect(intend()).resolves.toBeUndefined();
  });

  it('takes nothing from a run that was taken over', async () => {
    const world = await started(plannedOrder('SB1'));
    const posting = await world.get('SB1');
    await takeLease(world.store, { owner: 'second', nowMs: t0 + ttlMs });

    const late = world.store.recordIntents(world.fence, [anIntent(posting, 'stage')], t0);

    await expect(late).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await world.store.openIntents(posting.id)).toEqual([]);
  });
});

describe('the crosswalk', () => {
  it('leads from order, shipment and charge to what they became', async () => {
    const world = await started(plannedOrder('SB1'), plannedIssue('S5-1', '5', 'SB1'));
    const entries = [anEntry('C1'), anEntry('C2')];
    await world.store.saveObservations(world.fence, {
      stream: 'costs',
      nowMs: t0,
      observations: entries.map(({ chargeId }) => ({ record: aCharge(chargeId), startedAtMs: t0 })),
      unreadable: [],
      checkpointMs: null,
    });
    const outcomes = entries.map((entry) =>
      anOutcome({ kind: 'charge', id: entry.chargeId }, 'any', { entry }),
    );
    await world.store.savePlans(world.fence, outcomes, t0);
    await world.store.freezeJournal(world.fence, plannedJournal('J1', ['C1', 'C2']), entries, t0);
    await toPosted(world, 'SB1');
    await toPosted(world, 'S5-1');
    await toPosted(world, 'J1');

    const order = await world.store.trace('1');
    const journal = await world.store.trace('J1');

    const row = { inforNumber: reference.number, postedAtMs: t0 };
    expect(order.crosswalk).toEqual([
      { ...row, shipbobKind: 'shipment', shipbobId: '5', documentKind: 'goodsIssue', key: 'S5-1' },
      { ...row, shipbobKind: 'order', shipbobId: '1', documentKind: 'salesOrder', key: 'SB1' },
    ]);
    expect(journal.crosswalk.map(({ shipbobKind, shipbobId }) => [shipbobKind, shipbobId])).toEqual(
      [
        ['charge', 'C1'],
        ['charge', 'C2'],
      ],
    );
  });

  it('follows a better reference of what is posted already', async () => {
    const world = await started(plannedOrder('SB1'));
    await toPosted(world, 'SB1');

    await world.move('SB1', 'posted', { patch: { reference: { number: '99', detail: {} } } });

    const { crosswalk } = await world.store.trace('SB1');
    expect(crosswalk.map(({ inforNumber }) => inforNumber)).toEqual(['99']);
  });
});
