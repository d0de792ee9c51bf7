import { describe, expect, it } from 'vitest';
import { RecentNames } from '../../src/core/recent-names.ts';

describe('recent names', () => {
  it('are the newest so many', () => {
    const names = new RecentNames(2);

    for (const name of ['a', 'b', 'c']) names.add(name);

    expect(['a', 'b', 'c'].map((name) => names.has(name))).toEqual([false, true, true]);
  });

  it('count from when they were met last', () => {
    const names = new RecentNames(2);

    for (const name of ['a', 'b', 'a', 'c']) names.add(name);

    expect(['a', 'b', 'c'].map((name) => names.has(name))).toEqual([true, false, true]);
  });

  it('are at least one', () => {
    expect(() => new RecentNames(0)).toThrow('at least one');
  });
});
