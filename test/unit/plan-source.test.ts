import { describe, expect, it } from 'vitest';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { anOrder } from '../support/builders.ts';
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

  it('that went backwards is flagged, and what still holds is planned', () => {
    const order = anOrder().build();

    const plan = planCase({ ...anInput(order), regression: 'stowed of COFFEE 5 → 3' });

    expect(plan.flags).toMatchObject([{ code: 'SOURCE_REGRESSED', cause: 'order:309589638' }]);
    expect(plan.documents).toHaveLength(1);
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
