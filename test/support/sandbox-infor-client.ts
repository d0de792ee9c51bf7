import { createClock } from '../../src/runtime/clock.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import type { InforSeed } from '../../src/sandbox/infor/seed.ts';
import { createInforSandbox, type InforSandbox } from '../../src/sandbox/infor/server.ts';
import type { TenantModes } from '../../src/sandbox/infor/tenant.ts';

/** A small company: one plain item, one with lots, two warehouses, one purchase order. */
export const smallCompany: InforSeed = {
  company: 100,
  division: 'AAA',
  facility: 'F01',
  items: [
    {
      number: 'MUG',
      name: 'Mug',
      status: '20',
      unit: 'PCS',
      decimals: 0,
      lotControlled: false,
      cost: '2.5',
      warehouses: [
        { warehouse: '001', onHand: '100' },
        { warehouse: '002', onHand: '10' },
      ],
    },
    {
      number: 'TEA',
      name: 'Tea',
      status: '20',
      unit: 'KG',
      decimals: 2,
      lotControlled: true,
      warehouses: [
        { warehouse: '001', onHand: '5', lot: 'L1' },
        { warehouse: '001', onHand: '5', lot: 'L2' },
      ],
    },
    {
      number: 'OLD',
      name: 'Retired',
      status: '90',
      unit: 'PCS',
      decimals: 0,
      lotControlled: false,
      warehouses: [{ warehouse: '001', onHand: '0' }],
    },
  ],
  aliases: [
    { alias: '5012345', item: 'MUG', category: 2, quantity: '6' },
    { alias: '5012345', item: 'TEA', category: 3, quantity: '1' },
    { alias: '5099999', item: 'TEA', category: 2, quantity: '1' },
  ],
  customers: [
    { number: 'WEB001', name: 'Web shop', status: '20', stopped: false, currency: 'USD' },
    { number: 'BLOCKED', name: 'Blocked', status: '90', stopped: false, currency: 'USD' },
    { number: 'STOPPED', name: 'Stopped', status: '20', stopped: true, currency: 'USD' },
  ],
  suppliers: [
    { number: 'SUP1', name: 'Potter', status: '20', currency: 'USD' },
    { number: 'SUP9', name: 'Gone', status: '90', currency: 'USD' },
  ],
  warehouses: [
    { number: '001', name: 'Main', facility: 'F01', location: 'A1' },
    { number: '002', name: 'Second', facility: 'F01', location: 'B1' },
  ],
  accounts: [
    account(1, '1400', 'Stock'),
    account(1, '2400', 'Goods received'),
    account(1, '9999', 'Blocked', { blocked: true }),
    account(2, 'CC10', 'Fulfilment'),
  ],
  orderTypes: ['C01', 'C02'],
  reasonCodes: ['DMG', 'SMP'],
  purchaseOrders: [
    {
      number: '4500012',
      supplier: 'SUP1',
      warehouse: '001',
      requestedDay: '20261201',
      lines: [
        { line: 1, item: 'MUG', quantity: '40', unit: 'PCS' },
        { line: 2, item: 'TEA', quantity: '12.5', unit: 'KG' },
      ],
    },
  ],
  openPeriods: { from: '20261101', to: '20270131' },
};

function account(
  dimension: number,
  value: string,
  name: string,
  more: { blocked?: boolean } = {},
): InforSeed['accounts'][number] {
  const validity = { validFrom: '20200101', validTo: '20991231' };
  return { dimension, value, name, blocked: more.blocked ?? false, ...validity };
}

export type Fields = Record<string, string>;

export interface Result {
  transaction: string;
  errorMessage?: string;
  errorType?: string;
  errorCode?: string;
  errorField?: string;
  notProcessed?: boolean;
  records?: Fields[];
  positionKey?: string;
}

export interface Envelope {
  results: Result[];
  wasTerminated: boolean;
  nrOfSuccessfullTransactions: number;
  nrOfNotProcessedTransactions?: number;
  nrOfFailedTransactions: number;
}

export interface Company {
  sandbox: InforSandbox;
  url: string;
  ionapi: Record<string, string>;
  login(): Promise<Response>;
  /** `GET …/execute/PROGRAM/Transaction` with the query as written. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** The raw bulk answer. */
  post(body: unknown): Promise<Response>;
  /** One transaction by bulk; its result. */
  call(name: string, record?: Fields): Promise<Result>;
  /** One transaction that must succeed; its records. */
  rows(name: string, record?: Fields): Promise<Fields[]>;
  /** The first record of one transaction that must succeed. */
  row(name: string, record?: Fields): Promise<Fields>;
  control(path: string, body: unknown): Promise<Response>;
}

export const startAtMs = Date.UTC(2026, 10, 20, 12);

/** A listening company, with a token fetched. Time stands at 20 November 2026, noon. */
export async function openCompany(
  tenant: Partial<TenantModes> = {},
  seed: InforSeed = smallCompany,
): Promise<Company> {
  const clock = createClock({ startAtMs, speed: 0.000001 });
  const sandbox = createInforSandbox({ clock, random: seededRandom(7), seed, tenant });
  const { url, ionapi } = await sandbox.listen(0);
  const base = `${url}/${ionapi.ti}/M3/m3api-rest/v2/execute`;
  let token = '';
  const company: Company = {
    sandbox,
    url,
    ionapi,
    async login() {
      const form = new URLSearchParams({
        grant_type: 'password',
        username: ionapi.saak ?? '',
        password: ionapi.sask ?? '',
        client_id: ionapi.ci ?? '',
        client_secret: ionapi.cs ?? '',
      });
      const response = await fetch(`${ionapi.pu}${ionapi.ot}`, { method: 'POST', body: form });
      const text = await response.clone().text();
      token = /"access_token":"([^"]+)"/.exec(text)?.[1] ?? '';
      return response;
    },
    get: (path, headers = {}) =>
      fetch(`${base}/${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    post: (body) =>
      fetch(base, {
        method: 'POST',
        redirect: 'manual',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async call(name, record = {}) {
      const [program = '', transaction = ''] = name.split('/');
      const response = await company.post({
        program,
        cono: 100,
        divi: 'AAA',
        maxReturnedRecords: 0,
        transactions: [{ transaction, record }],
      });
      const { results } = await envelopeOf(response);
      const [result] = results;
      if (!result) throw new Error(`${name}: HTTP ${response.status} without a result`);
      return result;
    },
    async rows(name, record) {
      const result = await company.call(name, record);
      if (result.errorType) throw new Error(`${name}: ${result.errorMessage}`);
      return result.records ?? [];
    },
    async row(name, record) {
      const [first] = await company.rows(name, record);
      if (!first) throw new Error(`${name}: no record`);
      return first;
    },
    control: (path, body) => fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) }),
  };
  await company.login();
  return company;
}

export async function envelopeOf(response: Response): Promise<Envelope> {
  const parsed: Envelope = JSON.parse(await response.text());
  return { ...parsed, results: parsed.results ?? [] };
}
