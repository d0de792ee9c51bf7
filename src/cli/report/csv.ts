/**
 * Each table as a CSV file (RFC 4180) that a spreadsheet opens as it is: UTF-8 with a byte-order
 * mark, without which Excel reads letters beyond ASCII wrongly, comma, CRLF. No cell can be taken
 * for a formula.
 */
import { stringify } from 'csv-stringify/sync';
import { safeCell } from '../../core/csv-cell.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { plainText } from '../text-width.ts';
import type { ReportExtras } from './extras.ts';
import { isoText } from './moment.ts';
import type { ReportCell, ReportColumn, ReportTable } from './table.ts';
import { reportTables } from './tables.ts';

export interface CsvTable {
  /** Such as `cut-off`, without an ending. */
  name: string;
  text: string;
}

export function csvTables(report: ReconciliationReport, extras: ReportExtras): CsvTable[] {
  return reportTables(report, extras).map((table) => ({
    name: table.name,
    text: csvText(table, report.period.timeZone),
  }));
}

export function csvText({ columns, rows }: ReportTable, timeZone: string): string {
  const cells = rows.map((row) => {
    return columns.map((column, index) => csvCell(column, row[index] ?? null, timeZone));
  });
  return stringify([columns.map(({ name }) => name), ...cells], {
    bom: true,
    record_delimiter: 'windows',
  });
}

/** Empty where a book says nothing; decimals with a point and no grouping, as in `--json`. */
function csvCell({ kind }: ReportColumn, value: ReportCell, timeZone: string): string {
  if (value === null) return '';
  if (kind === 'moment') return isoText(Number(value), timeZone);
  return safeCell(plainText(String(value)));
}
