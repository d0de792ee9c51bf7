import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import type { MasterNeed } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import { probeIdentity } from '../../src/infor/m3/identity.ts';
import { createMasterData } from '../../src/infor/m3/master-data.ts';
import type { MiCall } from '../../src/infor/m3/mi.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { createHttp } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { InforSeed } from '../../src/sandbox/infor/seed.ts';
import { createInforSandbox } from '../../src/sandbox/infor/server.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function item(number: string, changes: Partial<InforSeed['items'][number]> = {}) {
  return {
    number,
    name: `Item ${number}`,
    status: '20' as const,
    unit: 'EA',
    decimals: 0,
    lotControlled: false,
    warehouses: [{ warehouse: '001', onHand: '100' }],
    ...changes,
  };
}

const seed: InforSeed = {
  company: 100,
  division: 'AAA',
  facility: 'F01',
  items: [
    item('COFFEE-DARK'),
    item('TEA', { status: '90', decimals: 2, lotControlled: true }),
    item('MUG', { warehouses: [] }),
  ],
  aliases: [
    { alias: '4006381333931', item: 'COFFEE-DARK', category: 2, quantity: '12' },
    { alias: 'TWICE', item: 'COFFEE-DARK', category: 1, quantity: '1' },
    { alias: 'TWICE', item: 'TEA', category: 2, quantity: '1' },
    { alias: 'FOREIGN', item: 'TEA', category: 9, quantity: '1' },
  ],
  customers: [
    { number: 'WEB001', name: 'Web shop', status: '20', stopped: false, currency: 'USD' },
    { number: 'OLD001', name: 'Old customer', status: '90', stopped: true, currency: 'EUR' },
  ],
  suppliers: [{ number: 'SUP01', name: 'Roaster', status: '20', currency: 'USD' }],
  warehouses: [{ number: '001', name: 'Cicero', facility: 'F01', location: 'RECV' }],
  accounts: [
    {
      dimension: 2,
      value: 'CC100',
      name: 'Fulfilment',
      blocked: false,
      validFrom: '20260101',
      validTo: '',
    },
    { dimension: 1, value: '4010', name: 'Stopped', blocked: true, validFrom: '', validTo: '' },
  ],
  orderTypes: ['C01'],
  reasonCodes: ['SMP'],
  purchaseOrders: [
    {
      number: '4500012',
      supplier: 'SUP01',
      warehouse: '001',
      requestedDay: '20261110',
      lines: Array.from({ length: 120 }, (_, index) => ({
        line: index + 1,
        item: 'COFFEE-DARK',
        quantity: String(index + 1),
        unit: 'EA',
      })),
    },
    {
      number: '4500013',
      supplier: 'SUP01',
      warehouse: '001',
      requestedDay: '20261111',
      lines: [{ line: 1, item: 'TEA', quantity: '2.5', unit: 'EA' }],
    },
  ],
  openPeriods: { from: '20260101', to: '20271231' },
};

async function connect(tenant: Partial<TenantModes> = {}, startAt = '2026-11-03T10:00:00Z') {
  const clock = createClock({ startAtMs: Date.parse(startAt), speed: 200 });
  const sandbox = createInforSandbox({ clock, random: seededRandom(7), seed, tenant });
  const { ionapi: file } = await sandbox.listen(0);
  const http = createHttp();
  closers.push(() => http.close());
  closers.push(() => sandbox.close());
  const ionapi = parseIonapi(JSON.stringify(file));
  if (ionapi instanceof Problem) throw ionapi;
  const tokens = createTokenSource({ http, clock, ionapi: async () => ionapi });
  const client = createMiClient({
    http,
    clock,
    random: seededRandom(8),
    log: quiet,
    tokens,
    apiBase: apiBase(ionapi),
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      timeoutMs: 5_000,
      retry: { baseMs: 100, capMs: 5_000, deadlineMs: 600_000 },
    },
  });
  const master = createMasterData({ client, clock, settings: { division: 'AAA' } });
  return { clock, sandbox, client, tokens, master };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Problem)) throw new Error('no problem was thrown');
  return thrown;
}

function head(reference: string): MiCall {
  const record = { CUNO: 'WEB001', ORTP: 'C01', FACI: 'F01', WHLO: '001', YREF: reference };
  return { transaction: 'AddBatchHead', record, columns: ['ORNO'] };
}

describe('identity', () => {
  it('is the service user in the configured company', async () => {
    const { client } = await connect();

    const identity = await probeIdentity(client, {
      company: '100',
      division: 'AAA',
      tenant: 'MLC_TST',
    });

    expect(identity).toEqual({
      company: '100',
      division: 'AAA',
      user: 'MLCUSER',
      warehouse: '001',
      facility: 'F01',
      tenant: 'MLC_TST',
    });
  });

  it.each([
    ['200', 'AAA'],
    ['100', 'BBB'],
  ])('that works elsewhere than in %s/%s is a matter of set-up', async (company, division) => {
    const { client } = await connect();

    const problem = await problemOf(probeIdentity(client, { company, division, tenant: 'T' }));

    expect([problem.code, problem.kind]).toEqual(['INFOR_COMPANY_DIFFERS', 'configuration']);
  });

  it('cannot be had with revoked credentials', async () => {
    const { client, sandbox } = await connect();
    sandbox.world.tokens.accountEnabled = false;

    const problem = await problemOf(
      probeIdentity(client, { company: '100', division: 'AAA', tenant: 'T' }),
    );

    expect(problem.code).toBe('INFOR_CREDENTIALS_REFUSED');
  });
});

describe('master data', () => {
  it('is answered in the order asked, whatever the mixture', async () => {
    const { master } = await connect();
    const needs: MasterNeed[] = [
      { kind: 'warehouse', number: '001' },
      { kind: 'item', sku: 'coffee-dark' },
      { kind: 'customer', number: 'WEB001' },
      { kind: 'item', sku: 'NOTHING' },
      { kind: 'supplier', number: 'SUP01' },
      { kind: 'item', sku: 'TEA' },
      { kind: 'warehouse', number: '099' },
      { kind: 'customer', number: 'OLD001' },
    ];

    const facts = await master(needs);

    expect(facts).toEqual([
      { kind: 'warehouse', name: 'Cicero', facility: 'F01', division: 'AAA', timeZone: 'UTC' },
      {
        kind: 'item',
        number: 'COFFEE-DARK',
        name: 'Item COFFEE-DARK',
        status: '20',
        unit: 'EA',
        decimals: 0,
        lotControlled: false,
        factor: '1',
        via: 'number',
      },
      { kind: 'customer', name: 'Web shop', active: true, stopped: false, currency: 'USD' },
      { kind: 'absent' },
      { kind: 'supplier', name: 'Roaster', active: true, currency: 'USD' },
      {
        kind: 'item',
        number: 'TEA',
        name: 'Item TEA',
        status: '90',
        unit: 'EA',
        decimals: 2,
        lotControlled: true,
        factor: '1',
        via: 'number',
      },
      { kind: 'absent' },
      { kind: 'customer', name: 'Old customer', active: false, stopped: true, currency: 'EUR' },
    ]);
  });

  it('finds an item by alias with its pack, and says when the alias is not clear', async () => {
    const { master } = await connect();
    const skus = ['4006381333931', 'TWICE', 'FOREIGN', 'a sku that is far longer than M3 can hold'];

    const [pack, twice, foreign, long] = await master(skus.map((sku) => ({ kind: 'item', sku })));

    expect(pack).toMatchObject({ number: 'COFFEE-DARK', factor: '12', via: 'alias' });
    expect(twice).toEqual({ kind: 'ambiguous', candidates: ['COFFEE-DARK × 1', 'TEA × 1'] });
    expect(foreign).toEqual({ kind: 'absent' });
    expect(long).toEqual({ kind: 'absent' });
  });

  it('knows where an item is set up', async () => {
    const { master } = await connect();

    const facts = await master([
      { kind: 'itemWarehouse', item: 'COFFEE-DARK', warehouse: '001' },
      { kind: 'itemWarehouse', item: 'MUG', warehouse: '001' },
      { kind: 'itemWarehouse', item: 'MUG', warehouse: '099' },
    ]);

    expect(facts.map(({ kind }) => kind)).toEqual(['itemWarehouse', 'absent', 'absent']);
  });

  it('knows dimensions with validity and block', async () => {
    const { master } = await connect();

    const facts = await master([
      { kind: 'dimension', dimension: 2, value: 'CC100', division: 'AAA' },
      { kind: 'dimension', dimension: 1, value: '4010', division: 'AAA' },
      { kind: 'dimension', dimension: 1, value: '9999', division: 'AAA' },
    ]);

    expect(facts).toEqual([
      {
        kind: 'dimension',
        name: 'Fulfilment',
        blocked: false,
        validFrom: '2026-01-01',
        validTo: null,
      },
      { kind: 'dimension', name: 'Stopped', blocked: true, validFrom: null, validTo: null },
      { kind: 'absent' },
    ]);
  });

  it('reads purchase orders with every line, however many', async () => {
    const { master } = await connect();

    const [large, small, none] = await master([
      { kind: 'purchaseOrder', number: '4500012' },
      { kind: 'purchaseOrder', number: '4500013' },
      { kind: 'purchaseOrder', number: '4599999' },
    ]);

    expect(large?.kind === 'purchaseOrder' && large.lines).toHaveLength(120);
    expect(small).toEqual({
      kind: 'purchaseOrder',
      supplier: 'SUP01',
      warehouse: '001',
      open: true,
      statusText: '20 printed',
      lines: [
        {
          line: '1',
          subline: '0',
          item: 'TEA',
          unit: 'EA',
          unitFactor: '1',
          requestedOn: '2026-11-11',
          ordered: '2.5',
          received: '0',
          remaining: '2.5',
          open: true,
        },
      ],
    });
    expect(none).toEqual({ kind: 'absent' });
  });

  it('is never taken for absent when it cannot be read', async () => {
    const { master, sandbox } = await connect();
    sandbox.faults.setRates({ serverErrorBefore: 1 });

    const problem = await problemOf(master([{ kind: 'item', sku: 'COFFEE-DARK' }]));

    expect(problem.kind).toBe('retryable');
  });

  it('is the same under faults as without them', async () => {
    const calm = await connect();
    const rough = await connect();
    rough.sandbox.faults.setRates({
      serverErrorBefore: 0.1,
      resetBefore: 0.1,
      truncated: 0.1,
      html: 0.1,
      terminatedBulk: 0.1,
      partialBulk: 0.1,
      rateLimited: 0.1,
    });
    // A token is renewed and the call goes on; a login that is refused ends a run, and may.
    rough.sandbox.faults.script({ match: 'MMS', kind: 'unauthorized', times: 1 });
    const needs: MasterNeed[] = ['COFFEE-DARK', 'TWICE', 'TEA', 'NONE', '4006381333931'].map(
      (sku) => ({ kind: 'item', sku }),
    );

    const expected = await calm.master(needs);
    const found = await rough.master(needs);

    expect(found).toEqual(expected);
    expect(rough.sandbox.faults.counts.size).toBeGreaterThan(0);
  });
});

describe('writes against the simulated company', () => {
  it('make one batch order each', async () => {
    const { client, sandbox } = await connect();

    const results = await client.write('OIS100MI', [[head('SB1')], [head('SB2')]]);

    expect(results.flat().map(({ result }) => result.kind)).toEqual(['ok', 'ok']);
    const held = sandbox.world.books().temporaryOrders.map((order) => order.yourReference);
    expect(held).toEqual(['SB1', 'SB2']);
  });

  it.each(['serverErrorAfter', 'gatewayTimeoutAfter', 'resetAfter', 'truncated'] as const)(
    'that took effect behind %s are unclear and not repeated',
    async (kind) => {
      const { client, sandbox } = await connect();
      sandbox.faults.script({ match: 'AddBatchHead', kind, times: 1 });

      const results = await client.write('OIS100MI', [[head('SB1')]]);

      expect(results.flat().map(({ result }) => result.kind)).toEqual(['unclear']);
      expect(sandbox.world.state.callCounts.get('OIS100MI/AddBatchHead')).toBe(1);
    },
  );

  it('refused before they were forwarded are sent again and take effect once', async () => {
    const { client, sandbox } = await connect();
    for (const kind of ['rateLimited', 'unauthorized', 'rateLimitedBare'] as const) {
      sandbox.faults.script({ match: 'AddBatchHead', kind, times: 1 });
    }

    const results = await client.write('OIS100MI', [[head('SB1')]]);

    expect(results.flat().map(({ result }) => result.kind)).toEqual(['ok']);
    expect(sandbox.world.books().temporaryOrders).toHaveLength(1);
  });

  it('go on with a new token when the old one has expired', async () => {
    const { client, clock } = await connect({ tokenLifetimeMs: 600_000 });
    await client.write('OIS100MI', [[head('SB1')]]);

    clock.advance(700_000);
    const results = await client.write('OIS100MI', [[head('SB2')]]);

    expect(results.flat().map(({ result }) => result.kind)).toEqual(['ok']);
  });

  it('refused by M3 come back with the code, also when only the text holds it', async () => {
    for (const blankErrorCodes of [false, true]) {
      const { client } = await connect({ blankErrorCodes });
      const call = head('SB1');

      const [[answer] = []] = await client.write('OIS100MI', [
        [{ ...call, record: { ...call.record, CUNO: 'NOBODY' } }],
      ]);

      expect(answer?.result.kind).toBe('nok');
      expect(answer?.result.kind === 'nok' && answer.result.code).toMatch(/^[A-Z]{3}\d{4}$/);
    }
  });
});
