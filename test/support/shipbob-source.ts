import type { Clock, Log, ShipbobBooks, ShipbobSource, SourcePage } from '../../src/app/ports.ts';
import type { SourceRecord } from '../../src/core/glossary.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';
import type { HttpAnswer } from '../../src/runtime/http-server.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { createShipbobBooks } from '../../src/shipbob/books.ts';
import {
  type CallBudget,
  createShipbobSource,
  type ShipbobSettings,
} from '../../src/shipbob/client.ts';

export const TOKEN = 'pat-SECRET-canary/1+2=';
export const START_MS = Date.parse('2026-11-04T12:00:00Z');

/** A clock on which sleeping takes no time. */
export interface InstantClock extends Clock {
  slept: number[];
}

export function instantClock(startAtMs = START_MS): InstantClock {
  let nowMs = startAtMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted();
      slept.push(durationMs);
      nowMs += durationMs;
    },
  };
}

export interface TestBudget extends CallBudget {
  /** Waits to answer with before a place is given. */
  waits: number[];
  taken: { upstream: string; limit: number; windowMs: number }[];
  remaining: number[];
}

export function openBudget(): TestBudget {
  const budget: TestBudget = {
    waits: [],
    taken: [],
    remaining: [],
    async takeCall({ upstream, limit, windowMs }) {
      const waitMs = budget.waits.shift() ?? 0;
      if (waitMs === 0) budget.taken.push({ upstream, limit, windowMs });
      return waitMs;
    },
    async noteRemaining({ remaining }) {
      budget.remaining.push(remaining);
    },
  };
  return budget;
}

export interface LogLine {
  message: string;
  facts: unknown;
}

export interface TestSource {
  source: ShipbobSource;
  books: ShipbobBooks;
  clock: InstantClock;
  budget: TestBudget;
  lines: LogLine[];
}

/** The adapter over any `Http`, with a clock, a budget and a log that can be looked at. */
export function shipbobSource(
  http: Http,
  options: {
    settings?: Partial<ShipbobSettings>;
    token?: () => Promise<string>;
    clock?: InstantClock;
    signal?: AbortSignal;
  } = {},
): TestSource {
  const clock = options.clock ?? instantClock();
  const budget = openBudget();
  const lines: LogLine[] = [];
  const note = (message: string, facts?: unknown) => {
    lines.push({ message, facts });
  };
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const parts = {
    http,
    clock,
    random: seededRandom(1),
    log,
    token: options.token ?? (async () => TOKEN),
    budget,
    ...(options.signal ? { signal: options.signal } : {}),
    settings: {
      baseUrl: 'https://api.shipbob.test',
      apiVersion: '2026-07',
      channels: null,
      pageSize: 250,
      receivingPageSize: 100,
      callsPerMinute: 150,
      timeoutMs: 5_000,
      retry: { baseMs: 500, capMs: 8_000, deadlineMs: 120_000 },
      ...options.settings,
    },
  };
  const source = createShipbobSource(parts);
  return { source, books: createShipbobBooks(parts), clock, budget, lines };
}

export interface SeenCall extends HttpCall {
  path: string;
  /** Decoded. */
  query: Record<string, string>;
}

/** An `Http` that answers from a function instead of a network. */
export function answeringHttp(
  answer: (call: SeenCall) => HttpAnswer | 'timeout' | 'refused',
): Http & { calls: SeenCall[] } {
  const calls: SeenCall[] = [];
  return {
    calls,
    async send(call): Promise<HttpOutcome> {
      const url = new URL(call.url);
      const seen = { ...call, path: url.pathname, query: Object.fromEntries(url.searchParams) };
      calls.push(seen);
      const given = answer(seen);
      if (given === 'timeout') return { kind: 'unclear', reason: 'ERR_CANCELED', durationMs: 1 };
      if (given === 'refused') return { kind: 'notSent', reason: 'ECONNREFUSED', durationMs: 1 };
      const { status, headers = {}, body = '' } = given;
      return { kind: 'answer', status, headers, text: body, durationMs: 1 };
    },
    close() {},
  };
}

export function json(value: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status: 200, headers, body: JSON.stringify(value) };
}

export async function collect<T extends SourceRecord>(
  pages: AsyncGenerator<SourcePage<T>>,
): Promise<SourcePage<T>[]> {
  const all: SourcePage<T>[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (thrown) {
    return thrown;
  }
  throw new Error('nothing was thrown');
}
