import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { careForChosen, everyOpenQuestion, retryChosen } from '../../src/app/flagged.ts';
import type { Fence, QueueFilter } from '../../src/app/ports.ts';
import type { FlagDraft } from '../../src/core/glossary.ts';
import { canonicalAmount, canonicalQuantity, externalKey } from '../../src/core/schema.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { flagOf, openFlagsOf, say, untilEnded } from '../support/flagged.ts';
import { freshPath, openTestStore, takeLease } from '../support/store-open.ts';
import { aFlag, aMove, anOrder, anOutcome, plannedOrder } from '../support/store-record.ts';

const t0 = 1_760_000_000_000;
const hourMs = 3_600_000;
const ada = { actor: 'ada', nowMs: t0 + hourMs };
const orderOf = (id: string) => ({ kind: 'order', id }) as const;

interface World {
  store: OpenedStore;
  fence: Fence;
  /** Plans these orders to come to these flags, at that time. */
  flag(flags: Record<string, FlagDraft[]>, nowMs?: number): Promise<void>;
}

async function world(path = ':memory:'): Promise<World> {
  const store = await openTestStore({ path });
  const fence = await takeLease(store, { nowMs: t0 });
  return {
    store,
    fence,
    async flag(flags, nowMs = t0) {
      await store.saveObservations(fence, {
        stream: 'orders',
        nowMs,
        observations: Object.keys(flags).map((id) => ({
          record: anOrder(id),
          startedAtMs: nowMs,
        })),
        unreadable: [],
        checkpointMs: null,
      });
      const outcomes = Object.entries(flags).map(([id, drafts]) =>
        anOutcome(orderOf(id), 'any', { flags: drafts }),
      );
      await store.savePlans(fence, outcomes, nowMs);
    },
  };
}

const missing = (sku: string, quantity: string, amount: string | null = null) =>
  aFlag('UNKNOWN_ITEM', `item:${sku}`, {
    evidence: { sku },
    quantity: canonicalQuantity(quantity),
    amount: amount === null ? null : canonicalAmount(amount),
    currency: amount === null ? null : 'USD',
  });

async function auditOf(store: OpenedStore, id: string) {
  return (await store.trace(id)).entries.filter(({ actor }) => actor === 'ada');
}

describe('what people say about a flag', () => {
  it('is told in the audit trail by name, with its words where they can be purged', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2')] });
    const { id } = await flagOf(store, 'UNKNOWN_ITEM');

    const acts = [
      { do: 'assign', assignee: 'Grace Hopper' },
      { do: 'tag', add: ['grace'], remove: [] },
      { do: 'note', text: 'Grace called.' },
      { do: 'ignore', because: 'Grace did it.', untilMs: t0 + 9 * hourMs },
      { do: 'unignore' },
    ] as const;
    for (const act of acts) {
      await store.careForFlags(
        [id],
        'add' in act ? { ...act, add: [...act.add], remove: [] } : act,
        ada,
      );
    }

    const entries = await auditOf(store, '1');
    expect(entries.map(({ action }) => action)).toEqual([
      'assigned',
      'tagged',
      'noted',
      'ignored',
      'unignored',
    ]);
    for (const { detail, record } of entries) {
      expect(detail).toMatchObject({ flag: id, code: 'UNKNOWN_ITEM', cause: 'item:TEA' });
      expect(JSON.stringify(detail).toLowerCase()).not.toContain('grace');
      expect(record).toEqual(orderOf('1'));
    }
    expect(entries.map(({ body }) => body)).toEqual([
      { assignee: 'Grace Hopper' },
      { add: ['grace'], remove: [] },
      { text: 'Grace called.' },
      { because: 'Grace did it.' },
      null,
    ]);
    expect((await store.verifyAudit()).brokenAt).toBeNull();
  });

  it('stands when the flag clears and the same question comes up again', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2')] });
    await say(store, 'UNKNOWN_ITEM', { do: 'assign', assignee: 'grace' }, t0);
    await say(store, 'UNKNOWN_ITEM', { do: 'note', text: 'asked the buyer' }, t0);
    await flag({ 1: [] }, t0 + 1);

    await flag({ 1: [missing('TEA', '2')] }, t0 + 2);

    const again = await flagOf(store, 'UNKNOWN_ITEM');
    const file = await store.flagFile(again.id, t0 + 3);
    expect(file).toMatchObject({
      entry: { care: { assignee: 'grace', notes: 1 } },
      notes: [{ actor: 'ada', text: 'asked the buyer' }],
      earlier: [{ raisedAtMs: t0, clearedAtMs: t0 + 1 }],
    });
  });

  it('stands when it is said once more while a plan finds that its time has run out', async () => {
    const { store, fence, flag } = await world();
    const record = orderOf('1');
    await flag({ 1: [missing('TEA', '2')] });
    const { id: flagId } = await flagOf(store, 'UNKNOWN_ITEM');
    const ignore = { do: 'ignore', because: 'seen to', untilMs: t0 + hourMs } as const;
    await store.careForFlags([flagId], ignore, { ...ada, nowMs: t0 });
    const found = (await store.planningCase(record))?.ignores ?? [];
    const ignores = found.map(({ id, held }) => ({ id, held, over: 'yes' as const }));
    const plan = anOutcome(record, 'any', { flags: [missing('TEA', '2')], ignores });

    await store.careForFlags([flagId], { ...ignore, untilMs: t0 + 9 * hourMs }, ada);
    await store.savePlans(fence, [plan], t0 + 2 * hourMs);

    expect((await store.planningCase(record))?.ignores).toHaveLength(1);
    await store.savePlans(fence, [plan], t0 + 10 * hourMs);
    expect((await store.planningCase(record))?.ignores).toEqual([]);
  });

  it('about one question is not said about another of the same record', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2'), missing('MUG', '1')] });
    const [tea] = await openFlagsOf(store, { skus: ['TEA'] });

    await store.careForFlags([tea?.id ?? 0], untilEnded, ada);

    expect(await openFlagsOf(store, { ignored: 'hidden' })).toMatchObject([{ cause: 'item:MUG' }]);
  });

  it('replaces and takes away tags', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2')] });

    await say(store, 'UNKNOWN_ITEM', { do: 'tag', add: ['b', 'a'], remove: [] }, t0);
    await say(store, 'UNKNOWN_ITEM', { do: 'tag', add: ['c'], remove: ['b'] }, t0);

    const [entry] = (await list(store)).entries;
    expect(entry?.care.tags).toEqual(['a', 'c']);
  });

  it('is that it cannot be ignored once it has cleared', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2')] });
    const { id } = await flagOf(store, 'UNKNOWN_ITEM');
    await flag({ 1: [] });

    const ignoring = careForChosen(store, { ids: [id] }, untilEnded, ada);

    await expect(ignoring).rejects.toMatchObject({ code: 'FLAG_CLEARED' });
    expect(await auditOf(store, '1')).toEqual([]);
  });
});

describe('the audit trail’s own text', () => {
  it('never holds what was looked up of a person', async () => {
    const path = freshPath();
    const { store, flag } = await world(path);
    const canary = 'canary.person@example.com';
    const unknown = aFlag('UNKNOWN_CUSTOMER', `lookup:customers:${canary}`);
    await flag({ 1: [unknown] });
    for (const act of [untilEnded, { do: 'note', text: canary }, { do: 'unignore' }] as const) {
      await say(store, 'UNKNOWN_CUSTOMER', act, t0);
    }
    const { id } = await flagOf(store, 'UNKNOWN_CUSTOMER');
    await store.retryFlags([id], 'ada', t0);
    await flag({ 1: [] });

    const database = new Database(path, { readonly: true });
    const rows = database.prepare('select action, detail from audit').all();
    database.close();
    const told = JSON.stringify(rows);

    expect(told).not.toContain('canary');
    for (const action of ['flagged', 'ignored', 'noted', 'unignored', 'retried', 'cleared']) {
      expect(told).toContain(`"${action}"`);
    }
    // Equal causes are still told to be equal, and others stay readable.
    expect(new Set(told.match(/lookup:#[0-9a-f]{12}/g)).size).toBe(1);
  });
});

function list(store: OpenedStore, change: Partial<QueueFilter> = {}) {
  const filter = { ...everyOpenQuestion, ...change };
  return store.queue({ filter, sort: 'blocks', limit: 100, nowMs: t0 + hourMs });
}

async function recordsOf(store: OpenedStore, change: Partial<QueueFilter>): Promise<string[]> {
  return (await list(store, change)).entries.map(({ flag }) => flag.record.id).sort();
}

describe('the queue', () => {
  async function three() {
    const made = await world();
    await made.flag({ 1: [missing('TEA', '0.1', '0.1')], 2: [missing('TEA', '0.2', '0.2')] });
    await made.flag({ 3: [missing('MUG', '7', '5')] }, t0 + hourMs / 2);
    return made;
  }

  it('shows first what holds up most records, and how many', async () => {
    const { store } = await three();

    const { total, entries } = await list(store);

    expect(total).toBe(3);
    expect(entries.map(({ flag, blocks }) => [flag.record.id, blocks])).toEqual([
      ['1', 2],
      ['2', 2],
      ['3', 1],
    ]);
  });

  it.each([
    ['age', ['1', '2', '3']],
    ['units', ['3', '2', '1']],
    ['value', ['3', '2', '1']],
  ] as const)('sorted by %s', async (sort, expected) => {
    const { store } = await three();

    const request = { filter: everyOpenQuestion, sort, limit: 9, nowMs: t0 };
    const { entries } = await store.queue(request);

    expect(entries.map(({ flag }) => flag.record.id)).toEqual(expected);
  });

  it('is filtered by each of its conditions', async () => {
    const { store } = await three();
    const [one] = await openFlagsOf(store, { records: ['1'] });
    const ids = [one?.id ?? 0];
    await store.careForFlags(ids, { do: 'assign', assignee: 'grace' }, ada);
    await store.careForFlags(ids, { do: 'tag', add: ['buyer'], remove: [] }, ada);

    expect(await recordsOf(store, { ids })).toEqual(['1']);
    expect(await recordsOf(store, { codes: ['UNKNOWN_ITEM'] })).toEqual(['1', '2', '3']);
    expect(await recordsOf(store, { codes: ['NO_COST_RULE'] })).toEqual([]);
    expect(await recordsOf(store, { kinds: ['charge'] })).toEqual([]);
    expect(await recordsOf(store, { causes: ['item:MUG'] })).toEqual(['3']);
    expect(await recordsOf(store, { records: ['2', '3'] })).toEqual(['2', '3']);
    expect(await recordsOf(store, { skus: ['TEA'] })).toEqual(['1', '2']);
    expect(await recordsOf(store, { assignee: { name: 'grace' } })).toEqual(['1']);
    expect(await recordsOf(store, { assignee: { name: null } })).toEqual(['2', '3']);
    expect(await recordsOf(store, { tags: ['buyer', 'other'] })).toEqual(['1']);
    expect(await recordsOf(store, { raisedBeforeMs: t0 + 1 })).toEqual(['1', '2']);
    expect(await recordsOf(store, { raisedAfterMs: t0 + 1 })).toEqual(['3']);
  });

  it('groups with exact sums, and counts an order’s value once', async () => {
    const { store, flag } = await three();
    await flag({ 4: [missing('TEA', '1', '9'), missing('JAR', '1', '9')] });

    const request = { filter: everyOpenQuestion, sort: 'blocks', limit: 9, nowMs: t0 } as const;
    const bySku = await store.queueGroups({ ...request, by: 'sku' });
    const byReason = await store.queueGroups({ ...request, by: 'reason' });

    expect(bySku.groups.map(({ name, records, units }) => [name, records, units])).toEqual([
      ['TEA', 3, '1.3'],
      ['MUG', 1, '7'],
      ['JAR', 1, '1'],
    ]);
    expect(bySku.groups[0]?.values).toEqual([{ amount: '9.3', currency: 'USD' }]);
    expect(byReason.groups).toMatchObject([
      { name: 'UNKNOWN_ITEM', flags: 5, causes: 3, records: 4, values: [{ amount: '14.3' }] },
    ]);
  });

  it('says how many groups there are beyond those shown', async () => {
    const { store } = await three();

    const request = { filter: everyOpenQuestion, by: 'cause', sort: 'value' } as const;
    const { total, groups } = await store.queueGroups({ ...request, limit: 1, nowMs: t0 });

    expect(total).toBe(2);
    expect(groups.map(({ name }) => name)).toEqual(['item:MUG']);
  });
});

describe('retrying by a filter', () => {
  async function ready() {
    const made = await world();
    await made.flag({ 1: [missing('TEA', '2')], 2: [missing('MUG', '2')] });
    const [tea] = await openFlagsOf(made.store, { skus: ['TEA'] });
    await made.store.careForFlags([tea?.id ?? 0], untilEnded, ada);
    const asked = aFlag('IGNORED_READY', 'ignored:1');
    const [kept] = (await made.store.casesDue(9)).filter(({ ignores }) => ignores.length > 0);
    const ignores = (kept?.ignores ?? [{ id: 1 }]).map(({ id }) => ({
      id,
      held: null,
      over: 'no' as const,
    }));
    const outcome = anOutcome(orderOf('1'), 'any', { flags: [asked], ignores });
    await made.store.savePlans(made.fence, [outcome], t0);
    return made;
  }
  const retried = async (store: OpenedStore, filter: QueueFilter) => {
    const { done } = await retryChosen(store, { filter }, ada);
    const flags = await openFlagsOf(store, { ids: done });
    return flags.map(({ code, record }) => `${code} of ${record.id}`);
  };

  it('never answers whether to post what was ignored', async () => {
    const { store } = await ready();

    expect(await retried(store, everyOpenQuestion)).toEqual(['UNKNOWN_ITEM of 2']);
    expect(await retried(store, { ...everyOpenQuestion, kinds: ['order'] })).toEqual([
      'UNKNOWN_ITEM of 2',
    ]);
    expect(await retryChosen(store, { filter: everyOpenQuestion }, ada)).toMatchObject({
      readyLeft: 1,
    });
  });

  it('answers it when it asks for that very reason', async () => {
    const { store } = await ready();

    const filter = { ...everyOpenQuestion, codes: ['IGNORED_READY'] };

    expect(await retried(store, filter)).toEqual(['IGNORED_READY of 1']);
    expect((await store.casesDue(9)).flatMap(({ ignores }) => ignores)).toEqual([]);
  });

  it('leaves out what is ignored', async () => {
    const { store, flag } = await world();
    await flag({ 1: [missing('TEA', '2')] });
    await say(store, 'UNKNOWN_ITEM', untilEnded, t0);

    const filter = { ...everyOpenQuestion, codes: ['UNKNOWN_ITEM'] };

    expect(await retried(store, filter)).toEqual([]);
  });
});

describe('an act on very many flags', () => {
  it('meets every one of them', async () => {
    const { store, flag } = await world();
    const ids = Array.from({ length: 2100 }, (_, index) => String(index + 1));
    await flag(Object.fromEntries(ids.map((id) => [id, [missing('TEA', '1')]])));
    const choice = { filter: everyOpenQuestion };

    const { done } = await careForChosen(store, choice, { do: 'assign', assignee: 'bob' }, ada);

    expect(done).toHaveLength(2100);
    expect((await list(store, { assignee: { name: 'bob' } })).total).toBe(2100);
    expect((await retryChosen(store, choice, ada)).retried).toBe(2100);
  });
});

describe('a document with two flags of which one is ignored', () => {
  it('is not let go by retrying the other alone', async () => {
    const path = freshPath();
    const { store, fence, flag } = await world(path);
    await flag({ 1: [] });
    const outcome = anOutcome(orderOf('1'), 'any', { put: [plannedOrder('SB1')] });
    await store.savePlans(fence, [outcome], t0);
    const posting = await store.posting(externalKey('SB1'));
    if (posting === null) throw new Error('there is a posting');
    const refused = aFlag('REJECTED_BY_INFOR', 'posting:SB1');
    await store.movePostings(fence, [aMove(posting, 'flagged', { flag: refused })], t0);
    const beside = new Database(path);
    beside.exec(`insert into flag select 99, record_kind, record_id, posting_id, 'PARTLY_BOOKED',
      cause, sentence, hint, evidence_json, quantity, amount, currency, raised_at_ms,
      updated_at_ms, cleared_at_ms, holds_json from flag where code = 'REJECTED_BY_INFOR'`);
    beside.close();
    await say(store, 'REJECTED_BY_INFOR', untilEnded, t0);
    const ignored = await flagOf(store, 'REJECTED_BY_INFOR');

    expect(await store.retryFlags([99], 'ada', t0)).toBe(0);
    expect((await store.posting(externalKey('SB1')))?.state).toBe('flagged');

    expect(await store.retryFlags([99, ignored.id], 'ada', t0)).toBe(2);
    expect((await store.posting(externalKey('SB1')))?.state).toBe('pending');
  });
});

describe('a run', () => {
  it('counts as cleared what has cleared by itself, not what people have answered', async () => {
    const { store, fence, flag } = await world();
    await flag({ 1: [missing('TEA', '2'), aFlag('IGNORED_READY', 'ignored:7')] });

    const change = await store.savePlans(fence, [anOutcome(orderOf('1'), 'any')], t0);

    expect(change).toEqual({ raised: 0, cleared: 1 });
  });
});
