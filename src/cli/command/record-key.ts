import type { RecordKey } from '../../core/glossary.ts';
import { usageProblem } from '../command-options.ts';

const kinds = ['order', 'receiving', 'charge'] as const;

/** `order:309589638`; null for other words. */
export function recordKeyIn(text: string): RecordKey | null {
  const [, word = '', id = ''] = /^([a-z]+):(.+)$/.exec(text.trim()) ?? [];
  const kind = kinds.find((name) => name === word);
  return kind === undefined || id === '' ? null : { kind, id };
}

/** As an option gives it; throws USAGE for other words. */
export function readRecordKey(text: string, command: string): RecordKey {
  const key = recordKeyIn(text);
  if (key !== null) return key;
  throw usageProblem(
    `--record needs a kind and an id such as order:309589638, not ${JSON.stringify(text)}; kinds are ${kinds.join(', ')}`,
    command,
  );
}
