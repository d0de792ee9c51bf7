/** A report in the form that was asked for, to a file, a folder or standard output. */
import { accessSync, constants, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { exists, newFile, unwritable } from '../../runtime/new-file.ts';
import { csvTables } from './csv.ts';
import type { ReportExtras } from './extras.ts';
import { reportJson } from './json.ts';
import { htmlReport } from './page.ts';
import { workbook } from './workbook.ts';

export const reportFormats = ['html', 'xlsx', 'csv', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** A file, for CSV a folder with one file per table. */
export interface ReportPlace {
  path: string;
  replace: 'yes' | 'no';
}

/**
 * Throws what `writeReport` would throw, before the books are read for nothing: USAGE, FILE_EXISTS
 * and FILE_UNWRITABLE. A folder for CSV is made.
 */
export function requirePlace(format: ReportFormat, place: ReportPlace | null): void {
  if (place === null) {
    if (format === 'xlsx' || format === 'csv') throw placeless(format);
    return;
  }
  const { path, replace } = place;
  if (format === 'csv') requireFolder(path, replace);
  else requireFile(path, replace);
}

function requireFile(path: string, replace: 'yes' | 'no'): void {
  const known = lstatSync(path, { throwIfNoEntry: false });
  // A rename would take the place of a device such as /dev/stdout.
  if (known !== undefined && !known.isFile()) throw unwritable(path);
  newFile(path, replace);
  requireAccess(dirname(path), path);
}

function requireFolder(path: string, replace: 'yes' | 'no'): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
  requireAccess(path, path);
  const [known] = readdirSync(path);
  if (replace === 'no' && known !== undefined) throw exists(join(path, known));
}

function requireAccess(folder: string, path: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

/**
 * Each file is whole or not there. Without a place the report goes to standard output, which has
 * none for a workbook or several CSV files. Answers the paths that were written. Throws USAGE,
 * FILE_EXISTS and FILE_UNWRITABLE.
 */
export async function writeReport(request: {
  report: ReconciliationReport;
  extras: ReportExtras;
  format: ReportFormat;
  place: ReportPlace | null;
  /** Standard output. */
  write(text: string): void;
}): Promise<string[]> {
  const { report, extras, format, place, write } = request;
  requirePlace(format, place);
  if (place === null) {
    write(textFor(report, extras, format));
    return [];
  }
  const { path, replace } = place;
  if (format === 'csv') {
    return csvTables(report, extras).map(({ name, text }) => {
      return writeFile(join(path, `${name}.csv`), text, replace);
    });
  }
  const content =
    format === 'xlsx' ? await workbook(report, extras) : textFor(report, extras, format);
  return [writeFile(path, content, replace)];
}

function writeFile(
  path: string,
  content: string | Buffer,
  replace: ReportPlace['replace'],
): string {
  const file = newFile(path, replace);
  try {
    writeFileSync(file.draft, content, { flag: 'wx' });
  } catch (thrown) {
    file.drop();
    throw unwritable(path, thrown);
  }
  file.place();
  return path;
}

function textFor(report: ReconciliationReport, extras: ReportExtras, format: ReportFormat): string {
  switch (format) {
    case 'html':
      return htmlReport(report, extras);
    case 'json':
      return `${JSON.stringify(reportJson(report, extras), null, 2)}\n`;
    case 'xlsx':
    case 'csv':
      throw placeless(format);
  }
}

function placeless(format: 'xlsx' | 'csv'): Problem {
  return new Problem({
    code: 'USAGE',
    kind: 'configuration',
    message: `${format} needs a place to be written to`,
    hint: format === 'csv' ? 'Name a folder with --out.' : 'Name a file with --out.',
  });
}
