import type { Observation, SourcePage, UnreadableRecord } from '../app/ports.ts';
import type { RecordKind, SourceRecord } from '../core/glossary.ts';
import { isId, nameOf, UnreadableField } from './schema.ts';

/** How rows of one resource become records. */
export interface RecordKindReader<T extends SourceRecord> {
  kind: RecordKind;
  /** The name of the field that holds the row's id. */
  idField: string;
  /** Throws UnreadableField. */
  read: (row: unknown) => T;
}

/**
 * Translates the rows of one page. A row that cannot be understood is kept whole and does not stop
 * the others. Of rows with one id the first counts: within a page they are one and the same.
 */
export function readPage<T extends SourceRecord>(
  reader: RecordKindReader<T>,
  page: { rows: readonly unknown[]; startedAtMs: number; pagesLeft: number },
): SourcePage<T> {
  const observations: Observation<T>[] = [];
  const unreadable: UnreadableRecord[] = [];
  const met = new Set<string>();
  for (const row of page.rows) {
    const id = nameOf(row, reader.idField);
    if (id !== null && met.has(id)) continue;
    if (id !== null) met.add(id);
    const read = readRow(reader, row, page.startedAtMs);
    if ('record' in read) observations.push(read);
    else unreadable.push(read);
  }
  return { observations, unreadable, pagesLeft: page.pagesLeft };
}

export function readRow<T extends SourceRecord>(
  reader: RecordKindReader<T>,
  row: unknown,
  startedAtMs: number,
): Observation<T> | UnreadableRecord {
  try {
    return { record: reader.read(row), startedAtMs };
  } catch (thrown) {
    if (!(thrown instanceof UnreadableField)) throw thrown;
    return unreadableRow(reader, { row, startedAtMs, problem: thrown.message });
  }
}

export function unreadableRow<T extends SourceRecord>(
  reader: RecordKindReader<T>,
  found: { row: unknown; startedAtMs: number; problem: string },
): UnreadableRecord {
  const id = nameOf(found.row, reader.idField);
  const usable = id !== null && (reader.kind === 'charge' ? isChargeId(id) : isId(id));
  return {
    kind: reader.kind,
    id: usable ? id : null,
    raw: rawText(found.row),
    problem: found.problem,
    startedAtMs: found.startedAtMs,
  };
}

function rawText(row: unknown): string {
  try {
    return JSON.stringify(row) ?? 'null';
  } catch {
    // The parser can go somewhat deeper than the writer before the stack ends.
    return '"nested too deeply to be kept"';
  }
}

function isChargeId(text: string): boolean {
  return /^[0-9A-Za-z]{1,26}$/.test(text);
}
