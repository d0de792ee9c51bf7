import pRetry, { AbortError } from 'p-retry';
import type { Clock, Log, Random } from '../app/ports.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Problem } from '../core/problem.ts';
import type { Http, HttpOutcome } from '../runtime/http.ts';
import { refusalProblem, scrub, unavailableProblem } from './problem.ts';
import { type CallBudget, type ShipbobSettings, upstream, windowOf } from './settings.ts';
import { judge, remainingCalls } from './verdict.ts';

export interface TransportParts {
  http: Http;
  clock: Clock;
  random: Random;
  log: Log;
  token: () => Promise<string>;
  /** After a 401: another token, or the same when there is none. Without it `token` is asked. */
  renew?: (rejected: string) => Promise<string>;
  budget: CallBudget;
  settings: ShipbobSettings;
  /** Ends the waits between requests with its reason, never a request that is under way. */
  signal?: AbortSignal;
}

/** One call to ShipBob. */
export interface ShipbobCall<T> {
  method: 'GET' | 'POST' | 'DELETE';
  /** The path as a template, e.g. `/order/{id}`: names the call in counts and Problems. */
  template: string;
  /** The path itself, below the version. */
  path: string;
  query: string;
  body: string | null;
  channel: string | null;
  /** The scope it needs, for the hint when it is refused. */
  scope: string;
  /** Null when the text is not what was asked for; a read is then repeated. */
  read: (answer: { text: string; headers: Record<string, string> }) => { value: T } | null;
}

export interface Reply<T> {
  value: T;
  headers: Record<string, string>;
  /** When the request that brought this was sent. */
  startedAtMs: number;
}

/** What became of a write. `unclear`: it may have happened, so look before it is made again. */
export type Written<T> =
  | { written: 'yes'; value: T }
  | { written: 'missing' }
  | { written: 'unclear'; why: string };

export interface Transport {
  /**
   * Makes the call, repeating it until the deadline while that may help. Null when ShipBob answers
   * 404. Throws Problem: `SHIPBOB_CREDENTIALS_REFUSED`, `SHIPBOB_SCOPE_MISSING`,
   * `SHIPBOB_BAD_REQUEST`, `SHIPBOB_REJECTED`, `SHIPBOB_UNAVAILABLE`,
   * and the signal's reason when it was to stop while it waited.
   */
  find<T>(call: ShipbobCall<T>): Promise<Reply<T> | null>;
  /** The same where 404 is no answer: throws Problem `SHIPBOB_NOT_FOUND`. */
  fetch<T>(call: ShipbobCall<T>): Promise<Reply<T>>;
  /**
   * Makes a call that changes something; repeated only while it is certain that nothing happened
   * (429, or never sent). Throws the same Problems as `find` when ShipBob refuses it.
   */
  write<T>(call: ShipbobCall<T>): Promise<Written<T>>;
  /** Requests sent since creation, repetitions included, e.g. `{ 'GET /order': 12 }`. */
  counts(): Record<string, number>;
}

/** A failed try that is worth repeating. */
class TryFailed extends Error {
  readonly retryAfterMs: number | null;

  constructor(why: string, details: { retryAfterMs: number | null; token: string }) {
    super(scrub(why, [details.token]));
    this.retryAfterMs = details.retryAfterMs;
  }
}

export function createTransport(parts: TransportParts): Transport {
  const counts: Record<string, number> = {};
  const find = <T>(call: ShipbobCall<T>) =>
    repeat(parts, naming(call).call, () => tryOnce(parts, counts, call));
  return {
    find,
    async fetch(call) {
      const reply = await find(call);
      if (reply) return reply;
      throw refusalProblem({ ...naming(call), status: 404, text: '', secrets: [] });
    },
    write: (call) => repeat(parts, naming(call).call, () => tryWrite(parts, counts, call)),
    counts: () => ({ ...counts }),
  };
}

/**
 * p-retry gives the loop alone: its jitter vanishes at the cap and it knows nothing of our clock or
 * of `x-retry-after` (reference: engineering A6), so waiting happens in `shouldRetry`.
 */
async function repeat<Answer>(
  parts: TransportParts,
  call: string,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  let deadlineAtMs: number | null = null;
  let tries = 0;
  try {
    return await pRetry(
      () => {
        tries += 1;
        return attempt();
      },
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 0,
        factor: 1,
        randomize: false,
        shouldRetry: ({ error }) => {
          if (!(error instanceof TryFailed)) return false;
          deadlineAtMs ??= parts.clock.now() + parts.settings.retry.deadlineMs;
          return pause(parts, { call, error, tries, deadlineAtMs });
        },
      },
    );
  } catch (thrown) {
    if (!(thrown instanceof TryFailed)) throw thrown;
    const { message: last, retryAfterMs } = thrown;
    throw unavailableProblem({ call, tries, last, retryAfterMs });
  }
}

/** Waits before the next try; false when that would pass the deadline. */
async function pause(
  parts: TransportParts,
  failed: { call: string; error: TryFailed; tries: number; deadlineAtMs: number },
): Promise<boolean> {
  const { baseMs, capMs } = parts.settings.retry;
  // Added on top of what ShipBob asks for, so that processes it stopped together do not come
  // back together.
  const spreadMs = backoffMs({ attempt: failed.tries - 1, baseMs, capMs, random: parts.random });
  const delayMs = (failed.error.retryAfterMs ?? 0) + spreadMs;
  if (parts.clock.now() + delayMs > failed.deadlineAtMs) return false;
  parts.log.info('ShipBob is asked again', {
    call: failed.call,
    tries: failed.tries,
    why: failed.error.message,
    delayMs,
  });
  await parts.clock.sleep(delayMs, parts.signal);
  return true;
}

async function tryOnce<T>(
  parts: TransportParts,
  counts: Record<string, number>,
  call: ShipbobCall<T>,
): Promise<Reply<T> | null> {
  const { sent, token } = await authorised(parts, counts, call);
  const verdict = judge(sent.outcome, parts.clock.now());
  switch (verdict.verdict) {
    case 'missing':
      return null;
    case 'refused':
      throw new AbortError(refusal(call, verdict, token));
    case 'retry':
      throw new TryFailed(verdict.why, { retryAfterMs: verdict.retryAfterMs, token });
    case 'answer': {
      const { headers, text } = verdict;
      const read = call.read({ text, headers });
      if (read) return { value: read.value, headers, startedAtMs: sent.startedAtMs };
      const why = `an answer that is not what was asked for (${shapeOf(text)})`;
      throw new TryFailed(why, { retryAfterMs: null, token });
    }
  }
}

async function tryWrite<T>(
  parts: TransportParts,
  counts: Record<string, number>,
  call: ShipbobCall<T>,
): Promise<Written<T>> {
  const { sent, token } = await authorised(parts, counts, call);
  const { outcome } = sent;
  const verdict = judge(outcome, parts.clock.now());
  switch (verdict.verdict) {
    case 'missing':
      return { written: 'missing' };
    case 'refused':
      throw new AbortError(refusal(call, verdict, token));
    case 'retry': {
      const { why, retryAfterMs } = verdict;
      const nothingHappened =
        outcome.kind === 'notSent' || (outcome.kind === 'answer' && outcome.status === 429);
      if (nothingHappened) throw new TryFailed(why, { retryAfterMs, token });
      return { written: 'unclear', why: scrub(why, [token]) };
    }
    case 'answer': {
      const read = call.read(verdict);
      if (read) return { written: 'yes', value: read.value };
      const why = `an answer that is not what was asked for (${shapeOf(verdict.text)})`;
      return { written: 'unclear', why };
    }
  }
}

/** Sends it, once more with a renewed token where the first was refused. */
async function authorised<T>(
  parts: TransportParts,
  counts: Record<string, number>,
  call: ShipbobCall<T>,
): Promise<{ sent: { outcome: HttpOutcome; startedAtMs: number }; token: string }> {
  const token = await parts.token();
  const sent = await exchange(parts, counts, { call, token });
  if (sent.outcome.kind !== 'answer' || sent.outcome.status !== 401) return { sent, token };
  // It may have been renewed since; the same token again would get the same answer.
  const renewed = await (parts.renew ? parts.renew(token) : parts.token());
  if (renewed === token) return { sent, token };
  return { sent: await exchange(parts, counts, { call, token: renewed }), token: renewed };
}

function refusal<T>(
  call: ShipbobCall<T>,
  verdict: { status: number; text: string },
  token: string,
): Problem {
  return refusalProblem({ ...naming(call), ...verdict, secrets: [token] });
}

async function exchange<T>(
  parts: TransportParts,
  counts: Record<string, number>,
  request: { call: ShipbobCall<T>; token: string },
): Promise<{ outcome: HttpOutcome; startedAtMs: number }> {
  const { clock, settings, budget } = parts;
  const { call, token } = request;
  await takeCall(parts);
  const name = naming(call).call;
  counts[name] = (counts[name] ?? 0) + 1;
  const startedAtMs = clock.now();
  const outcome = await parts.http.send({
    method: call.method,
    url: address(settings, call),
    headers: headersOf(call, token),
    body: call.body,
    deadlineMs: settings.timeoutMs,
  });
  const remaining = remainingCalls(outcome);
  if (remaining !== null) {
    await budget.noteRemaining({ upstream, remaining, nowMs: clock.now() });
  }
  const status = outcome.kind === 'answer' ? outcome.status : outcome.kind;
  parts.log.debug('ShipBob call', { call: name, status, durationMs: outcome.durationMs });
  return { outcome, startedAtMs };
}

async function takeCall({ budget, clock, settings, signal }: TransportParts): Promise<void> {
  for (;;) {
    const waitMs = await budget.takeCall({
      ...windowOf(settings),
      nowMs: clock.now(),
    });
    if (waitMs <= 0) return;
    await clock.sleep(waitMs, signal);
  }
}

/**
 * Always our own host, whatever a `next` link says: the token goes nowhere else (reference:
 * shipbob-api §4, the forms of `next`).
 */
function address<T>(settings: ShipbobSettings, call: ShipbobCall<T>): string {
  const base = settings.baseUrl.replace(/\/+$/, '');
  const query = call.query === '' ? '' : `?${call.query}`;
  return `${base}/${settings.apiVersion}${call.path}${query}`;
}

function headersOf<T>(call: ShipbobCall<T>, token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(call.body === null ? {} : { 'content-type': 'application/json' }),
    ...(call.channel === null ? {} : { shipbob_channel_id: call.channel }),
  };
}

function naming<T>(call: ShipbobCall<T>): { call: string; scope: string } {
  return { call: `${call.method} ${call.template}`, scope: call.scope };
}

/** Not the text itself: it may hold customers' names. */
function shapeOf(text: string): string {
  if (text.trim() === '') return 'empty';
  return text.trim().startsWith('<') ? 'an HTML page' : `${text.length} characters`;
}
