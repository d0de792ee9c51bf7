import { describe, expect, it } from 'vitest';
import { externalKey } from '../../src/core/schema.ts';
import { ok } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aGoodsReceipt, target } from '../support/recipe-target.ts';

describe('a staged goods receipt', () => {
  async function staged() {
    const { ledger, script, journal } = scriptedLedger();
    const document = aGoodsReceipt();
    script.on('MHS850MI/AddWhsHead', ok({ MSGN: 'R443002-1-1' }));
    script.on('MHS850MI/AddWhsPack', ok());
    script.on('MHS850MI/AddWhsLine', ...document.lines.map(() => ok()));
    const one = target(document, { key: externalKey('R443002-1'), handle: 'R443002-1-1' });
    const [answer] = await ledger.stage('goodsReceipt', [one], journal);
    return { answer, document, sent: script.sent };
  }

  it('carries lot, unit and the full quantity of every line', async () => {
    const { answer, document, sent } = await staged();

    const lines = sent.filter(({ call }) => call === 'MHS850MI/AddWhsLine');
    expect(answer).toMatchObject({ state: 'staged' });
    expect(document.lines.map(({ lot }) => lot)).toEqual([null, 'L7']);
    expect(
      lines.map(({ record }) => [record.ITNO, record.RVQA, record.PUUN, record.BANO ?? null]),
    ).toEqual(document.lines.map((line) => [line.item, line.quantity, line.unit, line.lot]));
  });

  it('names no flag by which M3 would process it by itself', async () => {
    const { sent } = await staged();

    expect(sent.map(({ record }) => record.PRFL ?? '')).toEqual(sent.map(() => ''));
    expect(sent.length).toBeGreaterThan(2);
  });
});
