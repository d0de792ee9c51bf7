import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/core/mapping.ts';
import { parseQuantity } from '../../src/core/quantity.ts';
import { settingsHistory } from '../../src/core/settings-history.ts';
import { someSettings } from '../support/builders-settings.ts';

function aMapping(factor: string, validFromMs: number, validToMs: number | null): Mapping {
  return {
    ...{ id: validFromMs, list: '', source: 'COFFEE', because: null, validFromMs, validToMs },
    target: { kind: 'sku', item: 'COFFEE', factor: parseQuantity(factor) },
    ...{ setBy: 'ada', setAtMs: validFromMs, endedBy: null, endedAtMs: null },
  };
}

describe('settings of another time', () => {
  const mappings = [aMapping('12', 100, 200), aMapping('24', 200, null), aMapping('36', 900, null)];
  const history = settingsHistory(someSettings(), mappings, 500);
  const factors = (fromMs: number, toMs: number) =>
    history({ fromMs, toMs }).map(({ items }) => items.mapping.COFFEE?.factor ?? 'none');

  it.each([
    [150, 160, ['12']],
    [150, 250, ['12']],
    [50, 250, ['12', 'none']],
    [50, 60, ['none']],
    [300, 400, []],
    [200, 400, []],
    [199, 400, ['12']],
  ])('from %d to %d are those that were in force then and are not now', (from, to, expected) => {
    expect(factors(from, to)).toEqual(expected);
  });

  it('were the configuration alone where nobody mapped anything', () => {
    expect(settingsHistory(someSettings(), [], 500)({ fromMs: 0, toMs: 400 })).toEqual([]);
  });
});
