import { describe, expect, it } from 'vitest';
import { parseQuantity } from '../../src/core/quantity.ts';
import type { CaseFlag } from '../../src/core/reconcile-case.ts';
import type { Settings } from '../../src/core/settings.ts';
import { anOrder, dayMs, noonMs } from '../support/builders.ts';
import { aFrame, comparedOrder } from '../support/builders-books.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';

const shipped = (quantity = '3', more = {}) =>
  anOrder().line('COFFEE', quantity).shipped(more).build();
const codes = (found: { findings: { code: string }[] }) => found.findings.map(({ code }) => code);

function aFlag(code = 'UNKNOWN_ITEM', ignored: CaseFlag['ignored'] = 'no'): CaseFlag {
  return {
    ignored,
    flag: {
      ...{ id: 7, code, cause: 'item:COFFEE', sentence: 'It waits.', hint: '', evidence: {} },
      ...{ quantity: null, amount: null, currency: null, postingKey: null, clearedAtMs: null },
      ...{ record: { kind: 'order', id: '309589638' }, raisedAtMs: noonMs },
    },
  };
}

describe('an order whose documents are posted', () => {
  it('has nothing to find, and counts in ShipBob as it was posted', () => {
    const found = comparedOrder(shipped());

    expect(codes(found)).toEqual([]);
    expect(found.waiting).toEqual([]);
    expect(found.moved.map(({ kind, units, day }) => [kind, units, day])).toEqual([
      ['goodsIssue', '3', '2026-11-03'],
    ]);
    expect(Object.fromEntries(found.calledFor)).toEqual({ salesOrder: 1, goodsIssue: 1 });
  });

  it('differs in quantity where more left than was posted', () => {
    const found = comparedOrder(shipped(), {
      now: shipped('3', { parts: [{ sku: 'COFFEE', quantity: '5' }] }),
    });

    expect(found.findings.map(({ code, shipbob, ledger }) => [code, shipbob, ledger])).toEqual([
      ['QUANTITY_DIFFERS', '5', '3'],
    ]);
  });

  it('differs in lot where the goods left of another lot', () => {
    const teaOf = (lot: string) =>
      anOrder()
        .line('TEA', '2')
        .shipped({ parts: [{ sku: 'TEA', quantity: '2', lot }] })
        .build();

    expect(codes(comparedOrder(teaOf('L1'), { now: teaOf('L2') }))).toEqual(['LOT_DIFFERS']);
  });

  it('differs in item where something else left', () => {
    const now = shipped('3', { parts: [{ sku: 'MUG', quantity: '3' }] });

    expect(codes(comparedOrder(shipped(), { now }))).toEqual(['ITEM_DIFFERS']);
  });

  it('differs in warehouse where it left elsewhere', () => {
    const now = shipped('3', { centre: { id: '20', name: 'Cicero' } });

    expect(codes(comparedOrder(shipped(), { now }))).toEqual(['WAREHOUSE_DIFFERS_IN_BOOKS']);
  });

  it('is posted though its shipment was cancelled', () => {
    const order = shipped();
    const now = {
      ...order,
      shipments: order.shipments.map((shipment) => ({
        ...shipment,
        phase: 'cancelled' as const,
        status: 'Cancelled',
      })),
    };

    expect(codes(comparedOrder(order, { now }))).toEqual(['POSTED_THOUGH_CANCELLED']);
  });

  it('is posted though it was cancelled before anything left', () => {
    const order = anOrder().build();

    expect(codes(comparedOrder(order, { now: anOrder().cancelled().build() }))).toEqual([
      'POSTED_THOUGH_CANCELLED',
    ]);
  });
});

describe('a mapping that was changed since', () => {
  it('to a renamed item is nothing to find', () => {
    const facts = someFacts().item('COFFEE', { number: 'COFFEE-2' });

    expect(codes(comparedOrder(shipped(), { facts }))).toEqual([]);
  });

  it('to another factor is found: what was posted by the old one stands in Infor', () => {
    const facts = someFacts().item('COFFEE', { factor: parseQuantity('12') });

    const found = comparedOrder(shipped(), { facts });

    expect(found.findings.map(({ code, shipbob, ledger }) => [code, shipbob, ledger])).toEqual([
      ['QUANTITY_DIFFERS', '36', '3'],
    ]);
  });

  it('that leaves the SKU without an item is compared by what ShipBob counted', () => {
    const facts = someFacts().absent({ kind: 'item', sku: 'COFFEE' });

    const same = comparedOrder(shipped(), { facts });
    const now = shipped('3', { parts: [{ sku: 'COFFEE', quantity: '5' }] });
    const other = comparedOrder(shipped(), { facts, now });

    expect(codes(same)).toEqual([]);
    expect(same.notCompared).toEqual([]);
    expect(codes(other)).toEqual(['QUANTITY_DIFFERS']);
  });
});

describe('a shipment that is not posted', () => {
  const nothing = { postings: () => [] };

  it('and neither waits nor is flagged is a finding', () => {
    const found = comparedOrder(shipped(), nothing);

    expect(codes(found)).toEqual(['NOT_POSTED', 'NOT_POSTED']);
    expect(found.findings.map(({ document }) => document)).toEqual(['salesOrder', 'goodsIssue']);
  });

  it.each([
    ['waits for the run that reads it', { read: 'notYet' as const }, 'waiting', /not read yet/],
    ['waits to be planned', { due: 'yes' as const }, 'waiting', /planned/],
    ['is flagged', { flags: [aFlag()] }, 'flagged', /UNKNOWN_ITEM/],
    ['is ignored', { flags: [aFlag('UNKNOWN_ITEM', 'yes')] }, 'ignored', /UNKNOWN_ITEM/],
  ])('%s, with its units', (_, ledger, state, why) => {
    const found = comparedOrder(shipped(), { ...nothing, ledger });

    expect(codes(found)).toEqual([]);
    const issue = found.waiting.find(({ document }) => document === 'goodsIssue');
    expect(issue).toMatchObject({ state, units: '3', day: '2026-11-03' });
    expect(issue?.why).toMatch(why);
  });

  it('waits with the posting that is not through', () => {
    const found = comparedOrder(shipped(), {
      postings: (all) =>
        all.map((one) =>
          one.kind === 'goodsIssue' ? { ...one, state: 'unknown', reference: null } : one,
        ),
    });

    expect(found.waiting.map(({ state }) => state)).toEqual(['unknown']);
  });

  it('of a rule that books nothing is not called for', () => {
    const rules = [{ when: { ...anyOrder }, route: { as: 'skip' as const, reason: 'samples' } }];
    const frame = aFrame({ settings: someSettings({ orders: { rules } }) });

    const found = comparedOrder(shipped(), { ...nothing, frame });

    expect(codes(found)).toEqual([]);
    expect(found.open.map(({ state }) => state)).toEqual(['notCalledFor']);
  });

  it('of before the cut-over is left out, and counted as such', () => {
    const settings = someSettings({ sync: { startFromMs: noonMs + dayMs } });

    const found = comparedOrder(shipped(), { ...nothing, frame: aFrame({ settings }) });

    expect(codes(found)).toEqual([]);
    expect(found.beforeStart).toBe(1);
  });

  it('of another month is none of this period', () => {
    const late = anOrder()
      .createdAt(noonMs + 29 * dayMs)
      .shipped({ leftAtMs: noonMs + 30 * dayMs })
      .build();

    expect(codes(comparedOrder(late, nothing))).toEqual([]);
  });
});

describe('an order that was planned by other settings', () => {
  const mapped = (item: string, factor: string) =>
    someSettings({
      items: {
        acceptedStatuses: ['20'],
        mapping: { COFFEE: { item, factor: parseQuantity(factor) } },
      },
    });
  const ofThen = mapped('COFFEE', '12');
  const change = (then: typeof ofThen, now: typeof ofThen) => ({
    plannedBy: then,
    frame: aFrame({ settings: now, earlierSettings: () => [then] }),
  });

  it.each([
    ['another factor', ofThen, mapped('COFFEE', '24')],
    ['another item', ofThen, mapped('MUG', '12')],
    ['another item and factor', ofThen, mapped('MUG', '1')],
    ['none that is clear', ofThen, mapped('', '1')],
  ])('agrees by that of its planning when today’s has %s', (_, then, now) => {
    const found = comparedOrder(shipped(), change(then, now));

    expect(codes(found)).toEqual([]);
    expect(found.byEarlierMapping).toBe(1);
    expect(found.moved.map(({ units }) => units)).toEqual(['36']);
  });

  it('differs where it was posted by none that was in force', () => {
    const found = comparedOrder(shipped(), {
      plannedBy: mapped('COFFEE', '10'),
      frame: aFrame({ settings: mapped('COFFEE', '24'), earlierSettings: () => [ofThen] }),
    });

    expect(codes(found)).toEqual(['QUANTITY_DIFFERS']);
    expect(found.byEarlierMapping).toBe(0);
  });

  it('differs where more left than was posted, whatever the mapping', () => {
    const now = shipped('3', { parts: [{ sku: 'COFFEE', quantity: '5' }] });

    const found = comparedOrder(shipped(), { now, ...change(ofThen, mapped('COFFEE', '24')) });

    expect(codes(found)).toEqual(['QUANTITY_DIFFERS']);
  });

  it('leaves the shelf what today’s mapping makes more of it', () => {
    const found = comparedOrder(shipped(), change(ofThen, mapped('COFFEE', '24')));

    const open = found.open.flatMap(({ state, lines }) => lines.map((line) => [state, line]));
    expect(open).toMatchObject([
      ['earlierMapping', { item: 'COFFEE', quantity: '72' }],
      ['earlierMapping', { item: 'COFFEE', quantity: '-36' }],
    ]);
  });

  it('agrees at the warehouse that its centre stood for', () => {
    const at = (warehouse: string) => {
      const settings = someSettings();
      const centres = settings.centres.map((one) => ({ ...one, warehouse }));
      return { ...settings, centres };
    };

    const found = comparedOrder(shipped(), { ...change(at('100'), at('200')) });

    expect(codes(found)).toEqual([]);
    expect(found.moved.map(({ warehouse }) => warehouse)).toEqual(['100']);
  });

  it.each(['salesOrder', 'issueOnly', 'skip'] as const)(
    'stays what it was posted as when the rule says %s today',
    (as) => {
      const rule = (route: Settings['orders']['rules'][number]['route']) =>
        someSettings({ orders: { rules: [{ when: { ...anyOrder }, route }] } });
      const issued = rule({
        as: 'issueOnly',
        reasonCode: 'SMP',
        remark: 'Sample',
        responsible: null,
      });
      const sold = someSettings();
      const settings = {
        salesOrder: sold,
        issueOnly: issued,
        skip: rule({ as: 'skip', reason: 'samples' }),
      }[as];

      const found = [issued, sold].map((plannedBy) =>
        comparedOrder(shipped(), { plannedBy, frame: aFrame({ settings }) }),
      );

      expect(found.map(codes)).toEqual([[], []]);
      expect(found.map(({ moved }) => moved.map(({ kind }) => kind))).toEqual([
        ['stockIssue'],
        ['goodsIssue'],
      ]);
    },
  );
});

describe('the moment of the comparison', () => {
  const asOfMs = noonMs + 5 * dayMs;
  const later = noonMs + 6 * dayMs;

  it('names a difference that may come from a later change, and does not judge it', () => {
    const now = {
      ...shipped('3', { parts: [{ sku: 'COFFEE', quantity: '5' }] }),
      updatedAtMs: later,
    };

    const found = comparedOrder(shipped(), { now, frame: aFrame({ asOfMs }) });

    expect(codes(found)).toEqual([]);
    expect([...found.touchedLater.keys()][0]).toContain('5 of item COFFEE moved');
  });

  it('finds nothing in a record that was touched later and agrees', () => {
    const now = { ...shipped(), updatedAtMs: later };

    const found = comparedOrder(shipped(), { now, frame: aFrame({ asOfMs }) });

    expect(found.touchedLater.size).toBe(0);
  });

  it('lets wait what was posted after it', () => {
    const found = comparedOrder(shipped(), {
      frame: aFrame({ asOfMs }),
      postings: (all) => all.map((one) => ({ ...one, postedAtMs: later })),
    });

    expect(found.waiting.map(({ why }) => why)).toEqual([
      'posted after the moment',
      'posted after the moment',
    ]);
  });

  it('does not know yet of what left after it', () => {
    const order = shipped('3', { leftAtMs: later });

    expect(comparedOrder(order, { frame: aFrame({ asOfMs }) }).moved).toEqual([]);
  });
});

describe('an issue that a person entered', () => {
  const link = (quantity: string | null) => ({
    kind: 'goodsIssue' as const,
    shipbobId: '388185605',
    number: '0010000009',
    linkedAtMs: noonMs,
    held:
      quantity === null
        ? null
        : [{ line: null, item: 'COFFEE', lot: null, quantity: parseQuantity(quantity) }],
  });
  const byHand = (quantity: string | null) =>
    comparedOrder(shipped(), {
      postings: (all) => all.filter(({ kind }) => kind !== 'goodsIssue'),
      ledger: { links: [link(quantity)] },
    });

  it('is compared with what Infor held of it', () => {
    expect(codes(byHand('3'))).toEqual([]);
    expect(codes(byHand('2'))).toEqual(['QUANTITY_DIFFERS']);
  });

  it('counts as moved where nobody has checked what it holds', () => {
    expect(byHand(null).moved.map(({ units }) => units)).toEqual(['3']);
  });
});
