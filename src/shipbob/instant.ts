import { calendarDay, type Day } from '../core/schema.ts';

const clockShape = /(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?(Z|[+-]\d{2}:?\d{2})?/;
const shape = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ]${clockShape.source})?$`, 'i');

interface Parts {
  day: string;
  /** The wall time as written says midnight. */
  midnight: boolean;
  atMs: number;
}

/**
 * A ShipBob time in milliseconds UTC; digits past the millisecond (ShipBob sends seven) are cut
 * off. A time without a zone counts as UTC. Null when it is not a time, or is the year 1 that some
 * of ShipBob's services send for "none".
 */
export function instantMs(text: string): number | null {
  return read(text)?.atMs ?? null;
}

/**
 * The calendar day of a date that ShipBob sends as a midnight timestamp. The day is taken as
 * written, unless only the same moment in UTC is a midnight.
 */
export function calendarDayOf(text: string): Day | null {
  const parts = read(text);
  if (!parts) return null;
  if (!parts.midnight && parts.atMs % 86_400_000 === 0) {
    return calendarDay(new Date(parts.atMs).toISOString().slice(0, 10));
  }
  return calendarDay(parts.day);
}

function read(text: string): Parts | null {
  const match = shape.exec(text.trim());
  if (!match) return null;
  const [, year = '', month = '', date = '', hour = '00', minute = '00', second = '00'] = match;
  if (Number(year) < 1900) return null;
  const wall = `${year}-${month}-${date}T${hour}:${minute}:${second}`;
  const wallMs = Date.parse(`${wall}Z`);
  // Date.parse rolls 31 February over in some engines; what comes back must be what was written.
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString().slice(0, 19) !== wall) return null;
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return {
    day: `${year}-${month}-${date}`,
    midnight: wallMs % 86_400_000 === 0 && /^0*$/.test(match[7] ?? ''),
    atMs: wallMs + millisecond - offsetMs(match[8] ?? 'Z'),
  };
}

function offsetMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}
