import { describe, expect, it } from 'vitest';
import {
  assertMove,
  isUnfinished,
  mayMove,
  postingMoves,
  unfinishedStates,
} from '../../src/core/posting-state.ts';

describe('the states of a posting', () => {
  it('lead from posted nowhere', () => {
    expect(postingMoves.posted).toEqual(['posted']);
  });

  it('reach committing only from a staged handle or a doubtful one', () => {
    const states = Object.keys(postingMoves).filter((state) => {
      return Object.entries(postingMoves).some(
        ([from, targets]) => from === state && targets.some((to) => to === 'committing'),
      );
    });

    expect(states.sort()).toEqual(['committing', 'staged', 'unknown']);
  });

  it('never cancel what may have happened', () => {
    expect(mayMove('committing', 'cancelled')).toBe(false);
    expect(mayMove('unknown', 'cancelled')).toBe(false);
    expect(mayMove('posted', 'cancelled')).toBe(false);
  });

  it('let a flag be answered by a retry or by a look', () => {
    expect(mayMove('flagged', 'pending')).toBe(true);
    expect(mayMove('flagged', 'unknown')).toBe(true);
    expect(mayMove('flagged', 'committing')).toBe(false);
  });

  it('can all end at posted', () => {
    for (const state of unfinishedStates) expect(mayMove(state, 'posted')).toBe(true);
  });

  it('refuse an illegal move as a defect', () => {
    expect(() => assertMove('posted', 'pending')).toThrow('from posted to pending');
    expect(() => assertMove('pending', 'committing')).toThrow('from pending to committing');
    expect(() => assertMove('unknown', 'posted')).not.toThrow();
  });

  it('are unfinished until posted, flagged or cancelled', () => {
    const finished = Object.keys(postingMoves).filter(
      (state) => !unfinishedStates.some((unfinished) => unfinished === state),
    );

    expect(finished.sort()).toEqual(['cancelled', 'flagged', 'posted']);
    expect(isUnfinished('unknown')).toBe(true);
    expect(isUnfinished('flagged')).toBe(false);
  });
});
