import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/core/backoff.ts';

const always = (value: number) => ({ next: () => value });

describe('backoff', () => {
  it('doubles up to the cap', () => {
    const top = (attempt: number) =>
      backoffMs({ attempt, baseMs: 100, capMs: 1_000, random: always(0.999999) });

    expect([0, 1, 2, 3, 4, 99].map(top)).toEqual([99, 199, 399, 799, 999, 999]);
  });

  it('is anything from nothing to that', () => {
    expect(backoffMs({ attempt: 3, baseMs: 100, capMs: 1_000, random: always(0) })).toBe(0);
    expect(backoffMs({ attempt: 3, baseMs: 100, capMs: 1_000, random: always(0.5) })).toBe(400);
  });
});
