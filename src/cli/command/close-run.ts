import { resolve } from 'node:path';
import { dayOf, isTimeZone } from '../../core/day.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { ClosedMonth } from '../close/close-month.ts';
import { monthDays } from '../close/month.ts';
import { requireWritable } from '../close/pack-folder.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { closeWith } from '../compose-close.ts';
import { compareBooks, periodZone, type ReconcileRequest } from '../compose-reconcile.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { isoText } from '../report/moment.ts';
import { movedRows, worthOf, worthPerRecord, worthText } from '../report/money.ts';
import { counted } from '../words.ts';
import { checkPack } from './close-verify.ts';
import { readMoment } from './moment.ts';
import { verdictTones } from './reconcile-table.ts';

const command = 'mlc close';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const folder = options.text('verify');
  if (folder !== null) {
    if (options.text('period') !== null) {
      throw usageProblem('--verify and --period exclude each other', command);
    }
    return checkPack(context, folder);
  }
  const out = resolve(context.cwd, options.text('out') ?? '.');
  const workspace = await openWorkspace(context);
  try {
    const request = requestOf(context, workspace, options);
    requireWritable(out);
    const report = await compareBooks(context, workspace, request);
    const closed = await closeWith(context, workspace, { report, out });
    if (context.output.format === 'json') context.output.json(closedJson(closed));
    else print(context.output, closed);
    const unclean = closed.report.verdict !== 'agrees' && options.given('failOnDifference');
    return exitCode(unclean ? 'flagged' : 'done');
  } finally {
    await workspace.close();
  }
}

function requestOf(
  context: CommandContext,
  workspace: Workspace,
  options: CommandOptions,
): ReconcileRequest {
  const text = options.text('period');
  if (text === null) {
    throw usageProblem('--period is needed: a month such as 2026-11', command);
  }
  const month = monthDays(text);
  if (month === null) {
    throw usageProblem(`--period takes a month such as 2026-11, not ${text}`, command);
  }
  const timeZone = options.text('timeZone') ?? periodZone(workspace);
  if (!isTimeZone(timeZone)) {
    throw usageProblem(`--time-zone takes an IANA name, not ${timeZone}`, command);
  }
  const nowMs = context.clock.now();
  if (month.from > dayOf(nowMs, timeZone)) {
    throw usageProblem(`--period ${text} lies in the future`, command);
  }
  const asOf = options.text('asOf');
  const asOfMs = asOf === null ? null : readMoment(asOf, 'as-of', nowMs);
  if (asOfMs !== null && asOfMs > nowMs) {
    throw usageProblem(`--as-of ${asOf} lies in the future`, command);
  }
  return {
    ...{ ...month, timeZone, asOfMs, actor: context.global.actor },
    resume: options.given('fresh') ? 'no' : 'recent',
    onHand: 'yes',
  };
}

function print(output: Output, closed: ClosedMonth): void {
  const { report, folder, pack, act, movedTo, left } = closed;
  const { period, waiting, flags, audit } = report;
  const trail =
    audit.brokenAt === null
      ? { text: `verified, ${counted(audit.rows, 'row')}`, tone: 'good' as const }
      : { text: `does not verify from row ${audit.brokenAt} on`, tone: 'bad' as const };
  output.line(output.paint(report.verdictSentence, verdictTones[report.verdict]));
  output.line();
  output.block([
    ['pack', folder],
    ['files', String(pack.files.length)],
    ['as of', `${isoText(report.asOfMs, period.timeZone)} (${period.timeZone})`],
    ['findings', String(report.findings.length)],
    ['not compared', String(report.notCompared.length)],
    [
      'not in Infor',
      waiting.length === 0 ? '0' : `${waiting.length}: ${worthText(worthOf(movedRows(waiting)))}`,
    ],
    [
      'open flags',
      flags.length === 0 ? '0' : `${flags.length}: ${worthText(worthOf(worthPerRecord(flags)))}`,
    ],
    ['cut-off', String(report.cutOff.length)],
    ['audit trail', trail],
    ['made at head', `${audit.seq}:${audit.head}`],
    ['bound by', `row ${act.seq}, with the manifest's SHA-256 ${pack.manifestSha256}`],
  ]);
  output.line();
  if (movedTo !== null) output.line(`The pack that was there is now ${movedTo}.`);
  for (const draft of left) {
    output.line(`Left by a close that was stopped, or is still running: ${draft}`);
  }
  output.line('Open report.html in a browser. mlc close --verify FOLDER proves a pack later.');
}

function closedJson({ report, folder, pack, act, movedTo, left }: ClosedMonth): JsonObject {
  return {
    folder,
    period: { ...report.period },
    asOfMs: report.asOfMs,
    verdict: report.verdict,
    verdictSentence: report.verdictSentence,
    comparison: report.id,
    findings: report.findings.length,
    notCompared: report.notCompared.length,
    waiting: report.waiting.length,
    flags: report.flags.length,
    cutOff: report.cutOff.length,
    audit: { ...report.audit },
    manifestSha256: pack.manifestSha256,
    boundBySeq: act.seq,
    files: pack.files.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
    movedTo,
    left,
  };
}
