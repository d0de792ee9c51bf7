/** What a file of mappings would change, and doing it. */
import {
  keyOfMapping,
  type Mapping,
  type MappingKey,
  type MappingTarget,
  sameTarget,
} from '../core/mapping.ts';
import type { Settings } from '../core/settings.ts';
import { contextMistakes, nameOf, presentOf } from './mapping-context.ts';
import { type FileLine, type FileMistake, inFile } from './mapping-file.ts';

export interface DiffLine extends MappingKey {
  change: 'added' | 'changed' | 'same' | 'removed';
  /** What decides now, be it a mapping or the configuration; null when nothing does. */
  before: MappingTarget | null;
  from: 'mapping' | 'configuration' | null;
  after: MappingTarget | null;
}

/** Mistakes that only show beside the rules, the centres and the other lines. */
export function fitMistakes(lines: readonly FileLine[], settings: Settings): FileMistake[] {
  const drafts = lines.map(({ draft }) => draft);
  return lines.flatMap(({ line, draft }) =>
    contextMistakes(draft, drafts, settings).map((mistake) => inFile(mistake, line)),
  );
}

/**
 * Line by line what it would come to. With `prune`, mappings of the kinds that the file holds, and
 * that it does not name, are removed; the configuration is never touched.
 */
export function diffOf(
  lines: readonly FileLine[],
  present: { settings: Settings; mappings: readonly Mapping[] },
  prune: 'yes' | 'no',
): DiffLine[] {
  const diff = lines.map(({ draft }): DiffLine => {
    const key = keyOfMapping(draft);
    const now = presentOf(present.settings, present.mappings, key);
    const said = { ...key, before: now?.target ?? null, from: now?.from ?? null };
    if (now === null) return { ...said, change: 'added', after: draft.target };
    const same = sameTarget(now.target, draft.target);
    return { ...said, change: same ? 'same' : 'changed', after: draft.target };
  });
  if (prune === 'no') return diff;
  const named = new Set(lines.map(({ draft }) => nameOf(keyOfMapping(draft))));
  const kinds = new Set(lines.map(({ draft }) => draft.target.kind));
  const gone = present.mappings.filter(
    (mapping) => kinds.has(mapping.target.kind) && !named.has(nameOf(keyOfMapping(mapping))),
  );
  return [
    ...diff,
    ...gone.map((mapping): DiffLine => {
      const key = keyOfMapping(mapping);
      const after = presentOf(present.settings, [], key)?.target ?? null;
      return { ...key, change: 'removed', before: mapping.target, from: 'mapping', after };
    }),
  ];
}
