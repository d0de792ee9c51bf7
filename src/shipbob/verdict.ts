import type { HttpOutcome } from '../runtime/http.ts';
import { saidIn } from './problem.ts';

/** What one exchange means. For a read, whatever is unclear may simply be repeated. */
export type Verdict =
  | { verdict: 'answer'; headers: Record<string, string>; text: string }
  | { verdict: 'missing' }
  | { verdict: 'refused'; status: number; text: string }
  | { verdict: 'retry'; why: string; retryAfterMs: number | null };

/** ShipBob's window is one minute; what asks for much more is a mistake of the other side. */
const RETRY_AFTER_MS_MAX = 120_000;

/** Judges an exchange (reference: shipbob-api §3, §10). `nowMs` is for waits given as a date. */
export function judge(outcome: HttpOutcome, nowMs: number): Verdict {
  if (outcome.kind !== 'answer') {
    return { verdict: 'retry', why: outcome.reason, retryAfterMs: null };
  }
  const { status, headers, text } = outcome;
  if (status >= 200 && status < 300) return { verdict: 'answer', headers, text };
  if (status === 404) return { verdict: 'missing' };
  const again = status === 408 || status === 425 || status === 429 || status >= 500 || status < 200;
  if (!again) return { verdict: 'refused', status, text };
  const said = saidIn(text);
  return {
    verdict: 'retry',
    why: `HTTP ${status}${said === '' ? '' : `, ${said}`}`,
    retryAfterMs: retryAfterMs(headers, nowMs),
  };
}

/**
 * How long the other side asks us to wait: seconds or a date, from `x-retry-after` or the standard
 * header. Null when it says nothing that makes sense; never more than two minutes.
 */
export function retryAfterMs(headers: Record<string, string>, nowMs: number): number | null {
  for (const name of ['x-retry-after', 'retry-after']) {
    const wait = waitMs(headers[name]?.trim() ?? '', serverTime(headers, nowMs));
    if (wait !== null) return Math.min(Math.max(0, wait), RETRY_AFTER_MS_MAX);
  }
  return null;
}

function waitMs(text: string, nowMs: number): number | null {
  if (/^\d{1,15}(\.\d{1,9})?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // An HTTP date begins with the name of a day; anything looser would accept rubbish.
  if (!/^[A-Z][a-z]{2,8},? /.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs - nowMs;
}

/** A date is on the other side's clock, which its own `date` header tells. */
function serverTime(headers: Record<string, string>, nowMs: number): number {
  const atMs = Date.parse(headers.date ?? '');
  return Number.isNaN(atMs) ? nowMs : atMs;
}

/** Calls left in ShipBob's window, as it says; null when it does not. */
export function remainingCalls(outcome: HttpOutcome): number | null {
  if (outcome.kind !== 'answer') return null;
  const text = outcome.headers['x-remaining-calls']?.trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
