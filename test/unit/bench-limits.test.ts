import { describe, expect, it } from 'vitest';
import { leastTime, leastTransactions } from '../../bench/latency.ts';
import { createPace } from '../../bench/pace.ts';

const limits = { callsPerMinute: 150, transactionMs: 120, jobs: 4 };

describe('a simulated M3 with four jobs', () => {
  it('works on one transaction after another of the same request', () => {
    const pace = createPace({ transactionMs: 120, jobs: 4 }).doneAt;

    expect(pace(20, 1_000)).toBe(1_000 + 20 * 120);
  });

  it('lets a fifth request wait for the job that is free first', () => {
    const pace = createPace({ transactionMs: 120, jobs: 4 }).doneAt;

    const done = [10, 2, 10, 10].map((transactions) => pace(transactions, 0));

    expect(done).toEqual([1_200, 240, 1_200, 1_200]);
    expect(pace(1, 0)).toBe(360);
  });

  it('does not save up time in which nobody asked', () => {
    const pace = createPace({ transactionMs: 120, jobs: 1 }).doneAt;
    pace(1, 0);

    expect(pace(1, 10_000)).toBe(10_120);
  });
});

describe('the least time of a backlog', () => {
  it('is that of the slower side', () => {
    const slowInfor = leastTime({ shipbobCalls: 40, transactions: 1_000 }, limits);
    const slowShipbob = leastTime({ shipbobCalls: 1_500, transactions: 1_000 }, limits);

    expect(slowInfor).toEqual({ shipbobMs: 0, inforMs: 30_000, leastMs: 30_000 });
    expect(slowShipbob.leastMs).toBe(9 * 60_000);
  });

  it('lets the first allowance of a sliding minute through at once', () => {
    expect(leastTime({ shipbobCalls: 150, transactions: 0 }, limits).leastMs).toBe(0);
    expect(leastTime({ shipbobCalls: 151, transactions: 0 }, limits).leastMs).toBe(60_000);
  });

  it('counts what no recipe can leave out', () => {
    const documents = { salesOrders: 1, goodsIssues: 0, goodsReceipts: 0 };
    const lines = { orderLines: 2, shippedLines: 0, receivedLines: 0 };

    expect(leastTransactions({ ...documents, ...lines })).toBe(9);
  });
});
