import { describe, expect, it } from 'vitest';
import { planCase } from '../../src/core/plan.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import {
  type BookedOrder,
  compareBookedOrder,
  compareLinkedOrder,
  ledgerOrder,
  unknownOrder,
} from '../../src/core/reconcile-booked.ts';
import { anOrder } from '../support/builders.ts';
import { anInput, aPosted, keyOf } from '../support/builders-planning.ts';

const order = anOrder().line('COFFEE', '3').line('MUG', '1').build();

function posted(cancelled: 'yes' | 'no' = 'no') {
  const [planned] = planCase(anInput(order)).documents;
  if (planned === undefined) throw new Error('an order has a document');
  const found = ledgerOrder(aPosted(planned, keyOf(order)), cancelled);
  if (found === null) throw new Error('it is posted');
  return found;
}

function booked(more: Partial<BookedOrder> = {}): BookedOrder {
  const { posting, day } = posted();
  return {
    kind: 'salesOrder',
    key: posting.key,
    number: '0010000001',
    live: 'yes',
    party: 'WEB001',
    day,
    lines: [
      { line: '1', item: 'COFFEE', warehouse: '100', quantity: parseQuantity('3') },
      { line: '2', item: 'MUG', warehouse: '100', quantity: parseQuantity('1') },
    ],
    ...more,
  };
}

const changed = (item: string, quantity: string): BookedOrder['lines'] => [
  { line: '1', item, warehouse: '100', quantity: parseQuantity(quantity) },
  { line: '2', item: 'MUG', warehouse: '100', quantity: parseQuantity('1') },
];

describe('an order of the ledger in Infor', () => {
  it('that stands as it was posted has nothing to find', () => {
    expect(compareBookedOrder(posted(), [booked()])).toEqual([]);
  });

  it.each([
    ['MISSING_IN_INFOR', 'not there', []],
    ['DELETED_IN_INFOR', 'there and deleted', [booked({ live: 'no' })]],
    ['DOUBLED_IN_INFOR', 'there twice', [booked(), booked({ number: '0010000002' })]],
    ['PARTY_DIFFERS', "another customer's", [booked({ party: 'WEB002' })]],
    ['QUANTITY_DIFFERS', 'of another quantity', [booked({ lines: changed('COFFEE', '2') })]],
    ['ITEM_DIFFERS', 'of another item', [booked({ lines: changed('TEA', '3') })]],
    ['QUANTITY_DIFFERS', 'without a line', [booked({ lines: changed('COFFEE', '3').slice(0, 1) })]],
  ])('is called %s where it is %s', (code, _, documents) => {
    expect(compareBookedOrder(posted(), documents).map((one) => one.code)).toEqual([code]);
  });

  it('that the ledger has taken back may not stand', () => {
    expect(compareBookedOrder(posted('yes'), [booked({ live: 'no' })])).toEqual([]);
    expect(compareBookedOrder(posted('yes'), [booked()]).map(({ code }) => code)).toEqual([
      'POSTED_THOUGH_CANCELLED',
    ]);
  });

  it('nobody is told to post again what was deleted by hand', () => {
    const [found] = compareBookedOrder(posted(), [booked({ live: 'no' })]);

    expect(found?.hint).not.toMatch(/replay|retry/);
  });
});

it('an order with a key of ours that the ledger does not have is missing in the ledger', () => {
  expect(unknownOrder(booked())).toMatchObject({
    code: 'MISSING_IN_LEDGER',
    inforNumber: '0010000001',
  });
});

describe('an order that a person entered', () => {
  const codes = (more: Partial<BookedOrder>[], quantity = '3') => {
    const { posting, day } = posted();
    const held = [{ line: null, item: 'COFFEE', lot: null, quantity: parseQuantity(quantity) }];
    const link = {
      ...{ kind: 'salesOrder' as const, shipbobId: order.id, number: '10000001' },
      ...{ held, linkedAtMs: 0 },
    };
    const linked = { kind: link.kind, key: posting.key, record: keyOf(order), day, link };
    const found = compareLinkedOrder(
      linked,
      more.map((one) => booked({ key: null, ...one })),
    );
    return found.map(({ code }) => code);
  };

  it('that stands with what was checked, and with more for others, has nothing to find', () => {
    expect(codes([{}])).toEqual([]);
    expect(codes([{}], '1')).toEqual([]);
  });

  it('is missed when it is gone, deleted, or holds less than was checked', () => {
    expect(codes([])).toEqual(['MISSING_IN_INFOR']);
    expect(codes([{ live: 'no' }])).toEqual(['DELETED_IN_INFOR']);
    expect(codes([{}], '4')).toEqual(['QUANTITY_DIFFERS']);
  });

  it('is doubled when an order under our key stands beside it', () => {
    const { key } = posted().posting;

    expect(codes([{}, { number: '0010000002', key }])).toEqual(['DOUBLED_IN_INFOR']);
  });
});
