import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';

const folders: string[] = [];

const template = aFolder();

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-database-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

beforeAll(async () => {
  const { code, stderr } = await runCli(['init'], { cwd: template });
  if (code !== 0) throw new Error(stderr);
});

function initialised() {
  const folder = aFolder();
  cpSync(template, folder, { recursive: true });
  const database = join(folder, 'mlc.db');
  return {
    folder,
    database,
    mlc: (...args: string[]) => runCli(args, { cwd: folder }),
  };
}

describe('a database that', () => {
  it('is missing is told with mlc init, and is not made by reading', async () => {
    const { database, mlc } = initialised();
    rmSync(database);

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain(database);
    expect(stderr).toContain('mlc init');
    expect(() => readFileSync(database)).toThrow();
  });

  it('is none is told by its path', async () => {
    const { database, mlc } = initialised();
    writeFileSync(
      database,
      'this is a letter, and not a database, whatever its name may say\n'.repeat(99),
    );

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain('damaged or not a database');
    expect(stderr).toContain('restore');
  });

  it('was cut is not worked on', async () => {
    const { database, mlc } = initialised();
    truncateSync(database, 8192);

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain('damaged');
  });

  it('a newer version wrote is left alone', async () => {
    const { database, mlc } = initialised();
    const handle = new Database(database);
    const version = Number(handle.prepare('select max(number) from migration').pluck().get());
    handle
      .prepare("insert into migration values (?, 'later.sql', 'yes', 'checksum', 0)")
      .run(version + 1);
    handle.close();
    const bytes = readFileSync(database);

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain(`version ${version + 1}`);
    expect(readFileSync(database).equals(bytes)).toBe(true);
  });

  it('belongs to another program is left alone', async () => {
    const { database, mlc } = initialised();
    rmSync(database);
    const handle = new Database(database);
    handle.exec('create table customers (name text)');
    handle.close();

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain(database);
  });

  it('somebody else keeps locked is waited for, and then told: exit 4, the next run goes on', async () => {
    const { database, mlc } = initialised();
    const holder = new Database(database);
    holder.exec('begin exclusive');

    const locked = await runCli(['credentials', 'set', 'shipbob'], {
      cwd: join(database, '..'),
      input: 'pat-0123456789\n',
    });
    holder.exec('rollback');
    holder.close();
    const free = await mlc('status');

    expect(locked.code).toBe(4);
    expect(locked.stderr).toContain('locked');
    expect(free.code).toBe(0);
  });

  it('was moved with its key works where it is', async () => {
    const { folder, database } = initialised();
    const elsewhere = aFolder();
    for (const name of ['mlc.key', 'sync.config.yaml']) {
      copyFileSync(join(folder, name), join(elsewhere, name));
    }

    const { code, stdout } = await runCli(['status', '--database', database], { cwd: elsewhere });

    expect(code).toBe(0);
    expect(stdout).toContain(database);
  });
});
