import { describe, expect, it } from 'vitest';
import { masterView } from '../../src/core/master.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { CaseLink, MovedGoods } from '../../src/core/reconcile-case.ts';
import { linkedMovements } from '../../src/core/reconcile-link.ts';
import { movementFindings } from '../../src/core/reconcile-movement.ts';
import { type HistoryRow, settle } from '../../src/core/reconcile-settle.ts';
import { unitFactorBy } from '../../src/core/reconcile-unit.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import { noonMs } from '../support/builders.ts';
import { aFrame, aMovement, rowsOf } from '../support/builders-books.ts';
import { someFacts } from '../support/builders-facts.ts';

const day = calendarDay('2026-11-03');
const held = (quantity: string) => [
  { line: null, item: 'COFFEE', lot: null, quantity: parseQuantity(quantity) },
];

function codesOf(link: Partial<CaseLink>, rows: HistoryRow[]): string[] {
  const goods: MovedGoods = {
    ...{ kind: 'goodsIssue', key: externalKey('S388185605-1'), warehouse: '100', day },
    ...{ record: { kind: 'order', id: '1' }, atMs: noonMs, units: parseQuantity('3') },
    lines: [{ item: 'COFFEE', lot: null, quantity: parseQuantity('3') }],
  };
  const movements = linkedMovements({
    links: [
      {
        ...{ kind: 'goodsIssue', shipbobId: '388185605', number: '0010000009' },
        ...{ held: held('3'), linkedAtMs: noonMs, ...link },
      },
    ],
    moved: [goods],
    rows,
    dayOf: () => day,
  });
  return movementFindings(aFrame(), settle(movements, rows)).map(({ code }) => code);
}

describe('a document that a person entered', () => {
  const issued = () => rowsOf(aMovement({ order: '0010000009' }));
  const received = () =>
    rowsOf(aMovement({ kind: 'goodsReceipt', order: '4500012', mark: 'BY-HAND' }), {
      receivingNumber: '600001',
    });
  const receipt = { kind: 'goodsReceipt', shipbobId: '443002', number: '600001' } as const;

  it('is known by the number it was given, and is nobody else’s', () => {
    expect(codesOf({}, issued())).toEqual([]);
    expect(codesOf({ held: null }, issued())).toEqual([]);
    expect(codesOf(receipt, received())).toEqual([]);
    expect(codesOf({ ...receipt, number: '4500012' }, received())).toEqual([]);
  });

  it('is missed when it is not there any more', () => {
    expect(codesOf({}, [])).toEqual(['MISSING_IN_INFOR']);
  });

  it('is found with another quantity than when it was linked', () => {
    expect(codesOf({ held: held('2') }, issued())).toEqual(['QUANTITY_DIFFERS']);
    expect(codesOf({ ...receipt, held: held('2') }, received())).toEqual(['QUANTITY_DIFFERS']);
  });

  it('may be known as one delivery of an order', () => {
    const delivered = rowsOf(aMovement({ order: '0010000009' }), { delivery: '2' });

    expect(codesOf({ number: '0010000009/2' }, delivered)).toEqual([]);
    expect(codesOf({ number: '0010000009/02' }, delivered)).toEqual([]);
    expect(codesOf({ number: '0010000009/2' }, [])).toEqual(['MISSING_IN_INFOR']);
  });

  it('was checked without lots where ShipBob gives none: whichever lots it has are its own', () => {
    const lots = rowsOf(
      aMovement({
        order: '0010000009',
        lines: [
          { item: 'COFFEE', quantity: '2', lot: 'L1' },
          { item: 'COFFEE', quantity: '1', lot: 'L2' },
        ],
      }),
    );

    expect(codesOf({}, lots)).toEqual([]);
    expect(codesOf({ held: held('2') }, lots)).toEqual(['FOREIGN_MOVEMENT']);
    expect(codesOf({ held: held('4') }, lots)).toEqual(['QUANTITY_DIFFERS']);
  });

  it('of another number stays somebody else’s', () => {
    expect(codesOf({ ...receipt, number: '600002' }, received())).toEqual(['FOREIGN_MOVEMENT']);
  });
});

describe('the basic units of a receipt’s line', () => {
  const facts = someFacts().purchaseOrder('4500012', [{ item: 'MUG', remaining: '5' }]);
  const factor = (item: string, unit: string) =>
    unitFactorBy(masterView(facts.build()))(
      {
        ...{ line: 1, purchaseOrderLine: '10', purchaseOrderSubline: '0', item, unit },
        ...{ quantity: parseQuantity('1'), lot: null, expiresOn: null, location: null },
        complete: false,
      },
      '4500012',
    );

  it('are one where the line is in the item’s own unit', () => {
    expect(factor('COFFEE', 'EA')).toBe('1');
  });

  it('are never taken for one where nobody knows', () => {
    expect(factor('COFFEE', 'CS')).toBeNull();
    expect(factor('MUG', 'CS')).toBeNull();
  });
});
