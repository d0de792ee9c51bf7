import { describe, expect, it } from 'vitest';
import type { AlertState, Fence, Overdue } from '../../src/app/ports.ts';
import type { PlannedDocument, RecordKey, SourceRecord } from '../../src/core/glossary.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { overdueQuery, updatedQuery } from '../../src/store/watch.ts';
import { planOf } from '../support/store-explain.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import {
  aFlag,
  aMove,
  anOrder,
  anOutcome,
  aReceiving,
  aShipment,
  plannedIssue,
  plannedOrder,
  plannedPurchase,
  plannedReceipt,
} from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;
const receiving9 = { kind: 'receiving', id: '9' } as const;
const lock = { name: 'token', ttlMs: 1000 };

async function started(records: SourceRecord[], path?: string) {
  const store = await openTestStore(path === undefined ? {} : { path });
  const fence = await takeLease(store, { nowMs: t0 });
  await observe(store, fence, records);
  return { store, fence };
}

function observe(store: OpenedStore, fence: Fence, records: SourceRecord[], startedAtMs = t0) {
  return store.saveObservations(fence, {
    stream: 'orders',
    nowMs: startedAtMs,
    observations: records.map((record) => ({ record, startedAtMs })),
    unreadable: [],
    checkpointMs: null,
  });
}

/** Plans a record with the content it has, so that it is not due afterwards. */
async function plan(
  store: OpenedStore,
  fence: Fence,
  key: RecordKey,
  change: Parameters<typeof anOutcome>[2],
): Promise<void> {
  await store.casesDue(100);
  const stored = await store.record(key);
  if (stored === null) throw new Error('there is a record');
  await store.savePlans(fence, [anOutcome(key, stored.contentHash, change)], t0);
}

async function post(store: OpenedStore, fence: Fence, planned: PlannedDocument): Promise<void> {
  const found = await store.posting(planned.key);
  if (found === null) throw new Error('there is a posting');
  const staged = { ...found, attempt: 1, handle: 'H1' };
  const patch = { attempt: 1, handle: 'H1' };
  await store.movePostings(fence, [aMove(found, 'staged', { patch })], t0);
  await store.movePostings(fence, [aMove({ ...staged, state: 'staged' }, 'committing')], t0);
  const reference = { number: '0010001', detail: {} };
  const done = aMove({ ...staged, state: 'committing' }, 'posted', { patch: { reference } });
  expect(await store.movePostings(fence, [done], t0)).toEqual([true]);
}

describe('a lock', () => {
  it('is held by one owner at a time, who may extend it', async () => {
    const store = await openTestStore();

    expect(await store.takeLock({ ...lock, owner: 'a', nowMs: t0 })).toBe(true);
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 + 999 })).toBe(false);
    expect(await store.takeLock({ ...lock, owner: 'a', nowMs: t0 + 999 })).toBe(true);
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 + 1998 })).toBe(false);
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 + 1999 })).toBe(true);
  });

  it('goes by its name', async () => {
    const store = await openTestStore();
    await store.takeLock({ ...lock, owner: 'a', nowMs: t0 });

    expect(await store.takeLock({ ...lock, name: 'other', owner: 'b', nowMs: t0 })).toBe(true);
  });

  it('is given back by its owner alone', async () => {
    const store = await openTestStore();
    await store.takeLock({ ...lock, owner: 'a', nowMs: t0 });

    await store.releaseLock({ name: 'token', owner: 'b' });
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 })).toBe(false);
    await store.releaseLock({ name: 'token', owner: 'a' });
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 })).toBe(true);
  });

  it('does not last for ever after the clock was moved back', async () => {
    const store = await openTestStore();
    const yearMs = 365 * 86_400_000;
    await store.takeLock({ ...lock, owner: 'dead', nowMs: t0 + yearMs });

    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 })).toBe(false);
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 + 999 })).toBe(false);
    expect(await store.takeLock({ ...lock, owner: 'b', nowMs: t0 + 1000 })).toBe(true);
  });

  it('is taken by one of two processes that try at once', async () => {
    const path = freshPath();
    const stores = [await openTestStore({ path }), await openTestStore({ path })];

    const answers = await Promise.all(
      stores.map((store, index) => store.takeLock({ ...lock, owner: `${index}`, nowMs: t0 })),
    );

    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});

describe('alert states', () => {
  const state: AlertState = {
    cause: 'lag:orders',
    firstAtMs: t0,
    lastSeenAtMs: t0,
    sentAtMs: null,
    seenSinceSent: 1,
    message: { cause: 'lag:orders', severity: 'warning', title: 'Late', lines: ['a', 'b'] },
  };

  it('are kept by cause, replaced and forgotten', async () => {
    const store = await openTestStore();
    const other = { ...state, cause: 'flag:1' };
    await store.putAlertStates([state, other]);

    const seen = { ...state, lastSeenAtMs: t0 + 5, sentAtMs: t0 + 5, seenSinceSent: 0 };
    await store.putAlertStates([seen]);

    expect(await store.alertStates()).toEqual([other, seen]);
    await store.forgetAlertStates(['flag:1', 'unheard of']);
    expect(await store.alertStates()).toEqual([seen]);
    await store.putAlertStates([]);
    await store.forgetAlertStates([]);
    expect(await store.alertStates()).toEqual([seen]);
  });
});

describe('records by their own time', () => {
  const times = [5, 1, 3, 3, 3, 9];
  const records = times.map((time, index) =>
    anOrder(String(index + 1), { updatedAtMs: t0 + time }),
  );

  it('are walked page by page, each once, in order of time', async () => {
    const { store } = await started([...records, aReceiving('9', {}, { updatedAtMs: t0 + 3 })]);
    const walked: string[] = [];
    let after: { updatedAtMs: number; id: string } | null = null;
    const window = { kind: 'order' as const, fromMs: t0 + 1, toMs: t0 + 5 };
    for (let page = 0; page < 10; page += 1) {
      const found: Awaited<ReturnType<typeof store.recordsUpdated>> = await store.recordsUpdated({
        ...window,
        after,
        limit: 2,
      });
      walked.push(...found.map(({ record }) => record.id));
      const last = found.at(-1);
      if (last === undefined) break;
      after = { updatedAtMs: last.updatedAtMs, id: last.record.id };
    }

    expect(walked).toEqual(['2', '3', '4', '5', '1']);
  });

  it('come with their whole content', async () => {
    const record = aReceiving('9', { '7': '3' }, { updatedAtMs: t0 });
    const { store } = await started([record]);

    const found = await store.recordsUpdated({
      kind: 'receiving',
      fromMs: t0,
      toMs: t0,
      after: null,
      limit: 5,
    });

    expect(found).toEqual([{ record, updatedAtMs: t0 }]);
  });

  it('are found by an index', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const window = { kind: 'order' as const, fromMs: t0, toMs: t0 + 1, limit: 5 };

    for (const after of [null, { updatedAtMs: t0, id: '1' }]) {
      const explained = planOf(path).explain(updatedQuery({ ...window, after }));

      expect(explained).toMatch(/SEARCH source_record USING INDEX source_record_updated/);
      expect(explained).not.toContain('TEMP B-TREE');
    }
  });
});

describe('what is overdue', () => {
  const issue5: Overdue = {
    kind: 'issue',
    shipbobId: '5',
    record: order1,
    happenedAtMs: t0 - 2,
  };
  const receipt9: Overdue = {
    kind: 'receipt',
    shipbobId: '9',
    record: receiving9,
    happenedAtMs: t0 - 1,
  };
  const order = anOrder('1', { shipments: [aShipment('5')] });
  const issue = plannedIssue('SB1-5', '5', null);

  it('is noted while the record is not planned yet', async () => {
    const { store } = await started([order, aReceiving('9', { '7': '3' })]);

    expect(await store.noteOverdue([receipt9, issue5], t0)).toBe(2);
    expect(await store.noteOverdue([receipt9], t0)).toBe(0);
    expect(await store.overdue()).toEqual([issue5, receipt9]);
  });

  it('is not noted where planning found nothing to do', async () => {
    const { store, fence } = await started([order]);
    await plan(store, fence, order1, {});

    expect(await store.noteOverdue([issue5], t0)).toBe(0);
    expect(await store.overdue()).toEqual([]);
  });

  it('is not noted for what the store does not know', async () => {
    const { store } = await started([]);

    expect(await store.noteOverdue([issue5, receipt9], t0)).toBe(0);
  });

  it('is over once the goods issue is posted, whatever else is open about the order', async () => {
    const { store, fence } = await started([order]);
    const flags = [aFlag('SKU_UNKNOWN', 'sku:A')];
    await plan(store, fence, order1, { put: [issue], flags });
    expect(await store.noteOverdue([issue5], t0)).toBe(1);

    await post(store, fence, issue);

    expect(await store.overdue()).toEqual([]);
    expect(await store.noteOverdue([], t0)).toBe(0);
    expect(await store.noteOverdue([issue5], t0)).toBe(0);
  });

  it('waits for the issue of this shipment, not of another one', async () => {
    const { store, fence } = await started([order]);
    const other = plannedIssue('SB1-6', '6', null);
    await plan(store, fence, order1, { put: [other, issue] });

    await post(store, fence, other);

    expect(await store.noteOverdue([issue5], t0)).toBe(1);
  });

  it('stays while a flag holds the order up, and is over when it is cleared', async () => {
    const { store, fence } = await started([order]);
    await plan(store, fence, order1, { flags: [aFlag('SKU_UNKNOWN', 'sku:A')] });
    expect(await store.noteOverdue([issue5], t0)).toBe(1);

    await plan(store, fence, order1, { flags: [] });

    expect(await store.overdue()).toEqual([]);
  });

  it('is over when the posting was withdrawn', async () => {
    const { store, fence } = await started([order]);
    await plan(store, fence, order1, { put: [plannedOrder('SB1'), issue] });
    expect(await store.noteOverdue([issue5], t0)).toBe(1);

    await plan(store, fence, order1, { withdraw: [issue.key] });

    expect(await store.noteOverdue([], t0)).toBe(0);
    expect(await store.overdue()).toEqual([]);
  });

  it('forgets what is over for good, when it is refreshed', async () => {
    const path = freshPath();
    const { store, fence } = await started([order], path);
    await plan(store, fence, order1, { put: [issue] });
    await store.noteOverdue([issue5], t0);
    await post(store, fence, issue);
    expect(planOf(path).all('select * from overdue')).toHaveLength(1);

    await store.noteOverdue([], t0);

    expect(planOf(path).all('select * from overdue')).toEqual([]);
  });

  it('is looked up by indexes', async () => {
    const path = freshPath();
    await openTestStore({ path });

    const explained = planOf(path).explain(overdueQuery(t0));

    expect(explained).toContain('SEARCH posting USING INDEX posting_shipment');
    expect(explained).not.toMatch(/SCAN (posting|flag|source_record)/);
  });

  it('holds a receiving order until every document of it is posted', async () => {
    const { store, fence } = await started([aReceiving('9', { '7': '3' })]);
    const purchase = plannedPurchase('SBP9');
    const receipt = plannedReceipt('SBR9', '9', 'SBP9');
    await plan(store, fence, receiving9, { put: [purchase, receipt] });
    expect(await store.noteOverdue([receipt9], t0)).toBe(1);

    await post(store, fence, purchase);
    expect(await store.overdue()).toEqual([receipt9]);
    await post(store, fence, receipt);

    expect(await store.overdue()).toEqual([]);
  });
});

describe('status', () => {
  it('says since when the oldest document is in doubt', async () => {
    const { store, fence } = await started([anOrder('1')]);
    const planned = plannedOrder('SB1');
    await plan(store, fence, order1, { put: [planned] });
    expect((await store.status(t0)).doubtfulSinceMs).toBeNull();
    const found = await store.posting(planned.key);
    if (found === null) throw new Error('there is a posting');
    const staged = { patch: { attempt: 1, handle: 'H1' } };
    await store.movePostings(fence, [aMove(found, 'staged', staged)], t0);
    const held = { ...found, ...staged.patch };
    await store.movePostings(fence, [aMove({ ...held, state: 'staged' }, 'committing')], t0);

    const doubtful = { patch: { doubtfulSinceMs: t0 + 7 } };
    const moved = aMove({ ...held, state: 'committing' }, 'unknown', doubtful);
    expect(await store.movePostings(fence, [moved], t0 + 7)).toEqual([true]);

    expect((await store.status(t0 + 9)).doubtfulSinceMs).toBe(t0 + 7);
  });
});
