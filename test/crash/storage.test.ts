import {
  chmodSync,
  closeSync,
  copyFileSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChildEnd } from '../../src/cli/drill/child.ts';
import { inforWrites, untilWrites } from '../../src/cli/drill/moment.ts';
import { judgeRest } from '../../src/cli/drill/rest.ts';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { tellTopic, tellVerdict } from '../support/crash-report.ts';
import { crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import {
  type CrashWorld,
  longPauseMs,
  openCrashWorld,
  runToRest,
  syncArgs,
} from '../support/crash-world.ts';

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
    tellTopic('storage', ends.length, ends.length);
  });

  it(
    'because no file can be opened any more: it stops, nothing is there twice, the next run goes on',
    async () => {
      const world = await openCrashWorld({ seed: 85, orders: 12, batchSize: 4 });
      const ends: ChildEnd[] = [];
      const doubles: string[] = [];

      // From too few to start with to nearly enough: sockets take them one by one.
      for (const files of [18, 22, 24, 26]) {
        world.pass(longPauseMs);
        ends.push(await world.run(syncArgs, { before: ['prlimit', `--nofile=${files}`] }));
        doubles.push(...findDoubles(world.sandbox));
      }

      // Below what it needs to start, node ends itself with SIGABRT.
      const failed = ends.filter(({ code, signal }) => code !== 0 || signal !== null);
      expect(failed.length).toBeGreaterThan(0);
      for (const { code } of ends) expect([0, 1, 2, 4, null]).toContain(code);
      expect(doubles).toEqual([]);
      await expectRest(world);
      tellTopic('storage', ends.length, ends.length);
    },
    crashTestMs,
  );

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

/** What lies on the disk after a run was killed: its newest transactions are in the `-wal` alone. */
async function killedMidway(seed: number): Promise<CrashWorld> {
  const world = await openCrashWorld({ seed, orders: 16, batchSize: 4 });
  const child = world.start(syncArgs);
  await untilWrites(world, child, 90);
  child.process.kill('SIGKILL');
  await child.end;
  expect(statSync(`${world.database}-wal`).size).toBeGreaterThan(0);
  world.pass(longPauseMs);
  return world;
}

describe('files beside a database, after a kill', () => {
  it(
    'may lose the shared index, and the end of the write-ahead log: looked up, not booked again',
    async () => {
      const world = await killedMidway(86);
      rmSync(`${world.database}-shm`);
      // As a file system does that had not written its last pages: transactions are gone with them.
      const { size } = statSync(`${world.database}-wal`);
      truncateSync(`${world.database}-wal`, Math.floor(size * 0.6));

      const end = await world.run(syncArgs);

      expect([0, 4]).toContain(end.code);
      await runToRest(world);
      const verdict = await judgeRest(world);
      tellVerdict({ doubles: verdict.doubles.length, losses: 0 });
      expect(verdict).toMatchObject({ doubles: [], auditBrokenAt: null });
      // Temporary orders of which only the lost rows knew the number: they have no effect.
      const lost = verdict.losses.filter((one) => !/^\d+ \(SB\d+\) is left half done$/.test(one));
      expect(lost).toEqual([]);
      tellTopic('storage', 2, 2);
    },
    crashTestMs,
  );

  it(
    'do not help a file whose beginning is zero: refused with advice, nothing is sent',
    async () => {
      const world = await killedMidway(87);
      fold(world.database);
      copyFileSync(world.database, `${world.database}.backup`);
      const file = openSync(world.database, 'r+');
      writeSync(file, Buffer.alloc(100), 0, 100, 0);
      closeSync(file);
      const writes = inforWrites(world);

      const end = await world.run(syncArgs);

      expect(end).toMatchObject({ code: 2, signal: null });
      expect(refusalOf(end).code).toMatch(/DATABASE_(CORRUPT|FOREIGN)/);
      expect(inforWrites(world)).toBe(writes);
      copyFileSync(`${world.database}.backup`, world.database);
      await expectRest(world);
      tellTopic('storage', 1, 1);
    },
    crashTestMs,
  );
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
