import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Company, type Fields, openCompany } from '../support/sandbox-infor-client.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany({ voucherDelayMs: 60_000 });
});
afterEach(() => company.sandbox.close());

async function stagePurchase(more: Fields = {}): Promise<{ MSGN: string; PUNO: string }> {
  const { MSGN = '' } = await company.row('PPS370MI/StartEntry', { BAOR: 'MLC' });
  const head = { MSGN, FACI: 'F01', WHLO: '001', SUNO: 'SUP1', DWDT: '20261201' };
  const { PUNO = '' } = await company.row('PPS370MI/AddHead', {
    ...head,
    YRE1: 'SBPO1',
    PURC: 'MLC',
    ...more,
  });
  await company.row('PPS370MI/AddLine', { MSGN, PUNO, ITNO: 'MUG', ORQA: '12', COCE: 'CC10' });
  return { MSGN, PUNO };
}

describe('simulated purchase order entry', () => {
  it('makes the order when it is finished', async () => {
    const { MSGN, PUNO } = await stagePurchase();
    expect((await company.row('PPS370MI/GetBatchHead', { PUNO })).STAT).toBe('10');

    await company.rows('PPS370MI/FinishEntry', { MSGN });

    expect((await company.row('PPS370MI/GetBatchHead', { PUNO })).STAT).toBe('90');
    const head = await company.row('PPS001MI/GetHeadBasic', { PUNO });
    expect(head).toMatchObject({ PUSL: '15', YRE1: 'SBPO1', PURC: 'MLC', SUNO: 'SUP1' });
    const [line] = await company.rows('PPS200MI/LstLine', { PUNO });
    expect(line).toMatchObject({ PNLI: '1', ITNO: 'MUG', ORQA: '12', RVQA: '0' });
    const again = await company.call('PPS370MI/FinishEntry', { MSGN });
    expect(again.errorType).toBe('ServerReturnedNOK');
  });

  it('can be deleted while it is in progress, and only then', async () => {
    const { MSGN, PUNO } = await stagePurchase();
    await company.rows('PPS370MI/DeleteEntry', { MSGN });
    expect((await company.call('PPS370MI/GetBatchHead', { PUNO })).errorCode).toBe('XRE0103');

    const second = await stagePurchase();
    await company.rows('PPS370MI/FinishEntry', { MSGN: second.MSGN });

    const refused = await company.call('PPS370MI/DeleteEntry', { MSGN: second.MSGN });
    expect(refused.errorType).toBe('ServerReturnedNOK');
  });

  it('refuses a blocked supplier, an unknown account and a taken number', async () => {
    const { MSGN, PUNO } = await stagePurchase();
    const accounting = { MSGN, PUNO, PNLI: '1', AIT1: '1400', AIT2: 'CC10' };

    await company.rows('PPS370MI/AddAccString', accounting);

    const unknown = await company.call('PPS370MI/AddAccString', { ...accounting, AIT2: 'CC99' });
    expect(unknown.errorField).toBe('AIT2');
    await expect(stagePurchase({ SUNO: 'SUP9' })).rejects.toThrow('WSU0101');
    await expect(stagePurchase({ PUNO: '4500012' })).rejects.toThrow('XRE0104');
  });

  it('lists orders from a requester onwards', async () => {
    const { MSGN, PUNO } = await stagePurchase();
    await company.rows('PPS370MI/FinishEntry', { MSGN });

    const rows = await company.rows('PPS001MI/ListHeadBasic', { PURC: 'B' });

    expect(rows.map((row) => [row.PURC, row.PUNO])).toEqual([
      ['BUYER', '4500012'],
      ['MLC', PUNO],
    ]);
  });
});

describe('simulated stock adjustment', () => {
  const adjustment = {
    E0PA: 'WS',
    E065: 'MMS850',
    WHLO: '001',
    ITNO: 'MUG',
    QLQT: '-2',
    RSCD: 'DMG',
    PMSN: 'X1',
    BREM: 'SHIP1',
  };

  it('moves stock when it is processed, once', async () => {
    const { MSNR = '' } = await company.row('MMS850MI/AddAdjust', adjustment);
    expect(company.sandbox.world.books().stockHistory).toEqual([]);

    await company.rows('MMS850MI/PrcStkTran', { MSNR, PRFL: '*EXE' });

    expect((await company.row('MMS850MI/GetStkHead', { MSNR })).STAT).toBe('90');
    expect((await company.call('MMS850MI/PrcStkTran', { MSNR })).errorType).toBe(
      'ServerReturnedNOK',
    );
    expect(company.sandbox.world.books().stockHistory).toMatchObject([
      { type: '90', quantity: '-2', reasonCode: 'DMG', externalKey: 'X1', balanceAfter: '98' },
    ]);
    const today = { TTYP: '90', FTRD: '20261120', TRDT: '20261120' };
    const [row] = await company.rows('MWS070MI/SelStockTran', today);
    expect(row).toMatchObject({ ITNO: 'MUG', TRQT: '-2', RSCD: 'DMG', RFTX: 'SHIP1' });
  });

  it('takes the three levels one by one, under our own number', async () => {
    const head = { WHLO: '001', E065: 'MMS850', E0PA: 'WS', E0PB: 'WS', MSNR: 'OURS1', PMSN: 'X1' };
    const { MSNR = '' } = await company.row('MMS850MI/AddStkHead', head);
    const identity = { MSNR, WHLO: '001', WHSL: 'A1', ITNO: 'MUG' };
    const { MSLN = '' } = await company.row('MMS850MI/AddStkId', identity);
    await company.row('MMS850MI/AddStkIns', { MSNR, MSLN, QLFR: '17', QLQT: '-1', RSCD: 'SMP' });

    await company.rows('MMS850MI/PrcStkTran', { MSNR });

    expect(MSNR).toBe('OURS1');
    expect(await company.rows('MMS850MI/GetMvxMsg', { E0PB: 'WS', PMSN: 'X1' })).toMatchObject([
      { MSGN: 'OURS1' },
    ]);
    const [message] = company.sandbox.world.books().stockMessages;
    expect(message).toMatchObject({ status: '90', externalKey: 'X1' });
    expect((await company.call('MMS850MI/AddStkHead', head)).errorCode).toBe('XRE0104');
  });

  it.each([
    ['an unknown reason', { RSCD: 'ZZZ' }, 'WRS0103'],
    ['more than is there', { QLQT: '-1000' }, 'WQT0201'],
    ['a lot item without a lot', { ITNO: 'TEA' }, 'WBA0402'],
  ])('stays at 45 for %s', async (_what, change, code) => {
    const { MSNR = '' } = await company.row('MMS850MI/AddAdjust', { ...adjustment, ...change });

    await company.rows('MMS850MI/PrcStkTran', { MSNR });

    const [message] = company.sandbox.world.books().stockMessages;
    expect(message?.status).toBe('45');
    expect(message?.lines[0]?.error).toContain(code);
  });

  it('can be deleted while it is staged', async () => {
    const { MSNR = '' } = await company.row('MMS850MI/AddAdjust', adjustment);

    await company.rows('MMS850MI/DeleteStkTran', { MSNR });

    expect((await company.call('MMS850MI/GetStkHead', { MSNR })).errorCode).toBe('XRE0103');
  });
});

describe('simulated journal', () => {
  const head = { CONO: '100', KEY1: 'G20261120-1', INTN: 'MLC', DESC: 'Fulfilment cost' };
  const line = (number: number, more: Fields): Fields => ({
    KEY1: head.KEY1,
    LINE: String(number),
    INRI: 'I1',
    GRNR: '1',
    AIT1: '1400',
    AIT2: 'CC10',
    CUCD: 'USD',
    ACDT: '20261120',
    VTXT: `${head.KEY1} T1`,
    ...more,
  });
  const key = { CONO: '100', KEY1: head.KEY1 };
  async function stage(...lines: Fields[]): Promise<void> {
    await company.row('GLS840MI/AddBatchHead', head);
    for (const fields of lines) await company.rows('GLS840MI/AddBatchLineFld', fields);
  }

  it('becomes a voucher that shows up later', async () => {
    await stage(
      line(1, { CUAM: '10.05', DBCR: 'D' }),
      line(2, { CUAM: '10.05', DBCR: 'C', AIT1: '2400' }),
    );
    await company.rows('GLS840MI/CtrlBatch', key);
    const days = { FRDT: '20261101', TODT: '20261130' };

    await company.rows('GLS840MI/UpdBatch', key);

    expect(await company.rows('GLS200MI/LstVouchersByDt', days)).toEqual([]);
    company.sandbox.world.advance(60_000);
    const rows = await company.rows('GLS200MI/LstVouchersByDt', days);
    expect(rows.map((row) => [row.AIT1, row.CUAM, row.VTXT])).toEqual([
      ['1400', '10.05', 'G20261120-1 T1'],
      ['2400', '-10.05', 'G20261120-1 T1'],
    ]);
    const VONO = rows[0]?.VONO ?? '';
    const sums = await company.row('GLS200MI/GetVoucherHead', { DIVI: 'AAA', YEA4: '2026', VONO });
    expect([sums.DSUM, sums.CSUM]).toEqual(['10.05', '-10.05']);
    expect((await company.call('GLS840MI/UpdBatch', key)).errorType).toBe('ServerReturnedNOK');
  });

  it('refuses a repeated key and a repeated line', async () => {
    await stage(line(1, { CUAM: '1' }));

    const again = await company.call('GLS840MI/AddBatchHead', head);
    const lineAgain = await company.call('GLS840MI/AddBatchLineFld', line(1, { CUAM: '1' }));

    expect([again.errorCode, lineAgain.errorCode]).toEqual(['XRE0104', 'XRE0104']);
  });

  it.each([
    ['a group out of balance', { CUAM: '-1.01' }, 'WGL0101'],
    ['a blocked account', { CUAM: '-1', AIT1: '9999' }, 'WAI0101'],
    ['an unknown cost centre', { CUAM: '-1', AIT2: 'CC99' }, 'WAI0103'],
    ['a closed period', { CUAM: '-1', ACDT: '20261031' }, 'WAC0101'],
    ['two currencies in a group', { CUAM: '-1', CUCD: 'EUR' }, 'WCU0101'],
  ])('refuses %s', async (_what, change, code) => {
    await stage(line(1, { CUAM: '1' }), line(2, change));

    const checked = await company.call('GLS840MI/CtrlBatch', key);
    const updated = await company.call('GLS840MI/UpdBatch', key);

    expect([checked.errorCode, updated.errorCode]).toEqual([code, code]);
    expect(company.sandbox.world.books().vouchers).toEqual([]);
  });
});
