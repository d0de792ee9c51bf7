/** Findings for a spreadsheet, one a line. */
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { csvText } from '../csv-text.ts';
import { plainText } from '../text-width.ts';

const columns = [
  'code',
  'sentence',
  'document',
  'record',
  'key',
  'inforNumber',
  'warehouse',
  'item',
  'lot',
  'day',
  'shipbob',
  'ledger',
  'infor',
  'amount',
  'currency',
  'hint',
] as const;

export function findingsCsv(report: ReconciliationReport): string {
  const rows = report.findings.map((found) =>
    columns.map((name) => {
      const value = name === 'record' ? recordText(found.record) : found[name];
      return value === null ? '' : plainText(value);
    }),
  );
  return csvText(columns, rows);
}

function recordText(record: { kind: string; id: string } | null): string | null {
  return record === null ? null : `${record.kind} ${record.id}`;
}
