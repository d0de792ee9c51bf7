import { describe, expect, it } from 'vitest';
import type { ReadinessAnswer } from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import type { MiCall, MiClient, MiResult } from '../../src/infor/m3/mi.ts';
import { createReadiness } from '../../src/infor/m3/readiness.ts';
import { poorestTenant, type TenantModes } from '../../src/sandbox/infor/tenant.ts';
import { openBench } from '../support/recipe-ledger.ts';
import { someSettings } from '../support/recipe-target.ts';

const everyKind = [
  'salesOrder',
  'purchaseOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
  'journal',
  'orderCancellation',
] as const;

const clock = {
  now: () => Date.UTC(2026, 10, 20, 12),
  sleep: async () => {},
};

async function readinessOf(tenant: Partial<TenantModes> = {}) {
  const { client } = await openBench(tenant);
  return createReadiness({ client, clock, settings: someSettings() });
}

function results(answers: ReadinessAnswer[]): Record<string, string> {
  return Object.fromEntries(answers.map(({ call, result }) => [call, result]));
}

/** A client that answers every call alike. */
function answering(result: MiResult): Pick<MiClient, 'read'> {
  return {
    read: (_program: string, calls: MiCall[]) =>
      Promise.resolve(calls.map(() => ({ result, durationMs: 1 }))),
  };
}

describe('readiness', () => {
  it('finds every needed program open on a tenant where it is', async () => {
    const readiness = await readinessOf();

    const answers = await readiness.calls([...everyKind]);

    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set(['works']));
    expect(answers.map(({ call }) => call.split('/')[0])).toEqual(
      expect.arrayContaining(['OIS100MI', 'MHS850MI', 'MMS850MI', 'PPS370MI', 'GLS840MI']),
    );
  });

  it('asks only for what the documents need', async () => {
    const readiness = await readinessOf();

    const answers = await readiness.calls(['journal']);

    expect(answers.map(({ call }) => call)).toEqual([
      'CRS630MI/GetAccountID',
      'GLS840MI/GetServerTime',
      'GLS200MI/LstVouchersByDt',
    ]);
  });

  it('names the program that the user may not run, and no other', async () => {
    const readiness = await readinessOf({ forbiddenPrograms: ['PPS370MI', 'MMS120MI'] });

    const answers = await readiness.calls([...everyKind]);

    const refused = answers.filter(({ result }) => result !== 'works');
    expect(results(refused)).toEqual({
      'MMS120MI/GetServerTime': 'refused',
      'PPS370MI/GetBatchHead': 'refused',
    });
    expect(refused[0]?.problem?.hint).toContain('MMS120MI (SES400)');
  });

  it('reads the code of a refusal from the text where M3 leaves the code blank', async () => {
    const readiness = await readinessOf({
      forbiddenPrograms: ['OIS275MI'],
      blankErrorCodes: true,
    });

    const answers = await readiness.calls(['salesOrder']);

    expect(results(answers)['OIS275MI/GetTmpOrderStat']).toBe('refused');
  });

  it('tells a call that the tenant does not have from one that is forbidden', async () => {
    const readiness = await readinessOf(poorestTenant);

    const answers = await readiness.calls(['journal']);

    expect(results(answers)['GLS200MI/LstVouchersByDt']).toBe('missing');
  });

  it('is not sure about a refusal in words it does not know', async () => {
    const nok = { kind: 'nok', code: 'ABC9999', field: '', message: 'no way' } as const;
    const readiness = createReadiness({ client: answering(nok), clock, settings: someSettings() });

    const answers = await readiness.calls(['orderCancellation']);

    expect(results(answers)).toEqual({ 'OIS100MI/GetHead': 'unclear' });
  });

  it('stops at a refused login, which concerns every call', async () => {
    const refused = new Problem({
      code: 'INFOR_ACCESS_REFUSED',
      kind: 'credentials',
      message: 'no',
      hint: 'mend it',
    });
    const client = { read: () => Promise.reject(refused) };
    const readiness = createReadiness({ client, clock, settings: someSettings() });

    const asked = readiness.calls(['salesOrder']);

    await expect(asked).rejects.toBe(refused);
  });

  it('finds order types by their list, and says where it may not look', async () => {
    const readiness = await readinessOf();
    const forbidden = await readinessOf({ forbiddenPrograms: ['OIS010MI'] });
    const wanted = ['C01', 'C02', 'C03', 'A01'].map(
      (code) => ({ kind: 'customerOrderType', code }) as const,
    );

    const answers = await readiness.setUp(wanted);
    const blind = await forbidden.setUp(wanted.slice(0, 1));

    expect(answers).toEqual(['there', 'there', 'absent', 'absent']);
    expect(blind).toEqual(['unreadable']);
  });
});
