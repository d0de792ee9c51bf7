/** What a mapping must fit besides itself: the rules that use it, other centres, what stands. */
import { effectiveSettings } from '../core/effective-settings.ts';
import {
  comparedAs,
  keyOfMapping,
  type Mapping,
  type MappingDraft,
  type MappingKey,
  type MappingTarget,
} from '../core/mapping.ts';
import type { FieldMistake } from '../core/mapping-check.ts';
import { configuredOf, listsOf } from '../core/mapping-source.ts';
import type { Settings } from '../core/settings.ts';

/** `settings` are those with the mappings that stand; `drafts` are all that come together. */
export function contextMistakes(
  draft: MappingDraft,
  drafts: readonly MappingDraft[],
  settings: Settings,
): FieldMistake[] {
  const { kind, list, source } = keyOfMapping(draft);
  if (kind === 'customer' || kind === 'supplier') return listMistakes(kind, list, settings);
  if (draft.target.kind !== 'centre' || draft.target.centre.bookAs === null) return [];
  const { bookAs } = draft.target.centre;
  const { centres } = effectiveSettings(settings, drafts.map(asMapping));
  const target = centres.find(({ id }) => id === bookAs);
  if (bookAs !== source && target !== undefined && target.bookAs === null) return [];
  const others = centres.filter((centre) => centre.id !== source && centre.bookAs === null);
  return [
    {
      field: 'bookAs',
      found: bookAs,
      allowed: `another centre, where goods end up: ${others.map(({ id }) => id).join(', ')}`,
    },
  ];
}

function listMistakes(
  kind: 'customer' | 'supplier',
  list: string,
  settings: Settings,
): FieldMistake[] {
  const lists = listsOf(settings, kind);
  if (lists.includes(list)) return [];
  const allowed =
    lists.length === 0
      ? `a table that a rule looks ${kind}s up in; no rule of orders.rules looks any up`
      : `a table that a rule looks ${kind}s up in: ${lists.join(', ')}`;
  return [{ field: 'list', found: list, allowed }];
}

/** A draft as if it stood since ever. */
export function asMapping(draft: MappingDraft): Mapping {
  const { list, source, target } = draft;
  const nobody = { because: null, setBy: '', setAtMs: 0, endedBy: null, endedAtMs: null };
  return { id: 0, list, source, target, validFromMs: 0, validToMs: null, ...nobody };
}

export interface Present {
  target: MappingTarget;
  from: 'mapping' | 'configuration';
}

/** What decides about this source, and where it stands; null when nothing does. */
export function presentOf(
  settings: Settings,
  mappings: readonly Mapping[],
  key: MappingKey,
): Present | null {
  const wanted = nameOf(key);
  const set = mappings.find((mapping) => nameOf(keyOfMapping(mapping)) === wanted);
  if (set !== undefined) return { target: set.target, from: 'mapping' };
  const configured = configuredOf(settings, key);
  return configured === null ? null : { target: configured.target, from: 'configuration' };
}

/** Two keys of one name are the same mapping. */
export function nameOf({ kind, list, source }: MappingKey): string {
  return JSON.stringify([kind, list, comparedAs(kind, source)]);
}

/**
 * How many basic units one of this SKU stands for. What stands keeps its factor unless another one
 * is given; null when it must be: nobody but a person knows how many pieces a case holds.
 */
export function factorFor(
  present: Present | null,
  source: string,
  given: string | null,
): string | null {
  if (given !== null) return given;
  if (present?.target.kind === 'sku') return present.target.factor;
  return source.includes('@') ? null : '1';
}
