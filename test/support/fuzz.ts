/**
 * Damage to answers, as plain data: which part of a text, and what becomes of it. Applied to
 * whatever valid answer comes along, so that fast-check can shrink it and print it.
 */
import { appendFileSync } from 'node:fs';
import fc from 'fast-check';
import { jsonPlaces } from './json-place.ts';

export type Damage =
  /** A value, a member or an element of the JSON; `at` from 0 to 1 picks it. */
  | { do: 'replace' | 'repeat'; at: number; by: string }
  | { do: 'remove'; at: number }
  | { do: 'nest'; at: number; deep: number }
  | { do: 'rename'; at: number; to: string }
  /** The text as such. */
  | { do: 'cut'; at: number }
  | { do: 'insert'; at: number; text: string }
  | { do: 'whole'; text: string }
  /** What stands around it. */
  | { do: 'status'; status: number; keepBody: boolean }
  | { do: 'header'; name: string; value: string | null }
  | { do: 'bare'; text: string };

export interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** How often a property is tried: modestly with all other tests, more with MLC_FUZZ_RUNS. */
export function fuzzRuns(modest: number): { numRuns: number } {
  const wanted = Number(process.env.MLC_FUZZ_RUNS ?? '');
  const numRuns = Number.isInteger(wanted) && wanted > 0 ? wanted : modest;
  // The campaign adds them up.
  const file = process.env.FUZZ_RUNS_FILE;
  if (file) appendFileSync(file, `${numRuns}\n`);
  return { numRuns };
}

export const page = '<!DOCTYPE html><html><head><title>Sign in</title></head></html>';

/** Values that nobody expects where they stand, as JSON writes them or nearly. */
export const oddValues = [
  ...['null', 'true', 'false', '""', '" "', '"x"', '[]', '{}', '[null]', '[[]]', '{"":{}}'],
  ...['0', '-1', '-0', '1e3', '1.50', '0.1', '1e400', '-1e-400', '9007199254740993'],
  ...['99999999999999999999999999', '"9999999999999999999"', '"007"', '"-5"', '"1e5"', '"NaN"'],
  ...['NaN', 'Infinity', 'undefined', "'x'", '"\\u0000"', '"\\ud800"', '"\\u202e"', '"１２"'],
  ...['"0001-01-01T00:00:00"', '"2026-02-31T00:00:00Z"', '"9999-12-31T23:59:59.9999999Z"'],
  ...['"Completed"', '"Cancelled"', '"__proto__"', `"${'x'.repeat(3_000)}"`],
];

const names = fc.constantFrom('id', 'items', 'next', 'results', 'records', '__proto__', 'x', '');
const at = fc.integer({ min: 0, max: 1_000 }).map((part) => part / 1_000);
const by = fc.constantFrom(...oddValues);

const ofStructure: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('replace' as const), at, by }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), at, by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename' as const), at, to: names }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('nest' as const),
      at,
      deep: fc.constantFrom(1, 3, 60, 20_000),
    }),
  },
);

/** What any reader must notice: the answer is not whole, or not an answer. */
export const broken: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ do: fc.constant('cut' as const), at: fc.constantFrom(0, 0.1, 0.5, 0.9, 0.99) }),
  fc.record({ do: fc.constant('bare' as const), text: fc.constantFrom('', page, '{"it') }),
  fc.record({ do: fc.constant('whole' as const), text: fc.constantFrom('', '  \n', page, '"') }),
  fc.record({
    do: fc.constant('status' as const),
    status: fc.constantFrom(500, 502, 503, 504, 524),
    keepBody: fc.boolean(),
  }),
);

const ofText: fc.Arbitrary<Damage> = fc.oneof(
  broken,
  fc.record({
    do: fc.constant('insert' as const),
    at,
    text: fc.constantFrom('\ufffd', '\0', '"', '}', ',', '\ufeff', '\u2028', '🦆'),
  }),
  fc.record({
    do: fc.constant('whole' as const),
    text: fc.constantFrom('null', '[]', '{}', '7', '"text"', '[[[', '{"items":null}', '\ufeff[]'),
  }),
);

const ofFrame: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({
    do: fc.constant('status' as const),
    status: fc.constantFrom(
      0,
      100,
      201,
      202,
      204,
      206,
      302,
      304,
      400,
      404,
      408,
      409,
      418,
      422,
      429,
    ),
    keepBody: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('header' as const),
    name: fc.constantFrom('total-pages', 'total-count', 'x-remaining-calls', 'content-type'),
    value: fc.constantFrom(null, '', '0', '1', '3', '30', '-1', '1.5', '99999', '9e9', 'many'),
  }),
  fc.record({
    do: fc.constant('header' as const),
    name: fc.constantFrom('x-retry-after', 'retry-after', 'date'),
    value: fc.constantFrom(
      '',
      '0',
      '5',
      '999999999',
      '-3',
      'soon',
      'Thu, 01 Jan 2099 00:00:00 GMT',
    ),
  }),
);

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  { weight: 5, arbitrary: ofStructure },
  { weight: 2, arbitrary: ofText },
  { weight: 2, arbitrary: ofFrame },
);

/** Damage that leaves it a JSON text more often than not. */
export const structuralDamage = ofStructure;

/**
 * What happens to the calls of one run, in turn and over again: several damages, or nothing.
 */
export function planOf(one: fc.Arbitrary<Damage>): fc.Arbitrary<Damage[][]> {
  return fc.array(fc.array(one, { maxLength: 2 }), { minLength: 1, maxLength: 5 });
}

export function damaged(answer: Answered, damages: readonly Damage[]): Answered {
  return damages.reduce(applied, answer);
}

function applied(answer: Answered, one: Damage): Answered {
  switch (one.do) {
    case 'status':
      return { ...answer, status: one.status, text: one.keepBody ? answer.text : '' };
    case 'header': {
      const { [one.name]: _, ...headers } = answer.headers;
      return {
        ...answer,
        headers: one.value === null ? headers : { ...headers, [one.name]: one.value },
      };
    }
    case 'bare':
      return { status: 200, headers: {}, text: one.text };
    case 'whole':
      return { ...answer, text: one.text };
    default:
      return { ...answer, text: damagedText(answer.text, one) };
  }
}

/** Damage of the text alone; other damage leaves it as it is. */
export function damagedText(text: string, one: Damage): string {
  if (one.do === 'whole' || one.do === 'bare') return one.text;
  if (one.do === 'cut') return text.slice(0, Math.floor(text.length * one.at));
  if (one.do === 'insert') {
    const place = Math.floor(text.length * one.at);
    return text.slice(0, place) + one.text + text.slice(place);
  }
  if (one.do === 'status' || one.do === 'header') return text;
  const places = jsonPlaces(text);
  const place = places[Math.min(places.length - 1, Math.floor(places.length * one.at))];
  if (place === undefined) return text;
  const value = text.slice(place.start, place.end);
  const put = (start: number, end: number, by: string) =>
    text.slice(0, start) + by + text.slice(end);
  switch (one.do) {
    case 'replace':
      return put(place.start, place.end, one.by);
    case 'nest':
      return put(place.start, place.end, '['.repeat(one.deep) + value + ']'.repeat(one.deep));
    case 'remove':
      return place.name === null
        ? put(place.start, place.end, '')
        : put(place.name.start, place.end, '"gone":null');
    case 'repeat': {
      const name = place.name === null ? '' : text.slice(place.name.start, place.start);
      return put(place.end, place.end, `,${name}${one.by}`);
    }
    case 'rename':
      return place.name === null
        ? text
        : put(place.name.start, place.name.end, JSON.stringify(one.to));
  }
}
