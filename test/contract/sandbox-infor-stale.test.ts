import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poorestTenant } from '../../src/sandbox/infor/tenant.ts';
import { type Company, openCompany } from '../support/sandbox-infor-client.ts';
import { stageOrder } from '../support/sandbox-infor-document.ts';

const lookup = ['OIS175MI/LstHeadByRef', { CUNO: 'WEB001', YREF: 'SB1' }] as const;

let company: Company;
let ORNO: string;
beforeEach(async () => {
  company = await openCompany({ staleReadMsMax: 45_000 });
  ORNO = await stageOrder(company, { reference: 'SB1' });
});
afterEach(() => company.sandbox.close());

function stale(): void {
  company.sandbox.faults.script({ match: lookup[0], kind: 'staleRead', times: 1 });
}

const struck = () => company.sandbox.faults.counts.get('staleRead') ?? 0;
const references = async () => (await company.rows(...lookup)).map(({ YREF }) => YREF?.trim());

describe('a stale read', () => {
  it('does not show an order that was made since the same was asked', async () => {
    const before = await references();
    await company.row('OIS100MI/Confirm', { ORNO });
    stale();

    const told = await references();

    expect([before, told, struck()]).toEqual([[], [], 1]);
    expect(await references()).toEqual(['SB1']);
  });

  it('tells of a handle that it is staged though it was processed', async () => {
    const status = async () => (await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT;
    await status();
    await company.row('OIS100MI/Confirm', { ORNO });
    company.sandbox.faults.script({ match: 'GetTmpOrderStat', kind: 'staleRead', times: 1 });

    expect([await status(), await status()]).toEqual(['20', '90']);
  });

  it('is never older than the tenant says', async () => {
    await references();
    await company.row('OIS100MI/Confirm', { ORNO });
    company.sandbox.world.advance(45_001);
    stale();

    expect(await references()).toEqual(['SB1']);
    expect(struck()).toBe(0);
  });

  it('is not told of a call that was not made before', async () => {
    await company.row('OIS100MI/Confirm', { ORNO });
    stale();

    expect(await references()).toEqual(['SB1']);
    expect(struck()).toBe(0);
  });

  it('is younger on the poorest tenant than two look-ups are apart', () => {
    expect(poorestTenant.staleReadMsMax).toBeGreaterThan(0);
    expect(poorestTenant.staleReadMsMax).toBeLessThan(60_000);
  });
});

describe('what people change in the master data', () => {
  it('blocks an item and releases it', async () => {
    await company.control('/__change', { kind: 'item', number: 'MUG', status: '90' });
    const blocked = await stageOrder(company, { reference: 'SB2' }).catch(String);
    await company.control('/__change', { kind: 'item', number: 'MUG', status: '20' });

    expect(blocked).toContain('Item MUG has status 90');
    expect(await stageOrder(company, { reference: 'SB2' })).toMatch(/^\d+$/);
  });

  it('closes the ledger and opens it', async () => {
    const periods = async () => (await company.rows('CRS910MI/Select', {})).map((row) => row.FDAT);
    await company.control('/__change', { kind: 'periods', from: '20261201', to: '20261231' });
    const closed = await periods();
    await company.control('/__change', { kind: 'periods', from: '20261101', to: '20261231' });

    expect([closed, await periods()]).toEqual([['20261201'], ['20261101', '20261201']]);
  });

  it('ends the line of a purchase order and opens it again', async () => {
    const line = { kind: 'purchaseLine', order: '4500012', line: 1 };
    const lowest = async () =>
      (await company.row('PPS200MI/GetLine', { PUNO: '4500012', PNLI: '1' })).PUSL;
    await company.control('/__change', { ...line, closed: true });
    const ended = await lowest();
    await company.control('/__change', { ...line, closed: false });

    expect([ended, await lowest()]).toEqual(['75', '20']);
  });
});
