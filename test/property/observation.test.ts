import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeObservation, type SeenRecord } from '../../src/core/observation.ts';
import { aReceiving } from '../support/builders.ts';
import { fuzzRuns } from '../support/fuzz.ts';

/** A receiving order whose shelf only grows, as requests saw it; its own clock goes by seconds. */
const history = fc
  .array(fc.record({ afterMs: fc.nat(3_000), growth: fc.nat(5) }), { minLength: 2, maxLength: 7 })
  .map((steps) => {
    let atMs = 1_800_000_000_000;
    let stowed = 0;
    return steps.map(({ afterMs, growth }): SeenRecord => {
      atMs += afterMs;
      stowed += growth;
      const updatedAtMs = Math.floor(atMs / 1_000) * 1_000;
      const record = aReceiving().stowed('COFFEE', String(stowed)).having({ updatedAtMs }).build();
      return { record, startedAtMs: atMs };
    });
  });

/** What is stored in the end, when they come in this order and a regression is not believed. */
function stored(seen: readonly SeenRecord[]): SeenRecord | undefined {
  const [first, ...later] = seen;
  return later.reduce<SeenRecord | undefined>(
    (now, one) => (now && judgeObservation(now, one).verdict !== 'newer' ? now : one),
    first,
  );
}

function stowedIn(seen: SeenRecord | undefined): string | null {
  return seen?.record.kind === 'receiving' ? (seen.record.lines[0]?.stowed ?? null) : null;
}

describe('observations of one record', () => {
  it('end in the newest one, in whatever order they come', () => {
    const shuffled = history.chain((seen) =>
      fc.tuple(
        fc.constant(seen),
        fc.shuffledSubarray(seen, { minLength: seen.length, maxLength: seen.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([seen, came]) => {
        expect(stowedIn(stored(came))).toBe(stowedIn(seen.at(-1)));
      }),
      fuzzRuns(1_000),
    );
  });

  it('change nothing when they come again', () => {
    fc.assert(
      fc.property(history, (seen) => {
        const last = stored(seen);

        expect(stored([...seen, ...seen])).toEqual(last);
      }),
      fuzzRuns(500),
    );
  });
});
