/** One of the report's tables on the page. */
import { type Markup, markup } from './markup.ts';
import { clockText } from './moment.ts';
import { countedGrouped, grouped, groupedMoney } from './number.ts';
import type { ReportCell, ReportColumn, ReportTable } from './table.ts';

/** More would be a page nobody can open; the workbook holds them all. */
export const rowsShownMax = 500;

export interface TableView {
  timeZone: string;
  /** Said above the table, for those who cannot see where it stands. */
  caption: string;
  /** Columns that are left out: they stand in the workbook. */
  without?: readonly string[];
}

export function tableMarkup(table: ReportTable, view: TableView): Markup {
  const rows = table.rows.slice(0, rowsShownMax);
  const shown = shownColumns(table, rows, view.without ?? []);
  const heads = shown.map(({ kind, title }) => {
    return markup`<th scope="col"${isNumber(kind) ? markup` class="n"` : null}>${title}</th>`;
  });
  const lines = rows.map((row) => {
    return markup`<tr>${shown.map((column) => cell(column, row, view.timeZone))}</tr>\n`;
  });
  return markup`<div class="wide"><table>
<caption>${view.caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>
${moreRows(table.rows.length)}`;
}

function moreRows(count: number): Markup | null {
  if (count <= rowsShownMax) return null;
  return markup`<p class="soft">The first ${grouped(String(rowsShownMax))} of ${countedGrouped(count, 'row')}; the workbook and the CSV files have them all.</p>`;
}

interface ShownColumn extends ReportColumn {
  index: number;
  /** Where the currency of an amount stands: on the page they share a cell. */
  currencyIndex: number | null;
  /** `long` ones give way when the page is narrow. */
  length: 'short' | 'long';
}

const longFrom = 25;

function shownColumns(
  { columns }: ReportTable,
  rows: readonly ReportCell[][],
  without: readonly string[],
): ShownColumn[] {
  const currencyAt = columns.findIndex(({ name }) => name === 'currency');
  return columns.flatMap((column, index): ShownColumn[] => {
    if (without.includes(column.name) || index === currencyAt) return [];
    const long = rows.some((row) => String(row[index] ?? '').length >= longFrom);
    return [
      {
        ...column,
        index,
        currencyIndex: column.kind === 'amount' && currencyAt >= 0 ? currencyAt : null,
        length: long ? 'long' : 'short',
      },
    ];
  });
}

function isNumber(kind: ReportColumn['kind']): boolean {
  return kind === 'count' || kind === 'quantity' || kind === 'amount';
}

function cell(column: ShownColumn, row: readonly ReportCell[], timeZone: string): Markup {
  const { kind, index, currencyIndex, length } = column;
  const value = row[index] ?? null;
  const currency = currencyIndex === null || value === null ? null : (row[currencyIndex] ?? null);
  const names = [
    ...(isNumber(kind) ? ['n'] : [lookOf(kind, length)]),
    ...(kind === 'code' ? ['code'] : []),
    ...(value === null || value === '0' ? ['none'] : []),
  ];
  const text = cellText(kind, value, timeZone);
  return markup`<td class="${names.join(' ')}">${text}${currency === null ? '' : ` ${currency}`}</td>`;
}

/** Words may be broken between lines on paper; days and codes never. */
function lookOf(kind: ReportColumn['kind'], length: ShownColumn['length']): string {
  if (length === 'long') return 'long';
  return kind === 'text' ? 'words' : 'short';
}

/** A dash where a book says nothing. */
export function cellText(kind: ReportColumn['kind'], value: ReportCell, timeZone: string): string {
  if (value === null || value === '') return '–';
  switch (kind) {
    case 'count':
    case 'quantity':
      return grouped(String(value));
    case 'amount':
      return groupedMoney(String(value));
    case 'moment':
      return clockText(Number(value), timeZone);
    case 'text':
    case 'code':
    case 'day':
      return String(value);
  }
}
