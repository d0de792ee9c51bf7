import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyCounts } from '../../src/app/engine.ts';
import type { AuditProof, NotedHead } from '../../src/app/ports.ts';
import { auditMac, auditOrigin } from '../../src/core/audit-chain.ts';
import { linkOf } from '../../src/store/audit.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import type { AuditRow } from '../../src/store/table.ts';
import {
  freshPath,
  handClock,
  openTestStore,
  takeLease,
  testAuditKey,
} from '../support/store-open.ts';

const t0 = 1_760_000_000_000;

/** A trail of `acts` rows made by people, one of which has a body. */
async function trail(acts: number): Promise<{ store: OpenedStore; path: string }> {
  const path = freshPath();
  const store = await openTestStore({ path });
  for (let act = 1; act <= acts; act += 1) {
    await store.act({
      actor: 'ann',
      action: 'acted',
      detail: { act },
      record: { kind: 'order', id: String(act) },
      nowMs: t0 + act,
    });
  }
  return { store, path };
}

function prove(store: OpenedStore, noted: NotedHead[] = []): Promise<AuditProof> {
  return store.proveAudit({ noted, progress: () => {} });
}

/** Changes the file behind the store's back. */
function tamper(path: string, change: (database: Database.Database) => void): void {
  const other = new Database(path);
  other.pragma('foreign_keys = off');
  other.exec('drop trigger if exists audit_no_update; drop trigger if exists audit_no_delete');
  change(other);
  other.close();
}

/** Computes all MACs anew, as somebody can who has stolen the key. */
function forge(database: Database.Database): void {
  let mac = auditOrigin;
  const rows = database.prepare<[], AuditRow>('select * from audit order by seq').all();
  for (const row of rows) {
    mac = auditMac(testAuditKey, mac, linkOf(row));
    database.prepare('update audit set mac = ? where seq = ?').run(mac, row.seq);
  }
}

describe('the proof of the audit trail', () => {
  it('covers each row, and says up to which', async () => {
    const { store } = await trail(5);
    const head = await store.auditHead();

    const proof = await prove(store, [{ ...head, by: 'a note' }]);

    expect(proof).toEqual({
      rows: 5,
      head,
      bodies: { kept: 0, purged: 0 },
      headsFound: 1,
      keys: 1,
      broken: null,
    });
  });

  it('of an empty trail is no failure', async () => {
    const { store } = await trail(0);

    expect(await prove(store)).toMatchObject({ rows: 0, head: { seq: 0 }, broken: null });
  });

  it.each([
    ['at_ms', '1'],
    ['run_id', '9'],
    ['actor', "'bob'"],
    ['action', "'else'"],
    ['record_kind', "'charge'"],
    ['record_id', "'77'"],
    ['posting_key', "'SB1'"],
    ['detail', `'{"act":33}'`],
    ['body_hash', "'00'"],
    ['mac', `'${'0'.repeat(64)}'`],
  ])('finds a row of which the %s was changed', async (column, value) => {
    const { store, path } = await trail(5);

    tamper(path, (db) => db.exec(`update audit set ${column} = ${value} where seq = 3`));

    const { rows, broken } = await prove(store);
    expect(rows).toBe(2);
    expect(broken).toMatchObject({
      seq: 3,
      what: 'changed',
      lastGood: { seq: 2, atMs: t0 + 2 },
      notedBy: null,
    });
  });

  it('finds any one changed character of a row, and says what the row claims now', async () => {
    const { store, path } = await trail(3);

    tamper(path, (db) => db.exec(`update audit set actor = 'anm' where seq = 2`));

    expect((await prove(store)).broken?.row).toEqual({
      atMs: t0 + 2,
      actor: 'anm',
      action: 'acted',
      record: { kind: 'order', id: '2' },
      postingKey: null,
    });
  });

  it('finds a row that is gone', async () => {
    const { store, path } = await trail(5);

    tamper(path, (db) => db.exec('delete from audit where seq = 3'));

    expect((await prove(store)).broken).toMatchObject({ seq: 3, what: 'missing', row: null });
  });

  it('finds that the beginning is gone', async () => {
    const { store, path } = await trail(3);

    tamper(path, (db) => db.exec('delete from audit where seq = 1'));

    expect((await prove(store)).broken).toMatchObject({ seq: 1, what: 'missing', lastGood: null });
  });

  it('finds a row that was put before the first one', async () => {
    const { store, path } = await trail(3);

    tamper(path, (db) =>
      db.exec(`insert into audit select 0, at_ms, run_id, actor, action, record_kind, record_id,
        posting_key, detail, body_hash, mac from audit where seq = 1`),
    );

    expect((await prove(store)).broken).toMatchObject({ seq: 0, what: 'missing' });
  });

  it('finds a body that was put to a row that has none', async () => {
    const { store, path } = await trail(3);

    tamper(path, (db) => db.exec(`insert into audit_body values (2, '{"request":{}}')`));

    expect((await prove(store)).broken).toMatchObject({ seq: 2, what: 'body' });
  });

  it('cannot miss the cut of an end that somebody has noted', async () => {
    const { store, path } = await trail(5);
    const noted = { ...(await store.auditHead()), by: 'line 1 of anchors' };

    tamper(path, (db) => db.exec('delete from audit where seq > 3'));

    expect((await prove(store)).broken).toBeNull();
    expect(await prove(store, [noted])).toMatchObject({
      rows: 3,
      head: { seq: 3 },
      headsFound: 0,
      broken: { seq: 5, what: 'cut', notedBy: 'line 1 of anchors', lastGood: { seq: 3 } },
    });
  });

  it('cannot miss that all was written anew with the key, when an earlier head was noted', async () => {
    const { store, path } = await trail(5);
    const early = await store.auditMacAt(2);
    const noted = [
      { seq: 4, mac: (await store.auditMacAt(4)) ?? '', by: 'the later note' },
      { seq: 2, mac: early ?? '', by: 'the earlier note' },
    ];

    tamper(path, (db) => {
      db.exec(`update audit set actor = 'bob' where seq = 3`);
      forge(db);
    });

    expect((await prove(store)).broken).toBeNull();
    // Between the two notes it happened: what the earlier one covers is still as it was.
    expect(await prove(store, noted)).toMatchObject({
      rows: 2,
      headsFound: 1,
      broken: { seq: 4, what: 'differs', notedBy: 'the later note', lastGood: { seq: 2 } },
    });
  });

  it('holds the trail to the heads of finished runs', async () => {
    const { store, path } = await trail(2);
    const fence = await takeLease(store, { nowMs: t0 });
    const result = { nowMs: t0, exitCode: 0, outcome: 'done', counts: emptyCounts() };
    await store.finishRun(fence, result);
    const { seq } = await store.auditHead();

    expect((await prove(store)).headsFound).toBe(1);
    tamper(path, (db) => db.exec(`delete from audit where seq = ${seq}`));

    expect((await prove(store)).broken).toMatchObject({ seq, what: 'cut', notedBy: 'run 1' });
  });

  it('is not disturbed by a writer that goes on meanwhile', async () => {
    const { store } = await trail(4100);
    let written = 0;

    const proof = await store.proveAudit({
      noted: [],
      progress() {
        written += 1;
        void store.act({ actor: 'ann', action: 'acted', detail: {}, record: null, nowMs: t0 });
      },
    });

    expect(written).toBeGreaterThan(1);
    expect(proof).toMatchObject({ rows: 4100, head: { seq: 4100 }, broken: null });
  });
});

describe('the proof of a trail whose key was changed', () => {
  const newKey = new Uint8Array(32).fill(9);

  async function rotated(path: string): Promise<void> {
    const store = await openTestStore({ path });
    await store.act({ actor: 'ann', action: 'acted', detail: {}, record: null, nowMs: t0 });
    await store.rotateKeys({
      resealed: (_name, bytes) => bytes,
      newAuditKey: newKey,
      oldAuditKeySealed: testAuditKey,
      resealOldAuditKeys: (bytes) => bytes,
      actor: 'ann',
      nowMs: t0 + 1,
    });
    await store.close();
  }

  async function reopened(path: string): Promise<OpenedStore> {
    const store = await openStore({
      path,
      auditKey: newKey,
      clock: handClock(t0),
      create: 'no',
      openRetiredKey: (sealed) => sealed,
    });
    onTestFinished(() => store.close());
    return store;
  }

  it('uses for each row the key of its time', async () => {
    const path = freshPath();
    await rotated(path);

    const proof = await prove(await reopened(path));

    expect(proof).toMatchObject({ rows: 2, keys: 2, broken: null });
  });

  it('finds a row of before that was changed, and a border that tells of nothing', async () => {
    const path = freshPath();
    await rotated(path);
    const store = await reopened(path);

    tamper(path, (db) => db.exec('update audit_key set to_seq = 2'));
    expect((await prove(store)).broken).toMatchObject({ seq: 2, what: 'changed' });

    tamper(path, (db) => db.exec('update audit_key set to_seq = 1; update audit set at_ms = 1'));
    expect((await prove(store)).broken).toMatchObject({ seq: 1, what: 'changed' });
  });
});
