import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/core/quantity.ts';
import { compareBooks, differencesIn } from '../../src/core/rehearsal-compare.ts';
import type { BookLine, HandBooking, WouldBook } from '../../src/core/rehearsal-line.ts';
import { calendarDay } from '../../src/core/schema.ts';

const day = calendarDay('2026-11-25');
const days = { from: calendarDay('2026-11-23'), to: calendarDay('2026-11-30') };

type Line = Partial<Omit<BookLine, 'quantity'>> & { quantity?: string };

function line({ quantity = '1', ...rest }: Line = {}): BookLine {
  return { item: 'MUG', warehouse: 'CIC', lot: null, ...rest, quantity: parseQuantity(quantity) };
}

function issue(lines: Line[], changes: Partial<WouldBook> = {}): WouldBook {
  const references = ['10045', '309600000'];
  const own = lines.map((each) => ({ ...line(each), unit: null }));
  return { key: 'S1-1', kind: 'goodsIssue', references, day, lines: own, ...changes };
}

let rows = 1;

function byHand(booking: Line & Partial<Omit<HandBooking, 'quantity'>> = {}): HandBooking {
  rows += 1;
  return {
    row: rows,
    kind: 'goodsIssue',
    number: null,
    reference: '10045',
    day,
    ...booking,
    ...line(booking),
  };
}

function compare(would: WouldBook[], hand: HandBooking[]) {
  return compareBooks({ would, byHand: hand, days });
}

describe('a rehearsal compared with what was booked by hand', () => {
  it('finds the same line by any reference of the document, whatever its case and blanks', () => {
    const would = issue([{}], { references: ['web-10045'] });

    const found = compare([would], [byHand({ reference: ' WEB-10045 ' })]);

    expect(differencesIn(found)).toBe(0);
    expect(found.sums).toMatchObject([{ kind: 'goodsIssue', same: 1, differs: 0 }]);
  });

  it('says what differs, each field by itself', () => {
    const hand = byHand({
      quantity: '2',
      warehouse: 'MOV',
      day: calendarDay('2026-11-26'),
      lot: 'L2',
    });

    const found = compare([issue([{ lot: 'L1' }])], [hand]);

    expect(found.pairs[0]?.differences).toEqual([
      { field: 'lot', mlc: 'L1', byHand: 'L2' },
      { field: 'warehouse', mlc: 'CIC', byHand: 'MOV' },
      { field: 'quantity', mlc: '1', byHand: '2' },
      { field: 'day', mlc: '2026-11-25', byHand: '2026-11-26' },
    ]);
  });

  it('calls nothing a difference that the booking does not tell', () => {
    const hand = byHand({ warehouse: null, day: null, lot: null });

    expect(differencesIn(compare([issue([{ lot: 'L1' }])], [hand]))).toBe(0);
  });

  it('uses a booking for one document only', () => {
    const second = issue([{}], { key: 'S2-1' });

    const found = compare([issue([{}]), second], [byHand()]);

    expect(found.pairs).toHaveLength(1);
    expect(found.onlyMlc).toMatchObject([{ key: 'S2-1' }]);
  });

  it('gives each of two shipments of one order the booking that fits it best', () => {
    const would = [
      issue([{ quantity: '5' }], { key: 'S1-1' }),
      issue([{ quantity: '2' }], { key: 'S2-1' }),
    ];

    const found = compare(would, [byHand({ quantity: '2' }), byHand({ quantity: '5' })]);

    expect(differencesIn(found)).toBe(0);
    expect(found.pairs.map(({ mlc, byHand: hand }) => [mlc.key, hand.quantity])).toEqual([
      ['S1-1', '5'],
      ['S2-1', '2'],
    ]);
  });

  it('adds up rows that say the same, and forgets what was taken back under one number', () => {
    const split = [byHand({ quantity: '2' }), byHand({ quantity: '3' })];
    const takenBack = [
      byHand({ number: '77', item: 'CUP', quantity: '4' }),
      byHand({ number: '77', item: 'CUP', quantity: '-4' }),
    ];

    const found = compare([issue([{ quantity: '5' }])], [...split, ...takenBack]);

    expect(differencesIn(found)).toBe(0);
    expect(found.pairs[0]?.byHand.rows).toHaveLength(2);
  });

  it('adds up lots where people wrote none down, and only there', () => {
    const would = issue([
      { lot: 'L1', quantity: '3' },
      { lot: 'L2', quantity: '2' },
    ]);

    expect(differencesIn(compare([would], [byHand({ quantity: '5' })]))).toBe(0);
    const told = compare([would], [byHand({ quantity: '5', lot: 'L1' })]);
    expect(told.pairs[0]?.differences).toEqual([{ field: 'quantity', mlc: '3', byHand: '5' }]);
    expect(told.onlyMlc).toMatchObject([{ lot: 'L2', quantity: '2' }]);
  });

  it('pairs another item of the same quantity, and leaves apart what shares neither', () => {
    const would = issue([{ item: 'MUG-BLUE', quantity: '2' }]);

    const other = compare([would], [byHand({ item: 'MUG-WHITE', quantity: '2' })]);
    const foreign = compare([would], [byHand({ item: 'MUG-WHITE', quantity: '7' })]);

    expect(other.pairs[0]?.differences).toMatchObject([{ field: 'item', byHand: 'MUG-WHITE' }]);
    expect(foreign.pairs).toEqual([]);
    expect(foreign.onlyMlc).toHaveLength(1);
    expect(foreign.onlyByHand).toHaveLength(1);
  });

  it('never takes a receipt for an issue of the same reference', () => {
    const found = compare([issue([{}])], [byHand({ kind: 'goodsReceipt' })]);

    expect(found.pairs).toEqual([]);
    expect(found.sums.map(({ kind }) => kind)).toEqual(['goodsIssue', 'goodsReceipt']);
  });

  it('finds what stands in Infor already by its number', () => {
    const there = issue([{}], { references: ['10045', '0010000123'] });

    const found = compare([there], [byHand({ reference: 'batch 7', number: '0010000123' })]);

    expect(differencesIn(found)).toBe(0);
  });

  it('leaves bookings of other days out, unless they have a match', () => {
    const early = calendarDay('2026-11-20');

    const found = compare(
      [issue([{}])],
      [
        byHand({ day: early }),
        byHand({ reference: '9', day: early }),
        byHand({ reference: '8', day: null }),
      ],
    );

    expect(found.pairs[0]?.differences).toMatchObject([{ field: 'day' }]);
    expect(found.outside).toMatchObject([{ reference: '9' }]);
    expect(found.onlyByHand).toMatchObject([{ reference: '8' }]);
    expect(differencesIn(found)).toBe(2);
  });

  it('adds up the parts in which a delivery was received, on whatever days and numbers', () => {
    const would = issue([{ quantity: '50' }], { kind: 'goodsReceipt', day: null });
    const part = (quantity: string, date: string | null, number: string) =>
      byHand({
        kind: 'goodsReceipt',
        quantity,
        number,
        day: date === null ? null : calendarDay(date),
      });

    const found = compare(
      [would],
      [
        part('20', '2026-11-24', '7'),
        part('25', '2026-11-26', '8'),
        part('5', null, '9'),
        part('50', '2026-11-20', '6'),
      ],
    );

    expect(differencesIn(found)).toBe(0);
    expect(found.pairs[0]?.byHand.rows).toHaveLength(3);
    expect(found.outside).toMatchObject([{ number: '6' }]);
  });

  it('gets through a year of bookings', () => {
    const many = Array.from({ length: 40_000 }, (_, index) => String(index));
    const would = many.map((id) => issue([{}], { key: `S${id}-1`, references: [id] }));

    const found = compare(would, many.map((id) => byHand({ reference: id })).reverse());

    expect(found.sums).toMatchObject([{ same: 40_000, differs: 0 }]);
  });
});
