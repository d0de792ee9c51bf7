import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booked, type CliWorld, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;
let world: CliWorld;

interface Row {
  id: number;
  reason: string;
  record: { kind: string; id: string };
  cause: string;
  assignee: string | null;
  tags: string[];
  amount: string | null;
}

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 12 });
  const { code, stderr } = await world.mlc('sync --quiet');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

afterAll(() => world.close());

async function flags(args = ''): Promise<Row[]> {
  return JSON.parse((await world.mlc(`flagged list --json ${args}`)).stdout).flags;
}

async function flagOf(cause: string): Promise<Row> {
  const found = (await flags('--all')).find((flag) => flag.cause === cause);
  if (!found) throw new Error(`the week raises ${cause}`);
  return found;
}

async function sync(): Promise<Record<string, unknown>> {
  world.advance(2 * minuteMs);
  return JSON.parse((await world.mlc('sync --json')).stdout);
}

describe('mlc flagged assign', () => {
  it('gives flags to a person, by number or by filter, and takes them away', async () => {
    const { id } = await flagOf('item:COF-XMAS-250');

    const named = await world.mlc(`flagged assign ${id} grace`);
    const mine = await world.mlc('flagged assign me --stream receiving');
    const hers = await flags('--assignee grace');
    const nobody = await world.mlc(`flagged assign ${id} --nobody`);

    expect(named.stdout).toBe('Assigned to grace: 1 flag.\n');
    expect(mine.stdout).toMatch(/^Assigned to ann: \d+ flags\.\n$/);
    expect(hers.map((flag) => flag.id)).toEqual([id]);
    expect(nobody.stdout).toBe('Assigned to nobody: 1 flag.\n');
    const ours = await flags('--assignee me');
    expect(ours.length).toBeGreaterThan(1);
    expect(ours.every(({ record }) => record.kind === 'receiving')).toBe(true);
    expect((await flags('--assignee none')).map((flag) => flag.id)).toContain(id);
  });

  it.each([
    ['flagged assign 1', 'name one person'],
    ['flagged assign 1 ann bob', 'name one person'],
    ['flagged assign 1 ann --nobody', 'name one person'],
    ['flagged assign ann', 'name flags by id, or by a filter'],
    ['flagged assign 1 ann --sku X', 'not by both'],
    ['flagged assign 99999 ann', 'there is no flag 99999'],
    ['flagged tag 1', 'give --add or --remove'],
    ['flagged ignore 1', 'say why, with --because'],
    ['flagged ignore 1 --because x --until 2020-01-01', 'is past'],
    ['flagged ignore 1 --because x --until soon', '--until takes a day'],
    ['flagged list --by shoe', '--by takes cause, reason, sku, assignee, record, not shoe'],
    ['flagged list --sort size', '--sort takes blocks, age, units, value, not size'],
    ['flagged list --csv --json', 'exclude each other'],
    ['flagged list --older-than soon', '--older-than needs a time'],
  ])('mlc %s is wrong usage', async (args, words) => {
    const { code, stdout, stderr } = await world.mlc(args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });
});

describe('mlc flagged tag and note', () => {
  it('are found again, and told by the trace with who said it', async () => {
    const { id, record } = await flagOf('item:CANDLE-CEDAR');

    await world.mlc(`flagged tag ${id} --add buyer urgent`);
    await world.mlc(`flagged tag ${id} --remove urgent`);
    await world.mlc(`flagged note ${id} asked the buyer --as grace`);

    expect((await flags('--tag buyer')).map((flag) => [flag.id, flag.tags])).toEqual([
      [id, ['buyer']],
    ]);
    const { stdout } = await world.mlc(`flagged show ${id}`);
    expect(stdout).toMatch(/Notes:\n {2}\S+ \S+ grace +asked the buyer\n/);
    const trace = await world.mlc(`trace ${record.id}`);
    expect(trace.stdout).toMatch(/grace: added a note .*text asked the buyer/);
  });
});

describe('mlc flagged list', () => {
  it('finds what one SKU holds up, with its value', async () => {
    const found = await flags('--sku COF-XMAS-250');

    expect(found).toMatchObject([{ reason: 'UNKNOWN_ITEM', amount: expect.any(String) }]);
    const { stdout } = await world.mlc('flagged list --by sku --sort units');
    expect(stdout).toMatch(/^RECORDS +UNITS +VALUE +REASON +SKU +OLDEST +FOR EXAMPLE\n/);
    // What is about no SKU is one group as well.
    expect(stdout).toMatch(/^ +\d+ .* – +\d/m);
  });

  it('tells ages apart', async () => {
    const every = await flags();

    expect(await flags('--newer-than 1d')).toHaveLength(every.length);
    expect(await flags('--older-than 1d')).toEqual([]);
  });

  it('--csv is a table that no spreadsheet runs', async () => {
    const { id } = await flagOf('item:CANDLE-CEDAR');
    await world.mlc(`flagged assign ${id} =HYPERLINK("x")`);

    const { stdout } = await world.mlc('flagged list --csv');

    const lines = stdout.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^id,reason,record_kind,record_id,document,cause,units,amount,/);
    expect(lines).toHaveLength((await flags()).length + 1);
    expect(stdout).toContain(`'=HYPERLINK`);
    expect(stdout).not.toMatch(/(^|,)"?=/m);
  });
});

describe('an ignored flag', () => {
  it('is gone from the queue, and its order is not posted when its cause goes', async () => {
    const { id, record } = await flagOf('item:COF-XMAS-250');

    const { stdout } = await world.mlc(`flagged ignore ${id} --because gift`);
    expect(stdout).toContain('Ignored until a person ends it: 1 flag.');
    expect((await flags()).map((flag) => flag.id)).not.toContain(id);
    expect((await flags('--ignored')).map((flag) => flag.id)).toEqual([id]);
    expect((await world.mlc('status')).stdout).toMatch(/list\), 1 more ignored:/);

    const before = booked(world);
    world.configure((config) => {
      config.items = { mapping: { 'COF-XMAS-250': 'COF-HOUSE-250' } };
    });
    await sync();
    await world.mlc('flagged retry --all');
    await sync();

    const [ready] = await flags('--reason IGNORED_READY');
    expect(ready?.record).toEqual(record);
    expect(booked(world).orders).toBe(before.orders);

    const shown = await world.mlc(`flagged show ${ready?.id}`);
    expect(shown.stdout).toContain('was ignored (gift); nothing holds up ');
    expect(shown.stdout).toContain(`mlc flagged retry ${ready?.id}`);
    await world.mlc(`flagged retry ${ready?.id}`);
    const after = await sync();

    expect(after).toMatchObject({ posted: { salesOrder: 1 }, flagsCleared: 0 });
    expect(booked(world).orders).toBe(before.orders + 1);
    expect(await flags('--reason IGNORED_READY')).toEqual([]);
  });

  it('that has cleared cannot be ignored', async () => {
    const { id } = await flagOf('item:COF-XMAS-250');

    const { code, stderr } = await world.mlc(`flagged ignore ${id} --because late`);

    expect(code).toBe(2);
    expect(stderr).toContain(`flag ${id} has cleared`);
  });
});
