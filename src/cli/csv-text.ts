import { stringify } from 'csv-stringify/sync';
import { safeCell } from '../core/csv-cell.ts';

/** Rows as CSV (RFC 4180), the header first; no cell is taken for a formula. */
export function csvText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return stringify(
    [header, ...rows].map((row) => row.map(safeCell)),
    { record_delimiter: 'windows' },
  );
}
