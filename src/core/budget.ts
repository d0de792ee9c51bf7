/**
 * The failure budget. A broken mapping or a wrong company would flag everything: better to stop the
 * stream with one clear message than to give a clerk forty thousand flags (design §2.7).
 */
import type { LimitSettings } from './settings.ts';

export type BudgetVerdict = { verdict: 'go' } | { verdict: 'stop'; sentence: string };

/**
 * Judges one planned batch of a stream. `newlyFlagged` counts records that had no open flag before
 * and would get one now: an old backlog of flags never stops a stream, and neither does a small
 * batch.
 */
export function judgeBudget(batch: {
  planned: number;
  newlyFlagged: number;
  limits: LimitSettings;
}): BudgetVerdict {
  const { planned, newlyFlagged, limits } = batch;
  if (planned === 0 || planned < limits.flaggedShareMinimum) return { verdict: 'go' };
  const share = newlyFlagged / planned;
  if (share <= limits.flaggedShareMax) return { verdict: 'go' };
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  return {
    verdict: 'stop',
    sentence:
      `${newlyFlagged} of ${planned} records (${percent(share)}) would be newly flagged; ` +
      `the limit is ${percent(limits.flaggedShareMax)}.`,
  };
}
