import { describe, expect, it } from 'vitest';
import { addDays } from '../../src/core/day.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import {
  type BooksBench,
  gathered,
  historyOf,
  openBooksBench,
  query,
} from '../support/infor-books.ts';
import { posted, postedOrder } from '../support/recipe-ledger.ts';
import {
  aGoodsIssue,
  aGoodsReceipt,
  aJournal,
  aPurchaseOrder,
  aSalesLine,
  aSalesOrder,
  aStockIssue,
  target,
} from '../support/recipe-target.ts';

const day = calendarDay('2026-11-20');
const november = { fromDay: calendarDay('2026-11-01'), toDay: calendarDay('2026-11-30') };
const salesOrders = { kind: 'salesOrder' as const, customers: ['WEB001'], ...november };

function foreign({ sandbox }: BooksBench, count: number, item = 'MUG'): void {
  for (let made = 0; made < count; made += 1) {
    sandbox.world.plant({
      kind: 'foreignMovement',
      type: '90',
      warehouse: '001',
      item,
      quantity: '1',
      ...(item === 'TEA' ? { lot: 'L1' } : {}),
    });
  }
}

describe('sales orders in the books', () => {
  it('are found by key, with lines in the basic unit', async () => {
    const bench = await openBooksBench();
    const { number } = await postedOrder(bench);

    const found = await bench.books.documents('salesOrder', [
      query('SB1001', aSalesOrder()),
      query('SB1002', aSalesOrder()),
    ]);

    expect(found).toEqual([
      [
        {
          kind: 'salesOrder',
          key: 'SB1001',
          number,
          live: 'yes',
          party: 'WEB001',
          day,
          lines: [{ line: '1', item: 'MUG', warehouse: '001', quantity: '3', lot: null }],
        },
      ],
      [],
    ]);
  });

  it('are all found that carry the key, those that a person entered too', async () => {
    const bench = await openBooksBench();
    const { number } = await postedOrder(bench);
    const planted = bench.sandbox.world.plant({ kind: 'copyOrder', number });

    const [found] = await bench.books.documents('salesOrder', [query('SB1001', aSalesOrder())]);

    expect(found?.map((one) => one.number)).toEqual([number, ...planted.numbers]);
  });

  it('are found for another customer of the configuration', async () => {
    const bench = await openBooksBench({}, { customers: ['WEB001', 'NOBODY'] });
    const { number } = await postedOrder(bench);
    const planned = aSalesOrder({ customer: 'STOPPED' });

    const [found] = await bench.books.documents('salesOrder', [query('SB1001', planned)]);

    expect(found).toMatchObject([{ number, party: 'WEB001' }]);
  });

  it('are found by number when their reference was changed', async () => {
    const bench = await openBooksBench();
    const { number } = await postedOrder(bench);

    const [found] = await bench.books.documents('salesOrder', [
      query('SB7', aSalesOrder(), number),
    ]);

    expect(found).toMatchObject([{ number, key: 'SB1001', live: 'yes' }]);
  });

  it('are told as deleted while Infor shows them so, and are gone after that', async () => {
    const bench = await openBooksBench();
    const { number } = await postedOrder(bench);
    const asked = [query('SB1001', aSalesOrder(), number)];

    bench.sandbox.world.deleteDocument({ kind: 'order', number, leave: 'status90' });
    const shown = await bench.books.documents('salesOrder', asked);
    bench.sandbox.world.deleteDocument({ kind: 'order', number });
    const gone = await bench.books.documents('salesOrder', asked);

    expect(shown).toMatchObject([[{ number, live: 'no', lines: [] }]]);
    expect(gone).toEqual([[]]);
  });

  it('under one key may be more than a page', async () => {
    const bench = await openBooksBench();
    const { number } = await postedOrder(bench);
    for (let made = 0; made < 70; made += 1) {
      bench.sandbox.world.plant({ kind: 'copyOrder', number });
    }

    const [found] = await bench.books.documents('salesOrder', [query('SB1001', aSalesOrder())]);

    expect(found).toHaveLength(71);
  });

  it('with our keys are listed by order date, whoever entered them', async () => {
    const bench = await openBooksBench();
    await postedOrder(bench);
    const entered = {
      kind: 'enterOrder',
      customer: 'WEB001',
      warehouse: '001',
      item: 'MUG',
    } as const;
    const enter = (yourReference: string, ordered: string) =>
      bench.sandbox.world.plant({ ...entered, yourReference, quantity: '1', day: ordered });
    enter('SB999', '20261130');
    enter('SB998', '20261201');
    enter('by phone', '20261120');
    enter('SBX-1', '20261120');

    const found = await bench.books.ownOrders(salesOrders);

    expect(found.map((one) => one.key).sort()).toEqual(['SB1001', 'SB999']);
  });

  it('of one day that no list shows whole are read by reference', async () => {
    const bench = await openBooksBench({ listLimit: 20 });
    for (let made = 0; made < 30; made += 1) {
      bench.sandbox.world.plant({
        kind: 'enterOrder',
        customer: 'WEB001',
        warehouse: '001',
        item: 'MUG',
        yourReference: `SB${1000 + made}`,
        quantity: '1',
        day: '20261120',
      });
    }

    const found = await bench.books.ownOrders(salesOrders);

    expect(new Set(found.map((one) => one.key)).size).toBe(30);
  });
});

describe('purchase orders in the books', () => {
  const planned = aPurchaseOrder();

  it('are found by key or number, those deleted too', async () => {
    const bench = await openBooksBench();
    const { number } = await posted(bench, target(planned));

    const found = await bench.books.documents('purchaseOrder', [
      query('SB1001', planned),
      query('SB7', planned, number),
      query('SB8', planned),
    ]);
    bench.sandbox.world.deleteDocument({ kind: 'purchaseOrder', number, leave: 'status90' });
    const [deleted] = await bench.books.documents('purchaseOrder', [query('SB1001', planned)]);

    const order = {
      kind: 'purchaseOrder',
      key: 'SB1001',
      number,
      live: 'yes',
      party: 'SUP1',
      lines: [
        { line: '1', item: 'MUG', quantity: '12' },
        { line: '2', item: 'TEA', quantity: '2.5' },
      ],
    };
    expect(found).toMatchObject([[order], [order], []]);
    expect(deleted).toMatchObject([{ number, live: 'no', lines: [] }]);
  });

  it('are listed by our requester and day, and never from a list that was cut', async () => {
    const bench = await openBooksBench();
    // With one line, so that lines are no list that is cut.
    const short = aPurchaseOrder({ lines: planned.lines.slice(0, 1) });
    await posted(bench, target(short));
    const request = { kind: 'purchaseOrder' as const, customers: [], ...november };

    const found = await bench.books.ownOrders(request);
    const earlier = await bench.books.ownOrders({
      ...request,
      toDay: calendarDay('2026-11-19'),
    });
    await posted(bench, target(short, { key: externalKey('SB1002') }));
    bench.sandbox.world.setTenant({ listLimit: 1 });

    expect(found).toMatchObject([{ key: 'SB1001' }]);
    expect(earlier).toEqual([]);
    await expect(bench.books.ownOrders(request)).rejects.toMatchObject({
      code: 'BOOKS_INCOMPLETE',
      kind: 'rejected',
    });
    // Known by its number, it can still be read.
    const number = found[0]?.number ?? '';
    const asked = [query('SB1001', planned, number)];
    expect(await bench.books.documents('purchaseOrder', asked)).toMatchObject([[{ number }]]);
    await expect(
      bench.books.documents('purchaseOrder', [query('SB7', planned)]),
    ).rejects.toMatchObject({ code: 'BOOKS_INCOMPLETE' });
  });
});

describe('the stock history in the books', () => {
  it('holds what our documents moved, and what ties them to it', async () => {
    const bench = await openBooksBench();
    const order = await postedOrder(bench);
    const issue = target(aGoodsIssue(), { key: externalKey('S388185605-1'), dependency: order });
    await posted(bench, issue);
    await posted(bench, target(aGoodsReceipt(), { key: externalKey('R443002-1') }));
    await posted(bench, target(aStockIssue(), { key: externalKey('S388185606-1') }));

    const rows = await historyOf(bench, day, day);

    expect(rows.find(({ kind }) => kind === 'orderIssue')).toMatchObject({
      type: '31',
      item: 'MUG',
      quantity: '-3',
      order: order.number,
      day,
      enteredOn: day,
    });
    expect(rows.filter(({ kind }) => kind === 'purchaseReceipt')[0]).toMatchObject({
      order: '4500012',
      deliveryNote: 'WRO 443002',
    });
    expect(rows.filter(({ kind }) => kind === 'adjustment')).toMatchObject([
      { item: 'MUG', lot: null, quantity: '-2', reasonCode: 'SMP', order: null },
      { item: 'TEA', lot: 'L1', quantity: '-0.5', reasonCode: 'DMG' },
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it('holds every type, of the warehouses asked for', async () => {
    const bench = await openBooksBench();
    const moved = { kind: 'foreignMovement', item: 'MUG', quantity: '-1' } as const;
    bench.sandbox.world.plant({ ...moved, type: '51', warehouse: '001' });
    bench.sandbox.world.plant({ ...moved, type: '90', warehouse: '002' });

    const one = await historyOf(bench, day, day);
    const both = await historyOf(bench, day, day, ['001', '002']);

    expect(one).toMatchObject([{ type: '51', kind: 'other', warehouse: '001' }]);
    expect(both.map(({ warehouse }) => warehouse).sort()).toEqual(['001', '002']);
  });

  it('goes by the posting day, though it is read by the day of entry', async () => {
    const bench = await openBooksBench();
    const moved = { kind: 'foreignMovement', type: '90', warehouse: '001', item: 'MUG' } as const;
    for (const posting of ['20261031', '20261101', '20261130', '20261201']) {
      bench.sandbox.world.plant({ ...moved, quantity: '1', day: posting });
    }

    const rows = await historyOf(bench, november.fromDay, november.toDay);

    expect(rows.map((row) => row.day)).toEqual(['2026-11-01', '2026-11-30']);
  });

  it('is read to its end over many pages, each row once', async () => {
    const bench = await openBooksBench();
    // Pages of 500 end in the middle of a second.
    for (let second = 0; second < 5; second += 1) {
      foreign(bench, 200, 'MUG');
      foreign(bench, 80, 'TEA');
      bench.sandbox.world.advance(1000);
    }

    const rows = await historyOf(bench, day, day);

    expect(rows).toHaveLength(1400);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1400);
  });

  it('is read whole when more rows than a page were entered in one second', async () => {
    const bench = await openBooksBench();
    foreign(bench, 900);

    expect(await historyOf(bench, day, day)).toHaveLength(900);
  });

  it('is never taken from a list that was cut', async () => {
    const bench = await openBooksBench({ listLimit: 300 });
    foreign(bench, 400);

    await expect(historyOf(bench, day, day)).rejects.toMatchObject({ code: 'BOOKS_INCOMPLETE' });
  });

  it('is not readable where no issue lowers the stock', async () => {
    const bench = await openBooksBench();
    const order = await postedOrder(bench);
    await posted(
      bench,
      target(aGoodsIssue(), { key: externalKey('S388185605-1'), dependency: order }),
    );
    for (const movement of bench.sandbox.world.state.movements) {
      movement.quantity = 3_000_000n;
      for (let made = 0; made < 4; made += 1) {
        bench.sandbox.world.plant({ kind: 'repeatMovement', of: { order: movement.order } });
      }
      break;
    }

    await expect(historyOf(bench, day, day)).rejects.toMatchObject({
      code: 'BOOKS_NOT_READABLE',
    });
  });

  it('is not readable where the user may not run the program', async () => {
    const bench = await openBooksBench({ forbiddenPrograms: ['MWS070MI'] });

    await expect(historyOf(bench, day, day)).rejects.toMatchObject({ kind: 'configuration' });
  });
});

describe('balances in the books', () => {
  it('stand in the order asked, null where the item is not set up', async () => {
    const bench = await openBooksBench();

    const found = await bench.books.onHand([
      { item: 'TEA', warehouse: '001' },
      { item: 'NONE', warehouse: '001' },
      { item: 'MUG', warehouse: '002' },
      { item: 'TEA', warehouse: '002' },
    ]);

    expect(found).toEqual(['10', null, '10', null]);
  });

  it('follow the history', async () => {
    const bench = await openBooksBench();
    const order = await postedOrder(bench, aSalesOrder({ lines: [aSalesLine(1, 'MUG', '3')] }));
    await posted(
      bench,
      target(aGoodsIssue(), { key: externalKey('S388185605-1'), dependency: order }),
    );

    expect(await bench.books.onHand([{ item: 'MUG', warehouse: '001' }])).toEqual(['97']);
  });
});

describe('vouchers in the books', () => {
  const key = externalKey('J20261120AAA-01');
  const other = externalKey('J20261120BBB-01');
  const lines = (bench: BooksBench, divisions: string[], asked = november) =>
    gathered(bench.books.voucherLines({ divisions, ...asked }));

  it('are told line by line, with charge and journal', async () => {
    const bench = await openBooksBench();
    await posted(bench, target(aJournal(), { key }));

    const found = await lines(bench, ['AAA']);

    expect(found).toMatchObject([
      {
        chargeId: '01HZX3F5Q2M7N8P9R0S1T2V3W4',
        journal: key,
        amount: '7.25',
        currency: 'USD',
        division: 'AAA',
        day,
        enteredOn: day,
      },
      { journal: key, amount: '-7.25' },
    ]);
    expect(found[0]?.dimensions).toHaveLength(7);
    expect(found[0]?.dimensions[0]).toBe('1400');
  });

  it('are read of every division asked, and of no other', async () => {
    const bench = await openBooksBench();
    await posted(bench, target(aJournal(), { key }));
    await posted(bench, target(aJournal({ division: 'BBB' }), { key: other }));

    const journals = (found: { journal: string }[]) => [...new Set(found.map((l) => l.journal))];

    expect(journals(await lines(bench, ['AAA', 'BBB', 'AAA']))).toEqual([key, other]);
    expect(journals(await lines(bench, ['BBB']))).toEqual([other]);
    expect(await lines(bench, ['AAA', 'BBB'])).toHaveLength(4);
    // An empty one is the configured one.
    expect(journals(await lines(bench, ['']))).toEqual([key]);
  });

  it('are found by accounting day, whichever day the list goes by', async () => {
    for (const voucherListGoesBy of ['accountingDay', 'entryDay'] as const) {
      // Entered on the 20th, booked before and after.
      for (const booked of ['2026-11-05', '2026-12-01']) {
        const bench = await openBooksBench();
        const accounting = calendarDay(booked);
        const own = externalKey(`J${booked.replaceAll('-', '')}AAA-01`);
        await posted(bench, target(aJournal({ day: accounting }), { key: own }));
        bench.sandbox.world.setTenant({ voucherListGoesBy });

        const week = { fromDay: accounting, toDay: addDays(accounting, 6) };
        const found = await lines(bench, ['AAA'], week);

        expect(found.map((line) => line.day)).toEqual([accounting, accounting]);
        const before = { fromDay: addDays(accounting, -7), toDay: addDays(accounting, -1) };
        expect(await lines(bench, ['AAA'], before)).toEqual([]);
      }
    }
  });

  it('leave out what is not ours', async () => {
    const bench = await openBooksBench();
    foreign(bench, 3);

    expect(await lines(bench, ['AAA'])).toEqual([]);
  });

  it('are not readable without a list', async () => {
    const missing = await openBooksBench({ glListMissing: true });
    const journal = { interfaceName: 'SHIPBOB', recordType: 'I1', voucherList: 'none' } as const;
    const told = await openBooksBench({}, { journal });

    await expect(lines(missing, ['AAA'])).rejects.toMatchObject({ code: 'BOOKS_NOT_READABLE' });
    await expect(lines(told, ['AAA'])).rejects.toMatchObject({ code: 'BOOKS_NOT_READABLE' });
  });

  it('are never taken from a list that was cut', async () => {
    const bench = await openBooksBench();
    await posted(bench, target(aJournal(), { key }));
    bench.sandbox.world.setTenant({ listLimit: 1 });

    await expect(lines(bench, ['AAA'])).rejects.toMatchObject({ code: 'BOOKS_INCOMPLETE' });
  });
});
