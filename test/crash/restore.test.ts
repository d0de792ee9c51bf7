import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { untilWrites } from '../../src/cli/drill/moment.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { tellTopic } from '../support/crash-report.ts';
import { expectRest } from '../support/crash-verdict.ts';
import {
  type CrashWorld,
  longPauseMs,
  openCrashWorld,
  runToRest,
  setUp,
  summaryOf,
  syncArgs,
} from '../support/crash-world.ts';

const files = ['', '-wal', '-shm'];

function copyDatabase(from: string, to: string): void {
  for (const suffix of files) {
    rmSync(`${to}${suffix}`, { force: true });
    if (existsSync(`${from}${suffix}`)) copyFileSync(`${from}${suffix}`, `${to}${suffix}`);
  }
}

/** More of everything: orders that leave, and goods that arrive for an open receiving order. */
function moveOn(world: CrashWorld): void {
  const { week, shipbobSandbox } = world.sandbox;
  addOrders(world, 3);
  const wroId = week.story.receiving.unfinished;
  const place = shipbobSandbox.books().receiving.find(({ id }) => id === wroId)?.stowed[0];
  if (place?.lot == null) throw new Error('the unfinished receiving order has no lot');
  const { inventoryId, lot } = place;
  shipbobSandbox.world.apply({ kind: 'stow', wroId, boxNumber: 1, inventoryId, lot, quantity: 4 });
}

describe('a database that is not the newest', () => {
  it('is noticed after a restore, and nothing is booked again', async () => {
    const world = await openCrashWorld({ seed: 71, orders: 20, batchSize: 4 });
    const copy = `${world.database}.backup`;
    expect((await world.run(syncArgs)).code).toBe(0);
    copyDatabase(world.database, copy);
    moveOn(world);
    world.pass(longPauseMs);
    const second = summaryOf(await world.run(syncArgs));
    const booked = world.sandbox.inforSandbox.world.books().stockHistory.length;

    copyDatabase(copy, world.database);
    world.pass(longPauseMs);
    const third = await world.run(syncArgs);

    expect(second.restored).toBe(false);
    expect(total(second.posted)).toBeGreaterThan(5);
    expect(third.code).toBe(0);
    expect(summaryOf(third)).toMatchObject({ restored: true, adopted: total(second.posted) });
    expect(world.sandbox.inforSandbox.world.books().stockHistory).toHaveLength(booked);
    await expectRest(world);
    tellTopic('restores', 1, 1);
  });

  it('may have been copied while documents were half built', async () => {
    const world = await openCrashWorld({ seed: 72, orders: 20, batchSize: 4 });
    const copy = `${world.database}.backup`;
    const first = world.start(syncArgs);
    await untilWrites(world, first, 90);
    first.process.kill('SIGKILL');
    await first.end;
    copyDatabase(world.database, copy);
    await runToRest(world);

    copyDatabase(copy, world.database);
    world.pass(longPauseMs);
    const after = await world.run(syncArgs);
    const doubles = findDoubles(world.sandbox);

    expect(summaryOf(after)).toMatchObject({ restored: true });
    expect(doubles).toEqual([]);
    await expectRest(world);
    tellTopic('restores', 1, 1);
  });

  it('may be lost altogether: everything is found in Infor and taken over', async () => {
    const world = await openCrashWorld({ seed: 73, orders: 20 });
    await runToRest(world);
    const before = readLedger(world).postings.filter(({ state }) => state === 'posted');
    const booked = world.sandbox.inforSandbox.world.books();
    for (const suffix of [...files, '.head']) rmSync(`${world.database}${suffix}`, { force: true });
    await setUp(world);

    world.pass(longPauseMs);
    const after = summaryOf(await world.run(syncArgs));

    const now = world.sandbox.inforSandbox.world.books();
    expect(after.adopted).toBe(total(after.posted));
    expect(now.stockHistory).toHaveLength(booked.stockHistory.length);
    expect(now.orders).toHaveLength(booked.orders.length);
    expect(now.vouchers).toHaveLength(booked.vouchers.length);
    const ledger = readLedger(world);
    const keys = ledger.postings.filter(({ state }) => state === 'posted').map(({ key }) => key);
    // A purchase order that is full cannot show whose goods filled it: that is asked, not guessed.
    const questioned = (record: string) =>
      record.startsWith('receiving:') && ledger.flagged.has(record);
    expect(before.filter(({ key, record }) => !keys.includes(key) && !questioned(record))).toEqual(
      [],
    );
    await expectRest(world);
    tellTopic('restores', 1, 1);
  });
});

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
