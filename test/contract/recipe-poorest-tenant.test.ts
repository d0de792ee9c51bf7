import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/app/ports.ts';
import { externalKey } from '../../src/core/schema.ts';
import { poorestTenant } from '../../src/sandbox/infor/tenant.ts';
import {
  type Bench,
  committed,
  inspected,
  lookedUp,
  openBench,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import {
  aGoodsIssue,
  aGoodsReceipt,
  aPurchaseOrder,
  aSalesOrder,
  aStockIssue,
  target,
} from '../support/recipe-target.ts';

/** Long enough for every delay of that tenant. */
const patienceMs = 300_000;

async function postedInTime(bench: Bench, one: Target) {
  const before = await lookedUp(bench, one);
  const ready = await staged(bench, one);
  const inspection = await inspected(bench, ready);
  const commit = await committed(bench, ready);
  const early = await seen(bench, ready);
  bench.sandbox.world.advance(patienceMs);
  const late = await seen(bench, ready);
  const after = await lookedUp(bench, ready);
  return { before, inspection, commit, early, late, after };
}

describe('the poorest tenant', () => {
  it('gets every kind of document that it can show, and shows it by its key', async () => {
    const bench = await openBench(poorestTenant, { callerMessageNumbers: 'avoid' });

    const order = await postedInTime(bench, target(aSalesOrder()));
    const dependency = order.late.state === 'posted' ? order.late.reference : null;
    const runs = [
      order,
      await postedInTime(bench, target(aPurchaseOrder(), { key: externalKey('SB1002') })),
      await postedInTime(
        bench,
        target(aGoodsIssue(), { key: externalKey('S388185605-1'), dependency }),
      ),
      await postedInTime(bench, target(aStockIssue(), { key: externalKey('S388185606-1') })),
      await postedInTime(bench, target(aGoodsReceipt(), { key: externalKey('R443002-1') })),
    ];

    for (const run of runs) {
      expect(run.before).toEqual({ state: 'absent' });
      expect(run.inspection).toEqual({ state: 'matches' });
      expect(run.commit.state).toBe('accepted');
      expect(run.late.state).toBe('posted');
      expect(run.after).toMatchObject({ state: 'posted' });
    }
    expect(runs.slice(0, 2).map((run) => run.early.state)).toEqual(['staged', 'processing']);
  });
});
