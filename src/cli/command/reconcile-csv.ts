/** Findings for a spreadsheet, one a line. */
import { stringify } from 'csv-stringify/sync';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
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

export function findingsCsv(report: ReconciliationReport): string[] {
  const rows = report.findings.map((found) =>
    columns.map((name) => {
      const value = name === 'record' ? recordText(found.record) : found[name];
      return value === null ? '' : withoutFormula(plainText(value));
    }),
  );
  const text = stringify([[...columns], ...rows]);
  return text.trimEnd().split('\n');
}

function recordText(record: { kind: string; id: string } | null): string | null {
  return record === null ? null : `${record.kind} ${record.id}`;
}

/** What a spreadsheet would take for a formula becomes text; a plain number stays one. */
export function withoutFormula(text: string): string {
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  return /^[\s]*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text;
}
