import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/app/ports.ts';
import type { DocumentKind } from '../../src/core/glossary.ts';
import { Problem } from '../../src/core/problem.ts';
import { externalKey } from '../../src/core/schema.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import type { MiClient, MiResult } from '../../src/infor/m3/mi.ts';
import { cutShort, invalid, missing, nok, notSent, ok, unclear } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import {
  aCancellation,
  aGoodsReceipt,
  aJournal,
  aPurchaseOrder,
  aReceiptLine,
  aSalesOrder,
  aStockIssue,
  memoryJournal,
  quietLog,
  someSettings,
  target,
} from '../support/recipe-target.ts';

const receiptKey = externalKey('R443002-1');
const receipt = target(aGoodsReceipt({ lines: [aReceiptLine(1, 'MUG', '1')] }), {
  key: receiptKey,
});
const dependency = { number: '0020000001', detail: {} };

/** What answers a commit of each kind, with a read-back that says the handle is untouched. */
const commits: {
  kind: DocumentKind;
  call: string;
  one: Target;
  untouched: [string, MiResult][];
}[] = [
  {
    kind: 'salesOrder',
    call: 'OIS100MI/Confirm',
    one: target(aSalesOrder(), { handle: '1000000001' }),
    untouched: [['OIS275MI/GetTmpOrderStat', ok({ ORNO: '1000000001', STAT: '20' })]],
  },
  {
    kind: 'purchaseOrder',
    call: 'PPS370MI/FinishEntry',
    one: target(aPurchaseOrder(), { handle: 'PX1/7000001' }),
    untouched: [
      ['PPS001MI/GetHeadBasic', missing],
      ['PPS370MI/GetBatchHead', ok({ PUNO: '7000001', MSGN: 'PX1', STAT: '10' })],
    ],
  },
  {
    kind: 'goodsReceipt',
    call: 'MHS850MI/PrcWhsTran',
    one: { ...receipt, handle: 'R443002-1-1' },
    untouched: [
      ['MHS850MI/GetWhsHead', ok({ MSGN: 'R443002-1-1', STAT: '40', PMSN: receiptKey })],
      ['MHS850MI/LstWhsLine', ok()],
    ],
  },
  {
    kind: 'journal',
    call: 'GLS840MI/UpdBatch',
    one: target(aJournal(), { key: externalKey('J20261120AAA-01'), handle: 'J20261120AAA-01' }),
    untouched: [['GLS200MI/LstVouchersByDt', ok()]],
  },
  {
    kind: 'orderCancellation',
    call: 'OIS100MI/DelHead',
    one: target(aCancellation(), { dependency, handle: dependency.number }),
    untouched: [['OIS100MI/GetHead', ok({ ORNO: dependency.number, ORSL: '22', ORST: '22' })]],
  },
];

describe.each(commits)('the commit of a $kind', ({ kind, call, one, untouched }) => {
  it.each([
    ['accepted', ok()],
    ['unclear', unclear()],
    ['notSent', notSent()],
    ['rejected', invalid()],
  ])('is %s without a further look', async (state, result) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(call, result);

    const [answer] = await ledger.commit(kind, [one], journal);

    expect(answer?.state).toBe(state);
    expect(script.sent).toHaveLength(1);
    expect(journal.intents).toMatchObject([{ call, step: 'commit', handle: one.handle }]);
    script.verify();
  });

  it('is rejected by M3’s no once the handle is seen untouched', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(call, nok('WPU0901'));
    for (const [read, result] of untouched) script.on(read, result, result);

    const [answer] = await ledger.commit(kind, [one], journal);

    expect(answer).toMatchObject({ state: 'rejected', problem: { code: 'INFOR_REJECTED' } });
  });

  it('is unclear after a no when the handle cannot be read', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(call, nok('WPU0901'));
    for (const [read] of untouched) script.on(read, unclear(), unclear());

    const [answer] = await ledger.commit(kind, [one], journal);

    expect(answer?.state).toBe('unclear');
  });
});

describe('refusals', () => {
  it.each([
    ['XO_1130', 'INFOR_BUSY', 'retryable'],
    ['XUP0001', 'INFOR_BUSY', 'retryable'],
    ['WIT0103', 'INFOR_REJECTED', 'rejected'],
    ['', 'INFOR_REJECTED', 'rejected'],
  ])('%s is %s', async (code, problemCode, kind) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', nok(code, 'CUNO', 'No'));

    const [answer] = await ledger.stage('salesOrder', [target(aSalesOrder())], journal);

    expect(answer).toMatchObject({
      state: 'rejected',
      handle: null,
      problem: { code: problemCode, kind, evidence: { call: 'OIS100MI/AddBatchHead', code } },
    });
  });
});

describe('staging a sales order', () => {
  const order = () => target(aSalesOrder());

  it.each([
    ['staged', '1000000001', ok({ PONR: '1' })],
    ['doubtful', '1000000001', unclear()],
    ['rejected', '1000000001', nok('WIT0103')],
    ['rejected', '1000000001', invalid()],
    // A head without its lines is no document: the handle goes, although nothing is in doubt.
    ['doubtful', '1000000001', notSent()],
  ])('is %s with its handle by the answer to the line', async (state, handle, line) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', ok({ ORNO: handle })).on('OIS100MI/AddBatchLine', line);

    const [answer] = await ledger.stage('salesOrder', [order()], journal);

    expect(answer).toMatchObject({ state, handle });
  });

  it.each([
    ['doubtful', unclear()],
    ['rejected', nok('XIM0002')],
    ['rejected', invalid()],
  ])('is %s without a handle by the answer to the head', async (state, head) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', head);

    const [answer] = await ledger.stage('salesOrder', [order()], journal);

    expect(answer).toMatchObject({ state, handle: null });
  });

  it('is not sent when nothing was', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', notSent());

    const [answer] = await ledger.stage('salesOrder', [order()], journal);

    expect(answer?.state).toBe('notSent');
    expect(journal.exchanges).toMatchObject([{ outcome: 'notSent' }]);
  });

  it('is doubtful when M3 does not say which order it made', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', ok());

    const [answer] = await ledger.stage('salesOrder', [order()], journal);

    expect(answer).toMatchObject({ state: 'doubtful', handle: null });
  });

  it('keeps the fates of two documents apart', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS100MI/AddBatchHead', nok('XIM0002'), ok({ ORNO: '2' }))
      .on('OIS100MI/AddBatchLine', ok());

    const answers = await ledger.stage('salesOrder', [order(), order()], journal);

    expect(answers).toMatchObject([{ state: 'rejected' }, { state: 'staged', handle: '2' }]);
  });

  it('refuses an unknown country before anything is sent', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const address = {
      name: 'A',
      company: null,
      street1: 'B',
      street2: null,
      city: 'C',
      state: null,
      postCode: null,
      country: 'Atlantis',
      phone: null,
      email: null,
    };

    const one = target(aSalesOrder({ deliveryAddress: address }));
    const [answer] = await ledger.stage('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'rejected', problem: { code: 'COUNTRY_UNKNOWN' } });
    expect(script.sent).toEqual([]);
  });
});

describe('reading a sales order back', () => {
  const one = target(aSalesOrder(), { handle: '9' });

  it.each([
    ['posted', '90', '77'],
    // Created, but stopped: it is there.
    ['posted', '30', '77'],
    ['processing', '90', ''],
    ['staged', '10', ''],
    ['staged', '20', ''],
    ['failed', '15', ''],
    ['failed', '25', ''],
    ['failed', '30', ''],
  ])('is %s in batch status %s with order "%s"', async (state, status, number) => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS275MI/GetTmpOrderStat', ok({ ORNO: '9', ORNR: number, STAT: status }))
      .on('OIS100MI/LstLine', ok({ PONR: '1', POSX: '0', CUPO: '1', ITNO: 'MUG', ORQT: '3' }))
      .on('OIS100MI/LstErrMsgOrder', ok({ TX60: 'Why', MSID: 'WIT0103' }));

    const [answer] = await ledger.readBack('salesOrder', [one], journal);

    expect(answer?.state).toBe(state);
  });

  it('is deleted once every line of the order is', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS275MI/GetTmpOrderStat', ok({ ORNO: '9', ORNR: '77', STAT: '90' }))
      .on('OIS100MI/LstLine', ok({ PONR: '1', CUPO: '1', ITNO: 'MUG', ORQT: '3', ORST: '90' }));

    const [answer] = await ledger.readBack('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'deleted', reference: { number: '77' } });
  });

  it('believes the key, not the status, after an abnormal end', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS275MI/GetTmpOrderStat', ok({ ORNO: '9', ORNR: '', STAT: '55' }))
      .on('OIS100MI/LstErrMsgOrder', ok())
      .on('OIS175MI/LstHeadByRef', ok({ YREF: 'SB1001', ORNO: '77', ORSL: '22' }))
      .on('OIS100MI/LstLine', ok());

    const [answer] = await ledger.readBack('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'posted', reference: { number: '77' } });
  });

  it.each([
    ['gone', missing],
    ['unclear', unclear()],
    ['unclear', nok('')],
  ])('is %s by the answer for the handle', async (state, result) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS275MI/GetTmpOrderStat', result);

    const [answer] = await ledger.readBack('salesOrder', [one], journal);

    expect(answer?.state).toBe(state);
  });
});

describe('looking a sales order up', () => {
  const one = target(aSalesOrder());

  it.each([
    ['a failed read', unclear()],
    ['a refused read', nok('XAU0008')],
    ['a read that was not sent', notSent()],
  ])('is unclear after %s', async (_, result) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS175MI/LstHeadByRef', result);

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer?.state).toBe('unclear');
  });

  it('is absent in a cut list that has passed the key', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS175MI/LstHeadByRef', cutShort({ YREF: 'SB1002', ORNO: '1', ORSL: '22' }));

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer).toEqual({ state: 'absent' });
  });

  it('is unclear in a list that is cut before it passes the key', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const before = { YREF: 'SB1000', ORNO: '1', ORSL: '22' };
    script.on('OIS175MI/LstHeadByRef', ...Array.from({ length: 40 }, () => cutShort(before)));

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LIST_INCOMPLETE' } });
  });

  it('asks for more rows only of the lists that went on', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const other = target(aSalesOrder(), { key: externalKey('SB1002'), postingId: 2 });
    const twins = ['1', '2'].map((number) => ({ YREF: 'SB1001', ORNO: number, ORSL: '90' }));
    const past = { YREF: 'SB1003', ORNO: '9', ORSL: '22' };
    script
      .on('OIS175MI/LstHeadByRef', cutShort(...twins), ok(past))
      .on('OIS175MI/LstHeadByRef', cutShort(...twins, past));

    const answers = await ledger.lookup('salesOrder', [one, other], journal);

    expect(answers.map(({ state }) => state)).toEqual(['deleted', 'absent']);
    expect(script.limits).toEqual([2, 50]);
    script.verify();
  });

  it('takes the live order where another one under the key is deleted', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on(
        'OIS175MI/LstHeadByRef',
        ok(
          { YREF: 'SB1001', ORNO: '1', ORSL: '90', ORST: '90' },
          { YREF: 'SB1001', ORNO: '2', ORSL: '22', ORST: '22' },
        ),
      )
      .on('OIS100MI/LstLine', ok({ PONR: '1', CUPO: '1', ITNO: 'MUG', ORQT: '3', ORST: '22' }));

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'posted', reference: { number: '2' } });
  });

  it('is unclear, not posted without lines, when the lines cannot be read', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS175MI/LstHeadByRef', ok({ YREF: 'SB1001', ORNO: '2', ORSL: '22' }))
      .on('OIS100MI/LstLine', unclear());

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer?.state).toBe('unclear');
  });

  it('reads a customer’s batch orders once, and only from the second attempt on', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS175MI/LstHeadByRef', ok(), ok(), ok())
      .on('OIS100MI/LstBatchHead', ok({ ORNO: '9', YREF: 'SB1002', STAT: '20' }));
    const again = (key: string) => target(aSalesOrder(), { key: externalKey(key), attempt: 2 });

    const answers = await ledger.lookup(
      'salesOrder',
      [one, again('SB1002'), again('SB1003')],
      journal,
    );

    expect(answers).toEqual([
      { state: 'absent' },
      { state: 'staged', handles: ['9'] },
      { state: 'absent' },
    ]);
    script.verify();
  });

  it('does not call our own present handle an orphan', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS175MI/LstHeadByRef', ok())
      .on('OIS100MI/LstBatchHead', ok({ ORNO: '9', YREF: 'SB1001', STAT: '20' }));

    const [answer] = await ledger.lookup(
      'salesOrder',
      [{ ...one, attempt: 2, handle: '9' }],
      journal,
    );

    expect(answer).toEqual({ state: 'absent' });
  });

  it('finds the order whose reference somebody changed through its batch order', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('OIS175MI/LstHeadByRef', ok())
      .on('OIS100MI/LstBatchHead', ok({ ORNO: '9', CUOR: 'SB1001', STAT: '90', ORNR: '77' }))
      .on('OIS100MI/GetHead', ok({ ORNO: '77', ORSL: '22' }))
      .on('OIS100MI/LstLine', ok());

    const [answer] = await ledger.lookup('salesOrder', [{ ...one, attempt: 2 }], journal);

    expect(answer).toMatchObject({ state: 'posted', reference: { number: '77' } });
  });
});

describe('looking a message up', () => {
  const others = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ MSGN: `M${index}` }));
  const heads = (count: number, key: string) =>
    Array.from({ length: count }, () => ok({ MSGN: 'M', STAT: '20', PMSN: key }));

  it('is unclear when there are more messages under the key than were read', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetMvxMsg', ok({ MSGN: 'M0' }))
      .on('MHS850MI/LstMvxMsg', cutShort(...others(2)), cutShort(...others(20)))
      .on('MHS850MI/GetWhsHead', ...heads(22, receiptKey))
      .on('MHS850MI/LstWhsLine', ...Array.from({ length: 20 }, () => ok()));

    const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'LIST_INCOMPLETE' } });
    script.verify();
  });

  it('stops where the messages of another key begin', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetMvxMsg', ok({ MSGN: 'M0' }))
      .on('MHS850MI/LstMvxMsg', cutShort(...others(2)))
      .on('MHS850MI/GetWhsHead', ...heads(1, receiptKey), ...heads(1, 'R443003-1'))
      .on('MHS850MI/LstWhsLine', ok());

    const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

    expect(answer).toEqual({ state: 'staged', handles: ['M0'] });
    script.verify();
  });

  it('takes no message that is gone for one of another key', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetMvxMsg', ok({ MSGN: 'M0' }))
      .on('MHS850MI/LstMvxMsg', cutShort(...others(2)), ok(...others(3)))
      .on('MHS850MI/GetWhsHead', missing, ...heads(1, receiptKey), missing, ...heads(2, receiptKey))
      .on('MHS850MI/LstWhsLine', ok(), ok());

    const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

    expect(answer).toEqual({ state: 'staged', handles: ['M1', 'M2'] });
    script.verify();
  });

  it('asks for the keys of a batch together, and for each head once', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const keys = ['R443002-1', 'R443003-1', 'R443004-1'].map((key) => externalKey(key));
    const targets = keys.map((key, index) => ({ ...receipt, postingId: index + 1, key }));
    script
      .on('MHS850MI/GetMvxMsg', ...others(3).map((row) => ok(row)))
      .on(
        'MHS850MI/LstMvxMsg',
        cutShort({ MSGN: 'M0' }, { MSGN: 'M1' }),
        cutShort({ MSGN: 'M1' }, { MSGN: 'M2' }),
        ok({ MSGN: 'M2' }),
      )
      .on('MHS850MI/GetWhsHead', ...keys.flatMap((key) => heads(1, key)))
      .on('MHS850MI/LstWhsLine', ok(), ok(), ok());

    const answers = await ledger.lookup('goodsReceipt', targets, journal);

    expect(answers).toEqual(['M0', 'M1', 'M2'].map((one) => ({ state: 'staged', handles: [one] })));
    // One request for each kind of read, however many documents.
    expect(script.limits).toHaveLength(4);
    script.verify();
  });

  it.each([
    ['absent', missing],
    ['unclear', nok('XAU0008')],
    ['unclear', ok()],
    ['unclear', unclear()],
  ])('is %s by the answer to the keyed read', async (state, result) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetMvxMsg', result);

    const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

    expect(answer?.state).toBe(state);
  });

  it('is unclear when the list of messages cannot be read', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetMvxMsg', ok({ MSGN: '9' })).on('MHS850MI/LstMvxMsg', unclear());

    const [answer] = await ledger.lookup('goodsReceipt', [receipt], journal);

    expect(answer?.state).toBe('unclear');
  });
});

describe('reading a message back', () => {
  const one = { ...receipt, handle: 'M1' };

  it.each([
    ['posted', '90', '90'],
    ['posted', '99', '99'],
    ['staged', '10', ''],
    ['staged', '40', '10'],
    ['processing', '40', '90'],
    ['failed', '45', '45'],
    ['failed', '15', '10'],
    ['partly', '35', '90'],
  ])('is %s with head status %s and line status %s', async (state, head, line) => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetWhsHead', ok({ MSGN: 'M1', STAT: head, PMSN: receiptKey }))
      .on('MHS850MI/LstWhsLine', ok({ MSLN: '1', USD1: '1', STAT: line, RVQA: '1' }))
      .on('MHS850MI/GetWhsLine', ok({ REMK: 'Why' }));

    const [answer] = await ledger.readBack('goodsReceipt', [one], journal);

    expect(answer?.state).toBe(state);
  });

  it.each([
    ['gone', missing],
    ['unclear', unclear()],
    ['unclear', nok('')],
    ['unclear', ok()],
  ])('is %s by the answer for the head', async (state, head) => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('MHS850MI/GetWhsHead', head);

    const [answer] = await ledger.readBack('goodsReceipt', [one], journal);

    expect(answer?.state).toBe(state);
  });
});

describe('discarding a message', () => {
  const one = { ...receipt, handle: 'M1' };
  const there = ok({ MSGN: 'M1', STAT: '20', PMSN: receiptKey });

  it.each([
    ['gone', ok(), missing],
    ['gone', unclear(), missing],
    ['refused', nok('WMG0901'), there],
    ['unclear', ok(), there],
    ['unclear', unclear(), there],
    ['unclear', ok(), unclear()],
  ])('is %s by deletion and second look', async (state, deletion, after) => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetWhsHead', there, after)
      .on('MHS850MI/LstWhsLine', ok(), ok())
      .on('MHS850MI/DeleteWhsTran', deletion);

    const [answer] = await ledger.discard('goodsReceipt', [one], journal);

    expect(answer?.state).toBe(state);
  });

  it('deletes nothing that is gone, processed or unreadable', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MHS850MI/GetWhsHead', missing, ok({ MSGN: 'M2', STAT: '90' }), unclear())
      .on('MHS850MI/LstWhsLine', ok());

    const answers = await ledger.discard(
      'goodsReceipt',
      [one, { ...receipt, handle: 'M2' }, { ...receipt, handle: 'M3' }],
      journal,
    );

    expect(answers.map((answer) => answer.state)).toEqual(['gone', 'refused', 'unclear']);
    expect(journal.intents).toEqual([]);
  });
});

describe('staging a stock issue', () => {
  it('sends the quantity below zero, with reason, key and our own numbers', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const key = externalKey('S388185605-1');
    script
      .on('MMS850MI/AddStkHead', ok({ MSNR: 'S388185605-1-1' }))
      .on('MMS850MI/AddAdjust', ok(), ok());

    await ledger.stage('stockIssue', [target(aStockIssue(), { key })], journal);

    expect(script.sent[1]?.record).toMatchObject({
      MSNR: 'S388185605-1-1',
      MSLN: '1',
      QLQT: '-2',
      RSCD: 'SMP',
      PMSN: key,
    });
    expect(script.sent[1]?.record).not.toHaveProperty('PRFL');
  });
});

describe('a message that M3 splits', () => {
  it('is rejected with its handle', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('MMS850MI/AddStkHead', ok({ MSNR: 'S1-1-1' }))
      .on('MMS850MI/AddAdjust', ok({ MSNR: 'S1-1-1' }), ok({ MSNR: '800000001' }));

    const one = target(aStockIssue(), { key: externalKey('S1-1') });
    const [answer] = await ledger.stage('stockIssue', [one], journal);

    expect(answer).toMatchObject({
      state: 'rejected',
      handle: 'S1-1-1',
      problem: { code: 'MESSAGE_SPLIT', kind: 'configuration' },
    });
  });
});

describe('a set-up that refuses every document alike', () => {
  const denied = nok('XAU0008', '', 'Not authorised');

  it('is thrown', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', denied, denied);

    const orders = [target(aSalesOrder()), target(aSalesOrder())];
    const staging = ledger.stage('salesOrder', orders, journal);

    await expect(staging).rejects.toMatchObject({ code: 'INFOR_NOT_AUTHORISED' });
    expect(journal.exchanges).toHaveLength(2);
  });

  it('is the document’s own matter when another one got through', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('OIS100MI/AddBatchHead', denied, ok({ ORNO: '1' })).on('OIS100MI/AddBatchLine', ok());

    const orders = [target(aSalesOrder()), target(aSalesOrder())];
    const answers = await ledger.stage('salesOrder', orders, journal);

    expect(answers.map((answer) => answer.state)).toEqual(['rejected', 'staged']);
  });
});

describe('a problem of the whole stream', () => {
  it('is handed on after the intents are closed as not sent', async () => {
    const problem = new Problem({
      code: 'LOGIN_REFUSED',
      kind: 'credentials',
      message: 'No',
      hint: 'Log in.',
    });
    const client: MiClient = {
      write: async () => {
        throw problem;
      },
      read: async () => {
        throw problem;
      },
      callCounts: () => ({}),
    };
    const journal = memoryJournal();
    const ledger = createInforLedger({
      client,
      masterData: async () => [],
      probe: async () => {
        throw problem;
      },
      clock: { now: () => 0, sleep: async () => {} },
      log: quietLog,
      settings: someSettings(),
    });

    const staging = ledger.stage('salesOrder', [target(aSalesOrder())], journal);

    await expect(staging).rejects.toBe(problem);
    expect(journal.intents).toHaveLength(1);
    expect(journal.exchanges).toMatchObject([{ outcome: 'notSent' }]);
  });

  it('leaves a write unmade when its intent was refused', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const lost = new Problem({ code: 'LEASE_LOST', kind: 'retryable', message: '', hint: '' });
    const refusing = {
      ...journal,
      intend: async () => {
        throw lost;
      },
    };

    const staging = ledger.stage('salesOrder', [target(aSalesOrder())], refusing);

    await expect(staging).rejects.toBe(lost);
    expect(script.sent).toEqual([]);
  });
});
