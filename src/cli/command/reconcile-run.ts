import { resolve } from 'node:path';
import { dayFromText, dayOf, isTimeZone } from '../../core/day.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { Day } from '../../core/schema.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import {
  compareBooks,
  periodZone,
  type ReconcileRequest,
  reportExtras,
} from '../compose-reconcile.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { discreetReport } from '../report/discreet.ts';
import {
  type ReportPlace,
  reportFormats,
  requirePlace,
  writeReport,
} from '../report/write-report.ts';
import { counted } from '../words.ts';
import { readMoment } from './moment.ts';
import { findingsCsv } from './reconcile-csv.ts';
import { printReport, verdictTones } from './reconcile-table.ts';

const command = 'mlc reconcile';
const topDefault = 20;
const formats = ['table', ...reportFormats] as const;
type Format = (typeof formats)[number];

/** How a report is given, checked before anything is read. */
interface Form {
  format: Format;
  place: ReportPlace | null;
  top: number;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const form = formOf(context, options);
  const workspace = await openWorkspace(context);
  try {
    const request = requestOf(context, workspace, options);
    if (form.format !== 'table' && !isFindingsOnly(form)) requirePlace(form.format, form.place);
    const report = await compareBooks(context, workspace, request);
    await give(context, workspace, { report, form });
    const unclean = report.verdict !== 'agrees' && options.given('failOnDifference');
    return exitCode(unclean ? 'flagged' : 'done');
  } finally {
    await workspace.close();
  }
}

/** Standard output has room for one table: the one with the findings. */
function isFindingsOnly({ format, place }: Form): boolean {
  return format === 'csv' && place === null;
}

async function give(
  { output }: CommandContext,
  workspace: Workspace,
  { report, form }: { report: ReconciliationReport; form: Form },
): Promise<void> {
  const { format, place, top } = form;
  const write = (text: string) => output.line(text.trimEnd());
  if (format === 'table') return printReport(output, report, top);
  if (isFindingsOnly(form)) return write(findingsCsv(report));
  const extras = await reportExtras(workspace, report);
  const shown = place === null ? report : discreetReport(report);
  const paths = await writeReport({ report: shown, extras, format, place, write });
  if (place === null) return;
  output.line(output.paint(report.verdictSentence, verdictTones[report.verdict]));
  const what = paths.length === 1 ? '' : `${counted(paths.length, 'table')} in `;
  output.line(`Written: ${what}${place.path}`);
}

function formOf({ output, cwd }: CommandContext, options: CommandOptions): Form {
  const text = options.text('format');
  const format = formats.find((name) => name === (text ?? 'table'));
  if (format === undefined) {
    throw usageProblem(`--format takes ${formats.join(', ')}, not ${text}`, command);
  }
  const out = options.text('out');
  const path = out === null || out === '-' ? null : resolve(cwd, out);
  const replace = options.given('force') ? 'yes' : 'no';
  const place = path === null ? null : ({ path, replace } as const);
  const top = options.whole('top', 1) ?? topDefault;
  if (output.format === 'json') {
    if (text !== null && format !== 'json') {
      throw usageProblem(`--json and --format ${text} exclude each other`, command);
    }
    if (place !== null) {
      throw usageProblem('--json prints; --format json --out FILE writes a file', command);
    }
    return { format: 'json', place, top };
  }
  if (format === 'table' && place !== null) {
    throw usageProblem(`--out needs --format ${reportFormats.join(', ')}`, command);
  }
  if (format === 'xlsx' && place === null) {
    throw usageProblem('--format xlsx needs --out FILE', command);
  }
  return { format, place, top };
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
