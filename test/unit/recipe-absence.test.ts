import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/app/ports.ts';
import type { DocumentKind } from '../../src/core/glossary.ts';
import { externalKey } from '../../src/core/schema.ts';
import { nok, ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import {
  aGoodsReceipt,
  aJournal,
  aPurchaseOrder,
  aSalesOrder,
  aStockIssue,
  target,
} from '../support/recipe-target.ts';

/** Each look-up by key, a "does not exist" about something else, and one about the document. */
const lookups: [DocumentKind, Target, string, string, string][] = [
  ['salesOrder', target(aSalesOrder()), 'OIS175MI/LstHeadByRef', 'CUNO', 'YREF'],
  ['purchaseOrder', target(aPurchaseOrder()), 'PPS001MI/ListHeadBasic', 'CONO', ''],
  ['goodsReceipt', target(aGoodsReceipt()), 'MHS850MI/GetMvxMsg', 'E0PB', 'PMSN'],
  ['stockIssue', target(aStockIssue()), 'MMS850MI/GetMvxMsg', 'E0PB', 'PMSN'],
  ['journal', target(aJournal()), 'GLS200MI/LstVouchersByDt', 'DIVI', ''],
];

describe.each(lookups)('looking a %s up', (kind, one, call, foreign, own) => {
  it(`is unclear when M3 says that ${foreign} does not exist`, async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(call, nok('WXX0103', foreign, 'Does not exist'), ok());

    const [answer] = await ledger.lookup(kind, [one], journal);

    expect(answer?.state).toBe('unclear');
  });

  it.each([
    ['the document', 'WXX0103', own],
    ['a record, naming the key it began with', 'XRE0103', foreign],
    ['something without a name', 'WXX0103', ''],
  ])('is absent when M3 says so of %s', async (_, code, field) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(call, nok(code, field, 'Does not exist'), ok());

    expect(await ledger.lookup(kind, [one], journal)).toEqual([{ state: 'absent' }]);
  });
});

describe('reading a handle back', () => {
  it('is not gone when M3 misses something else', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetWhsHead', nok('WWH0103', 'WHLO'), nok('WMS0103', 'MSGN'));
    const one = target(aGoodsReceipt(), { key: externalKey('R443002-1'), handle: 'M1' });

    const first = await ledger.readBack('goodsReceipt', [one], journal);
    const second = await ledger.readBack('goodsReceipt', [one], journal);

    expect(first).toMatchObject([{ state: 'unclear' }]);
    expect(second).toEqual([{ state: 'gone' }]);
  });
});
