import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MasterFact, OrderRecord, Posting, ReceivingRecord } from '../../src/core/glossary.ts';
import { masterView } from '../../src/core/master.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import type { PlanInput } from '../../src/core/plan-input.ts';
import { isPositive, parseQuantity, sumQuantities } from '../../src/core/quantity.ts';
import type { OrderBuilder, ReceivingBuilder } from '../support/builders.ts';
import { anOrder, aReceiving, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, aPosting, keyOf } from '../support/builders-planning.ts';
import { someSettings } from '../support/builders-settings.ts';

const skus = ['COFFEE', 'MUG', 'TEA', 'SET'] as const;
const facts = someFacts()
  .bundle('SET', { COFFEE: '2', MUG: '1' })
  .purchaseOrder('4500012', [
    { item: 'COFFEE', remaining: '1000' },
    { item: 'TEA', remaining: '1000' },
  ])
  .build();

const units = fc.integer({ min: 0, max: 6 });
const ordered = fc.array(fc.tuple(fc.constantFrom(...skus), units), { minLength: 1, maxLength: 4 });
const shipped = fc.array(
  fc.record({
    parts: fc.array(fc.tuple(fc.constantFrom('COFFEE', 'MUG', 'TEA'), units), { maxLength: 3 }),
    centre: fc.constantFrom('10', '20', '77'),
    phase: fc.constantFrom('left' as const, 'preparing' as const),
    hours: fc.integer({ min: -48, max: 48 }),
  }),
  { maxLength: 3 },
);

const order: fc.Arbitrary<OrderRecord> = fc
  .tuple(ordered, shipped, fc.constantFrom('accepted', 'cancelled', 'review', 'unrecognised'))
  .map(([lines, shipments, phase]) => {
    let builder: OrderBuilder = anOrder();
    for (const [sku, quantity] of lines) builder = builder.line(sku, String(quantity));
    for (const shipment of shipments) {
      const options = {
        centre: { id: shipment.centre, name: 'Centre' },
        leftAtMs: noonMs + shipment.hours * hourMs,
        parts: shipment.parts.map(([sku, quantity]) => ({
          sku,
          quantity: String(quantity),
          lot: 'L1',
        })),
      };
      builder = shipment.phase === 'left' ? builder.shipped(options) : builder.preparing(options);
    }
    return builder.having({ phase }).build();
  });

/** Every second fact is unknown, so that plans stop half-way too. */
function thinned(all: Map<string, MasterFact>, seed: number): Map<string, MasterFact> {
  return new Map([...all].filter((_, index) => (index * 7 + seed) % 5 !== 0));
}

describe('planning', () => {
  it('never throws for data, and equal inputs give equal plans', () => {
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 9 }), (record, seed) => {
        const input = anInput(record, { facts: thinned(facts, seed) });

        const once = planCase(input);
        const copy: PlanInput = {
          ...structuredClone({ ...input, master: null }),
          master: masterView(new Map(thinned(facts, seed))),
        };

        expect(planCase(copy)).toEqual(once);
        expect(planCase(input)).toEqual(once);
      }),
      { numRuns: 400 },
    );
  });

  it('wants nothing more once everything planned is booked', () => {
    fc.assert(
      fc.property(order, (record) => {
        const first = planCase(anInput(record, { facts }));
        const postings = first.documents.map((planned) => aPosted(planned, keyOf(record)));

        const again = mergePlan(planCase(anInput(record, { facts, postings })), postings);

        expect(again.put).toEqual([]);
        expect(again.withdraw).toEqual([]);
        const repeated = ['SOURCE_CHANGED', 'SOURCE_REGRESSED', 'ADOPTED_DIFFERENT'];
        expect(again.flags.filter((flag) => repeated.includes(flag.code))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('never issues more of an order line than was ordered', () => {
    fc.assert(
      fc.property(order, (record) => {
        const plan = planCase(anInput(record, { facts }));
        const sold = plan.documents.find((planned) => planned.document.kind === 'salesOrder');
        const lines = sold?.document.kind === 'salesOrder' ? sold.document.lines : [];

        for (const line of lines) {
          const moved = plan.documents.flatMap(({ document }) =>
            document.kind === 'goodsIssue'
              ? document.lines.filter((issued) => issued.salesOrderLine === line.line)
              : [],
          );
          const total = Number(sumQuantities(moved.map((issued) => issued.quantity)));
          expect(total).toBeLessThanOrEqual(Number(line.quantity));
          expect(moved.every((issued) => issued.item === line.item)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});

const step = fc.record({
  coffee: fc.integer({ min: 0, max: 20 }),
  lotOne: fc.integer({ min: 0, max: 20 }),
  lotTwo: fc.integer({ min: 0, max: 20 }),
  /** What becomes of the receipt planned at this step. */
  fate: fc.constantFrom(
    'posted' as const,
    'unknown' as const,
    'pending' as const,
    'skipped' as const,
  ),
});

function shelf(total: { coffee: number; lotOne: number; lotTwo: number }): ReceivingRecord {
  const tea = total.lotOne + total.lotTwo;
  const builder: ReceivingBuilder = aReceiving()
    .stowed('COFFEE', String(total.coffee))
    .stowed('TEA', String(tea))
    .box('TEA', String(total.lotOne), 'L1')
    .box('TEA', String(total.lotTwo), 'L2');
  return builder.build();
}

function bookedOf(postings: Posting[], item: string, lot: string | null): string {
  const lines = postings.flatMap(({ document }) =>
    document.kind === 'goodsReceipt' ? document.lines : [],
  );
  return sumQuantities(
    lines.filter((line) => line.item === item && line.lot === lot).map((line) => line.quantity),
  );
}

describe('receipts of a receiving order', () => {
  it('sum to what was stowed and never exceed it, whatever the history', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (history) => {
        const total = { coffee: 0, lotOne: 0, lotTwo: 0 };
        let postings: Posting[] = [];
        const settings = someSettings();
        const last = { coffee: 0, lotOne: 0, lotTwo: 0, fate: 'posted' as const };
        for (const { fate, ...growth } of [...history, last]) {
          total.coffee += growth.coffee;
          total.lotOne += growth.lotOne;
          total.lotTwo += growth.lotTwo;
          const record = shelf(total);
          const plan = planCase(anInput(record, { facts, postings, settings }));
          const merged = mergePlan(plan, postings);
          expect(merged.flags).toEqual([]);
          if (fate === 'skipped') continue;
          const put = merged.put.map((planned) =>
            fate === 'pending'
              ? aPosting(planned, keyOf(record))
              : aPosted(planned, keyOf(record), { state: fate }),
          );
          for (const { document } of merged.put) {
            const lines = document.kind === 'goodsReceipt' ? document.lines : [];
            expect(lines.filter(({ quantity }) => !isPositive(quantity))).toEqual([]);
          }
          const replaced = new Set(put.map((posting) => posting.key));
          postings = [...postings.filter((posting) => !replaced.has(posting.key)), ...put];
          expect(new Set(postings.map((posting) => posting.key)).size).toBe(postings.length);
          for (const [item, lot, stowed] of [
            ['COFFEE', null, total.coffee],
            ['TEA', 'L1', total.lotOne],
            ['TEA', 'L2', total.lotTwo],
          ] as const) {
            expect(Number(bookedOf(postings, item, lot))).toBeLessThanOrEqual(stowed);
          }
        }

        expect(bookedOf(postings, 'COFFEE', null)).toBe(parseQuantity(String(total.coffee)));
        expect(bookedOf(postings, 'TEA', 'L1')).toBe(parseQuantity(String(total.lotOne)));
        expect(bookedOf(postings, 'TEA', 'L2')).toBe(parseQuantity(String(total.lotTwo)));
      }),
      { numRuns: 300 },
    );
  });

  it('never exceed what line and boxes confirm, even when ShipBob corrects itself', () => {
    const anyShelf = fc.record({
      line: fc.integer({ min: 0, max: 12 }),
      lotOne: fc.integer({ min: 0, max: 12 }),
      lotTwo: fc.integer({ min: 0, max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(anyShelf, { minLength: 1, maxLength: 6 }), (history) => {
        let postings: Posting[] = [];
        let highest = 0;
        for (const { line, lotOne, lotTwo } of history) {
          highest = Math.max(highest, line);
          const record = aReceiving()
            .stowed('TEA', String(line))
            .box('TEA', String(lotOne), 'L1')
            .box('TEA', String(lotTwo), 'L2')
            .build();
          const plan = planCase(anInput(record, { facts, postings }));
          const added = plan.documents.map((planned) => aPosted(planned, keyOf(record)));
          postings = [...postings, ...added];
          const total = ['L1', 'L2'].map((lot) => Number(bookedOf(postings, 'TEA', lot)));
          expect(total.reduce((sum, lot) => sum + lot, 0)).toBeLessThanOrEqual(highest);
          if (added.length > 0) expect(total[0]).toBeLessThanOrEqual(lotOne);
          if (added.length > 0) expect(total[1]).toBeLessThanOrEqual(lotTwo);
        }
      }),
      { numRuns: 500 },
    );
  });
});
