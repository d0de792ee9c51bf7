import { describe, expect, it } from 'vitest';
import { clockOffsetMs, crashPoint } from '../../src/runtime/environment.ts';
import { packageRoot, packageVersion } from '../../src/runtime/package.ts';

function killsAt(environment: Record<string, string>, passes: string[]): number[] {
  const kills: number[] = [];
  let index = 0;
  const pass = crashPoint(environment, () => kills.push(index));
  for (const name of passes) {
    pass(name);
    index += 1;
  }
  return kills;
}

describe('a crash point', () => {
  const passes = ['plan.saved', 'commit.sent', 'plan.saved', 'commit.sent', 'commit.sent'];

  it.each([
    [{}, []],
    [{ MLC_CRASH_AT: '' }, []],
    [{ MLC_CRASH_AT: 'commit.sent' }, [1]],
    [{ MLC_CRASH_AT: 'commit.sent:3' }, [4]],
    [{ MLC_CRASH_AT: 'commit.sent:4' }, []],
    [{ MLC_CRASH_AT: 'commit' }, []],
  ])('with %j kills at passes %j', (environment, kills) => {
    expect(killsAt(environment, passes)).toEqual(kills);
  });
});

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
