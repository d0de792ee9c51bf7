import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aGoodsReceipt, target } from '../support/recipe-target.ts';

describe('a commit that a broken-off run did not process', () => {
  it('is unclear: the word of a run that broke off is not taken for it', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const problem = new Problem({
      code: 'INFOR_NOT_PROCESSED',
      kind: 'retryable',
      message: 'M3 stopped before this call was tried',
      hint: 'It will be tried again.',
    });
    script.on('MHS850MI/PrcWhsTran', { kind: 'notSent', problem });
    const one = target(aGoodsReceipt(), { key: externalKey('R443002-1'), handle: 'R443002-1-1' });

    const [answer] = await ledger.commit('goodsReceipt', [one], journal);

    expect(answer).toEqual({ state: 'unclear', problem });
  });
});
