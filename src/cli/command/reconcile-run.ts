import { dayFromText, dayOf, isTimeZone } from '../../core/day.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { Day } from '../../core/schema.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace, type Workspace } from '../compose.ts';
import { compareBooks, periodZone, type ReconcileRequest } from '../compose-reconcile.ts';
import { exitCode } from '../exit-code.ts';
import { readMoment } from './moment.ts';
import { findingsCsv } from './reconcile-csv.ts';
import { reportJson } from './reconcile-json.ts';
import { printReport } from './reconcile-table.ts';

const command = 'mlc reconcile';
const topDefault = 20;
const formats = ['table', 'json', 'csv'] as const;
type Format = (typeof formats)[number];

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const format = formatOf(context, options);
  const top = options.whole('top', 1) ?? topDefault;
  const workspace = await openWorkspace(context);
  try {
    const request = requestOf(context, workspace, options);
    const report = await compareBooks(context, workspace, request);
    print(context, report, { format, top });
    const unclean = report.verdict !== 'agrees' && options.given('failOnDifference');
    return exitCode(unclean ? 'flagged' : 'done');
  } finally {
    await workspace.close();
  }
}

function print(
  { output }: CommandContext,
  report: ReconciliationReport,
  how: { format: Format; top: number },
): void {
  switch (how.format) {
    case 'json':
      output.json(reportJson(report));
      return;
    case 'csv':
      for (const line of findingsCsv(report).trimEnd().split('\r\n')) output.line(line);
      return;
    default:
      printReport(output, report, how.top);
  }
}

function formatOf({ output }: CommandContext, options: CommandOptions): Format {
  const text = options.text('format') ?? 'table';
  const format = formats.find((name) => name === text);
  if (format === undefined) {
    throw usageProblem(`--format takes ${formats.join(', ')}, not ${text}`, command);
  }
  return output.format === 'json' ? 'json' : format;
}

function requestOf(
  context: CommandContext,
  workspace: Workspace,
  options: CommandOptions,
): ReconcileRequest {
  const nowMs = context.clock.now();
  const timeZone = options.text('timeZone') ?? periodZone(workspace);
  if (!isTimeZone(timeZone)) {
    throw usageProblem(`--time-zone takes an IANA name, not ${timeZone}`, command);
  }
  const from = readDay(options, 'from');
  const to = readDay(options, 'to');
  if (to < from) throw usageProblem(`--to ${to} lies before --from ${from}`, command);
  if (from > dayOf(nowMs, timeZone)) {
    throw usageProblem(`--from ${from} lies in the future`, command);
  }
  const asOf = options.text('asOf');
  const asOfMs = asOf === null ? null : readMoment(asOf, 'as-of', nowMs);
  if (asOfMs !== null && asOfMs > nowMs) {
    throw usageProblem(`--as-of ${asOf} lies in the future`, command);
  }
  if (options.given('resume') && options.given('fresh')) {
    throw usageProblem('--resume and --fresh exclude each other', command);
  }
  return {
    ...{ from, to, timeZone, asOfMs, actor: context.global.actor },
    resume: options.given('fresh') ? 'no' : options.given('resume') ? 'yes' : 'recent',
    onHand: options.given('onHand') ? 'yes' : 'no',
  };
}

function readDay(options: CommandOptions, name: 'from' | 'to'): Day {
  const text = options.text(name);
  if (text === null) throw usageProblem(`--${name} is needed: a day such as 2026-11-01`, command);
  const day = dayFromText(text);
  if (day !== null) return day;
  throw usageProblem(`--${name} takes a day such as 2026-11-01, not ${text}`, command);
}
