import { describe, expect, it } from 'vitest';
import { externalKey } from '../../src/core/schema.ts';
import type { MiResult } from '../../src/infor/m3/mi.ts';
import { missing, ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aGoodsReceipt, aReceiptLine, aStockIssue, target } from '../support/recipe-target.ts';

const key = externalKey('R443002-1');
const receipt = target(aGoodsReceipt({ lines: [aReceiptLine(1, 'MUG', '25')] }), { key });
const line = { MSLN: '1', USD1: '1', STAT: '90', ITNO: 'MUG', RVQA: '25' };

/** Lines of a processed message that do not say what was booked. */
const unreadable: [string, MiResult][] = [
  ['whose lines are purged', ok()],
  ['whose lines do not exist any more', missing],
  ['with a blank quantity', ok({ ...line, RVQA: '' })],
  ['with a quantity that is no number', ok({ ...line, RVQA: '*****' })],
  ['with one blank quantity among others', ok(line, { ...line, MSLN: '2', RVQA: ' ' })],
];

describe.each(['90', '99'])('a message in status %s', (status) => {
  const head = ok({ MSGN: 'M0', STAT: status, PMSN: key });

  it.each(unreadable)(
    '%s is unclear under its key, never posted with nothing',
    async (_, lines) => {
      const { ledger, script, journal } = scriptedLedger();
      script
        .on('MHS850MI/GetMvxMsg', ok({ MSGN: 'M0' }))
        .on('MHS850MI/LstMvxMsg', ok({ MSGN: 'M0' }))
        .on('MHS850MI/GetWhsHead', head)
        .on('MHS850MI/LstWhsLine', lines);

      const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

      expect(answer).toMatchObject({
        state: 'unclear',
        problem: { code: 'LINES_UNREADABLE', kind: 'unknown', evidence: { number: 'M0' } },
      });
    },
  );

  it.each(unreadable)('%s is unclear when it is read back', async (_, lines) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetWhsHead', head).on('MHS850MI/LstWhsLine', lines);

    const [answer] = await ledger.readBack('goodsReceipt', [{ ...receipt, handle: 'M0' }], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LINES_UNREADABLE' } });
  });

  it.each(unreadable)('%s is never deleted', async (_, lines) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetWhsHead', head).on('MHS850MI/LstWhsLine', lines);

    const [answer] = await ledger.discard('goodsReceipt', [{ ...receipt, handle: 'M0' }], journal);

    expect(answer?.state).toBe('refused');
    expect(journal.intents).toEqual([]);
  });

  it('is posted with a quantity of nought when M3 writes one', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetWhsHead', head).on('MHS850MI/LstWhsLine', ok({ ...line, RVQA: '0' }));

    const [answer] = await ledger.readBack('goodsReceipt', [{ ...receipt, handle: 'M0' }], journal);

    expect(answer).toMatchObject({ state: 'posted', held: [{ item: 'MUG', quantity: '0' }] });
  });
});

describe('a message that was processed in part', () => {
  it('is unclear when what took effect cannot be read', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetWhsHead', ok({ MSGN: 'M0', STAT: '35', PMSN: key }))
      .on('MHS850MI/LstWhsLine', ok({ ...line, RVQA: '' }, { ...line, MSLN: '2', STAT: '35' }));

    const [answer] = await ledger.readBack('goodsReceipt', [{ ...receipt, handle: 'M0' }], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LINES_UNREADABLE' } });
  });
});

describe('a processed stock message', () => {
  const issue = aStockIssue({ lines: aStockIssue().lines.slice(0, 1) });
  const one = target(issue, { key: externalKey('S388185605-1'), handle: 'N0' });
  const head = ok({ MSNR: 'N0', STAT: '90', PMSN: one.key });
  const identity = ok({ MSNR: 'N0', MSLN: '1', ITNO: 'MUG' });

  it.each([
    ['does not exist any more', missing],
    ['has a blank quantity', ok({ MSLN: '1', STAT: '90', QLQT: '' })],
    ['has no quantity', ok({ MSLN: '1', STAT: '90' })],
  ])('is unclear when its instruction %s', async (_, instruction) => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MMS850MI/GetStkHead', head)
      .on('MMS850MI/GetStkId', identity, missing)
      .on('MMS850MI/GetStkIns', instruction, missing);

    const [answer] = await ledger.readBack('stockIssue', [one], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LINES_UNREADABLE' } });
  });

  it('is unclear when its lines are purged', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MMS850MI/GetStkHead', head)
      .on('MMS850MI/GetStkId', missing, missing)
      .on('MMS850MI/GetStkIns', missing, missing);

    const [answer] = await ledger.readBack('stockIssue', [one], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LINES_UNREADABLE' } });
  });
});
