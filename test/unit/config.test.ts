import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Problem } from '../../src/core/problem.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { defaultsYaml } from '../../src/runtime/config-defaults.ts';
import { variableOf } from '../../src/runtime/config-environment.ts';
import { configJsonSchema, configSchema, settingPaths } from '../../src/runtime/config-schema.ts';
import { packageRoot } from '../../src/runtime/package.ts';

const minimal = `
infor: { company: 100, division: AAA, partner: WS, receipt: { messageType: WMS } }
centres:
  - { id: 10, name: Moreno Valley, warehouse: 001, facility: A01, timeZone: America/Los_Angeles }
orders: { defaultCentre: 10 }
`;

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-config-'));
  writeFileSync(join(folder, 'sync.config.yaml'), text);
  return folder;
}

function load(text: string, environment: Record<string, string> = {}) {
  return loadConfig({ path: null, cwd: folderWith(text), environment });
}

async function refusal(text: string, environment: Record<string, string> = {}): Promise<Problem> {
  try {
    await load(text, environment);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
  throw new Error('the configuration was accepted');
}

function lineNamed(problem: Problem, path: string): string {
  return (
    problem.message.split('\n').find((line) => line.includes(` ${path}: `)) ?? '(no such line)'
  );
}

describe('a configuration file', () => {
  it('is found in the working folder and nowhere above it', async () => {
    const folder = folderWith(minimal);
    const inner = mkdtempSync(join(folder, 'inner-'));

    const found = await loadConfig({ path: null, cwd: folder, environment: {} });
    const notFound = loadConfig({ path: null, cwd: inner, environment: {} });

    expect(found.filePath).toBe(join(folder, 'sync.config.yaml'));
    await expect(notFound).rejects.toMatchObject({ code: 'CONFIG_MISSING' });
  });

  it.each([
    ['names an anchor that is not there', 'database: *nowhere\n'],
    [
      'unfolds into millions of values',
      Array.from({ length: 12 }, (_, level) => {
        const of = level === 0 ? '"x"' : `*a${level - 1}`;
        return `a${level}: &a${level} [${Array(10).fill(of).join(',')}]\n`;
      }).join(''),
    ],
  ])('that %s is refused as YAML', async (_, text) => {
    const problem = await refusal(text);

    expect(problem).toMatchObject({ code: 'CONFIG_NOT_YAML', kind: 'configuration' });
  });

  it('names its database relative to itself', async () => {
    const folder = folderWith(`${minimal}database: data/books.db\n`);

    const config = await loadConfig({
      path: join(folder, 'sync.config.yaml'),
      cwd: '/',
      environment: {},
    });

    expect(config.database).toBe(join(folder, 'data', 'books.db'));
  });

  it('keeps the leading zeros of codes', async () => {
    const config = await load(minimal);

    expect(config.settings.centres[0]?.warehouse).toBe('001');
  });

  it('turns human units into milliseconds', async () => {
    const config = await load(
      `${minimal}sync: { overlap: 90s, windowMax: 2d, startFrom: 2026-11-01T00:00:00-08:00 }\n` +
        'posting: { unknown: { quiet: 5.5m } }\nlimits: { flaggedShareMax: 25% }\n',
    );

    expect(config.settings.sync.overlapMs).toBe(90_000);
    expect(config.settings.sync.windowMsMax).toBe(172_800_000);
    expect(config.settings.sync.startFromMs).toBe(Date.parse('2026-11-01T08:00:00Z'));
    expect(config.settings.posting.unknown.quietMs).toBe(330_000);
    expect(config.settings.limits.flaggedShareMax).toBe(0.25);
  });

  it('turns rules into routes, first to last', async () => {
    const config = await load(`
infor: { company: 100, division: AAA, partner: WS, receipt: { messageType: WMS },
         issue: { messageType: WMS }, purchaseOrders: { requester: MLC, origin: MLC } }
centres:
  - { id: 10, name: Moreno Valley, warehouse: 001, facility: A01, timeZone: America/Los_Angeles }
lookups: { customers: { a@b.example: BIGBOX } }
orders:
  defaultCentre: 10
  rules:
    - when: { type: [DTC, DropShip], channel: 432951 }
      as: salesOrder
      customer: WEB001
      orderType: C01
    - when: { type: B2B }
      as: salesOrder
      customer: { lookup: customers, by: recipient.email }
    - when: { tag: { REPLENISH: "1" } }
      as: purchaseOrder
      supplier: SB0001
    - when: {}
      as: flag
`);

    const [web, wholesale, replenish, rest] = config.settings.orders.rules;
    expect(web?.when).toMatchObject({ type: ['DTC', 'DropShip'], channel: ['432951'], tag: null });
    expect(web?.route).toMatchObject({ customer: { fixed: 'WEB001' }, orderType: 'C01' });
    expect(wholesale?.when.type).toEqual(['B2B']);
    expect(wholesale?.route).toMatchObject({
      customer: { lookup: 'customers', by: 'recipient.email' },
    });
    expect(replenish?.route).toMatchObject({ as: 'purchaseOrder', supplier: { fixed: 'SB0001' } });
    expect(rest).toMatchObject({ when: { type: null }, route: { as: 'flag' } });
  });
});

describe('the customers that orders may be for', () => {
  it('are those that rules name and those in the tables they look in, once each', async () => {
    const { infor } = await load(`
infor: { company: 100, division: AAA, partner: WS, receipt: { messageType: WMS },
         issue: { messageType: WMS }, purchaseOrders: { requester: MLC, origin: MLC } }
centres:
  - { id: 10, name: Moreno Valley, warehouse: 001, facility: A01, timeZone: America/Los_Angeles }
lookups:
  customers: { a@b.example: WEB002, c@d.example: WEB001 }
  suppliers: { e@f.example: SB0001 }
orders:
  defaultCentre: 10
  rules:
    - { when: { type: DTC }, as: salesOrder, customer: WEB001 }
    - when: { type: B2B }
      as: salesOrder
      customer: { lookup: customers, by: recipient.email }
    - { when: {}, as: purchaseOrder, supplier: { lookup: suppliers, by: recipient.email } }
`);

    expect(infor.m3.customers).toEqual(['WEB001', 'WEB002']);
  });
});

describe('a wrong configuration', () => {
  it('is answered with every mistake at once, each with its line', async () => {
    const problem = await refusal(`shipbob:
  pagesize: 200
  timeout: 60
infor: { company: 1000, division: AAA, partner: WS, receipt: { messageType: WMS } }
centres:
  - id: 10
    name: Moreno Valley
    warehouse: 0001
    facility: A01
    timeZone: America/Los_Angles
orders:
  defaultCentre: 10
  rules:
    - when: { chanel: 3 }
      as: salesorder
`);

    expect(problem.kind).toBe('configuration');
    expect(problem.evidence.mistakes).toBe('6');
    expect(lineNamed(problem, 'shipbob.pagesize')).toMatch(/line 2: .*Did you mean pageSize\?/);
    expect(lineNamed(problem, 'shipbob.timeout')).toMatch(/line 3: .*found "60".*such as .*90s/);
    expect(lineNamed(problem, 'infor.company')).toMatch(/line 4: .*"1000".*from 1 to 999/);
    expect(lineNamed(problem, 'centres[0].warehouse')).toMatch(/line 8: .*"0001".*1 to 3 char/);
    expect(lineNamed(problem, 'centres[0].timeZone')).toMatch(/line 10: .*America\/Los_Angeles\?/);
    expect(lineNamed(problem, 'orders.rules[0].as')).toMatch(/line 15: .*mean salesOrder\?/);
  });

  it('is told which alternative of a value it misses', async () => {
    const problem = await refusal(
      minimal.replace(
        'orders: {',
        'orders: { rules: [{ as: salesOrder, customer: { lookup: x, bye: recipient.email } }],',
      ),
    );

    expect(lineNamed(problem, 'orders.rules[0].customer.bye')).toContain('Did you mean by?');
    expect(lineNamed(problem, 'orders.rules[0].customer.by')).toContain('found nothing');
  });

  it.each([
    ['a start without its zone', 'sync: { startFrom: 2026-11-01T00:00:00 }', 'sync.startFrom'],
    ['a day that does not exist', 'shipments: { firstOpenDay: 2026-02-30 }', 'firstOpenDay'],
    ['plain http to another host', 'shipbob: { baseUrl: http://api.x.example }', 'baseUrl'],
    ['a token in an address', 'shipbob: { baseUrl: "https://a:b@x.example" }', 'baseUrl'],
    ['six cron fields', 'schedule: { runs: [{ cron: "* * * * * *" }] }', 'schedule.runs[0].cron'],
    ['an unbalanced pattern', 'receiving: { purchaseOrder: { pattern: "(" } }', 'pattern'],
    ['a missing group', 'receiving: { purchaseOrder: { pattern: a, group: 1 } }', '.group'],
    ['costs without rules', 'sync: { streams: { costs: true } }', 'costs.rules'],
    ['a quiet period below the gateway’s', 'posting: { unknown: { quiet: 5s } }', 'unknown.quiet'],
    ['an empty section', 'costs:', 'costs'],
    ['a share above one', 'limits: { flaggedShareMax: 1.5 }', 'limits.flaggedShareMax'],
    [
      'an age for what is not packed',
      'history: { packAfter: null, keepExchanges: 40d }',
      'packAfter',
    ],
    ['an age before the packing', 'history: { packAfter: 50d, keepExchanges: 40d }', 'packAfter'],
    ['an amount of zero', 'limits: { amountMax: 0.00 }', 'limits.amountMax'],
  ])('refuses %s', async (_what, extra, path) => {
    const problem = await refusal(`${minimal}${extra}\n`);

    expect(problem.code).toBe('CONFIG_INVALID');
    expect(problem.evidence.mistakes).toMatch(/^[12]$/);
    expect(problem.message).toContain(path);
  });

  it('is checked for what its settings need of one another', async () => {
    const problem = await refusal(`
infor: { company: 100, division: AAA }
centres:
  - { id: 10, name: A, warehouse: 001, facility: A01, timeZone: UTC, bookAs: 10 }
  - { id: 10, name: B, warehouse: 001, facility: A01, timeZone: UTC }
orders:
  defaultCentre: 11
  prices: shipbob
  rules:
    - as: flag
    - as: purchaseOrder
      supplier: { lookup: suppliers, by: channel.id }
`);

    for (const path of [
      'centres[0].bookAs',
      'centres[1].id',
      'orders.defaultCentre',
      'orders.currency',
      'orders.rules[0].when',
      'orders.rules[1].supplier.lookup',
      'infor.partner',
      'infor.receipt.messageType',
      'infor.purchaseOrders.requester',
      'infor.purchaseOrders.origin',
    ]) {
      expect(problem.message).toContain(` ${path}: `);
    }
  });

  it('is told where its YAML breaks', async () => {
    const problem = await refusal('a: 1\nb: [1\nc: 2\na: 3\n');

    expect(problem.code).toBe('CONFIG_NOT_YAML');
    expect(problem.message).toMatch(/line [23]: /);
  });

  it('may not give a setting twice', async () => {
    const problem = await refusal(`${minimal}database: a.db\ndatabase: b.db\n`);

    expect(problem.code).toBe('CONFIG_NOT_YAML');
  });
});

describe('settings from the environment', () => {
  it('win over the file, whatever their case', async () => {
    const config = await load(`${minimal}shipbob: { pageSize: 100, timeout: 10s }\n`, {
      MLC_SHIPBOB__BASE_URL: 'http://127.0.0.1:4010/',
      mlc_shipbob__PageSize: '50',
      MLC_SHIPBOB__CHANNELS: '[1, 2]',
      MLC_LOG: 'debug,json',
    });

    expect(config.shipbob).toMatchObject({
      baseUrl: 'http://127.0.0.1:4010',
      pageSize: 50,
      timeoutMs: 10_000,
      channels: ['1', '2'],
    });
    expect(config.log).toEqual({ level: 'debug', format: 'json' });
  });

  it('are enough without any file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlc-config-'));

    const config = await loadConfig({
      path: null,
      cwd: folder,
      environment: {
        MLC_DATABASE: 'ci.db',
        MLC_INFOR: '{company: 100, division: "", partner: WS, receipt: {messageType: WMS}}',
        MLC_INFOR__LANGUAGE: 'DE',
        MLC_CENTRES: '[{id: 10, name: A, warehouse: 001, facility: A01, timeZone: UTC}]',
        MLC_ORDERS__DEFAULT_CENTRE: '10',
      },
    });

    expect(config.filePath).toBeNull();
    expect(config.database).toBe(join(folder, 'ci.db'));
    expect(config.infor).toMatchObject({ company: 100, division: '', language: 'DE' });
    expect(config.settings.centres[0]?.warehouse).toBe('001');
  });

  it('are refused when misspelt or wrong, naming the variable', async () => {
    const problem = await refusal(minimal, {
      MLC_SHIPBOB__BASE_ULR: 'x',
      MLC_DATABSE: 'x',
      MLC_SHIPBOB__PAGE_SIZE: '0',
      MLC_SECRET_ANYTHING: 'not a setting',
      MLC_CRASH_AT: 'not a setting',
    });

    expect(problem.evidence.mistakes).toBe('3');
    expect(problem.message).toContain('Did you mean MLC_SHIPBOB__BASE_URL?');
    expect(problem.message).toContain('Did you mean MLC_DATABASE?');
    expect(problem.message).toMatch(/MLC_SHIPBOB__PAGE_SIZE: shipbob\.pageSize: found "0"/);
  });

  it('have one variable each', () => {
    const paths = settingPaths();
    const variables = new Set(paths.map((path) => variableOf(path).replaceAll('_', '')));

    expect(paths.length).toBeGreaterThan(80);
    expect(variables.size).toBe(paths.length);
  });
});

describe('the files beside the schema', () => {
  const read = (name: string) => readFileSync(join(packageRoot(), name), 'utf8');

  it('config/default.yaml holds every setting with the default that the schema has', () => {
    const given = read('config/default.yaml');
    const required = {
      infor: { company: '100', division: 'AAA' },
      centres: [{ id: '1', name: 'A', warehouse: 'A', facility: 'A', timeZone: 'UTC' }],
      orders: { defaultCentre: '1' },
    };
    const written = scalarsAsText(parse(given));

    const bare = configSchema.parse(required);
    const explicit = configSchema.parse(merged(written, required));

    expect(given).toBe(defaultsYaml());
    expect(explicit).toEqual(bare);
  });

  it('config/default.yaml gives a reason for every section and setting but plain lengths', () => {
    const bare = settingPaths().filter(([section, part]) => {
      return !(section === 'infor' && part === 'addressLengths');
    });
    const lines = read('config/default.yaml').split('\n');
    const unexplained = bare.filter((path) => {
      const start = `${'  '.repeat(path.length - 1)}${path.at(-1)}:`;
      const at = lines.findIndex((line) => line.startsWith(start));
      return at < 1 || !(lines[at - 1] ?? '').trim().startsWith('#');
    });

    expect(unexplained).toEqual([]);
  });

  it('config/schema.json is what the schema generates', () => {
    expect(JSON.parse(read('config/schema.json'))).toEqual(
      JSON.parse(JSON.stringify(configJsonSchema())),
    );
  });

  it('sync.config.example.yaml loads and points editors at the schema', async () => {
    const path = join(packageRoot(), 'sync.config.example.yaml');

    const config = await loadConfig({ path, cwd: packageRoot(), environment: {} });

    expect(read('sync.config.example.yaml').split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./config/schema.json',
    );
    expect(config.settings.orders.rules.map((rule) => rule.route.as)).toEqual([
      'issueOnly',
      'purchaseOrder',
      'salesOrder',
      'salesOrder',
      'skip',
      'flag',
    ]);
    expect(config.settings.centres.map((centre) => centre.warehouse)).toEqual([
      '001',
      '002',
      '002',
    ]);
    expect(config.settings.items.mapping['MUG-OLD']).toEqual({ item: 'MUG-WHITE', factor: '1' });
    expect(config.infor.m3.issue).toMatchObject({ partner: 'MLC', qualifier: '31' });
  });
});

/** As the program reads a file: numbers and booleans as text. */
function scalarsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scalarsAsText);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, scalarsAsText(inner)]),
  );
}

function merged(base: unknown, over: unknown): unknown {
  const both = [base, over].every(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
  if (!both || typeof base !== 'object' || typeof over !== 'object') return over;
  const result = new Map<string, unknown>(Object.entries(base ?? {}));
  for (const [name, inner] of Object.entries(over ?? {})) {
    result.set(name, merged(result.get(name), inner));
  }
  return Object.fromEntries(result);
}
