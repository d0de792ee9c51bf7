import { describe, expect, it } from 'vitest';
import type { FlagDraft } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { parseAmount } from '../../src/core/money.ts';
import { planCase } from '../../src/core/plan.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { anOrder, dayMs, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, aPosting, keyOf } from '../support/builders-planning.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);

describe('order', () => {
  it('becomes a sales order once it is accepted', () => {
    const order = anOrder().line('COFFEE', '3').line('MUG', '2').build();

    const plan = planCase(anInput(order));

    expect(plan.flags).toEqual([]);
    expect(plan.needs).toEqual([]);
    expect(plan.documents).toMatchObject([
      {
        key: 'SB309589638',
        dependsOn: null,
        document: {
          kind: 'salesOrder',
          customer: 'WEB001',
          warehouse: '100',
          orderedOn: '2026-11-03',
          lines: [
            { line: 1, item: 'COFFEE', quantity: '3', price: null, warehouse: '100' },
            { line: 2, item: 'MUG', quantity: '2' },
          ],
        },
      },
    ]);
  });

  it('waits while ShipBob reviews it, and an earlier pending posting is withdrawn', () => {
    const accepted = planCase(anInput(anOrder().build())).documents;
    const order = anOrder().inReview().build();
    const postings = accepted.map((document) => aPosting(document, keyOf(order)));

    const plan = planCase(anInput(order, { postings }));

    expect(plan.documents).toEqual([]);
    expect(plan.decisions.join()).toContain('has not accepted');
    expect(mergePlan(plan, postings).withdraw).toEqual(['SB309589638']);
  });

  it('keeps lines of the same SKU apart', () => {
    const order = anOrder().line('COFFEE', '1').line('COFFEE', '2').build();

    const [planned] = planCase(anInput(order)).documents;

    expect(planned?.document).toMatchObject({ lines: [{ quantity: '1' }, { quantity: '2' }] });
  });

  it('shows all that is wrong at once and plans nothing', () => {
    const facts = someFacts()
      .absent({ kind: 'item', sku: 'GONE' })
      .absent({ kind: 'product', sku: 'GONE' })
      .item('OLD', { status: '90' })
      .set({ kind: 'item', sku: 'TWICE' }, { kind: 'ambiguous', candidates: ['A', 'B'] })
      .absent({ kind: 'product', sku: 'TWICE' })
      .absent({ kind: 'itemWarehouse', item: 'MUG', warehouse: '100' })
      .set(
        { kind: 'customer', number: 'WEB001' },
        { kind: 'customer', name: 'Web', active: true, stopped: true, currency: 'USD' },
      )
      .build();
    const order = anOrder()
      .line('GONE', '2')
      .line('OLD', '1')
      .line('TWICE', '1')
      .line('MUG', '1')
      .line('GONE', '3')
      .build();

    const plan = planCase(anInput(order, { facts }));

    expect(plan.documents).toEqual([]);
    expect(codes(plan.flags).sort()).toEqual([
      'AMBIGUOUS_ITEM item:TWICE',
      'CUSTOMER_BLOCKED customer:WEB001',
      'ITEM_NOT_ACTIVE item:OLD',
      'ITEM_NOT_IN_WAREHOUSE itemWarehouse:100:MUG',
      'UNKNOWN_ITEM item:GONE',
    ]);
    expect(plan.flags.find((flag) => flag.code === 'UNKNOWN_ITEM')).toMatchObject({
      quantity: '5',
      sentence: 'SKU GONE is neither an item number nor an alias in Infor.',
    });
  });

  it('asks for every missing fact in one round', () => {
    const order = anOrder().line('A', '1').line('B', '1').shipped().build();

    const plan = planCase(anInput(order, { facts: new Map() }));

    const kinds = plan.needs.map((need) => need.kind);
    expect(new Set(kinds)).toEqual(
      new Set(['customer', 'warehouse', 'product', 'item', 'inventory']),
    );
    expect(kinds.filter((kind) => kind === 'item')).toHaveLength(2);
  });

  it('uses the explicit mapping with its factor, and refuses what the item cannot hold', () => {
    const mapping = { PACK: { item: 'COFFEE', factor: parseQuantity('12') } };
    const half = { PACK: { item: 'COFFEE', factor: parseQuantity('0.5') } };
    const items = { acceptedStatuses: ['20'] };
    const facts = someFacts().absent({ kind: 'product', sku: 'PACK' }).build();
    const order = anOrder().line('PACK', '3').build();

    const whole = planCase(
      anInput(order, { facts, settings: someSettings({ items: { ...items, mapping } }) }),
    );
    const broken = planCase(
      anInput(order, { facts, settings: someSettings({ items: { ...items, mapping: half } }) }),
    );

    expect(whole.documents[0]?.document).toMatchObject({
      lines: [{ item: 'COFFEE', quantity: '36', sku: 'PACK' }],
    });
    expect(codes(broken.flags)).toEqual(['QUANTITY_TOO_PRECISE item:COFFEE']);
  });

  it('takes a mapping for an item number, never for an alias', () => {
    const mapping = { PACK: { item: 'COFFEE', factor: parseQuantity('1') } };
    const facts = someFacts()
      .item('COFFEE', { number: 'OTHER', via: 'alias' })
      .absent({ kind: 'product', sku: 'PACK' })
      .build();
    const order = anOrder().line('PACK', '3').build();

    const plan = planCase(
      anInput(order, { facts, settings: someSettings({ items: { mapping } }) }),
    );

    expect(codes(plan.flags)).toEqual(['UNKNOWN_ITEM item:COFFEE']);
  });

  it('takes cases only with a mapping that says what one holds', () => {
    const mapping = { 'COFFEE@CS': { item: 'COFFEE', factor: parseQuantity('24') } };
    const order = anOrder().line('COFFEE', '2', { unit: 'CS' }).build();

    const asked = planCase(anInput(order));
    const known = planCase(anInput(order, { settings: someSettings({ items: { mapping } }) }));

    expect(codes(asked.flags)).toEqual(['UNKNOWN_UNIT unit:COFFEE@CS']);
    expect(asked.documents).toEqual([]);
    expect(known.documents[0]?.document).toMatchObject({ lines: [{ quantity: '48' }] });
  });

  it('expands a bundle and shares its price, the remainder on the last component', () => {
    const facts = someFacts().bundle('SET', { COFFEE: '2', MUG: '1' }).build();
    const order = anOrder()
      .line('SET', '4', { unitPrice: parseAmount('10') })
      .build();
    const settings = someSettings({ orders: { prices: 'shipbob', currency: 'USD' } });

    const [planned] = planCase(anInput(order, { facts, settings })).documents;

    expect(planned?.document).toMatchObject({
      currency: 'USD',
      lines: [
        { item: 'COFFEE', quantity: '8', price: '3.335', productReferenceId: 'SET' },
        { item: 'MUG', quantity: '4', price: '3.33', productReferenceId: 'SET' },
      ],
    });
  });

  it('takes the first rule that matches, and none is a flag', () => {
    const skip = { as: 'skip', reason: 'samples' } as const;
    const rules = [{ when: { ...anyOrder, type: ['b2b'] }, route: skip }];
    const settings = someSettings({ orders: { rules } });

    const skipped = planCase(anInput(anOrder().having({ type: 'B2B' }).build(), { settings }));
    const none = planCase(anInput(anOrder().build(), { settings }));

    expect(skipped.decisions).toContain('skipped: samples');
    expect(skipped.flags).toEqual([]);
    expect(codes(none.flags)).toEqual(['NO_ROUTING_RULE rule:order:309589638']);
  });

  it('flags a customer that the lookup table does not have', () => {
    const rules = [
      {
        when: { ...anyOrder },
        route: {
          as: 'salesOrder' as const,
          customer: { lookup: 'customers', by: 'recipient.emailDomain' as const },
          orderType: 'C01',
          responsible: null,
          reasonCode: null,
          deliveryAddress: 'customer' as const,
        },
      },
    ];
    const missing = someSettings({ orders: { rules }, lookups: { customers: {} } });
    const found = someSettings({
      orders: { rules },
      lookups: { customers: { 'EXAMPLE.com': 'WEB001' } },
    });

    const flagged = planCase(anInput(anOrder().build(), { settings: missing }));
    const planned = planCase(anInput(anOrder().build(), { settings: found }));

    expect(codes(flagged.flags)).toEqual(['UNKNOWN_CUSTOMER lookup:customers:example.com']);
    expect(planned.documents[0]?.document).toMatchObject({ customer: 'WEB001' });
  });

  it('names a fulfilment centre that is not configured', () => {
    const order = anOrder()
      .preparing({ centre: { id: '77', name: 'Nowhere' } })
      .build();

    const plan = planCase(anInput(order));

    expect(codes(plan.flags)).toEqual(['UNKNOWN_WAREHOUSE centre:77']);
  });
});

describe('cancelled order', () => {
  it('is nothing when nothing was posted', () => {
    const plan = planCase(anInput(anOrder().cancelled().build()));

    expect(plan).toMatchObject({ documents: [], flags: [] });
  });

  it('takes a posted sales order back when nothing left', () => {
    const [salesOrder] = planCase(anInput(anOrder().build())).documents;
    const order = anOrder().cancelled().build();
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];

    const plan = planCase(anInput(order, { postings }));

    expect(plan.documents).toEqual([
      {
        key: 'C309589638',
        document: { kind: 'orderCancellation', salesOrderKey: 'SB309589638' },
        dependsOn: 'SB309589638',
        shipmentId: null,
      },
    ]);
    expect(mergePlan(plan, postings)).toMatchObject({ withdraw: [], flags: [] });
  });

  it('asks a person once goods have left', () => {
    const [salesOrder] = planCase(anInput(anOrder().build())).documents;
    const order = anOrder().shipped().cancelled().build();
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];

    const plan = planCase(anInput(order, { postings }));

    expect(plan.documents).toEqual([]);
    expect(codes(plan.flags)).toEqual(['CANCELLED_AFTER_POSTING order:309589638']);
  });

  it('that opens again after it was taken back is flagged', () => {
    const order = anOrder().build();
    const [salesOrder] = planCase(anInput(order)).documents;
    const sold = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];
    const cancelled = anOrder().cancelled().build();
    const [back] = planCase(anInput(cancelled, { postings: sold })).documents;
    const postings = [...sold, ...(back ? [aPosted(back, keyOf(order))] : [])];

    const plan = planCase(anInput(order, { postings }));

    expect(codes(plan.flags)).toEqual(['REOPENED_AFTER_CANCELLATION order:309589638']);
  });
});

describe('booked order', () => {
  it('is flagged when its quantity changes, and is never posted again', () => {
    const before = anOrder().line('COFFEE', '3').build();
    const [salesOrder] = planCase(anInput(before)).documents;
    const after = anOrder().line('COFFEE', '5').build();
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(after))] : [];

    const merged = mergePlan(planCase(anInput(after, { postings })), postings);

    expect(merged.put).toEqual([]);
    expect(codes(merged.flags)).toEqual(['SOURCE_CHANGED posting:SB309589638']);
    expect(merged.flags[0]?.evidence).toMatchObject({ difference: 'SKU COFFEE: 3 → 5' });
  });

  it('is not asked about again when master data or mappings change later', () => {
    const order = anOrder().line('COFFEE', '3').build();
    const [salesOrder] = planCase(anInput(order)).documents;
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];
    const blocked = someFacts().item('COFFEE', { status: '90' }).build();
    const gone = someFacts().absent({ kind: 'item', sku: 'COFFEE' }).build();
    const mapped = someSettings({
      items: { mapping: { COFFEE: { item: 'MUG', factor: parseQuantity('6') } } },
    });

    const plans = [
      anInput(order, { postings, facts: blocked }),
      anInput(order, { postings, facts: gone }),
      anInput(order, { postings, settings: mapped }),
    ].map((input) => mergePlan(planCase(input), postings));

    for (const merged of plans) {
      expect(merged).toMatchObject({ put: [], withdraw: [], flags: [] });
    }
  });

  it('is compared with what Infor holds when it was found there', () => {
    const order = anOrder().line('COFFEE', '3').build();
    const [salesOrder] = planCase(anInput(order)).documents;
    const held = [{ line: 1, item: 'COFFEE', quantity: parseQuantity('2'), lot: null }];
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order), { adopted: true, held })] : [];

    const merged = mergePlan(planCase(anInput(order, { postings })), postings);

    expect(codes(merged.flags)).toEqual(['ADOPTED_DIFFERENT posting:SB309589638']);
  });

  it('does not change when its line ships from elsewhere', () => {
    const [salesOrder] = planCase(anInput(anOrder().build())).documents;
    const order = anOrder()
      .preparing({ centre: { id: '20', name: 'Cicero' } })
      .build();
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];

    expect(mergePlan(planCase(anInput(order, { postings })), postings).flags).toEqual([]);
  });

  it('keeps its shipments when the rules route it elsewhere now', () => {
    const order = anOrder().shipped().build();
    const [salesOrder] = planCase(anInput(order)).documents;
    const postings = salesOrder ? [aPosted(salesOrder, keyOf(order))] : [];
    const rules = [{ when: { ...anyOrder }, route: { as: 'skip', reason: 'x' } as const }];

    const plan = planCase(
      anInput(order, { postings, settings: someSettings({ orders: { rules } }) }),
    );

    expect(plan.documents.map((document) => document.key)).toEqual(['S388185605-1']);
  });
});

describe('pending order', () => {
  it('is replaced before it is sent, and left alone when nothing changed', () => {
    const before = anOrder().line('COFFEE', '3').build();
    const [salesOrder] = planCase(anInput(before)).documents;
    const postings = salesOrder ? [aPosting(salesOrder, keyOf(before))] : [];
    const after = anOrder().line('COFFEE', '4').build();

    const same = mergePlan(planCase(anInput(before, { postings })), postings);
    const changed = mergePlan(planCase(anInput(after, { postings })), postings);

    expect(same).toMatchObject({ put: [], withdraw: [], flags: [] });
    expect(changed.put.map((planned) => planned.key)).toEqual(['SB309589638']);
  });

  it('that Infor refused waits for a person, without a second posting', () => {
    const order = anOrder().line('COFFEE', '4').build();
    const [salesOrder] = planCase(anInput(order)).documents;
    const postings = salesOrder
      ? [aPosting(salesOrder, keyOf(order), { state: 'flagged', attempt: 1 })]
      : [];
    const changed = anOrder().line('COFFEE', '5').build();

    const merged = mergePlan(planCase(anInput(changed, { postings })), postings);

    expect(merged).toMatchObject({ put: [], withdraw: [], flags: [] });
  });
});

describe('cut-over', () => {
  const settings = someSettings({ sync: { startFromMs: noonMs } });
  const old = anOrder().createdAt(noonMs - dayMs);

  it('leaves orders from before it alone', () => {
    const plan = planCase(anInput(old.build(), { settings }));
    const shippedBefore = old.shipped({ leftAtMs: noonMs - hourMs }).build();

    expect(plan).toMatchObject({ documents: [], flags: [], decisions: ['before-cutover'] });
    expect(planCase(anInput(shippedBefore, { settings })).flags).toEqual([]);
  });

  it('asks which sales order a later shipment of an old order belongs to', () => {
    const order = old.shipped({ leftAtMs: noonMs + hourMs }).build();
    const link = {
      kind: 'salesOrder',
      shipbobId: order.id,
      number: '0010007777',
      held: null,
    } as const;

    const asked = planCase(anInput(order, { settings }));
    const linked = planCase(anInput(order, { settings, links: [link] }));

    expect(codes(asked.flags)).toEqual(['ORDER_BEFORE_CUTOVER link:order:309589638']);
    expect(asked.documents).toEqual([]);
    expect(linked.flags).toEqual([]);
    expect(linked.adopt).toMatchObject([{ number: '0010007777', planned: { key: 'SB309589638' } }]);
    expect(linked.documents).toMatchObject([{ key: 'S388185605-1', dependsOn: 'SB309589638' }]);
  });
});

describe('purchase order route', () => {
  const route = {
    as: 'purchaseOrder',
    supplier: { fixed: 'SB0001' },
    orderType: null,
    dimensions: ['5000', 'CC10'],
    costCentre: 'CC10',
    thenIssueReason: null,
  } as const;
  const rulesOf = (more: { thenIssueReason?: string; dimensions?: string[] }) =>
    someSettings({
      orders: {
        rules: [
          {
            when: { ...anyOrder },
            route: {
              ...route,
              dimensions: more.dimensions ?? [...route.dimensions],
              thenIssueReason: more.thenIssueReason ?? null,
            },
          },
        ],
      },
    });

  it('becomes a purchase order, and its shipment posts nothing', () => {
    const plan = planCase(anInput(anOrder().shipped().build(), { settings: rulesOf({}) }));

    expect(plan.documents).toMatchObject([
      { key: 'SB309589638', document: { kind: 'purchaseOrder', supplier: 'SB0001' } },
    ]);
  });

  it('keeps a line whole that ships from two centres: its lines have no warehouse', () => {
    const order = anOrder()
      .line('COFFEE', '5')
      .preparing({ parts: [{ sku: 'COFFEE', quantity: '2' }] })
      .preparing({
        centre: { id: '20', name: 'Cicero' },
        parts: [{ sku: 'COFFEE', quantity: '3' }],
      })
      .build();

    const [planned] = planCase(anInput(order, { settings: rulesOf({}) })).documents;

    expect(planned?.document).toMatchObject({ warehouse: '100', lines: [{ quantity: '5' }] });
  });

  it('also issues from stock when a reason is configured', () => {
    const settings = rulesOf({ thenIssueReason: 'X01' });

    const plan = planCase(anInput(anOrder().shipped().build(), { settings }));

    expect(plan.documents.map((planned) => planned.document.kind)).toEqual([
      'purchaseOrder',
      'stockIssue',
    ]);
  });

  it('is held up by an account that does not exist', () => {
    const need = { kind: 'dimension', dimension: 1, value: '9999', division: 'AAA' } as const;
    const facts = someFacts().absent(need).build();
    const settings = rulesOf({ dimensions: ['9999'] });

    const plan = planCase(anInput(anOrder().build(), { settings, facts }));

    expect(plan.documents).toEqual([]);
    expect(codes(plan.flags)).toEqual(['UNKNOWN_ACCOUNT dimension:1:AAA:9999']);
  });
});
