/** Cells that several tables write alike. */
import type { DocumentKind, RecordKey } from '../../core/glossary.ts';
import { kindWords, recordWords } from './words.ts';

/** `order 309589638`. */
export function recordText(record: RecordKey | null): string | null {
  return record === null ? null : `${recordWords[record.kind]} ${record.id}`;
}

export function documentText(kind: DocumentKind | null): string | null {
  return kind === null ? null : kindWords[kind].one;
}
