import type { DiffLine } from '../../app/mapping-import.ts';
import type { JsonObject } from '../../core/glossary.ts';
import {
  type MappingKey,
  type MappingKind,
  type MappingTarget,
  mappingKinds,
  targetFields,
  targetWords,
} from '../../core/mapping.ts';
import { configuredOf } from '../../core/mapping-source.ts';
import type { Settings } from '../../core/settings.ts';
import { usageProblem } from '../command-options.ts';

const names: Record<MappingKind, string> = {
  sku: 'SKU',
  customer: 'customer',
  supplier: 'supplier',
  centre: 'centre',
  account: 'fee',
};

/** `SKU PACK`, `customer a@b.example (customers)`, `fee Shipping (refund)`. */
export function keyWords({ kind, list, source }: MappingKey): string {
  return `${names[kind]} ${source}${list === '' ? '' : ` (${list})`}`;
}

export function kindsOf(words: readonly string[], command: string): MappingKind[] | null {
  if (words.length === 0) return null;
  return words.map((word) => kindOf(word, command));
}

export function kindOf(word: string, command: string): MappingKind {
  const kind = mappingKinds.find((known) => known === word.toLowerCase());
  if (kind !== undefined) return kind;
  throw usageProblem(`there is no kind ${word}; there are ${mappingKinds.join(', ')}`, command);
}

/** As the CSV file names its cells; null stays null. */
export function targetJson(target: MappingTarget | null): JsonObject | null {
  return target === null ? null : targetFields(target);
}

/** What stood, with where it stood. */
export function beforeWords(
  before: { target: MappingTarget; from: 'mapping' | 'configuration' } | null,
  key: MappingKey,
  settings: Settings,
): string {
  if (before === null) return 'nothing';
  if (before.from === 'mapping') return targetWords(before.target);
  const at = configuredOf(settings, key)?.at;
  return `${targetWords(before.target)} (${at} in the configuration)`;
}

export function diffJson(line: DiffLine): JsonObject {
  const { change, kind, list, source, before, from, after } = line;
  return {
    change,
    kind,
    list,
    source,
    before: targetJson(before),
    from,
    after: targetJson(after),
  };
}
