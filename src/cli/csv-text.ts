import { stringify } from 'csv-stringify/sync';

/** A spreadsheet would take what begins so for a formula, and run it. */
const formula = /^[=+\-@\t\r]/;
const number = /^[+-]?\d+(\.\d+)?$/;

/**
 * Rows as CSV (RFC 4180), the header first. Text from outside that a spreadsheet would take for a
 * formula gets an apostrophe before it; numbers stay numbers.
 */
export function csvText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const harmless = (cell: string) => (formula.test(cell) && !number.test(cell) ? `'${cell}` : cell);
  return stringify(
    [header, ...rows].map((row) => row.map(harmless)),
    { record_delimiter: 'windows' },
  );
}
