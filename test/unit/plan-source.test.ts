import { describe, expect, it } from 'vitest';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { anOrder, aReceiving } from '../support/builders.ts';
import { someFacts } from '../support/builders-facts.ts';
import { anInput, aPosted, aPosting, keyOf } from '../support/builders-planning.ts';

describe('source that cannot be trusted', () => {
  it('is flagged with its raw text when it cannot be understood', () => {
    const input = anInput(anOrder().build());
    const unreadable = { raw: 'x'.repeat(5_000), problem: 'quantity is not a number' };

    const plan = planCase({ ...input, record: null, unreadable });

    expect(plan.flags).toMatchObject([
      { code: 'SOURCE_UNREADABLE', cause: 'unreadable:order:309589638' },
    ]);
    expect(plan.flags[0]?.evidence.raw).toHaveLength(2_048);
  });

  it('that vanished withdraws what is pending and flags what is booked', () => {
    const order = anOrder().build();
    const [planned] = planCase(anInput(order)).documents;
    const pending = planned ? [aPosting(planned, keyOf(order))] : [];
    const posted = planned ? [aPosted(planned, keyOf(order))] : [];
    const gone = (postings: typeof posted) =>
      mergePlan(planCase({ ...anInput(order, { postings }), vanishedAtMs: 1 }), postings);

    expect(gone(pending)).toMatchObject({ withdraw: ['SB309589638'], flags: [] });
    expect(gone(posted)).toMatchObject({ withdraw: [], flags: [{ code: 'SOURCE_VANISHED' }] });
  });

  it('that went backwards before it was booked is planned as it is now', () => {
    const order = anOrder().preparing().build();

    const plan = planCase({ ...anInput(order), regression: 'a shipment had left' });

    expect(plan.flags).toEqual([]);
    expect(plan.decisions).toContain('went backwards in ShipBob: a shipment had left');
    expect(plan.documents.map(({ key }) => key)).toEqual(['SB309589638']);
  });

  it('that went backwards after it was booked is flagged once', () => {
    const order = anOrder().shipped().build();
    const issue = planCase(anInput(order)).documents.find(({ shipmentId }) => shipmentId !== null);
    if (issue === undefined) throw new Error('there is an issue');
    const postings = [aPosted(issue, keyOf(order))];
    const back = anOrder().preparing().build();

    const plan = planCase({ ...anInput(back, { postings }), regression: 'a shipment had left' });

    expect(plan.flags).toMatchObject([{ code: 'SOURCE_REGRESSED', cause: 'shipment:388185605' }]);
  });

  it('that fell back to a state in which nothing is compared is flagged if it was booked', () => {
    const facts = someFacts()
      .purchaseOrder('4500012', [{ item: 'COFFEE', remaining: '10' }])
      .build();
    const record = aReceiving().stowed('COFFEE', '10').build();
    const receipts = planCase(anInput(record, { facts })).documents;
    const postings = receipts.map((planned) => aPosted(planned, keyOf(record)));
    const again = { ...aReceiving().build(), phase: 'expected' as const, status: 'Awaiting' };

    const input = { ...anInput(again, { facts }), regression: 'stowed fell from 10 to 0' };

    expect(planCase(input).flags).toEqual([]);
    expect(receipts).toHaveLength(1);
    expect(planCase({ ...input, postings }).flags).toMatchObject([
      { code: 'SOURCE_REGRESSED', cause: 'receiving:443002' },
    ]);
  });

  it('with a status nobody knows posts nothing', () => {
    const order = anOrder().having({ phase: 'unrecognised', status: 'Teleported' }).build();

    const plan = planCase(anInput(order));

    expect(plan.documents).toEqual([]);
    expect(plan.flags).toMatchObject([
      { code: 'UNKNOWN_STATUS', cause: 'status:order:Teleported' },
    ]);
  });

  it('changes nothing while facts are missing', () => {
    const order = anOrder().build();
    const [planned] = planCase(anInput(order)).documents;
    const postings = planned ? [aPosting(planned, keyOf(order))] : [];

    const merged = mergePlan(planCase(anInput(order, { postings, facts: new Map() })), postings);

    expect(merged).toMatchObject({ put: [], withdraw: [] });
  });

  it('revives a posting that was withdrawn', () => {
    const order = anOrder().build();
    const [planned] = planCase(anInput(order)).documents;
    const postings = planned ? [aPosting(planned, keyOf(order), { state: 'cancelled' })] : [];

    const merged = mergePlan(planCase(anInput(order, { postings })), postings);

    expect(merged.put.map((document) => document.key)).toEqual(['SB309589638']);
  });
});
