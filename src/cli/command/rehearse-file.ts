import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { type HandBookMistake, handBookColumns, readHandBook } from '../../core/hand-book.ts';
import { Problem } from '../../core/problem.ts';
import type { HandBooking } from '../../core/rehearsal-line.ts';
import type { CommandContext } from '../command-spec.ts';
import { csvText } from '../csv-text.ts';
import { plainText } from '../text-width.ts';

const bytesMax = 64 * 1024 * 1024;
const valueMax = 60;

/** An empty list with one row that shows how each column is written. */
export function compareTemplate(): string {
  const example: Record<(typeof handBookColumns)[number], string> = {
    document: 'goods issue',
    number: '0010000123',
    reference: '10045',
    item: 'COFFEE-DARK',
    quantity: '1.5',
    warehouse: '100',
    day: '2026-11-30',
    lot: '',
  };
  return csvText([...handBookColumns], [handBookColumns.map((column) => example[column])]);
}

/** Throws a Problem that names file, line, column, value and the mend of each mistake. */
export function readCompareFile(context: CommandContext, name: string): HandBooking[] {
  const text = decoded(readBytes(resolve(context.cwd, name), name), name);
  const rows = rowsOf(text, name);
  const [header = { line: 1, cells: [] }] = rows;
  const { bookings, mistakes } = readHandBook({ header, rows: rows.slice(1) });
  const [first] = mistakes;
  if (first !== undefined) throw invalid(name, [first, ...mistakes.slice(1)]);
  return bookings;
}

function readBytes(path: string, name: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNREADABLE',
      kind: 'configuration',
      message: `${name} cannot be read`,
      hint: 'Check the path and its permissions.',
      evidence: { reason: thrown instanceof Error ? thrown.message : String(thrown) },
    });
  }
  if (bytes.length <= bytesMax) return bytes;
  throw notCsv(name, `it has ${bytes.length} bytes, more than ${bytesMax}`);
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notCsv(name, 'it is not written in UTF-8');
  }
}

interface Row {
  line: number;
  cells: string[];
}

/** Each with the line it begins on. */
function rowsOf(text: string, name: string): Row[] {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      delimiter: separatorOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(cells: string[], { lines }) {
        const within = cells.join('').split('\n').length - 1;
        rows.push({ line: lines - within, cells });
        return null;
      },
    });
    return rows;
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    throw notCsv(name, thrown.message);
  }
}

/** Spreadsheets write a semicolon where the comma is the decimal sign. */
function separatorOf(text: string): ';' | ',' {
  const [header = ''] = text.split(/\r?\n/, 1);
  const plain = header.replace(/"[^"]*"/g, '');
  return plain.split(';').length > plain.split(',').length ? ';' : ',';
}

function notCsv(name: string, why: string): Problem {
  return new Problem({
    code: 'COMPARE_FILE_UNREADABLE',
    kind: 'configuration',
    message: `${name} cannot be read as CSV: ${why}`,
    hint: 'Save it as "CSV UTF-8" from your spreadsheet. mlc rehearse --compare-template prints what it should look like.',
  });
}

function invalid(name: string, mistakes: [HandBookMistake, ...HandBookMistake[]]): Problem {
  const told = mistakes.map(({ line, column, value, mend }) => {
    const shown = JSON.stringify(plainText(value).slice(0, valueMax));
    return `line ${line}, column ${column}, value ${shown}: ${mend}`;
  });
  const more = told.length > 1 ? ` (and ${told.length - 1} more)` : '';
  return new Problem({
    code: 'COMPARE_FILE_INVALID',
    kind: 'configuration',
    message: `${name}, ${told[0]}${more}`,
    hint: 'Mend the file; nothing of it was taken, and nothing was rehearsed.',
    evidence: Object.fromEntries(told.slice(1).map((words, index) => [String(index + 2), words])),
  });
}
