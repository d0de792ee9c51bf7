import { describe, expect, it } from 'vitest';
import type { FlagDraft, OrderRecord, Posting } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import type { PlanInput } from '../../src/core/plan-input.ts';
import { calendarDay } from '../../src/core/schema.ts';
import { anOrder, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, keyOf } from '../support/builders-planning.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);

/** The order with everything posted that is planned for it. */
function allPosted(order: OrderRecord, more: Parameters<typeof anInput>[1] = {}): Posting[] {
  return planCase(anInput(order, more)).documents.map((planned) => aPosted(planned, keyOf(order)));
}

function issueOf(input: PlanInput, key = 'S388185605-1') {
  return planCase(input).documents.find((planned) => planned.key === key)?.document;
}

describe('goods issue', () => {
  it('follows its sales order, with day and time where the goods left', () => {
    const leftAtMs = Date.UTC(2026, 10, 3, 2, 30, 15);
    const order = anOrder().line('COFFEE', '3').shipped({ leftAtMs }).build();

    const plan = planCase(anInput(order));

    expect(plan.documents[1]).toMatchObject({
      key: 'S388185605-1',
      dependsOn: 'SB309589638',
      shipmentId: '388185605',
      document: {
        kind: 'goodsIssue',
        customer: 'WEB001',
        warehouse: '100',
        movedOn: '2026-11-02',
        movedAtTime: '183015',
        trackingNumber: '9400150106151256666749',
        lines: [
          {
            salesOrderLine: 1,
            item: 'COFFEE',
            quantity: '3',
            lot: null,
            location: 'PICK',
            complete: true,
          },
        ],
      },
    });
  });

  it('sums parts per line and lot, and drops lots that Infor does not control', () => {
    const order = anOrder()
      .line('TEA', '5')
      .line('COFFEE', '2')
      .shipped({
        parts: [
          { sku: 'TEA', quantity: '2', lot: 'L1' },
          { sku: 'TEA', quantity: '1', lot: 'L1' },
          { sku: 'TEA', quantity: '2', lot: 'L2' },
          { sku: 'COFFEE', quantity: '1', lot: 'L9' },
          { sku: 'COFFEE', quantity: '1', lot: 'L8' },
        ],
      })
      .build();

    expect(issueOf(anInput(order))).toMatchObject({
      lines: [
        { salesOrderLine: 1, lot: 'L1', quantity: '3' },
        { salesOrderLine: 1, lot: 'L2', quantity: '2' },
        { salesOrderLine: 2, lot: null, quantity: '2' },
      ],
    });
  });

  it('asks for the lot of a lot item', () => {
    const order = anOrder().line('TEA', '1').shipped().build();

    const plan = planCase(anInput(order));

    expect(codes(plan.flags)).toEqual(['LOT_MISSING lot:shipment:388185605']);
    expect(plan.documents.map((planned) => planned.key)).toEqual(['SB309589638']);
  });

  it('fills equal lines in order over several shipments', () => {
    const order = anOrder()
      .line('COFFEE', '3')
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '4' }] })
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }], leftAtMs: noonMs + 5 * hourMs })
      .build();
    const input = anInput(order);

    expect(issueOf(input)).toMatchObject({
      lines: [
        { salesOrderLine: 1, quantity: '3' },
        { salesOrderLine: 2, quantity: '1' },
      ],
    });
    expect(issueOf(input, 'S388185606-1')).toMatchObject({
      lines: [{ salesOrderLine: 2, quantity: '2' }],
    });
  });

  it('never spreads more than was ordered', () => {
    const order = anOrder()
      .line('COFFEE', '3')
      .line('MUG', '9')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '5' }] })
      .build();

    const plan = planCase(anInput(order));

    expect(codes(plan.flags)).toEqual(['SHIPPED_NOT_ORDERED shipment:388185605:COFFEE']);
    expect(plan.flags[0]?.quantity).toBe('2');
    expect(plan.documents).toHaveLength(1);
  });

  it('closes a line only with its last issue, once the others are posted', () => {
    const first = anOrder()
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '1' }] });
    const both = first
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }], leftAtMs: noonMs + 5 * hourMs })
      .build();
    const postings = allPosted(first.build());

    const together = issueOf(anInput(both), 'S388185606-1');
    const later = issueOf(anInput(both, { postings }), 'S388185606-1');

    expect(together).toMatchObject({ lines: [{ quantity: '2', complete: false }] });
    expect(later).toMatchObject({ lines: [{ quantity: '2', complete: true }] });
  });

  it('does not close a line while another shipment is being prepared', () => {
    const order = anOrder()
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '3' }] })
      .preparing({ parts: [] })
      .build();

    expect(issueOf(anInput(order))).toMatchObject({ lines: [{ complete: false }] });
  });

  it('closes a short line once ShipBob says or shows that no more will come', () => {
    const short = anOrder()
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }] });
    const [gone] = short
      .preparing({ parts: [{ sku: 'COFFEE', quantity: '1' }] })
      .build()
      .shipments.slice(1);
    const [left] = short.build().shipments;
    const withRest = (phase: 'cancelled' | 'preparing') =>
      short.having({ shipments: left && gone ? [left, { ...gone, phase }] : [] }).build();

    expect(issueOf(anInput(short.having({ status: 'Fulfilled' }).build()))).toMatchObject({
      lines: [{ quantity: '2', complete: true }],
    });
    expect(issueOf(anInput(withRest('cancelled')))).toMatchObject({ lines: [{ complete: true }] });
    expect(issueOf(anInput(withRest('preparing')))).toMatchObject({ lines: [{ complete: false }] });
    expect(issueOf(anInput(short.build()))).toMatchObject({ lines: [{ complete: false }] });
  });

  it('counts the components of a bundle against its order lines', () => {
    const facts = someFacts().bundle('SET', { COFFEE: '2', MUG: '1' }).build();
    const order = anOrder()
      .line('SET', '2')
      .shipped({
        parts: [
          { sku: 'COFFEE', quantity: '4', product: 'SET' },
          { sku: 'MUG', quantity: '2', product: 'SET' },
        ],
      })
      .build();

    expect(issueOf(anInput(order, { facts }))).toMatchObject({
      lines: [
        { salesOrderLine: 1, item: 'COFFEE', quantity: '4' },
        { salesOrderLine: 2, item: 'MUG', quantity: '2' },
      ],
    });
  });

  it('counts components into bundles where the bundle is the item', () => {
    const facts = someFacts().item('SET').bundle('SET', { COFFEE: '2', MUG: '1' }).build();
    const settings = someSettings({ orders: { bundles: 'item' } });
    const shippedWith = (mugs: string) =>
      anOrder()
        .line('SET', '2')
        .shipped({
          parts: [
            { sku: 'COFFEE', quantity: '4', product: 'SET' },
            { sku: 'MUG', quantity: mugs, product: 'SET' },
          ],
        })
        .build();

    const even = issueOf(anInput(shippedWith('2'), { facts, settings }));
    const odd = planCase(anInput(shippedWith('1'), { facts, settings }));

    expect(even).toMatchObject({ lines: [{ item: 'SET', quantity: '2' }] });
    expect(codes(odd.flags)).toEqual(['BUNDLE_INCOMPLETE shipment:388185605']);
  });

  it('carries the warehouse it left from, or asks, as configured', () => {
    const before = anOrder().line('COFFEE', '3').build();
    const postings = allPosted(before);
    const order = anOrder()
      .line('COFFEE', '3')
      .shipped({ centre: { id: '20', name: 'Cicero' } })
      .build();
    const strict = someSettings({ shipments: { warehouseDiffers: 'flag' } });

    const changed = planCase(anInput(order, { postings }));
    const flagged = planCase(anInput(order, { postings, settings: strict }));

    expect(changed.documents.at(-1)?.document).toMatchObject({ warehouse: '200' });
    expect(codes(flagged.flags)).toEqual(['WAREHOUSE_DIFFERS warehouse-of:shipment:388185605']);
  });

  it('is moved to the first open day or flagged when the period is closed', () => {
    const order = anOrder().shipped().build();
    const firstOpenDay = calendarDay('2026-12-01');
    const ask = someSettings({ shipments: { firstOpenDay } });
    const move = someSettings({ shipments: { firstOpenDay, closedPeriod: 'nextOpenDay' } });

    const asked = planCase(anInput(order, { settings: ask }));

    expect(codes(asked.flags)).toEqual(['PERIOD_CLOSED period:shipment:388185605']);
    expect(issueOf(anInput(order, { settings: move }))).toMatchObject({ movedOn: '2026-12-01' });
  });

  it('names inventory that ShipBob cannot name', () => {
    const order = anOrder().line('COFFEE', '1').shipped().build();
    const [part] = order.shipments[0]?.parts ?? [];
    const need = { kind: 'inventory', inventoryId: part?.inventoryId } as const;
    const facts = someFacts();
    const absent = need.inventoryId
      ? facts.absent({ kind: 'inventory', inventoryId: need.inventoryId })
      : facts;

    const plan = planCase(anInput(order, { facts: absent.build() }));

    expect(codes(plan.flags)).toEqual([`UNKNOWN_INVENTORY inventory:${part?.inventoryId}`]);
  });

  it('notes when the goods were delivered', () => {
    const order = anOrder()
      .shipped({ deliveredAtMs: Date.UTC(2026, 10, 6, 3) })
      .build();

    expect(planCase(anInput(order)).decisions).toContain(
      'shipment 388185605: delivered on 2026-11-05',
    );
  });
});

describe('booked issue', () => {
  it('is flagged when its goods change', () => {
    const before = anOrder().line('COFFEE', '3').shipped().build();
    const postings = allPosted(before);
    const after = anOrder()
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }] })
      .build();

    const merged = mergePlan(planCase(anInput(after, { postings })), postings);

    expect(codes(merged.flags)).toEqual(['SOURCE_CHANGED posting:S388185605-1']);
    expect(merged.put).toEqual([]);
  });

  it('stays as it is when it is planned again, with or without a later shipment', () => {
    const first = anOrder()
      .line('COFFEE', '3')
      .line('COFFEE', '3')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '4' }] });
    const postings = allPosted(first.build());
    const both = first
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }], leftAtMs: noonMs - hourMs })
      .build();

    const again = mergePlan(planCase(anInput(first.build(), { postings })), postings);
    const later = mergePlan(planCase(anInput(both, { postings })), postings);

    expect(again).toMatchObject({ put: [], withdraw: [], flags: [] });
    expect(later.flags).toEqual([]);
    expect(later.put.map((planned) => planned.key)).toEqual(['S388185606-1']);
    expect(later.put[0]?.document).toMatchObject({ lines: [{ salesOrderLine: 2, quantity: '2' }] });
  });

  it('is flagged when the shipment is no longer gone, or gone from its order', () => {
    const postings = allPosted(anOrder().line('COFFEE', '3').shipped().build());
    const back = anOrder().line('COFFEE', '3').preparing().build();
    const lost = anOrder().line('COFFEE', '3').build();

    for (const order of [back, lost]) {
      const plan = planCase(anInput(order, { postings }));
      expect(codes(plan.flags)).toEqual(['SOURCE_REGRESSED shipment:388185605']);
    }
  });
});

describe('issue without a sales order', () => {
  const issueOnly = someSettings({
    orders: {
      rules: [
        {
          when: { ...anyOrder },
          route: { as: 'issueOnly', reasonCode: 'MKT', remark: 'samples', responsible: 'ANN' },
        },
      ],
    },
  });

  it('is a stock issue with its reason', () => {
    const order = anOrder()
      .shipped({
        parts: [
          { sku: 'COFFEE', quantity: '1' },
          { sku: 'COFFEE', quantity: '2', product: 'MUG' },
        ],
      })
      .build();

    const plan = planCase(anInput(order, { settings: issueOnly }));

    expect(plan.documents).toMatchObject([
      {
        key: 'S388185605-1',
        dependsOn: null,
        document: {
          kind: 'stockIssue',
          remark: 'samples',
          responsible: 'ANN',
          lines: [{ item: 'COFFEE', quantity: '3', reasonCode: 'MKT' }],
        },
      },
    ]);
  });

  it('is left to the person who entered it by hand', () => {
    const order = anOrder().shipped().build();
    const links = [
      { kind: 'stockIssue', shipbobId: '388185605', number: '77', held: null } as const,
    ];

    const plan = planCase(anInput(order, { settings: issueOnly, links }));

    expect(plan.documents).toEqual([]);
    expect(plan.decisions).toContain('shipment 388185605: issued by hand');
  });
});

describe('an order line that ships from two centres', () => {
  const moreno = { id: '10', name: 'Moreno Valley' };
  const cicero = { id: '20', name: 'Cicero' };
  const from = (centre: typeof moreno, quantity: string, sku = 'COFFEE') => ({
    centre,
    parts: [{ sku, quantity }],
  });
  const warehouses = (order: OrderRecord, more: Parameters<typeof anInput>[1] = {}) => {
    const [sold] = planCase(anInput(order, more)).documents;
    return sold?.document.kind === 'salesOrder'
      ? sold.document.lines.map(({ item, quantity, warehouse }) => [item, quantity, warehouse])
      : [];
  };

  it('becomes a line for each, and each issue takes the line of its warehouse', () => {
    const order = anOrder()
      .line('COFFEE', '5')
      .shipped(from(cicero, '2'))
      .shipped(from(moreno, '3'))
      .build();

    expect(warehouses(order)).toEqual([
      ['COFFEE', '2', '200'],
      ['COFFEE', '3', '100'],
    ]);
    expect(issueOf(anInput(order), 'S388185605-1')).toMatchObject({
      warehouse: '200',
      lines: [{ salesOrderLine: 1, quantity: '2' }],
    });
    expect(issueOf(anInput(order), 'S388185606-1')).toMatchObject({
      warehouse: '100',
      lines: [{ salesOrderLine: 2, quantity: '3' }],
    });
  });

  it('is matched by warehouse though the other shipment left first', () => {
    const before = anOrder()
      .line('COFFEE', '5')
      .preparing(from(cicero, '2'))
      .preparing(from(moreno, '3'));
    const [order] = allPosted(before.build());
    const [first, second] = before.build().shipments;
    const left = { phase: 'left', leftAtMs: noonMs } as const;
    const shipments = first && second ? [first, { ...second, ...left }] : [];

    const issue = issueOf(
      anInput(before.having({ shipments }).build(), { postings: order ? [order] : [] }),
      'S388185606-1',
    );

    expect(issue).toMatchObject({
      warehouse: '100',
      lines: [{ salesOrderLine: 2, quantity: '3' }],
    });
  });

  it('spills over to the other line only when its own is full', () => {
    const before = anOrder()
      .line('COFFEE', '5')
      .preparing(from(cicero, '2'))
      .preparing(from(moreno, '3'))
      .build();
    const [order] = allPosted(before);
    const all = anOrder().line('COFFEE', '5').shipped(from(moreno, '5')).build();

    const issue = issueOf(anInput(all, { postings: order ? [order] : [] }));

    expect(issue).toMatchObject({
      lines: [
        { salesOrderLine: 2, quantity: '3' },
        { salesOrderLine: 1, quantity: '2' },
      ],
    });
  });

  it('stays whole where the split is not plain', () => {
    const facts = someFacts().bundle('SET', { COFFEE: '1', MUG: '1' }).build();
    const duplicate = anOrder()
      .line('COFFEE', '2')
      .line('COFFEE', '3')
      .preparing(from(cicero, '2'))
      .preparing(from(moreno, '3'))
      .build();
    const partly = anOrder()
      .line('COFFEE', '6')
      .preparing(from(cicero, '2'))
      .preparing(from(moreno, '3'))
      .build();
    const bundle = anOrder()
      .line('SET', '2')
      .preparing({ centre: cicero, parts: [{ sku: 'COFFEE', quantity: '1', product: 'SET' }] })
      .preparing({ centre: moreno, parts: [{ sku: 'MUG', quantity: '1', product: 'SET' }] })
      .build();

    expect(warehouses(duplicate)).toEqual([
      ['COFFEE', '2', '200'],
      ['COFFEE', '3', '200'],
    ]);
    expect(warehouses(partly)).toEqual([['COFFEE', '6', '200']]);
    expect(warehouses(bundle, { facts })).toEqual([
      ['COFFEE', '2', '200'],
      ['MUG', '2', '200'],
    ]);
  });

  it('ignores what was cancelled', () => {
    const order = anOrder()
      .line('COFFEE', '5')
      .preparing(from(cicero, '2'))
      .preparing(from(moreno, '5'))
      .build();
    const [first, second] = order.shipments;
    const shipments = first && second ? [{ ...first, phase: 'cancelled' } as const, second] : [];

    expect(warehouses({ ...order, shipments })).toEqual([['COFFEE', '5', '100']]);
  });
});
