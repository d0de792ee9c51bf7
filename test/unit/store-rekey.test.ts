import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { auditMac, auditOrigin } from '../../src/core/audit-chain.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { planOf } from '../support/store-explain.ts';
import {
  freshPath,
  handClock,
  openTestStore,
  takeLease,
  testAuditKey,
} from '../support/store-open.ts';

const t0 = 1_760_000_000_000;

type Rotation = Parameters<OpenedStore['rotateKeys']>[0];

/** Seals by a prefix that names the vault key, which is enough to see who sealed what. */
function sealedWith(vault: string, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${vault}|`), bytes]);
}

function opened(vault: string, sealed: Uint8Array): Uint8Array {
  const text = Buffer.from(sealed);
  if (!text.toString('latin1').startsWith(`${vault}|`)) throw new Error(`not sealed by ${vault}`);
  return new Uint8Array(text.subarray(vault.length + 1));
}

function auditKey(number: number): Uint8Array {
  return number === 1 ? testAuditKey : Buffer.alloc(32, 100 + number);
}

/** From the keys of one number to those of the next. */
function rotation(number: number, change: Partial<Rotation> = {}): Rotation {
  const from = `v${number}`;
  const to = `v${number + 1}`;
  return {
    resealed: (_name, bytes) => sealedWith(to, opened(from, bytes)),
    newAuditKey: auditKey(number + 1),
    oldAuditKeySealed: sealedWith(to, auditKey(number)),
    resealOldAuditKeys: (bytes) => sealedWith(to, opened(from, bytes)),
    actor: 'ada',
    nowMs: t0,
    ...change,
  };
}

function act(store: OpenedStore, action: string): Promise<void> {
  return store.act({ actor: 'ada', action, detail: {}, record: null, nowMs: t0 });
}

async function withSecrets(path: string): Promise<OpenedStore> {
  const store = await openTestStore({ path });
  for (const name of ['infor.ionapi', 'shipbob.token']) {
    await store.putSealed(name, sealedWith('v1', Buffer.from(name)), t0 - 5);
  }
  await act(store, 'first');
  return store;
}

function opener(number: number) {
  return { open: (sealed: Uint8Array) => opened(`v${number}`, sealed) };
}

/** Changes the file behind the store's back. */
function tamper(path: string, sql: string): void {
  const other = new Database(path);
  other.exec(`drop trigger audit_no_update; drop trigger audit_no_delete; ${sql}`);
  other.close();
}

describe('rotating the keys', () => {
  it('seals every secret anew and keeps its age', async () => {
    const store = await withSecrets(freshPath());

    expect(await store.rotateKeys(rotation(1))).toEqual({ sealed: 2 });

    const token = await store.sealed('shipbob.token');
    expect(Buffer.from(opened('v2', token ?? Buffer.alloc(0))).toString()).toBe('shipbob.token');
    expect(await store.sealedNames()).toEqual([
      { name: 'infor.ionapi', updatedAtMs: t0 - 5 },
      { name: 'shipbob.token', updatedAtMs: t0 - 5 },
    ]);
  });

  it('holds the database to the new key', async () => {
    const path = freshPath();
    const store = await withSecrets(path);

    await store.rotateKeys(rotation(1));

    const opening = { path, clock: handClock(), create: 'no' as const };
    await expect(openStore({ ...opening, auditKey: auditKey(1) })).rejects.toMatchObject({
      code: 'AUDIT_KEY_DIFFERS',
    });
    const again = await openTestStore({ path, auditKey: auditKey(2) });
    await act(again, 'second');
    expect(await again.verifyAudit(opener(2))).toEqual({ rows: 3, brokenAt: null });
  });

  it('is told as the first row under the new key', async () => {
    const path = freshPath();
    const store = await withSecrets(path);

    await store.rotateKeys(rotation(1));

    expect(planOf(path).all('select seq, actor, action, detail from audit')).toMatchObject([
      { seq: 1, action: 'first' },
      {
        seq: 2,
        actor: 'ada',
        action: 'acted',
        detail: expect.stringMatching(
          /^{"act":"keys rotated","retiredAuditKeys":1,"retires":"[0-9a-f]{64}","sealed":2}$/,
        ),
      },
    ]);
    expect(await store.retiredAuditKeys()).toMatchObject([
      { toSeq: 1, sealed: Buffer.from(sealedWith('v2', auditKey(1))) },
    ]);
  });

  it('works again and again, and on a database with nothing in it', async () => {
    const store = await openTestStore();

    for (const number of [1, 2, 3, 4]) {
      expect(await store.rotateKeys(rotation(number))).toEqual({ sealed: 0 });
      await act(store, `after ${number}`);
    }

    expect(await store.verifyAudit(opener(5))).toEqual({ rows: 8, brokenAt: null });
    expect((await store.retiredAuditKeys()).map(({ toSeq }) => toSeq)).toEqual([0, 2, 4, 6]);
  });

  it.each([
    ['a secret', { resealed: () => failing() }],
    ['an earlier audit key', { resealOldAuditKeys: () => failing() }],
  ])('changes nothing when it breaks at %s', async (_where, change) => {
    const path = freshPath();
    const store = await withSecrets(path);
    await store.rotateKeys(rotation(1));
    const before = everything(path);

    await expect(store.rotateKeys(rotation(2, change))).rejects.toThrow('stopped here');

    expect(everything(path)).toEqual(before);
    await act(store, 'goes on');
    expect(await store.verifyAudit(opener(2))).toEqual({ rows: 3, brokenAt: null });
  });

  it('changes nothing when it breaks after some secrets', async () => {
    const path = freshPath();
    const store = await withSecrets(path);
    const before = everything(path);
    const resealed = (name: string, bytes: Uint8Array) =>
      name === 'shipbob.token' ? failing() : sealedWith('v2', opened('v1', bytes));

    await expect(store.rotateKeys(rotation(1, { resealed }))).rejects.toThrow('stopped here');

    expect(everything(path)).toEqual(before);
  });

  it('is refused while a run is on', async () => {
    const store = await withSecrets(freshPath());
    const fence = await takeLease(store, { owner: 'night run', nowMs: t0 - 1, ttlMs: 10 });

    await expect(store.rotateKeys(rotation(1))).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('night run'),
    });
    await store.releaseLease(fence);
    expect(await store.rotateKeys(rotation(1))).toEqual({ sealed: 2 });
  });

  it('is refused while a process holds a lock, until that runs out', async () => {
    const store = await withSecrets(freshPath());
    await store.takeLock({ name: 'token renewal', owner: 'server', nowMs: t0 - 1, ttlMs: 10 });

    await expect(store.rotateKeys(rotation(1))).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining('token renewal'),
    });
    expect(await store.rotateKeys(rotation(1, { nowMs: t0 + 9 }))).toEqual({ sealed: 2 });
  });

  it('refuses the key that the database has already', async () => {
    const store = await withSecrets(freshPath());

    const work = store.rotateKeys(rotation(1, { newAuditKey: auditKey(1) }));

    await expect(work).rejects.toMatchObject({ code: 'DEFECT' });
  });
});

describe('a process that was running during a rotation', () => {
  it.each<[string, (store: OpenedStore) => Promise<unknown>]>([
    ['write in the audit trail', (store) => act(store, 'late')],
    ['take the lease', (store) => takeLease(store, { owner: 'late', nowMs: t0 })],
    ['store what it sealed', (store) => store.putSealed('a', Buffer.from('b'), t0)],
    [
      'take a lock to renew a token',
      (store) => store.takeLock({ name: 'a', owner: 'late', nowMs: t0, ttlMs: 10 }),
    ],
    ['rotate the keys once more', (store) => store.rotateKeys(rotation(1))],
  ])('cannot %s', async (_what, work) => {
    const path = freshPath();
    const late = await withSecrets(path);
    const store = await openTestStore({ path });
    await store.rotateKeys(rotation(1));
    const before = everything(path);

    await expect(work(late)).rejects.toMatchObject({
      code: 'AUDIT_KEY_DIFFERS',
      message: expect.stringContaining('rotated while this process was running'),
      hint: expect.stringContaining('Restart'),
    });

    expect(everything(path)).toEqual(before);
    expect(await store.verifyAudit(opener(2))).toEqual({ rows: 2, brokenAt: null });
  });

  it('still takes deliveries: they are sealed by nobody', async () => {
    const path = freshPath();
    const receiver = await withSecrets(path);
    const store = await openTestStore({ path });
    await store.rotateKeys(rotation(1));

    const answer = await receiver.saveDeliveries([
      {
        webhookId: 'a',
        topic: 'order.shipped',
        body: '{}',
        receivedAtMs: t0,
        proof: 'signature',
        subject: { kind: 'order', id: '1' },
        keptBecause: null,
      },
    ]);

    expect(answer).toEqual(['stored']);
  });
});

describe('checking a trail of several keys', () => {
  /** Rows 1–3 under the first key, 4–6 under the second, 7–8 under the third. */
  async function threeParts(path = freshPath()): Promise<OpenedStore> {
    const store = await withSecrets(path);
    await act(store, 'a');
    await act(store, 'b');
    await store.rotateKeys(rotation(1));
    await act(store, 'c');
    await act(store, 'd');
    await store.rotateKeys(rotation(2));
    await act(store, 'e');
    return store;
  }

  it('uses each for its own part, also as the store was opened', async () => {
    const path = freshPath();
    const store = await threeParts(path);
    const again = await openStore({
      path,
      auditKey: auditKey(3),
      clock: handClock(),
      create: 'no',
      openRetiredKey: opener(3).open,
    });

    expect(await store.verifyAudit(opener(3))).toEqual({ rows: 8, brokenAt: null });
    expect(await again.verifyAudit()).toEqual({ rows: 8, brokenAt: null });
    await again.close();
  });

  it.each([1, 3, 4, 6, 7, 8])('shows a changed row %i', async (seq) => {
    const path = freshPath();
    const store = await threeParts(path);

    tamper(path, `update audit set actor = 'eve' where seq = ${seq}`);

    expect((await store.verifyAudit(opener(3))).brokenAt).toBe(seq);
  });

  it('names the first row of the part whose key does not fit', async () => {
    const store = await threeParts();
    const open = (sealed: Uint8Array) => {
      const key = opened('v3', sealed);
      return Buffer.from(key).equals(Buffer.from(auditKey(2))) ? auditKey(9) : key;
    };

    expect(await store.verifyAudit({ open })).toEqual({ rows: 3, brokenAt: 4 });
  });

  it.each([
    ['moved', 'update audit_key set to_seq = 2 where to_seq = 3', 3],
    ['lost', 'delete from audit_key where to_seq = 3', 1],
    ['lost, the later one', 'delete from audit_key where to_seq = 6', 4],
  ])('shows that a border was %s', async (_what, sql, brokenAt) => {
    const path = freshPath();
    const store = await threeParts(path);

    tamper(path, sql);

    expect((await store.verifyAudit(opener(3))).brokenAt).toBe(brokenAt);
  });

  /** Rewrites every row with a key that was retired, as whoever stole it would. */
  function forge(path: string, key: Uint8Array): void {
    tamper(path, '');
    const file = new Database(path);
    const rows = file.prepare<[], ForgedRow>('select * from audit order by seq').all();
    let mac = auditOrigin;
    for (const row of rows) {
      const actor = row.action === 'c' ? 'eve' : row.actor;
      mac = auditMac(key, mac, {
        seq: row.seq,
        atMs: row.at_ms,
        runId: row.run_id,
        actor,
        action: row.action,
        recordKind: row.record_kind,
        recordId: row.record_id,
        postingKey: row.posting_key,
        detail: row.detail,
        bodyHash: row.body_hash,
      });
      file.prepare('update audit set actor = ?, mac = ? where seq = ?').run(actor, mac, row.seq);
    }
    file.prepare('delete from audit_key where to_seq <> 3').run();
    file.prepare('update audit_key set to_seq = ?').run(rows.length);
    file.close();
  }

  it('shows what was rewritten with a key that was retired because it leaked', async () => {
    const path = freshPath();
    const store = await threeParts(path);

    forge(path, auditKey(1));

    expect(await store.verifyAudit(opener(3))).toEqual({ rows: 8, brokenAt: 9 });
    await act(store, 'honest again');
    expect(await store.verifyAudit(opener(3))).toEqual({ rows: 9, brokenAt: 9 });
  });

  it('passes on why a key could not be opened', async () => {
    const store = await threeParts();

    await expect(store.verifyAudit(opener(2))).rejects.toThrow('not sealed by v2');
  });

  it('asks for the keys of earlier parts rather than calling the trail broken', async () => {
    const store = await threeParts();

    await expect(store.verifyAudit()).rejects.toThrow('retired keys');
  });
});

interface ForgedRow {
  seq: number;
  at_ms: number;
  run_id: number | null;
  actor: string;
  action: string;
  record_kind: string | null;
  record_id: string | null;
  posting_key: string | null;
  detail: string;
  body_hash: string | null;
}

function failing(): never {
  throw new Error('stopped here');
}

function everything(path: string): unknown {
  const file = planOf(path);
  const tables = ['sealed', 'audit_key', 'audit', 'meta', 'lock', 'lease'];
  return tables.map((table) => file.all(`select * from ${table}`));
}
