/** Mappings as a CSV file, out and in. */
import { stringify } from 'csv-stringify/sync';
import { readCell, safeCell } from '../core/csv-cell.ts';
import {
  keyOfMapping,
  type MappingDraft,
  type MappingKind,
  type MappingTarget,
  mappingKinds,
  targetFields,
} from '../core/mapping.ts';
import { type FieldMistake, fieldsOfKind, keyMistakes, readTarget } from '../core/mapping-check.ts';
import { type CsvRow, readCsv } from './csv-reading.ts';
import { nameOf } from './mapping-context.ts';

/** One import is one transaction, which nobody else may have to wait for. */
const linesMax = 20_000;
const keyColumns = ['kind', 'list', 'source'] as const;
const targetColumns = [...new Set(mappingKinds.flatMap((kind) => fieldsOfKind[kind]))];

/** The columns that these kinds need, in a fixed order. */
export function columnsFor(kinds: readonly MappingKind[]): string[] {
  const needed = new Set(kinds.flatMap((kind) => fieldsOfKind[kind]));
  return [...keyColumns, ...targetColumns.filter((column) => needed.has(column))];
}

/** CSV text with a line of titles; cells that would be formulas are marked as text. */
export function writeMappings(
  mappings: readonly { list: string; source: string; target: MappingTarget }[],
  kinds: readonly MappingKind[],
): string {
  const columns = columnsFor(kinds);
  const lines = mappings.map(({ list, source, target }) => {
    const cells: Record<string, string> = {
      kind: target.kind,
      list,
      source,
      ...targetFields(target),
    };
    return columns.map((column) => safeCell(cells[column] ?? ''));
  });
  return stringify([columns, ...lines], { record_delimiter: '\n' });
}

/** One thing wrong in a file, where it is, and what would be right. */
export interface FileMistake {
  line: number;
  column: string;
  found: string;
  allowed: string;
}

export interface FileLine {
  line: number;
  draft: MappingDraft;
}

/** All lines, or all mistakes: a file with one wrong line is not half read. */
export type FileReading =
  | { state: 'read'; lines: FileLine[] }
  | { state: 'wrong'; mistakes: FileMistake[] };

export function readMappings(text: string): FileReading {
  const csv = readCsv(text);
  if (csv.state === 'wrong') {
    const allowed = 'CSV: cells with quotes in them stand in quotes, and each quote twice';
    const found = 'text that is no CSV';
    return { state: 'wrong', mistakes: [{ line: csv.line, column: '', found, allowed }] };
  }
  const [titles, ...rest] = csv.rows;
  const wrong = titleMistakes(titles);
  if (titles === undefined || wrong.length > 0) return { state: 'wrong', mistakes: wrong };
  if (rest.length > linesMax) return { state: 'wrong', mistakes: [tooLong(rest)] };
  const mistakes: FileMistake[] = [];
  const lines: FileLine[] = [];
  const known = new Map<string, number>();
  for (const { cells, line } of rest) {
    const reading = readLine(titles.cells, cells);
    if (!('draft' in reading)) {
      mistakes.push(...reading.mistakes.map((mistake) => inFile(mistake, line)));
      continue;
    }
    const { draft } = reading;
    const name = nameOf(keyOfMapping(draft));
    const before = known.get(name);
    if (before !== undefined) {
      const allowed = `each source once; line ${before} has it already`;
      mistakes.push({ line, column: 'source', found: draft.source, allowed });
    }
    known.set(name, line);
    lines.push({ line, draft });
  }
  return mistakes.length > 0 ? { state: 'wrong', mistakes } : { state: 'read', lines };
}

function tooLong(rest: readonly CsvRow[]): FileMistake {
  const line = rest[linesMax]?.line ?? 0;
  return { line, column: '', found: `${rest.length} lines`, allowed: `at most ${linesMax} a file` };
}

export function inFile({ field, found, allowed }: FieldMistake, line: number): FileMistake {
  return { line, column: field, found, allowed };
}

function titleMistakes(titles: CsvRow | undefined): FileMistake[] {
  const columns: readonly string[] = [...keyColumns, ...targetColumns];
  const allowed = `columns named ${columns.join(', ')}`;
  if (titles === undefined) return [{ line: 1, column: '', found: '', allowed }];
  const { cells, line } = titles;
  const unknown = cells.filter((cell) => !columns.includes(cell));
  const missing = (['kind', 'source'] as const).filter((column) => !cells.includes(column));
  const twice = cells.filter((cell, index) => cells.indexOf(cell) !== index);
  return [
    ...unknown.map((column) => ({ line, column, found: 'an unknown column', allowed })),
    ...missing.map((column) => ({ line, column, found: 'no such column', allowed })),
    ...twice.map((column) => ({ line, column, found: 'the column twice', allowed })),
  ];
}

function readLine(
  titles: readonly string[],
  cells: readonly string[],
): { draft: MappingDraft } | { mistakes: FieldMistake[] } {
  if (cells.length > titles.length) {
    const found = cells.slice(titles.length).join(' ');
    return {
      mistakes: [{ field: '', found, allowed: `${titles.length} cells, as many as titles` }],
    };
  }
  const fields = Object.fromEntries(
    titles.map((title, index) => [title, readCell(cells[index] ?? '')]),
  );
  const { kind: word = '', list = '', source = '', ...rest } = fields;
  const kind = mappingKinds.find((known) => known === word.trim());
  if (kind === undefined) {
    const allowed = `one of: ${mappingKinds.join(', ')}`;
    return { mistakes: [{ field: 'kind', found: word, allowed }] };
  }
  const reading = readTarget(kind, rest);
  const foreign = Object.entries(rest).filter(
    ([field, value]) => value !== '' && !fieldsOfKind[kind].includes(field),
  );
  const mistakes = [
    ...keyMistakes({ kind, list, source }),
    ...(reading.state === 'wrong' ? reading.mistakes : []),
    ...foreign.map(([field, found]) => ({ field, found, allowed: `nothing, for a ${kind}` })),
  ];
  if (reading.state === 'wrong' || mistakes.length > 0) return { mistakes };
  return { draft: { list, source, target: reading.target, validFromMs: null, validToMs: null } };
}
