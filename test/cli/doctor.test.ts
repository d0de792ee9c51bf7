import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../../src/runtime/clock.ts';
import { deriveKeys, loadKey } from '../../src/runtime/key.ts';
import { openStore } from '../../src/store/open.ts';
import { type CliWorld, callCounts, callsSince, openCliWorld } from '../support/cli-world.ts';

let world: CliWorld | null = null;

afterEach(async () => {
  await world?.close();
  world = null;
});

async function open(daysPassed = 7): Promise<CliWorld> {
  world = await openCliWorld({ orders: 40, daysPassed });
  return world;
}

interface Line {
  area: string;
  name: string;
  state: string;
  what: string;
  means: string;
  mend: string;
}

async function examined(given: CliWorld, args = '', environment: Record<string, string> = {}) {
  const { code, stdout, stderr } = await given.mlc(`doctor --json ${args}`, { environment });
  const report: { ok: boolean; problems: number; warnings: number; checks: Line[] } =
    JSON.parse(stdout);
  const of = (state: string) => report.checks.filter((line) => line.state === state);
  return { code, stderr, report, problems: of('problem'), warnings: of('warning'), of };
}

const isRead = (name: string) => /^[A-Z0-9]+\/(Get|Lst|List|Sel)[A-Z]?/.test(name);

describe('mlc doctor where all is well', () => {
  it('finds no problem, exits 0, and writes on neither side', async () => {
    const given = await open();
    const before = callCounts(given);

    const { code, report, problems, of } = await examined(given);

    const after = callCounts(given);
    const asked = Object.keys(callsSince(before.infor, after.infor));
    expect(problems).toEqual([]);
    expect(code).toBe(0);
    expect(report.ok).toBe(true);
    expect(of('ok').length).toBeGreaterThan(25);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !isRead(name))).toEqual([]);
    expect(Object.keys(callsSince(before.shipbob, after.shipbob)).sort()).toEqual(
      expect.arrayContaining(['GET /channel', 'GET /location', 'GET /order', 'GET /receiving']),
    );
  });

  it('works while another run holds the lease, and leaves the audit trail as it was', async () => {
    const given = await open();
    const clock = createClock({});
    const { master } = await loadKey({ environment: {}, configDir: given.folder });
    const auditKey = deriveKeys(master).audit;
    const store = await openStore({ path: given.database, auditKey, clock, create: 'no' });
    const request = { owner: 'the schedule', nowMs: clock.now(), ttlMs: 120_000 };
    await store.acquireLease({ ...request, command: 'sync all' });
    const before = await store.auditHead();

    const { code, report, problems } = await examined(given);

    const after = await store.auditHead();
    await store.close();
    expect(problems).toEqual([]);
    expect(code).toBe(0);
    expect(report.checks.find(({ name }) => name === 'lease')?.what).toContain('the schedule');
    expect(report.checks.find(({ name }) => name === 'coverage')?.what).toContain('orders');
    expect(after).toEqual(before);
  });

  it('calls nobody with --offline', async () => {
    const given = await open();
    const before = callCounts(given);

    const { code, report } = await examined(given, '--offline');

    const after = callCounts(given);
    expect(code).toBe(0);
    expect(report.checks.some(({ area }) => area === 'database')).toBe(true);
    expect(report.checks.some(({ area }) => area === 'ShipBob')).toBe(false);
    expect(callsSince(before.shipbob, after.shipbob)).toEqual({});
    expect(callsSince(before.infor, after.infor)).toEqual({});
  });

  it('speaks to people in groups and ends with the count', async () => {
    const given = await open();

    const { stdout } = await given.mlc('doctor', { environment: { LANG: 'C.UTF-8' } });
    const plain = await given.mlc('doctor --offline', {
      environment: { LANG: 'C.UTF-8', NO_COLOR: '1' },
    });

    expect(stdout).toMatch(/^database\n {2}✓ disk/m);
    expect(stdout).toMatch(/^mapping\n.*set by command.*\n {2}! coverage +\d+ of \d+ orders/m);
    expect(stdout).toMatch(/SKU \S+ is neither an item number nor an alias/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^0 problems, \d+ warnings, \d+ not checked$/,
    );
    expect(plain.stdout).toMatch(/^ {2}ok +lease/m);
    expect(plain.stdout).not.toMatch(/[✓✗]/);
  });
});

describe('mlc doctor with things wrong on purpose', () => {
  it('names all of them at once, each with its mend', async () => {
    const given = await open();
    const { shipbobSandbox, inforSandbox, week } = given.sandbox;
    // 1. A program that the service user may not run. 2. A subscription that ShipBob gave up.
    inforSandbox.world.setTenant({ forbiddenPrograms: ['MWS411MI'] });
    shipbobSandbox.world.state.subscriptions.push({
      id: '77',
      topics: ['order.shipped'],
      url: 'https://hooks.example.com/shipbob',
      description: null,
      secret: `whsec_${'a'.repeat(32)}`,
      enabled: false,
      createdAtMs: 0,
    });
    // 3. A warehouse and 4. an order type that M3 does not have.
    const config = readFileSync(given.files.config, 'utf8');
    writeFileSync(
      given.files.config,
      config
        .replaceAll('warehouse: MOV', 'warehouse: NOP')
        .replaceAll('orderType: C02', 'orderType: C99'),
    );
    // 5. A token without receiving_read. 6. A clock that is ten minutes ahead. 7. Unmapped SKUs.
    shipbobSandbox.grantToken('pat-no-receiving', 'Doctor', [
      ...(week.shipbob.tokens[0]?.scopes ?? []).filter((scope) => scope !== 'receiving_read'),
    ]);

    const { code, problems, warnings } = await examined(given, '', {
      MLC_SECRET_SHIPBOB_TOKEN: 'pat-no-receiving',
      MLC_CLOCK_OFFSET: '10m',
    });

    const found = problems.map(({ what }) => what);
    expect(found).toEqual([
      'The ShipBob token may not use GET /receiving.',
      expect.stringMatching(/^MWS411MI\/LstDelLnByOrd refused to read: XAU0008/),
      expect.stringMatching(/^warehouse NOP of .* does not exist in Infor$/),
      'customer order type C99 does not exist in Infor',
      expect.stringMatching(/^our clock is 10 min ahead of ShipBob/),
      expect.stringMatching(/^our clock is 10 min ahead of Infor/),
    ]);
    expect(warnings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'ShipBob has disabled subscription 77 to https://hooks.example.com/shipbob',
        expect.stringMatching(/SKU \S+ is neither an item number nor an alias in Infor/),
      ]),
    );
    expect(problems.every(({ mend }) => mend.length > 10)).toBe(true);
    expect(problems.find(({ what }) => what.startsWith('MWS411MI'))?.mend).toContain('SES400');
    expect(problems.find(({ what }) => what.includes('clock'))?.mend).toContain('NTP');
    expect(code).toBe(5);
  });

  it('names a wrong division, and leaves out what cannot be asked then', async () => {
    const given = await open();
    given.configure((config) => {
      config.infor.division = 'BBB';
    });

    const { code, problems, of } = await examined(given);

    expect(code).toBe(2);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ area: 'Infor', name: 'Infor login' });
    expect(problems[0]?.mend).toContain('division');
    expect(of('unchecked').map(({ name }) => name)).toContain('authority');
  });

  it('still looks at Infor when ShipBob refuses the token', async () => {
    const given = await open();

    const { code, problems, report } = await examined(given, '', {
      MLC_SECRET_SHIPBOB_TOKEN: 'pat-nobody',
    });

    expect(code).toBe(5);
    expect(problems.map(({ name }) => name)).toEqual(['ShipBob login']);
    expect(report.checks.find(({ name }) => name === 'authority')?.state).toBe('ok');
    expect(report.checks.find(({ name }) => name === 'coverage')?.state).toBe('unchecked');
  });

  it('looks at both sides without a database when the credentials are in the environment', async () => {
    const given = await openCliWorld({ orders: 10, stage: 'bare' });
    world = given;

    const { code, problems, report } = await examined(given, '', {
      MLC_KEY: Buffer.alloc(32, 7).toString('base64'),
      MLC_SECRET_SHIPBOB_TOKEN: given.sandbox.shipbob.token,
      MLC_SECRET_INFOR_IONAPI: JSON.stringify(given.sandbox.infor.ionapi),
    });

    const stateOf = (name: string) => report.checks.find((line) => line.name === name)?.state;
    expect(code).toBe(2);
    expect(problems.map(({ name, mend }) => [name, mend.includes('mlc init')])).toEqual([
      ['intact', true],
    ]);
    expect([stateOf('ShipBob login'), stateOf('Infor login')]).toEqual(['ok', 'ok']);
    expect(stateOf('coverage')).toBe('warning');
  });

  it('says in one line that there is no configuration, and exits 2', async () => {
    const given = await openCliWorld({ orders: 10, stage: 'bare' });
    world = given;

    const { code, problems } = await examined(given, '--config nowhere.yaml');

    expect(code).toBe(2);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.name).toBe('file');
  });

  it('tells each mistake of a configuration with its line', async () => {
    const given = await open();
    given.configure((config) => {
      config.infor.divison = 'AAA';
    });

    const { code, problems } = await examined(given);

    expect(code).toBe(2);
    expect(problems[0]?.what).toMatch(/line \d+: infor\.divison/);
  });

  it('leaves a database of an older mlc as it is', async () => {
    const given = await openCliWorld({ orders: 5, stage: 'bare' });
    world = given;
    await given.mlc('init');
    const path = join(given.folder, 'mlc.db');
    const file = new Database(path);
    file.exec('delete from migration where number > 1; drop table inbox');
    file.close();

    const { stdout, code } = await given.mlc('doctor --offline');

    const after = new Database(path, { readonly: true });
    const versions = after.prepare('select count(*) from migration').pluck().get();
    after.close();
    expect({ code, versions }).toEqual({ code: 2, versions: 1 });
    expect(stdout).toContain('it upgrades the database');
  });

  it('calls a damaged database by its name and exits 1', async () => {
    const given = await open();
    const bytes = readFileSync(given.database);
    bytes.fill(0x5a, 8192, 40_960);
    writeFileSync(given.database, bytes);

    const { code, problems, of } = await examined(given, '--offline');

    expect(code).toBe(1);
    expect(problems[0]).toMatchObject({ area: 'database', name: 'intact' });
    expect(problems[0]?.mend).toContain('restore the last backup');
    expect(of('unchecked').map(({ name }) => name)).toContain('opens');
  });
});
