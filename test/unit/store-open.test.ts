import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { createKysely, openHandle, refuseOldSqlite } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { openStore } from '../../src/store/open.ts';
import {
  freshPath,
  handClock,
  openTestStore,
  takeLease,
  testAuditKey,
} from '../support/store-open.ts';

/** How many migrations this version has. */
const known = readMigrations().length;

const opening = { auditKey: testAuditKey, clock: handClock(), create: 'no' as const };

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.code;
    throw thrown;
  }
  return 'none';
}

describe('opening a store', () => {
  it('refuses a file that is not there and says how to make one', async () => {
    const work = openStore({ ...opening, path: freshPath() });

    await expect(work).rejects.toMatchObject({
      code: 'DATABASE_MISSING',
      hint: expect.stringContaining('mlc init'),
    });
  });

  it('refuses a path whose folder is not there', async () => {
    expect(await codeOf(() => openStore({ ...opening, path: `${freshPath()}/no/x.sqlite` }))).toBe(
      'DATABASE_MISSING',
    );
  });

  it('creates a file that only its owner can read', async () => {
    const path = freshPath();

    await openTestStore({ path });

    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('refuses a file that is not a database', async () => {
    const path = freshPath();
    writeFileSync(
      path,
      'this is a text and not a database, long enough to have a header'.repeat(99),
    );

    const work = openStore({ ...opening, path });

    await expect(work).rejects.toMatchObject({
      code: 'DATABASE_CORRUPT',
      hint: expect.stringContaining('backup'),
    });
  });

  it('refuses a database of another program', async () => {
    const path = freshPath();
    const other = new Database(path);
    other.exec('create table song (title text)');
    other.close();

    expect(await codeOf(() => openStore({ ...opening, path, create: 'yes' }))).toBe(
      'DATABASE_FOREIGN',
    );
  });

  it('refuses another audit key than the first one', async () => {
    const path = freshPath();
    await openTestStore({ path });

    const other = Buffer.alloc(32, 8);

    expect(await codeOf(() => openStore({ ...opening, path, auditKey: other }))).toBe(
      'AUDIT_KEY_DIFFERS',
    );
  });

  it('gives each database an identity that stays', async () => {
    const path = freshPath();
    const first = await openTestStore({ path });
    const again = await openTestStore({ path });
    const other = await openTestStore();

    expect(await again.meta('databaseId')).toBe(await first.meta('databaseId'));
    expect(await other.meta('databaseId')).not.toBe(await first.meta('databaseId'));
  });

  it('reads but does not write when asked to', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const reader = await openStore({ ...opening, path, readOnly: 'yes' });

    expect(await reader.meta('databaseId')).not.toBeNull();
    expect(await codeOf(() => reader.putMeta('a', 'b'))).toBe('DATABASE_READ_ONLY');
    await reader.close();
  });

  it('waits for no other process for ever', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const other = new Database(path);
    other.exec('begin immediate');
    // The wait itself is SQLite's; a test need not sit through it.
    const handle = openHandle({ path, create: 'no', readOnly: 'no' });
    handle.pragma('busy_timeout = 1');
    const impatient = createKysely(handle, path);

    const work = impatient.transaction().execute(async () => undefined);

    await expect(work).rejects.toMatchObject({ code: 'DATABASE_BUSY', kind: 'retryable' });
    other.exec('rollback');
    other.close();
    await impatient.destroy();
    await store.putMeta('a', 'b');
    expect(await store.meta('a')).toBe('b');
  });

  it('says that the disk is full, changes nothing, and works again with space', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const handle = openHandle({ path, create: 'no', readOnly: 'no' });
    const pages = Number(handle.pragma('page_count', { simple: true }));
    handle.pragma(`max_page_count = ${pages}`);
    const db = createKysely(handle, path);
    const value = 'x'.repeat(100_000);

    const work = db.transaction().execute(async (inside) => {
      await inside.insertInto('meta').values({ name: 'small', value: 'y' }).execute();
      await inside.insertInto('meta').values({ name: 'big', value }).execute();
    });

    await expect(work).rejects.toMatchObject({ code: 'DATABASE_FULL', kind: 'retryable' });
    const named = db.selectFrom('meta').select('name').where('name', 'in', ['small', 'big']);
    expect(await named.execute()).toEqual([]);
    handle.pragma('max_page_count = 1000000');
    await db.insertInto('meta').values({ name: 'big', value }).execute();
    expect(await named.execute()).toEqual([{ name: 'big' }]);
    await db.destroy();
  });

  // The level is read after a read and a write: this build shows FULL until the first of them and
  // falls back to NORMAL then. That it holds on the disk is counted in store-process.test.ts.
  it('syncs at every commit, also once the file was read and written', () => {
    const handle = openHandle({ path: freshPath(), create: 'yes', readOnly: 'no' });

    handle.exec('create table one (id integer); insert into one values (1)');
    handle.prepare('select count(*) from one').get();
    const level = handle.pragma('synchronous', { simple: true });
    handle.close();

    expect(level).toBe(2);
  });

  it('refuses an SQLite that can corrupt a shared WAL file', () => {
    expect(() => refuseOldSqlite('3.51.2')).toThrow('3.51.2');
    expect(() => refuseOldSqlite('3.40.1')).toThrow('3.40.1');
    expect(() => refuseOldSqlite('3.51.3')).not.toThrow();
    expect(() => refuseOldSqlite('3.53.0')).not.toThrow();
    expect(() => refuseOldSqlite('4.0.0')).not.toThrow();
  });

  it('starts its transactions as a writer', async () => {
    const path = freshPath();
    const store = await openTestStore({ path });
    const handle = openHandle({ path, create: 'no', readOnly: 'no' });
    const db = createKysely(handle, path);
    const other = new Database(path, { timeout: 1 });

    const attempt = await db.transaction().execute(async () => {
      try {
        other.exec('begin immediate');
        return 'not locked';
      } catch (thrown) {
        return thrown instanceof Error ? thrown.message : '';
      }
    });

    expect(attempt).toContain('locked');
    other.close();
    await db.destroy();
    await store.close();
  });
});

describe('migrations', () => {
  it('are numbered, explained, and say whether they break older versions', () => {
    for (const migration of readMigrations()) {
      expect(migration.why.length).toBeGreaterThan(5);
      expect(['yes', 'no']).toContain(migration.breaking);
    }
  });

  it('explain every table', () => {
    const sql = readMigrations()
      .map((migration) => migration.sql)
      .join('\n');
    const bare = [...sql.matchAll(/(.*)\ncreate table (\w+)/g)]
      .filter(([, before]) => !before?.startsWith('--'))
      .map(([, , table]) => table);

    expect(bare).toEqual([]);
  });

  it('refuse an applied file that was edited', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const handle = openHandle({ path, create: 'no', readOnly: 'no' });
    const migrations = readMigrations().map((one) => ({ ...one, checksum: 'edited' }));

    const work = () => migrate(handle, { path, migrations, nowMs: 0, readOnly: 'no' });

    expect(work).toThrow('0001_init.sql differs');
    handle.close();
  });

  it('refuse a database that a newer version changed, and name both versions', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const next = { ...anotherMigration, breaking: 'yes' as const };
    apply(path, [...readMigrations(), next]);

    const work = openStore({ ...opening, path });

    await expect(work).rejects.toMatchObject({
      code: 'DATABASE_NEWER',
      evidence: { databaseVersion: String(known + 1), toolVersion: String(known) },
    });
  });

  it('accept a newer version that breaks nothing', async () => {
    const path = freshPath();
    await openTestStore({ path });
    apply(path, [...readMigrations(), anotherMigration]);

    const store = await openTestStore({ path });

    expect(await store.meta('databaseId')).not.toBeNull();
  });

  it('leave nothing behind when one fails', () => {
    const path = freshPath();
    const broken = { ...anotherMigration, sql: 'create table extra (a); create nonsense;' };

    expect(() => apply(path, [...readMigrations(), broken])).toThrow('nonsense');

    const handle = new Database(path);
    const tables = handle.prepare(`select name from sqlite_schema where name = 'extra'`).all();
    expect(tables).toEqual([]);
    expect(handle.prepare('select count(*) from migration').pluck().get()).toBe(known);
    handle.close();
  });

  it('tell a reader that it must wait for a writer to upgrade', () => {
    const path = freshPath();
    apply(path, readMigrations());
    const handle = openHandle({ path, create: 'no', readOnly: 'yes' });
    const migrations = [...readMigrations(), anotherMigration];

    const work = () => migrate(handle, { path, migrations, nowMs: 0, readOnly: 'yes' });

    expect(work).toThrow(`needs version ${known + 1}`);
    handle.close();
  });

  it('refuse a file without a header or out of number', () => {
    const folder = freshPath().replace(/\/[^/]*$/, '');
    writeFileSync(`${folder}/0001_a.sql`, '-- why: x\ncreate table a (b);');
    expect(() => readMigrations(folder)).toThrow('-- breaking');
    writeFileSync(`${folder}/0001_a.sql`, '-- why: x\n-- breaking: no\ncreate table a (b);');
    writeFileSync(`${folder}/0003_c.sql`, '-- why: x\n-- breaking: no\ncreate table c (b);');
    expect(() => readMigrations(folder)).toThrow('without a gap');
  });
});

describe('closing a store', () => {
  it('folds the write-ahead file back and leaves one file', async () => {
    const path = freshPath();
    const store = await openStore({ ...opening, path, create: 'yes' });
    await takeLease(store);

    await store.close();

    const folder = path.replace(/\/[^/]*$/, '');
    expect(readdirSync(folder)).toEqual(['mlc.sqlite']);
    copyFileSync(path, `${path}.copy`);
    expect(readFileSync(`${path}.copy`).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

const anotherMigration = {
  number: known + 1,
  name: `${String(known + 1).padStart(4, '0')}_extra.sql`,
  why: 'a test',
  breaking: 'no' as const,
  sql: 'create table extra (a);',
  checksum: 'x',
};

function apply(path: string, migrations: ReturnType<typeof readMigrations>): void {
  const handle = openHandle({ path, create: 'yes', readOnly: 'no' });
  try {
    migrate(handle, { path, migrations, nowMs: 0, readOnly: 'no' });
  } finally {
    handle.close();
  }
}
