/** What every part of a comparison of the books goes by: the period, the moment, the settings. */
import { dayOf } from './day.ts';
import type { RecordKey } from './glossary.ts';
import type { ReconciliationPeriod } from './reconciliation.ts';
import type { Day } from './schema.ts';
import type { Settings } from './settings.ts';

export interface ReconcileFrame {
  period: ReconciliationPeriod;
  asOfMs: number;
  settings: Settings;
  /** Infor's reason code for stock issues whose rule names none. */
  reasonDefault: string;
  /** Other settings that mappings of people made at some time in this span, the newest first. */
  earlierSettings: (span: { fromMs: number; toMs: number }) => Settings[];
}

export type DayPlace = 'before' | 'in' | 'after';

export function placeOfDay(day: Day, { from, to }: ReconciliationPeriod): DayPlace {
  if (day < from) return 'before';
  return day > to ? 'after' : 'in';
}

export function placeOfMoment(atMs: number, period: ReconciliationPeriod): DayPlace {
  if (atMs < period.fromMs) return 'before';
  return atMs >= period.toMs ? 'after' : 'in';
}

/** The calendar day of a moment, where the period's days are. */
export function dayIn(period: ReconciliationPeriod, atMs: number): Day {
  return dayOf(atMs, period.timeZone);
}

/** First and last moment (exclusive) of calendar days in a zone, daylight saving included. */
export function periodOf(days: { from: Day; to: Day; timeZone: string }): ReconciliationPeriod {
  const { from, to, timeZone } = days;
  return { from, to, timeZone, fromMs: startOf(from, timeZone), toMs: endOf(to, timeZone) };
}

const dayMs = 86_400_000;
const quarterMs = 900_000;

/** Zones are at most a day away from UTC, and shift by whole quarters of an hour. */
function startOf(day: Day, timeZone: string): number {
  let atMs = Date.parse(`${day}T00:00:00Z`) - dayMs;
  while (dayOf(atMs, timeZone) < day) atMs += quarterMs;
  return atMs;
}

function endOf(day: Day, timeZone: string): number {
  let atMs = startOf(day, timeZone) + 20 * 3_600_000;
  while (dayOf(atMs, timeZone) <= day) atMs += quarterMs;
  return atMs;
}

export function recordName({ kind, id }: RecordKey): string {
  switch (kind) {
    case 'order':
      return `order ${id}`;
    case 'receiving':
      return `receiving order ${id}`;
    default:
      return `charge ${id}`;
  }
}
