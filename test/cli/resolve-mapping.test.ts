import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booked, type CliWorld, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;
let world: CliWorld;

interface FlagRow {
  id: number;
  reason: string;
  cause: string;
  record: { kind: string; id: string };
}

async function openFlags(): Promise<FlagRow[]> {
  return JSON.parse((await world.mlc('flagged list --json')).stdout).flags;
}

async function flagOf(cause: string): Promise<FlagRow> {
  const found = (await openFlags()).find((one) => one.cause === cause);
  if (!found) throw new Error(`the week holds ${cause}`);
  return found;
}

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 12 });
  const { code } = await world.mlc('sync --quiet');
  expect(code).toBe(0);
});

afterAll(() => world.close());

describe('mlc flagged resolve --map-to', () => {
  it('takes no item that Infor does not have, and none that may not be traded', async () => {
    const { id } = await flagOf('item:COF-XMAS-250');

    const absent = await world.mlc(`flagged resolve ${id} --map-to NO-SUCH-ITEM`);
    const [plain] = world.sandbox.week.infor.items;
    if (plain === undefined) throw new Error('there are items');
    world.sandbox.inforSandbox.world.addItem({ ...plain, number: 'RETIRED', status: '90' });
    const blocked = await world.mlc(`flagged resolve ${id} --map-to RETIRED`);

    expect([absent.code, blocked.code]).toEqual([2, 2]);
    expect(absent.stderr).toContain('item NO-SUCH-ITEM does not exist in Infor');
    expect(blocked.stderr).toMatch(/has status \d\d, which is not accepted/);
    expect((await world.mlc('mapping list')).stdout).not.toContain('COF-XMAS-250');
  });

  it('maps the SKU, says what changed, and the next run posts what waited', async () => {
    const { id } = await flagOf('item:COF-XMAS-250');
    const before = booked(world).orders;

    const { code, stdout } = await world.mlc(
      `flagged resolve ${id} --map-to cof-house-250 --because replaced`,
    );

    expect(code).toBe(0);
    expect(stdout).toContain('SKU COF-XMAS-250: nothing → COF-HOUSE-250');
    expect(stdout).toContain('1 open flag of this cause');
    world.advance(2 * minuteMs);
    await world.mlc('sync --quiet');
    expect((await openFlags()).map((flag) => flag.id)).not.toContain(id);
    expect(booked(world).orders).toBe(before + 1);
  });

  it('keeps the factor that a SKU has until another one is given', async () => {
    await world.mlc('mapping set sku CANDLE-CEDAR MUG-WHITE-350 --factor 12 --offline');
    const { id } = await flagOf('item:CANDLE-CEDAR');

    const kept = await world.mlc(`flagged resolve ${id} --map-to MUG-BLUE-350`);
    const given = await world.mlc(`flagged resolve ${id} --map-to MUG-BLUE-350 --factor 6 --json`);

    expect(kept.stdout).toContain('MUG-WHITE-350 × 12 → MUG-BLUE-350 × 12');
    expect(JSON.parse(given.stdout)).toMatchObject({
      change: 'changed',
      before: { factor: '12' },
      after: { item: 'MUG-BLUE-350', factor: '6' },
    });
  });

  it.each([
    ['--map-to MUG-BLUE-350 --factor 0', 'factor'],
    ['--map-to MUG-BLUE-350 --customer WEB001', 'in one way'],
    ['--factor 3', 'in one way'],
    ['--customer WEB001', 'is no question about a customer'],
    ['--warehouse CIC', 'is no question about a fulfilment centre'],
  ])('%s of a SKU exits 2', async (args, words) => {
    const { id } = await flagOf('item:CANDLE-CEDAR');

    const { code, stderr } = await world.mlc(`flagged resolve ${id} ${args}`);

    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });

  it('answers one SKU at a time', async () => {
    const cedar = await flagOf('item:CANDLE-CEDAR');
    const order = await flagOf('customer:B2B005');

    const { code, stderr } = await world.mlc(
      `flagged resolve ${cedar.id} ${order.id} --map-to MUG-BLUE-350`,
    );

    expect(code).toBe(2);
    expect(stderr).toContain('CUSTOMER_BLOCKED is no question about a SKU');
  });
});

describe('mlc flagged work', () => {
  it('without a terminal exits 2 and names the verbs that a script uses', async () => {
    const { code, stderr } = await world.mlc('flagged work');

    expect(code).toBe(2);
    expect(stderr).toContain('it needs a terminal; scripts use list, resolve, retry, ignore');
  });
});

describe('mlc flagged resolve --customer', () => {
  it('maps the value that an order was looked up by', async () => {
    world.configure((config) => {
      config.lookups = { channels: {} };
      const customer = { lookup: 'channels', by: 'channel.id' };
      config.orders.rules = [{ when: {}, as: 'salesOrder', customer, orderType: 'C01' }];
    });
    world.advance(2 * minuteMs);
    await world.mlc('sync --quiet');
    const found = (await openFlags()).find(({ reason }) => reason === 'UNKNOWN_CUSTOMER');
    if (!found) throw new Error('its channel stands for no customer');

    const wrong = await world.mlc(`flagged resolve ${found.id} --customer NOBODY`);
    const { code, stdout } = await world.mlc(`flagged resolve ${found.id} --customer B2B001`);

    expect(wrong.stderr).toContain('customer NOBODY does not exist in Infor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^customer .* \(channels\): nothing → B2B001/);
  });
});
