import { describe, expect, it } from 'vitest';
import { planDue } from '../../src/app/plan.ts';
import { post } from '../../src/app/post.ts';
import type { OrderRecord, Posting } from '../../src/core/glossary.ts';
import { mergePlan } from '../../src/core/merge-plan.ts';
import { planCase } from '../../src/core/plan.ts';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import { anOrder, hourMs } from '../support/builders.ts';
import { anInput, aPosting, keyOf } from '../support/builders-planning.ts';
import { anyOrder, someSettings } from '../support/builders-settings.ts';
import { observe, planningEngine } from '../support/planning-engine.ts';
import { scriptedLedger, unclear } from '../support/scripted-ledger.ts';

const three = anOrder().line('COFFEE', '3').build();
const four = anOrder().line('COFFEE', '4').build();
const gone = anOrder().line('COFFEE', '3').cancelled().build();
const staged = { state: 'staged', attempt: 1, handle: 'T1' } as const;
const pending = { state: 'pending', attempt: 1, handle: 'T1' } as const;

function standing(fields: Partial<Posting>): Posting[] {
  return planCase(anInput(three)).documents.map((one) => aPosting(one, keyOf(three), fields));
}

function merged(order: OrderRecord, postings: Posting[], settings = someSettings()) {
  const { put, withdraw, restage, flags } = mergePlan(
    planCase(anInput(order, { postings, settings })),
    postings,
  );
  return { put: put.map(({ key }) => key), withdraw, restage, flags };
}

const busyProblem = new Problem({
  code: 'INFOR_LOCKED',
  kind: 'retryable',
  message: 'the order is locked by another user',
  hint: 'It is tried again.',
});
const nothing = { put: [], withdraw: [], restage: [], flags: [] };
const again = { ...nothing, restage: ['SB309589638'] };

describe('what is staged and was never handed to a commit', () => {
  it('is staged anew when it changed, and discarded when it is no longer wanted', () => {
    expect(merged(three, standing(staged))).toEqual(nothing);
    expect(merged(four, standing(staged))).toEqual(again);
    expect(merged(gone, standing(staged))).toEqual(again);
  });

  it('is left alone once a commit was given it', () => {
    const postings = standing({ ...staged, handedToCommit: true });

    expect(merged(four, postings)).toMatchObject({ put: [], restage: [] });
    expect(merged(four, postings).flags).toMatchObject([{ code: 'SOURCE_CHANGED' }]);
  });

  it('takes the new document as soon as its handle is condemned', () => {
    const issueOnly = {
      as: 'purchaseOrder',
      supplier: { fixed: 'SB0001' },
      orderType: null,
      dimensions: [],
      costCentre: null,
      thenIssueReason: null,
    } as const;
    const rules = [{ when: { ...anyOrder }, route: { ...issueOnly, dimensions: [] } }];

    expect(merged(four, standing(pending))).toEqual({ ...nothing, put: ['SB309589638'] });
    expect(merged(gone, standing(pending))).toEqual(again);
    // A handle is deleted as the kind of document that it is.
    expect(merged(three, standing(pending), someSettings({ orders: { rules } }))).toEqual(again);
  });
});

describe('a staged order', () => {
  async function stagedWorld() {
    const script = scriptedLedger();
    const made = await planningEngine();
    const { engine, store } = made;
    const { masterData } = engine.infor;
    engine.infor = { ...script.ledger, masterData };
    await observe(made, three);
    await planDue(engine);
    script.play({ inspect: [{ state: 'unclear', problem: unclear() }] });
    await post(engine);
    const posting = async () => {
      const found = await store.posting(externalKey(`SB${three.id}`));
      if (found === null) throw new Error('the order is in the store');
      return found;
    };
    expect(await posting()).toMatchObject({ state: 'staged', handle: 'T1', handedToCommit: false });
    script.play({});
    made.clock.pass(hourMs);
    /** Rounds of plan and post, as a run makes them. */
    const rounds = async () => {
      for (let round = 0; round < 4; round += 1) {
        await planDue(engine);
        await post(engine);
      }
    };
    return { ...made, script, posting, rounds };
  }

  it('that is cancelled in ShipBob leaves nothing in Infor', async () => {
    const test = await stagedWorld();
    await observe(test, { ...gone, updatedAtMs: three.createdAtMs + hourMs });

    await test.rounds();

    expect(test.script.asked).toEqual(['lookup T1', 'discard T1']);
    expect(await test.posting()).toMatchObject({ state: 'cancelled', handle: null });
  });

  it('that changes in ShipBob is discarded before the new one is staged and posted', async () => {
    const test = await stagedWorld();
    await observe(test, { ...four, updatedAtMs: three.createdAtMs + hourMs });

    await test.rounds();

    expect(test.script.asked.filter((step) => !step.startsWith('lookup'))).toEqual([
      'discard T1',
      'stage',
      'inspect T2',
      'commit T2',
      'readBack T2',
    ]);
    expect(await test.posting()).toMatchObject({
      state: 'posted',
      document: { lines: [{ quantity: '4' }] },
    });
  });

  it('whose only commit was refused before it was sent is discarded as well', async () => {
    const test = await stagedWorld();
    test.script.play({ commit: [{ state: 'notSent', problem: unclear('HTTP 429') }] });
    await post(test.engine);
    expect(test.script.asked).toContain('commit T1');
    test.script.play({});
    test.clock.pass(hourMs);
    await observe(test, { ...gone, updatedAtMs: three.createdAtMs + hourMs });

    await test.rounds();

    expect(test.script.asked).toEqual(['lookup T1', 'discard T1']);
    expect(await test.posting()).toMatchObject({ state: 'cancelled', handle: null });
  });

  it('that an earlier commit may have reached is not discarded', async () => {
    const test = await stagedWorld();
    const busy = { state: 'rejected', problem: busyProblem } as const;
    test.script.play({
      commit: [busy, { state: 'notSent', problem: unclear('HTTP 429') }],
      readBack: [{ state: 'staged' }],
    });
    await post(test.engine);
    test.clock.pass(hourMs);
    await post(test.engine);
    expect(test.script.asked.filter((step) => step === 'commit T1')).toHaveLength(2);
    test.clock.pass(hourMs);
    await observe(test, { ...gone, updatedAtMs: three.createdAtMs + hourMs });

    await planDue(test.engine);

    expect(await test.posting()).toMatchObject({ state: 'staged', handedToCommit: true });
  });

  it('that cannot be discarded is neither committed nor forgotten', async () => {
    const test = await stagedWorld();
    test.script.play({ discard: [{ state: 'unclear', problem: unclear() }] });
    await observe(test, { ...gone, updatedAtMs: three.createdAtMs + hourMs });

    await test.rounds();

    expect(test.script.asked.every((step) => !step.startsWith('commit'))).toBe(true);
    expect(await test.posting()).toMatchObject({ state: 'pending', handle: 'T1' });
  });
});
