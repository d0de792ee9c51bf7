import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/runtime/config-duration.ts';
import { editDistance, nearest } from '../../src/runtime/config-suggestion.ts';

describe('edit distance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['url', 'ulr', 1],
    ['pageSize', 'pagSize', 1],
  ])('from %j to %j is %i', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it('is the same both ways and zero only for equal words', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right);
        expect(distance).toBe(editDistance(right, left));
        expect(distance === 0).toBe(left === right);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });
});

describe('the nearest known word', () => {
  it('is proposed for a slip', () => {
    expect(nearest('chanel', ['channel', 'centre'])).toBe('channel');
    expect(nearest('baseurl', ['baseUrl'])).toBe('baseUrl');
  });

  it('is not proposed when nothing is near', () => {
    expect(nearest('warehouse', ['channel', 'centre'])).toBeNull();
  });
});

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
  ])('%s is %i ms', (text, durationMs) => {
    expect(parseDuration(text)).toBe(durationMs);
  });

  it.each(['', '15', 'm', '15 m', '-5s', '1e3s', '5M'])('is not %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
