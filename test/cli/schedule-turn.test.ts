/** Runs that end in time for others: when they are stopped, and when somebody waits for them. */
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClock } from '../../src/runtime/clock.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { collected, ended, saying, startCli } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

/** Nobody listens on port 9, and connections to it are refused at once. */
const closedPort = 'http://127.0.0.1:9';

async function openWorld(): Promise<{ world: CliWorld; store: OpenedStore }> {
  const world = await openCliWorld({ orders: 5 });
  const { master } = await loadKey({ environment: {}, configDir: dirname(world.files.config) });
  const store = await openStore({
    path: world.database,
    auditKey: deriveKeys(master).audit,
    clock: createClock({}),
    create: 'no',
  });
  onTestFinished(async () => {
    await store.close();
    await world.close();
  });
  return { world, store };
}

function start(world: CliWorld, args: string) {
  const child = startCli(args.split(' '), {
    cwd: world.folder,
    environment: world.environment(),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin?.end();
  return { child, end: ended(child), stdout: collected(child.stdout) };
}

/** As a run of the receiver's process would; answers what gives it back. */
async function hold(store: OpenedStore, command: string): Promise<() => Promise<void>> {
  const lease = await store.acquireLease({
    owner: 'elsewhere pid 4711',
    nowMs: createClock({}).now(),
    ttlMs: 600_000,
    command,
  });
  if (lease.held === 'no') throw new Error('a new database has a free lease');
  return () => store.releaseLease(lease.fence);
}

describe('SIGTERM while ShipBob is asked again and again', () => {
  it('ends the run at once, and leaves no lease behind', async () => {
    const { world, store } = await openWorld();
    world.configure((config) => {
      const retry = { base: '30s', cap: '60s', deadline: '5m' };
      config.shipbob = { ...Object(config.shipbob), baseUrl: closedPort, retry };
    });
    const run = start(world, 'sync --verbose');
    await saying(run.child.stderr, /ShipBob is asked again/);

    run.child.kill('SIGTERM');
    const code = await run.end;
    const [last] = await store.runs(1);
    const next = await world.mlc('sync orders --if-free --quiet', {
      environment: { MLC_SHIPBOB__RETRY__DEADLINE: '1s', MLC_SHIPBOB__RETRY__BASE: '100ms' },
    });

    expect(code).toBe(143);
    expect(last?.outcome).toBe('done until it was stopped; the next run carries on');
    // Not 0, by which it would give way to a lease: it got in, and met ShipBob away.
    expect(next.code).toBe(4);
  });
});

describe('mlc sync --if-free', () => {
  it('waits for a run that follows webhook deliveries, which rests for it meanwhile', async () => {
    const { world, store } = await openWorld();
    const giveBack = await hold(store, 'webhooks');
    const run = start(world, 'sync --if-free');
    await saying(run.child.stderr, /waits for its end/);
    const waitsUntil = Number(await store.meta('sync-waits-until'));

    await giveBack();
    const code = await run.end;

    expect([0, 4]).toContain(code);
    expect(waitsUntil).toBeGreaterThan(0);
    expect((await store.runs(1))[0]?.command).toBe('sync all');
    expect(await store.meta('sync-waits-until')).toBe('0');
  });

  it('leaves at once when another sync is on, which does its work', async () => {
    const { world, store } = await openWorld();
    await hold(store, 'sync all');

    const { code, stdout, stderr } = await world.mlc('sync --if-free --quiet');

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await store.meta('sync-waits-until')).toBeNull();
  });

  it('ends with the signal while it waits', async () => {
    const { world, store } = await openWorld();
    await hold(store, 'webhooks');
    const run = start(world, 'sync --if-free');
    await saying(run.child.stderr, /waits for its end/);

    run.child.kill('SIGTERM');

    expect(await run.end).toBe(143);
  });
});
