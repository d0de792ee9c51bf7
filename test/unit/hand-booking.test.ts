import { describe, expect, it } from 'vitest';
import type { HeldLine, ManualLink } from '../../src/core/glossary.ts';
import { isFree, isTakenByHand, matchBooking } from '../../src/core/hand-booking.ts';
import { planCase } from '../../src/core/plan.ts';
import { anOrder, aReceiving } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, aPosting, keyOf, unitsOf } from '../support/builders-planning.ts';
import { aHeld } from '../support/hand-link.ts';

function match(
  expected: HeldLine[],
  held: HeldLine[],
  more: { claimed?: HeldLine[]; surplus?: 'leave' | 'take' } = {},
) {
  const { claimed = [], surplus = 'leave' } = more;
  const { share, missing, surplus: over } = matchBooking({ expected, held, claimed, surplus });
  return {
    share: share.map(({ item, quantity, lot }) => [item, quantity, lot]),
    missing: missing.map(({ item }) => item),
    surplus: over.map(({ item }) => item),
  };
}

describe('what a hand booking holds, beside what ShipBob says', () => {
  it('agrees when every item is there in its quantity, in whatever lines', () => {
    const held = [aHeld('MUG', '2'), aHeld('COFFEE', '3'), aHeld('MUG', '1')];

    expect(match([aHeld('COFFEE', '3'), aHeld('MUG', '3')], held)).toEqual({
      share: [
        ['COFFEE', '3', null],
        ['MUG', '3', null],
      ],
      missing: [],
      surplus: [],
    });
  });

  it('names what is missing and what is too much, also items that only one side has', () => {
    const expected = [aHeld('COFFEE', '3'), aHeld('MUG', '1')];
    const held = [aHeld('COFFEE', '5'), aHeld('TEA', '1')];

    expect(match(expected, held)).toMatchObject({ missing: ['MUG'], surplus: ['COFFEE', 'TEA'] });
  });

  it('takes no more than ShipBob says, but of a receipt all that is free', () => {
    const taken = match([aHeld('COFFEE', '3')], [aHeld('COFFEE', '5')], { surplus: 'take' });

    expect(match([aHeld('COFFEE', '3')], [aHeld('COFFEE', '5')]).share).toEqual([
      ['COFFEE', '3', null],
    ]);
    expect(taken.share).toEqual([['COFFEE', '5', null]]);
    expect(taken.surplus).toEqual(['COFFEE']);
  });

  it('leaves out what stands for others', () => {
    const held = [aHeld('COFFEE', '5')];

    expect(match([aHeld('COFFEE', '3')], held, { claimed: [aHeld('COFFEE', '3')] })).toEqual({
      share: [['COFFEE', '2', null]],
      missing: ['COFFEE'],
      surplus: [],
    });
  });

  it('takes the very lot, in any case of letters, and any lot where ShipBob gives none', () => {
    const held = [aHeld('TEA', '2', 'LOT1'), aHeld('TEA', '3', 'LOT2')];

    expect(match([aHeld('TEA', '2', 'lot1'), aHeld('TEA', '3', 'lot2')], held).missing).toEqual([]);
    expect(match([aHeld('TEA', '5', 'LOT1')], held).missing).toEqual(['TEA']);
    // Counted as ShipBob counts it, or its growth would be computed for another lot.
    expect(match([aHeld('TEA', '5')], held).share).toEqual([['TEA', '5', null]]);
  });

  it('is free only while the claims of others leave it', () => {
    const held = [aHeld('COFFEE', '5')];

    expect(isFree([aHeld('COFFEE', '3')], held, [aHeld('COFFEE', '2')])).toBe(true);
    expect(isFree([aHeld('COFFEE', '3')], held, [aHeld('COFFEE', '2.5')])).toBe(false);
    // A claim of another lot, or of none, is a claim on the item all the same.
    expect(isFree([aHeld('TEA', '1', 'A')], [aHeld('TEA', '1', 'A')], [aHeld('TEA', '1')])).toBe(
      false,
    );
  });
});

function received(id: string, number: string, held: HeldLine[] | null): ManualLink {
  return { kind: 'goodsReceipt', shipbobId: id, number, held };
}

describe('a receiving order of which some was received by hand', () => {
  const facts = someFacts()
    .purchaseOrder('4500012', [
      { item: 'COFFEE', remaining: '100' },
      { item: 'TEA', remaining: '100', line: '20' },
    ])
    .build();

  it('receives the growth beyond it, whatever the number of links', () => {
    const record = aReceiving().stowed('COFFEE', '50').build();
    const links = [
      received(record.id, '600001', [aHeld('COFFEE', '20')]),
      received(record.id, '600002', [aHeld('COFFEE', '25')]),
    ];

    const [planned] = planCase(anInput(record, { facts, links })).documents;
    const all = [...links, received(record.id, '600003', [aHeld('COFFEE', '5')])];

    expect(planned && unitsOf(planned)).toBe('5');
    expect(planCase(anInput(record, { facts, links: all }))).toMatchObject({
      documents: [],
      flags: [],
    });
  });

  it('counts a hand booking once, beside what mlc posted', () => {
    const record = aReceiving().stowed('COFFEE', '50').build();
    const links = [received(record.id, '600001', [aHeld('COFFEE', '20')])];
    const first = planCase(anInput(record, { facts, links })).documents;
    const postings = first.map((one) => aPosted(one, keyOf(record)));
    const more = aReceiving().stowed('COFFEE', '60').build();

    const [next] = planCase(anInput(more, { facts, links, postings })).documents;

    expect(first.map(unitsOf)).toEqual(['30']);
    expect(next && unitsOf(next)).toBe('10');
    expect(next?.key).toBe('R443002-2');
  });

  it('counts lots by themselves', () => {
    const record = aReceiving()
      .stowed('TEA', '9')
      .box('TEA', '4', 'A')
      .box('TEA', '5', 'B')
      .build();
    const links = [received(record.id, '600001', [aHeld('TEA', '4', 'a')])];

    const { documents } = planCase(anInput(record, { facts, links }));

    expect(documents).toMatchObject([{ document: { lines: [{ lot: 'B', quantity: '5' }] } }]);
  });

  it('is not closed by a link, but by one from before links were checked', () => {
    const record = aReceiving().stowed('COFFEE', '50').build();
    const unchecked = [received(record.id, '12', null)];

    expect(planCase(anInput(record, { facts, links: unchecked })).documents).toEqual([]);
  });

  it('is flagged when more was received by hand than ShipBob has', () => {
    const record = aReceiving().stowed('COFFEE', '5').build();
    const links = [received(record.id, '600001', [aHeld('COFFEE', '8')])];

    expect(planCase(anInput(record, { facts, links }))).toMatchObject({
      documents: [],
      flags: [{ code: 'SOURCE_REGRESSED' }],
    });
  });
});

describe('an order that was entered by hand', () => {
  it('is never taken back by itself when ShipBob cancels it: it may stand for others, too', () => {
    const cancelled = anOrder().line('COFFEE', '3').having({ phase: 'cancelled' }).build();
    const held = [aHeld('COFFEE', '3')];
    const link = { shipbobId: cancelled.id, number: '0010007', held };
    const asSales = [{ ...link, kind: 'salesOrder' as const }];
    const postings = planCase(
      anInput(anOrder().line('COFFEE', '3').build(), { links: asSales }),
    ).adopt.map(({ planned }) => aPosted(planned, keyOf(cancelled), { adopted: true, held }));
    const asPurchase = [{ ...link, kind: 'purchaseOrder' as const }];

    for (const input of [
      anInput(cancelled, { links: asSales, postings }),
      anInput(cancelled, { links: asSales }),
      anInput(cancelled, { links: asPurchase }),
    ]) {
      const plan = planCase(input);
      expect(plan.documents).toEqual([]);
      expect(plan.flags).toMatchObject([{ code: 'CANCELLED_AFTER_POSTING' }]);
      expect(plan.flags[0]?.evidence.booked).toContain('0010007');
    }
  });
});

describe('a shipment that was issued by hand', () => {
  it('leaves to the next one what it did not take of the order', () => {
    const order = anOrder()
      .line('COFFEE', '3')
      .shipped({ id: '1', parts: [{ sku: 'COFFEE', quantity: '2' }] })
      .shipped({ id: '2', parts: [{ sku: 'COFFEE', quantity: '2' }] })
      .build();
    const link = (quantity: string): ManualLink[] => [
      { kind: 'goodsIssue', shipbobId: '1', number: '0010001', held: [aHeld('COFFEE', quantity)] },
    ];
    const postings = planCase(anInput(order))
      .documents.filter(({ document }) => document.kind === 'salesOrder')
      .map((one) => aPosted(one, keyOf(order)));

    const short = planCase(anInput(order, { postings, links: link('1') }));
    const whole = planCase(anInput(order, { postings, links: link('2') }));

    expect(short.documents.filter(({ key }) => key === 'S2-1').map(unitsOf)).toEqual(['2']);
    expect(whole.flags).toMatchObject([{ code: 'SHIPPED_NOT_ORDERED', quantity: '1' }]);
  });

  it('is taken for every kind of issue of it, and for no other shipment', () => {
    const order = anOrder().shipped({ id: '1' }).build();
    const issue = planCase(anInput(order)).documents.find(({ key }) => key === 'S1-1');
    if (issue === undefined) throw new Error('the shipment has an issue');
    const posting = aPosting(issue, keyOf(order));
    const by = (kind: ManualLink['kind'], shipbobId: string): ManualLink[] => [
      { kind, shipbobId, number: '1', held: [] },
    ];

    expect(isTakenByHand(posting, by('stockIssue', '1'))).toBe(true);
    expect(isTakenByHand(posting, by('goodsIssue', '2'))).toBe(false);
    expect(isTakenByHand(posting, by('salesOrder', order.id))).toBe(false);
  });
});
