import { describe, expect, it } from 'vitest';
import { createCronSource, nextRunAtMs } from '../../src/runtime/cron.ts';

const at = Date.parse;

function next(expression: string, timeZone: string, now: string): string | null {
  const atMs = nextRunAtMs({ expression, timeZone }, at(now));
  return atMs === null ? null : new Date(atMs).toISOString();
}

describe('the next run', () => {
  it.each([
    ['*/10 * * * *', 'UTC', '2026-11-23T18:00:00Z', '2026-11-23T18:10:00.000Z'],
    ['*/10 * * * *', 'UTC', '2026-11-23T17:59:59.999Z', '2026-11-23T18:00:00.000Z'],
    ['0 3 * * *', 'America/Los_Angeles', '2026-11-23T18:00:00Z', '2026-11-24T11:00:00.000Z'],
    // The night in which clocks go from 1:59 to 3:00 has no half past two.
    ['30 2 * * 0', 'America/New_York', '2027-03-13T12:00:00Z', '2027-03-21T06:30:00.000Z'],
    ['0 0 * * *', 'Asia/Kathmandu', '2026-11-23T18:00:00Z', '2026-11-23T18:15:00.000Z'],
    ['15 6 1 1 *', 'UTC', '2026-11-23T18:00:00Z', '2027-01-01T06:15:00.000Z'],
    ['0 7 * * 1-5', 'Europe/Berlin', '2026-11-27T12:00:00Z', '2026-11-30T06:00:00.000Z'],
  ])('of %s in %s after %s is %s', (expression, zone, now, expected) => {
    expect(next(expression, zone, now)).toBe(expected);
  });

  it('is none within two years when there is none', () => {
    expect(next('0 0 29 2 *', 'UTC', '2028-03-01T00:00:00Z')).toBeNull();
  });
});

describe('a clock that is shifted', () => {
  it('shifts the runs that are shown, since they are called at the real time', () => {
    const shiftMs = 90_000;
    const clock = { now: () => Date.now() + shiftMs };
    const entry = { expression: '* * * * *', timeZone: 'UTC' };

    const nextMs = createCronSource(clock).nextAtMs(entry, clock.now()) ?? 0;

    expect(Math.round(nextMs - shiftMs) % 60_000).toBeLessThan(100);
  });
});

describe('a task', () => {
  it('can be stopped, and leaves no timer that would keep the process', () => {
    const source = createCronSource({ now: () => Date.now() });
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

    const task = source.start(
      { expression: '* * * * *', timeZone: 'UTC' },
      { due() {}, missed() {} },
    );
    const during = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    task.stop();

    expect(during).toBe(before + 1);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBe(
      before,
    );
  });
});
