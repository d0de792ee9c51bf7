import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecast, type WorkMeasured } from '../../src/core/forecast.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function work(change: Partial<WorkMeasured> = {}): WorkMeasured {
  return {
    reading: { coveredMs: 0, tookMs: 0, leftMs: 0 },
    posting: { posted: 0, tookMs: 0, left: 0 },
    doubtful: 0,
    callsLeft: 100,
    callsPerMinute: 150,
    ...change,
  };
}

describe('the forecast of a run', () => {
  it('says that nothing is left', () => {
    expect(forecast(work())).toEqual({
      readingMs: 0,
      postingMs: 0,
      finishMs: 0,
      binds: 'nothing',
    });
  });

  it('goes by how long the work has taken so far', () => {
    const reading = { coveredMs: 10 * hourMs, tookMs: 5 * minuteMs, leftMs: 30 * hourMs };

    expect(forecast(work({ reading }))).toMatchObject({
      readingMs: 15 * minuteMs,
      finishMs: 15 * minuteMs,
    });
  });

  it('takes the longer of reading and posting, which go on side by side', () => {
    const reading = { coveredMs: hourMs, tookMs: minuteMs, leftMs: 2 * hourMs };
    const posting = { posted: 100, tookMs: minuteMs, left: 500 };

    expect(forecast(work({ reading, posting }))).toEqual({
      readingMs: 2 * minuteMs,
      postingMs: 5 * minuteMs,
      finishMs: 5 * minuteMs,
      binds: 'inforAnswers',
    });
  });

  it('names the allowance only where it is used up', () => {
    const reading = { coveredMs: hourMs, tookMs: minuteMs, leftMs: 2 * hourMs };

    expect(forecast(work({ reading, callsLeft: 3 })).binds).toBe('shipbobAllowance');
    expect(forecast(work({ reading, callsLeft: 60 })).binds).toBe('shipbobAnswers');
    expect(forecast(work({ reading, callsLeft: null })).binds).toBe('notKnown');
  });

  it('says that it does not know before enough was measured', () => {
    const reading = { coveredMs: hourMs, tookMs: 3_000, leftMs: 2 * hourMs };
    const posting = { posted: 4, tookMs: hourMs, left: 500 };

    expect(forecast(work({ reading, posting }))).toEqual({
      readingMs: null,
      postingMs: null,
      finishMs: null,
      binds: 'notKnown',
    });
  });

  it('knows what binds where only one kind of work is left, though not for how long', () => {
    const posting = { posted: 4, tookMs: hourMs, left: 500 };

    expect(forecast(work({ posting }))).toMatchObject({ finishMs: null, binds: 'inforAnswers' });
  });

  it('gives no time for what is in doubt', () => {
    expect(forecast(work({ doubtful: 2 }))).toMatchObject({ finishMs: null, binds: 'waiting' });
  });

  it('is never negative, and grows with what is left', () => {
    const amount = fc.nat(1_000_000);
    fc.assert(
      fc.property(amount, amount, amount, amount, (posted, tookMs, left, more) => {
        const at = (documents: number) =>
          forecast(work({ posting: { posted, tookMs, left: documents } })).postingMs;
        const [less, later] = [at(left), at(left + more)];
        if (less !== null) expect(less).toBeGreaterThanOrEqual(0);
        if (less !== null && later !== null) expect(later).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});
