import { beforeEach, describe, expect, it } from 'vitest';
import type { HandBookingReader, HandQuery } from '../../src/app/ports.ts';
import type { HandKind } from '../../src/core/hand-booking.ts';
import { createHandBookingReader } from '../../src/infor/m3/hand-booking.ts';
import { type Desk, deskOf } from '../support/by-hand.ts';
import { type Bench, openBench } from '../support/recipe-ledger.ts';

let bench: Bench;
let desk: Desk;
let reader: HandBookingReader;

beforeEach(async () => {
  bench = await openBench();
  desk = deskOf(async (name, record = {}) => {
    const [program = '', transaction = ''] = name.split('/');
    const [group] = await bench.client.write(program, [[{ transaction, record, columns: [] }]]);
    const result = group?.[0]?.result;
    if (result?.kind !== 'ok') throw new Error(`${name}: ${JSON.stringify(result)}`);
    return result.records;
  });
  const clock = { now: () => Date.UTC(2026, 10, 20, 12), sleep: async () => {} };
  reader = createHandBookingReader({ client: bench.client, clock });
});

function read(kind: HandKind, number: string, more: Partial<HandQuery> = {}) {
  const nothing = { delivery: null, purchaseOrder: null, warehouse: null, sinceMs: null };
  return reader.read({ kind, number, ...nothing, items: [], ...more });
}

function enter(quantity = '5', customer = 'WEB001'): Promise<string> {
  const lines = [{ item: 'MUG', quantity }];
  return desk.enterOrder({ customer, warehouse: '001', lines });
}

describe('an order that a person entered', () => {
  it('is read with its customer and its lines in basic units', async () => {
    const number = await enter();

    expect(await read('salesOrder', number)).toEqual({
      state: 'found',
      party: 'WEB001',
      documents: [
        { number, ownKey: null, lines: [{ line: null, item: 'MUG', quantity: '5', lot: null }] },
      ],
      whole: null,
    });
  });

  it('is absent under any other number, and deleted when it was deleted', async () => {
    const number = await enter();
    await desk.rows('OIS100MI/DelHead', { ORNO: number });

    expect(await read('salesOrder', '0099999999')).toEqual({ state: 'absent' });
    expect(await read('salesOrder', 'NO SUCH')).toEqual({ state: 'absent' });
    expect(await read('salesOrder', number)).toEqual({ state: 'deleted' });
  });

  it('tells a key of ours that it carries', async () => {
    const head = { CUNO: 'WEB001', ORTP: 'C01', WHLO: '001', YREF: 'SB309' };
    const { ORNO = '' } = await desk.row('OIS100MI/AddBatchHead', head);
    await desk.row('OIS100MI/AddBatchLine', { ORNO, ITNO: 'MUG', ORQT: '1', WHLO: '001' });
    const { ORNO: number = '' } = await desk.row('OIS100MI/Confirm', { ORNO });

    expect(await read('salesOrder', number)).toMatchObject({ documents: [{ ownKey: 'SB309' }] });
  });
});

describe('a purchase order that a person entered', () => {
  it('is read with its supplier and all its lines', async () => {
    expect(await read('purchaseOrder', '4500012')).toMatchObject({
      state: 'found',
      party: 'SUP1',
      documents: [
        {
          lines: [
            { item: 'MUG', quantity: '40' },
            { item: 'TEA', quantity: '12.5' },
          ],
        },
      ],
    });
    expect(await read('purchaseOrder', '4500099')).toEqual({ state: 'absent' });
  });
});

describe('goods that a person issued on a sales order', () => {
  it('are what the stock history says, above zero, and none of another order', async () => {
    const number = await enter('5');
    const other = await enter('7');
    expect(await read('goodsIssue', number)).toEqual({ state: 'absent' });
    await desk.issue(number, [{ line: 1, quantity: '2' }]);
    await desk.issue(other, [{ line: 1, quantity: '7' }]);

    const answer = await read('goodsIssue', number);

    expect(answer).toMatchObject({
      state: 'found',
      party: 'WEB001',
      documents: [{ number, lines: [{ item: 'MUG', quantity: '2' }] }],
    });
  });

  it('are counted by delivery, with the whole order beside it', async () => {
    const number = await enter('5');
    const delivery = await desk.issue(number, [{ line: 1, quantity: '5' }]);

    expect(await read('goodsIssue', number, { delivery })).toMatchObject({
      documents: [{ number: `${number}/${delivery}`, lines: [{ quantity: '5' }] }],
      whole: { number, lines: [{ quantity: '5' }] },
    });
    expect(await read('goodsIssue', number, { delivery: '99999' })).toEqual({ state: 'absent' });
  });
});

describe('goods that a person received', () => {
  const onOrder = { purchaseOrder: '4500012' };

  it('are found by the receiving number, with item and lot', async () => {
    const receipt = { order: '4500012', line: 2, quantity: '2.5', lot: 'L9' };
    const number = await desk.receive(receipt);
    await desk.receive({ order: '4500012', line: 1, quantity: '3' });

    expect(await read('goodsReceipt', number, onOrder)).toMatchObject({
      documents: [{ number, ownKey: null, lines: [{ item: 'TEA', quantity: '2.5', lot: 'L9' }] }],
    });
    expect(await read('goodsReceipt', '1', onOrder)).toEqual({ state: 'absent' });
  });

  it('are found by the delivery note, every receiving number by itself', async () => {
    const note = 'DN 77';
    const first = await desk.receive({ order: '4500012', line: 1, quantity: '3', note });
    const second = await desk.receive({ order: '4500012', line: 1, quantity: '4', note });

    expect(await read('goodsReceipt', note, onOrder)).toMatchObject({
      documents: [
        { number: first, lines: [{ item: 'MUG', quantity: '3' }] },
        { number: second, lines: [{ item: 'MUG', quantity: '4' }] },
      ],
    });
  });

  it('are ours when the delivery note is one of our keys', async () => {
    const note = 'R443002-1';
    const number = await desk.receive({ order: '4500012', line: 1, quantity: '3', note });

    expect(await read('goodsReceipt', number, onOrder)).toMatchObject({
      documents: [{ ownKey: 'R443002-1' }],
    });
  });
});

describe('goods that a person took from stock', () => {
  async function correct(quantity: string, text: string): Promise<void> {
    const common = { E0PA: 'DESK', E065: 'WMS', WHLO: '001', MSNR: '' };
    const { MSNR = '' } = await desk.row('MMS850MI/AddAdjust', {
      ...common,
      ITNO: 'MUG',
      WHSL: 'A1',
      QLQT: quantity,
      QLDT: '20261120',
      RSCD: 'SMP',
      BREM: text,
    });
    await desk.rows('MMS850MI/PrcStkTran', { MSNR, PRFL: '*EXE' });
  }

  it('are found by the text on them, in the warehouse and for the items asked', async () => {
    await correct('-2', 'SAMPLES 12');
    await correct('-5', 'OTHER');
    const where = { warehouse: '001', items: ['MUG'], sinceMs: Date.UTC(2026, 10, 19) };

    expect(await read('stockIssue', 'SAMPLES 12', where)).toMatchObject({
      party: null,
      documents: [{ lines: [{ item: 'MUG', quantity: '2' }] }],
    });
    expect(await read('stockIssue', 'SAMPLES 13', where)).toEqual({ state: 'absent' });
  });
});
