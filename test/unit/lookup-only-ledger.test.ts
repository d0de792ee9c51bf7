import { describe, expect, it } from 'vitest';
import { lookupOnlyLedger } from '../../src/app/lookup-only-ledger.ts';
import type { InforLedger, WriteIntent, WriteJournal } from '../../src/app/ports.ts';
import { externalKey } from '../../src/core/schema.ts';
import { scriptedLedger } from '../support/scripted-ledger.ts';

const journal: WriteJournal = { intend: async () => undefined, done: async () => undefined };
const intent: WriteIntent = {
  postingId: 1,
  key: externalKey('SB1'),
  attempt: 1,
  step: 'commit',
  call: 'OIS100MI/Confirm',
  handle: null,
  request: {},
};

describe('an Infor that may only be read', () => {
  it.each(['stage', 'commit', 'discard'] as const)('has no means to %s', async (step) => {
    const { ledger, asked } = scriptedLedger();

    const attempt = lookupOnlyLedger(ledger)[step]('salesOrder', [], journal);

    await expect(attempt).rejects.toMatchObject({ code: 'DEFECT', kind: 'defect' });
    expect(asked).toEqual([]);
  });

  it.each(['lookup', 'inspect', 'readBack'] as const)(
    'makes no write of a %s that would announce one',
    async (step) => {
      const made: string[] = [];
      const writing: InforLedger = {
        ...scriptedLedger().ledger,
        async [step](_kind: unknown, _targets: unknown, given: WriteJournal) {
          await given.intend([intent]);
          made.push(intent.call);
          return [];
        },
      };

      const attempt = lookupOnlyLedger(writing)[step]('salesOrder', [], journal);

      await expect(attempt).rejects.toMatchObject({ code: 'DEFECT' });
      expect(made).toEqual([]);
    },
  );
});
