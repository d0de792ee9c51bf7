/** The configuration with the mappings of people before it: what a run plans by. */

import { comparedAs, type Mapping, type MappingTarget } from './mapping.ts';
import { chargeTypes } from './mapping-check.ts';
import type { CentreSettings, CostRule, Settings } from './settings.ts';

/** `mappings` are those in force. Equal mappings give equal settings, in whatever order they come. */
export function effectiveSettings(settings: Settings, mappings: readonly Mapping[]): Settings {
  if (mappings.length === 0) return settings;
  const sorted = [...mappings].sort(byKey);
  return {
    ...settings,
    items: { ...settings.items, mapping: mappedItems(settings, sorted) },
    lookups: mappedLookups(settings, sorted),
    centres: mappedCentres(settings, sorted),
    costs: { ...settings.costs, rules: mappedCosts(settings, sorted) },
  };
}

function byKey(left: Mapping, right: Mapping): number {
  const [one, other] = [left, right].map(({ target: { kind }, list, source }) =>
    JSON.stringify([kind, list, comparedAs(kind, source)]),
  );
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function targetsOf<Kind extends MappingTarget['kind']>(
  mappings: readonly Mapping[],
  kind: Kind,
): { list: string; source: string; target: Extract<MappingTarget, { kind: Kind }> }[] {
  return mappings.flatMap(({ list, source, target }) =>
    isOf(target, kind) ? [{ list, source, target }] : [],
  );
}

function isOf<Kind extends MappingTarget['kind']>(
  target: MappingTarget,
  kind: Kind,
): target is Extract<MappingTarget, { kind: Kind }> {
  return target.kind === kind;
}

// Entries, never assignments: a SKU may read `__proto__`.
function mappedItems(settings: Settings, mappings: readonly Mapping[]) {
  const set = targetsOf(mappings, 'sku').map(
    ({ source, target: { item, factor } }) => [source, { item, factor }] as const,
  );
  return Object.fromEntries([...Object.entries(settings.items.mapping), ...set]);
}

function mappedLookups(settings: Settings, mappings: readonly Mapping[]): Settings['lookups'] {
  const lookups = new Map(Object.entries(settings.lookups));
  for (const kind of ['customer', 'supplier'] as const) {
    for (const { list, source, target } of targetsOf(mappings, kind)) {
      const compared = comparedAs(kind, source);
      // Another spelling in the configuration would be found before it.
      const others = Object.entries(lookups.get(list) ?? {}).filter(
        ([known]) => comparedAs(kind, known) !== compared,
      );
      lookups.set(list, Object.fromEntries([...others, [source, target.code]]));
    }
  }
  return Object.fromEntries(lookups);
}

function mappedCentres(settings: Settings, mappings: readonly Mapping[]): CentreSettings[] {
  const set = new Map(
    targetsOf(mappings, 'centre').map(({ source, target }) => [
      source,
      { id: source, ...target.centre },
    ]),
  );
  const known = settings.centres.map((centre) => set.get(centre.id) ?? centre);
  const ids = new Set(settings.centres.map(({ id }) => id));
  return [...known, ...[...set.values()].filter(({ id }) => !ids.has(id))];
}

/** One for a type of charge goes before one for all of them. */
function mappedCosts(settings: Settings, mappings: readonly Mapping[]): CostRule[] {
  const rules = targetsOf(mappings, 'account').map(({ list, source, target }): CostRule => {
    const type = chargeTypes.find((known) => known === list);
    const when = { fee: [source], type: type === undefined ? null : [type], centre: null };
    return { when, as: target.as, by: 'mapping' };
  });
  const typed = rules.filter(({ when }) => when.type !== null);
  const others = rules.filter(({ when }) => when.type === null);
  return [...typed, ...others, ...settings.costs.rules];
}
