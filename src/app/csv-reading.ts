/** CSV as spreadsheets write it, for every file that people hand in. */
import { CsvError, parse } from 'csv-parse/sync';

export interface CsvRow {
  /** The line of the file that it begins on. */
  line: number;
  cells: string[];
}

export type CsvReading =
  | { state: 'read'; rows: CsvRow[] }
  | { state: 'wrong'; line: number; why: string };

/**
 * The titles first, rows without a single value left out. Commas, semicolons or tabs, whichever
 * parts the titles; either line end; a byte order mark is no mistake.
 */
export function readCsv(text: string): CsvReading {
  const rows: CsvRow[] = [];
  try {
    // csv-parse counts a Windows line end inside quotes as two lines.
    const lined = text.replace(/\r\n?/g, '\n');
    parse(lined, {
      bom: true,
      delimiter: separatorOf(lined),
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(cells: string[], { lines }) {
        const within = cells.join('').split('\n').length - 1;
        if (cells.some((cell) => cell !== '')) rows.push({ line: lines - within, cells });
        return null;
      },
    });
    return { state: 'read', rows };
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    const line = 'lines' in thrown ? Number(thrown.lines) : 1;
    return { state: 'wrong', line, why: thrown.message };
  }
}

/** Spreadsheets write a semicolon where the comma is the decimal sign. */
function separatorOf(text: string): string {
  const [titles = ''] = text.split('\n', 1);
  const plain = titles.replace(/"[^"]*"/g, '');
  const times = (separator: string) => plain.split(separator).length;
  return [',', ';', '\t'].reduce((best, one) => (times(one) > times(best) ? one : best));
}
