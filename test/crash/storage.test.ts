import { chmodSync, closeSync, copyFileSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChildEnd } from '../../src/cli/drill/child.ts';
import { inforWrites } from '../../src/cli/drill/moment.ts';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { longPauseMs, openCrashWorld, syncArgs } from '../support/crash-world.ts';

const refusal = z.object({ code: z.string(), message: z.string(), hint: z.string().min(20) });

/** The one JSON line on standard error that says why. */
function refusalOf(end: ChildEnd): z.infer<typeof refusal> {
  const line = end.stderr.split('\n').find((one) => one.startsWith('{"error"')) ?? '';
  return z.object({ error: refusal }).parse(JSON.parse(line || '{}')).error;
}

/** What a failed run says, wherever it had come to: refused at once, or stopped in the middle. */
function troublesOf(end: ChildEnd): string[] {
  if (end.stdout.trim() === '') return [refusalOf(end).code];
  const run = z.object({ troubles: z.array(refusal) }).parse(JSON.parse(end.stdout));
  return run.troubles.map(({ code }) => code);
}

describe('a database that cannot be written', () => {
  it('because its disk is full: a clear message, nothing lost, and the next run carries on', async () => {
    const world = await openCrashWorld({ seed: 81, orders: 24, batchSize: 4 });
    const ends: ChildEnd[] = [];
    const doubles: string[] = [];

    // A file may not grow beyond this many bytes: the disk is full at ever later moments.
    for (const kib of [300, 700, 1300, 2200]) {
      world.pass(longPauseMs);
      const before = ['prlimit', `--fsize=${kib * 1024}`];
      ends.push(await world.run(syncArgs, { before }));
      doubles.push(...findDoubles(world.sandbox));
    }

    expect(ends.map(({ signal }) => signal)).toEqual(ends.map(() => null));
    for (const end of ends) {
      expect([1, 2, 4]).toContain(end.code);
      expect(troublesOf(end).join()).toMatch(/DATABASE_(FULL|UNREADABLE)/);
    }
    expect(inforWrites(world)).toBeGreaterThan(0);
    expect(doubles).toEqual([]);
    await expectRest(world);
  });

  it('because it is read-only: refused before anything is read or sent', async () => {
    const world = await openCrashWorld({ seed: 82, orders: 12 });
    chmodSync(world.database, 0o444);
    chmodSync(world.folder, 0o555);
    // Root may write everything; without its capabilities it is a user like others.
    const dropped = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--no-new-privs'];
    const before = process.getuid?.() === 0 ? [...dropped, '--'] : [];

    const end = await world.run(syncArgs, { before });

    chmodSync(world.folder, 0o755);
    chmodSync(world.database, 0o644);
    expect(end).toMatchObject({ code: 2, signal: null });
    expect(refusalOf(end).code).toBe('DATABASE_READ_ONLY');
    expect(world.sandbox.inforSandbox.world.state.httpRequests).toBe(0);
    await expectRest(world);
  });
});

describe('a database that cannot be trusted', () => {
  it('because a page is damaged: said so, nothing is sent; a backup carries on', async () => {
    const world = await openCrashWorld({ seed: 83, orders: 12 });
    expect((await world.run(syncArgs)).code).toBe(0);
    fold(world.database);
    copyFileSync(world.database, `${world.database}.backup`);
    const writes = inforWrites(world);
    damage(world.database);

    world.pass(longPauseMs);
    const end = await world.run(syncArgs);

    expect(end.signal).toBeNull();
    expect(end.code).toBe(2);
    expect(troublesOf(end)).toContain('DATABASE_CORRUPT');
    expect(inforWrites(world)).toBe(writes);
    for (const suffix of ['-wal', '-shm']) rmSync(`${world.database}${suffix}`, { force: true });
    copyFileSync(`${world.database}.backup`, world.database);
    await expectRest(world);
  });

  it('because a newer mlc made it: refused, with what to do, and left as it is', async () => {
    const world = await openCrashWorld({ seed: 84, orders: 12 });
    // The next number, whatever the newest is that this version knows.
    execute(
      world.database,
      `insert into migration select max(number) + 1, '9001_later.sql', 'yes', '', 0 from migration`,
    );

    const end = await world.run(syncArgs);

    expect(end).toMatchObject({ code: 2, signal: null });
    expect(refusalOf(end).code).toBe('DATABASE_NEWER');
    expect(world.sandbox.inforSandbox.world.state.httpRequests).toBe(0);
    execute(world.database, `delete from migration where name = '9001_later.sql'`);
    await expectRest(world);
  });
});

/** Everything into the main file, so that it can be copied and damaged by itself. */
function fold(path: string): void {
  execute(path, 'pragma wal_checkpoint(truncate)');
}

function execute(path: string, sql: string): void {
  const db = new Database(path);
  try {
    db.exec(sql);
  } finally {
    db.close();
  }
}

/** Overwrites the middle of every page but the first, as a dying disk does. */
function damage(path: string): void {
  const pageBytes = 4096;
  const file = openSync(path, 'r+');
  try {
    const { size } = statSync(path);
    for (let at = pageBytes; at < size; at += pageBytes) {
      writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, at);
    }
  } finally {
    closeSync(file);
  }
}
