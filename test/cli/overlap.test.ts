import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fence, Store } from '../../src/app/ports.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { openStore } from '../../src/store/open.ts';
import { type CliWorld, callCounts, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
let store: Store;
let fence: Fence;

/** Another run holds the lease, as far as the database can tell. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 10 });
  const { master } = await loadKey({
    environment: {},
    configDir: dirname(world.files.config),
  });
  const clock = createClock({});
  store = await openStore({
    path: world.database,
    auditKey: deriveKeys(master).audit,
    clock,
    create: 'no',
  });
  const lease = await store.acquireLease({
    owner: 'backoffice pid 4711',
    nowMs: clock.now(),
    ttlMs: 600_000,
    command: 'sync all',
  });
  if (lease.held === 'no') throw new Error('a new database has a free lease');
  fence = lease.fence;
});

afterAll(async () => {
  await store.close();
  await world.close();
});

function calls(): string {
  const { shipbob, infor } = callCounts(world);
  return createHash('sha256')
    .update(JSON.stringify([[...shipbob], [...infor]]))
    .digest('hex');
}

describe('while another run is on', () => {
  it('mlc sync exits 75 and says who runs, and nobody is called', async () => {
    const before = calls();

    const { code, stdout, stderr } = await world.mlc('sync');

    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toContain('backoffice pid 4711');
    expect(stderr).toMatch(/runs out in about \d+ s/);
    expect(calls()).toBe(before);
  });

  it('mlc sync --if-free exits 0, and with --quiet it is silent, as cron wants it', async () => {
    const { code, stdout, stderr } = await world.mlc('sync --if-free --quiet');

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('mlc replay exits 75', async () => {
    const { code } = await world.mlc('replay --since 1d');

    expect(code).toBe(75);
  });

  it('the error of --json names the code', async () => {
    const { stderr } = await world.mlc('sync --json');

    expect(JSON.parse(stderr).error).toMatchObject({ code: 'LEASE_HELD', kind: 'retryable' });
  });

  it('status, trace and the queue can be read', async () => {
    const status = await world.mlc('status');
    const list = await world.mlc('flagged list');

    expect([status.code, list.code]).toEqual([0, 0]);
    expect(status.stdout).toContain('held by backoffice pid 4711');
    expect(status.stdout).toContain('ShipBob has not been read yet');
    expect(list.stdout).toBe('No open flags.\n');
  });

  it('--dry-run waits for its turn as well, and leaves the database as it is', async () => {
    const before = readFileSync(world.database);

    const { code, stdout } = await world.mlc('sync --dry-run');

    expect(code).toBe(75);
    expect(stdout).toBe('');
    expect(readFileSync(world.database).equals(before)).toBe(true);
  });

  it('the next run goes on as soon as the lease is free', async () => {
    await store.releaseLease(fence);

    const { code } = await world.mlc('sync --if-free --quiet');

    expect(code).toBe(0);
  });
});
