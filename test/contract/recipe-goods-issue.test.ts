import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/app/ports.ts';
import { externalKey } from '../../src/core/schema.ts';
import {
  type Bench,
  committed,
  discarded,
  inspected,
  lookedUp,
  openBench,
  posted,
  postedOrder,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import {
  aGoodsIssue,
  anIssueLine,
  aSalesLine,
  aSalesOrder,
  target,
} from '../support/recipe-target.ts';

const key = externalKey('S388185605-1');

async function anIssue(bench: Bench, issue = aGoodsIssue(), order = aSalesOrder()) {
  return target(issue, { key, dependency: await postedOrder(bench, order) });
}

function issues(bench: Bench) {
  return bench.sandbox.world.books().stockHistory.filter((movement) => movement.type === '31');
}

async function stagedAs(bench: Bench, one: Target) {
  const [answer] = await bench.ledger.stage('goodsIssue', [one], bench.journal);
  return answer;
}

describe('goods issue', () => {
  it('allocates, releases and reports exactly what left, once', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);

    const reference = await posted(bench, one);

    expect(issues(bench)).toMatchObject([{ item: 'MUG', quantity: '-3', externalKey: key }]);
    expect(bench.sandbox.world.books().orders[0]).toMatchObject({ lowestStatus: '66' });
    expect(reference.detail).toMatchObject({
      message: `${key}-1`,
      salesOrder: one.dependency?.number,
    });
    const prepared = bench.journal.intents.filter((intent) => intent.step === 'prepare');
    expect(prepared.map((intent) => intent.call)).toEqual([
      'MMS120MI/AllocateOrdLine',
      'MWS410MI/RelForPick',
    ]);
  });

  it('neither allocates nor releases again what is on a pick list', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);
    const first = await staged(bench, one);
    await discarded(bench, first);

    const second = await stagedAs(bench, { ...one, attempt: 2 });

    expect(second).toMatchObject({ state: 'staged', handle: `${key}-2` });
    const calls = bench.journal.intents.map((intent) => intent.call);
    expect(calls.filter((call) => call === 'MMS120MI/AllocateOrdLine')).toHaveLength(1);
    expect(calls.filter((call) => call === 'MWS410MI/RelForPick')).toHaveLength(1);
  });

  it('only waits where M3 does its own picking', async () => {
    const picking = { steps: 'automatic' as const, allocationOrigin: '1', onlineUpdate: '1' };
    const bench = await openBench({}, { picking });

    const answer = await stagedAs(bench, await anIssue(bench));

    expect(answer?.state).toBe('waiting');
    expect(bench.journal.intents.filter((intent) => intent.step === 'prepare')).toEqual([]);
  });

  it('waits while M3 has no stock to allocate', async () => {
    const bench = await openBench();
    const order = aSalesOrder({ lines: [aSalesLine(1, 'MUG', '500')] });
    const issue = aGoodsIssue({ lines: [anIssueLine(1, 'MUG', '500')] });

    expect((await stagedAs(bench, await anIssue(bench, issue, order)))?.state).toBe('waiting');
  });

  it('waits after an allocation without a clear answer, and goes on from what is there', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);
    bench.sandbox.faults.script({ match: 'AllocateOrdLine', kind: 'resetAfter', times: 1 });

    const first = await stagedAs(bench, one);
    const second = await stagedAs(bench, one);

    // M3 may still be allocating: what is missing before the quiet period is over proves nothing.
    expect(first).toMatchObject({ state: 'waiting', retryAfterMs: 330_000 });
    expect(second?.state).toBe('staged');
    const calls = bench.journal.intents.map((intent) => intent.call);
    expect(calls.filter((call) => call === 'MMS120MI/AllocateOrdLine')).toHaveLength(1);
  });

  it('books two shipments of one order line one after the other', async () => {
    const bench = await openBench();
    const order = await postedOrder(bench);
    const part = (quantity: string, complete: boolean, sequence: number) =>
      target(aGoodsIssue({ lines: [anIssueLine(1, 'MUG', quantity, { complete })] }), {
        key: externalKey(`S38818560${sequence}-1`),
        dependency: order,
      });

    await posted(bench, part('1', false, 1));
    await posted(bench, part('2', true, 2));

    expect(issues(bench).map((movement) => movement.quantity)).toEqual(['-1', '-2']);
  });

  it('shares the pick lines between issues of one order staged together', async () => {
    const bench = await openBench();
    const order = await postedOrder(bench, aSalesOrder({ lines: [aSalesLine(1, 'TEA', '8')] }));
    const part = (lot: string, sequence: number) =>
      target(
        aGoodsIssue({
          lines: [anIssueLine(1, 'TEA', '3', { lot, location: 'A1', complete: false })],
        }),
        {
          key: externalKey(`S38818560${sequence}-1`),
          dependency: order,
        },
      );
    const both = [part('L1', 1), part('L2', 2)];

    const answers = await bench.ledger.stage('goodsIssue', both, bench.journal);
    const handled = both.map((one, index) => {
      const answer = answers[index];
      return { ...one, handle: answer?.state === 'staged' ? answer.handle : null };
    });
    await bench.ledger.commit('goodsIssue', handled, bench.journal);
    const seenAll = await bench.ledger.readBack('goodsIssue', handled, bench.journal);

    expect(seenAll.map((answer) => answer.state)).toEqual(['posted', 'posted']);
    expect(issues(bench)).toMatchObject([
      { lot: 'L1', quantity: '-3' },
      { lot: 'L2', quantity: '-3' },
    ]);
  });

  it('does not report one pick line for two issues', async () => {
    const bench = await openBench();
    const order = await postedOrder(bench, aSalesOrder({ lines: [aSalesLine(1, 'TEA', '8')] }));
    const part = (quantity: string, sequence: number) =>
      target(aGoodsIssue({ lines: [anIssueLine(1, 'TEA', quantity, { complete: false })] }), {
        key: externalKey(`S38818560${sequence}-1`),
        dependency: order,
      });
    const both = [part('5', 1), part('3', 2)];

    const answers = await bench.ledger.stage('goodsIssue', both, bench.journal);
    const handled = both.map((one, index) => {
      const answer = answers[index];
      return { ...one, handle: answer?.state === 'staged' ? answer.handle : null };
    });
    await bench.ledger.commit('goodsIssue', handled, bench.journal);

    expect(issues(bench)).toMatchObject([
      { lot: 'L1', quantity: '-5' },
      { lot: 'L2', quantity: '-3' },
    ]);
  });

  it('takes several lots of one line when ShipBob names none', async () => {
    const bench = await openBench();
    const order = aSalesOrder({ lines: [aSalesLine(1, 'TEA', '8')] });
    const issue = aGoodsIssue({ lines: [anIssueLine(1, 'TEA', '8')] });

    await posted(bench, await anIssue(bench, issue, order));

    expect(issues(bench)).toMatchObject([
      { lot: 'L1', quantity: '-5' },
      { lot: 'L2', quantity: '-3' },
    ]);
  });

  it('allocates the lot that left, whichever M3 would have chosen', async () => {
    const bench = await openBench();
    const order = aSalesOrder({ lines: [aSalesLine(1, 'TEA', '3')] });
    const line = anIssueLine(1, 'TEA', '3', { lot: 'L2', location: 'A1' });

    await posted(bench, await anIssue(bench, aGoodsIssue({ lines: [line] }), order));

    expect(issues(bench)).toMatchObject([{ lot: 'L2', quantity: '-3' }]);
  });

  it('is rejected when M3 allocated another lot and no location says where ours lay', async () => {
    const bench = await openBench();
    const order = aSalesOrder({ lines: [aSalesLine(1, 'TEA', '3')] });
    const issue = aGoodsIssue({ lines: [anIssueLine(1, 'TEA', '3', { lot: 'L2' })] });

    const answer = await stagedAs(bench, await anIssue(bench, issue, order));

    expect(answer).toMatchObject({
      state: 'rejected',
      handle: null,
      problem: { code: 'LOT_NOT_ALLOCATED', evidence: { lot: 'L2', allocated: 'L1' } },
    });
  });

  it('moves an untouched order line to the warehouse it left from, when that is allowed', async () => {
    const bench = await openBench({}, { warehouseDiffers: 'change' });

    await posted(bench, await anIssue(bench, aGoodsIssue({ warehouse: '002' })));

    expect(issues(bench)).toMatchObject([{ warehouse: '002', quantity: '-3' }]);
  });

  it('asks a person when goods left from another warehouse', async () => {
    const bench = await openBench();

    const answer = await stagedAs(bench, await anIssue(bench, aGoodsIssue({ warehouse: '002' })));

    expect(answer).toMatchObject({ state: 'rejected', problem: { code: 'WAREHOUSE_DIFFERS' } });
  });

  it('gives allocated stock back before the line moves', async () => {
    const bench = await openBench({ autoAllocate: true }, { warehouseDiffers: 'change' });

    await posted(bench, await anIssue(bench, aGoodsIssue({ warehouse: '002' })));

    expect(issues(bench)).toMatchObject([{ warehouse: '002', quantity: '-3' }]);
  });

  it('does not move a line that is allocated where M3 does its own picking', async () => {
    const picking = { steps: 'automatic' as const, allocationOrigin: '1', onlineUpdate: '1' };
    const bench = await openBench({ autoAllocate: true }, { warehouseDiffers: 'change', picking });

    const answer = await stagedAs(bench, await anIssue(bench, aGoodsIssue({ warehouse: '002' })));

    expect(answer).toMatchObject({ state: 'rejected', problem: { code: 'WAREHOUSE_DIFFERS' } });
  });

  it('is rejected when the order line was delivered by hand', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);
    await posted(bench, one);

    const other = { ...one, key: externalKey('S388185605-2') };

    expect(await stagedAs(bench, other)).toMatchObject({
      state: 'rejected',
      problem: { code: 'ORDER_LINE_EXHAUSTED' },
    });
  });

  it('finds the line of an order that a person entered by its item', async () => {
    const bench = await openBench();
    const { number } = await postedOrder(bench);
    const issue = aGoodsIssue({ lines: [anIssueLine(1, 'MUG', '3', { salesOrderLine: 7 })] });
    const one = target(issue, { key, dependency: { number, detail: {} } });

    await posted(bench, one);

    expect(issues(bench)).toHaveLength(1);
  });

  it('names the line that the order does not have', async () => {
    const bench = await openBench();
    const issue = aGoodsIssue({ lines: [anIssueLine(1, 'TEA', '3')] });

    expect(await stagedAs(bench, await anIssue(bench, issue))).toMatchObject({
      state: 'rejected',
      problem: { code: 'ORDER_LINE_MISSING' },
    });
  });

  it('is found by its key: absent, staged, posted with M3’s quantities', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);

    const absent = await lookedUp(bench, one);
    const ready = await staged(bench, one);
    const orphan = await lookedUp(bench, one);
    const own = await lookedUp(bench, ready);
    await committed(bench, ready);
    const done = await lookedUp(bench, one);

    expect(absent).toEqual({ state: 'absent' });
    expect(orphan).toEqual({ state: 'staged', handles: [`${key}-1`] });
    expect(own).toEqual({ state: 'absent' });
    expect(done).toMatchObject({
      state: 'posted',
      held: [{ line: 1, item: 'MUG', quantity: '3', lot: null }],
    });
  });

  it('finds the orphan of a lost head where M3 numbers the messages', async () => {
    const bench = await openBench(
      { callerMessageNumber: 'refused', duplicatePmsnAccepted: true },
      { callerMessageNumbers: 'avoid' },
    );
    const one = await anIssue(bench);
    bench.sandbox.faults.script({ match: 'AddWhsHead', kind: 'resetAfter', times: 1 });

    const first = await stagedAs(bench, one);
    const found = await lookedUp(bench, one);

    expect(first).toMatchObject({ state: 'doubtful', handle: null });
    expect(found).toMatchObject({ state: 'staged', handles: [expect.stringMatching(/^9\d+$/)] });
  });

  it('says plainly that this M3 takes no numbers from us', async () => {
    const bench = await openBench({ callerMessageNumber: 'refused' });

    await expect(stagedAs(bench, await anIssue(bench))).rejects.toMatchObject({
      code: 'MESSAGE_NUMBER_REFUSED',
      kind: 'configuration',
    });
  });

  it('knows the handle of a lost head beforehand when the number is ours', async () => {
    const bench = await openBench();
    const one = await anIssue(bench);
    bench.sandbox.faults.script({ match: 'AddWhsHead', kind: 'resetAfter', times: 1 });

    const answer = await stagedAs(bench, one);

    expect(answer).toMatchObject({
      state: 'doubtful',
      handle: bench.ledger.plannedHandle('goodsIssue', key, 1),
    });
    expect(await discarded(bench, { ...one, handle: `${key}-1` })).toEqual({ state: 'gone' });
  });

  it('does not touch a message that already carries our number', async () => {
    const bench = await openBench({ duplicatePmsnAccepted: true });
    const one = await anIssue(bench);
    await staged(bench, one);

    expect(await stagedAs(bench, one)).toMatchObject({ state: 'doubtful', handle: `${key}-1` });
  });

  it('is posted once after a PrcWhsTran whose answer was lost', async () => {
    const bench = await openBench();
    const one = await staged(bench, await anIssue(bench));
    bench.sandbox.faults.script({ match: 'PrcWhsTran', kind: 'gatewayTimeoutAfter', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);

    expect(commit.state).toBe('unclear');
    expect(answer.state).toBe('posted');
    expect(issues(bench)).toHaveLength(1);
  });

  it('fails, and can be discarded, after an OK without effect', async () => {
    const bench = await openBench();
    const one = await staged(bench, await anIssue(bench));
    bench.sandbox.faults.script({ match: 'PrcWhsTran', kind: 'okWithoutEffect', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);

    expect(commit).toEqual({ state: 'accepted' });
    expect(answer.state).toBe('failed');
    expect(await discarded(bench, one)).toEqual({ state: 'gone' });
    expect(issues(bench)).toEqual([]);
  });

  it('is partly done when only some lines took effect, and those are held', async () => {
    const bench = await openBench();
    const lines = [anIssueLine(1, 'MUG', '3'), anIssueLine(2, 'TEA', '1')];
    const order = aSalesOrder({ lines: [aSalesLine(1, 'MUG', '3'), aSalesLine(2, 'TEA', '1')] });
    const one = await staged(bench, await anIssue(bench, aGoodsIssue({ lines }), order));
    const message = bench.sandbox.world.state.warehouseMessages.get(one.handle ?? '');
    const second = message?.packages[0]?.lines[1];
    if (second !== undefined) second.quantity = 999_000_000n;

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({
      state: 'partly',
      held: [{ line: 1, item: 'MUG', quantity: '3' }],
      problem: { code: 'PARTLY_PROCESSED' },
    });
    expect(await lookedUp(bench, one)).toMatchObject({ state: 'partly' });
    expect(await discarded(bench, one)).toMatchObject({ state: 'refused' });
  });

  it('fails with the line’s own error text', async () => {
    const bench = await openBench();
    const one = await staged(bench, await anIssue(bench));
    const message = bench.sandbox.world.state.warehouseMessages.get(one.handle ?? '');
    const line = message?.packages[0]?.lines[0];
    if (line !== undefined) line.fields.WHSL = 'NOWHERE';

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('NOWHERE') },
    });
  });

  it('differs when a late copy of a line has landed', async () => {
    const bench = await openBench();
    const one = await staged(bench, await anIssue(bench));
    const message = bench.sandbox.world.state.warehouseMessages.get(one.handle ?? '');
    const [line] = message?.packages[0]?.lines ?? [];
    if (line !== undefined) message?.packages[0]?.lines.push({ ...line, line: 2 });

    expect(await inspected(bench, one)).toEqual({
      state: 'differs',
      difference: 'line 1 has quantity 3 + 3 instead of 3',
    });
  });

  it('is staged until a slow processing has run', async () => {
    const bench = await openBench({ processDelayMs: 30_000 });
    const one = await staged(bench, await anIssue(bench));
    await committed(bench, one);

    const early = await seen(bench, one);
    bench.sandbox.world.advance(31_000);

    expect(early).toEqual({ state: 'staged' });
    expect((await seen(bench, one)).state).toBe('posted');
  });
});
