import { describe, expect, it } from 'vitest';
import { externalKey } from '../../src/core/schema.ts';
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
import { aSalesLine, aSalesOrder, target } from '../support/recipe-target.ts';

const twoLines = aSalesOrder({ lines: [aSalesLine(1, 'MUG', '3'), aSalesLine(2, 'TEA', '0.5')] });

describe('sales order', () => {
  it('is posted once, with lines, address and charge', async () => {
    const bench = await openBench();
    const order = aSalesOrder({
      ...twoLines,
      deliveryAddress: {
        name: 'Grace Hopper',
        company: 'Navy',
        street1: '1 Harbour Street',
        street2: null,
        city: 'Arlington',
        state: 'VA',
        postCode: '22201',
        country: 'US',
        phone: null,
        email: null,
      },
    });

    const reference = await posted(bench, target(order));

    const { orders } = bench.sandbox.world.books();
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({
      number: reference.number,
      customerReference: 'SB1001',
      yourReference: 'SB1001',
      lines: [
        { item: 'MUG', quantity: '3', price: '9.5', lineReference: '1' },
        { item: 'TEA', quantity: '0.5', lineReference: '2' },
      ],
    });
    expect(orders[0]?.addresses[0]).toMatchObject({ CUNM: 'Grace Hopper', CUA1: 'Navy' });
    expect(reference.detail).toEqual({
      lines: [
        { line: 1, orderLine: '1', suffix: '0' },
        { line: 2, orderLine: '2', suffix: '0' },
      ],
    });
  });

  it('has an intent before every write and an exchange after every call', async () => {
    const bench = await openBench();

    await posted(bench, target(twoLines));

    const { intents, exchanges } = bench.journal;
    expect(intents.map((intent) => intent.call)).toEqual([
      'OIS100MI/AddBatchHead',
      'OIS100MI/AddBatchLine',
      'OIS100MI/AddBatchLine',
      'OIS100MI/Confirm',
    ]);
    expect(intents[3]).toMatchObject({ step: 'commit', handle: intents[1]?.handle });
    for (const intent of intents) {
      const answers = exchanges.filter((exchange) => exchange.call === intent.call);
      expect(answers.length).toBeGreaterThan(0);
    }
  });

  it('stages many documents in two requests', async () => {
    const bench = await openBench();
    const many = Array.from({ length: 5 }, (_, index) =>
      target(aSalesOrder(), { key: externalKey(`SB200${index}`) }),
    );
    const before = bench.sandbox.world.books().httpRequests;

    const answers = await bench.ledger.stage('salesOrder', many, bench.journal);

    expect(answers.map((answer) => answer.state)).toEqual(many.map(() => 'staged'));
    // One more fetches the token.
    expect(bench.sandbox.world.books().httpRequests - before).toBe(3);
  });

  it('is absent, then posted with its lines, then deleted, as the key says', async () => {
    const bench = await openBench();
    const one = target(aSalesOrder());

    const before = await lookedUp(bench, one);
    const { number } = await posted(bench, one);
    const after = await lookedUp(bench, one);
    bench.sandbox.world.deleteDocument({ kind: 'order', number, leave: 'status90' });
    const gone = await lookedUp(bench, one);

    expect(before).toEqual({ state: 'absent' });
    expect(after).toMatchObject({
      state: 'posted',
      reference: { number },
      held: [{ line: 1, item: 'MUG', quantity: '3', lot: null }],
    });
    expect(gone).toMatchObject({ state: 'deleted', reference: { number } });
  });

  it('is found under the customer that an older configuration chose', async () => {
    const bench = await openBench({}, { customers: ['WEB001', 'WHS001'] });
    const { number } = await posted(bench, target(aSalesOrder()));

    const answer = await lookedUp(bench, target(aSalesOrder({ customer: 'WHS001' })));

    expect(answer).toMatchObject({ state: 'posted', reference: { number } });
  });

  it('is not found under a key that only begins the same', async () => {
    const bench = await openBench();
    await posted(bench, target(aSalesOrder(), { key: externalKey('SB10011') }));

    const answer = await lookedUp(bench, target(aSalesOrder(), { key: externalKey('SB1001') }));

    expect(answer).toEqual({ state: 'absent' });
  });

  it('finds the orphan of a lost head in a second attempt and deletes it', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: 'AddBatchHead', kind: 'resetAfter', times: 1 });
    const one = target(aSalesOrder());

    const [first] = await bench.ledger.stage('salesOrder', [one], bench.journal);
    const found = await lookedUp(bench, { ...one, attempt: 2 });
    const handle = found?.state === 'staged' ? (found.handles[0] ?? '') : '';
    const answer = await discarded(bench, { ...one, attempt: 2, handle });

    expect(first).toMatchObject({ state: 'doubtful', handle: null });
    expect(found).toMatchObject({ state: 'staged', handles: [expect.any(String)] });
    expect(answer).toEqual({ state: 'gone' });
    expect(bench.sandbox.world.books().temporaryOrders.filter((order) => order.live)).toEqual([]);
  });

  it('condemns the handle of a doubtful line, which is then deleted', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: 'AddBatchLine', kind: 'gatewayTimeoutAfter', times: 1 });
    const one = target(aSalesOrder());

    const [answer] = await bench.ledger.stage('salesOrder', [one], bench.journal);
    const handle = answer?.state === 'doubtful' ? answer.handle : null;
    const gone = await discarded(bench, { ...one, handle });
    const again = await discarded(bench, { ...one, handle });

    expect(handle).not.toBeNull();
    expect(gone).toEqual({ state: 'gone' });
    expect(again).toEqual({ state: 'gone' });
  });

  it('is posted after a Confirm whose answer was lost', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder()));
    bench.sandbox.faults.script({ match: 'Confirm', kind: 'resetAfter', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);

    expect(commit.state).toBe('unclear');
    expect(answer.state).toBe('posted');
    expect(bench.sandbox.world.books().orders).toHaveLength(1);
  });

  it('stays staged after a Confirm that never arrived', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder()));
    bench.sandbox.faults.script({ match: 'Confirm', kind: 'gatewayTimeoutBefore', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);

    expect(commit.state).toBe('unclear');
    expect(answer).toEqual({ state: 'staged' });
  });

  it('is not believed after an OK without effect', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder()));
    bench.sandbox.faults.script({ match: 'Confirm', kind: 'okWithoutEffect', times: 1 });

    const commit = await committed(bench, one);
    const answer = await seen(bench, one);

    expect(commit.state).toBe('accepted');
    expect(answer.state).not.toBe('posted');
    expect(bench.sandbox.world.books().orders).toEqual([]);
  });

  it('accepts a second Confirm of the same handle because the order is there', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder()));
    await committed(bench, one);

    const second = await committed(bench, one);

    expect(second).toEqual({ state: 'accepted' });
    expect(bench.sandbox.world.books().orders).toHaveLength(1);
  });

  it('is staged until a slow Confirm has run', async () => {
    const bench = await openBench({ confirmDelayMs: 20_000 });
    const one = await staged(bench, target(aSalesOrder()));

    const commit = await committed(bench, one);
    const early = await seen(bench, one);
    bench.sandbox.world.advance(21_000);
    const late = await seen(bench, one);

    expect(commit.state).toBe('accepted');
    expect(early).toEqual({ state: 'staged' });
    expect(late.state).toBe('posted');
  });

  it('fails with M3’s own words when the customer is stopped', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder({ customer: 'STOPPED' })));

    await committed(bench, one);
    const answer = await seen(bench, one);

    expect(answer).toMatchObject({
      state: 'failed',
      problem: { code: 'ORDER_STOPPED', message: expect.stringContaining('Customer is stopped') },
    });
  });

  it('is posted when M3 creates the order of a stopped customer', async () => {
    const bench = await openBench({ creditStop: 'create' });
    const one = await staged(bench, target(aSalesOrder({ customer: 'STOPPED' })));

    await committed(bench, one);

    expect((await seen(bench, one)).state).toBe('posted');
  });

  it('fails after an abnormal end without an order', async () => {
    const bench = await openBench({ abnormalConfirms: 1 });
    const one = await staged(bench, target(aSalesOrder()));

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({ state: 'failed' });
  });

  it('is rejected with a handle to discard when a line is refused', async () => {
    const bench = await openBench();
    const order = aSalesOrder({ lines: [aSalesLine(1, 'MUG', '3'), aSalesLine(2, 'NIL', '1')] });
    const one = target(order);

    const [answer] = await bench.ledger.stage('salesOrder', [one], bench.journal);

    expect(answer).toMatchObject({
      state: 'rejected',
      handle: expect.any(String),
      problem: { code: 'INFOR_REJECTED', kind: 'rejected' },
    });
  });

  it('differs when somebody changed the temporary order', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(twoLines));
    const temporary = bench.sandbox.world.state.batchOrders.get(one.handle ?? '');
    temporary?.lines.pop();

    const answer = await inspected(bench, one);

    expect(answer).toEqual({ state: 'differs', difference: 'line 2 (TEA) is missing' });
  });

  it('is gone for inspection and not deletable once it is confirmed', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aSalesOrder()));
    await committed(bench, one);

    expect(await inspected(bench, one)).toEqual({ state: 'gone' });
    expect(await discarded(bench, one)).toMatchObject({
      state: 'refused',
      problem: { code: 'ALREADY_PROCESSED' },
    });
  });
});
