import { describe, expect, it } from 'vitest';
import type { FlagDraft, Posting, ReceivingRecord } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { purchaseOrderOf } from '../../src/core/plan-receipt.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { aReceiving, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { aBaseline, anInput, aPosted, aPosting, keyOf } from '../support/builders-planning.ts';
import { aCentre, someSettings } from '../support/builders-settings.ts';
import { aHeld } from '../support/hand-link.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);
const facts = someFacts()
  .purchaseOrder('4500012', [
    { item: 'COFFEE', remaining: '100' },
    { item: 'TEA', remaining: '100' },
  ])
  .build();

function receiptsOf(record: ReceivingRecord, state: Partial<Posting> = {}): Posting[] {
  return planCase(anInput(record, { facts })).documents.map((planned) =>
    aPosted(planned, keyOf(record), state),
  );
}

describe('goods receipt', () => {
  it('books what is on the shelf on the purchase order', () => {
    const record = aReceiving().stowed('COFFEE', '50').build();

    const plan = planCase(anInput(record, { facts }));

    expect(plan.flags).toEqual([]);
    expect(plan.documents).toMatchObject([
      {
        key: 'R443002-1',
        document: {
          kind: 'goodsReceipt',
          purchaseOrder: '4500012',
          supplier: 'SB0001',
          warehouse: '100',
          movedOn: '2026-11-03',
          deliveryNote: 'R443002-1',
          lines: [{ purchaseOrderLine: '10', quantity: '50', location: 'RECV', complete: false }],
        },
      },
    ]);
  });

  it('posts only the growth of the stowed quantity', () => {
    const postings = receiptsOf(aReceiving().stowed('COFFEE', '50').build());
    const grown = aReceiving().stowed('COFFEE', '80').build();
    const same = aReceiving().stowed('COFFEE', '50').build();

    const next = planCase(anInput(grown, { facts, postings }));
    const none = planCase(anInput(same, { facts, postings }));

    expect(next.documents).toMatchObject([
      { key: 'R443002-2', document: { lines: [{ quantity: '30' }] } },
    ]);
    expect(none).toMatchObject({
      documents: [],
      flags: [],
      decisions: ['nothing new on the shelf'],
    });
  });

  it('replaces one that is still pending, and leaves a refused one to a person', () => {
    const first = aReceiving().stowed('COFFEE', '50').build();
    const grown = aReceiving().stowed('COFFEE', '80').build();
    const [planned] = planCase(anInput(first, { facts })).documents;
    const pending = planned ? [aPosting(planned, keyOf(first))] : [];
    const refused = planned
      ? [aPosting(planned, keyOf(first), { state: 'flagged', attempt: 1 })]
      : [];

    const replaced = mergePlan(planCase(anInput(grown, { facts, postings: pending })), pending);
    const waiting = mergePlan(planCase(anInput(grown, { facts, postings: refused })), refused);

    expect(replaced.put).toMatchObject([
      { key: 'R443002-1', document: { lines: [{ quantity: '80' }] } },
    ]);
    expect(waiting).toMatchObject({ put: [], withdraw: [], flags: [] });
  });

  it('counts a receipt whose outcome is unknown as booked', () => {
    const first = aReceiving().stowed('COFFEE', '50').build();
    for (const state of ['staged', 'committing', 'unknown', 'flagged'] as const) {
      const postings = receiptsOf(first, { state, reference: null });

      const plan = planCase(
        anInput(aReceiving().stowed('COFFEE', '60').build(), { facts, postings }),
      );

      expect(plan.documents).toMatchObject([
        { key: 'R443002-2', document: { lines: [{ quantity: '10' }] } },
      ]);
    }
  });

  it('is flagged when less is stowed than was booked', () => {
    const postings = receiptsOf(aReceiving().stowed('COFFEE', '50').build());
    const less = aReceiving().stowed('COFFEE', '40').build();

    const plan = planCase(anInput(less, { facts, postings }));

    expect(plan.documents).toEqual([]);
    expect(codes(plan.flags)).toEqual(['SOURCE_REGRESSED receiving:443002:COFFEE']);
    expect(plan.flags[0]?.quantity).toBe('10');
  });

  it('dates a finished one by its completion, in the zone of its centre', () => {
    const record = aReceiving()
      .stowed('COFFEE', '50')
      .completed(Date.UTC(2026, 10, 2, 3, 4, 5))
      .build();

    const [planned] = planCase(anInput(record, { facts })).documents;

    expect(planned?.document).toMatchObject({ movedOn: '2026-11-01', movedAtTime: '190405' });
  });
});

describe('purchase order of a receipt', () => {
  it('is taken out of ShipBob’s unique number', () => {
    const { receiving } = someSettings();
    const named = (purchaseOrderNumber: string | null) =>
      purchaseOrderOf(aReceiving().having({ purchaseOrderNumber }).build(), receiving);

    expect(named('4500012')).toBe('4500012');
    expect(named('4500012-2')).toBe('4500012');
    expect(named('PO 7')).toBeNull();
    expect(named(null)).toBeNull();
    const broken = { ...receiving, purchaseOrder: { pattern: '(', group: 1 } };
    expect(purchaseOrderOf(aReceiving().build(), broken)).toBeNull();
  });

  it('is asked for when it is missing, unknown or closed', () => {
    const shelf = aReceiving().stowed('COFFEE', '5');
    const need = { kind: 'purchaseOrder', number: '4500012' } as const;
    const absent = someFacts().absent(need).build();
    const closed = someFacts()
      .purchaseOrder('4500012', [], { open: false, statusText: 'deleted' })
      .build();

    const none = planCase(anInput(shelf.having({ purchaseOrderNumber: null }).build(), { facts }));

    expect(codes(none.flags)).toEqual(['NO_PURCHASE_ORDER receiving:443002']);
    expect(codes(planCase(anInput(shelf.build(), { facts: absent })).flags)).toEqual([
      'PURCHASE_ORDER_NOT_FOUND purchaseOrder:4500012',
    ]);
    expect(codes(planCase(anInput(shelf.build(), { facts: closed })).flags)).toEqual([
      'PURCHASE_ORDER_CLOSED purchaseOrder:4500012',
    ]);
  });

  it('is not asked for before anything is on the shelf', () => {
    const record = aReceiving().having({ purchaseOrderNumber: null }).stowed('COFFEE', '0').build();

    expect(planCase(anInput(record, { facts })).flags).toEqual([]);
  });

  it('is filled by requested date, then line', () => {
    const lines = [
      { item: 'COFFEE', remaining: '10', line: '9', requestedOn: '2026-12-02' },
      { item: 'COFFEE', remaining: '10', line: '20', requestedOn: '2026-12-01' },
      { item: 'COFFEE', remaining: '10', line: '10', requestedOn: '2026-12-01' },
    ];
    const known = someFacts().purchaseOrder('4500012', lines).build();
    const record = aReceiving().stowed('COFFEE', '25').build();

    const [planned] = planCase(anInput(record, { facts: known })).documents;

    expect(planned?.document).toMatchObject({
      lines: [
        { purchaseOrderLine: '10', quantity: '10' },
        { purchaseOrderLine: '20', quantity: '10' },
        { purchaseOrderLine: '9', quantity: '5' },
      ],
    });
  });

  it('takes no more than it has room for, besides what is underway', () => {
    const other = aReceiving('443009').stowed('COFFEE', '70').build();
    const otherReceipts = receiptsOf(other, { state: 'staged' });
    const record = aReceiving().stowed('COFFEE', '50').build();

    const plan = planCase(anInput(record, { facts, otherReceipts }));

    expect(plan.documents).toMatchObject([{ document: { lines: [{ quantity: '30' }] } }]);
    expect(codes(plan.flags)).toEqual(['OVER_RECEIPT purchaseOrder:4500012']);
    expect(plan.flags[0]?.quantity).toBe('20');
  });

  it('takes the surplus where that is configured', () => {
    const settings = someSettings({ receiving: { overReceipt: 'accept' } });
    const record = aReceiving().stowed('COFFEE', '130').build();

    const plan = planCase(anInput(record, { facts, settings }));

    expect(plan.flags).toEqual([]);
    expect(plan.documents).toMatchObject([{ document: { lines: [{ quantity: '130' }] } }]);
  });

  it('without a line for an item does not stop the others', () => {
    const record = aReceiving().stowed('MUG', '5').stowed('COFFEE', '5').build();

    const plan = planCase(anInput(record, { facts }));

    expect(codes(plan.flags)).toEqual(['ITEM_NOT_ON_PURCHASE_ORDER purchaseOrder:4500012']);
    expect(plan.documents).toMatchObject([{ document: { lines: [{ item: 'COFFEE' }] } }]);
  });

  it('is received in its own unit, when that comes out even', () => {
    const [line] = [{ item: 'COFFEE', remaining: '10' }];
    const base = someFacts().purchaseOrder('4500012', line ? [line] : []);
    const need = { kind: 'purchaseOrder', number: '4500012' } as const;
    const fact = base.build().get('purchaseOrder:4500012');
    const boxes = { unit: 'BX', unitFactor: parseQuantity('12') };
    const known =
      fact?.kind === 'purchaseOrder'
        ? base.set(need, { ...fact, lines: fact.lines.map((l) => ({ ...l, ...boxes })) }).build()
        : base.build();

    const even = planCase(anInput(aReceiving().stowed('COFFEE', '24').build(), { facts: known }));
    const odd = planCase(anInput(aReceiving().stowed('COFFEE', '25').build(), { facts: known }));
    const record = aReceiving().stowed('COFFEE', '36').build();
    const postings = even.documents.map((planned) => aPosted(planned, keyOf(record)));
    const next = planCase(anInput(record, { facts: known, postings }));

    expect(even.documents).toMatchObject([
      { document: { lines: [{ quantity: '2', unit: 'BX' }] } },
    ]);
    expect(codes(odd.flags)).toEqual(['UNIT_NOT_EXACT unit:COFFEE:BX']);
    expect(next.documents).toMatchObject([{ document: { lines: [{ quantity: '1' }] } }]);
  });

  it('is closed line by line, only with the very last unit', () => {
    const full = aReceiving().stowed('COFFEE', '100').completed().build();
    const short = aReceiving().stowed('COFFEE', '90').completed().build();
    const open = aReceiving().stowed('COFFEE', '100').build();

    const completeOf = (record: ReceivingRecord) => {
      const [planned] = planCase(anInput(record, { facts })).documents;
      return planned?.document.kind === 'goodsReceipt'
        ? planned.document.lines.map((line) => line.complete)
        : null;
    };

    expect(completeOf(full)).toEqual([true]);
    expect(completeOf(short)).toEqual([false]);
    expect(completeOf(open)).toEqual([false]);
  });

  it('is not closed while another delivery is underway on the line', () => {
    const other = aReceiving('443009').stowed('COFFEE', '0.5').build();
    const decimals = someFacts()
      .item('COFFEE', { decimals: 1 })
      .purchaseOrder('4500012', [{ item: 'COFFEE', remaining: '100' }])
      .build();
    const otherReceipts = planCase(anInput(other, { facts: decimals })).documents.map((planned) =>
      aPosted(planned, keyOf(other), { state: 'staged' }),
    );
    const settings = someSettings({ receiving: { overReceipt: 'accept' } });
    const record = aReceiving().stowed('COFFEE', '100').completed().build();

    const plan = planCase(anInput(record, { facts: decimals, otherReceipts, settings }));

    expect(plan.documents).toMatchObject([
      { document: { lines: [{ quantity: '100', complete: false }] } },
    ]);
  });

  it('of another warehouse is asked about', () => {
    const elsewhere = someFacts()
      .purchaseOrder('4500012', [{ item: 'COFFEE', remaining: '9' }], { warehouse: '200' })
      .build();
    const record = aReceiving().stowed('COFFEE', '5').build();

    const plan = planCase(anInput(record, { facts: elsewhere }));

    expect(codes(plan.flags)).toEqual(['WAREHOUSE_DIFFERS purchaseOrder:4500012']);
  });
});

describe('lots of a receipt', () => {
  it('come from the boxes, and wait until those are read', () => {
    const shelf = aReceiving().stowed('TEA', '5').stowed('COFFEE', '1');
    const boxed = shelf.box('TEA', '2', 'L1').box('TEA', '3', 'L2').box('COFFEE', '1', null);

    const waiting = planCase(anInput(shelf.build(), { facts }));
    const read = planCase(anInput(boxed.build(), { facts }));

    expect(waiting.documents).toMatchObject([{ document: { lines: [{ item: 'COFFEE' }] } }]);
    expect(waiting.decisions.join()).toContain('waits until the boxes are read');
    expect(read.documents).toMatchObject([
      {
        document: {
          lines: [
            { item: 'TEA', lot: 'L1', quantity: '2', expiresOn: '2027-06-30' },
            { item: 'TEA', lot: 'L2', quantity: '3' },
            { item: 'COFFEE', lot: null },
          ],
        },
      },
    ]);
  });

  it('are booked as far as line and boxes agree, and flagged at the end', () => {
    const shelf = aReceiving().stowed('TEA', '4').box('TEA', '3', 'L1').box('TEA', '3', 'L2');

    const open = planCase(anInput(shelf.build(), { facts }));
    const done = planCase(anInput(shelf.completed().build(), { facts }));

    expect(open.flags).toEqual([]);
    expect(open.documents).toMatchObject([
      {
        document: {
          lines: [
            { lot: 'L1', quantity: '3' },
            { lot: 'L2', quantity: '1' },
          ],
        },
      },
    ]);
    expect(codes(done.flags)).toEqual(['LOT_SUM_DIFFERS lots:receiving:443002:TEA']);
    expect(done.documents).toHaveLength(1);
  });

  it('that were corrected into another lot are never booked twice', () => {
    const postings = receiptsOf(aReceiving().stowed('TEA', '5').box('TEA', '5', 'L1').build());
    const renamed = aReceiving().stowed('TEA', '5').box('TEA', '5', 'L2').build();

    const plan = planCase(anInput(renamed, { facts, postings }));

    expect(plan.documents).toEqual([]);
    expect(codes(plan.flags)).toEqual(['SOURCE_REGRESSED receiving:443002:TEA']);
  });

  it('that are missing are asked for', () => {
    const record = aReceiving().stowed('TEA', '5').box('TEA', '5', null).build();

    expect(codes(planCase(anInput(record, { facts })).flags)).toEqual([
      'LOT_MISSING lot:receiving:443002:TEA',
    ]);
  });
});

describe('receiving order at its edges', () => {
  it('from a hub is booked where the goods end up', () => {
    const hub = aCentre({ id: '99', name: 'Hub', warehouse: 'HUB', zone: 'UTC', bookAs: '10' });
    const settings = someSettings({ centres: [...someSettings().centres, hub] });
    const centre = { id: '99', name: 'Hub', timeZone: null };
    const record = aReceiving().having({ centre }).stowed('COFFEE', '5').build();

    const [planned] = planCase(anInput(record, { facts, settings })).documents;

    expect(planned?.document).toMatchObject({ warehouse: '100' });
  });

  it('posts nothing in transfer, expected or cancelled', () => {
    const moving = aReceiving().stowed('COFFEE', '5').having({ phase: 'transfer' }).build();
    const expected = aReceiving().stowed('COFFEE', '0').having({ phase: 'expected' }).build();
    for (const record of [moving, expected]) {
      expect(planCase(anInput(record, { facts }))).toMatchObject({ documents: [], flags: [] });
    }
    expect(planCase(anInput(moving, { facts })).decisions).toEqual([
      'posts nothing: goods move between centres, and 5 on the shelf are not a purchase',
    ]);
    const postings = receiptsOf(aReceiving().stowed('COFFEE', '5').build());
    const cancelled = aReceiving().stowed('COFFEE', '5').having({ phase: 'cancelled' }).build();

    const plan = planCase(anInput(cancelled, { facts, postings }));

    expect(codes(plan.flags)).toEqual(['CANCELLED_AFTER_POSTING receiving:443002']);
  });

  it('is asked about when its shelf grows in a state that expects nothing', () => {
    const before = aReceiving().stowed('COFFEE', '5').build();
    const postings = receiptsOf(before);
    const status = { phase: 'expected', status: 'Incomplete' } as const;
    const same = aReceiving().stowed('COFFEE', '5').having(status).build();
    const more = aReceiving().stowed('COFFEE', '8').having(status).build();
    const links = [{ kind: 'goodsReceipt', shipbobId: more.id, number: '12', held: null } as const];

    const flagged = planCase(anInput(more, { facts, postings }));

    expect(codes(flagged.flags)).toEqual(['UNKNOWN_STATUS status:receiving:Incomplete']);
    expect(flagged.flags[0]).toMatchObject({
      quantity: '3',
      sentence:
        'Receiving order 443002 has the ShipBob status Incomplete with 8 on the shelf, which this version does not know.',
    });
    expect(flagged.documents).toEqual([]);
    expect(planCase(anInput(same, { facts, postings })).flags).toEqual([]);
    expect(planCase(anInput(more, { facts, links })).flags).toEqual([]);
  });

  it('from before the cut-over needs its baseline', () => {
    const settings = someSettings({ sync: { startFromMs: noonMs } });
    const record = aReceiving().stowed('COFFEE', '50').build();
    const ended = aReceiving()
      .stowed('COFFEE', '50')
      .completed(noonMs - hourMs)
      .build();
    const baseline = [aBaseline('COFFEE', '40')];

    const asked = planCase(anInput(record, { facts, settings }));
    const known = planCase(anInput(record, { facts, settings, baseline }));
    const over = planCase(anInput(ended, { facts, settings }));

    expect(codes(asked.flags)).toEqual(['BASELINE_MISSING baseline:receiving:443002']);
    expect(known.documents).toMatchObject([{ document: { lines: [{ quantity: '10' }] } }]);
    expect(over).toMatchObject({ documents: [], flags: [], decisions: ['before-cutover'] });
  });

  it('asks nothing about a SKU that is not on the shelf yet', () => {
    const record = aReceiving()
      .having({ createdAtMs: noonMs - dayMs })
      .stowed('UNHEARD', '0')
      .stowed('COFFEE', '1')
      .build();

    expect(planCase(anInput(record, { facts }))).toMatchObject({ flags: [], needs: [] });
  });

  it('is not received again as another item when its SKU is mapped otherwise', () => {
    const both = someFacts()
      .purchaseOrder('4500012', [
        { item: 'COFFEE', remaining: '100' },
        { item: 'MUG', remaining: '100', line: '20' },
      ])
      .build();
    const mapping = { COFFEE: { item: 'MUG', factor: parseQuantity('1') } };
    const settings = someSettings({ items: { mapping } });
    const record = aReceiving().stowed('COFFEE', '50').build();
    const beside = aReceiving().stowed('COFFEE', '50').stowed('MUG', '5').build();
    const postings = (one: ReceivingRecord) =>
      planCase(anInput(one, { facts: both })).documents.map((planned) =>
        aPosted(planned, keyOf(one)),
      );
    const held = [aHeld('COFFEE', '50')];
    const links = [{ kind: 'goodsReceipt', shipbobId: record.id, number: '12', held } as const];

    for (const input of [
      anInput(record, { facts: both, settings, postings: postings(record) }),
      anInput(beside, { facts: both, settings, postings: postings(beside) }),
      anInput(record, { facts: both, settings, links }),
    ]) {
      const plan = planCase(input);
      expect(plan.documents).toEqual([]);
      expect(codes(plan.flags)).toEqual(['SOURCE_REGRESSED receiving:443002:COFFEE']);
    }
    const same = anInput(beside, { facts: both, postings: postings(beside) });
    expect(planCase(same)).toMatchObject({ documents: [], flags: [] });
  });

  it('goes on beside goods that a person accepted and that are none of its', () => {
    const record = aReceiving().stowed('COFFEE', '50').build();
    const held = [aHeld('COFFEE', '20'), aHeld('TEA', '5')];
    const links = [{ kind: 'goodsReceipt', shipbobId: record.id, number: '12', held } as const];

    const plan = planCase(anInput(record, { facts, links }));

    expect(plan.flags).toEqual([]);
    expect(plan.documents).toMatchObject([{ document: { lines: [{ quantity: '30' }] } }]);
  });

  it('that was received by hand is left alone', () => {
    const record = aReceiving().stowed('COFFEE', '5').build();
    const links = [
      { kind: 'goodsReceipt', shipbobId: record.id, number: '12', held: null } as const,
    ];

    expect(planCase(anInput(record, { facts, links })).documents).toEqual([]);
  });
});
