import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/core/quantity.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { transactionOf } from '../../src/sandbox/infor/program.ts';
import { richTenant } from '../../src/sandbox/infor/tenant.ts';
import { openStore } from '../../src/store/open.ts';
import { type CliWorld, callCounts, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;
/** All that both systems, and the database, must still hold after a rehearsal. */
const shared = ['upstream_call', 'upstream_allowance', 'lock', 'sqlite_sequence'];
const header = 'document;number;reference;item;quantity;warehouse;day;lot';

let world: CliWorld;
/** The same merchant's week, booked: what people would have entered by hand. */
let booked: CliWorld;

beforeAll(async () => {
  world = await openCliWorld({ orders: 40 });
  booked = await openCliWorld({ orders: 40 });
  const { code } = await booked.mlc('sync --quiet');
  expect(code).toBe(0);
});

afterAll(async () => {
  await world.close();
  await booked.close();
});

/** Every row of every table but those that all processes share. */
function contentOf(path: string): Record<string, unknown[]> {
  const database = new Database(path, { readonly: true });
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' order by name")
    .pluck()
    .all()
    .map(String)
    .filter((name) => !shared.includes(name));
  const rows = tables.map((name) => [name, database.prepare(`select * from ${name}`).all()]);
  database.close();
  return Object.fromEntries(rows);
}

function writesIn(calls: Map<string, number>): string[] {
  return [...calls.keys()].filter((call) => {
    const [program = '', name = ''] = call.split('/');
    return transactionOf(program, name, richTenant)?.kind !== 'read';
  });
}

/** What stands in the booked world's Infor, as a clerk would list it. */
function handBook({ sandbox }: CliWorld): string[][] {
  const books = sandbox.inforSandbox.world.books();
  const dayOf = new Map(books.stockHistory.map(({ message, day }) => [message, day]));
  const dashed = (day = '') => day.replace(/(....)(..)(..)/, '$1-$2-$3');
  const orders = books.orders.flatMap(({ number, yourReference, lines }) =>
    lines.map((line) => [
      'sales order',
      number,
      yourReference.replace('SB', ''),
      line.item,
      line.quantity,
      line.warehouse,
      '',
      '',
    ]),
  );
  const purchases = books.purchaseOrders
    .filter(({ yourReference }) => yourReference.startsWith('SB'))
    .flatMap(({ number, yourReference, warehouse, lines }) =>
      lines.map(({ item, ordered }) => {
        const reference = yourReference.replace('SB', '');
        return ['purchase order', number, reference, item, ordered, warehouse, '', ''];
      }),
    );
  const moved = books.warehouseMessages.flatMap((message) =>
    message.lines.map((line) => [
      message.qualifier === '20' ? 'receipt' : 'goods issue',
      message.number,
      message.qualifier === '20' ? line.order : message.externalKey.replace(/^S|-\d+$/g, ''),
      line.item,
      line.quantity,
      message.warehouse,
      dashed(dayOf.get(message.number)),
      line.lot,
    ]),
  );
  const stock = books.stockMessages.flatMap((message) =>
    message.lines.map((line) => [
      'stock issue',
      message.number,
      message.externalKey.replace(/^S|-\d+$/g, ''),
      line.item,
      line.quantity.replace('-', ''),
      message.warehouse,
      dashed(dayOf.get(message.number)),
      line.lot,
    ]),
  );
  return [...orders, ...purchases, ...moved, ...stock];
}

function writeBook(name: string, rows: string[][]): string {
  const text = [header, ...rows.map((row) => row.join(';'))].join('\n');
  writeFileSync(join(world.folder, name), `${text}\n`);
  return name;
}

describe('mlc rehearse before anything is posted', () => {
  it('lists what a run posts and flags, and writes nothing anywhere', async () => {
    const databaseBefore = contentOf(world.database);
    const {
      callCounts: _before,
      httpRequests: _made,
      ...books
    } = world.sandbox.inforSandbox.world.books();

    const { code, stdout } = await world.mlc('rehearse --days 7 --json');

    const answer = JSON.parse(stdout);
    const {
      callCounts: _after,
      httpRequests: _count,
      nowMs: _now,
      ...after
    } = world.sandbox.inforSandbox.world.books();
    expect(code).toBe(0);
    expect({ ...after, nowMs: books.nowMs }).toEqual(books);
    expect(writesIn(callCounts(world).infor)).toEqual([]);
    expect(callCounts(world).infor.size).toBeGreaterThan(5);
    expect(contentOf(world.database)).toEqual(databaseBefore);

    const real = booked.sandbox.inforSandbox.world.books();
    const count = (kind: string) =>
      answer.sums.find(({ document }: { document: string }) => document === kind)?.documents;
    expect(count('salesOrder')).toBe(real.orders.length);
    expect(count('goodsIssue')).toBe(
      real.warehouseMessages.filter(({ qualifier }) => qualifier === '31').length,
    );
    expect(count('goodsReceipt')).toBe(
      real.warehouseMessages.filter(({ qualifier }) => qualifier === '20').length,
    );
    expect(answer.documents.every(({ standing }: { standing: string }) => standing === 'new')).toBe(
      true,
    );
    expect(answer.read.orders).toBe(40);
    expect(answer.flags.length).toBeGreaterThan(0);
    expect(answer.records - answer.clean).toBe(answer.causes.length);
  });

  it('tells a person how much would post, and what clears the rest', async () => {
    world.advance(minuteMs);

    const { code, stdout } = await world.mlc('rehearse --limit 3 --csv out.csv --fail-on-flagged');

    expect(code).toBe(3);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d: read 40 orders/);
    expect(stdout).toMatch(/\d+ of \d+ records \(\d+ %\) would post/);
    expect(stdout).toContain('… and');
    expect(stdout).toContain('UNKNOWN_ITEM');
    expect(stdout).toContain('create the item or its alias in Infor');
    expect(stdout).toContain('nothing was written into ShipBob, Infor or the database');
    const csv = readFileSync(join(world.folder, 'out.csv'), 'utf8').split('\r\n');
    expect(csv[0]).toMatch(/^what,document,key,/);
    expect(csv.filter((row) => row.startsWith('would post,')).length).toBeGreaterThan(100);
    expect(csv.filter((row) => row.startsWith('would flag,')).length).toBeGreaterThan(0);
  });

  it('plans fewer days when asked for fewer', async () => {
    world.advance(minuteMs);

    const { stdout } = await world.mlc('rehearse --days 1 --json');

    const answer = JSON.parse(stdout);
    expect(answer.read.orders).toBeLessThan(40);
    for (const { document, day } of answer.documents) {
      if (document !== 'salesOrder') expect(day >= answer.fromDay).toBe(true);
    }
  });
});

describe('mlc rehearse --compare', () => {
  it('finds no difference in the books of the same week', async () => {
    world.advance(minuteMs);
    const file = writeBook('same.csv', handBook(booked));

    const { code, stdout } = await world.mlc(
      `rehearse --compare ${file} --fail-on-difference --limit 5`,
    );

    expect(stdout).toContain('mlc and people say the same.');
    expect(code).toBe(0);
  });

  it('names each difference made by hand, and nothing else', async () => {
    world.advance(minuteMs);
    const rows = handBook(booked);
    const issues = rows.filter(([document]) => document === 'goods issue');
    const [wrongQuantity, wrongWarehouse, wrongDay, forgotten] = issues;
    if (!wrongQuantity || !wrongWarehouse || !wrongDay || !forgotten) throw new Error('too few');
    const known = new Set([wrongQuantity, wrongWarehouse, wrongDay, forgotten]);
    const change = (row: string[], column: number, value: string) =>
      row.map((cell, index) => (index === column ? value : cell));
    const file = writeBook('changed.csv', [
      ...rows.filter((row) => !known.has(row)),
      change(wrongQuantity, 4, '99'),
      change(wrongWarehouse, 5, 'ELSE'),
      change(wrongDay, 6, '2020-01-01'),
      // Twice by hand, once in ShipBob.
      ...rows.slice(-1),
      ['goods issue', '0010009999', 'PHONE-1', 'MUG-BLUE-350', '2', 'CIC', '', ''],
    ]);

    const { code, stdout } = await world.mlc(
      `rehearse --compare ${file} --fail-on-difference --json`,
    );

    const { comparison } = JSON.parse(stdout);
    const fields = comparison.differing.flatMap(
      ({ differences }: { differences: { field: string }[] }) =>
        differences.map(({ field }) => field),
    );
    expect(code).toBe(3);
    expect(fields.sort()).toEqual(['day', 'quantity', 'warehouse']);
    expect(comparison.onlyMlc).toMatchObject([{ item: forgotten[3], quantity: forgotten[4] }]);
    expect(comparison.onlyByHand.map(({ reference }: { reference: string }) => reference)).toEqual(
      expect.arrayContaining(['PHONE-1']),
    );
    expect(comparison.onlyByHand).toHaveLength(2);
    expect(comparison.differences).toBe(6);
  });

  it('says of a booking without a match that mlc would flag its record', async () => {
    world.advance(minuteMs);
    const answer = JSON.parse((await world.mlc('rehearse --json')).stdout);
    const [flag] = answer.flags.filter(({ reference }: { reference: string }) => reference);
    const file = writeBook('flagged.csv', [
      ['sales order', '0010000001', flag.reference, 'ANY', '7', 'CIC', '', ''],
    ]);
    world.advance(minuteMs);

    const { stdout } = await world.mlc(`rehearse --compare ${file} --limit 1`);

    expect(stdout).toContain(`would flag it: ${flag.reason}`);
  });

  it.each([
    [
      'a comma as decimal sign',
      ['goods issue', '', '1', 'MUG', '1,5', '', '', ''],
      /line 2.*"1,5".*1\.5/,
    ],
    ['a day in another form', ['receipt', '', '1', 'MUG', '1', '', '30.11.2026', ''], /column day/],
    ['an unknown document', ['invoice', '', '1', 'MUG', '1', '', '', ''], /"invoice".*sales order/],
  ])('refuses %s before anything is read', async (_what, row, expected) => {
    const before = world.sandbox.inforSandbox.world.books().httpRequests;
    const file = writeBook('wrong.csv', [row]);

    const { code, stderr, stdout } = await world.mlc(`rehearse --compare ${file}`);

    expect(code).toBe(2);
    expect(stderr).toContain('wrong.csv');
    expect(stderr).toMatch(expected);
    expect(stdout).toBe('');
    expect(world.sandbox.inforSandbox.world.books().httpRequests).toBe(before);
  });

  it.each([
    ['document,reference,item\n', /column quantity/],
    ['document,reference,item,quantity,Qty\n', /"Qty"/],
    ['document,reference,item,quantity\n"receipt,1,MUG,1\n', /cannot be read as CSV/],
    ['', /column document/],
  ])('refuses the file %j', async (text, expected) => {
    writeFileSync(join(world.folder, 'odd.csv'), text);

    const { code, stderr } = await world.mlc('rehearse --compare odd.csv');

    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
  });

  it('refuses a file in another encoding, one that is not there, and wrong options', async () => {
    writeFileSync(join(world.folder, 'latin.csv'), Buffer.from(`${header}\nk\xe4se`, 'latin1'));

    for (const args of [
      'rehearse --compare latin.csv',
      'rehearse --compare absent.csv',
      'rehearse --csv absent/out.csv',
      'rehearse --days 0',
      'rehearse --days 5000',
      'rehearse --fail-on-difference',
    ]) {
      expect((await world.mlc(args)).code).toBe(2);
    }
  });

  it('takes its own template', async () => {
    world.advance(minuteMs);
    const { stdout } = await world.mlc('rehearse --compare-template');
    writeFileSync(join(world.folder, 'template.csv'), stdout);

    const { code, stdout: text } = await world.mlc('rehearse --compare template.csv --limit 1');

    expect(code).toBe(0);
    expect(text).toContain('Compared with template.csv (1 row)');
  });
});

describe('mlc rehearse after it was booked', () => {
  it('finds each document under its key, and asks the same of people as before', async () => {
    booked.advance(2 * minuteMs);

    const { stdout } = await booked.mlc('rehearse --json');

    const answer = JSON.parse(stdout);
    const before = JSON.parse((await world.mlc('rehearse --json')).stdout);
    expect(new Set(answer.documents.map(({ standing }: { standing: string }) => standing))).toEqual(
      new Set(['there']),
    );
    expect(answer.documents.length).toBe(before.documents.length);
    expect(answer.causes.map(({ reason }: { reason: string }) => reason).sort()).toEqual(
      before.causes.map(({ reason }: { reason: string }) => reason).sort(),
    );
  });
});

describe('mlc rehearse when a side is away', () => {
  it('ends as a run does, and shows no rehearsal of nothing', async () => {
    world.advance(minuteMs);

    const { code, stdout, stderr } = await world.mlc('rehearse', {
      environment: { MLC_SECRET_SHIPBOB_TOKEN: 'wrong-0123456789' },
    });

    expect(code).toBe(5);
    expect(stdout).toBe('');
    expect(stderr).toContain('ShipBob refused the token');
  });
});

describe('mlc rehearse with mappings that people set', () => {
  it('plans by them', async () => {
    world.advance(minuteMs);
    const before = JSON.parse((await world.mlc('rehearse --json')).stdout);
    const unknown = before.causes.find(({ cause }: { cause: string }) =>
      cause.startsWith('item:COF-XMAS'),
    );
    expect(unknown).toBeDefined();
    await setMapping('COF-XMAS-250', 'CANISTER-AIR');
    world.advance(minuteMs);

    const after = JSON.parse((await world.mlc('rehearse --json')).stdout);

    expect(after.causes.map(({ cause }: { cause: string }) => cause)).not.toContain(unknown.cause);
    expect(after.causes).toHaveLength(before.causes.length - 1);
  });
});

/** As `mlc mapping set` does it. */
async function setMapping(sku: string, item: string): Promise<void> {
  const key = await loadKey({ environment: {}, configDir: world.folder });
  const nowMs = world.sandbox.inforSandbox.world.books().nowMs;
  const store = await openStore({
    path: world.database,
    auditKey: deriveKeys(key.master).audit,
    clock: { now: () => nowMs, sleep: async () => undefined },
    create: 'no',
  });
  const target = { kind: 'sku', item, factor: parseQuantity('1') } as const;
  const draft = { list: '', source: sku, target, validFromMs: null, validToMs: null };
  await store.setMapping(draft, { actor: 'ann', because: null, nowMs });
  await store.close();
}
