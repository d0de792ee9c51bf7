import { describe, expect, it } from 'vitest';
import { canonicalQuantity, externalKey } from '../../src/core/schema.ts';
import {
  type Bench,
  committed,
  discarded,
  inspected,
  lookedUp,
  openBench,
  posted,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import { aStockIssue, target } from '../support/recipe-target.ts';

const key = externalKey('S388185605-1');

function adjustments(bench: Bench) {
  return bench.sandbox.world.books().stockHistory.filter((movement) => movement.type === '90');
}

describe('stock issue', () => {
  it('takes each line out of stock with its reason, once', async () => {
    const bench = await openBench();

    await posted(bench, target(aStockIssue(), { key }));

    expect(adjustments(bench)).toMatchObject([
      { item: 'MUG', quantity: '-2', reasonCode: 'SMP', day: '20261120', externalKey: key },
      { item: 'TEA', quantity: '-0.5', lot: 'L1', reasonCode: 'DMG' },
    ]);
  });

  it('works where M3 numbers the messages and keeps no partner from short forms', async () => {
    const bench = await openBench(
      {
        callerMessageNumber: 'refused',
        duplicatePmsnAccepted: true,
        blankE0pbAfterShortForms: true,
      },
      { callerMessageNumbers: 'avoid' },
    );
    const one = target(aStockIssue(), { key });

    const before = await lookedUp(bench, one);
    await posted(bench, one);
    const after = await lookedUp(bench, one);

    expect(before).toEqual({ state: 'absent' });
    expect(after).toMatchObject({
      state: 'posted',
      held: [
        { line: 1, item: 'MUG', quantity: '2', lot: null },
        { line: 2, item: 'TEA', quantity: '0.5', lot: 'L1' },
      ],
    });
    expect(bench.sandbox.world.state.stockMessages.size).toBe(1);
  });

  it('is posted once after a PrcStkTran whose answer was lost', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aStockIssue(), { key }));
    bench.sandbox.faults.script({ match: 'PrcStkTran', kind: 'resetAfter', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);
    const again = await committed(bench, one);

    expect(commit.state).toBe('unclear');
    expect(answer.state).toBe('posted');
    expect(again).toEqual({ state: 'accepted' });
    expect(adjustments(bench)).toHaveLength(2);
  });

  it('fails with M3’s words when the stock is not there', async () => {
    const bench = await openBench();
    const [line] = aStockIssue().lines;
    const lines = line === undefined ? [] : [{ ...line, quantity: canonicalQuantity('999') }];
    const one = await staged(bench, target(aStockIssue({ lines }), { key }));

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('On-hand balance') },
    });
    expect(await discarded(bench, one)).toEqual({ state: 'gone' });
  });

  it('condemns the message of a doubtful line, and finds and deletes it', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: 'AddAdjust', kind: 'resetAfter', times: 1 });
    const one = target(aStockIssue(), { key });

    const [answer] = await bench.ledger.stage('stockIssue', [one], bench.journal);
    const found = await lookedUp(bench, one);
    const gone = await discarded(bench, { ...one, handle: `${key}-1` });

    expect(answer).toMatchObject({ state: 'doubtful', handle: `${key}-1` });
    expect(found).toEqual({ state: 'staged', handles: [`${key}-1`] });
    expect(gone).toEqual({ state: 'gone' });
  });

  it('differs when the message has a line more', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aStockIssue(), { key }));
    const message = bench.sandbox.world.state.stockMessages.get(one.handle ?? '');
    const [line] = message?.lines ?? [];
    if (line !== undefined) message?.lines.push({ ...line, line: 3 });

    expect(await inspected(bench, one)).toMatchObject({ state: 'differs' });
  });
});
