import type { ShipbobModes } from './model.ts';

/**
 * A query string as ShipBob reads it: names in any case, list filters only with literal commas and
 * colons (section 4). What is wrong is collected as the map of messages that a 400 carries.
 */
export class Query {
  readonly problems: Record<string, string[]> = {};
  /** The text as it came. */
  readonly source: string;
  readonly #raw = new Map<string, string[]>();
  readonly #modes: ShipbobModes;

  constructor(text: string, modes: ShipbobModes) {
    this.#modes = modes;
    this.source = text;
    for (const part of text.split('&')) {
      if (part === '') continue;
      const mark = part.indexOf('=');
      const name = decode(mark < 0 ? part : part.slice(0, mark)).toLowerCase();
      const values = this.#raw.get(name) ?? [];
      values.push(mark < 0 ? '' : part.slice(mark + 1));
      this.#raw.set(name, values);
    }
  }

  has(name: string): boolean {
    return this.#raw.has(name.toLowerCase());
  }

  text(name: string): string | null {
    const raw = this.#raw.get(name.toLowerCase())?.[0];
    return raw === undefined || raw === '' ? null : decode(raw);
  }

  /** A parameter that is repeated instead of separated by commas. */
  repeated(name: string): string[] {
    return (this.#raw.get(name.toLowerCase()) ?? []).map(decode);
  }

  integer(name: string, range: { min: number; max: number; preset: number }): number {
    const text = this.text(name);
    if (text === null) return range.preset;
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) return this.#refuse(name, `The value '${text}' is not valid.`, 0);
    if (value >= range.min && value <= range.max) return value;
    const message = `The field ${name} must be between ${range.min} and ${range.max}.`;
    return this.#refuse(name, message, range.preset);
  }

  /** Milliseconds; a time without a zone is read as UTC. */
  time(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
    const value = Date.parse(zoned);
    if (!Number.isNaN(value)) return value;
    return this.#refuse(name, `The value '${text}' is not valid.`, null);
  }

  flag(name: string): boolean | null {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return null;
    if (text === 'true' || text === 'false') return text === 'true';
    return this.#refuse(name, `The value '${text}' is not valid for ${name}.`, null);
  }

  /** The entries of a list filter; null where it is missing or was not understood. */
  list(name: string): string[] | null {
    const raw = this.#raw.get(name.toLowerCase())?.[0];
    if (raw === undefined || raw === '') return null;
    if (/%2c|%3a/i.test(raw)) {
      if (this.#modes.encodedLists === 'ignored') return null;
      return this.#refuse(name, `The value '${raw}' is not valid.`, null);
    }
    return raw.split(',').map(decode);
  }

  numbers(name: string): Set<number> | null {
    const entries = this.list(name);
    if (!entries) return null;
    const bad = entries.find((entry) => !/^\d+$/.test(entry.trim()));
    if (bad === undefined) return new Set(entries.map(Number));
    return this.#refuse(name, `The value '${bad}' is not valid.`, null);
  }

  refused(): boolean {
    return Object.keys(this.problems).length > 0;
  }

  /** The query again, with one parameter set: for links to the next page. */
  with(name: string, value: string): string {
    const parts = [...this.#raw].flatMap(([known, values]) =>
      known === name.toLowerCase() ? [] : values.map((raw) => `${known}=${raw}`),
    );
    return [...parts, `${name}=${value}`].join('&');
  }

  /** The query without that parameter, to tell whether another asks for the same list. */
  without(name: string): string {
    return [...this.#raw]
      .flatMap(([known, values]) => (known === name.toLowerCase() ? [] : [known, ...values]))
      .join('&');
  }

  #refuse<T>(name: string, message: string, value: T): T {
    this.problems[name] = [message];
    return value;
  }
}

/** A bound on time, inclusive or not as the mode says. Null bounds nothing. */
export function withinWindow(
  atMs: number | null,
  window: { startMs: number | null; endMs: number | null },
  modes: ShipbobModes,
): boolean {
  const { startMs, endMs } = window;
  if (startMs === null && endMs === null) return true;
  if (atMs === null) return false;
  if (modes.dateBounds === 'inclusive') {
    return (startMs === null || atMs >= startMs) && (endMs === null || atMs <= endMs);
  }
  return (startMs === null || atMs > startMs) && (endMs === null || atMs < endMs);
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch {
    return raw;
  }
}
