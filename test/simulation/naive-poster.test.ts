import { describe, expect, it } from 'vitest';
import { postNaively } from '../support/simulation-naive.ts';

describe('a poster that sends again whenever no yes came', () => {
  it('is found right by the oracle while nothing goes wrong', async () => {
    const verdict = await postNaively({ seed: 5, orders: 40, faults: {} });

    expect(verdict.doubles).toEqual([]);
    expect(verdict.wrong).toEqual([]);
    expect(verdict.documents['sales orders']).toBeGreaterThan(20);
    expect(verdict.documents['goods receipts']).toBeGreaterThan(8);
  });

  it('is caught with doubles when answers get lost after their effect', async () => {
    const faults = { gatewayTimeoutAfter: 0.08, resetAfter: 0.08, gatewayTimeoutLate: 0.04 };

    const verdict = await postNaively({ seed: 5, orders: 40, faults });

    expect(verdict.doubles.some((double) => double.startsWith('SB'))).toBe(true);
    expect(verdict.doubles.some((double) => double.startsWith('receipt R'))).toBe(true);
  });

  it('is caught with wrong quantities when staging lines land late or twice', async () => {
    const faults = { resetBefore: 0.2 };

    const verdict = await postNaively({ seed: 6, orders: 40, faults });

    expect([...verdict.doubles, ...verdict.wrong, ...verdict.losses]).not.toEqual([]);
  });
});
