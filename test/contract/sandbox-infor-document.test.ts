import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Company, openCompany } from '../support/sandbox-infor-client.ts';
import {
  placeOrder,
  postMessage,
  receiptLine,
  releaseOrder,
  stageMessage,
  stageOrder,
} from '../support/sandbox-infor-document.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany();
});
afterEach(() => company.sandbox.close());

describe('simulated customer order', () => {
  it('is made by Confirm, with a number of another series', async () => {
    const temporary = await stageOrder(company, { reference: 'SB1' });

    const confirmed = await company.row('OIS100MI/Confirm', { ORNO: temporary });

    expect(confirmed.STAT).toBe('90');
    expect(confirmed.ORNO).not.toBe(temporary);
    const status = await company.row('OIS275MI/GetTmpOrderStat', { ORNO: temporary });
    expect(status).toEqual({ ORNO: temporary, ORNR: confirmed.ORNO, STAT: '90' });
    const [line] = await company.rows('OIS100MI/LstLine', { ORNO: confirmed.ORNO ?? '' });
    expect(line).toMatchObject({ ITNO: 'MUG', ORQT: '3', CUPO: '1', ORST: '22', ALQT: '0' });
  });

  it('does not exist before Confirm and can be deleted till then', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });

    await company.rows('OIS100MI/DelBatchHead', { ORNO });

    const gone = await company.call('OIS275MI/GetTmpOrderStat', { ORNO });
    expect(gone.errorCode).toBe('XRE0103');
    expect(company.sandbox.world.books().orders).toEqual([]);
    expect(company.sandbox.world.books().temporaryOrders[0]?.live).toBe(false);
  });

  it('refuses a second Confirm once the order is there', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    await company.row('OIS100MI/Confirm', { ORNO });

    const again = await company.call('OIS100MI/Confirm', { ORNO });

    expect(again.errorType).toBe('ServerReturnedNOK');
    expect(company.sandbox.world.books().orders).toHaveLength(1);
  });

  it('accepts the same customer reference twice', async () => {
    await placeOrder(company, { reference: 'SB1' });
    await placeOrder(company, { reference: 'SB1' });

    const found = await company.rows('OIS175MI/LstHeadByRef', { CUNO: 'WEB001', YREF: 'SB1' });

    expect(found.map((row) => row.CUOR)).toEqual(['SB1', 'SB1']);
  });

  it.each([
    ['a blocked customer', { customer: 'BLOCKED' }, 'XIM0002'],
    ['an unknown customer', { customer: 'NOBODY' }, 'XIM0002'],
    ['an unknown item', { item: 'NONE' }, 'WIT0103'],
    ['a retired item', { item: 'OLD' }, 'WIT0101'],
    ['more decimals than the item has', { quantity: '1.5' }, 'XNU0101'],
  ])('refuses %s', async (_what, change, code) => {
    await expect(stageOrder(company, { reference: 'SB1', ...change })).rejects.toThrow(code);
  });

  it('waits in 30 for a stopped customer and goes on when the stop is lifted', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1', customer: 'STOPPED' });
    const held = await company.row('OIS100MI/Confirm', { ORNO });
    expect(held).toEqual({ ORNO: '', STAT: '30' });

    await company.control('/__customers', { number: 'STOPPED', stopped: false });

    expect((await company.row('OIS100MI/Confirm', { ORNO })).STAT).toBe('90');
  });

  it('is left in 25 with a message when an item was retired after entry', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    await company.control('/__items', { number: 'MUG', name: 'Mug', status: '90' });

    const refused = await company.call('OIS100MI/Confirm', { ORNO });

    expect(refused.errorCode).toBe('WIT0101');
    expect((await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT).toBe('25');
    const messages = await company.rows('OIS100MI/LstErrMsgOrder', { ORNO });
    expect(messages[0]?.MSID).toBe('WIT0101');
  });

  it('is left in 15 when the customer was blocked after entry', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    await company.control('/__customers', { number: 'WEB001', status: '90' });

    await company.call('OIS100MI/Confirm', { ORNO });

    expect((await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT).toBe('15');
  });

  it('stays visible with status 90 when it is deleted', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });

    await company.rows('OIS100MI/DelHead', { ORNO });

    expect((await company.row('OIS100MI/GetHead', { ORNO })).ORST).toBe('90');
    expect(company.sandbox.world.books().orders[0]?.live).toBe(false);
  });

  it('cannot be deleted once it is allocated', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    await releaseOrder(company, ORNO);

    expect((await company.call('OIS100MI/DelHead', { ORNO })).errorCode).toBe('WOL0901');
  });

  it('moves to another warehouse with its own delivery before allocation', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    const [before] = await company.rows('OIS100MI/LstDelLineByCO', { ORNO, PONR: '1' });

    await company.rows('OIS100MI/ChgWarehouse', { ORNO, WHLO: '002', PONR: '1' });

    const [after] = await company.rows('OIS100MI/LstDelLineByCO', { ORNO, PONR: '1' });
    expect(after?.DLIX).not.toBe(before?.DLIX);
    expect((await company.row('OIS100MI/GetLine', { ORNO, PONR: '1' })).WHLO).toBe('002');
  });
});

describe('simulated goods issue', () => {
  it('walks the line from 22 over 33 and 44 to 66 and takes the stock out', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    const status = async () =>
      (await company.row('OIS100MI/GetLine', { ORNO, PONR: '1' })).ORST ?? '';
    const seen = [await status()];
    await company.rows('MMS120MI/AllocateOrder', { TTYP: '31', RIDN: ORNO, MAAL: '1' });
    seen.push(await status());
    const [pick] = await releaseOrder(company, ORNO);
    seen.push(await status());

    const posted = await postMessage(company, {
      qualifier: '31',
      external: 'S1-1',
      line: { ITNO: 'MUG', DLQT: '3', RIDN: ORNO, RIDL: '1', PLRN: pick?.PLRN ?? '', RSCD: 'SMP' },
    });
    seen.push(await status());

    expect(posted.status).toBe('90');
    expect(seen).toEqual(['22', '33', '44', '66']);
    const books = company.sandbox.world.books();
    expect(books.stockHistory).toMatchObject([
      { type: '31', quantity: '-3', order: ORNO, externalKey: 'S1-1', reasonCode: 'SMP' },
    ]);
    const [history] = await company.rows('MWS070MI/ListTransByRef', { RIDN: ORNO, RIDL: '1' });
    expect(history).toMatchObject({ TTYP: '31', TRQT: '-3', NSTQ: '97' });
    expect(await company.rows('MWS422MI/LstPickDetail', { DLIX: pick?.RIDI ?? '' })).toEqual([]);
  });

  it('allocates the oldest lot first and refuses a lot that is not allocated', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1', item: 'TEA', quantity: '6' });
    const picks = await releaseOrder(company, ORNO);
    expect(picks.map((pick) => [pick.BANO, pick.ALQT])).toEqual([
      ['L1', '5'],
      ['L2', '1'],
    ]);

    const line = { ITNO: 'TEA', DLQT: '1', RIDN: ORNO, RIDL: '1', BANO: 'L9' };
    const posted = await postMessage(company, { qualifier: '31', external: 'S1-1', line });

    expect(posted.status).toBe('45');
    const shown = await company.rows('MHS850MI/GetWhsLine', {
      MSGN: posted.message,
      PACN: 'P1',
      MSLN: '1',
    });
    expect(shown[0]?.REMK).toContain('L9');
    expect(company.sandbox.world.books().stockHistory).toEqual([]);
  });

  it('keeps the rest open after a short pick till the completion flag closes the line', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    await releaseOrder(company, ORNO);
    const line = { ITNO: 'MUG', RIDN: ORNO, RIDL: '1' };

    await postMessage(company, { qualifier: '31', external: 'A', line: { ...line, DLQT: '1' } });
    const open = await company.row('OIS100MI/GetLine', { ORNO, PONR: '1' });
    const last = { ...line, DLQT: '1', OEND: '1' };
    await postMessage(company, { qualifier: '31', external: 'B', line: last });

    expect(open).toMatchObject({ ORST: '44', DLQT: '1', ALQT: '2' });
    const closed = await company.row('OIS100MI/GetLine', { ORNO, PONR: '1' });
    expect(closed).toMatchObject({ ORST: '66', DLQT: '2', ALQT: '0' });
    const balance = await company.row('MMS200MI/GetItmWhsBal', { WHLO: '001', ITNO: 'MUG' });
    expect(balance).toMatchObject({ STQT: '98', ALQT: '0' });
  });

  it('needs a pick list, and does not take more than was picked', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    const line = { ITNO: 'MUG', DLQT: '4', RIDN: ORNO, RIDL: '1' };

    const early = await postMessage(company, { qualifier: '31', external: 'A', line });
    await releaseOrder(company, ORNO);
    const tooMuch = await postMessage(company, { qualifier: '31', external: 'B', line });

    expect([early.status, tooMuch.status]).toEqual(['45', '45']);
    expect(company.sandbox.world.books().stockHistory).toEqual([]);
  });

  it('can be reported in one call by the number of the pick line', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    const [pick] = await releaseOrder(company, ORNO);
    const common = { WHLO: '001', E0PA: 'WS', E065: 'PPS300', PMSN: 'S1', PRMD: '*EXE' };

    const { MSGN = '' } = await company.row('MHS850MI/AddPickViaRepNo', {
      ...common,
      PLRN: pick?.PLRN ?? '',
    });

    expect((await company.row('MHS850MI/GetWhsHead', { MSGN })).STAT).toBe('90');
    expect(company.sandbox.world.books().orders[0]?.lines[0]?.delivered).toBe('3');
  });

  it('releases nothing twice', async () => {
    const ORNO = await placeOrder(company, { reference: 'SB1' });
    const [pick] = await releaseOrder(company, ORNO);

    const again = await company.call('MWS410MI/RelForPick', { DLIX: pick?.RIDI ?? '', OLUP: '1' });

    expect(again.errorType).toBe('ServerReturnedNOK');
    const heads = await company.rows('MWS420MI/LstPickHeader', { DLIX: pick?.RIDI ?? '' });
    expect(heads.map((row) => row.PLSX)).toEqual(['1']);
  });
});

describe('simulated goods receipt', () => {
  it('raises line, stock and history once and leaves a trace of the delivery note', async () => {
    const line = receiptLine('15');
    const posted = await postMessage(company, { qualifier: '20', external: 'R1-1', line });

    expect(posted.status).toBe('90');
    const basic = { PUNO: '4500012', PNLI: '1', PNLS: '0' };
    expect((await company.row('PPS001MI/GetBasicData2', basic)).RSTQ).toBe('25');
    const order = await company.row('PPS200MI/GetLine', basic);
    expect(order).toMatchObject({ RVQA: '15', PUSL: '20', PUST: '75' });
    const [transaction] = await company.rows('PPS200MI/LstLineTrans', {
      PRTR: '1',
      PUNO: '4500012',
    });
    expect(transaction).toMatchObject({ SUDO: 'WRO443002', RPQA: '15', PUNO: '4500012' });
    const again = await company.call('MHS850MI/PrcWhsTran', { MSGN: posted.message });
    expect(again.errorType).toBe('ServerReturnedNOK');
    expect(company.sandbox.world.books().stockHistory).toMatchObject([
      { type: '25', quantity: '15', balanceAfter: '115', externalKey: 'R1-1' },
    ]);
  });

  it.each([
    ['more than is open', receiptLine('41'), 'WRV0101'],
    ['another item', receiptLine('1', { ITNO: 'TEA', BANO: 'L1', PUUN: '' }), 'WIT0101'],
    [
      'a lot item without a lot',
      receiptLine('1', { ITNO: 'TEA', RIDL: '2', PUUN: 'KG' }),
      'WBA0402',
    ],
    ['an unknown location', receiptLine('1', { WHSL: 'Z9' }), 'WWS0103'],
    ['another unit', receiptLine('1', { PUUN: 'BOX' }), 'WPU0201'],
    ['no order', receiptLine('1', { RIDN: '' }), 'WRI0102'],
  ])('leaves the message unprocessed for %s', async (_what, line, code) => {
    const posted = await postMessage(company, { qualifier: '20', external: 'R1', line });

    expect(posted.status).toBe(code === 'WRI0102' ? '35' : '45');
    const books = company.sandbox.world.books();
    expect(books.warehouseMessages[0]?.lines[0]?.error).toContain(code);
    expect(books.stockHistory).toEqual([]);
  });

  it('ends the line with the completion flag, after which nothing is received', async () => {
    const last = receiptLine('5', { OEND: '1' });
    await postMessage(company, { qualifier: '20', external: 'R1', line: last });

    const more = await postMessage(company, {
      qualifier: '20',
      external: 'R2',
      line: receiptLine('1'),
    });

    expect(more.status).toBe('45');
    const [line] = company.sandbox.world.books().purchaseOrders[0]?.lines ?? [];
    expect(line).toMatchObject({ received: '5', closed: true, lowestStatus: '75' });
  });

  it('applies the good lines of a message whose other line fails', async () => {
    const MSGN = await stageMessage(company, {
      qualifier: '20',
      external: 'R1',
      line: receiptLine('5'),
    });
    const second = { WHLO: '001', MSGN, PACN: 'P1', QLFR: '20', ...receiptLine('99') };
    await company.row('MHS850MI/AddWhsLine', second);

    await company.rows('MHS850MI/PrcWhsTran', { MSGN, PRFL: '*EXE' });

    expect((await company.row('MHS850MI/GetWhsHead', { MSGN })).STAT).toBe('45');
    const lines = await company.rows('MHS850MI/LstWhsLine', { MSGN });
    expect(lines.map((line) => line.STAT)).toEqual(['90', '45']);
    expect((await company.call('MHS850MI/DeleteWhsTran', { MSGN })).errorCode).toBe('WMG0901');
  });

  it('receives again on every PPS001MI/Receipt', async () => {
    const record = {
      TRDT: '20261120',
      RESP: 'MLC',
      PUNO: '4500012',
      PNLI: '1',
      PNLS: '0',
      RVQA: '4',
    };
    const first = await company.row('PPS001MI/Receipt', record);
    const second = await company.row('PPS001MI/Receipt', record);

    expect(second.REPN).not.toBe(first.REPN);
    const receipts = await company.rows('PPS200MI/LstReceiptsByPO', { PUNO: '4500012' });
    expect(receipts.map((row) => row.RPQA)).toEqual(['4', '4']);
  });

  it('deletes a staged message so that it can be read back as gone', async () => {
    const line = receiptLine('5');
    const MSGN = await stageMessage(company, { qualifier: '20', external: 'R1', line });
    expect(await company.row('MHS850MI/GetMvxMsg', { E0PB: 'WS', PMSN: 'R1' })).toMatchObject({
      MSGN,
    });

    await company.rows('MHS850MI/DeleteWhsTran', { MSGN });

    expect((await company.call('MHS850MI/GetWhsHead', { MSGN })).errorCode).toBe('XRE0103');
    const look = await company.call('MHS850MI/GetMvxMsg', { E0PB: 'WS', PMSN: 'R1' });
    expect(look.errorCode).toBe('XRE0103');
  });
});
