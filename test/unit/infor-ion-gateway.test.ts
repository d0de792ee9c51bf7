import { describe, expect, it } from 'vitest';
import { evidenceOf, judgeStatus, retryAfterMs } from '../../src/infor/ion/problem.ts';
import { retryWithin } from '../../src/infor/ion/retry.ts';

const nowMs = Date.parse('2026-11-03T10:00:00Z');

describe('gateway status', () => {
  it.each([
    [200, 'answer'],
    [400, 'answer'],
    [401, 'tokenRefused'],
    [403, 'stop'],
    [404, 'stop'],
    [405, 'stop'],
    [429, 'busy'],
    [500, 'unclear'],
    [502, 'unclear'],
    [503, 'unclear'],
    [504, 'unclear'],
  ])('%i means %s', (status, kind) => {
    expect(judgeStatus({ status, headers: {}, text: '' }, '/M3/x', nowMs).kind).toBe(kind);
  });

  it.each([403, 404, 405])('%i says what to mend and where', (status) => {
    const verdict = judgeStatus({ status, headers: {}, text: 'no' }, '/M3/x', nowMs);

    expect(verdict.kind === 'stop' && verdict.problem.kind).toBe('configuration');
    expect(verdict.kind === 'stop' && verdict.problem.message).toContain('/M3/x');
  });
});

describe('waiting time asked for', () => {
  it.each<[Record<string, string>, number | null]>([
    [{ 'retry-after': '3' }, 3000],
    [{ 'x-retry-after': '2.5' }, 2500],
    [{ 'retry-after': 'Tue, 03 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 03 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '999999999' }, 600_000],
    [{ 'retry-after': 'Sun, 01 Jan 2056 00:00:00 GMT' }, 600_000],
    [{ 'retry-after': 'after 2099' }, 600_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'x-retry-after': '1000000000' }, 600_000],
    [{ 'retry-after': 'Thu, 01 Jan 2099 00:00:00 GMT' }, 600_000],
    [{ 'retry-after': '', 'x-retry-after': '7' }, 7_000],
    [{ 'retry-after': '1e9' }, null],
    [{}, null],
  ])('%j is %j ms', (headers, expected) => {
    expect(retryAfterMs(headers, nowMs)).toBe(expected);
  });
});

describe('evidence', () => {
  it('is one line of at most 2,000 characters without tokens', () => {
    const evidence = evidenceOf(
      `Bearer abc.def\n\n eyJhbGciOiJSUzI1NiJ9.payload ${'x'.repeat(5000)}`,
    );

    expect(evidence).toHaveLength(2000);
    expect(evidence).not.toMatch(/abc\.def|payload|\n/);
  });
});

/** A clock whose sleeps pass at once; `backwards` makes it run the wrong way. */
function virtualClock(direction: 1 | -1 = 1) {
  let atMs = nowMs;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => atMs,
    async sleep(durationMs: number) {
      sleeps.push(durationMs);
      atMs += direction * durationMs;
    },
  };
}

const policy = { baseMs: 100, capMs: 1000, deadlineMs: 10_000 };

describe('retry', () => {
  it('ends with the first value that is done', async () => {
    const clock = virtualClock();
    let tries = 0;

    const value = await retryWithin({
      clock,
      random: { next: () => 0.5 },
      policy,
      attempt: async () => {
        tries += 1;
        return tries < 4
          ? { again: 'yes', value: 'no', afterMs: null }
          : { again: 'no', value: 'yes' };
      },
    });

    expect(value).toBe('yes');
    expect(clock.sleeps).toEqual([50, 100, 200]);
  });

  it.each([1, -1] as const)('hands back the last value at the deadline (clock %i)', async (way) => {
    const clock = virtualClock(way);
    let tries = 0;

    const value = await retryWithin({
      clock,
      random: { next: () => 0.999 },
      policy,
      attempt: async () => {
        tries += 1;
        return { again: 'yes', value: tries, afterMs: null };
      },
    });

    expect(value).toBe(tries);
    const sleptMs = clock.sleeps.reduce((sum, each) => sum + each, 0);
    expect(sleptMs).toBeLessThanOrEqual(policy.deadlineMs);
    expect(sleptMs).toBeGreaterThan(policy.deadlineMs - policy.capMs);
  });

  it('waits at least as long as it was asked to', async () => {
    const clock = virtualClock();
    let tries = 0;

    await retryWithin({
      clock,
      random: { next: () => 0 },
      policy,
      attempt: async () => {
        tries += 1;
        return tries === 1 ? { again: 'yes', value: 0, afterMs: 4000 } : { again: 'no', value: 0 };
      },
    });

    expect(clock.sleeps).toEqual([4000]);
  });

  it('does not begin a wait that would pass the deadline', async () => {
    const clock = virtualClock();

    const value = await retryWithin({
      clock,
      random: { next: () => 0 },
      policy,
      attempt: async () => ({ again: 'yes', value: 'given up', afterMs: 11_000 }),
    });

    expect(value).toBe('given up');
    expect(clock.sleeps).toEqual([]);
  });

  it('passes on what the attempt throws, a TypeError included', async () => {
    const run = retryWithin({
      clock: virtualClock(),
      random: { next: () => 0 },
      policy,
      attempt: async () => {
        throw new TypeError('broken');
      },
    });

    await expect(run).rejects.toThrow('broken');
  });
});
