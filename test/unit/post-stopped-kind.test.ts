import { describe, expect, it } from 'vitest';
import type { InforLedger } from '../../src/app/ports.ts';
import { post } from '../../src/app/post.ts';
import { Problem, type ProblemKind } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import { scriptedLedger, testEngine } from '../support/scripted-ledger.ts';
import { anOrder, anOutcome, plannedOrder, plannedPurchase } from '../support/store-record.ts';

/** One sales order and one purchase order; of the latter no key can be looked up. */
async function world(kind: ProblemKind, stopped: 'purchaseOrder' | 'salesOrder') {
  const script = scriptedLedger();
  const problem = new Problem({ code: 'STOPPED', kind, message: 'No', hint: 'Mend it.' });
  const ledger: InforLedger = {
    ...script.ledger,
    lookup: (of, targets, journal) =>
      of === stopped ? Promise.reject(problem) : script.ledger.lookup(of, targets, journal),
  };
  // One after the other: what is under way already, when one is refused, goes to its end.
  const { engine, store, clock } = await testEngine(ledger, { posting: { concurrency: 1 } });
  const startedAtMs = clock.now();
  await store.saveObservations(engine.fence, {
    stream: 'orders',
    nowMs: startedAtMs,
    observations: [
      { record: anOrder('1'), startedAtMs },
      { record: anOrder('2'), startedAtMs },
    ],
    unreadable: [],
    checkpointMs: null,
  });
  const due = await store.casesDue(10);
  const put = [plannedOrder('SB1'), plannedPurchase('SB2')];
  for (const [index, document] of put.entries()) {
    const id = String(index + 1);
    const hash = due.find((one) => one.stored.record?.id === id)?.stored.contentHash ?? '';
    await store.savePlans(
      engine.fence,
      [anOutcome({ kind: 'order', id }, hash, { put: [document] })],
      startedAtMs,
    );
  }
  const states = async () =>
    (await Promise.all(['SB1', 'SB2'].map((key) => store.posting(externalKey(key))))).map(
      (posting) => posting?.state,
    );
  return { engine, states };
}

describe('a set-up without which one kind of document cannot be posted', () => {
  it.each([
    ['salesOrder', ['pending', 'posted']],
    ['purchaseOrder', ['posted', 'pending']],
  ] as const)('stops %s alone, and is reported after the others', async (stopped, expected) => {
    const { engine, states } = await world('configuration', stopped);

    await expect(post(engine)).rejects.toMatchObject({ code: 'STOPPED' });

    expect(await states()).toEqual(expected);
  });

  it('stops all of them when Infor refuses who we are', async () => {
    const { engine, states } = await world('credentials', 'salesOrder');

    await expect(post(engine)).rejects.toMatchObject({ code: 'STOPPED' });

    expect(await states()).toEqual(['pending', 'pending']);
  });
});
