import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import { orderId } from '../../src/core/schema.ts';
import type { Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { RateWindow } from '../../src/sandbox/shipbob/rate-window.ts';
import { createShipbobSource } from '../../src/shipbob/client.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import { createVirtualTime, type VirtualTime } from '../support/simulation-time.ts';
import { freshPath, openTestStore } from '../support/store-open.ts';

const t0 = Date.UTC(2026, 10, 2, 12);
const minuteMs = 60_000;
const allowance = 150;
const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };

interface Counted {
  accepted: number[];
  refused: number;
}

/** ShipBob as far as its allowance goes: it counts a call when it arrives, and answers later. */
function countingHttp(
  clock: VirtualTime,
  window: RateWindow,
  counted: Counted,
  delaysMs: () => { there: number; back: number },
): Http {
  return {
    close: silent,
    async send() {
      const { there, back } = delaysMs();
      const sentAtMs = clock.now();
      await clock.sleep(there);
      const rate = window.take('the application', clock.now());
      if (rate.taken) counted.accepted.push(clock.now());
      else counted.refused += 1;
      await clock.sleep(back);
      const durationMs = clock.now() - sentAtMs;
      if (!rate.taken) {
        const headers = { 'x-retry-after': String(rate.retryAfterS), 'x-remaining-calls': '0' };
        return { kind: 'answer', status: 429, headers, text: '{}', durationMs };
      }
      const headers = { 'x-remaining-calls': String(rate.remaining) };
      return { kind: 'answer', status: 404, headers, text: '', durationMs };
    },
  };
}

/** So many processes on one database, each with so many calls to make at once, for some minutes. */
async function readForMinutes(given: {
  minutes: number;
  processes: number;
  atOnce: number;
  thereMsMax: number;
  seed: number;
}): Promise<Counted> {
  const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
  const window = new RateWindow(() => allowance);
  const counted: Counted = { accepted: [], refused: 0 };
  const random = seededRandom(given.seed);
  const path = freshPath();
  const untilMs = t0 + given.minutes * minuteMs;
  const work: Promise<void>[] = [];
  for (let process = 0; process < given.processes; process += 1) {
    const store = await openTestStore({ path, clock });
    const source = createShipbobSource({
      http: countingHttp(clock, window, counted, () => ({
        there: Math.round(20 + random.next() * given.thereMsMax),
        back: Math.round(20 + random.next() * 400),
      })),
      clock,
      random,
      log,
      token: async () => 'token',
      budget: store,
      settings: {
        baseUrl: 'https://api.shipbob.test',
        apiVersion: '2026-07',
        channels: null,
        pageSize: 250,
        receivingPageSize: 100,
        callsPerMinute: allowance,
        timeoutMs: 60_000,
        retry: { baseMs: 500, capMs: 8_000, deadlineMs: 300_000 },
      },
    });
    for (let line = 0; line < given.atOnce; line += 1) {
      work.push(
        (async () => {
          while (clock.now() < untilMs) await source.order(orderId('1'));
        })(),
      );
    }
  }
  await Promise.all(work);
  return counted;
}

describe("ShipBob's allowance on a backlog", () => {
  it.each([
    { processes: 1, atOnce: 4, thereMsMax: 100 },
    { processes: 3, atOnce: 2, thereMsMax: 500 },
    { processes: 2, atOnce: 4, thereMsMax: 1_900 },
  ])('is used up and never exceeded: %j', { timeout: 120_000 }, async (given) => {
    const minutes = 5;

    const { accepted, refused } = await readForMinutes({ ...given, minutes, seed: 7 });

    const turns = accepted
      .slice(allowance)
      .map((atMs, at) => atMs - (accepted[at] ?? 0))
      .filter((_, at) => (accepted[at + allowance] ?? 0) < t0 + minutes * minuteMs);
    const meanMs = turns.reduce((sum, ms) => sum + ms, 0) / turns.length;
    expect(refused).toBe(0);
    // So long a whole allowance takes, from one call to the one that follows it 150 calls later.
    expect(turns.length).toBeGreaterThan(2 * allowance);
    expect(meanMs).toBeLessThanOrEqual(minuteMs / 0.95);
    expect(meanMs).toBeGreaterThanOrEqual(minuteMs);
  });
});
