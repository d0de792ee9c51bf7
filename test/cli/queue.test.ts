import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collected, ended, runCli, startCli } from '../support/cli-process.ts';
import {
  booked,
  type CliWorld,
  callCounts,
  callsSince,
  openCliWorld,
} from '../support/cli-world.ts';

const minuteMs = 60_000;
const colour = '\u001b[';
let world: CliWorld;

interface FlagRow {
  id: number;
  reason: string;
  record: { kind: string; id: string };
  cause: string;
}

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 12 });
  const { code, stderr } = await world.mlc('sync --quiet');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

afterAll(() => world.close());

async function openFlags(): Promise<FlagRow[]> {
  return JSON.parse((await world.mlc('flagged list --json')).stdout).flags;
}

async function flagOf(reason: string): Promise<FlagRow> {
  const found = (await openFlags()).find((flag) => flag.reason === reason);
  if (!found) throw new Error(`the week raises ${reason}`);
  return found;
}

describe('mlc flagged list', () => {
  it('shows every open flag in a row with its reason and a sentence', async () => {
    const flags = await openFlags();

    const { code, stdout } = await world.mlc('flagged list');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *ID +REASON +RECORD +UNITS +VALUE +SINCE +WHAT\n/);
    for (const { id, reason, record } of flags) {
      expect(stdout).toMatch(new RegExp(`^ *${id} +${reason} +${record.kind} ${record.id} `, 'm'));
    }
    expect(stdout).toContain(`${flags.length} flags.`);
    expect(stdout).not.toMatch(/\.\.$|undefined|null|\{|unknown/m);
  });

  it('puts what holds up most first', async () => {
    const flags = await openFlags();

    const records = new Map<string, number>();
    for (const { cause } of flags) records.set(cause, (records.get(cause) ?? 0) + 1);
    const counts = flags.map(({ cause }) => records.get(cause) ?? 0);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
  });

  it('--by cause groups them, with units and an example', async () => {
    const { stdout } = await world.mlc('flagged list --by cause');

    expect(stdout).toMatch(/^RECORDS +UNITS +VALUE +REASON +CAUSE +OLDEST +FOR EXAMPLE\n/);
    expect(stdout).toMatch(/UNKNOWN_ITEM +item:CANDLE-CEDAR/);
    expect(stdout).toMatch(/^\d+ groups\. mlc flagged show \d+ tells what clears the first;/m);
  });

  it('says of a filter that finds nothing that nothing matches, not that nothing is open', async () => {
    const flat = await world.mlc('flagged list --sku NO-SUCH-SKU');
    const grouped = await world.mlc('flagged list --tag never --by cause');

    expect(flat).toMatchObject({ code: 0, stdout: 'No open flag matches.\n' });
    expect(grouped).toMatchObject({ code: 0, stdout: 'No open flag matches.\n' });
  });

  it('names the account where the environment names nobody', async () => {
    const { id } = await flagOf('UNKNOWN_ITEM');

    const { stdout } = await world.mlc(`flagged assign ${id} me`, { environment: { USER: '' } });
    await world.mlc(`flagged assign ${id} --nobody`);

    expect(stdout).toBe(`Assigned to ${userInfo().username}: 1 flag.\n`);
  });

  it('--by reason counts the causes of each', async () => {
    const flags = await openFlags();

    const { stdout } = await world.mlc('flagged list --by reason --json');

    const { groups } = JSON.parse(stdout);
    const reasons = [...new Set(flags.map(({ reason }) => reason))].sort();
    expect(groups.map(({ group }: { group: string }) => group).sort()).toEqual(reasons);
  });

  it.each([
    ['--stream orders', 'order'],
    ['--stream receiving', 'receiving'],
    ['--stream costs', 'charge'],
  ])('%s shows those alone', async (option, kind) => {
    const expected = (await openFlags()).filter(({ record }) => record.kind === kind);

    const { stdout } = await world.mlc(`flagged list --json ${option}`);

    const { flags } = JSON.parse(stdout);
    expect(expected.length).toBeGreaterThan(0);
    expect(flags).toEqual(expected);
  });

  it('--reason takes several, in any case of letters', async () => {
    const { stdout } = await world.mlc('flagged list --json --reason no_cost_rule OVER_RECEIPT');

    const { flags } = JSON.parse(stdout);
    expect(new Set(flags.map(({ reason }: FlagRow) => reason))).toEqual(
      new Set(['NO_COST_RULE', 'OVER_RECEIPT']),
    );
  });

  it('--limit says how many there are beyond', async () => {
    const { length } = await openFlags();

    const { stdout } = await world.mlc('flagged list --limit 2');

    expect(stdout.split('\n')[3]).toBe('');
    expect(stdout).toContain(`2 of ${length} flags.`);
  });
});

describe('mlc flagged show', () => {
  it('tells what happened, the evidence, and what to do with what there is', async () => {
    const { id, record } = await flagOf('UNKNOWN_ITEM');

    const { code, stdout } = await world.mlc(`flagged show ${id}`);

    expect(code).toBe(0);
    expect(stdout).toContain('is neither an item number nor an alias in Infor.');
    expect(stdout).toMatch(/mlc flagged resolve \d+ --map-to ITEM/);
    expect(stdout).toMatch(/Evidence:\n {2}sku +\S+/);
    expect(stdout).toContain(`mlc trace ${record.id}`);
  });

  it('of an id that is not there exits 2 and says where ids are', async () => {
    const { code, stderr } = await world.mlc('flagged show 99999');

    expect(code).toBe(2);
    expect(stderr).toContain('there is no flag 99999');
    expect(stderr).toContain('mlc flagged list --all');
  });
});

describe('a flag', () => {
  it('clears by itself once the SKU is mapped, and its document is posted', async () => {
    const { id } = await flagOf('PURCHASE_ORDER_NOT_FOUND');
    const item = (await openFlags()).find(({ cause }) => cause === 'item:COF-XMAS-250');
    if (!item) throw new Error('the week holds an order for COF-XMAS-250');
    world.configure((config) => {
      config.items = { mapping: { 'COF-XMAS-250': 'COF-HOUSE-250' } };
    });

    world.advance(2 * minuteMs);
    const { stdout } = await world.mlc('sync --json');
    const cleared = await world.mlc('flagged list --all');

    expect(JSON.parse(stdout).flagsCleared).toBeGreaterThan(0);
    const left = (await openFlags()).map((flag) => flag.id);
    expect(left).toContain(id);
    expect(left).not.toContain(item.id);
    expect(cleared.stdout).toMatch(/SINCE +CLEARED/);
  });

  it('that is retried is looked at by the next run', async () => {
    const { id, record } = await flagOf('NO_PURCHASE_ORDER');

    const retry = await world.mlc(`flagged retry ${id} 99999`);
    world.advance(2 * minuteMs);
    const { stdout } = await world.mlc('sync --json');
    const trace = await world.mlc(`trace ${record.id}`);

    expect(retry.code).toBe(0);
    expect(retry.stdout).toContain('The next run (mlc sync) tries 1 flag again.');
    expect(retry.stdout).toContain('Not open: 99999.');
    expect(JSON.parse(stdout).planned).toBeGreaterThan(0);
    expect(trace.stdout).toContain('ann: asked for another try');
  });

  it('that nobody named is not retried', async () => {
    const { code, stdout } = await world.mlc('flagged retry --reason OUTCOME_UNKNOWN');

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No open flag matches.\n' });
  });
});

describe('mlc replay', () => {
  it('--dry-run over the whole week would post nothing and writes nowhere', async () => {
    const before = callCounts(world);
    const books = booked(world);

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('replay --since 12d --dry-run');

    const infor = callsSince(before.infor, callCounts(world).infor);
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing would be posted.');
    expect(stdout).toContain('Nothing was written anywhere.');
    expect(Object.keys(infor).filter((name) => /Add|Prc|Confirm|Upd|Del/.test(name))).toEqual([]);
    expect(booked(world)).toEqual(books);
  });

  it('posts only what is missing, which is nothing', async () => {
    const books = booked(world);

    world.advance(2 * minuteMs);
    const { code, stdout } = await world.mlc('replay --since 12d --json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ posted: {}, adopted: 0 });
    expect(booked(world)).toEqual(books);
  });
});

describe('mlc trace', () => {
  /** An order that was entered and left in one piece. */
  function anOrder() {
    const { orders, shipments } = world.sandbox.shipbobSandbox.books();
    const entered = new Set(
      world.sandbox.inforSandbox.world.books().orders.map(({ yourReference }) => yourReference),
    );
    const order = orders.find(
      ({ id, shipmentIds, orderNumber }) =>
        orderNumber !== null && entered.has(`SB${id}`) && shipmentIds.length === 1,
    );
    const shipment = shipments.find(({ orderId, left }) => orderId === order?.id && left);
    if (!order || !shipment) throw new Error('the week has a plain order');
    return { order, shipment };
  }

  it('of an order tells its life down to each call, in words', async () => {
    const { order, shipment } = anOrder();

    const { code, stdout } = await world.mlc(`trace ${order.id}`);

    expect(code).toBe(0);
    expect(stdout).toContain(`Order ${order.id}: number ${order.orderNumber}`);
    expect(stdout).toMatch(new RegExp(`sales order +SB${order.id} +posted +\\d{10}`));
    expect(stdout).toMatch(new RegExp(`goods issue +S${shipment.id}-1 +posted`));
    for (const words of [
      'first seen in ShipBob',
      'opens a draft order (OIS100MI/AddBatchHead): done',
      'adds a line to the draft (OIS100MI/AddBatchLine)',
      'turns the draft into an order (OIS100MI/Confirm): done',
      'asks what became of the draft (OIS275MI/GetTmpOrderStat)',
      'books the message (MHS850MI/PrcWhsTran): done',
      `sales order SB${order.id}: posted as `,
    ]) {
      expect(stdout).toContain(words);
    }
    expect(stdout).not.toMatch(/undefined|\[object|salesOrder|goodsIssue/);
  });

  it('finds the same by shipment, reference, number, key and Infor’s number', async () => {
    const { order, shipment } = anOrder();
    const infor = world.sandbox.inforSandbox.world
      .books()
      .orders.find(({ yourReference }) => yourReference === `SB${order.id}`);

    const ids = [
      String(shipment.id),
      order.referenceId,
      order.orderNumber,
      `SB${order.id}`,
      `sb${order.id}`,
      `S${shipment.id}-1`,
      infor?.number,
    ];
    for (const id of ids) {
      const { code, stdout } = await world.mlc(`trace ${id} --short`);
      expect({ id, code }).toEqual({ id, code: 0 });
      expect(stdout).toContain(`Order ${order.id}:`);
    }
  });

  it('of a receiving order shows what was expected, what is on the shelf, and the receipt', async () => {
    const wro = world.sandbox.shipbobSandbox
      .books()
      .receiving.find(
        ({ status, purchaseOrderNumber }) => status === 'Completed' && purchaseOrderNumber,
      );

    const { code, stdout } = await world.mlc(`trace ${wro?.id}`);

    expect(code).toBe(0);
    expect(stdout).toContain(
      `Receiving order ${wro?.id}: purchase order ${wro?.purchaseOrderNumber}`,
    );
    expect(stdout).toMatch(/on the shelf of \d+ expected/);
    expect(stdout).toContain(`R${wro?.id}-1`);
  });

  it('--raw shows what was sent and answered; --short no calls at all', async () => {
    const { order } = anOrder();

    const raw = await world.mlc(`trace SB${order.id} --raw`);
    const short = await world.mlc(`trace SB${order.id} --short`);

    expect(raw.stdout).toContain('"CUOR"');
    expect(short.stdout).not.toContain('MI/');
    expect(short.stdout).toContain(`sales order SB${order.id}: posted as `);
  });

  it('says which of several things a number is, and tells one of them when asked', async () => {
    const { order, shipment } = anOrder();

    const found = await world.mlc(`trace ${shipment.id} --short`);
    const meant = await world.mlc(`trace order:${order.id} --short`);
    const other = await world.mlc(`trace receiving:${order.id}`);

    expect(found.stdout).toContain(`${shipment.id} is the shipment id of order ${order.id}.`);
    expect(meant.stdout).toContain(`Order ${order.id}:`);
    expect(other.code).toBe(1);
  });

  it('of an order names the vouchers of its charges', async () => {
    const charges = world.sandbox.inforSandbox.world.books().journals;
    expect(charges.length).toBeGreaterThan(0);
    const { order } = anOrder();

    const { stdout } = await world.mlc(`trace ${order.id}`);

    expect(stdout).toMatch(/CHARGE +FEE +AMOUNT +DAY +JOURNAL +VOUCHER\n/);
    expect(stdout).toMatch(/Shipping +[\d.]+ USD +\d{4}-\d\d-\d\d +J\d{8}/);
    expect(stdout).not.toContain('GLS840MI');
  });

  it('of an unknown id exits 1 and says what it can find', async () => {
    const { code, stdout, stderr } = await world.mlc('trace 4711');

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('nothing in the database is called 4711');
    expect(stderr).toContain('an external key such as SB309589638');
  });

  it('into a pipe that closes early is quiet', async () => {
    const { order } = anOrder();
    const child = startCli(['trace', String(order.id), '--raw'], {
      cwd: world.folder,
      environment: world.environment(),
    });
    const stderr = collected(child.stderr);
    child.stdin?.end();

    child.stdout?.once('data', () => child.stdout?.destroy());
    const code = await ended(child);

    expect({ code, stderr: stderr() }).toEqual({ code: 0, stderr: '' });
  });
});

describe('mlc status', () => {
  it('tells how far everything is, in one screen', async () => {
    const { code, stdout } = await world.mlc('status');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^database +.*mlc\.db \(\d+ KiB\)/);
    expect(stdout).toMatch(/lease +free/);
    expect(stdout).toMatch(/orders +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +\d+ (s|min)/);
    expect(stdout).toMatch(/sales order +posted +\d+/);
    expect(stdout).toMatch(/\d+ open flags \(mlc flagged list\):/);
    expect(stdout).toMatch(/sync all .* 0 +done/);
    expect(stdout.split('\n').length).toBeLessThan(45);
  });
});

describe('colour', () => {
  it('is for terminals: a pipe gets none unless FORCE_COLOR asks, and NO_COLOR wins', async () => {
    const plain = await world.mlc('status');
    const forced = await world.mlc('status', { environment: { FORCE_COLOR: '1' } });
    const refused = await world.mlc('status', { environment: { FORCE_COLOR: '1', NO_COLOR: '1' } });

    expect(plain.stdout).not.toContain(colour);
    expect(forced.stdout).toContain(colour);
    expect(refused.stdout).not.toContain(colour);
  });
});

describe('a workspace elsewhere', () => {
  it('is reached with --config, and its database lies beside it', async () => {
    const { code, stdout } = await runCli(['status', '--config', world.files.config, '--json'], {
      cwd: '/',
    });

    expect(code).toBe(0);
    expect(JSON.parse(stdout).database.path).toBe(world.database);
  });
});
