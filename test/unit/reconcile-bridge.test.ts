import { describe, expect, it } from 'vitest';
import { addQuantities, parseQuantity, zero } from '../../src/core/quantity.ts';
import { onHandRows, unexplainedOf } from '../../src/core/reconcile-bridge.ts';
import type { MovedGoods, OpenGoods } from '../../src/core/reconcile-case.ts';
import { bridgeFlows, type ShelfEvent } from '../../src/core/reconcile-flow.ts';
import type { LedgerMovement } from '../../src/core/reconcile-ledger.ts';
import { type HistoryRow, settle } from '../../src/core/reconcile-settle.ts';
import type { OnHandRow } from '../../src/core/reconciliation.ts';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import { dayMs, noonMs } from '../support/builders.ts';
import { aCorrection, aMovement, rowsOf } from '../support/builders-books.ts';

const fromMs = Date.parse('2026-11-01T08:00:00Z');
const atMs = noonMs + 20 * dayMs;

interface Shelf {
  shipbob: string;
  infor: string;
  events?: Partial<ShelfEvent>[];
  movements?: LedgerMovement[];
  rows?: HistoryRow[];
  moved?: Partial<MovedGoods>[];
  open?: Partial<OpenGoods>[];
}

function bridge(shelf: Shelf): OnHandRow {
  const pair = { item: 'COFFEE', warehouse: '100' };
  const lines = [{ item: 'COFFEE', lot: null, quantity: parseQuantity('3') }];
  const flows = bridgeFlows({
    fromDay: calendarDay('2026-11-01'),
    fromMs,
    atMs,
    events: (shelf.events ?? []).map((event) => ({
      ...{ ...pair, quantity: parseQuantity('-3'), category: 'OrderPicked', ofOrder: 'yes' },
      ...event,
    })),
    settled: settle(shelf.movements ?? [], shelf.rows ?? []),
    moved: (shelf.moved ?? []).map((goods) => ({
      ...{ kind: 'goodsIssue', key: externalKey('S388185605-1'), warehouse: '100', lines },
      ...{ record: { kind: 'order', id: '1' }, day: calendarDay('2026-11-03'), atMs: noonMs },
      units: parseQuantity('3'),
      ...goods,
    })),
    open: (shelf.open ?? []).map((goods) => ({
      ...{ state: 'waiting', key: null, warehouse: '100', day: null, atMs: noonMs },
      ...{ direction: 'out', lines, why: 'to be posted' },
      ...goods,
    })),
  });
  const level = {
    ...pair,
    skus: ['COFFEE'],
    shipbob: parseQuantity(shelf.shipbob),
    infor: parseQuantity(shelf.infor),
  };
  const [row] = onHandRows([level], flows, atMs);
  if (row === undefined) throw new Error('a level has a row');
  return row;
}

const partsOf = ({ parts }: OnHandRow) =>
  Object.fromEntries(parts.map(({ category, quantity }) => [category, quantity]));
const issue = aMovement();
const receipt = aMovement({
  ...{ kind: 'goodsReceipt', key: 'R443002-1', order: '4500012', mark: 'R443002-1' },
});
const stow = { quantity: parseQuantity('3'), category: 'ReceivingStow', ofOrder: 'no' } as const;

describe('the on-hand bridge', () => {
  it.each<[string, Shelf, Record<string, string>]>([
    ['nothing happened', { shipbob: '10', infor: '10' }, {}],
    ['it differed before', { shipbob: '10', infor: '12' }, { opening: '-2' }],
    [
      'goods left and are booked',
      {
        shipbob: '7',
        infor: '7',
        events: [{}],
        movements: [issue],
        rows: rowsOf(issue),
        moved: [{}],
      },
      {},
    ],
    [
      'goods left and are not posted yet',
      { shipbob: '7', infor: '10', events: [{}], moved: [{}], open: [{}] },
      { notYetPosted: '-3' },
    ],
    [
      'goods left and a flag holds them',
      { shipbob: '7', infor: '10', events: [{}], moved: [{}], open: [{ state: 'flagged' }] },
      { flagged: '-3' },
    ],
    [
      'goods are picked and still there',
      { shipbob: '7', infor: '10', events: [{}] },
      { inTransit: '-3' },
    ],
    [
      'ShipBob adjusted its count',
      {
        shipbob: '8',
        infor: '10',
        events: [{ quantity: parseQuantity('-2'), category: 'InventoryAdjusted', ofOrder: 'no' }],
      },
      { shipbobAdjustment: '-2' },
    ],
    [
      'somebody corrected Infor',
      { shipbob: '10', infor: '7', rows: [aCorrection()] },
      { inforForeign: '3' },
    ],
    [
      'goods were stowed and are booked',
      { shipbob: '13', infor: '13', events: [stow], movements: [receipt], rows: rowsOf(receipt) },
      {},
    ],
    [
      'goods were stowed and wait',
      { shipbob: '13', infor: '10', events: [stow], open: [{ direction: 'in' }] },
      { notYetPosted: '3' },
    ],
    [
      'an issue was taken back in Infor',
      { shipbob: '7', infor: '10', events: [{}], movements: [issue], moved: [{}] },
      { finding: '-3' },
    ],
    [
      'a receipt was taken back in Infor',
      { shipbob: '13', infor: '10', events: [stow], movements: [receipt] },
      { finding: '3' },
    ],
    [
      'goods left for what a rule books nothing for',
      { shipbob: '7', infor: '10', events: [{}], open: [{ state: 'notCalledFor' }] },
      { shipbobAdjustment: '-3' },
    ],
    [
      'goods that left before are booked since',
      {
        shipbob: '7',
        infor: '7',
        movements: [aMovement({ day: '2026-10-31' })],
        rows: rowsOf(issue),
      },
      {},
    ],
    [
      'goods that were picked before left since',
      { shipbob: '7', infor: '7', movements: [issue], rows: rowsOf(issue), moved: [{}] },
      {},
    ],
    [
      'goods that were stowed before are booked since',
      { shipbob: '13', infor: '13', movements: [receipt], rows: rowsOf(receipt) },
      {},
    ],
    [
      'goods were posted by an earlier mapping',
      {
        ...{ shipbob: '4', infor: '7', events: [{ quantity: parseQuantity('-6') }] },
        ...{ movements: [issue], rows: rowsOf(issue), moved: [{}] },
        open: ['6', '-3'].map((quantity) => ({
          state: 'earlierMapping',
          lines: [{ item: 'COFFEE', lot: null, quantity: parseQuantity(quantity) }],
        })),
      },
      { finding: '-3' },
    ],
    [
      'goods came that nobody knows of',
      { shipbob: '13', infor: '10', events: [stow] },
      { unexplained: '3' },
    ],
  ])('where %s tells each unit', (_, shelf, parts) => {
    const row = bridge(shelf);

    expect(partsOf(row)).toEqual(parts);
    const sum = row.parts.reduce((all, { quantity }) => addQuantities(all, quantity), zero);
    expect(sum).toBe(row.difference);
  });

  it('does not count as open what stands in Infor meanwhile', () => {
    const key = externalKey('S388185605-1');

    const row = bridge({
      ...{ shipbob: '7', infor: '7', events: [{}], movements: [issue], rows: rowsOf(issue) },
      ...{ moved: [{}], open: [{ key, state: 'unknown' }] },
    });

    expect(partsOf(row)).toEqual({});
    expect(unexplainedOf(row)).toBe('0');
  });

  it('says how old what waits is', () => {
    const row = bridge({ shipbob: '7', infor: '10', events: [{}], moved: [{}], open: [{}] });

    expect(row.parts.map(({ ageDays }) => ageDays)).toEqual([20]);
  });
});
