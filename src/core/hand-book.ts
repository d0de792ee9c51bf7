/**
 * A list of what people booked by hand, as a table of texts from their spreadsheet. It is taken in
 * whole or not at all: a row that was guessed at, or left out, would be a difference in the books.
 */
import { dayFromText } from './day.ts';
import { limits } from './limits.ts';
import { parseQuantity, readDecimal } from './quantity.ts';
import type { BookKind, HandBooking } from './rehearsal-line.ts';
import type { Day, Quantity } from './schema.ts';

export const handBookColumns = [
  'document',
  'number',
  'reference',
  'item',
  'quantity',
  'warehouse',
  'day',
  'lot',
] as const;
export type HandBookColumn = (typeof handBookColumns)[number];

const needed: readonly HandBookColumn[] = ['document', 'reference', 'item', 'quantity'];

/** Says where it is and how to mend it. */
export interface HandBookMistake {
  /** In the file, from 1. */
  line: number;
  column: string;
  value: string;
  mend: string;
}

export interface TextTable {
  header: { line: number; cells: string[] };
  rows: { line: number; cells: string[] }[];
}

/** No bookings where there is a mistake. At most so many mistakes are told at once. */
export function readHandBook(table: TextTable): {
  bookings: HandBooking[];
  mistakes: HandBookMistake[];
} {
  const columns = new Map<HandBookColumn, number>();
  const mistakes = readHeader(table.header, columns);
  if (mistakes.length > 0) return { bookings: [], mistakes };
  const bookings: HandBooking[] = [];
  for (const row of table.rows) {
    // Spreadsheets leave rows of separators at their end.
    if (row.cells.every((cell) => cell.trim() === '')) continue;
    const booking = readRow(row, { columns, width: table.header.cells.length }, mistakes);
    if (booking !== null) bookings.push(booking);
    if (mistakes.length >= limits.handBookMistakesMax) break;
  }
  return mistakes.length > 0 ? { bookings: [], mistakes } : { bookings, mistakes };
}

function readHeader(
  { line, cells }: TextTable['header'],
  columns: Map<HandBookColumn, number>,
): HandBookMistake[] {
  const mistakes: HandBookMistake[] = [];
  cells.forEach((cell, index) => {
    const name = cell.trim().toLowerCase();
    const column = handBookColumns.find((known) => known === name);
    const mend =
      column === undefined
        ? `there are ${handBookColumns.join(', ')}: rename this column, or take it out`
        : columns.has(column)
          ? 'keep one column of this name'
          : null;
    if (column !== undefined && mend === null) columns.set(column, index);
    if (mend !== null) mistakes.push({ line, column: String(index + 1), value: cell, mend });
  });
  for (const column of needed) {
    if (columns.has(column)) continue;
    const mend = `add the column ${column}; mlc rehearse --compare-template prints all of them`;
    mistakes.push({ line, column, value: '', mend });
  }
  return mistakes;
}

function readRow(
  row: { line: number; cells: string[] },
  table: { columns: Map<HandBookColumn, number>; width: number },
  mistakes: HandBookMistake[],
): HandBooking | null {
  const { line, cells } = row;
  if (cells.length !== table.width) {
    const mend = `give it ${table.width} cells as the first line has, and quote texts that hold the separator`;
    mistakes.push({ line, column: 'all', value: `${cells.length} cells`, mend });
    return null;
  }
  const before = mistakes.length;
  const text = (column: HandBookColumn): string => {
    const index = table.columns.get(column);
    return index === undefined ? '' : (cells[index] ?? '').trim();
  };
  const read = <Value>(column: HandBookColumn, reader: (text: string) => Value | Mend) => {
    const value = reader(text(column));
    if (!(value instanceof Mend)) return value;
    mistakes.push({ line, column, value: text(column), mend: value.words });
    return null;
  };
  const kind = read('document', kindOf);
  const reference = read('reference', present);
  const item = read('item', present);
  const quantity = read('quantity', quantityOf);
  const day = read('day', dayOrNull);
  const whole = kind !== null && reference !== null && item !== null && quantity !== null;
  if (!whole || mistakes.length > before) return null;
  const optional = (column: HandBookColumn) => (text(column) === '' ? null : text(column));
  return {
    row: line,
    kind,
    number: optional('number'),
    reference,
    item,
    quantity,
    warehouse: optional('warehouse'),
    day,
    lot: optional('lot'),
  };
}

/** How to mend a value that cannot be taken. */
class Mend {
  readonly words: string;
  constructor(words: string) {
    this.words = words;
  }
}

/** In a person's words, without blanks, dashes and case. */
const kindWords: Record<string, BookKind> = {
  salesorder: 'salesOrder',
  customerorder: 'salesOrder',
  purchaseorder: 'purchaseOrder',
  goodsissue: 'goodsIssue',
  issue: 'goodsIssue',
  delivery: 'goodsIssue',
  stockissue: 'stockIssue',
  goodsreceipt: 'goodsReceipt',
  receipt: 'goodsReceipt',
};

function kindOf(text: string): BookKind | Mend {
  const word = text.toLowerCase().replace(/[\s_-]/g, '');
  const kind = Object.hasOwn(kindWords, word) ? kindWords[word] : undefined;
  const words = 'sales order, purchase order, goods issue, stock issue or goods receipt';
  return kind ?? new Mend(`write ${words}`);
}

function present(text: string): string | Mend {
  return text === '' ? new Mend('it must not be empty') : text;
}

function quantityOf(text: string): Quantity | Mend {
  if (text === '') return new Mend('it must not be empty');
  // `1,5` and `1,000`: nobody can tell which of the two was meant.
  if (text.includes(',')) return new Mend('write a point before decimals and nothing else: 1.5');
  const plain = /^[+-]?(\d+(\.\d+)?|\.\d+)$/.test(text) && readDecimal(text) !== null;
  return plain ? parseQuantity(text) : new Mend('write a number such as 12 or 1.5');
}

function dayOrNull(text: string): Day | null | Mend {
  if (text === '') return null;
  return dayFromText(text) ?? new Mend('write year, month and day: 2026-11-30');
}
