import { afterEach, describe, expect, it } from 'vitest';
import { poorestTenant, type TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { type Company, envelopeOf, openCompany } from '../support/sandbox-infor-client.ts';
import {
  placeOrder,
  postMessage,
  receiptLine,
  stageMessage,
  stageOrder,
} from '../support/sandbox-infor-document.ts';

let company: Company;
afterEach(() => company.sandbox.close());

async function open(tenant: Partial<TenantModes>): Promise<void> {
  company = await openCompany(tenant);
}

const books = () => company.sandbox.world.books();
const pass = (durationMs: number) => company.sandbox.world.advance(durationMs);

describe('tenant mode', () => {
  it('confirmDelayMs submits: the status reads as staged till the order is there', async () => {
    await open({ confirmDelayMs: 20_000 });
    const ORNO = await stageOrder(company, { reference: 'SB1' });

    const answer = await company.row('OIS100MI/Confirm', { ORNO });

    expect(answer).toEqual({ ORNO: '', STAT: '20' });
    expect((await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT).toBe('20');
    pass(20_000);
    expect(await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).toMatchObject({
      STAT: '90',
      ORNR: books().orders[0]?.number,
    });
  });

  it('confirmDelayMs lets two parallel Confirms both take effect', async () => {
    await open({ confirmDelayMs: 20_000 });
    const ORNO = await stageOrder(company, { reference: 'SB1' });

    await company.row('OIS100MI/Confirm', { ORNO });
    await company.row('OIS100MI/Confirm', { ORNO });
    pass(20_000);

    expect(books().orders.map((order) => order.customerReference)).toEqual(['SB1', 'SB1']);
  });

  it('confirmDelayMs beyond the patience of the gateway answers 504 and goes on', async () => {
    await open({ confirmDelayMs: 90_000 });
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    const transactions = [{ transaction: 'Confirm', record: { ORNO } }];

    const response = await company.post({ program: 'OIS100MI', transactions });
    pass(90_000);

    expect([response.status, books().orders.length]).toEqual([504, 1]);
  });

  it('processDelayMs delays messages in the same way', async () => {
    await open({ processDelayMs: 5000 });
    const line = receiptLine('5');
    const posted = await postMessage(company, { qualifier: '20', external: 'R1', line });

    pass(5000);

    expect(posted.status).toBe('30');
    expect(books().warehouseMessages[0]?.status).toBe('90');
    expect(books().stockHistory).toHaveLength(1);
  });

  it('lateStagingLines lands a lost line after all', async () => {
    await open({ lateStagingLines: true });
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    const kind = 'gatewayTimeoutBefore';
    company.sandbox.faults.script({ match: 'AddBatchLine', kind, times: 1 });
    const record = { ORNO, ITNO: 'MUG', ORQT: '1', WHLO: '001' };
    const transactions = [{ transaction: 'AddBatchLine', record }];

    const response = await company.post({ program: 'OIS100MI', transactions });

    expect([response.status, books().temporaryOrders[0]?.lines.length]).toEqual([504, 1]);
    pass(300_000);
    expect(books().temporaryOrders[0]?.lines.length).toBe(2);
  });

  it('purchaseOrderTransferMs hides the order from both lists in between', async () => {
    await open({ purchaseOrderTransferMs: 60_000 });
    const { MSGN = '' } = await company.row('PPS370MI/StartEntry', { BAOR: 'MLC' });
    const head = { MSGN, FACI: 'F01', WHLO: '001', SUNO: 'SUP1', DWDT: '20261201' };
    const { PUNO = '' } = await company.row('PPS370MI/AddHead', head);
    await company.row('PPS370MI/AddLine', { MSGN, PUNO, ITNO: 'MUG', ORQA: '12' });
    const seen = async () => {
      const batch = await company.call('PPS370MI/GetBatchHead', { PUNO });
      const order = await company.call('PPS200MI/GetHead', { PUNO });
      return [batch.records?.[0]?.STAT ?? 'none', order.errorType ? 'none' : 'there'];
    };

    await company.rows('PPS370MI/FinishEntry', { MSGN });

    expect(await seen()).toEqual(['20', 'none']);
    pass(30_000);
    expect(await seen()).toEqual(['none', 'none']);
    pass(30_000);
    expect(await seen()).toEqual(['90', 'there']);
  });

  it('purchaseAutomation 1 stops after "finished"', async () => {
    await open({ purchaseAutomation: 1 });
    const { MSGN = '' } = await company.row('PPS370MI/StartEntry', { BAOR: 'MLC' });
    const head = { MSGN, FACI: 'F01', WHLO: '001', SUNO: 'SUP1', DWDT: '20261201' };
    const { PUNO = '' } = await company.row('PPS370MI/AddHead', head);
    await company.row('PPS370MI/AddLine', { MSGN, PUNO, ITNO: 'MUG', ORQA: '12' });

    await company.rows('PPS370MI/FinishEntry', { MSGN });
    pass(600_000);

    expect((await company.row('PPS370MI/GetBatchHead', { PUNO })).STAT).toBe('20');
  });

  it.each(['accepted', 'refused'] as const)('callerMessageNumber %s', async (mode) => {
    await open({ callerMessageNumber: mode });
    const given = { qualifier: '20', external: 'R1', line: receiptLine('1'), number: 'OURS1' };

    const staged = stageMessage(company, { ...given, qualifier: '20' });

    if (mode === 'accepted') expect(await staged).toBe('OURS1');
    else await expect(staged).rejects.toThrow('WMG0101');
  });

  it('callerPurchaseNumber decides on a number of our own', async () => {
    await open({ callerPurchaseNumber: 'refused' });
    const { MSGN = '' } = await company.row('PPS370MI/StartEntry', { BAOR: 'MLC' });
    const head = { MSGN, FACI: 'F01', WHLO: '001', SUNO: 'SUP1', DWDT: '20261201', PUNO: '99' };

    const refused = await company.call('PPS370MI/AddHead', head);
    await company.control('/__tenant', { callerPurchaseNumber: 'accepted' });

    expect(refused.errorCode).toBe('WPU0101');
    expect((await company.row('PPS370MI/AddHead', head)).PUNO).toBe('99');
  });

  it('duplicatePmsnAccepted lets one external number through twice', async () => {
    await open({ duplicatePmsnAccepted: true });
    const given = { qualifier: '20', external: 'R1', line: receiptLine('1') } as const;
    await postMessage(company, given);
    await postMessage(company, given);
    expect(books().stockHistory).toHaveLength(2);
    expect(await company.rows('MHS850MI/LstMvxMsg', { E0PB: 'WS', PMSN: 'R1' })).toHaveLength(2);

    await company.control('/__tenant', { duplicatePmsnAccepted: false });

    await expect(stageMessage(company, given)).rejects.toThrow('XRE0104');
  });

  it.each([true, false])('blankE0pbAfterShortForms %s', async (blank) => {
    await open({ blankE0pbAfterShortForms: blank });
    const short = { WHLO: '001', E0PA: 'WS', E065: 'PPS300', SUNO: 'SUP1', SUTY: '0', PMSN: 'R1' };
    const order = { RIDN: '4500012', RIDL: '1', QTY: '5', PRFL: '*EXE' };

    const { MSGN = '' } = await company.row('MHS850MI/AddPOReceipt', { ...short, ...order });

    const look = await company.call('MHS850MI/GetMvxMsg', { E0PB: 'WS', PMSN: 'R1' });
    expect(look.errorCode).toBe(blank ? 'XRE0103' : undefined);
    expect((await company.row('MHS850MI/GetWhsHead', { MSGN })).E0PB).toBe(blank ? '' : 'WS');
    expect(books().stockHistory).toMatchObject([{ quantity: '5' }]);
  });

  it('listLimit cuts a list whatever the caller asks for', async () => {
    await open({ listLimit: 2, positionKey: false });
    for (const reference of ['SB1', 'SB2', 'SB3']) await placeOrder(company, { reference });

    const result = await company.call('OIS100MI/LstHead', { CUNO: 'WEB001' });

    expect(result.records).toHaveLength(2);
    expect(result.positionKey).toBeUndefined();
  });

  it('positionKey says where a cut list goes on', async () => {
    await open({ positionKey: true });
    for (const reference of ['SB1', 'SB2', 'SB3']) await placeOrder(company, { reference });
    const path = 'OIS100MI/LstHead?CUNO=WEB001&maxrecs=2&returncols=CUOR';

    const first = (await envelopeOf(await company.get(path))).results[0];
    const positionkey = first?.positionKey ?? '';
    const second = (await envelopeOf(await company.get(path, { positionkey }))).results[0];

    expect(second).toEqual({ transaction: 'LstHead', records: [{ CUOR: 'SB3' }] });
    expect((await company.get(path, { positionkey: 'nonsense' })).status).toBe(400);
  });

  it('exportEnabled opens EXPORTMI', async () => {
    await open({ exportEnabled: true });
    await placeOrder(company, { reference: 'SB1' });
    const QERY = "OACUOR,OAORST from OOHEAD where OACUOR = 'SB1'";

    const rows = await company.rows('EXPORTMI/Select', { QERY, SEPC: ';' });
    await company.control('/__tenant', { exportEnabled: false });

    expect(rows).toEqual([{ REPL: 'SB1;22' }]);
    expect((await company.call('EXPORTMI/Select', { QERY })).errorCode).toBe('XAU0008');
  });

  it('glListMissing takes the list of vouchers away, not their lines', async () => {
    await open({ glListMissing: true });

    const list = await company.call('GLS200MI/LstVouchersByDt', {
      FRDT: '20261101',
      TODT: '20261130',
    });

    expect(list.errorType).toBe('TransactionNotFound');
    const lines = { DIVI: 'AAA', YEA4: '2026', VONO: '1' };
    expect(await company.rows('GLS200MI/LstVoucherLines', lines)).toEqual([]);
  });

  it('creditStop create makes an order that is marked as stopped', async () => {
    await open({ creditStop: 'create' });

    const ORNO = await placeOrder(company, { reference: 'SB1', customer: 'STOPPED' });

    expect((await company.row('OIS100MI/GetHead', { ORNO })).OBLC).toBe('1');
    const allocation = { TTYP: '31', RIDN: ORNO, MAAL: '1' };
    expect((await company.call('MMS120MI/AllocateOrder', allocation)).errorCode).toBe('WCS0901');
  });

  it('abnormalConfirms end in 55 without an order', async () => {
    await open({ abnormalConfirms: 1 });
    const ORNO = await stageOrder(company, { reference: 'SB1' });

    expect(await company.row('OIS100MI/Confirm', { ORNO })).toEqual({ ORNO: '', STAT: '55' });
    expect(books().orders).toEqual([]);
  });

  it('overReceipt accepted books more than was ordered', async () => {
    await open({ overReceipt: 'accepted' });
    const line = receiptLine('41');

    const posted = await postMessage(company, { qualifier: '20', external: 'R1', line });

    expect(posted.status).toBe('90');
    expect(books().purchaseOrders[0]?.lines[0]?.received).toBe('41');
  });

  it('silentProcessErrors off tells the error in the call', async () => {
    await open({ silentProcessErrors: false });
    const line = receiptLine('41');

    await expect(postMessage(company, { qualifier: '20', external: 'R1', line })).rejects.toThrow(
      'WRV0101',
    );
    expect(books().warehouseMessages[0]?.status).toBe('45');
  });

  it('blankErrorCodes leaves the code in the text alone', async () => {
    await open({ blankErrorCodes: true });

    const result = await company.call('MMS200MI/Get', { ITNO: 'NONE' });

    expect(result.errorCode).toBe('');
    expect(result.errorMessage).toMatch(/XRE0103 ITNO$/);
  });

  it('autoAllocate holds the stock at Confirm', async () => {
    await open({ autoAllocate: true });

    const ORNO = await placeOrder(company, { reference: 'SB1' });

    expect((await company.row('OIS100MI/GetLine', { ORNO, PONR: '1' })).ORST).toBe('33');
  });

  it('poorest can still bring a document through', async () => {
    await open(poorestTenant);
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    await company.row('OIS100MI/Confirm', { ORNO });

    pass(20_000);

    const [found] = await company.rows('OIS175MI/LstHeadByRef', { CUNO: 'WEB001', YREF: 'SB1' });
    expect(found?.ORNO).toBe(books().orders[0]?.number);
  });
});
