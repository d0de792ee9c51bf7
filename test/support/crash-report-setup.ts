import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crashReport, crashSumsOf, reportVariable } from './crash-report.ts';

/** Vitest's: run once before all test files; what it answers runs after them. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-crash-report-'));
  const file = join(folder, 'lines.jsonl');
  writeFileSync(file, '');
  process.env[reportVariable] = file;
  return () => {
    const report = crashReport(file);
    if (report !== '') console.log(report);
    // For the campaign, which makes its page of them.
    const sums = process.env.CRASH_REPORT_JSON;
    if (sums && report !== '') writeFileSync(sums, JSON.stringify(crashSumsOf(file)));
    rmSync(folder, { recursive: true, force: true });
  };
}
