import { describe, expect, it } from 'vitest';
import { missing, ok, unclear } from '../support/mi-script.ts';
import { scriptedLedger } from '../support/recipe-script.ts';
import { aSalesOrder, target } from '../support/recipe-target.ts';

const found = ok({ YREF: 'SB1001', ORNO: '77', ORSL: '22' });
const lines = ok({ PONR: '1', CUPO: '1', ITNO: 'MUG', ORQT: '3', ORST: '22' });
const one = target(aSalesOrder());
const many = ['A', 'B', 'C', 'D', 'E', 'F'];

describe('looking an order up under the customers that the configuration names', () => {
  it('finds what was posted for another customer', async () => {
    const { ledger, script, journal } = scriptedLedger({ customers: ['WEB001', 'WEB002'] });
    script.on('OIS175MI/LstHeadByRef', ok(), found).on('OIS100MI/LstLine', lines);

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer).toMatchObject({ state: 'posted', reference: { number: '77' } });
    expect(script.sent.slice(0, 2).map(({ record }) => record.CUNO)).toEqual(['WEB001', 'WEB002']);
    expect(script.limits).toHaveLength(2);
  });

  it('is absent only when every list was read', async () => {
    const { ledger, script, journal } = scriptedLedger({ customers: ['WEB002', 'WEB003'] });
    script
      .on('OIS175MI/LstHeadByRef', ok(), missing, unclear())
      .on('OIS175MI/LstHeadByRef', ok(), missing, ok());

    const [doubted] = await ledger.lookup('salesOrder', [one], journal);
    const [sure] = await ledger.lookup('salesOrder', [one], journal);

    expect([doubted?.state, sure?.state]).toEqual(['unclear', 'absent']);
  });

  it('believes an order that it found although another list could not be read', async () => {
    const { ledger, script, journal } = scriptedLedger({ customers: ['WEB002'] });
    script.on('OIS175MI/LstHeadByRef', unclear(), found).on('OIS100MI/LstLine', lines);

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer?.state).toBe('posted');
  });

  it.each([
    ['in a later attempt', { ...one, attempt: 2 }, ['WEB002']],
    ['where there are more than five', one, many],
  ])('asks for the order’s own customer alone %s', async (_, asked, customers) => {
    const { ledger, script, journal } = scriptedLedger({ customers });
    script.on('OIS175MI/LstHeadByRef', ok()).on('OIS100MI/LstBatchHead', ok());

    const [answer] = await ledger.lookup('salesOrder', [asked], journal);

    expect(answer).toEqual({ state: 'absent' });
  });

  it('reports every live order under one key', async () => {
    const { ledger, script, journal } = scriptedLedger({ customers: ['WEB002'] });
    const other = ok({ YREF: 'SB1001', ORNO: '78', ORSL: '22' });
    script.on('OIS175MI/LstHeadByRef', found, other).on('OIS100MI/LstLine', lines);

    const [answer] = await ledger.lookup('salesOrder', [one], journal);

    expect(answer).toMatchObject({
      state: 'posted',
      reference: { number: '77', detail: { duplicates: ['78'] } },
    });
  });
});
