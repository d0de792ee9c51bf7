import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuantity, sumQuantities } from '../../src/core/quantity.ts';
import { type Comparison, compareBooks, differencesIn } from '../../src/core/rehearsal-compare.ts';
import { bookKinds, type HandBooking, type WouldBook } from '../../src/core/rehearsal-line.ts';
import { calendarDay } from '../../src/core/schema.ts';

const days = { from: calendarDay('2026-11-23'), to: calendarDay('2026-11-30') };
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 3 });
const quantity = fc.integer({ min: 1, max: 4 }).map((count) => parseQuantity(String(count)));
const item = fc.constantFrom('MUG', 'mug', 'CUP', 'TEA');
const warehouse = fc.constantFrom('CIC', 'MOV');
const lot = fc.constantFrom('L1', 'L2');
const reference = fc.constantFrom('1', '2', '3');
const day = fc.constantFrom('2026-11-20', '2026-11-24', '2026-11-25').map(calendarDay);
const kind = fc.constantFrom(...bookKinds);

const documents: fc.Arbitrary<WouldBook[]> = fc
  .array(
    fc.record({
      kind,
      references: fc.uniqueArray(reference, { minLength: 1 }),
      day: maybe(day),
      lines: fc.array(
        fc.record({ item, quantity, warehouse, lot: maybe(lot), unit: fc.constant(null) }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 6 },
  )
  .map((books) => books.map((book, index) => ({ ...book, key: `K${index}` })));

const bookings: fc.Arbitrary<HandBooking[]> = fc
  .array(
    fc.record({
      kind,
      number: maybe(fc.constantFrom('N1', 'N2')),
      reference,
      item,
      quantity: fc.integer({ min: -2, max: 4 }).map((count) => parseQuantity(String(count))),
      warehouse: maybe(warehouse),
      day: maybe(day),
      lot: maybe(lot),
    }),
    { maxLength: 12 },
  )
  .map((rows) => rows.map((row, index) => ({ ...row, row: index + 2 })));

/** Where a row stands in the file is for people, and is all that its order may change. */
function withoutRows(found: Comparison): unknown {
  return JSON.parse(JSON.stringify(found, (name, value) => (name === 'rows' ? undefined : value)));
}

describe('a comparison of books', () => {
  it('does not depend on the order of rows or documents', () => {
    const shuffled = bookings.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      ),
    );
    fc.assert(
      fc.property(documents, shuffled, (would, [rows, moved]) => {
        const plain = compareBooks({ would, byHand: rows, days });
        const other = compareBooks({ would: [...would].reverse(), byHand: moved, days });

        expect(withoutRows(other)).toEqual(withoutRows(plain));
      }),
    );
  });

  it('finds no difference between a book and itself', () => {
    fc.assert(
      fc.property(documents, (would) => {
        const byHand = would.flatMap((book) =>
          book.lines.map((line, index) => ({
            ...line,
            row: index + 2,
            kind: book.kind,
            number: `number of ${book.key}`,
            reference: book.key,
            day: book.day,
          })),
        );
        const own = would.map((book) => ({ ...book, references: [book.key] }));

        expect(differencesIn(compareBooks({ would: own, byHand, days }))).toBe(0);
      }),
    );
  });

  it('loses no unit of either side, and uses no line twice', () => {
    fc.assert(
      fc.property(documents, bookings, (would, byHand) => {
        const { sums, pairs, onlyMlc, onlyByHand, outside } = compareBooks({ would, byHand, days });

        for (const one of bookKinds) {
          const sum = sums.find((each) => each.kind === one);
          const given = would.filter((book) => book.kind === one).flatMap((book) => book.lines);
          const rows = byHand.filter((row) => row.kind === one);
          expect(sum?.mlc.units ?? '0').toBe(sumQuantities(given.map((line) => line.quantity)));
          expect(sum?.byHand.units ?? '0').toBe(sumQuantities(rows.map((row) => row.quantity)));
        }
        const lines = sums.reduce((all, { mlc, byHand: hand }) => all + mlc.lines + hand.lines, 0);
        const told = [...onlyMlc, ...onlyByHand, ...outside].length + 2 * pairs.length;
        expect(told).toBe(lines);
        expect(new Set(pairs.map(({ byHand: hand }) => hand)).size).toBe(pairs.length);
        expect(new Set(pairs.map(({ mlc }) => mlc)).size).toBe(pairs.length);
      }),
    );
  });
});
