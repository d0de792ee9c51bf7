/**
 * The kinds of value a setting can have. Every scalar arrives as text (config-file.ts keeps the
 * source of numbers, so that warehouse 001 stays 001, and the environment has only text), and every
 * kind says in its error what is allowed.
 */
import { validate } from 'node-cron';
import { z } from 'zod';
import { calendarDay, type Day } from '../core/schema.ts';
import { parseDuration } from './config-duration.ts';
import { nearest } from './config-suggestion.ts';

// A configuration is read once: making a program for it takes longer than reading it without.
z.config({ jitless: true });

/** A span of time, in milliseconds once parsed. */
export function duration() {
  return z
    .string(expected('a duration with its unit, such as 250ms, 90s, 15m, 24h or 30d'))
    .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, {
      error: 'a duration with its unit, such as 250ms, 90s, 15m, 24h or 30d',
    })
    .transform((text) => parseDuration(text) ?? Number.NaN);
}

/** A whole number within bounds, both included. */
export function whole(bounds: { minimum: number; maximum: number }) {
  const allowed = `a whole number from ${bounds.minimum} to ${bounds.maximum}`;
  return z
    .string(expected(allowed))
    .regex(/^\d{1,15}$/, { error: allowed })
    .refine((text) => Number(text) >= bounds.minimum && Number(text) <= bounds.maximum, {
      error: allowed,
    })
    .meta({ type: ['integer', 'string'], ...bounds })
    .transform(Number);
}

/** A share of a whole, written `0.5` or `50%`; a number from 0 to 1 once parsed. */
export function share() {
  const allowed = 'a share from 0 to 1, such as 0.5, or 0% to 100%, such as 50%';
  return z
    .string(expected(allowed))
    .regex(/^(0(\.\d+)?|1(\.0+)?|\d{1,2}(\.\d+)?%|100%)$/, { error: allowed })
    .meta({ type: ['number', 'string'], minimum: 0, maximum: 1 })
    .transform((text) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text)));
}

export function onOff() {
  return z
    .enum(['true', 'false'], { error: 'true or false' })
    .meta({ type: ['boolean', 'string'], enum: [true, false] })
    .transform((text) => text === 'true');
}

/**
 * A code of the other side: upper-case letters, digits and a few marks, at most `lengthMax` long.
 * Codes are stored in upper case there (reference: infor §2.4), so a lower-case one is a slip.
 */
export function code(lengthMax: number, what: string) {
  const allowed = `${what} of 1 to ${lengthMax} characters, upper case, no spaces around it`;
  return z
    .string(expected(allowed))
    .regex(new RegExp(`^(?! )[^a-z\\p{C}]{1,${lengthMax}}(?<! )$`, 'u'), { error: allowed })
    .meta({ type: ['string', 'number'] });
}

/** As `code`, or empty to leave the choice to the other side. */
export function codeOrEmpty(lengthMax: number, what: string) {
  const allowed = `${what} of at most ${lengthMax} characters, upper case, or '' for none`;
  return z
    .string(expected(allowed))
    .regex(new RegExp(`^((?! )[^a-z\\p{C}]{1,${lengthMax}}(?<! ))?$`, 'u'), { error: allowed })
    .meta({ type: ['string', 'number'] });
}

/** Free text for people, one line. */
export function words(lengthMax: number) {
  const allowed = `one line of text, 1 to ${lengthMax} characters`;
  return z
    .string(expected(allowed))
    .regex(new RegExp(`^[^\\p{Cc}]{1,${lengthMax}}$`, 'u'), { error: allowed })
    .meta({ type: ['string', 'number'] });
}

/** A ShipBob id: digits, kept as text. */
export function identifier(what: string) {
  const allowed = `${what}: digits only`;
  return z
    .string(expected(allowed))
    .regex(/^\d{1,19}$/, { error: allowed })
    .meta({ type: ['integer', 'string'] });
}

/** A moment with its zone, in milliseconds since 1970 UTC once parsed. */
export function moment() {
  const allowed = 'a date and time with its zone, such as 2026-11-01T00:00:00Z or …T00:00:00-05:00';
  return z
    .string(expected(allowed))
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/, {
      error: allowed,
    })
    .refine((text) => !Number.isNaN(Date.parse(text)) && isRealDay(text.slice(0, 10)), {
      error: `${allowed}; this day does not exist`,
    })
    .transform((text) => Date.parse(text));
}

export function dayOfYear() {
  const allowed = 'a calendar day that exists, written yyyy-mm-dd';
  return z
    .string(expected(allowed))
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: allowed })
    .refine(isRealDay, { error: allowed })
    .transform((text): Day => calendarDay(text));
}

function isRealDay(text: string): boolean {
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().slice(0, 10) === text;
}

/** When something runs: minute, hour, day, month, weekday. */
export function cronExpression() {
  const allowed = "five cron fields, such as '*/10 * * * *' for every ten minutes";
  return z
    .string(expected(allowed))
    .refine((text) => text.trim().split(/\s+/).length === 5 && validate(text), {
      error: allowed,
    });
}

/** An IANA time zone that this machine's ICU data knows. */
export function timeZone() {
  return z
    .string(expected('an IANA time zone name such as America/Los_Angeles'))
    .refine(isTimeZone, {
      error: (issue) => {
        const near = nearest(String(issue.input), Intl.supportedValuesOf('timeZone'));
        const proposal = near === null ? '' : `; did you mean ${near}?`;
        return `an IANA time zone name such as America/Los_Angeles, not a Windows name${proposal}`;
      },
    });
}

let listedZones: ReadonlySet<string> | null = null;

export function isTimeZone(name: string): boolean {
  // The list is short; to format a date loads so much that a short command takes a tenth longer.
  listedZones ??= new Set(Intl.supportedValuesOf('timeZone'));
  if (listedZones.has(name)) return true;
  // Other names of a zone, UTC among them, are not listed.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** The root of an API. Plain http only to this machine, since every request carries a token. */
export function baseUrl() {
  const allowed = 'an https:// address (http:// only to this machine), without query or user';
  return z
    .string(expected(allowed))
    .refine(isSafeUrl, { error: allowed })
    .transform((text) => text.replace(/\/+$/, ''));
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return false;
  }
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && local);
}

/** An exact decimal above zero, as canonical text once parsed. */
export function decimalAboveZero(what: string) {
  const allowed = `${what} above zero, such as 25000 or 99.50`;
  return z
    .string(expected(allowed))
    .regex(/^(0|[1-9]\d{0,14})(\.\d{1,6})?$/, { error: allowed })
    .refine((text) => /[1-9]/.test(text), { error: allowed })
    .meta({ type: ['number', 'string'], exclusiveMinimum: 0 })
    .transform(withoutTrailingZeros);
}

/** `12.50` → `12.5`, `3.0` → `3`: the one canonical text of a decimal. */
export function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** One value or a list of them; always a list once parsed. */
export function oneOrMany<Output>(value: z.ZodType<Output, string>, what: string) {
  return z
    .union([value, z.array(value).min(1, { error: `at least one ${what}` })], {
      error: `${what}, or a list of them`,
    })
    .transform((given): Output[] => (Array.isArray(given) ? given : [given]));
}

/**
 * A map of settings in which an unknown name is an error that proposes the nearest known one: a
 * misspelt setting must never fall silently back to its default.
 */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return `one of: ${known.join(', ')}`;
      if (issue.code === 'invalid_type') return `a map with the settings ${known.join(', ')}`;
      return undefined;
    },
  });
}

/** A list; `what` names its entries in the plural. */
export function list<Entry extends z.ZodType>(entry: Entry, what: string) {
  return z.array(entry, expected(`a list of ${what}`));
}

/** A map from names to values of one kind. */
export function table<Value extends z.ZodType>(
  name: z.ZodType<string, string>,
  value: Value,
  what: string,
) {
  return z.record(name, value, {
    error: (issue) => (issue.code === 'invalid_type' ? `a map of ${what}` : undefined),
  });
}

/** One word out of a few. */
export function choice<const Words extends readonly [string, ...string[]]>(options: Words) {
  return z.enum(options, { error: `one of: ${options.join(', ')}` });
}

function expected(allowed: string): { error: string } {
  return { error: allowed };
}
