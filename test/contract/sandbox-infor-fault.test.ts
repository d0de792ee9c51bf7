import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { type Company, envelopeOf, openCompany } from '../support/sandbox-infor-client.ts';
import {
  placeOrder,
  receiptLine,
  stageMessage,
  stageOrder,
} from '../support/sandbox-infor-document.ts';

let company: Company;
let ORNO: string;
beforeEach(async () => {
  company = await openCompany();
  ORNO = await stageOrder(company, { reference: 'SB1' });
});
afterEach(() => company.sandbox.close());

const orders = () => company.sandbox.world.books().orders.length;
const later = () => company.sandbox.world.advance(300_000);

function next(kind: FaultKind, match = 'OIS100MI/Confirm'): void {
  company.sandbox.faults.script({ match, kind, times: 1 });
}

const waits: Partial<Record<FaultKind, string>> = {
  rateLimited: '2',
  rateLimitedNow: '0',
  rateLimitedHuge: '999999999',
  rateLimitedRubbish: 'after 2099',
};

function confirm(): Promise<Response> {
  return company.post({
    program: 'OIS100MI',
    transactions: [{ transaction: 'Confirm', record: { ORNO } }],
  });
}

describe('simulated fault', () => {
  it.each<[FaultKind, number]>([
    ['unauthorized', 401],
    ['rateLimited', 429],
    ['rateLimitedBare', 429],
    ['rateLimitedNow', 429],
    ['rateLimitedHuge', 429],
    ['rateLimitedRubbish', 429],
    ['serverErrorBefore', 503],
    ['gatewayTimeoutBefore', 504],
    ['html', 502],
    ['loginPage', 302],
  ])('%s answers %i and leaves the books untouched', async (kind, status) => {
    next(kind);

    const response = await confirm();
    later();

    expect([response.status, orders()]).toEqual([status, 0]);
    expect(response.headers.get('retry-after')).toBe(waits[kind] ?? null);
    expect((await confirm()).status).toBe(200);
    expect(orders()).toBe(1);
  });

  it.each<[FaultKind, number]>([
    ['serverErrorAfter', 503],
    ['gatewayTimeoutAfter', 504],
  ])('%s answers %i although the order was made', async (kind, status) => {
    next(kind);

    expect((await confirm()).status).toBe(status);
    expect(orders()).toBe(1);
  });

  it('gatewayTimeoutLate makes the order minutes later', async () => {
    next('gatewayTimeoutLate');

    expect((await confirm()).status).toBe(504);

    expect(orders()).toBe(0);
    expect((await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT).toBe('20');
    later();
    expect(orders()).toBe(1);
    expect((await company.row('OIS275MI/GetTmpOrderStat', { ORNO })).STAT).toBe('90');
  });

  it('gatewayTimeoutLate takes effect beside a second Confirm sent meanwhile', async () => {
    next('gatewayTimeoutLate');
    await confirm();

    await confirm();
    later();

    expect(orders()).toBe(2);
  });

  it('gatewayTimeoutLate has no effect on a handle that was deleted meanwhile', async () => {
    next('gatewayTimeoutLate');
    await confirm();

    await company.rows('OIS100MI/DelBatchHead', { ORNO });
    later();

    expect(orders()).toBe(0);
  });

  it.each<[FaultKind, number]>([
    ['resetBefore', 0],
    ['resetAfter', 1],
  ])('%s breaks the connection and leaves %i orders', async (kind, count) => {
    next(kind);

    await expect(confirm()).rejects.toThrow();

    expect(orders()).toBe(count);
  });

  it('truncated does everything and breaks off its answer', async () => {
    next('truncated');

    const response = await confirm();

    await expect(response.text()).rejects.toThrow();
    expect(orders()).toBe(1);
  });

  it('rateLimitedDate says until when to wait', async () => {
    next('rateLimitedDate');

    const response = await confirm();

    const untilMs = Date.parse(response.headers.get('retry-after') ?? '');
    const waitMs = untilMs - Date.parse(response.headers.get('date') ?? '');
    expect([response.status, waitMs]).toEqual([429, 3_000]);
  });

  it('emptyBody makes the order and says nothing', async () => {
    next('emptyBody');

    const response = await confirm();

    expect([response.status, await response.text(), orders()]).toEqual([200, '', 1]);
  });

  it('duplicateKeys makes the order and contradicts itself', async () => {
    next('duplicateKeys');

    const text = await (await confirm()).text();

    expect(text.startsWith('{"results":null,"results":[{')).toBe(true);
    expect(orders()).toBe(1);
  });

  it('slow answers as usual', async () => {
    await company.control('/__tenant', { slowMs: 5 });
    next('slow');

    const { results } = await envelopeOf(await confirm());

    expect(results[0]?.records?.[0]?.STAT).toBe('90');
    expect(company.sandbox.faults.counts.get('slow')).toBe(1);
  });

  it('terminatedBulk tries only the first items', async () => {
    next('terminatedBulk', 'OIS100MI/AddBatchLine');
    const record = { ORNO, ITNO: 'MUG', ORQT: '1', WHLO: '001' };
    const transactions = [1, 2, 3, 4].map(() => ({ transaction: 'AddBatchLine', record }));

    const answer = await envelopeOf(await company.post({ program: 'OIS100MI', transactions }));

    expect(answer.wasTerminated).toBe(true);
    const skipped = answer.results.filter((result) => result.notProcessed).length;
    expect(skipped).toBeGreaterThan(0);
    expect(answer.nrOfNotProcessedTransactions).toBe(skipped);
    const [order] = company.sandbox.world.books().temporaryOrders;
    expect(order?.lines).toHaveLength(1 + 4 - skipped);
  });

  it('partialBulk breaks one item and runs the others', async () => {
    next('partialBulk', 'OIS100MI/AddBatchLine');
    const record = { ORNO, ITNO: 'MUG', ORQT: '1', WHLO: '001' };
    const transactions = [1, 2, 3].map(() => ({ transaction: 'AddBatchLine', record }));

    const answer = await envelopeOf(await company.post({ program: 'OIS100MI', transactions }));

    const types = answer.results.map((result) => result.errorType);
    expect(types.filter((type) => type === 'BackendInternalError')).toHaveLength(1);
    expect(answer.nrOfSuccessfullTransactions).toBe(2);
  });

  it('lockedOnce refuses with a lock code, then lets through', async () => {
    next('lockedOnce');
    const MSGN = await stageMessage(company, {
      qualifier: '20',
      external: 'R1',
      line: receiptLine('1'),
    });
    next('lockedOnce', 'MHS850MI/PrcWhsTran');

    const order = await company.call('OIS100MI/Confirm', { ORNO });
    const message = await company.call('MHS850MI/PrcWhsTran', { MSGN });

    expect([order.errorCode, message.errorCode]).toEqual(['XUP0001', 'XO_1130']);
    expect((await company.row('OIS100MI/Confirm', { ORNO })).STAT).toBe('90');
    await company.rows('MHS850MI/PrcWhsTran', { MSGN });
    expect((await company.row('MHS850MI/GetWhsHead', { MSGN })).STAT).toBe('90');
  });

  it('okWithoutEffect says OK and leaves a message head at 45', async () => {
    const MSGN = await stageMessage(company, {
      qualifier: '20',
      external: 'R1',
      line: receiptLine('1'),
    });
    next('okWithoutEffect', 'MHS850MI/PrcWhsTran');
    next('okWithoutEffect');

    const message = await company.call('MHS850MI/PrcWhsTran', { MSGN });
    const order = await company.call('OIS100MI/Confirm', { ORNO });

    expect([message.errorType, order.errorType]).toEqual([undefined, undefined]);
    expect((await company.row('MHS850MI/GetWhsHead', { MSGN })).STAT).toBe('45');
    expect(company.sandbox.world.books().stockHistory).toEqual([]);
    expect(orders()).toBe(0);
  });

  it('does not strike a read with what only writes can suffer', async () => {
    next('okWithoutEffect', 'OIS275MI/GetTmpOrderStat');

    const status = await company.row('OIS275MI/GetTmpOrderStat', { ORNO });

    expect(status.STAT).toBe('20');
    expect(company.sandbox.faults.counts.size).toBe(0);
  });

  it('can also strike the login', async () => {
    next('rateLimitedBare', 'OAUTH/token');

    expect((await company.login()).status).toBe(429);
    expect((await company.login()).status).toBe(200);
  });
});

describe('control pages', () => {
  it('show the books with every call counted', async () => {
    await confirm();

    const response = await fetch(`${company.url}/__books`);

    const books = await response.json();
    expect(books).toMatchObject({
      orders: [{ customerReference: 'SB1', live: true, lines: [{ quantity: '3' }] }],
      callCounts: { 'OIS100MI/AddBatchHead': 1, 'OIS100MI/Confirm': 1 },
    });
    expect(books).toMatchObject({ httpRequests: 4 });
  });

  it('script faults, set rates and clear them', async () => {
    await company.control('/__faults', {
      script: [{ match: 'OIS100MI/Confirm', kind: 'serverErrorBefore', times: 1 }],
      rates: { rateLimitedBare: 1 },
    });
    expect((await confirm()).status).toBe(503);
    expect((await confirm()).status).toBe(429);

    await company.control('/__faults', { clear: true });

    expect((await confirm()).status).toBe(200);
  });

  it('add an item, delete a document and move the clock', async () => {
    const item = { number: 'NEW', name: 'New', warehouses: [{ warehouse: '001', onHand: '4' }] };
    await company.control('/__items', item);
    const made = await placeOrder(company, { reference: 'SB9', item: 'NEW' });
    await company.control('/__delete', { kind: 'order', number: made });
    await company.control('/__delete', { kind: 'batchOrder', number: ORNO });
    await company.control('/__clock', { advanceMs: 86_400_000 });
    await company.login();

    expect((await company.call('OIS100MI/GetHead', { ORNO: made })).errorCode).toBe('XRE0103');
    expect((await company.call('OIS275MI/GetTmpOrderStat', { ORNO })).errorCode).toBe('XRE0103');
    expect(company.sandbox.world.books().orders).toMatchObject([{ number: made, live: false }]);
    expect((await company.row('OIS100MI/GetServerTime')).DATE).toBe('20261121');
  });

  it('refuse what they do not understand', async () => {
    const response = await company.control('/__tenant', { confirmDelay: 1 });

    expect(response.status).toBe(400);
  });
});
