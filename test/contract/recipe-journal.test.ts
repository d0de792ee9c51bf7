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
import { aJournal, someSettings, target } from '../support/recipe-target.ts';

const key = externalKey('J20261120AAA-01');

describe('journal', () => {
  it('is posted once, with the charge and the key in every text', async () => {
    const bench = await openBench();

    const reference = await posted(bench, target(aJournal(), { key }));

    const vouchers = bench.sandbox.world
      .books()
      .vouchers.filter((voucher) => voucher.journal === key);
    expect(vouchers).toHaveLength(1);
    expect(vouchers[0]?.lines).toMatchObject([
      { amount: '7.25', text: '01HZX3F5Q2M7N8P9R0S1T2V3W4 20261120AAA01' },
      { amount: '-7.25', text: '01HZX3F5Q2M7N8P9R0S1T2V3W4 20261120AAA01' },
    ]);
    expect(reference).toMatchObject({
      number: '2026-900-1',
      detail: { charges: ['01HZX3F5Q2M7N8P9R0S1T2V3W4'] },
    });
  });

  it('is absent, then posted line by line, as the vouchers say', async () => {
    const bench = await openBench();
    const one = target(aJournal(), { key });

    const before = await lookedUp(bench, one);
    await posted(bench, one);
    const other = target(aJournal(), { key: externalKey('J20261120AAA-02') });

    expect(before).toEqual({ state: 'absent' });
    expect(await lookedUp(bench, one)).toMatchObject({
      state: 'posted',
      held: [
        { line: 1, item: '1400', quantity: '7.25' },
        { line: 2, item: '2400', quantity: '-7.25' },
      ],
    });
    expect(await lookedUp(bench, other)).toEqual({ state: 'absent' });
  });

  it('is processing until its voucher shows', async () => {
    const bench = await openBench({ voucherDelayMs: 120_000 });
    const one = await staged(bench, target(aJournal(), { key }));
    await committed(bench, one);

    const early = await seen(bench, one);
    bench.sandbox.world.advance(121_000);

    expect(early).toEqual({ state: 'processing' });
    expect((await seen(bench, one)).state).toBe('posted');
  });

  it('is unreadable and cannot be looked up where vouchers cannot be listed', async () => {
    const bench = await openBench({ glListMissing: true });
    const one = await staged(bench, target(aJournal(), { key }));
    await committed(bench, one);

    expect(await seen(bench, one)).toEqual({ state: 'unreadable' });
    expect(await lookedUp(bench, one)).toMatchObject({
      state: 'unclear',
      problem: { code: 'VOUCHER_LIST_MISSING', kind: 'configuration' },
    });
  });

  it('asks for no list where there is none by configuration', async () => {
    const journal = { ...someSettings().journal, voucherList: 'none' as const };
    const bench = await openBench({ glListMissing: true }, { journal });
    const one = target(aJournal(), { key });

    expect(await lookedUp(bench, one)).toEqual({ state: 'absent' });
    expect(await seen(bench, { ...one, handle: key })).toEqual({ state: 'unreadable' });
    expect(bench.sandbox.world.books().callCounts).toEqual({});
  });

  it('continues a staging whose answers were lost, without a second line', async () => {
    const bench = await openBench();
    bench.sandbox.faults.script({ match: 'AddBatchLineFld', kind: 'resetAfter', times: 1 });
    const one = target(aJournal(), { key });

    const [first] = await bench.ledger.stage('journal', [one], bench.journal);
    await posted(bench, one);

    expect(first).toMatchObject({ state: 'notSent', problem: { kind: 'retryable' } });
    const [voucher] = bench.sandbox.world.books().vouchers.filter((other) => other.journal === key);
    expect(voucher?.lines).toHaveLength(2);
  });

  it('is rejected by M3’s own check', async () => {
    const bench = await openBench();
    const late = aJournal({ day: calendarDay('2026-10-20') });
    const one = target(late, { key });

    const [answer] = await bench.ledger.stage('journal', [one], bench.journal);

    expect(answer).toMatchObject({
      state: 'rejected',
      handle: key,
      problem: { message: expect.stringContaining('open period') },
    });
  });

  it('has nothing to delete: the next attempt goes on with the same batch', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aJournal(), { key }));

    const answer = await discarded(bench, one);
    await posted(bench, { ...one, attempt: 2 });

    expect(answer).toEqual({ state: 'gone' });
    const { journals } = bench.sandbox.world.books();
    expect(journals).toHaveLength(1);
    expect(journals[0]?.lines).toHaveLength(2);
  });

  it('is found after an update whose answer was lost', async () => {
    const bench = await openBench();
    const one = await staged(bench, target(aJournal(), { key }));
    bench.sandbox.faults.script({ match: 'UpdBatch', kind: 'resetAfter', times: 1 });

    const commit = await committed(bench, one);

    expect(commit.state).toBe('unclear');
    expect((await seen(bench, one)).state).toBe('posted');
  });

  it('reads a list that was cut once more, with more rows', async () => {
    const bench = await openBench({}, { listRecordsMax: 2 });
    await posted(bench, target(aJournal(), { key }));

    const other = target(aJournal(), { key: externalKey('J20261120AAA-02') });

    expect(await lookedUp(bench, other)).toEqual({ state: 'absent' });
  });

  it('knows its handle beforehand', async () => {
    const bench = await openBench();

    expect(bench.ledger.plannedHandle('journal', key, 3)).toBe(key);
  });
});
