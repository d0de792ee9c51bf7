import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tabledTransactions } from '../../src/sandbox/infor/field-table.ts';
import { simulatedTransactions } from '../../src/sandbox/infor/program.ts';
import { type Company, envelopeOf, openCompany } from '../support/sandbox-infor-client.ts';
import { placeOrder, stageOrder } from '../support/sandbox-infor-document.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany();
});
afterEach(() => company.sandbox.close());

describe('simulated login', () => {
  const ask = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${company.ionapi.pu}${company.ionapi.ot}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    });
  const account = () => ({
    grant_type: 'password',
    username: company.ionapi.saak ?? '',
    password: company.ionapi.sask ?? '',
  });

  it('takes the client in the body or as basic authentication', async () => {
    const { ci = '', cs = '' } = company.ionapi;
    const basic = Buffer.from(`${ci}:${cs}`).toString('base64');

    const inBody = await ask({ ...account(), client_id: ci, client_secret: cs });
    const inHeader = await ask(account(), { authorization: `Basic ${basic}` });

    expect(await inBody.json()).toMatchObject({ token_type: 'Bearer', expires_in: 7200 });
    expect(inHeader.status).toBe(200);
  });

  it('answers wrong credentials in the form of RFC 6749', async () => {
    const { ci = '', cs = '' } = company.ionapi;

    const client = await ask({ ...account(), client_id: ci, client_secret: 'no' });
    const user = await ask({ ...account(), password: 'no', client_id: ci, client_secret: cs });
    const grant = await ask({
      grant_type: 'client_credentials',
      client_id: ci,
      client_secret: cs,
    });

    expect([client.status, await client.json()]).toMatchObject([401, { error: 'invalid_client' }]);
    expect([user.status, await user.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    expect(await grant.json()).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('lets tokens expire in virtual time', async () => {
    company.sandbox.world.advance(7_199_000);
    expect((await company.get('MNS150MI/GetUserData')).status).toBe(200);

    company.sandbox.world.advance(1000);

    expect((await company.get('MNS150MI/GetUserData')).status).toBe(401);
    await company.login();
    expect((await company.get('MNS150MI/GetUserData')).status).toBe(200);
  });

  it('can be revoked, expired for all, and shut for the account', async () => {
    await company.control('/__tokens', { expireAll: true });
    expect((await company.get('MNS150MI/GetUserData')).status).toBe(401);

    await company.control('/__tokens', { accountEnabled: false });

    expect((await company.login()).status).toBe(400);
  });

  it('knows neither other paths nor other methods', async () => {
    const base = `${company.url}/${company.ionapi.ti}`;
    expect((await fetch(`${base}/CSI/ido`)).status).toBe(404);
    expect((await company.get('')).status).toBe(405);
  });
});

describe('simulated M3 API service', () => {
  it('has a field table for every transaction it simulates, and none besides', () => {
    expect(simulatedTransactions().sort()).toEqual(tabledTransactions().sort());
  });

  it('answers a read in the envelope, all strings, without error keys', async () => {
    const response = await company.get('MMS200MI/Get?ITNO=MUG&returncols=ITNO,STAT,DCCD');

    expect(await response.json()).toEqual({
      results: [{ transaction: 'Get', records: [{ STAT: '20', ITNO: 'MUG', DCCD: '0' }] }],
      wasTerminated: false,
      nrOfSuccessfullTransactions: 1,
      nrOfFailedTransactions: 0,
    });
  });

  it('takes its options as matrix parameters too', async () => {
    const path = 'MMS005MI/LstWarehouses;maxrecs=1;returncols=WHLO;cono=100;divi=AAA?FWHL=002';

    const { results } = await envelopeOf(await company.get(path));

    expect(results[0]?.records).toEqual([{ WHLO: '002' }]);
  });

  it('leaves empty columns out and pads values when asked', async () => {
    const { results } = await envelopeOf(
      await company.get('CRS620MI/GetBasicData?SUNO=SUP1&excludeempty=true&righttrim=false'),
    );

    expect(results[0]?.records?.[0]?.SUNO).toBe('SUP1      ');
    expect(results[0]?.records?.[0]).not.toHaveProperty('SUCL');
  });

  it('answers a business no with HTTP 200, a padded text, code and field', async () => {
    const response = await company.get('CRS610MI/GetBasicData?CUNO=NOBODY');

    expect(response.status).toBe(200);
    const { results, nrOfFailedTransactions } = await envelopeOf(response);
    expect(results[0]).toEqual({
      transaction: 'GetBasicData',
      errorMessage: 'Record does not exist                       XRE0103 CUNO',
      errorType: 'ServerReturnedNOK',
      errorCode: 'XRE0103',
      errorCfg: '',
      errorField: 'CUNO',
      records: [],
    });
    expect(nrOfFailedTransactions).toBe(1);
  });

  it.each([
    ['an unknown program', 'XXX999MI/Get', 'TransactionNotFound'],
    ['an unknown transaction', 'MMS200MI/Gett', 'TransactionNotFound'],
    ['a missing mandatory field', 'MMS200MI/Get', 'MandatoryInputFieldNotFound'],
    ['a value that is too long', 'MMS200MI/Get?ITNO=1234567890123456', 'InputFieldTooLong'],
    ['a field it does not have', 'MMS200MI/Get?ITNO=MUG&NOPE=1', 'MalformedRequest'],
    ['a wrong company', 'MMS200MI/Get?ITNO=MUG&cono=200', 'InvalidUserConoDivi'],
    ['a wrong division', 'MMS200MI/Get?ITNO=MUG&cono=100&divi=ZZZ', 'InvalidUserConoDivi'],
  ])('answers 400 to %s', async (_what, path, errorType) => {
    const response = await company.get(path);

    expect([response.status, await response.json()]).toMatchObject([400, { errorType }]);
  });

  it('runs a bulk in order, item by item, without rollback', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    const line = (ITNO: string) => ({
      transaction: 'AddBatchLine',
      record: { ORNO, ITNO, ORQT: '1', WHLO: '001' },
      selectedColumns: ['PONR'],
    });

    const response = await company.post({
      program: 'OIS100MI',
      transactions: [line('MUG'), line('NONE'), line('THIS-ITEM-IS-TOO-LONG'), line('MUG')],
    });

    const { results, nrOfSuccessfullTransactions, nrOfFailedTransactions } =
      await envelopeOf(response);
    expect(results.map((result) => result.records?.[0]?.PONR)).toEqual([
      '2',
      undefined,
      undefined,
      '3',
    ]);
    expect(results[1]?.errorCode).toBe('WIT0103');
    expect(results[2]?.errorType).toBe('InputFieldTooLong');
    expect([nrOfSuccessfullTransactions, nrOfFailedTransactions]).toEqual([2, 2]);
  });

  it('gives no records for a transaction without output', async () => {
    const ORNO = await stageOrder(company, { reference: 'SB1' });
    const record = { ORNO, ADRT: '1', CUNM: 'Ann', CSCD: 'US' };

    const result = await company.call('OIS100MI/AddBatchAddress', record);

    expect(result).toEqual({ transaction: 'AddBatchAddress' });
  });

  it.each([
    ['transactions not last', '{"transactions":[{"transaction":"Get"}],"program":"MMS200MI"}'],
    [
      'a number in a record',
      '{"program":"MMS200MI","transactions":[{"transaction":"Get","record":{"ITNO":1}}]}',
    ],
    ['no JSON', '{"program":'],
  ])('refuses a bulk body with %s', async (_what, body) => {
    const response = await company.post(body);

    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errorType: 'MalformedRequest' },
    ]);
  });

  it('tells its time on every program', async () => {
    const row = await company.row('OIS100MI/GetServerTime');

    expect([row.DATE, row.TIME]).toEqual(['20261120', '120000']);
  });
});

describe('simulated lists', () => {
  it('start at the given reference and go on past it', async () => {
    for (const reference of ['SB1', 'SB2', 'SB3']) await placeOrder(company, { reference });

    const rows = await company.rows('OIS175MI/LstHeadByRef', { CUNO: 'WEB001', YREF: 'SB2' });

    expect(rows.map((row) => row.YREF)).toEqual(['SB2', 'SB3']);
    expect(rows[0]).not.toHaveProperty('CUNO');
  });

  it('are cut at maxrecs, which is 100 when not given', async () => {
    for (let number = 0; number < 3; number += 1) {
      await placeOrder(company, { reference: `SB${number}` });
    }

    const { results } = await envelopeOf(
      await company.get('OIS100MI/LstHead?CUNO=WEB001&maxrecs=2'),
    );

    expect(results[0]?.records).toHaveLength(2);
  });

  it('of aliases go on with the next alias', async () => {
    const rows = await company.rows('MMS025MI/LstItem', { POPN: '5012345' });

    expect(rows.map((row) => [row.POPN, row.ALWT, row.ITNO])).toEqual([
      ['5012345', '2', 'MUG'],
      ['5012345', '3', 'TEA'],
      ['5099999', '2', 'TEA'],
    ]);
  });

  it('of batch orders hold confirmed ones with their final number', async () => {
    const final = await placeOrder(company, { reference: 'SB1' });
    await stageOrder(company, { reference: 'SB2' });

    const rows = await company.rows('OIS100MI/LstBatchHead', { CUNO: 'WEB001' });

    expect(rows.map((row) => [row.CUOR, row.STAT, row.ORNR])).toEqual([
      ['SB1', '90', final],
      ['SB2', '20', ''],
    ]);
  });

  it('answer master data', async () => {
    const user = await company.row('MNS150MI/GetUserData');
    expect(user).toMatchObject({ CONO: '100', DIVI: 'AAA', FACI: 'F01', WHLO: '001' });
    const tea = await company.row('MMS200MI/GetItmBasic', { ITNO: 'TEA' });
    expect(tea).toMatchObject({ INDI: '3', DCCD: '2', UNMS: 'KG' });
    const other = await company.call('MMS200MI/GetItmWhsBasic', { WHLO: '002', ITNO: 'TEA' });
    expect(other.errorCode).toBe('XRE0103');
    const lots = await company.rows('MMS060MI/LstBalID', { WHLO: '001', ITNO: 'TEA' });
    expect(lots.map((row) => [row.BANO, row.STQT])).toEqual([
      ['L1', '5'],
      ['L2', '5'],
    ]);
    const account = await company.row('CRS630MI/GetAccountID', { AITP: '1', AITM: '9999' });
    expect(account.LCCD).toBe('1');
    const stop = await company.row('CRS610MI/GetFinancial', { CUNO: 'STOPPED' });
    expect(stop.BLCD).toBe('1');
    const open = await company.rows('CRS910MI/Select', { FYEA: '2026' });
    expect(open.map((row) => [row.FDAT, row.TDAT])).toEqual([
      ['20261101', '20261130'],
      ['20261201', '20261231'],
      ['20270101', '20270131'],
    ]);
  });
});
