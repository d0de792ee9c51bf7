import { describe, expect, it } from 'vitest';
import { readHandBook } from '../../src/core/hand-book.ts';

const usual = ['document', 'reference', 'item', 'quantity', 'day'];

function read(rows: string[][], header = usual) {
  return readHandBook({
    header: { line: 1, cells: header },
    rows: rows.map((cells, index) => ({ line: index + 2, cells })),
  });
}

describe('a list of hand bookings', () => {
  it('is read whatever the order of its columns, and may lack the optional ones', () => {
    const header = ['Quantity', ' item', 'DOCUMENT', 'reference'];

    const { bookings, mistakes } = read([['1.50', 'MUG', 'Goods Issue', '10045']], header);

    expect(mistakes).toEqual([]);
    expect(bookings).toEqual([
      {
        row: 2,
        kind: 'goodsIssue',
        number: null,
        reference: '10045',
        item: 'MUG',
        quantity: '1.5',
        warehouse: null,
        day: null,
        lot: null,
      },
    ]);
  });

  it.each([
    ['salesOrder', 'salesOrder'],
    ['sales order', 'salesOrder'],
    ['Customer order', 'salesOrder'],
    ['purchase-order', 'purchaseOrder'],
    ['ISSUE', 'goodsIssue'],
    ['stock_issue', 'stockIssue'],
    ['Receipt', 'goodsReceipt'],
  ])('takes %s for a %s', (word, kind) => {
    expect(read([[word, '1', 'MUG', '1', '']]).bookings).toMatchObject([{ kind }]);
  });

  it.each([
    ['quantity', '1,5', /write a point before decimals/],
    ['quantity', '1,000', /write a point before decimals/],
    ['quantity', '', /must not be empty/],
    ['quantity', '12 pcs', /write a number/],
    ['quantity', '1e3', /write a number/],
    ['day', '30.11.2026', /2026-11-30/],
    ['day', '11/30/2026', /2026-11-30/],
    ['day', '20261130', /2026-11-30/],
    ['day', '2026-02-30', /2026-11-30/],
    ['document', 'journal', /write sales order/],
    ['document', '', /write sales order/],
    ['reference', ' ', /must not be empty/],
    ['item', '', /must not be empty/],
  ])('refuses %s %j and says how to write it', (column, value, mend) => {
    const good = ['goods issue', '10045', 'MUG', '1', '2026-11-30'];
    const bad = good.map((cell, index) => (usual[index] === column ? value : cell));

    const { bookings, mistakes } = read([good, bad]);

    expect(bookings).toEqual([]);
    expect(mistakes).toEqual([
      { line: 3, column, value: value.trim(), mend: expect.stringMatching(mend) },
    ]);
  });

  it('names columns that do not exist, twice exist, or lack', () => {
    const { mistakes } = read([], ['document', 'Qty', 'item', 'item']);

    expect(mistakes.map(({ column, value }) => [column, value])).toEqual([
      ['2', 'Qty'],
      ['4', 'item'],
      ['reference', ''],
      ['quantity', ''],
    ]);
  });

  it('refuses a row with more or fewer cells: nobody can tell which belong where', () => {
    const { mistakes } = read([['goods issue', '10045', 'MUG', '1', '5', '2026-11-30']]);

    expect(mistakes).toMatchObject([{ line: 2, value: '6 cells' }]);
  });

  it('passes over rows of separators alone', () => {
    expect(read([['', '', ' ', '', '']])).toEqual({ bookings: [], mistakes: [] });
  });

  it('tells a bounded number of mistakes at once', () => {
    const bad = Array.from({ length: 5_000 }, () => ['?', '?', '?', '?', '?']);

    expect(read(bad).mistakes.length).toBeLessThan(25);
  });
});
