/**
 * The tables of a report, once for all of its forms: the page, the workbook and the CSV files show
 * the same rows because they show these. Cells keep their exact value; how it is written is each
 * form's own matter.
 */
import type { Amount, Day, Quantity } from '../../core/schema.ts';

/**
 * `count`: a whole number of documents or days. `quantity` and `amount`: exact decimals. `moment`:
 * milliseconds since 1970 UTC, shown on the clock of the period's time zone.
 */
export type ColumnKind = 'text' | 'code' | 'count' | 'quantity' | 'amount' | 'day' | 'moment';

export interface ReportColumn {
  /** Stable, for programs that read the CSV. */
  name: string;
  /** For people. */
  title: string;
  kind: ColumnKind;
}

/** Null: the book says nothing, which is not zero. */
export type ReportCell = string | number | Quantity | Amount | Day | null;

export interface ReportTable {
  /** Also the name of its CSV file. */
  name: string;
  /** Name of its sheet: at most 31 characters. */
  title: string;
  columns: ReportColumn[];
  rows: ReportCell[][];
}

/** A column, and what stands in it for one row. */
export type ReportColumnOf<Row> = readonly [
  name: string,
  title: string,
  kind: ColumnKind,
  of: (row: Row) => ReportCell,
];

export function table<Row>(
  name: string,
  title: string,
  columns: readonly ReportColumnOf<Row>[],
  rows: readonly Row[],
): ReportTable {
  return {
    name,
    title,
    columns: columns.map(([each, words, kind]) => ({ name: each, title: words, kind })),
    rows: rows.map((row) => columns.map(([, , , of]) => of(row))),
  };
}
