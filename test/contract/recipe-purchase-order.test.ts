import { describe, expect, it } from 'vitest';
import type { ReadBackAnswer } from '../../src/app/ports.ts';
import { createPurchaseOrder } from '../../src/sandbox/infor/purchase-order.ts';
import {
  committed,
  discarded,
  inspected,
  lookedUp,
  openBench,
  posted,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import { aPurchaseOrder, someSettings, target } from '../support/recipe-target.ts';

const reserved = {
  purchase: { ...someSettings().purchase, reservedPrefix: 'SB' },
};

function asPosted(answer: ReadBackAnswer) {
  if (answer.state !== 'posted') throw new Error(`not posted: ${answer.state}`);
  return answer;
}

describe('purchase order', () => {
  it('is posted once, with cost centre and accounting string', async () => {
    const bench = await openBench();

    const reference = await posted(bench, target(aPurchaseOrder()));

    const orders = bench.sandbox.world
      .books()
      .purchaseOrders.filter((order) => order.yourReference === 'SB1001');
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({
      number: reference.number,
      requester: 'SHIPBOB',
      lines: [
        { line: 1, item: 'MUG', ordered: '12', unit: 'PCS', costCentre: 'CC10' },
        { line: 2, item: 'TEA', ordered: '2.5', unit: 'KG' },
      ],
    });
    expect(orders[0]?.lines[0]?.accounting).toMatchObject({ AIT1: '1400', AIT2: 'CC10' });
  });

  it('is absent, then posted with its lines, as its requester’s list says', async () => {
    const bench = await openBench();
    const one = target(aPurchaseOrder());

    const before = await lookedUp(bench, one);
    const { number } = await posted(bench, one);
    const after = await lookedUp(bench, one);

    expect(before).toEqual({ state: 'absent' });
    expect(after).toMatchObject({
      state: 'posted',
      reference: { number },
      held: [
        { line: 1, item: 'MUG', quantity: '12' },
        { line: 2, item: 'TEA', quantity: '2.5' },
      ],
    });
  });

  it('carries our own number out of a reserved series and is found by it', async () => {
    const bench = await openBench({}, reserved);
    const one = target(aPurchaseOrder());

    const { number } = await posted(bench, one);

    expect(number).toBe('SBRT');
    expect(await lookedUp(bench, one)).toMatchObject({ state: 'posted', reference: { number } });
  });

  it.each([
    ['its number', reserved],
    ['its requester', {}],
  ])('is deleted, not posted, by %s once M3 has deleted it', async (_, settings) => {
    const bench = await openBench({}, settings);
    const one = await staged(bench, target(aPurchaseOrder()));
    await committed(bench, one);
    const { reference } = asPosted(await seen(bench, one));
    const order = bench.sandbox.world.state.purchaseOrders.get(reference.number);
    for (const line of order?.lines ?? []) line.openStatus = '99';

    const deleted = { state: 'deleted', reference: { number: reference.number } };
    expect(await lookedUp(bench, one)).toMatchObject(deleted);
    expect(await seen(bench, one)).toMatchObject(deleted);
    expect(await discarded(bench, one)).toMatchObject({ state: 'refused' });
  });

  it('is processing, never gone, in the middle of its transfer', async () => {
    const bench = await openBench({ purchaseOrderTransferMs: 90_000 });
    const one = await staged(bench, target(aPurchaseOrder()));
    await committed(bench, one);

    const finished = await seen(bench, one);
    bench.sandbox.world.advance(60_000);
    const hidden = await seen(bench, one);
    const key = await lookedUp(bench, one);
    const discard = await discarded(bench, one);
    bench.sandbox.world.advance(60_000);
    const done = await seen(bench, one);

    expect(finished).toEqual({ state: 'processing' });
    expect(hidden).toEqual({ state: 'processing' });
    expect(key).toMatchObject({ state: 'unclear', problem: { code: 'ORDER_IN_TRANSFER' } });
    expect(discard).toMatchObject({ state: 'refused' });
    expect(done.state).toBe('posted');
  });

  it('is posted after a FinishEntry whose answer was lost', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aPurchaseOrder()));
    bench.sandbox.faults.script({ match: 'FinishEntry', kind: 'resetAfter', times: 1 });

    const commit = await committed(bench, one);

    expect(commit.state).toBe('unclear');
    expect((await seen(bench, one)).state).toBe('posted');
  });

  it('stays staged, and its key absent, after a FinishEntry that never arrived', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aPurchaseOrder()));
    bench.sandbox.faults.script({ match: 'FinishEntry', kind: 'resetBefore', times: 1 });

    await committed(bench, one);

    expect(await seen(bench, one)).toEqual({ state: 'staged' });
    expect(await lookedUp(bench, one)).toEqual({ state: 'absent' });
  });

  it('abandons an entry whose head got no answer', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: 'AddHead', kind: 'resetAfter', times: 1 });
    const one = target(aPurchaseOrder());

    const [answer] = await bench.ledger.stage('purchaseOrder', [one], bench.journal);

    expect(answer).toMatchObject({ state: 'doubtful', handle: null });
  });

  it('keeps the handle of such an entry when the number is ours', async () => {
    const bench = await openBench({}, reserved);
    bench.sandbox.faults.script({ match: 'AddHead', kind: 'resetAfter', times: 1 });
    const one = target(aPurchaseOrder());

    const [answer] = await bench.ledger.stage('purchaseOrder', [one], bench.journal);
    const handle = answer?.state === 'doubtful' ? answer.handle : null;

    expect(handle).toMatch(/^PX\d+\/SBRT$/);
    expect(await discarded(bench, { ...one, handle })).toEqual({ state: 'gone' });
    expect((await posted(bench, { ...one, attempt: 2 })).number).toBe('SBRT');
  });

  it('condemns and deletes the entry of a doubtful line', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: '/AddLine', kind: 'resetAfter', times: 1 });
    const one = target(aPurchaseOrder());

    const [answer] = await bench.ledger.stage('purchaseOrder', [one], bench.journal);
    const handle = answer?.state === 'doubtful' ? answer.handle : null;

    expect(await inspected(bench, { ...one, handle })).toMatchObject({ state: 'matches' });
    expect(await discarded(bench, { ...one, handle })).toEqual({ state: 'gone' });
    expect(await discarded(bench, { ...one, handle })).toEqual({ state: 'gone' });
    expect(bench.sandbox.world.state.purchaseEntries.size).toBe(0);
  });

  it.each([
    ['a staged order', 1],
    ['an order in its next attempt', 2],
  ])(
    'is absent, and gone, where the entry of %s was deleted before it was finished',
    async (_, attempt) => {
      const bench = await openBench();
      const one = await staged(bench, target(aPurchaseOrder()));
      expect(await discarded(bench, one)).toEqual({ state: 'gone' });
      const unfinished = { ...one, attempt, neverCommitted: 'yes' as const };

      expect(await lookedUp(bench, unfinished)).toEqual({ state: 'absent' });
      expect(await seen(bench, unfinished)).toEqual({ state: 'gone' });
      expect(await inspected(bench, unfinished)).toEqual({ state: 'gone' });
      expect(await discarded(bench, unfinished)).toEqual({ state: 'gone' });
    },
  );

  it('is in doubt where such an entry may have been finished', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aPurchaseOrder()));
    expect(await discarded(bench, one)).toEqual({ state: 'gone' });

    expect(await lookedUp(bench, one)).toMatchObject({ state: 'unclear' });
    expect(await seen(bench, one)).toEqual({ state: 'processing' });
  });

  it('is absent with a number of its own whose head never arrived', async () => {
    const bench = await openBench({}, reserved);
    bench.sandbox.faults.script({ match: 'AddHead', kind: 'resetBefore', times: 1 });
    const one = target(aPurchaseOrder());
    const [answer] = await bench.ledger.stage('purchaseOrder', [one], bench.journal);
    const handle = answer?.state === 'doubtful' ? answer.handle : null;
    const pending = { ...one, attempt: 2, handle, neverCommitted: 'yes' as const };

    expect(handle).toMatch(/SBRT$/);
    expect(await lookedUp(bench, pending)).toEqual({ state: 'absent' });
    expect(await discarded(bench, pending)).toEqual({ state: 'gone' });
    expect((await posted(bench, { ...one, attempt: 2 })).number).toBe('SBRT');
  });

  it.each([
    ['absent', 10_000],
    ['unclear', 1000],
  ])(
    'is %s behind eleven hundred others where M3 shows %i rows at most',
    async (state, listLimit) => {
      const bench = await openBench({ listLimit, positionKey: false });
      const { state: books } = bench.sandbox.world;
      const [made] = books.purchaseOrders.values();
      for (let number = 0; made !== undefined && number < 1100; number += 1) {
        const more = { number: String(8_000_000 + number), requester: 'SHIPBOB' };
        createPurchaseOrder(books, { ...made, ...more });
      }

      expect((await lookedUp(bench, target(aPurchaseOrder())))?.state).toBe(state);
    },
  );

  it('fails with M3’s words when the transfer refuses it', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aPurchaseOrder()));
    const supplier = bench.sandbox.world.state.master.suppliers.get('SUP1');
    if (supplier !== undefined) supplier.status = '90';

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('SUP1') },
    });
    expect(await discarded(bench, one)).toMatchObject({ state: 'refused' });
  });

  it('is only processing where the batch origin stops after "finished"', async () => {
    const bench = await openBench({ purchaseAutomation: 1 });
    const one = await staged(bench, target(aPurchaseOrder()));

    await committed(bench, one);

    expect(await seen(bench, one)).toEqual({ state: 'processing' });
  });
});
