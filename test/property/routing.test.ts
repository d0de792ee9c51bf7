import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InforDocument, MasterFact, OrderRecord } from '../../src/core/glossary.ts';
import { needKey } from '../../src/core/master.ts';
import { planCase } from '../../src/core/plan.ts';
import { matchesOrder } from '../../src/core/rules.ts';
import type { OrderCondition, OrderRule } from '../../src/core/settings.ts';
import { anOrder, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput } from '../support/builders-planning.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const skus = ['COFFEE', 'MUG', 'TEA'] as const;
const types = ['DTC', 'B2B', 'DropShip'] as const;
const centres = ['10', '20', '77'] as const;

const condition: fc.Arbitrary<OrderCondition> = fc
  .record(
    {
      type: fc.subarray([...types], { minLength: 1 }),
      sku: fc.subarray([...skus], { minLength: 1 }),
      centre: fc.subarray([...centres], { minLength: 1 }),
      orderNumberPrefix: fc.constantFrom('WH-', 'X', ''),
      tag: fc.constantFrom({ REPLENISH: '1' }, { REPLENISH: '*' }, {}),
    },
    { requiredKeys: [] },
  )
  .map((some) => ({ ...anyOrder, ...some }));

const sold = someSettings().orders.rules[0]?.route;
if (sold?.as !== 'salesOrder') throw new Error('the first rule of the settings sells');
const route: fc.Arbitrary<OrderRule['route']> = fc.constantFrom<OrderRule['route']>(
  sold,
  { as: 'skip', reason: 'not ours' },
  { as: 'flag', reason: 'somebody should look' },
);
const rules = fc.array(fc.record({ when: condition, route }), { maxLength: 4 });

const order: fc.Arbitrary<OrderRecord> = fc
  .record({
    type: fc.constantFrom(...types),
    lines: fc.array(fc.tuple(fc.constantFrom(...skus), fc.nat(4)), { minLength: 1, maxLength: 3 }),
    phase: fc.constantFrom('accepted', 'cancelled', 'review', 'unrecognised'),
    orderNumber: fc.constantFrom('WH-1', 'X1', '7'),
    tags: fc.boolean().map((tagged) => (tagged ? [{ name: 'REPLENISH', value: '1' }] : [])),
    shipped: fc.option(fc.constantFrom(...centres)),
  })
  .map(({ lines, shipped, ...fields }) => {
    const built = lines.reduce(
      (builder, [sku, quantity]) => builder.line(sku, String(quantity)),
      anOrder(),
    );
    const [first] = lines;
    const moved =
      shipped === null || first === undefined
        ? built
        : built.shipped({
            centre: { id: shipped, name: shipped },
            leftAtMs: noonMs + hourMs,
            parts: [{ sku: first[0], quantity: String(first[1]) }],
          });
    return moved.having(fields).build();
  });

describe('routing', () => {
  it('leaves no order without an outcome, and takes the first rule that matches', () => {
    fc.assert(
      fc.property(order, rules, (record, list) => {
        const settings = someSettings({ orders: { rules: list } });
        const plan = planCase(anInput(record, { settings }));
        const { documents, flags, decisions, needs } = plan;

        const said = documents.length + flags.length + decisions.length + needs.length;
        expect(said).toBeGreaterThan(0);
        if (record.phase !== 'accepted') {
          expect(documents).toEqual([]);
          return;
        }
        const first = list.find(({ when }) => matchesOrder(when, record, settings.orders));
        const codes = flags.map(({ code }) => code);
        expect(codes.includes('NO_ROUTING_RULE')).toBe(first === undefined);
        expect(codes.includes('ROUTED_TO_FLAG')).toBe(first?.route.as === 'flag');
        if (first?.route.as !== 'salesOrder') expect(documents).toEqual([]);
      }),
      fuzzRuns(500),
    );
  });
});

/** What of its content must be in Infor already, by the fact that says so. */
function unknownIn(document: InforDocument, facts: ReadonlyMap<string, MasterFact>): string[] {
  const known = (key: string) => (facts.get(key)?.kind ?? 'absent') !== 'absent';
  const missing: string[] = [];
  const require = (name: string, key: string) => {
    if (!known(key)) missing.push(name);
  };
  if ('customer' in document) {
    require(document.customer, needKey({ kind: 'customer', number: document.customer }));
  }
  if (document.kind === 'salesOrder' || document.kind === 'goodsIssue') {
    for (const { item } of document.lines) require(item, needKey({ kind: 'item', sku: item }));
  }
  return missing;
}

describe('a planned document', () => {
  it('names nothing that Infor does not have, whatever of the master data is missing', () => {
    const all = someFacts().build();
    const keys = [...all.keys()];
    fc.assert(
      fc.property(order, fc.subarray(keys, { maxLength: 6 }), (record, gone) => {
        const absent = gone.map((key): [string, MasterFact] => [key, { kind: 'absent' }]);
        const facts = new Map([...all, ...absent]);

        const plan = planCase(anInput(record, { facts }));

        for (const { document } of plan.documents) expect(unknownIn(document, facts)).toEqual([]);
        // Flagged, waiting or fit to be posted: what is missing never goes without a word.
        const said = plan.documents.length + plan.flags.length + plan.decisions.length;
        expect(said + plan.needs.length).toBeGreaterThan(0);
      }),
      fuzzRuns(800),
    );
  });
});
