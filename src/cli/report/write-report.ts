/** A report in the form that was asked for, to a file, a folder or standard output. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { unwritable } from '../../runtime/new-file.ts';
import { csvTables } from './csv.ts';
import type { ReportExtras } from './extras.ts';
import { reportJson } from './json.ts';
import { htmlReport } from './page.ts';
import { workbook } from './workbook.ts';

export const reportFormats = ['html', 'xlsx', 'csv', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export function isReportFormat(text: string): text is ReportFormat {
  return reportFormats.some((format) => format === text);
}

/**
 * With a path the file is written there, for CSV a folder with one file per table; without one it
 * goes to standard output, where neither a workbook nor several CSV files have a place. Answers the
 * paths that were written. Throws USAGE and FILE_UNWRITABLE.
 */
export async function writeReport(request: {
  report: ReconciliationReport;
  extras: ReportExtras;
  format: ReportFormat;
  path: string | null;
  /** Standard output. */
  write(text: string): void;
}): Promise<string[]> {
  const { report, extras, format, path, write } = request;
  if (path === null) {
    write(textFor(report, extras, format));
    return [];
  }
  try {
    if (format === 'csv') return writeTables(path, report, extras);
    writeFileSync(
      path,
      format === 'xlsx' ? await workbook(report, extras) : textFor(report, extras, format),
    );
    return [path];
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function textFor(report: ReconciliationReport, extras: ReportExtras, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return htmlReport(report, extras);
    case 'json':
      return `${JSON.stringify(reportJson(report, extras), null, 2)}\n`;
    case 'xlsx':
    case 'csv':
      throw new Problem({
        code: 'USAGE',
        kind: 'configuration',
        message: `${format} needs a place to be written to`,
        hint: format === 'csv' ? 'Name a folder with --out.' : 'Name a file with --out.',
      });
  }
}

function writeTables(folder: string, report: ReconciliationReport, extras: ReportExtras): string[] {
  mkdirSync(folder, { recursive: true });
  return csvTables(report, extras).map(({ name, text }) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, text);
    return path;
  });
}
