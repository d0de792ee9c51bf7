import { describe, expect, it } from 'vitest';
import type { CommandHealth, ScheduleHealth } from '../../src/app/schedule.ts';
import { serviceHealthOf } from '../../src/app/service-health.ts';
import { Problem } from '../../src/core/problem.ts';

const nowMs = Date.parse('2026-11-23T08:00:00Z');
const minuteMs = 60_000;

function health(changes: Partial<ScheduleHealth> = {}): ScheduleHealth {
  return {
    startedAtMs: nowMs - 60 * minuteMs,
    beatAtMs: nowMs - 10_000,
    running: null,
    lastRun: {
      what: 'sync all',
      startedAtMs: nowMs - 5 * minuteMs,
      endedAtMs: nowMs - 4 * minuteMs,
      exitCode: 0,
      problem: null,
    },
    lastDoneAtMs: nowMs - 4 * minuteMs,
    commands: [],
    nextRunAtMs: nowMs + 6 * minuteMs,
    ...changes,
  };
}

function failed(exitCode: number, failuresInARow: number): Partial<ScheduleHealth> {
  const problem = new Problem({
    code: exitCode === 5 ? 'INFOR_LOGIN_REFUSED' : 'SHIPBOB_UNAVAILABLE',
    kind: exitCode === 5 ? 'credentials' : 'retryable',
    message: 'it failed',
    hint: 'Look.',
  });
  const run = { what: 'sync all', startedAtMs: nowMs, endedAtMs: nowMs, exitCode, problem };
  return { commands: [command({ lastRun: run, failuresInARow })] };
}

function command(changes: Partial<CommandHealth>): CommandHealth {
  return {
    what: 'sync all',
    lastRun: null,
    lastDoneAtMs: null,
    failuresInARow: 0,
    leftOutInARow: 0,
    ...changes,
  };
}

const judge = (changes: Partial<ScheduleHealth>) =>
  serviceHealthOf(health(changes), { nowMs, receiver: null });

describe('a process that stays up', () => {
  it('is alive and ready when its loop turns and its runs end well', () => {
    const found = serviceHealthOf(health(), {
      nowMs,
      receiver: { url: 'http://127.0.0.1:8787/shipbob', waiting: 3 },
    });

    expect(found).toMatchObject({ alive: 'yes', ready: 'yes', reasons: [] });
    expect(found.details).toMatchObject({
      lastRun: { what: 'sync all', endedAt: '2026-11-23T07:56:00.000Z', exitCode: 0 },
      nextRunAt: '2026-11-23T08:06:00.000Z',
      receiver: { waiting: 3 },
    });
  });

  it('hangs when its resting loop has not turned for minutes', () => {
    const found = judge({ beatAtMs: nowMs - 3 * minuteMs });

    expect(found).toMatchObject({ alive: 'no', ready: 'no' });
    expect(found.reasons).toEqual(['nothing has moved for 180 s']);
  });

  it.each([
    [10, 'yes'],
    [31, 'no'],
  ])('whose run has shown no sign for %d minutes: alive %s', (minutes, alive) => {
    const running = { what: 'sync all', sinceMs: nowMs - 60 * minuteMs };

    expect(judge({ running, beatAtMs: nowMs - minutes * minuteMs }).alive).toBe(alive);
  });

  it('is not ready as soon as a person is needed', () => {
    expect(judge(failed(5, 1))).toMatchObject({
      alive: 'yes',
      ready: 'no',
      reasons: ['sync all failed: INFOR_LOGIN_REFUSED'],
    });
  });

  it.each([
    [1, 'yes'],
    [3, 'no'],
  ])('after an upstream was away for %d runs is ready: %s', (count, ready) => {
    expect(judge(failed(4, count)).ready).toBe(ready);
  });

  it('is not ready after a mistake of ours, which the next run meets again', () => {
    expect(judge(failed(1, 1)).ready).toBe('no');
  });

  it('is not ready while polling fails, however well deliveries are followed', () => {
    const hints = command({ what: 'hints', lastDoneAtMs: nowMs });

    const found = judge({ commands: [...(failed(4, 3).commands ?? []), hints] });

    expect(found.reasons).toEqual(['sync all failed 3 times in a row: SHIPBOB_UNAVAILABLE']);
  });

  it.each([
    [2, 'yes'],
    [3, 'no'],
  ])('whose run gave way to another process %d times in a row is ready: %s', (times, ready) => {
    const lastDoneAtMs = nowMs - 40 * minuteMs;

    const found = judge({ commands: [command({ leftOutInARow: times, lastDoneAtMs })] });

    expect(found).toMatchObject({ alive: 'yes', ready });
    if (ready === 'no') expect(found.reasons[0]).toContain('last done 2026-11-23T07:20:00.000Z');
  });

  it('is ready while documents only wait for their time', () => {
    const lastRun = {
      what: 'sync all',
      startedAtMs: nowMs,
      endedAtMs: nowMs,
      exitCode: 4,
      problem: null,
    };

    expect(judge({ lastRun }).ready).toBe('yes');
  });
});
