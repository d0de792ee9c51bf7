import { describe, expect, it } from 'vitest';
import {
  addDays,
  compactDay,
  dayFromCompact,
  dayFromText,
  dayOf,
  isTimeZone,
  startOfDay,
  timeOf,
} from '../../src/core/day.ts';
import { calendarDay } from '../../src/core/schema.ts';

describe('the start of a day', () => {
  it.each([
    ['2026-11-03', 'UTC', '2026-11-03T00:00:00Z'],
    ['2026-11-03', 'America/Chicago', '2026-11-03T06:00:00Z'],
    ['2026-11-03', 'Pacific/Kiritimati', '2026-11-02T10:00:00Z'],
    ['2026-11-03', 'Asia/Kathmandu', '2026-11-02T18:15:00Z'],
    // Clocks go back on this day, and forward on the next.
    ['2026-11-01', 'America/Chicago', '2026-11-01T05:00:00Z'],
    ['2026-03-08', 'America/Chicago', '2026-03-08T06:00:00Z'],
    // Midnight does not exist here on the day on which clocks go forward.
    ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
  ])('of %s in %s is %s', (text, zone, instant) => {
    const startMs = startOfDay(calendarDay(text), zone);

    expect(new Date(startMs).toISOString()).toBe(instant.replace('Z', '.000Z'));
    expect(dayOf(startMs, zone)).toBe(text);
    expect(dayOf(startMs - 1, zone)).toBe(addDays(calendarDay(text), -1));
  });
});

describe('day in a zone', () => {
  it('is the warehouse’s day, not that of UTC', () => {
    const atMs = Date.UTC(2026, 10, 3, 2, 30);

    expect(dayOf(atMs, 'America/Los_Angeles')).toBe('2026-11-02');
    expect(dayOf(atMs, 'Asia/Tokyo')).toBe('2026-11-03');
    expect(dayOf(atMs, 'UTC')).toBe('2026-11-03');
  });

  it('follows daylight saving on both of its days', () => {
    const zone = 'America/Chicago';
    const springMs = Date.UTC(2026, 2, 8, 8, 0);
    const autumnMs = Date.UTC(2026, 10, 1, 6, 30);

    expect(timeOf(springMs - 1, zone)).toBe('015959');
    expect(timeOf(springMs, zone)).toBe('030000');
    expect(timeOf(autumnMs, zone)).toBe('013000');
    expect(timeOf(autumnMs + 3_600_000, zone)).toBe('013000');
    expect(dayOf(Date.UTC(2026, 10, 2, 5, 59), zone)).toBe('2026-11-01');
    expect(dayOf(Date.UTC(2026, 10, 2, 6, 0), zone)).toBe('2026-11-02');
  });

  it('writes midnight as 000000', () => {
    expect(timeOf(Date.UTC(2026, 5, 1, 0, 0, 0), 'UTC')).toBe('000000');
    expect(timeOf(Date.UTC(2026, 5, 1, 4, 0, 0), 'America/New_York')).toBe('000000');
  });

  it('knows which zones there are', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Pacific Standard Time')]).toEqual([
      true,
      false,
    ]);
    expect(() => dayOf(0, 'Nowhere/Else')).toThrow(RangeError);
  });
});

describe('day as text', () => {
  it('is converted to and from Infor’s form', () => {
    expect(compactDay(calendarDay('2026-11-03'))).toBe('20261103');
    expect(dayFromCompact('20261103')).toBe('2026-11-03');
    for (const none of ['', '0', '20261301', '20260230', '2026-11-03']) {
      expect(dayFromCompact(none)).toBeNull();
    }
  });

  it('must exist', () => {
    expect(dayFromText('2028-02-29')).toBe('2028-02-29');
    expect(dayFromText('2026-02-29')).toBeNull();
    expect(dayFromText('3 November')).toBeNull();
  });

  it('steps over months and years', () => {
    expect(addDays(calendarDay('2026-12-31'), 1)).toBe('2027-01-01');
    expect(addDays(calendarDay('2026-03-01'), -1)).toBe('2026-02-28');
  });
});
