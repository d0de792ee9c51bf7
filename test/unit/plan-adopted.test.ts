import { describe, expect, it } from 'vitest';
import type { FlagDraft, HeldLine, Posting, ReceivingRecord } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { anOrder, aReceiving, hourMs, noonMs } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, keyOf } from '../support/builders-planning.ts';

const codes = (flags: FlagDraft[]) => flags.map((flag) => `${flag.code} ${flag.cause}`);
const facts = someFacts()
  .purchaseOrder('4500012', [
    { item: 'COFFEE', remaining: '100' },
    { item: 'MUG', remaining: '100' },
    { item: 'TEA', remaining: '100' },
  ])
  .build();

function held(line: number | null, item: string, quantity: string, lot?: string): HeldLine {
  return { line, item, quantity: parseQuantity(quantity), lot: lot ?? null };
}

function plannedOn(record: ReceivingRecord, postings: Posting[]) {
  const merged = mergePlan(planCase(anInput(record, { facts, postings })), postings);
  const lines = merged.put.flatMap(({ document }) =>
    document.kind === 'goodsReceipt' ? document.lines : [],
  );
  return {
    put: lines.map(({ item, quantity }) => `${quantity} ${item}`),
    flags: codes(merged.flags),
  };
}

/** The receipt planned for the record, as Infor turned out to hold it. */
function adopted(record: ReceivingRecord, lines: HeldLine[], state: Partial<Posting>): Posting[] {
  return planCase(anInput(record, { facts })).documents.map((planned) =>
    aPosted(planned, keyOf(record), { adopted: true, held: lines, ...state }),
  );
}

const found = { handedToCommit: false };
const fifty = aReceiving().stowed('COFFEE', '50').build();
const differs = ['ADOPTED_DIFFERENT posting:R443002-1'];

describe('receipt found in Infor', () => {
  it('of an earlier plan lets the rest be received', () => {
    const postings = adopted(fifty, [held(1, 'COFFEE', '20')], found);

    expect(plannedOn(fifty, postings)).toEqual({ put: ['30 COFFEE'], flags: differs });
  });

  it('as planned lets what grows be received', () => {
    const postings = adopted(fifty, [held(1, 'COFFEE', '50')], found);
    const grown = aReceiving().stowed('COFFEE', '80').build();

    expect(plannedOn(grown, postings)).toEqual({ put: ['30 COFFEE'], flags: [] });
  });

  it('holds back its items while its lines cannot be read', () => {
    const unreadable = [
      [],
      [held(null, 'COFFEE', '20')],
      [held(2, 'COFFEE', '20')],
      [held(1, 'COFFEE', '0')],
    ];
    for (const lines of unreadable) {
      const postings = adopted(fifty, lines, found);

      expect(plannedOn(fifty, postings)).toEqual({ put: [], flags: differs });
    }
  });

  it('with less than was committed holds back that item alone', () => {
    const both = aReceiving().stowed('COFFEE', '50').stowed('MUG', '5').build();
    const postings = adopted(both, [held(1, 'COFFEE', '20'), held(2, 'MUG', '5')], {});
    const grown = aReceiving().stowed('COFFEE', '60').stowed('MUG', '9').build();

    expect(plannedOn(grown, postings)).toEqual({ put: ['4 MUG'], flags: differs });
  });

  it('in part only holds back the rest, which a person finishes', () => {
    const both = aReceiving().stowed('COFFEE', '50').stowed('MUG', '5').build();
    const part = { state: 'flagged', ...found } as const;
    const postings = adopted(both, [held(1, 'COFFEE', '50')], part);

    expect(plannedOn(both, postings)).toEqual({ put: [], flags: differs });
  });

  it('with its lot in upper case is the same lot', () => {
    const record = aReceiving().stowed('TEA', '5').box('TEA', '5', 'l1a').build();
    const postings = adopted(record, [held(1, 'TEA', '5', 'L1A')], {});
    const grown = aReceiving().stowed('TEA', '8').box('TEA', '8', 'l1a').build();

    expect(plannedOn(record, postings)).toEqual({ put: [], flags: [] });
    expect(plannedOn(grown, postings)).toEqual({ put: ['3 TEA'], flags: [] });
  });
});

describe('order or issue found in Infor', () => {
  const twice = anOrder()
    .line('COFFEE', '5')
    .shipped({ parts: [{ sku: 'COFFEE', quantity: '2' }] })
    .shipped({ parts: [{ sku: 'COFFEE', quantity: '3' }], leftAtMs: noonMs + 5 * hourMs })
    .build();
  const [order, first] = planCase(anInput(twice)).documents;
  const postingsOf = (orderState: Partial<Posting>, issueState: Partial<Posting>) => [
    ...(order ? [aPosted(order, keyOf(twice), orderState)] : []),
    ...(first ? [aPosted(first, keyOf(twice), { id: 2, ...issueState })] : []),
  ];

  it('takes of the order what Infor says the issue took', () => {
    const one = { adopted: true, held: [held(1, 'COFFEE', '3')] };

    const plan = planCase(anInput(twice, { postings: postingsOf({}, one) }));

    expect(codes(plan.flags)).toEqual(['SHIPPED_NOT_ORDERED shipment:388185606:COFFEE']);
    expect(plan.flags[0]?.quantity).toBe('1');
  });

  it('takes it off the line of its item where Infor names no line', () => {
    const one = { adopted: true, held: [held(null, 'COFFEE', '3')] };

    const plan = planCase(anInput(twice, { postings: postingsOf({}, one) }));

    expect(plan.flags[0]?.quantity).toBe('1');
  });

  it('leaves open only what the order holds in Infor', () => {
    const four = { adopted: true, held: [held(1, 'COFFEE', '4')] };

    const plan = planCase(anInput(twice, { postings: postingsOf(four, {}) }));

    expect(plan.flags[0]?.quantity).toBe('1');
    expect(codes(plan.flags)).toEqual(['SHIPPED_NOT_ORDERED shipment:388185606:COFFEE']);
  });

  it('counts what was planned while an issue is booked in part only', () => {
    const part: Partial<Posting> = {
      state: 'flagged',
      adopted: true,
      held: [held(1, 'COFFEE', '1')],
    };

    const plan = planCase(anInput(twice, { postings: postingsOf({}, part) }));

    expect(plan.flags).toEqual([]);
    expect(plan.documents.at(-1)?.document).toMatchObject({ lines: [{ quantity: '3' }] });
  });
});
