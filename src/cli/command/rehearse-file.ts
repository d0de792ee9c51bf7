import { readCsv } from '../../app/csv-reading.ts';
import { type HandBookMistake, handBookColumns, readHandBook } from '../../core/hand-book.ts';
import { Problem } from '../../core/problem.ts';
import type { HandBooking } from '../../core/rehearsal-line.ts';
import type { CommandContext } from '../command-spec.ts';
import { csvText } from '../csv-text.ts';
import { readTextFile } from '../text-file.ts';
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
  const csv = readCsv(readTextFile(context.cwd, name, bytesMax));
  if (csv.state === 'wrong') throw notCsv(name, csv.why);
  const [header = { line: 1, cells: [] }, ...rows] = csv.rows;
  const { bookings, mistakes } = readHandBook({ header, rows });
  const [first] = mistakes;
  if (first !== undefined) throw invalid(name, [first, ...mistakes.slice(1)]);
  return bookings;
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
