import { describe, expect, it } from 'vitest';
import type { WriteJournal } from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import { missing, ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aSalesOrder, target } from '../support/recipe-target.ts';

const one = target(aSalesOrder(), { handle: '1000000001' });

/** Writes down in which order the trail was told of what. */
function listening(): { journal: WriteJournal; told: string[] } {
  const told: string[] = [];
  return {
    told,
    journal: {
      intend: async (intents) => void told.push(`intends ${intents.map(({ call }) => call)}`),
      done: async (exchanges) => void told.push(`tells ${exchanges.map(({ call }) => call)}`),
    },
  };
}

describe('the trail of a call of the ledger', () => {
  it('is told of all that was read at once, before the answer is handed back', async () => {
    const { ledger, script } = scriptedLedger();
    const { journal, told } = listening();
    script.on('OIS100MI/GetBatchHead', missing).on('OIS100MI/LstBatchLine', missing);

    await ledger.inspect('salesOrder', [one], journal);

    expect(told).toEqual(['tells OIS100MI/GetBatchHead,OIS100MI/LstBatchLine']);
  });

  it('is told of what was read before anything is sent because of it', async () => {
    const { ledger, script } = scriptedLedger();
    const { journal, told } = listening();
    const head = ok({ ORNO: '1000000001', STAT: '20' });
    script.on('OIS100MI/GetBatchHead', head, missing).on('OIS100MI/DelBatchHead', ok());

    await ledger.discard('salesOrder', [one], journal);

    expect(told).toEqual([
      'tells OIS100MI/GetBatchHead',
      'intends OIS100MI/DelBatchHead',
      'tells OIS100MI/DelBatchHead',
      'tells OIS100MI/GetBatchHead',
    ]);
  });

  it('sends nothing when the trail cannot be told of what was read', async () => {
    const { ledger, script } = scriptedLedger();
    const { journal, told } = listening();
    const lost = new Problem({ code: 'LEASE_LOST', kind: 'retryable', message: '-', hint: '-' });
    script.on('OIS100MI/GetBatchHead', ok({ ORNO: '1000000001', STAT: '20' }));

    const attempt = ledger.discard('salesOrder', [one], {
      ...journal,
      done: async () => {
        throw lost;
      },
    });

    await expect(attempt).rejects.toBe(lost);
    expect(told).toEqual([]);
    expect(script.sent.map(({ call }) => call)).toEqual(['OIS100MI/GetBatchHead']);
  });

  it('is told of what was read also when the call ends in a problem', async () => {
    const { ledger, script } = scriptedLedger();
    const { journal, told } = listening();
    script.on('OIS100MI/GetBatchHead', ok({ ORNO: '1000000001', STAT: '20' }));
    const full = new Problem({ code: 'DATABASE_FULL', kind: 'retryable', message: '-', hint: '-' });

    const attempt = ledger.discard('salesOrder', [one], {
      ...journal,
      intend: async () => {
        throw full;
      },
    });

    await expect(attempt).rejects.toBe(full);
    expect(told).toEqual(['tells OIS100MI/GetBatchHead']);
  });
});
