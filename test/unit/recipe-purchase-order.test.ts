import { describe, expect, it } from 'vitest';
import { externalKey } from '../../src/core/schema.ts';
import { cutShort, missing, nok, ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aPurchaseOrder, quietLog, target } from '../support/recipe-target.ts';

describe('discarding a purchase order entry that is not there any more', () => {
  const one = target(aPurchaseOrder(), { handle: 'PX1/7000001' });
  const unfinished = { ...one, neverCommitted: 'yes' as const };

  it.each([
    ['gone', unfinished, nok('WMG0901')],
    // Nobody may say so of what may be in the middle of its transfer.
    ['refused', one, nok('WMG0901')],
    ['gone', one, missing],
    ['refused', unfinished, nok('XUP0001')],
  ])('is %s by what was done with it and the answer to its deletion', async (state, entry, no) => {
    const { ledger, script, journal } = scriptedLedger();
    script
      .on('PPS370MI/GetBatchHead', missing, missing)
      .on('PPS001MI/GetHeadBasic', missing, missing)
      .on('PPS370MI/DeleteEntry', no);

    const [answer] = await ledger.discard('purchaseOrder', [entry], journal);

    expect(answer?.state).toBe(state);
  });
});

describe('looking a purchase order up in a long list of its requester', () => {
  const rows = (count: number, requester = 'SHIPBOB') =>
    Array.from({ length: count }, (_, index) => ({
      PURC: requester,
      PUNO: String(7_000_000 + index),
      YRE1: `SB${index}`,
      PUSL: '15',
    }));
  const first = target(aPurchaseOrder(), {
    key: externalKey('SB99999'),
    neverCommitted: 'yes',
  });

  it('asks for more rows until the list is whole', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('PPS001MI/ListHeadBasic', cutShort(...rows(500)), ok(...rows(640)));

    const [answer] = await ledger.lookup('purchaseOrder', [first], journal);

    expect(answer).toEqual({ state: 'absent' });
    expect(script.limits.slice(0, 2)).toEqual([500, 10_000]);
  });

  it('asks without a limit where even ten thousand are our own', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on(
      'PPS001MI/ListHeadBasic',
      cutShort(...rows(500)),
      cutShort(...rows(10_000)),
      ok(...rows(10_007)),
    );

    const [answer] = await ledger.lookup('purchaseOrder', [first], journal);

    expect(answer).toEqual({ state: 'absent' });
    expect(script.limits.slice(0, 3)).toEqual([500, 10_000, 0]);
  });

  it('asks no further once another requester’s orders follow', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('PPS001MI/ListHeadBasic', cutShort(...rows(499), ...rows(1, 'ZOE')));

    const [answer] = await ledger.lookup('purchaseOrder', [first], journal);

    expect(answer).toEqual({ state: 'absent' });
  });

  it('stops the stream, naming the setting, where M3 shows only a thousand of them', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('PPS001MI/ListHeadBasic', cutShort(...rows(500)), cutShort(...rows(1000)));

    const looking = ledger.lookup('purchaseOrder', [first], journal);

    await expect(looking).rejects.toMatchObject({
      code: 'REQUESTER_FULL',
      kind: 'configuration',
      hint: expect.stringContaining('infor.purchaseOrders.requester'),
    });
  });

  it('still finds the ones that are shown, and calls the others unclear', async () => {
    const { ledger, script, journal } = scriptedLedger();
    const shown = target(aPurchaseOrder(), { key: externalKey('SB7'), neverCommitted: 'yes' });
    script
      .on('PPS001MI/ListHeadBasic', cutShort(...rows(500)), cutShort(...rows(1000)))
      .on('PPS001MI/GetHeadBasic', ok({ PUNO: '7000007', YRE1: 'SB7' }))
      .on('PPS200MI/LstLine', ok({ PNLI: '1', ITNO: 'MUG', ORQA: '12', PUSL: '15' }));

    const one = target(aPurchaseOrder(), { key: externalKey('SB9999'), neverCommitted: 'yes' });
    const answers = await ledger.lookup('purchaseOrder', [shown, one], journal);

    expect(answers).toMatchObject([
      { state: 'posted', reference: { number: '7000007' } },
      { state: 'unclear', problem: { code: 'REQUESTER_FULL' } },
    ]);
  });

  it('stops nothing for an order that may have been committed', async () => {
    const { ledger, script, journal } = scriptedLedger();
    script.on('PPS001MI/ListHeadBasic', cutShort(...rows(500)), cutShort(...rows(1000)));

    const { neverCommitted, ...committed } = first;
    const [answer] = await ledger.lookup('purchaseOrder', [committed], journal);

    expect(neverCommitted).toBe('yes');

    expect(answer).toMatchObject({ state: 'unclear', problem: { code: 'REQUESTER_FULL' } });
  });

  it.each([
    [699, 0],
    [700, 1],
    [999, 1],
    // More than a thousand were shown whole, so that is not this tenant's limit.
    [1001, 0],
    [7000, 1],
  ])('with %i orders warns %i times', async (count, warnings) => {
    const warned: string[] = [];
    const log = { ...quietLog, warn: (words: string) => warned.push(words) };
    const { ledger, script, journal } = scriptedLedger({ listRecordsMax: 9_999 }, log);
    script.on('PPS001MI/ListHeadBasic', ok(...rows(count)));
    const one = target(aPurchaseOrder(), { key: externalKey('SB88888') });

    await ledger.lookup('purchaseOrder', [one], journal);

    expect(warned).toHaveLength(warnings);
  });
});
