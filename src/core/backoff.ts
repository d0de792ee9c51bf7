/** Waiting times between tries. */
import { limits } from './limits.ts';

/**
 * Full jitter: uniform between 0 and min(cap, base·2ⁿ) milliseconds for the n-th failure, counted
 * from 0. Many clients that failed together spread over the whole span instead of returning
 * together.
 */
export function backoffMs(step: {
  attempt: number;
  baseMs: number;
  capMs: number;
  random: { next(): number };
}): number {
  const exponent = Math.min(Math.max(0, Math.trunc(step.attempt)), limits.backoffExponentMax);
  const ceilingMs = Math.min(step.capMs, step.baseMs * 2 ** exponent);
  return Math.floor(step.random.next() * ceilingMs);
}
