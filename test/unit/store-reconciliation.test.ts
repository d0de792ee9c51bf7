import { describe, expect, it } from 'vitest';
import { calendarDay } from '../../src/core/schema.ts';
import type { OpenedStore } from '../../src/store/open.ts';
import { planOf } from '../support/store-explain.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const t0 = 1_760_000_000_000;
const november = {
  from: calendarDay('2026-11-01'),
  to: calendarDay('2026-11-30'),
  timeZone: 'America/Chicago',
};

function begin(store: OpenedStore, change: { resume?: 'yes' | 'no'; asOfMs?: number } = {}) {
  return store.openReconciliation({
    ...november,
    asOfMs: change.asOfMs ?? t0,
    actor: 'kim',
    nowMs: t0,
    resume: change.resume ?? 'yes',
  });
}

function save(
  store: OpenedStore,
  id: number,
  name: string,
  parts: string[],
  state: 'whole' | 'cut' = 'whole',
  turn = 1,
) {
  return parts.reduce(async (before, body, position) => {
    await before;
    const last = state === 'whole' && position === parts.length - 1 ? 'yes' : 'no';
    await store.saveReconciliationPart({ id, turn, name, position, body, last, nowMs: t0 });
  }, Promise.resolve());
}

async function partsOf(store: OpenedStore, id: number, name: string): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of store.reconciliationParts(id, name)) parts.push(part);
  return parts;
}

function finish(store: OpenedStore, id: number, turn = 1) {
  const verdict = 'differs' as const;
  return store.finishReconciliation({
    id,
    turn,
    verdict,
    findings: 3,
    actor: 'kim',
    nowMs: t0 + 9,
  });
}

async function told(path: string): Promise<string[]> {
  return planOf(path)
    .all("select action from audit where action like 'reconciliation%' order by seq")
    .map(({ action }) => String(action));
}

describe('a comparison in the store', () => {
  it('goes on with the moment and the parts of one that was stopped', async () => {
    const path = freshPath();
    const first = await openTestStore({ path });
    const begun = await begin(first);
    await save(first, begun.id, 'shipbob orders', ['ä', 'b'.repeat(100_000), '']);
    await first.close();

    const second = await openTestStore({ path });
    const again = await begin(second, { asOfMs: t0 + 500 });

    expect(again).toEqual({ ...begun, turn: 2 });
    expect(again).toMatchObject({ asOfMs: t0, actor: 'kim', verdict: null, finishedAtMs: null });
    expect(await second.hasReconciliationParts(begun.id, 'shipbob orders')).toBe(true);
    expect(await partsOf(second, begun.id, 'shipbob orders')).toEqual([
      'ä',
      'b'.repeat(100_000),
      '',
    ]);
    expect(await told(path)).toEqual(['reconciliation-started', 'reconciliation-resumed']);
  });

  it('is another one for another period or zone', async () => {
    const store = await openTestStore();
    const begun = await begin(store);
    const request = { ...november, asOfMs: t0, actor: 'kim', nowMs: t0, resume: 'yes' as const };

    const zone = await store.openReconciliation({ ...request, timeZone: 'UTC' });
    const period = await store.openReconciliation({ ...request, to: calendarDay('2026-11-29') });

    expect(new Set([begun.id, zone.id, period.id]).size).toBe(3);
  });

  it('does not count a list as read before its last part is stored', async () => {
    const store = await openTestStore();
    const { id } = await begin(store);

    await save(store, id, 'history', ['one', 'two'], 'cut');
    const before = await store.hasReconciliationParts(id, 'history');
    // Read again from its beginning, it has other parts, and fewer.
    await save(store, id, 'history', ['new']);

    expect(before).toBe(false);
    expect(await partsOf(store, id, 'history')).toEqual(['new']);
    expect(await store.hasReconciliationParts(id, 'other')).toBe(false);
  });

  it('never changes a list that is whole, nor leaves a gap in one', async () => {
    const store = await openTestStore();
    const { id } = await begin(store);
    await save(store, id, 'whole', ['one']);
    const part = { id, turn: 1, body: 'x', last: 'yes' as const, nowMs: t0 };

    await expect(
      store.saveReconciliationPart({ ...part, name: 'whole', position: 0 }),
    ).rejects.toMatchObject({ code: 'LEASE_HELD' });
    await expect(
      store.saveReconciliationPart({ ...part, name: 'gap', position: 1 }),
    ).rejects.toMatchObject({ code: 'LEASE_HELD' });
    expect(await partsOf(store, id, 'whole')).toEqual(['one']);
  });

  it('that two processes read at once is left to the later one', async () => {
    const store = await openTestStore();
    const first = await begin(store);
    const second = await begin(store);
    const part = { id: first.id, name: 'orders', position: 0, nowMs: t0 };
    await store.saveReconciliationPart({ ...part, turn: second.turn, body: 'its', last: 'yes' });

    const behind = store.saveReconciliationPart({
      ...{ ...part, name: 'other', turn: first.turn, body: 'late', last: 'yes' },
    });

    await expect(behind).rejects.toMatchObject({ code: 'LEASE_HELD' });
    await expect(finish(store, first.id, first.turn)).rejects.toMatchObject({
      code: 'LEASE_HELD',
    });
    expect(await partsOf(store, first.id, 'orders')).toEqual(['its']);
    expect(await store.hasReconciliationParts(first.id, 'other')).toBe(false);
  });

  it('ends with its verdict in the trail, and forgets what it read', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const { id } = await begin(store);
    await save(
      store,
      id,
      'orders',
      Array.from({ length: 120 }, (_, part) => `part ${part}`),
    );

    const head = await finish(store, id);

    expect(head).toEqual(await store.auditHead());
    expect(planOf(path).all('select * from reconciliation_part')).toEqual([]);
    expect(planOf(path).all('select * from reconciliation')).toMatchObject([
      { verdict: 'differs', audit_seq: head.seq, audit_head: head.mac, finished_at_ms: t0 + 9 },
    ]);
    const [row] = planOf(path).all(`select * from audit where seq = ${head.seq}`);
    expect(row).toMatchObject({ action: 'reconciliation-finished', actor: 'kim' });
    expect(JSON.parse(String(row?.detail))).toMatchObject({
      reconciliation: id,
      from: '2026-11-01',
      verdict: 'differs',
      findings: 3,
    });
    expect(await store.verifyAudit()).toMatchObject({ brokenAt: null });
  });

  it('is not taken up again once it ended, nor ended twice', async () => {
    const store = await openTestStore();
    const { id } = await begin(store);
    await finish(store, id);

    const next = await begin(store);

    expect(next.id).not.toBe(id);
    await expect(finish(store, id)).rejects.toMatchObject({ code: 'LEASE_HELD' });
  });

  it('is given up for good when a person wants a new one', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const old = await begin(store);
    await save(store, old.id, 'orders', ['old']);

    const fresh = await begin(store, { resume: 'no', asOfMs: t0 + 1 });
    await finish(store, fresh.id);
    const later = await begin(store);

    expect(fresh).toMatchObject({ asOfMs: t0 + 1 });
    expect([old.id, fresh.id]).not.toContain(later.id);
    expect(planOf(path).all('select * from reconciliation_part')).toEqual([]);
    expect(await told(path)).toEqual([
      'reconciliation-started',
      'reconciliation-given-up',
      'reconciliation-started',
      'reconciliation-finished',
      'reconciliation-started',
    ]);
  });

  it('leaves the parts of another unfinished one alone', async () => {
    const store = await openTestStore();
    const one = await begin(store);
    const request = { ...november, asOfMs: t0, actor: 'kim', nowMs: t0, resume: 'yes' as const };
    const other = await store.openReconciliation({ ...request, timeZone: 'UTC' });
    await save(store, one.id, 'orders', ['one']);
    await save(store, other.id, 'orders', ['other']);

    await finish(store, one.id);

    expect(await partsOf(store, other.id, 'orders')).toEqual(['other']);
  });
});
