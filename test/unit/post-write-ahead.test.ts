import { describe, expect, it } from 'vitest';
import { writeJournal } from '../../src/app/write-journal.ts';
import { externalKey } from '../../src/core/schema.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import { miScript, ok } from '../support/mi-script.ts';
import {
  aGoodsReceipt,
  memoryJournal,
  quietLog,
  someSettings,
  target,
} from '../support/recipe-target.ts';
import { planOne, scriptedLedger, testEngine } from '../support/scripted-ledger.ts';
import { anIntent } from '../support/store-record.ts';

describe('the write-ahead book of a run', () => {
  it('holds every intent before the call that it announces may leave', async () => {
    const test = await testEngine(scriptedLedger().ledger);
    const { engine, store } = test;
    await planOne(test);
    const posting = await store.posting(externalKey('SB1'));
    if (posting === null) throw new Error('SB1 is in the store');
    const intents = ['AddBatchHead', 'AddBatchLine'].map((transaction) =>
      anIntent(posting, 'stage', { call: `OIS100MI/${transaction}` }),
    );

    await writeJournal(engine).intend(intents);

    const open = await store.openIntents(posting.id);
    expect(open.map(({ call }) => call)).toEqual([
      'OIS100MI/AddBatchHead',
      'OIS100MI/AddBatchLine',
    ]);
  });
});

describe('a call with an effect', () => {
  it('is not made when its intent could not be written', async () => {
    const script = miScript().on('MHS850MI/PrcWhsTran', ok());
    const ledger = createInforLedger({
      client: script.client,
      masterData: async () => [],
      probe: () => Promise.reject(new Error('no probe is part of this')),
      clock: { now: () => 0, sleep: async () => {} },
      log: quietLog,
      settings: someSettings(),
    });
    const full = new Error('the disk is full');
    const journal = { ...memoryJournal(), intend: () => Promise.reject(full) };

    const commit = ledger.commit(
      'goodsReceipt',
      [target(aGoodsReceipt(), { key: externalKey('R443002-1'), handle: 'R443002-1-1' })],
      journal,
    );

    await expect(commit).rejects.toBe(full);
    expect(script.sent).toEqual([]);
  });
});
