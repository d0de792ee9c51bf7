import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../src/runtime/clock.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { openStore } from '../../src/store/open.ts';
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

async function openWorldStore({ database, files }: CliWorld) {
  const configDir = dirname(files.config);
  const { master } = await loadKey({ environment: {}, configDir });
  const clock = createClock({});
  const auditKey = deriveKeys(master).audit;
  return { ...(await openStore({ path: database, auditKey, clock, create: 'no' })), clock };
}

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

describe('mlc flagged resolve --posted-as, for a receiving order', () => {
  it('links what was received on the order that a person names, and receives only the growth', async () => {
    const { id, record } = await flagOf('NO_PURCHASE_ORDER');
    const wro = world.sandbox.shipbobSandbox
      .books()
      .receiving.find((one) => String(one.id) === record.id);
    const [goods] = wro?.stowed ?? [];
    if (goods === undefined) throw new Error('something is on the shelf');
    const order = await desk.enterPurchaseOrder({
      supplier: 'SB0002',
      facility: world.sandbox.week.infor.facility,
      warehouse: wro?.centreId === 8 ? 'CIC' : 'MOV',
      lines: [{ item: goods.sku, quantity: '500' }],
    });
    world.advance(minuteMs);
    const part = { order, line: 1, lot: goods.lot ?? '' };
    const whole = String(goods.quantity);
    const first = await desk.receive({ ...part, quantity: '1' });

    const unnamed = await refused(`${id} --posted-as ${first}`);
    const short = await refused(`${id} --purchase-order ${order} --posted-as ${first}`);
    const second = await desk.receive({ ...part, quantity: String(goods.quantity - 1) });
    const { code, stdout } = await world.mlc(
      `flagged resolve ${id} --purchase-order ${order} --posted-as ${first} ${second} --because dock`,
    );

    expect(unnamed.code).toBe('HAND_BOOKING_NOT_COMPARABLE');
    expect(short).toMatchObject({
      code: 'HAND_BOOKING_DIFFERS',
      evidence: { [goods.sku]: `ShipBob ${whole}, Infor 1` },
    });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`${goods.sku}  ShipBob ${whole}, Infor ${whole}`);
    expect(stdout).toContain('1 flag cleared.');
  });
});

describe('mlc flagged resolve', () => {
  it('waits for nobody: while another run is on it exits 75 and stores nothing', async () => {
    const { id } = await flagOf('UNKNOWN_ITEM');
    const store = await openWorldStore(world);
    const lease = await store.acquireLease({
      owner: 'backoffice pid 4711',
      nowMs: store.clock.now(),
      ttlMs: 600_000,
      command: 'sync all',
    });
    if (lease.held === 'no') throw new Error('the lease is free');

    const { code, stderr } = await world.mlc(
      `flagged resolve ${id} --posted-as 0010001 --because x`,
    );

    await store.releaseLease(lease.fence);
    await store.close();
    expect(code).toBe(75);
    expect(stderr).toContain('backoffice pid 4711');
  });

  it('says what to do first about a SKU that nobody knows', async () => {
    const { id } = await flagOf('UNKNOWN_ITEM');

    const failure = await refused(`${id} --posted-as 0010001`);

    expect(failure.code).toBe('HAND_BOOKING_NOT_COMPARABLE');
    expect(failure.message).toContain('is neither an item number nor an alias');
  });

  it.each([
    ['flagged resolve 1', 'say what answers it'],
    ['flagged resolve 1 --posted-as 12', 'say why'],
    ['flagged resolve one --posted-as 12 --because x', "a flag's id is a number"],
    ['flagged resolve 99999 --posted-as 12 --because x', 'there is no flag 99999'],
  ])('%s exits 2', async (args, sentence) => {
    const { code, stderr } = await world.mlc(args);

    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  it('of a charge says that no number answers it', async () => {
    const { id } = await flagOf('NO_COST_RULE');

    expect((await refused(`${id} --posted-as 12`)).message).toContain('collected into a journal');
  });
});
