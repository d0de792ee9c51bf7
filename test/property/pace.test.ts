import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BulkBounds,
  type BulkSize,
  type Flow,
  type FlowAnswer,
  firstBulk,
  firstFlow,
  flowNow,
  nextBulk,
  nextFlow,
  type PaceAnswer,
  rememberedBulk,
  shareSizeMax,
} from '../../src/core/pace.ts';

const bounds = fc.record({
  sizeMax: fc.integer({ min: 1, max: 100 }),
  targetMs: fc.integer({ min: 1_000, max: 60_000 }),
});
const anyAnswer: fc.Arbitrary<PaceAnswer> = fc.record({
  calls: fc.integer({ min: 0, max: 120 }),
  durationMs: fc.integer({ min: 0, max: 120_000 }),
  outcome: fc.constantFrom('answered', 'locked', 'silent'),
});

/** A server on which every request costs `baseMs` and each call in it `callMs`. */
function run(
  server: { baseMs: number; callMs: number },
  given: { limits: BulkBounds; from?: BulkSize; requests: number },
): BulkSize[] {
  const sizes: BulkSize[] = [];
  let bulk = given.from ?? firstBulk(given.limits);
  for (let sent = 0; sent < given.requests; sent += 1) {
    const calls = bulk.size;
    const durationMs = server.baseMs + server.callMs * calls;
    bulk = nextBulk(bulk, { calls, durationMs, outcome: 'answered' }, given.limits);
    sizes.push(bulk);
  }
  return sizes;
}

describe('the size of a request', () => {
  it('never leaves its bounds, whatever the answers', () => {
    fc.assert(
      fc.property(bounds, fc.array(anyAnswer, { maxLength: 60 }), (limits, answers) => {
        let bulk = firstBulk(limits);
        for (const answer of answers) {
          bulk = nextBulk(bulk, answer, limits);
          expect(bulk.size).toBeGreaterThanOrEqual(1);
          expect(bulk.size).toBeLessThanOrEqual(limits.sizeMax);
          expect(Number.isInteger(bulk.size)).toBe(true);
        }
      }),
    );
  });

  it('comes to the largest that fits the target, from wherever it starts', () => {
    fc.assert(
      fc.property(
        bounds,
        fc.double({ min: 5, max: 5_000, noNaN: true }),
        fc.integer({ min: 1, max: 100 }),
        (limits, callMs, start) => {
          const from = rememberedBulk(start, limits);
          const last = run({ baseMs: 0, callMs }, { limits, from, requests: 60 }).at(-1)?.size;
          const largest = Math.min(limits.sizeMax, Math.max(1, limits.targetMs / callMs));

          expect(last).toBeLessThanOrEqual(Math.max(1, Math.floor(largest + 1e-6)));
          // The mean of the last answers may stand a hair above the truth.
          expect(last).toBeGreaterThanOrEqual(Math.floor(largest * 0.99 - 1e-6));
        },
      ),
    );
  });

  it('stays within the target where a request has a cost of its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), (baseMs) => {
        const limits = { sizeMax: 100, targetMs: 10_000 };
        const server = { baseMs, callMs: 120 };
        const sizes = run(server, { limits, requests: 80 }).slice(60);
        const fitting = Math.floor((limits.targetMs - baseMs) / server.callMs);

        for (const { size } of sizes) {
          expect(size).toBeGreaterThanOrEqual(fitting - 2);
          expect(size).toBeLessThanOrEqual(fitting + 1);
        }
      }),
    );
  });

  it('does not swing on a server whose speed only varies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.7, max: 1.3, noNaN: true }), {
          minLength: 60,
          maxLength: 60,
        }),
        (speeds) => {
          const limits = { sizeMax: 100, targetMs: 10_000 };
          let bulk = firstBulk(limits);
          const sizes = speeds.map((speed) => {
            const durationMs = 200 * bulk.size * speed;
            bulk = nextBulk(bulk, { calls: bulk.size, durationMs, outcome: 'answered' }, limits);
            return bulk.size;
          });

          for (const size of sizes.slice(10)) {
            expect(size).toBeGreaterThanOrEqual(33);
            expect(size).toBeLessThanOrEqual(71);
          }
        },
      ),
    );
  });

  it('is halved by an answer that never came, and comes back after the burst', () => {
    const limits = { sizeMax: 100, targetMs: 10_000 };
    let bulk =
      run({ baseMs: 0, callMs: 120 }, { limits, requests: 40 }).at(-1) ?? firstBulk(limits);
    const before = bulk.size;

    for (let silent = 0; silent < 3; silent += 1) {
      const calls = bulk.size;
      bulk = nextBulk(bulk, { calls, durationMs: 60_000, outcome: 'silent' }, limits);
      expect(bulk.size).toBe(Math.floor(calls / 2));
    }
    const after = run({ baseMs: 0, callMs: 120 }, { limits, from: bulk, requests: 40 });

    expect(after.at(-1)?.size).toBeGreaterThanOrEqual(before - 1);
  });

  it('learns little from a request with little in it', () => {
    const limits = { sizeMax: 100, targetMs: 10_000 };
    const known: BulkSize = { size: 80, callMs: 120 };

    expect(nextBulk(known, { calls: 1, durationMs: 900, outcome: 'answered' }, limits)).toBe(known);
    expect(nextBulk(known, { calls: 1, durationMs: 60_000, outcome: 'silent' }, limits)).toBe(
      known,
    );
    expect(
      nextBulk(known, { calls: 1, durationMs: 11_000, outcome: 'answered' }, limits).size,
    ).toBe(40);
  });
});

describe('calls before idle jobs', () => {
  const known: BulkSize = { size: 80, callMs: 120 };

  it('are shared among them, as long as each has something to do', () => {
    expect(shareSizeMax(known, 80, 4)).toBe(20);
    expect(shareSizeMax(known, 80, 2)).toBe(40);
    expect(shareSizeMax(known, 40, 4)).toBe(20);
  });

  it('stay together when they are soon done, or nobody is idle', () => {
    expect(shareSizeMax(known, 20, 4)).toBe(Number.POSITIVE_INFINITY);
    expect(shareSizeMax(known, 80, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(shareSizeMax(known, 80, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(shareSizeMax({ size: 80, callMs: 2 }, 80, 4)).toBe(Number.POSITIVE_INFINITY);
    expect(shareSizeMax({ size: 10, callMs: null }, 80, 4)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the number of requests under way', () => {
  const signals = fc.constantFrom<FlowAnswer['signal']>('good', 'busy', 'locked', 'slow', 'silent');

  it('never leaves its bounds, whatever the answers and the clock', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.tuple(signals, fc.integer({ min: -1e6, max: 1e6 }), fc.nat(9_000))),
        (limitMax, answers) => {
          let flow = firstFlow(limitMax);
          for (const [signal, startedAtMs, tookMs] of answers) {
            flow = nextFlow(
              flow,
              { signal, startedAtMs, endedAtMs: startedAtMs + tookMs },
              limitMax,
            );
            expect(flowNow(flow)).toBeGreaterThanOrEqual(1);
            expect(flowNow(flow)).toBeLessThanOrEqual(limitMax);
          }
        },
      ),
    );
  });

  it('stays at the bound on a server that answers well', () => {
    let flow = firstFlow(4);
    for (let at = 0; at < 100; at += 1) {
      flow = nextFlow(flow, { signal: 'good', startedAtMs: at, endedAtMs: at + 1 }, 4);
      expect(flowNow(flow)).toBe(4);
    }
  });

  it('is halved once by requests that are refused together', () => {
    let flow = firstFlow(8);
    for (let sent = 0; sent < 8; sent += 1) {
      flow = nextFlow(flow, { signal: 'busy', startedAtMs: 100, endedAtMs: 200 + sent }, 8);
    }

    expect(flowNow(flow)).toBe(4);
  });

  it('grows by one for each round of good answers, so that it comes back slowly', () => {
    let flow: Flow = { limit: 1, reducedAtMs: 0 };
    const rounds: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const sent = flowNow(flow);
      for (let one = 0; one < sent; one += 1) {
        flow = nextFlow(flow, { signal: 'good', startedAtMs: 1, endedAtMs: 2 }, 8);
      }
      rounds.push(flowNow(flow));
    }

    expect(rounds[0]).toBe(2);
    for (let round = 1; round < rounds.length; round += 1) {
      const step = (rounds[round] ?? 0) - (rounds[round - 1] ?? 0);
      expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThanOrEqual(1);
    }
    expect(rounds.at(-1)).toBeGreaterThanOrEqual(4);
  });
});
