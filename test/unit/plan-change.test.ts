import { describe, expect, it } from 'vitest';
import type { FlagDraft, OrderRecord, Posting } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { anOrder, inventoryOf } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, keyOf } from '../support/builders-planning.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);

type More = Parameters<typeof anInput>[1];

function allPosted(order: OrderRecord, more: More = {}): Posting[] {
  return planCase(anInput(order, more)).documents.map((planned, index) =>
    aPosted(planned, keyOf(order), { id: index + 1 }),
  );
}

function flagsOf(order: OrderRecord, postings: Posting[], more: More = {}): FlagDraft[] {
  const merged = mergePlan(planCase(anInput(order, { ...more, postings })), postings);
  expect(merged.put).toEqual([]);
  return merged.flags;
}

const five = (quantity: string, more: { sku: string; quantity: string }[] = []) =>
  anOrder()
    .line('COFFEE', '5')
    .shipped({ parts: [{ sku: 'COFFEE', quantity }, ...more] })
    .build();

describe('a change of what is booked', () => {
  it('is flagged when the shipment now holds more than the order has', () => {
    const flags = flagsOf(five('7'), allPosted(five('5')));

    expect(codes(flags)).toEqual(['SOURCE_CHANGED posting:S388185605-1']);
    expect(String(flags[0]?.evidence.difference)).toContain('5 → 7');
  });

  it('is flagged when the shipment gains goods that nobody knows', () => {
    const facts = someFacts()
      .absent({ kind: 'inventory', inventoryId: inventoryOf('RIDDLE') })
      .build();
    const more = five('5', [{ sku: 'RIDDLE', quantity: '9' }]);

    const flags = flagsOf(more, allPosted(five('5')), { facts });

    expect(codes(flags)).toEqual(['SOURCE_CHANGED posting:S388185605-1']);
    expect(String(flags[0]?.evidence.difference)).toContain('0 → 9');
  });

  it('is flagged when the order also gains a line that nobody knows', () => {
    const facts = someFacts()
      .absent({ kind: 'item', sku: 'RIDDLE' })
      .absent({ kind: 'product', sku: 'RIDDLE' })
      .build();
    const postings = allPosted(anOrder().line('COFFEE', '5').build());
    const after = anOrder().line('COFFEE', '8').line('RIDDLE', '1').build();

    const flags = flagsOf(after, postings, { facts });

    expect(codes(flags)).toEqual(['SOURCE_CHANGED posting:SB309589638']);
    expect(flags[0]?.evidence).toMatchObject({
      difference: 'SKU COFFEE: 5 → 8; SKU RIDDLE: 0 → 1',
    });
  });

  it('is flagged when the rules route the order elsewhere by now, or nowhere', () => {
    const postings = allPosted(anOrder().line('COFFEE', '5').shipped().build());
    const after = anOrder()
      .line('COFFEE', '8')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '6' }] })
      .build();
    const skip = [{ when: { ...anyOrder }, route: { as: 'skip', reason: 'x' } as const }];
    const issueOnly = [
      {
        when: { ...anyOrder },
        route: { as: 'issueOnly', reasonCode: 'MKT', remark: '', responsible: null } as const,
      },
    ];
    const settings = someSettings({ orders: { rules: issueOnly } });
    const before = anOrder().shipped().build();
    const issues = allPosted(before, { settings });
    const fewer = anOrder()
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }] })
      .build();

    const rerouted = flagsOf(after, postings, {
      settings: someSettings({ orders: { rules: skip } }),
    });
    const skipped = flagsOf(fewer, issues, { settings: someSettings({ orders: { rules: skip } }) });

    expect(codes(rerouted)).toContain('SOURCE_CHANGED posting:SB309589638');
    expect(codes(rerouted)).toContain('SOURCE_CHANGED posting:S388185605-1');
    expect(codes(skipped)).toEqual(['SOURCE_CHANGED posting:S388185605-1']);
  });

  it('is flagged while ShipBob reviews the order again', () => {
    const postings = allPosted(anOrder().line('COFFEE', '5').build());
    const after = anOrder().line('COFFEE', '8').inReview().build();

    expect(codes(flagsOf(after, postings))).toEqual(['SOURCE_CHANGED posting:SB309589638']);
  });

  it('is none when only mappings, master data or lots that Infor does not keep changed', () => {
    const order = five('5');
    const postings = allPosted(order);
    const mapped = someSettings({
      items: { mapping: { COFFEE: { item: 'MUG', factor: parseQuantity('6') } } },
    });
    const gone = someFacts().absent({ kind: 'item', sku: 'COFFEE' }).build();
    const unnamed = someFacts()
      .absent({ kind: 'inventory', inventoryId: inventoryOf('COFFEE') })
      .build();
    const lots = anOrder()
      .line('COFFEE', '5')
      .shipped({ parts: [{ sku: 'COFFEE', quantity: '5', lot: 'L9' }] })
      .build();

    expect(flagsOf(order, postings, { settings: mapped })).toEqual([]);
    expect(flagsOf(order, postings, { facts: gone })).toEqual([]);
    expect(flagsOf(order, postings, { facts: unnamed })).toEqual([]);
    expect(flagsOf(lots, postings)).toEqual([]);
  });

  it('is none when an issue from stock only means another item by now', () => {
    const settings = (mapping: Parameters<typeof someSettings>[0]) =>
      someSettings({
        ...mapping,
        orders: {
          rules: [
            {
              when: { ...anyOrder },
              route: { as: 'issueOnly', reasonCode: 'MKT', remark: '', responsible: null },
            },
          ],
        },
      });
    const order = anOrder().shipped().build();
    const postings = allPosted(order, { settings: settings({}) });
    const mapped = settings({
      items: { mapping: { COFFEE: { item: 'MUG', factor: parseQuantity('6') } } },
    });

    expect(flagsOf(order, postings, { settings: mapped })).toEqual([]);
  });
});
