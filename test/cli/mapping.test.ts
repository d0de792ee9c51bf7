import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';

const minuteMs = 60_000;
/** One that stands in Infor, and a SKU that was shipped and that no item stands for. */
const item = 'FRENCHPRESS-1L';
const unknownSku = 'COF-XMAS-250';
let world: CliWorld;

beforeAll(async () => {
  world = await openCliWorld({ orders: 60, daysPassed: 12 });
  const { code, stderr } = await world.mlc('sync --quiet');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

afterAll(() => world.close());

/** `mlc mapping …`; words with blanks in them stay whole. */
function mapping(...words: string[]): Promise<CliResult> {
  return runCli(['mapping', ...words], { cwd: world.folder, environment: world.environment() });
}

async function answer(...words: string[]) {
  const { code, stdout, stderr } = await mapping(...words, '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

function write(name: string, ...lines: string[]): string {
  writeFileSync(join(world.folder, name), `${lines.join('\n')}\n`);
  return name;
}

async function standing(): Promise<Record<string, unknown>> {
  const { mappings } = await answer('list', '--kind', 'sku');
  return Object.fromEntries(
    mappings.map(({ source, target }: { source: string; target: unknown }) => [source, target]),
  );
}

describe('mlc mapping set', () => {
  it('says what stood and what stands, and keeps the factor until another one is given', async () => {
    const first = await mapping(
      'set',
      'sku',
      'PACK',
      item,
      '--factor',
      '12',
      '--because',
      'a dozen',
    );
    const second = await mapping('set', 'sku', 'PACK', 'GRINDER-HAND', '--offline');
    const third = await mapping('set', 'sku', 'PACK', item, '--factor', '6');

    expect(first.stdout).toContain(`SKU PACK: nothing → ${item} × 12\n`);
    expect(second.stdout).toContain(`SKU PACK: ${item} × 12 → GRINDER-HAND × 12\n`);
    expect(second.stdout).toContain('The factor 12 was kept.');
    expect(third.stdout).toContain(`SKU PACK: GRINDER-HAND × 12 → ${item} × 6\n`);
    expect(await standing()).toMatchObject({ PACK: { item, factor: '6' } });
  });

  it('refuses what Infor does not have, unless it is not asked', async () => {
    const { code, stderr } = await mapping('set', 'sku', 'GHOST', 'NO-SUCH-ITEM');

    expect(code).toBe(2);
    expect(stderr).toContain('item NO-SUCH-ITEM does not exist in Infor');
    expect(await standing()).not.toHaveProperty('GHOST');
    expect((await mapping('set', 'sku', 'GHOST', 'NO-SUCH-ITEM', '--offline')).code).toBe(0);
    expect(await standing()).toHaveProperty('GHOST');
    await mapping('remove', 'sku', 'GHOST');
  });

  it('wants to know how many pieces a case holds', async () => {
    const { code, stderr } = await mapping('set', 'sku', 'MUG@CS', item);

    expect(code).toBe(2);
    expect(stderr).toContain('give --factor');
  });

  it('refuses a beginning in the past, and takes one in the future', async () => {
    const past = await mapping('set', 'sku', 'LATER', item, '--from', '2020-01-01');
    const future = await answer('set', 'sku', 'LATER', item, '--from', '2090-01-01');

    expect(past.code).toBe(2);
    expect(past.stderr).toContain('cannot begin in the past');
    expect(future).toMatchObject({ change: 'added', validFromMs: Date.parse('2090-01-01') });
    const { stdout } = await mapping('list', '--kind', 'sku');
    expect(stdout).toMatch(/LATER .* from 2090-01-01 00:00:00Z/);
    await mapping('remove', 'sku', 'LATER');
  });

  it('names each wrong value with what is allowed', async () => {
    const { code, stderr } = await mapping('set', 'centre', '999', '--warehouse', 'toolong');

    expect(code).toBe(2);
    expect(stderr).toContain('warehouse: "toolong"; allowed is a warehouse code');
    expect(stderr).toContain('timeZone: nothing was given');
    expect(stderr).toContain('A new centre needs --name, --warehouse, --facility and --time-zone.');
  });

  it('keeps of a centre what is not said', async () => {
    const { after, before } = await answer('set', 'centre', '8', '--name', 'Cicero, hall 2');

    expect(after).toEqual({ ...before, name: 'Cicero, hall 2' });
    await mapping('remove', 'centre', '8');
  });

  it('takes accounts, and refuses those that Infor does not have', async () => {
    const wrong = await mapping('set', 'account', 'Storage', '--debit', '9999', '--credit', '1');
    const { after } = await answer('set', 'account', 'Storage', '--type', 'refund', '--skip', 'no');

    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('dimension 1, value 9999, does not exist');
    expect(after).toEqual({ debit: '', credit: '', skip: 'no' });
    await mapping('remove', 'account', 'Storage', '--type', 'refund');
  });
});

describe('mlc mapping list', () => {
  it('shows who said what, and with --all what stood before', async () => {
    await mapping('set', 'sku', 'SEEN', item, '--because', 'a test');

    const { stdout } = await mapping('list');
    const all = await answer('list', '--kind', 'sku', '--all');

    expect(stdout).toMatch(/^KIND +LIST +SOURCE +STANDS FOR +STANDING +SAID BY\n/);
    expect(stdout).toMatch(/^sku +– +SEEN +FRENCHPRESS-1L +in force +\S+, .*Z: a test$/m);
    expect(stdout).toContain('configuration: lookups.customers');
    const pack = all.mappings.filter(({ source }: { source: string }) => source === 'PACK');
    expect(pack.map((one: { standing: string }) => one.standing)).toEqual([
      'ended',
      'ended',
      'inForce',
    ]);
    await mapping('remove', 'sku', 'SEEN');
  });

  it('refuses a kind that there is not', async () => {
    expect(await mapping('list', '--kind', 'colour')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are sku, customer, supplier, centre, account'),
    });
  });
});

describe('mlc mapping remove', () => {
  it('says what decides now, and that there is nothing the second time', async () => {
    await mapping('set', 'customer', 'Orders@CornerCafe.example', 'B2B002', '--offline');

    const first = await mapping('remove', 'customer', 'orders@cornercafe.example');
    const second = await mapping('remove', 'customer', 'orders@cornercafe.example');

    expect(first.stdout).toContain('B2B002 → B2B001, as the configuration says');
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('no mapping of') });
  });
});

describe('mlc mapping import', () => {
  it('shows the difference and does nothing, until it is told to', async () => {
    const file = write(
      'new.csv',
      'kind,source,item,factor',
      `sku,PACK,${item},24`,
      `sku,B,${item},1`,
    );
    const before = await standing();

    const shown = await mapping('import', file);
    expect(shown.stdout).toMatch(
      /^changed +sku +– +PACK +FRENCHPRESS-1L × 6 +FRENCHPRESS-1L × 24$/m,
    );
    expect(shown.stdout).toContain('1 added, 1 changed, 0 removed, 0 the same.');
    expect(shown.stdout).toContain('Nothing was applied');
    expect(await standing()).toEqual(before);

    const applied = await answer('import', file, '--apply');
    expect(applied).toMatchObject({ applied: true, added: 1, changed: 1 });
    expect(await standing()).toMatchObject({ PACK: { factor: '24' }, B: { factor: '1' } });
    expect(await answer('import', file, '--apply')).toMatchObject({ same: 2, changes: [] });
  });

  it('applies nothing of a file with a wrong line, and names every mistake', async () => {
    const file = write(
      'wrong.csv',
      'kind;source;item;factor;code;list',
      `sku;GOOD;${item};1;;`,
      `sku;BAD;lower;0;;`,
      `sku;GOOD;${item};2;;`,
      'customer;a@b.example;;;WEB001;nolist',
    );

    const { code, stdout, stderr } = await mapping('import', file, '--apply');

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('3 mistakes in wrong.csv: nothing was applied');
    expect(stderr).toContain('line 3, item: "lower"');
    expect(stderr).toContain('line 3, factor: "0"');
    expect(stderr).toContain('line 4, source: "GOOD"; allowed is each source once');
    expect(await standing()).not.toHaveProperty('GOOD');
    const fits = write('list.csv', 'kind,list,source,code', 'customer,nolist,a@b.example,WEB001');
    expect((await mapping('import', fits)).stderr).toContain('line 2, list: "nolist"');
  });

  it('--prune removes what the file does not name, of its kinds alone', async () => {
    await mapping('set', 'customer', 'keep@b.example', 'WEB001', '--offline');
    const file = write('prune.csv', 'kind,source,item,factor', `sku,PACK,${item},24`);

    const { changes } = await answer('import', file, '--apply', '--prune');

    expect(changes).toMatchObject([{ change: 'removed', source: 'B', before: { item } }]);
    const { mappings } = await answer('list');
    const sources = mappings.map(({ source }: { source: string }) => source);
    expect(sources).toContain('keep@b.example');
    expect(sources).not.toContain('B');
  });
});

describe('mlc mapping export', () => {
  it('refuses a file in another alphabet than UTF-8 instead of storing letters nobody wrote', async () => {
    const before = await standing();
    const file = 'latin.csv';
    writeFileSync(
      join(world.folder, file),
      `kind;source;item\r\nsku;CAF\u00c9;${item}\r\n`,
      'latin1',
    );

    const { code, stderr } = await mapping('import', file, '--apply');

    expect(code).toBe(2);
    expect(stderr).toContain('latin.csv is not written in UTF-8');
    expect(stderr).toContain('CSV UTF-8');
    expect(await standing()).toEqual(before);
  });

  it('writes what import reads, and no formula', async () => {
    const before = await standing();
    const cells = ["'=1+1", "'-MINUS", "'@AT", "''=QUOTED", '"A,B"', '-5'];
    const odd = write(
      'odd.csv',
      'kind,source,item,factor',
      ...cells.map((cell) => `sku,${cell},${item},2`),
    );
    await answer('import', odd, '--apply');
    const present = await standing();

    await mapping('export', 'all.csv', '--kind', 'sku');
    const { stdout } = await mapping('export', '--kind', 'sku');

    const sources = Object.keys(present).filter((source) => !(source in before));
    expect(sources.sort()).toEqual(['=1+1', '-MINUS', '@AT', "'=QUOTED", 'A,B', '-5'].sort());
    expect(stdout).toContain(`sku,,'=1+1,${item},2\n`);
    expect(stdout).not.toMatch(/(^|,)"?[=@]/m);
    const path = join(world.folder, 'all.csv');
    expect(readFileSync(path, 'utf8')).toBe(stdout);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await answer('import', 'all.csv', '--prune')).toMatchObject({ changes: [] });
  });
});

describe('mlc mapping check', () => {
  it('says how many shipped SKUs stand for an item, and which would be flagged', async () => {
    const { code, stdout } = await mapping('check', '--days', '30');

    expect(code).toBe(0);
    expect(stdout).toMatch(/\d+ SKUs shipped in the last 30 days, in \d+ orders: \d+ stand for/);
    expect(stdout).toMatch(/^COF-XMAS-250 +1 +1 +UNKNOWN_ITEM /m);
    expect(stdout).toMatch(/^customer +po@brightwater.example .* customer B2B005 is stopped$/m);
    expect(stdout).toMatch(/Used by nothing in the last 30 days: .*customer keep@b.example/);
    expect((await mapping('check', '--fail-on-flagged')).code).toBe(3);
  });

  it('knows better once the SKU is mapped', async () => {
    const before = await answer('check');
    await mapping('set', 'sku', unknownSku, item);

    const after = await answer('check');

    expect(after.resolved).toBe(before.resolved + 1);
    expect(after.wouldFlag).toEqual([]);
    await mapping('remove', 'sku', unknownSku);
  });
});

describe('a mapping and the next run', () => {
  it('clears what waited for it, and the doctor sees it', async () => {
    const { stdout: flagged } = await world.mlc('flagged list --reason UNKNOWN_ITEM --json');
    const waiting = JSON.parse(flagged).flags.find(
      ({ cause }: { cause: string }) => cause === `item:${unknownSku}`,
    );
    await mapping('set', 'sku', unknownSku, item, '--factor', '2');
    world.advance(2 * minuteMs);

    const { code } = await world.mlc('sync --quiet');

    expect(code).toBe(0);
    const { stdout } = await world.mlc('flagged list --json');
    const left = JSON.parse(stdout).flags.map(({ cause }: { cause: string }) => cause);
    expect(left).not.toContain(`item:${unknownSku}`);
    const { orders } = world.sandbox.inforSandbox.world.books();
    const key = `SB${waiting.record.id}`;
    const ordered = orders.find(({ yourReference }) => yourReference === key);
    const lines = ordered?.lines.map((line) => `${line.quantity} of ${line.item}`) ?? [];
    expect(lines).toContain(`2 of ${item}`);
    world.advance(2 * minuteMs);
    expect((await world.mlc('doctor')).stdout).toMatch(/set by command +\d+ mappings in force/);
  }, 120_000);
});
