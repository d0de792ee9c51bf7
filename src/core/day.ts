/**
 * Calendar days and clock times of an instant in a warehouse's own time zone. The zone rules are
 * those of the runtime's Intl data, so daylight saving is right without a table of ours.
 */
import { assert } from './problem.ts';
import type { Day } from './schema.ts';
import { calendarDay } from './schema.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** True when Intl knows the IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The calendar day of an instant in an IANA zone. Throws RangeError for an unknown zone. */
export function dayOf(atMs: number, timeZone: string): Day {
  const parts = partsOf(atMs, timeZone);
  return calendarDay(`${parts.year}-${parts.month}-${parts.day}`);
}

/** `HHmmss` of an instant in an IANA zone. Throws RangeError for an unknown zone. */
export function timeOf(atMs: number, timeZone: string): string {
  const parts = partsOf(atMs, timeZone);
  return `${parts.hour}${parts.minute}${parts.second}`;
}

/** `2026-11-03` as `20261103`. */
export function compactDay(day: Day): string {
  return day.replaceAll('-', '');
}

/** `20261103` as a day; null when it is none, which Infor also writes as blank or `0`. */
export function dayFromCompact(text: string): Day | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim());
  if (match === null) return null;
  const [, year = '', month = '', day = ''] = match;
  return dayFromText(`${year}-${month}-${day}`);
}

/** `yyyy-mm-dd` as a day; null when it is none or names a day that does not exist. */
export function dayFromText(text: string): Day | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== text) return null;
  return calendarDay(text);
}

/** Days are compared as text: `yyyy-mm-dd` sorts like the calendar. */
export function laterDay(left: Day, right: Day): Day {
  return left >= right ? left : right;
}

/** The day `count` days after (or before, when negative). */
export function addDays(day: Day, count: number): Day {
  const atMs = Date.parse(`${day}T00:00:00Z`) + count * 86_400_000;
  return calendarDay(new Date(atMs).toISOString().slice(0, 10));
}

/** The first moment of a day in an IANA zone: midnight, or later where a clock skips it. */
export function startOfDay(day: Day, timeZone: string): number {
  const aroundMs = Date.parse(`${day}T00:00:00Z`);
  // Zones lie between −12 and +14 hours, in steps of a quarter of an hour.
  for (let quarter = -60; quarter <= 60; quarter += 1) {
    const atMs = aroundMs + quarter * 900_000;
    if (dayOf(atMs, timeZone) === day) return atMs;
  }
  // A day that the zone skipped whole, as Samoa did once.
  return aroundMs;
}

interface Parts {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
}

function partsOf(atMs: number, timeZone: string): Parts {
  assert(Number.isSafeInteger(Math.trunc(atMs)), 'an instant is a number of milliseconds');
  const found: Record<string, string> = {};
  for (const part of formatOf(timeZone).formatToParts(atMs)) found[part.type] = part.value;
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = found;
  return { year: year.padStart(4, '0'), month, day, hour, minute, second };
}

/** Building a format costs far more than using it; a run uses a handful of zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    // `h23` and not `hour12: false`, which writes midnight as 24.
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
}
