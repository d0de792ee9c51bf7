/** The mappings that stand in the configuration, each with its place there. */
import { comparedAs, type MappingKey, type MappingTarget, sameTarget } from './mapping.ts';
import type { CostRule, Settings } from './settings.ts';

export interface ConfiguredMapping extends MappingKey {
  target: MappingTarget;
  /** Its path in the file, such as `items.mapping.PACK`. */
  at: string;
}

/** Rules that no single fee names are left out: there is nothing to name them by. */
export function configuredMappings(settings: Settings): ConfiguredMapping[] {
  const items = Object.entries(settings.items.mapping).map(
    ([source, { item, factor }]): ConfiguredMapping => ({
      kind: 'sku',
      list: '',
      source,
      target: { kind: 'sku', item, factor },
      at: `items.mapping.${source}`,
    }),
  );
  const centres = settings.centres.map(
    ({ id, ...centre }, index): ConfiguredMapping => ({
      kind: 'centre',
      list: '',
      source: id,
      target: { kind: 'centre', centre },
      at: `centres[${index}]`,
    }),
  );
  return [...items, ...lookupMappings(settings), ...centres, ...costMappings(settings)];
}

function lookupMappings(settings: Settings): ConfiguredMapping[] {
  return (['customer', 'supplier'] as const).flatMap((kind) =>
    listsOf(settings, kind).flatMap((list) =>
      Object.entries(settings.lookups[list] ?? {}).map(
        ([source, code]): ConfiguredMapping => ({
          kind,
          list,
          source,
          target: { kind, code },
          at: `lookups.${list}`,
        }),
      ),
    ),
  );
}

function costMappings(settings: Settings): ConfiguredMapping[] {
  const configured = settings.costs.rules.filter(({ by }) => by !== 'mapping');
  return configured.flatMap(({ when, as }, index) =>
    feesOf(when).map(
      ({ fee, type }): ConfiguredMapping => ({
        kind: 'account',
        list: type,
        source: fee,
        target: { kind: 'account', as },
        at: `costs.rules[${index}]`,
      }),
    ),
  );
}

function feesOf({ fee, type, centre }: CostRule['when']): { fee: string; type: string }[] {
  if (fee === null || centre !== null) return [];
  return fee.flatMap((name) => (type ?? ['']).map((one) => ({ fee: name, type: one })));
}

/** The tables that rules look customers, or suppliers, up in. */
export function listsOf(settings: Settings, kind: 'customer' | 'supplier'): string[] {
  const lists = settings.orders.rules.flatMap(({ route }) => {
    const code =
      kind === 'customer' && route.as === 'salesOrder'
        ? route.customer
        : kind === 'supplier' && route.as === 'purchaseOrder'
          ? route.supplier
          : null;
    return code !== null && 'lookup' in code ? [code.lookup] : [];
  });
  return [...new Set(lists)];
}

/** What the configuration says of this source; null when nothing. */
export function configuredOf(settings: Settings, key: MappingKey): ConfiguredMapping | null {
  const wanted = comparedAs(key.kind, key.source);
  return (
    configuredMappings(settings).find(
      ({ kind, list, source }) =>
        kind === key.kind && list === key.list && comparedAs(kind, source) === wanted,
    ) ?? null
  );
}

export function isConfigured(settings: Settings, key: MappingKey, target: MappingTarget): boolean {
  return sameTarget(configuredOf(settings, key)?.target ?? null, target);
}
