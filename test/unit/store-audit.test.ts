import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openTestStore, takeLease } from '../support/store-open.ts';
import { anOrder } from '../support/store-record.ts';
import { secret, worked } from '../support/worked-store.ts';

const t0 = 1_760_000_000_000;
const order1 = { kind: 'order', id: '1' } as const;

/** Changes the file behind the store's back. */
function tamper(path: string, sql: string): void {
  const other = new Database(path);
  other.pragma('foreign_keys = off');
  other.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${sql}`);
  other.close();
}

describe('the audit trail', () => {
  it('verifies, and tells its head at every row', async () => {
    const { store } = await worked();

    const head = await store.auditHead();

    expect(await store.verifyAudit()).toEqual({ rows: head.seq, brokenAt: null });
    expect(await store.auditMacAt(head.seq)).toBe(head.mac);
    expect(await store.auditMacAt(head.seq + 1)).toBeNull();
  });

  it('verifies across the batches in which it is read', async () => {
    const store = await openTestStore();
    const fence = await takeLease(store, { nowMs: t0 });
    const observations = Array.from({ length: 9000 }, (_, index) => ({
      record: anOrder(String(index + 1)),
      startedAtMs: t0,
    }));
    const page = { stream: 'orders', nowMs: t0, unreadable: [], checkpointMs: null };
    await store.saveObservations(fence, { ...page, observations });

    expect(await store.verifyAudit()).toEqual({ rows: 9002, brokenAt: null });
  });

  it('tells what happened to a record, in order', async () => {
    const { store } = await worked();

    const { entries } = await store.trace('1');

    expect(entries.map(({ action }) => action)).toEqual([
      'observed',
      'planned',
      'moved',
      'moved',
      'intended',
      'exchanged',
      'moved',
    ]);
    expect(entries[4]).toMatchObject({
      postingKey: 'SB1',
      detail: { step: 'commit', handle: 'H1', attempt: 1 },
      body: { request: { name: secret } },
    });
    expect(entries[5]).toMatchObject({
      detail: { outcome: 'ok', intent: entries[4]?.seq, durationMs: 12 },
      body: { answer: { order: '0010001' } },
    });
    expect(entries[6]).toMatchObject({ detail: { from: 'committing', to: 'posted' } });
  });

  it('cannot be changed by the tool itself', async () => {
    const { path } = await worked();
    const other = new Database(path);

    expect(() => other.exec(`update audit set actor = 'x'`)).toThrow('append-only');
    expect(() => other.exec('delete from audit')).toThrow('append-only');
    other.close();
  });

  it('shows a changed row', async () => {
    const { store, path } = await worked();

    tamper(path, `update audit set detail = '{}' where seq = 4`);

    expect((await store.verifyAudit()).brokenAt).toBe(4);
  });

  it('shows a removed row', async () => {
    const { store, path } = await worked();

    tamper(path, 'delete from audit where seq = 5');

    expect((await store.verifyAudit()).brokenAt).toBe(5);
  });

  it('shows a changed body, and bears a purged one', async () => {
    const { store, path } = await worked();
    const { entries } = await store.trace('1');
    const seq = entries.find(({ action }) => action === 'intended')?.seq ?? 0;

    tamper(path, `delete from audit_body where seq <> ${seq}`);
    expect((await store.verifyAudit()).brokenAt).toBeNull();
    const other = new Database(path);
    other.exec(`update audit_body set body = '{"request":{}}' where seq = ${seq}`);
    other.close();

    expect((await store.verifyAudit()).brokenAt).toBe(seq);
  });

  it('shows that its end was cut off, by the heads of finished runs', async () => {
    const { store, path } = await worked();
    const { seq } = await store.auditHead();

    tamper(path, `delete from audit where seq = ${seq}`);

    expect((await store.verifyAudit()).brokenAt).toBe(seq);
  });

  it('keeps personal data out of the chained rows', async () => {
    const { path } = await worked();
    const other = new Database(path);

    const rows = JSON.stringify(other.prepare('select * from audit').all());

    expect(rows).not.toContain('Ada');
    expect(rows).not.toContain('Main Street');
    other.close();
  });

  it('keeps what people did, by name', async () => {
    const { store } = await worked();

    await store.act({
      actor: 'ada',
      action: 'mapped',
      detail: { sku: 'A' },
      record: order1,
      nowMs: t0,
    });

    const { entries } = await store.trace('1');
    expect(entries.at(-1)).toMatchObject({ actor: 'ada', action: 'mapped', detail: { sku: 'A' } });
  });
});

describe('trace', () => {
  it.each([
    ['1', 'order'],
    ['5', 'shipment'],
    ['SHOP-17', 'referenceId'],
    ['#1001', 'orderNumber'],
    ['sb1', 'externalKey'],
    ['0010001', 'inforNumber'],
  ])('finds the order by %s', async (id, as) => {
    const { store } = await worked();

    const report = await store.trace(id);

    expect(report.found).toEqual({ as, record: order1 });
    expect(report.records.map(({ key }) => key)).toEqual([order1]);
    expect(report.postings.map(({ key }) => key)).toEqual(['SB1']);
    expect(report.crosswalk).toMatchObject([{ shipbobId: '1', inforNumber: '0010001' }]);
  });

  it('says when there is nothing', async () => {
    const { store } = await worked();

    expect(await store.trace('nothing')).toEqual({
      found: null,
      hits: [],
      records: [],
      charges: [],
      postings: [],
      flags: [],
      crosswalk: [],
      mappings: [],
      entries: [],
      brokenAt: null,
    });
  });
});

describe('status', () => {
  it('counts what waits and names who is at work', async () => {
    const { store, path } = await worked();

    await store.touchForPlanning([order1]);
    const status = await store.status(t0);

    expect(status).toMatchObject({
      checkpoints: [],
      postings: [{ kind: 'salesOrder', state: 'posted', count: 1 }],
      openFlags: [],
      recordsDue: 1,
      lease: { owner: 'test', fence: 1 },
      lastRun: { outcome: 'done' },
      databasePath: path,
    });
    expect(status.audit.head).toBe((await store.auditHead()).mac);
    expect(status.databaseBytes).toBeGreaterThan(4096);
    expect((await store.status(t0 + 3_600_000)).lease).toBeNull();
  });
});
