import { describe, expect, it } from 'vitest';
import { settled } from '../../src/app/posting-work.ts';
import { externalKey } from '../../src/core/schema.ts';
import { aPosting } from '../support/builders-planning.ts';
import { ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aGoodsReceipt, aPurchaseOrder, aReceiptLine, target } from '../support/recipe-target.ts';
import { plannedOrder } from '../support/store-record.ts';

describe('several live documents under one key', () => {
  it('are all named of a purchase order', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const row = { PURC: 'SHIPBOB', YRE1: 'SB1001', PUSL: '15' };
    script
      .on(
        'PPS001MI/ListHeadBasic',
        ok({ ...row, PUNO: '71' }, { ...row, PUNO: '70' }, { ...row, PUNO: '69', PUSL: '99' }),
      )
      .on('PPS001MI/GetHeadBasic', ok({ PUNO: '70', YRE1: 'SB1001' }))
      .on('PPS200MI/LstLine', ok({ PNLI: '1', ITNO: 'MUG', ORQA: '12', PUSL: '15' }));

    const [answer] = await ledger.lookup('purchaseOrder', [target(aPurchaseOrder())], journal);

    expect(answer).toMatchObject({
      state: 'posted',
      reference: { number: '70', detail: { duplicates: ['71'] } },
    });
  });

  it('are all named of a message', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const key = externalKey('R443002-1');
    const head = (number: string) => ok({ MSGN: number, STAT: '90', PMSN: key });
    const line = (receipt: string) =>
      ok({ MSLN: '1', USD1: '1', STAT: '90', ITNO: 'MUG', RVQA: '1', REPN: receipt });
    script
      .on('MHS850MI/GetMvxMsg', ok({ MSGN: 'M1' }))
      .on('MHS850MI/LstMvxMsg', ok({ MSGN: 'M1' }, { MSGN: 'M2' }))
      .on('MHS850MI/GetWhsHead', head('M1'), head('M2'))
      .on('MHS850MI/LstWhsLine', line('801'), line('802'));

    const one = target(aGoodsReceipt({ lines: [aReceiptLine(1, 'MUG', '1')] }), { key });
    const [answer] = await ledger.lookup('goodsReceipt', [one], journal);

    expect(answer).toMatchObject({
      state: 'posted',
      reference: { number: '801', detail: { message: 'M1', duplicates: ['802'] } },
    });
  });
});

describe('a posting that Infor holds more than once', () => {
  const posting = aPosting(plannedOrder('SB1001'), { kind: 'order', id: '1001' });

  it('is posted, and a person is told every number', () => {
    const reference = { number: '70', detail: { duplicates: ['71', '72'] } };

    const move = settled(posting, { reference, held: [] }, 'found');

    expect(move).toMatchObject({
      to: 'posted',
      flag: {
        code: 'DUPLICATE_IN_INFOR',
        sentence: expect.stringContaining('70, 71, 72'),
        evidence: { numbers: '70, 71, 72' },
      },
    });
  });

  it('is only posted where there is one', () => {
    const reference = { number: '70', detail: { duplicates: [] } };

    expect(settled(posting, { reference, held: [] }, 'found').flag).toBeNull();
  });
});
