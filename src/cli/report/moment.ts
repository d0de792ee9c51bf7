/**
 * Moments on the clock of the period's time zone: whether something fell before the end of the month
 * can be seen on no other.
 */
import { dayOf, timeOf } from '../../core/day.ts';

/** `2026-11-30 22:41`. */
export function clockText(atMs: number, timeZone: string): string {
  const time = timeOf(atMs, timeZone);
  return `${dayOf(atMs, timeZone)} ${time.slice(0, 2)}:${time.slice(2, 4)}`;
}

/** `2026-11-30T22:41:07-06:00`: exact, and still to be read without a table of zones. */
export function isoText(atMs: number, timeZone: string): string {
  const offsetMinutes = Math.round((wallMs(atMs, timeZone) - wholeSecond(atMs)) / 60_000);
  const sign = offsetMinutes < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, '0');
  const wall = new Date(wallMs(atMs, timeZone)).toISOString().slice(0, 19);
  return `${wall}${sign}${hours}:${minutes}`;
}

/** The zone's clock read as if it were UTC: what a spreadsheet, which knows no zones, must hold. */
export function wallMs(atMs: number, timeZone: string): number {
  const time = timeOf(atMs, timeZone);
  const clock = `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}`;
  return Date.parse(`${dayOf(atMs, timeZone)}T${clock}Z`);
}

function wholeSecond(atMs: number): number {
  return Math.floor(atMs / 1000) * 1000;
}

/** Whole days from a moment to another. */
export function daysBetween(fromMs: number, toMs: number): number {
  return Math.max(0, Math.floor((toMs - fromMs) / 86_400_000));
}
