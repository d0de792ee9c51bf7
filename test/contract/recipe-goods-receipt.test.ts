import { describe, expect, it } from 'vitest';
import { calendarDay, externalKey } from '../../src/core/schema.ts';
import {
  committed,
  discarded,
  lookedUp,
  openBench,
  posted,
  seen,
  staged,
} from '../support/recipe-ledger.ts';
import { aGoodsReceipt, aReceiptLine, target } from '../support/recipe-target.ts';

const key = externalKey('R443002-1');
const poorest = {
  callerMessageNumber: 'refused',
  duplicatePmsnAccepted: true,
  blankE0pbAfterShortForms: true,
} as const;

describe('goods receipt', () => {
  it('books each line with unit, lot, location and delivery note, once', async () => {
    const bench = await openBench();

    const reference = await posted(bench, target(aGoodsReceipt(), { key }));

    const receipts = bench.sandbox.world
      .books()
      .stockHistory.filter((movement) => movement.type === '25');
    expect(receipts).toMatchObject([
      { item: 'MUG', quantity: '24', location: 'A1', deliveryNote: 'WRO 443002' },
      { item: 'TEA', quantity: '2.5', lot: 'L7' },
    ]);
    expect(reference.detail).toMatchObject({ message: `${key}-1`, purchaseOrder: '4500012' });
  });

  it('works where M3 numbers the messages and accepts a repeated key', async () => {
    const bench = await openBench(poorest, { callerMessageNumbers: 'avoid' });
    const one = target(aGoodsReceipt(), { key });

    await posted(bench, one);

    expect(await lookedUp(bench, one)).toMatchObject({
      state: 'posted',
      held: [
        { line: 1, item: 'MUG', quantity: '24', lot: null },
        { line: 2, item: 'TEA', quantity: '2.5', lot: 'L7' },
      ],
    });
  });

  it('is not confused by other keys after ours', async () => {
    const bench = await openBench(poorest, { callerMessageNumbers: 'avoid' });
    const lines = [aReceiptLine(1, 'MUG', '1')];
    const other = target(aGoodsReceipt({ lines }), { key: externalKey('R443002-10') });
    await posted(bench, other);
    await staged(bench, target(aGoodsReceipt({ lines }), { key }));

    expect(await lookedUp(bench, target(aGoodsReceipt({ lines }), { key }))).toMatchObject({
      state: 'staged',
      handles: [expect.any(String)],
    });
  });

  it('finds every orphan under one key', async () => {
    const bench = await openBench(poorest, { callerMessageNumbers: 'avoid' });
    const one = target(aGoodsReceipt(), { key });
    const first = await staged(bench, one);
    const second = await staged(bench, one);

    expect(await lookedUp(bench, one)).toEqual({
      state: 'staged',
      handles: [first.handle, second.handle],
    });
  });

  it('fails with M3’s words on an over-receipt, and its lines count as not processed', async () => {
    const bench = await openBench();
    const lines = [aReceiptLine(1, 'MUG', '41')];
    const one = await staged(bench, target(aGoodsReceipt({ lines }), { key }));

    await committed(bench, one);

    expect(await seen(bench, one)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('Received quantity exceeds') },
    });
    expect(await discarded(bench, one)).toEqual({ state: 'gone' });
  });

  it('is rejected at once where processing errors are not silent', async () => {
    const bench = await openBench({ silentProcessErrors: false });
    const lines = [aReceiptLine(1, 'MUG', '41')];
    const one = await staged(bench, target(aGoodsReceipt({ lines }), { key }));

    expect(await committed(bench, one)).toMatchObject({
      state: 'rejected',
      problem: { message: expect.stringContaining('Received quantity exceeds') },
    });
  });

  it('is not called rejected when the refusal came after some lines took effect', async () => {
    const bench = await openBench({ silentProcessErrors: false });
    const lines = [
      aReceiptLine(1, 'MUG', '1'),
      aReceiptLine(2, 'TEA', '99', { purchaseOrderLine: '2', unit: 'KG', lot: 'L7' }),
    ];
    const one = await staged(bench, target(aGoodsReceipt({ lines }), { key }));

    expect(await committed(bench, one)).toEqual({ state: 'accepted' });
    expect(await seen(bench, one)).toMatchObject({
      state: 'partly',
      held: [{ line: 1, item: 'MUG', quantity: '1' }],
      problem: { code: 'PARTLY_PROCESSED' },
    });
  });

  it('retries a lock as such', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aGoodsReceipt(), { key }));
    bench.sandbox.faults.script({ match: 'PrcWhsTran', kind: 'lockedOnce', times: 1 });

    expect(await committed(bench, one)).toMatchObject({
      state: 'rejected',
      problem: { code: 'INFOR_BUSY', kind: 'retryable' },
    });
    expect(await seen(bench, one)).toEqual({ state: 'staged' });
  });

  it('closes the line with the last receipt and carries the expiry day', async () => {
    const bench = await openBench();
    const line = aReceiptLine(1, 'TEA', '1', {
      purchaseOrderLine: '2',
      unit: 'KG',
      lot: 'L9',
      expiresOn: calendarDay('2027-12-31'),
      complete: true,
    });

    const one = await staged(bench, target(aGoodsReceipt({ lines: [line] }), { key }));
    const message = bench.sandbox.world.state.warehouseMessages.get(one.handle ?? '');
    await committed(bench, one);

    expect(message?.packages[0]?.lines[0]?.fields).toMatchObject({ EXPI: '20271231', OEND: '1' });
    const order = bench.sandbox.world
      .books()
      .purchaseOrders.find((other) => other.number === '4500012');
    expect(order?.lines[1]).toMatchObject({ received: '1', closed: true });
  });
});
