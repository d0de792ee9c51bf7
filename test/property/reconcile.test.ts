import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerMovement } from '../../src/core/reconcile-ledger.ts';
import { movementFindings } from '../../src/core/reconcile-movement.ts';
import { type HistoryRow, settle } from '../../src/core/reconcile-settle.ts';
import { calendarDay } from '../../src/core/schema.ts';
import { aFrame, aMovement, rowsOf } from '../support/builders-books.ts';

/** Few items, orders, lots and days: what is alike is where settling goes wrong. */
const aLine = fc.record({
  item: fc.constantFrom('COFFEE', 'MUG', 'TEA'),
  quantity: fc.integer({ min: 1, max: 3 }).map(String),
  lot: fc.constantFrom('L1', 'L2'),
});

const aMonth = fc
  .array(
    fc.record({
      kind: fc.constantFrom('goodsIssue', 'stockIssue', 'goodsReceipt'),
      day: fc.integer({ min: 1, max: 28 }).map((day) => `2026-11-${String(day).padStart(2, '0')}`),
      warehouse: fc.constantFrom('100', '200'),
      order: fc.constantFrom('0010000001', '0010000002'),
      remark: fc.constantFrom('SHOWROOM', 'FAIR'),
      lines: fc.uniqueArray(aLine, { minLength: 1, maxLength: 3, selector: ({ item }) => item }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((drafts) =>
    drafts.map(({ kind, day, warehouse, order, remark, lines }, index) => {
      const key = kind === 'goodsReceipt' ? `R${index + 1}-1` : `S${index + 1}-1`;
      const marks = { goodsIssue: null, stockIssue: `SMP ${remark}`, goodsReceipt: key };
      return aMovement({
        ...{ kind, key, day, warehouse, mark: marks[kind] },
        order: kind === 'stockIssue' ? null : order,
        lines: lines.map((line) => ({
          item: line.item,
          quantity: line.quantity,
          ...(line.item === 'TEA' ? { lot: line.lot } : {}),
        })),
      });
    }),
  );

function findings(movements: LedgerMovement[], rows: HistoryRow[]) {
  return movementFindings(aFrame(), settle(movements, rows));
}

function shuffled<T>(all: T[], seed: number): T[] {
  return all
    .map((one, index) => ({ one, rank: Math.sin(seed + index * 7.3) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

describe('settling any month', () => {
  it('finds nothing where Infor holds exactly what was posted, in whatever order', () => {
    fc.assert(
      fc.property(aMonth, fc.integer(), (movements, seed) => {
        const rows = shuffled(
          movements.flatMap((movement) => rowsOf(movement)),
          seed,
        );

        expect(findings(movements, rows)).toEqual([]);
      }),
    );
  });

  it('finds a document that is gone, as one finding and nothing else', () => {
    fc.assert(
      fc.property(aMonth, fc.nat(), (movements, pick) => {
        const gone = movements[pick % movements.length];
        const rest = movements.filter((movement) => movement !== gone);
        // Stock issues of one reason and remark are alike: which of them is gone nobody can tell.
        fc.pre(gone !== undefined && gone.kind === 'goodsReceipt');

        const found = findings(
          movements,
          rest.flatMap((movement) => rowsOf(movement)),
        );

        expect(found.map(({ code, key }) => [code, key])).toEqual([
          ['MISSING_IN_INFOR', gone?.key],
        ]);
      }),
    );
  });

  it('loses and gains as many units as Infor does, whatever is gone', () => {
    fc.assert(
      fc.property(aMonth, fc.nat(), (movements, pick) => {
        const rows = movements.flatMap((movement) => rowsOf(movement));
        const gone = rows[pick % rows.length];

        const settled = settle(
          movements,
          rows.filter((row) => row !== gone),
        );

        const placed = settled.pairs.flatMap((pair) => pair.rows).length;
        expect(placed + settled.left.length + settled.reversed.length).toBe(rows.length - 1);
        expect(
          findings(
            movements,
            rows.filter((row) => row !== gone),
          ).length,
        ).toBeGreaterThan(0);
      }),
    );
  });

  it('finds a movement of nobody, and only that', () => {
    fc.assert(
      fc.property(aMonth, fc.integer({ min: 1, max: 28 }), (movements, day) => {
        const strange = aMovement({
          ...{ kind: 'stockIssue', order: null, mark: null, key: 'S999-1' },
          lines: [{ item: 'COFFEE', quantity: '2' }],
        });
        const text = `2026-11-${String(day).padStart(2, '0')}`;
        const rows = movements.flatMap((movement) => rowsOf(movement));
        rows.push(...rowsOf(strange, { day: calendarDay(text), reasonCode: 'CNT' }));

        expect(findings(movements, rows).map(({ code }) => code)).toEqual(['FOREIGN_MOVEMENT']);
      }),
    );
  });
});
