import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { LedgerMovement } from '../../src/core/reconcile-ledger.ts';
import { movementFindings } from '../../src/core/reconcile-movement.ts';
import type { HistoryRow } from '../../src/core/reconcile-settle.ts';
import { settle } from '../../src/core/reconcile-settle.ts';
import { calendarDay } from '../../src/core/schema.ts';
import { aCorrection, aFrame, aMovement, rowsOf } from '../support/builders-books.ts';

function codesOf(movements: LedgerMovement[], rows: HistoryRow[]): string[] {
  return movementFindings(aFrame(), settle(movements, rows)).map(({ code }) => code);
}

const receipt = () =>
  aMovement({ kind: 'goodsReceipt', key: 'R443002-1', order: '4500012', mark: 'R443002-1' });
const stockIssue = (more = {}) =>
  aMovement({ kind: 'stockIssue', order: null, mark: 'SMP SHOWROOM', ...more });

describe("settling Infor's stock history with the ledger", () => {
  it.each([
    ['a goods issue', aMovement()],
    ['a receipt', receipt()],
    ['a stock issue', stockIssue()],
    ['goods of a lot', aMovement({ lines: [{ item: 'TEA', quantity: '2', lot: 'L1' }] })],
  ])('finds nothing where %s stands in both', (_, movement) => {
    expect(codesOf([movement], rowsOf(movement))).toEqual([]);
  });

  it('takes rows of one line together, where Infor took the goods from several places', () => {
    const movement = aMovement();
    const parts = ['-1', '-2'].flatMap((quantity) =>
      rowsOf(movement, { quantity: parseQuantity(quantity) }),
    );

    expect(codesOf([movement], parts)).toEqual([]);
  });

  it('does not mind the case of a lot', () => {
    const movement = aMovement({ lines: [{ item: 'TEA', quantity: '2', lot: 'l1' }] });

    expect(codesOf([movement], rowsOf(movement, { lot: 'L1' }))).toEqual([]);
  });

  it.each([
    ['MISSING_IN_INFOR', 'nothing of it is there', []],
    [
      'QUANTITY_DIFFERS',
      'another quantity',
      rowsOf(aMovement(), { quantity: parseQuantity('-2') }),
    ],
    ['LOT_DIFFERS', 'another lot', rowsOf(aMovement(), { lot: 'L9' })],
    ['ITEM_DIFFERS', 'another item', rowsOf(aMovement(), { item: 'MUG' })],
    ['WAREHOUSE_DIFFERS_IN_BOOKS', 'another warehouse', rowsOf(aMovement(), { warehouse: '200' })],
    ['WRONG_PERIOD', 'another month', rowsOf(aMovement(), { day: calendarDay('2026-10-31') })],
    ['DOUBLED_IN_INFOR', 'it once more', [...rowsOf(aMovement()), ...rowsOf(aMovement())]],
    ['FOREIGN_MOVEMENT', 'a row of nobody', [...rowsOf(aMovement()), aCorrection()]],
  ])('calls it %s where Infor has %s', (code, _, rows) => {
    expect(codesOf([aMovement()], rows)).toEqual([code]);
  });

  it('does not mind another day of the same month', () => {
    const movement = aMovement();

    expect(codesOf([movement], rowsOf(movement, { day: calendarDay('2026-11-28') }))).toEqual([]);
  });

  it('is one finding about a document of several lines that is gone', () => {
    const lines = [
      { item: 'COFFEE', quantity: '3' },
      { item: 'MUG', quantity: '1' },
    ];

    const found = movementFindings(aFrame(), settle([aMovement({ lines })], []));

    expect(found.map(({ code, ledger }) => [code, ledger])).toEqual([['MISSING_IN_INFOR', '4']]);
  });

  it('names the line that is gone of a document that else stands', () => {
    const movement = aMovement({
      lines: [
        { item: 'COFFEE', quantity: '3' },
        { item: 'MUG', quantity: '1' },
      ],
    });

    const found = movementFindings(aFrame(), settle([movement], rowsOf(movement).slice(0, 1)));

    expect(found.map(({ code, item }) => [code, item])).toEqual([['MISSING_IN_INFOR', 'MUG']]);
  });

  it('sees that a document was taken back, and says when', () => {
    const movement = aMovement();
    const back = rowsOf(movement, {
      quantity: parseQuantity('3'),
      day: calendarDay('2026-11-09'),
    });

    const found = movementFindings(aFrame(), settle([movement], [...rowsOf(movement), ...back]));

    expect(found.map(({ code }) => code)).toEqual(['MISSING_IN_INFOR']);
    expect(found[0]?.sentence).toContain('taken back on 2026-11-09');
  });

  it('sees that it was taken back and booked again on a day of another month', () => {
    const movement = aMovement();
    const back = rowsOf(movement, { quantity: parseQuantity('3') });
    const again = rowsOf(movement, { day: calendarDay('2026-10-30') });

    expect(codesOf([movement], [...rowsOf(movement), ...back, ...again])).toEqual(['WRONG_PERIOD']);
  });

  it('sees a correction under the same references as another quantity', () => {
    const movement = aMovement();
    const more = rowsOf(movement, { quantity: parseQuantity('-1') });

    const found = movementFindings(aFrame(), settle([movement], [...rowsOf(movement), ...more]));

    expect(found.map(({ code, infor }) => [code, infor])).toEqual([['QUANTITY_DIFFERS', '4']]);
  });
});

describe('a lost stock issue', () => {
  it('is not hidden by an equal correction that somebody entered', () => {
    const lost = stockIssue();
    const correction = aCorrection({
      quantity: parseQuantity('-3'),
      reasonCode: 'CNT',
      day: lost.day,
    });

    expect(codesOf([lost], [correction]).sort()).toEqual(['FOREIGN_MOVEMENT', 'MISSING_IN_INFOR']);
  });

  it('is not hidden by an equal issue of another remark', () => {
    const lost = stockIssue();
    const other = stockIssue({ key: 'S388185606-1', mark: 'SMP FAIR' });

    expect(codesOf([lost, other], rowsOf(other))).toEqual(['MISSING_IN_INFOR']);
  });
});

describe('rows of nobody', () => {
  it('get no hint to replay or to take back', () => {
    const found = movementFindings(aFrame(), settle([], [aCorrection()]));

    expect(found[0]?.code).toBe('FOREIGN_MOVEMENT');
    expect(found[0]?.hint).not.toMatch(/replay|take (it|the).*back/i);
  });

  it('in a warehouse that no centre stands for any more are their own business', () => {
    const elsewhere = aMovement({ warehouse: '900' });
    const rows = rowsOf(elsewhere);

    expect(codesOf([elsewhere], [...rows, aCorrection({ warehouse: '900' })])).toEqual([]);
    expect(codesOf([elsewhere], [...rows, ...rowsOf(elsewhere)])).toEqual(['DOUBLED_IN_INFOR']);
  });

  it('of other days, and of before the cut-over, are none of this comparison', () => {
    const frame = aFrame();
    const startFromMs = Date.parse('2026-11-05T12:00:00Z');
    frame.settings.sync.startFromMs = startFromMs;
    const rows = ['2026-10-30', '2026-11-04', '2026-12-01'].map((day) =>
      aCorrection({ day: calendarDay(day) }),
    );

    expect(movementFindings(frame, settle([], rows))).toEqual([]);
  });

  it('on an order of somebody else are one finding for what was booked together', () => {
    const strange = aMovement({
      order: '0099999999',
      lines: [
        { item: 'COFFEE', quantity: '3' },
        { item: 'MUG', quantity: '1' },
      ],
    });

    expect(codesOf([], rowsOf(strange))).toEqual(['FOREIGN_MOVEMENT']);
  });
});

describe('what is in doubt', () => {
  it('is no finding where it is not there, and belongs to nobody else where it is', () => {
    const doubtful = aMovement({ stands: 'maybe' });

    expect(codesOf([doubtful], [])).toEqual([]);
    expect(codesOf([doubtful], rowsOf(doubtful))).toEqual([]);
  });

  it('was not missing yet when it was posted after the moment', () => {
    const frame = aFrame({ asOfMs: Date.parse('2026-11-20T00:00:00Z') });
    const late = aMovement({ postedAtMs: Date.parse('2026-11-21T00:00:00Z') });

    expect(movementFindings(frame, settle([late], []))).toEqual([]);
  });
});

it('settles fifty thousand movements in seconds', () => {
  const movements = Array.from({ length: 50_000 }, (_, index) =>
    aMovement({ key: `S${index + 1}-1`, order: String(index % 25_000), mark: null }),
  );
  const rows = movements.flatMap((movement) => rowsOf(movement));
  const startedAt = performance.now();

  const settled = settle(movements, rows);

  expect(settled.pairs).toHaveLength(50_000);
  expect(performance.now() - startedAt).toBeLessThan(30_000);
});
