import { describe, expect, it } from 'vitest';
import { externalKey } from '../../src/core/schema.ts';
import {
  committed,
  discarded,
  lookedUp,
  openBench,
  posted,
  postedOrder,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import { aCancellation, target } from '../support/recipe-target.ts';

const key = externalKey('C1001');

describe('order cancellation', () => {
  it('deletes the order, and finds it deleted afterwards', async () => {
    const bench = await openBench();
    const one = target(aCancellation(), { key, dependency: await postedOrder(bench) });

    const before = await lookedUp(bench, one);
    const reference = await posted(bench, one);

    expect(before).toEqual({ state: 'absent' });
    expect(reference.number).toBe(one.dependency?.number);
    expect(bench.sandbox.world.books().orders).toMatchObject([{ live: false }]);
    expect(await lookedUp(bench, one)).toMatchObject({ state: 'posted' });
  });

  it('finds an order posted as cancelled that a clerk deleted altogether', async () => {
    const bench = await openBench();
    const dependency = await postedOrder(bench);
    bench.sandbox.world.deleteDocument({ kind: 'order', number: dependency.number });

    expect(await lookedUp(bench, target(aCancellation(), { key, dependency }))).toMatchObject({
      state: 'posted',
    });
  });

  it('does not touch an order that is allocated', async () => {
    const bench = await openBench({ autoAllocate: true });
    const one = target(aCancellation(), { key, dependency: await postedOrder(bench) });

    const [answer] = await bench.ledger.stage('orderCancellation', [one], bench.journal);

    expect(answer).toMatchObject({ state: 'rejected', problem: { code: 'ORDER_IN_PROGRESS' } });
    expect(bench.journal.intents.filter((intent) => intent.key === key)).toEqual([]);
  });

  it('is posted after a DelHead whose answer was lost, and a second one is accepted', async () => {
    const bench = await openBench();
    const dependency = await postedOrder(bench);
    const one = await staged(bench, target(aCancellation(), { key, dependency }));
    bench.sandbox.faults.script({ match: 'DelHead', kind: 'resetAfter', times: 1 });

    const first = await committed(bench, one);
    const answer = await seen(bench, one);
    const second = await committed(bench, one);

    expect(first.state).toBe('unclear');
    expect(answer.state).toBe('posted');
    expect(second).toEqual({ state: 'accepted' });
  });

  it('is staged as long as the order lives, and leaves nothing to discard', async () => {
    const bench = await openBench();
    const dependency = await postedOrder(bench);
    const one = await staged(bench, target(aCancellation(), { key, dependency }));

    expect(await seen(bench, one)).toEqual({ state: 'staged' });
    expect(await discarded(bench, one)).toEqual({ state: 'gone' });
    expect(bench.sandbox.world.books().orders).toMatchObject([{ live: true }]);
  });
});
