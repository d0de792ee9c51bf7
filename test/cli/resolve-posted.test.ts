import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atTheDesk, type Desk } from '../support/by-hand.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;
let world: CliWorld;
let desk: Desk;
let flag: FlagRow;

interface FlagRow {
  id: number;
  reason: string;
  record: { kind: string; id: string };
}

interface Failure {
  code: string;
  message: string;
  evidence: Record<string, string>;
}

async function openFlags(): Promise<FlagRow[]> {
  return JSON.parse((await world.mlc('flagged list --json')).stdout).flags;
}

async function flagOf(reason: string): Promise<FlagRow> {
  const found = (await openFlags()).find((one) => one.reason === reason);
  if (!found) throw new Error(`the week raises ${reason}`);
  return found;
}

/** What `resolve` answers when it refuses. */
async function refused(args: string): Promise<Failure> {
  const { code, stderr, stdout } = await world.mlc(`flagged resolve --json ${args} --because desk`);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return JSON.parse(stderr).error;
}

/** The goods of the comparison, as ShipBob counts them. */
function expectedOf({ evidence }: Failure): { item: string; quantity: string }[] {
  return Object.entries(evidence).flatMap(([item, text]) => {
    const quantity = /^ShipBob (\S+),/.exec(text)?.[1] ?? '0';
    return quantity === '0' ? [] : [{ item, quantity }];
  });
}

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 12 });
  const { code } = await world.mlc('sync --quiet');
  expect(code).toBe(0);
  desk = await atTheDesk(world);
  flag = await flagOf('CUSTOMER_BLOCKED');
  world.sandbox.inforSandbox.world.setCustomer({ number: 'B2B005', stopped: false });
});

afterAll(() => world.close());

describe('mlc flagged resolve --posted-as, for an order', () => {
  it('believes no number that Infor does not have', async () => {
    const failure = await refused(`${flag.id} --posted-as 0099999999`);

    expect(failure.code).toBe('HAND_BOOKING_NOT_FOUND');
  });

  it('refuses an order of another customer, and the orders that mlc posted', async () => {
    const lines = [{ item: 'MUG-WHITE-350', quantity: '1' }];
    const other = await desk.enterOrder({ customer: 'B2B001', warehouse: 'CIC', lines });
    const ours = world.sandbox.inforSandbox.world.books().orders[0]?.number ?? '';

    expect((await refused(`${flag.id} --posted-as ${other}`)).code).toBe(
      'HAND_BOOKING_OTHER_PARTY',
    );
    expect((await refused(`${flag.id} --posted-as ${ours}`)).code).toMatch(
      /HAND_BOOKING_(OTHER_PARTY|CLAIMED)/,
    );
  });

  it('refuses a deleted one', async () => {
    const lines = [{ item: 'MUG-WHITE-350', quantity: '1' }];
    const number = await desk.enterOrder({ customer: 'B2B005', warehouse: 'CIC', lines });
    await desk.rows('OIS100MI/DelHead', { ORNO: number });

    const failure = await refused(`${flag.id} --posted-as ${number}`);

    expect(failure.code).toBe('HAND_BOOKING_DELETED');
  });

  it('shows item by item how another content differs, and links nothing', async () => {
    const lines = [{ item: 'MUG-WHITE-350', quantity: '7' }];
    const number = await desk.enterOrder({ customer: 'B2B005', warehouse: 'CIC', lines });

    const failure = await refused(`${flag.id} --posted-as ${number}`);

    expect(failure.code).toBe('HAND_BOOKING_DIFFERS');
    expect(failure.evidence['MUG-WHITE-350']).toMatch(/^ShipBob \d+, Infor 7$/);
    expect((await openFlags()).map(({ id }) => id)).toContain(flag.id);
    const { stdout } = await world.mlc(`trace ${flag.record.id} --json`);
    expect(stdout).not.toContain('"linked"');
  });

  it('links the right one, clears the flag, and posts the shipments on it', async () => {
    const wrong = [{ item: 'MUG-WHITE-350', quantity: '7' }];
    const draft = await desk.enterOrder({ customer: 'B2B005', warehouse: 'CIC', lines: wrong });
    const lines = expectedOf(await refused(`${flag.id} --posted-as ${draft}`));
    const number = await desk.enterOrder({ customer: 'B2B005', warehouse: 'CIC', lines });
    const before = world.sandbox.inforSandbox.world.books().orders.length;

    const { code, stdout } = await world.mlc(
      `flagged resolve ${flag.id} --posted-as ${number} --because stopped`,
    );

    expect(code).toBe(0);
    expect(stdout).toContain(`is booked as sales order ${number}`);
    expect(stdout).toContain('1 flag cleared.');
    expect((await openFlags()).map(({ id }) => id)).not.toContain(flag.id);
    world.advance(2 * minuteMs);
    await world.mlc('sync --quiet');
    const after = world.sandbox.inforSandbox.world.books();
    expect(after.orders).toHaveLength(before);
    const issued = after.stockHistory.filter(({ order }) => order === number);
    expect(issued.length).toBeGreaterThan(0);
    const again = await world.mlc(
      `flagged resolve ${flag.id} --posted-as ${number} --because stopped --json`,
    );
    expect(JSON.parse(again.stdout)).toMatchObject({ state: 'already', cleared: 0 });
  });

  it('writes who linked it into the trail, and why', async () => {
    const { stdout } = await world.mlc(`trace ${flag.record.id} --json --raw`);

    expect(stdout).toContain('"linked"');
    expect(stdout).toContain('"ann"');
  });
});
