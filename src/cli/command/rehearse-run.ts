import { type Rehearsal, rehearse } from '../../app/rehearsal.ts';
import { compareRehearsal, type RehearsalComparison } from '../../app/rehearsal-comparison.ts';
import { type RehearsalSummary, summaryOf } from '../../app/rehearsal-summary.ts';
import { differencesIn } from '../../core/rehearsal-compare.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openRehearsal } from '../compose-rehearsal.ts';
import { exitCode, worstExitCode } from '../exit-code.ts';
import { expectWritable, writeTextFile } from '../text-file.ts';
import { printComparison } from './rehearse-compare-table.ts';
import { rehearsalCsv } from './rehearse-csv.ts';
import { compareTemplate, readCompareFile } from './rehearse-file.ts';
import { rehearsalJson } from './rehearse-json.ts';
import { printRehearsal } from './rehearse-table.ts';
import { printTroubles } from './run-summary.ts';

const command = 'mlc rehearse';
const daysStandard = 7;
/** A year: more would be a backfill, and hours of reading. */
const daysMax = 366;
const rowsStandard = 200;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const { output } = context;
  if (options.given('compareTemplate')) {
    const template = compareTemplate();
    if (output.format === 'json') output.json({ template });
    else for (const line of template.trimEnd().split('\r\n')) output.line(line);
    return exitCode('done');
  }
  const days = options.whole('days', 1) ?? daysStandard;
  if (days > daysMax) {
    throw usageProblem(`--days takes at most ${daysMax}, not ${days}`, command);
  }
  const file = options.text('compare');
  if (file === null && options.given('failOnDifference')) {
    throw usageProblem('--fail-on-difference needs --compare', command);
  }
  // Before anything is read: a mistake in a file, or in a path, shall not cost an hour.
  const byHand = file === null ? null : readCompareFile(context, file);
  const csv = options.text('csv');
  if (csv !== null) expectWritable(context.cwd, csv);
  const session = await openRehearsal(context);
  try {
    const rehearsal = await rehearse(session.parts, { days, byHand: byHand ?? [] });
    context.progress.clear();
    const summary = summaryOf(rehearsal, session.parts.settings.limits);
    const comparison =
      byHand === null || file === null ? null : compareRehearsal(rehearsal, { file, byHand });
    if (csv !== null) writeTextFile(context.cwd, csv, rehearsalCsv(rehearsal));
    const code = codeOf(rehearsal, { summary, comparison, options });
    const found = { rehearsal, summary, comparison, code };
    if (output.format === 'json') output.json(rehearsalJson(found));
    else print(context, found, { shown: options.whole('limit', 1) ?? rowsStandard, csv });
    return code;
  } finally {
    await session.close();
  }
}

function print(
  { output }: CommandContext,
  found: {
    rehearsal: Rehearsal;
    summary: RehearsalSummary;
    comparison: RehearsalComparison | null;
  },
  { shown, csv }: { shown: number; csv: string | null },
): void {
  printRehearsal(output, found, shown);
  if (found.comparison !== null) {
    output.line();
    printComparison(output, found.comparison, shown);
  }
  output.line();
  if (csv !== null) output.line(`Every line of it is in ${csv}.`);
  output.line('This was a rehearsal: nothing was written into ShipBob, Infor or the database.');
  printTroubles(output, found.rehearsal.result);
}

function codeOf(
  { documents, result }: Rehearsal,
  found: {
    summary: RehearsalSummary;
    comparison: RehearsalComparison | null;
    options: CommandOptions;
  },
): number {
  const { summary, comparison, options } = found;
  const flagged = summary.clean < summary.records && options.given('failOnFlagged');
  const differs =
    comparison !== null && differencesIn(comparison.lines) > 0 && options.given('failOnDifference');
  const unclear = documents.some(({ standing }) => standing === 'unclear');
  return worstExitCode([
    // Of a run 4 may say that postings are left over: here all of them are.
    result.troubles.length === 0 ? exitCode('done') : result.exitCode,
    ...(unclear ? [exitCode('unavailable')] : []),
    ...(flagged || differs ? [exitCode('flagged')] : []),
  ]);
}
