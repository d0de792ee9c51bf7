import { describe, expect, it } from 'vitest';
import { judgeBudget } from '../../src/core/budget.ts';

const limits = { flaggedShareMax: 0.5, flaggedShareMinimum: 20, amountMax: null };

describe('failure budget', () => {
  it('stops a stream that would flag most of a batch', () => {
    const verdict = judgeBudget({ planned: 40, newlyFlagged: 21, limits });

    expect(verdict).toEqual({
      verdict: 'stop',
      sentence: '21 of 40 records (53 %) would be newly flagged; the limit is 50 %.',
    });
  });

  it('lets a share at the limit, a small batch and an empty one go', () => {
    expect(judgeBudget({ planned: 40, newlyFlagged: 20, limits }).verdict).toBe('go');
    expect(judgeBudget({ planned: 19, newlyFlagged: 19, limits }).verdict).toBe('go');
    const none = { ...limits, flaggedShareMinimum: 0 };
    expect(judgeBudget({ planned: 0, newlyFlagged: 0, limits: none }).verdict).toBe('go');
  });
});
