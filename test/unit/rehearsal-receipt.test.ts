import { describe, expect, it } from 'vitest';
import type { GoodsReceipt, PurchaseOrderFact } from '../../src/core/glossary.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { asIfUnreceived, ReceivedBefore } from '../../src/core/rehearsal-receipt.ts';
import { calendarDay, receivingId } from '../../src/core/schema.ts';

function order(
  lines: { ordered: string; received: string; remaining: string; open: boolean }[],
  open = true,
): PurchaseOrderFact {
  return {
    kind: 'purchaseOrder',
    supplier: 'SB0001',
    warehouse: 'CIC',
    open,
    statusText: '20 printed',
    lines: lines.map((line, index) => ({
      line: String(10 * (index + 1)),
      subline: '0',
      item: 'MUG',
      unit: 'EA',
      unitFactor: parseQuantity('1'),
      requestedOn: null,
      ordered: parseQuantity(line.ordered),
      received: parseQuantity(line.received),
      remaining: parseQuantity(line.remaining),
      open: line.open,
    })),
  };
}

function receipt(...quantities: string[]): GoodsReceipt {
  return {
    kind: 'goodsReceipt',
    receivingId: receivingId('443002'),
    purchaseOrder: '4500012',
    supplier: 'SB0001',
    warehouse: 'CIC',
    movedOn: calendarDay('2026-11-25'),
    movedAtTime: '120000',
    deliveryNote: 'R443002-1',
    lines: quantities.map((quantity, index) => ({
      line: index + 1,
      purchaseOrderLine: '10',
      purchaseOrderSubline: '0',
      item: 'MUG',
      quantity: parseQuantity(quantity),
      unit: 'EA',
      lot: null,
      expiresOn: null,
      location: null,
      complete: false,
    })),
  };
}

describe('a purchase order of which people received while mlc rehearsed', () => {
  it('is planned against as it was before', () => {
    const seen = order([{ ordered: '100', received: '40', remaining: '60', open: true }]);

    expect(asIfUnreceived(seen).lines[0]).toMatchObject({ remaining: '100', received: '0' });
  });

  it('is open again where it closed because everything arrived', () => {
    const line = { ordered: '100', received: '120', remaining: '0', open: false };

    const before = asIfUnreceived(order([line], false));

    expect(before.open).toBe(true);
    expect(before.lines[0]).toMatchObject({ open: true, remaining: '120' });
  });

  it('stays as it is where nothing of it arrived', () => {
    const deleted = order([{ ordered: '9', received: '0', remaining: '0', open: false }], false);

    expect(asIfUnreceived(deleted)).toEqual(deleted);
  });
});

describe('goods of a receiving order from before the days', () => {
  const received = (quantity: string) =>
    order([{ ordered: '100', received: quantity, remaining: '0', open: true }]);

  it('count as booked before as far as Infor has received them', () => {
    const before = new ReceivedBefore();
    before.addReceived('4500012', received('30'));

    const first = before.lessen(receipt('20', '25'));
    const second = before.lessen(receipt('5'));

    expect(first.taken).toBe('30');
    expect(first.receipt?.lines).toMatchObject([{ quantity: '15' }]);
    expect(second).toMatchObject({ taken: '0', receipt: { lines: [{ quantity: '5' }] } });
  });

  it('are nothing to post when Infor has all of them', () => {
    const before = new ReceivedBefore();
    before.addReceived('4500012', received('80'));

    expect(before.lessen(receipt('50'))).toEqual({ receipt: null, taken: '50' });
  });

  it('do not count as booked before what was booked by hand within the days', () => {
    const before = new ReceivedBefore();
    before.addReceived('4500012', received('50'));
    before.takeBookedWithin('4500012', 'mug', parseQuantity('20'));

    expect(before.lessen(receipt('50')).receipt?.lines).toMatchObject([{ quantity: '20' }]);
  });

  it('never count below zero, whatever the list says', () => {
    const before = new ReceivedBefore();
    before.addReceived('4500012', received('10'));
    before.takeBookedWithin('4500012', 'MUG', parseQuantity('500'));

    expect(before.lessen(receipt('50')).taken).toBe('0');
  });
});
