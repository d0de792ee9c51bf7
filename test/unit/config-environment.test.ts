import { describe, expect, it } from 'vitest';
import { clockOffsetMs } from '../../src/runtime/environment.ts';
import { packageRoot, packageVersion } from '../../src/runtime/package.ts';

describe('the clock offset', () => {
  it.each([
    [undefined, 0],
    ['', 0],
    ['2d', 172_800_000],
    ['-90s', -90_000],
    ['+1h', 3_600_000],
  ])('%j is %i ms', (text, offsetMs) => {
    expect(clockOffsetMs({ MLC_CLOCK_OFFSET: text })).toBe(offsetMs);
  });

  it('is refused when it is no duration', () => {
    expect(() => clockOffsetMs({ MLC_CLOCK_OFFSET: 'tomorrow' })).toThrow(/not a duration/);
  });
});

describe('the package', () => {
  it('knows its folder and version', () => {
    expect(packageRoot()).toBe(process.cwd());
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
