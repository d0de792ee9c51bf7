/**
 * The tables as an Excel workbook, one sheet each. Numbers and days are real ones, so that finance
 * can add and filter them; every other cell is typed as text, which no spreadsheet calculates.
 */
import writeXlsxFile, { type CellObject } from 'write-excel-file/node';
import { assert } from '../../core/problem.ts';
import { decimalsOf } from '../../core/quantity.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { canonicalQuantity } from '../../core/schema.ts';
import { plainText } from '../text-width.ts';
import type { ReportExtras } from './extras.ts';
import { wallMs } from './moment.ts';
import type { ReportCell, ReportColumn, ReportTable } from './table.ts';
import { reportTables } from './tables.ts';
import { withFixedTimes } from './zip-time.ts';

/** As the library names them for Node; it exports neither. */
type Sheet = Parameters<typeof writeXlsxFile>[0][number];
type Feature = NonNullable<NonNullable<Parameters<typeof writeXlsxFile>[1]>['features']>[number];

/** The same report gives the same bytes, so that its hash says whether it is the same report. */
export async function workbook(
  report: ReconciliationReport,
  extras: ReportExtras,
): Promise<Buffer> {
  const sheets = reportTables(report, extras).map((table) =>
    sheetOf(table, report.period.timeZone),
  );
  const file = writeXlsxFile(sheets, { fontFamily: 'Calibri', fontSize: 11, features: [filters] });
  return withFixedTimes(await file.toBuffer());
}

/** Excel's own limits: rows of a sheet, the heading among them, and letters of a cell. */
const sheetRowsMax = 1_048_575;
const cellLettersMax = 32_000;

function sheetOf({ title, columns, rows }: ReportTable, timeZone: string): Sheet {
  const shown = rows.length < sheetRowsMax ? rows : rows.slice(0, sheetRowsMax - 1);
  const cut =
    shown.length === rows.length
      ? []
      : [
          [
            text(
              `${rows.length - shown.length} more rows: a sheet holds no more; see the CSV file`,
            ),
          ],
        ];
  const heads = columns.map(
    (column): CellObject => ({
      value: titleOf(column, timeZone),
      type: String,
      fontWeight: 'bold',
      wrap: true,
      alignVertical: 'top',
      align: isNumber(column) ? 'right' : 'left',
      bottomBorderStyle: 'thin',
    }),
  );
  const data = shown.map((row) => {
    return columns.map((column, index) => cellOf(column, row[index] ?? null, timeZone));
  });
  return {
    data: [heads, ...data, ...cut],
    sheet: title,
    stickyRowsCount: 1,
    orientation: 'landscape',
    columns: columns.map((column, index) => ({ width: widthOf(column, shown, index) })),
  };
}

function titleOf({ kind, title }: ReportColumn, timeZone: string): string {
  return kind === 'moment' ? `${title} (${timeZone})` : title;
}

function isNumber({ kind }: ReportColumn): boolean {
  return kind === 'count' || kind === 'quantity' || kind === 'amount';
}

function cellOf(column: ReportColumn, value: ReportCell, timeZone: string): CellObject | null {
  if (value === null || value === '') return null;
  switch (column.kind) {
    case 'count':
    case 'quantity':
    case 'amount':
      return numberCell(String(value), column.kind === 'amount' ? 2 : 0);
    case 'day':
      return { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
    case 'moment': {
      const wall = new Date(wallMs(Number(value), timeZone));
      return { value: wall, type: Date, format: 'yyyy-mm-dd hh:mm:ss' };
    }
    case 'text':
    case 'code':
      return text(String(value));
  }
}

/** Up to 15 digits are exact in a spreadsheet; what has more stays text, with every digit. */
export function numberCell(decimal: string, decimalsMin: number): CellObject {
  const digits = decimal.replace(/[-.]/g, '').replace(/^0+/, '');
  if (digits.length > 15) return { ...text(decimal), align: 'right' };
  const decimals = Math.max(decimalsMin, decimalsOf(canonicalQuantity(decimal)));
  const format = decimals === 0 ? '#,##0' : `#,##0.${'0'.repeat(decimals)}`;
  return { value: Number(decimal), type: Number, format };
}

function text(value: string): CellObject {
  return {
    value: cut(plainText(value)),
    type: String,
    format: '@',
    alignVertical: 'top',
  };
}

/** Excel counts UTF-16 units; half a letter at the cut would be no letter. */
function cut(value: string): string {
  if (value.length <= cellLettersMax) return value;
  return `${value.slice(0, cellLettersMax).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** By the longest of the first rows; sentences are cut rather than a screen wide. */
function widthOf(column: ReportColumn, rows: readonly ReportCell[][], index: number): number {
  if (column.kind === 'moment') return 24;
  let longest = Math.min(column.title.length, 14);
  for (const row of rows.slice(0, 1000)) {
    longest = Math.max(longest, String(row[index] ?? '').length);
  }
  return Math.min(longest + 3, 70);
}

/** Arrows to filter by in every heading row. The library has no word for it. */
const filters: Feature = {
  files: {
    transform: {
      'xl/worksheets/sheet{id}.xml': {
        transform: (content) => {
          const heads = content.slice(0, content.indexOf('</row>'));
          const lastHead = heads.slice(heads.lastIndexOf('<c r="'));
          const lastRow = content.slice(content.lastIndexOf('<row r="'));
          const column = /^<c r="([A-Z]+)1"/.exec(lastHead)?.[1];
          const row = /^<row r="(\d+)"/.exec(lastRow)?.[1];
          assert(column !== undefined && row !== undefined, 'a sheet has a heading row');
          return content.replace(
            '</sheetData>',
            `</sheetData><autoFilter ref="A1:${column}${row}"/>`,
          );
        },
      },
    },
  },
};
