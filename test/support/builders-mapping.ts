import type { Mapping, MappingDraft, MappingTarget } from '../../src/core/mapping.ts';
import { canonicalQuantity } from '../../src/core/schema.ts';

export function skuTo(item: string, factor = '1'): Extract<MappingTarget, { kind: 'sku' }> {
  return { kind: 'sku', item, factor: canonicalQuantity(factor) };
}

export function aDraft(
  source: string,
  target: MappingTarget,
  change: Partial<MappingDraft> = {},
): MappingDraft {
  return { list: '', source, target, validFromMs: null, validToMs: null, ...change };
}

/** One in force since ever. */
export function aMapping(
  source: string,
  target: MappingTarget,
  change: Partial<Mapping> = {},
): Mapping {
  return {
    id: 1,
    list: '',
    source,
    target,
    because: null,
    validFromMs: 0,
    validToMs: null,
    setBy: 'ada',
    setAtMs: 0,
    endedBy: null,
    endedAtMs: null,
    ...change,
  };
}

export function centreTo(
  warehouse: string,
  change: Partial<Extract<MappingTarget, { kind: 'centre' }>['centre']> = {},
): Extract<MappingTarget, { kind: 'centre' }> {
  return {
    kind: 'centre',
    centre: {
      name: 'Cicero',
      warehouse,
      facility: 'A01',
      receivingLocation: null,
      pickingLocation: null,
      timeZone: 'America/Chicago',
      bookAs: null,
      ...change,
    },
  };
}
