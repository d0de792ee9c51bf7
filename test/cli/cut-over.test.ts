import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, dayMs, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld;
/** In the middle of the merchant's week. */
let startFromMs: number;

/** M3 already holds what an earlier installation booked of the whole week. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 40, daysPassed: 3 });
  const { code } = await world.mlc('sync --quiet');
  expect(code).toBe(0);
  startFromMs = world.sandbox.week.startAtMs + 3 * dayMs;
  world.advance(9 * dayMs);
  world.configure((config) => {
    config.sync.startFrom = new Date(startFromMs).toISOString();
  });
});

afterAll(() => world.close());

describe('a sandbox whose past is booked', () => {
  it('gets only what lies after startFrom from a new installation', async () => {
    const environment = { MLC_DATABASE: `${world.folder}/new.db` };
    await world.mlc('init', { environment });
    const token = world.sandbox.shipbob.token;
    await world.mlc('credentials set shipbob', { environment, input: token });
    await world.mlc(`credentials import ${world.files.ionapi}`, { environment });
    const before = world.sandbox.inforSandbox.world.books();

    const { code, stdout } = await world.mlc('sync --json --since 12d', { environment });

    const after = world.sandbox.inforSandbox.world.books();
    const known = new Set(before.orders.map(({ number }) => number));
    const entered = after.orders.filter(({ number }) => !known.has(number));
    const created = new Map(
      world.sandbox.shipbobSandbox.books().orders.map((order) => [`SB${order.id}`, order]),
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).posted.salesOrder).toBe(entered.length);
    expect(entered.length).toBeGreaterThan(5);
    for (const order of entered) {
      expect(created.get(order.yourReference)?.createdAtMs).toBeGreaterThanOrEqual(startFromMs);
    }
    const moved = after.stockHistory.slice(before.stockHistory.length);
    const keys = new Set(before.stockHistory.map(({ externalKey }) => externalKey));
    expect(moved.filter(({ externalKey }) => keys.has(externalKey))).toEqual([]);
  });
});
