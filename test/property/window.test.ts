import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/core/window.ts';
import { sweepWindows } from '../../src/core/window.ts';

const startMs = 1_800_000_000_000;

interface Run {
  /** Since the run before. */
  afterMs: number;
  /** How many windows it finishes before it is stopped; all when more than there are. */
  finishes: number;
}

const runs: fc.Arbitrary<Run[]> = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 1, max: 3 * 86_400_000 }),
    finishes: fc.integer({ min: 0, max: 6 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const settings = fc.record({
  overlapMs: fc.integer({ min: 0, max: 3_600_000 }),
  lagMs: fc.integer({ min: 0, max: 120_000 }),
  windowMsMax: fc.integer({ min: 60_000, max: 86_400_000 }),
});

/** Sweeps like the engine: the checkpoint moves to the end of each finished window, never back. */
function sweep(
  state: { runs: Run[]; nowMs: number } & { [K in 'overlapMs' | 'lagMs' | 'windowMsMax']: number },
) {
  const covered: Span[] = [];
  let checkpointMs: number | null = null;
  let { nowMs } = state;
  for (const run of state.runs) {
    nowMs += run.afterMs;
    const windows = sweepWindows({ ...state, checkpointMs, startFromMs: startMs, nowMs });
    for (const window of windows.slice(0, run.finishes)) {
      covered.push(window);
      checkpointMs = Math.max(checkpointMs ?? 0, window.toMs);
    }
  }
  return { covered, checkpointMs, nowMs };
}

/** The covered part as one span; null when there is a hole. */
function joined(spans: Span[]): Span | null {
  const sorted = [...spans].sort((a, b) => a.fromMs - b.fromMs);
  const first = sorted[0];
  if (first === undefined) return null;
  let toMs = first.toMs;
  for (const span of sorted) {
    if (span.fromMs > toMs) return null;
    toMs = Math.max(toMs, span.toMs);
  }
  return { fromMs: first.fromMs, toMs };
}

describe('sweeps', () => {
  it('cover every instant from the start to now − lag, however often they are cut short', () => {
    fc.assert(
      fc.property(runs, settings, (history, given) => {
        const whole = { afterMs: 1_000_000, finishes: Number.POSITIVE_INFINITY };
        // A backfill of more windows than one run takes needs several whole runs.
        const last = Array.from({ length: 20 }, () => whole);
        const { covered, nowMs } = sweep({ runs: [...history, ...last], nowMs: startMs, ...given });

        const span = joined(covered);

        expect(span).not.toBeNull();
        expect(span?.fromMs).toBeLessThanOrEqual(startMs);
        expect(span?.toMs).toBe(nowMs - given.lagMs);
      }),
      { numRuns: 500 },
    );
  });

  it('never move the checkpoint past what was covered', () => {
    fc.assert(
      fc.property(runs, settings, (history, given) => {
        const { covered, checkpointMs } = sweep({ runs: history, nowMs: startMs, ...given });

        expect(checkpointMs).toBe(joined(covered)?.toMs ?? null);
      }),
    );
  });

  it('read every instant from a checkpoint on, whatever number a damaged row holds', () => {
    const anyNumber = fc.oneof(
      fc.maxSafeInteger(),
      fc.constantFrom(-1, 0, 1, 8_640_000_000_000_001, Number.MAX_SAFE_INTEGER, 1e300, -1e300),
    );
    fc.assert(
      fc.property(anyNumber, settings, (checkpointMs, given) => {
        const state = { ...given, startFromMs: startMs, nowMs: startMs + 86_400_000 };

        const windows = sweepWindows({ ...state, checkpointMs });

        const toMs = state.nowMs - given.lagMs;
        const [first] = windows;
        const last = windows.at(-1);
        // Nothing is left to read only where the checkpoint is not behind and nothing overlaps.
        expect(first === undefined).toBe(checkpointMs >= toMs && given.overlapMs === 0);
        if (first === undefined || last === undefined) return;
        expect(first.fromMs).toBe(Math.max(0, Math.min(checkpointMs, toMs) - given.overlapMs));
        expect(last.toMs).toBeLessThanOrEqual(toMs);
        expect(new Date(first.fromMs).toISOString()).not.toBe('');
      }),
      { numRuns: 200 },
    );
  });

  it('get on with every finished window', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 400 }), (given, days) => {
        const nowMs = startMs + days * 86_400_000;
        const state = { ...given, startFromMs: startMs, nowMs };
        const [first] = sweepWindows({ ...state, checkpointMs: startMs });
        const [next] = sweepWindows({ ...state, checkpointMs: first?.toMs ?? null });

        expect(first?.toMs).toBeGreaterThan(startMs);
        const done = first?.toMs === nowMs - given.lagMs;
        if (!done) expect(next?.toMs).toBeGreaterThan(first?.toMs ?? 0);
      }),
    );
  });
});
