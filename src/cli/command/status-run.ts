import { readAnnouncementGap } from '../../app/announcement.ts';
import type { InboxReport, RunRecord, StatusReport } from '../../app/ports.ts';
import { documentWord } from '../../app/posting-work.ts';
import type { JsonObject } from '../../core/glossary.ts';
import type { CommandContext } from '../command-spec.ts';
import { openWorkspace } from '../compose-workspace.ts';
import type { Output } from '../output.ts';
import { ageText, counted, durationText, momentText } from '../words.ts';
import { type Outlook, outlookJson, outlookRows, readOutlook } from './status-outlook.ts';
import { gapJson, printGap } from './webhooks-gap.ts';

const runsShown = 5;

export async function run(context: CommandContext): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const nowMs = context.clock.now();
    const report = await workspace.store.status(nowMs);
    const runs = await workspace.store.runs(runsShown);
    const gap = await readAnnouncementGap(workspace.store);
    const outlook = await readOutlook(workspace, report);
    if (context.output.format === 'json') {
      context.output.json({
        ...statusJson(report, runs),
        ...outlookJson(outlook),
        webhookGap: gap === null ? null : gapJson(gap),
      });
    } else {
      printStatus(context.output, { report, runs, nowMs, outlook });
      if (gap !== null) {
        context.output.line();
        printGap(context.output, gap, nowMs);
      }
    }
    return 0;
  } finally {
    await workspace.close();
  }
}

function statusJson(report: StatusReport, runs: RunRecord[]): JsonObject {
  return {
    database: {
      path: report.databasePath,
      bytes: report.databaseBytes,
      freeBytes: report.freeBytes,
    },
    checkpoints: report.checkpoints.map((checkpoint) => ({ ...checkpoint })),
    postings: report.postings.map((group) => ({ ...group })),
    openFlags: report.openFlags.map((group) => ({ ...group })),
    ignoredFlags: report.ignoredFlags,
    recordsDue: report.recordsDue,
    doubtfulSinceMs: report.doubtfulSinceMs,
    inbox: { ...report.inbox, kept: report.inbox.kept.map((group) => ({ ...group })) },
    lease: report.lease ? { ...report.lease } : null,
    audit: { ...report.audit },
    runs: runs.map(({ id, command, startedAtMs, endedAtMs, exitCode, outcome }) => ({
      id,
      command,
      startedAtMs,
      endedAtMs,
      exitCode,
      outcome,
    })),
  };
}

function sizeText({ databaseBytes, freeBytes }: StatusReport): string {
  const kibibytes = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  const free = freeBytes === 0 ? '' : `, of which ${kibibytes(freeBytes)} are free`;
  return `${kibibytes(databaseBytes)}${free}`;
}

function printStatus(
  output: Output,
  facts: { report: StatusReport; runs: RunRecord[]; nowMs: number; outlook: Outlook },
): void {
  const { report, runs, nowMs, outlook } = facts;
  output.block([
    ['database', `${report.databasePath} (${sizeText(report)})`],
    ['audit', `${report.audit.rows} rows, head ${report.audit.head.slice(0, 16)}…`],
    [
      'lease',
      report.lease
        ? `held by ${report.lease.owner}, runs out ${ageText(report.lease.expiresAtMs, nowMs)}`
        : 'free',
    ],
    ['to plan', counted(report.recordsDue, 'record')],
    ...doubtRows(report, nowMs),
    ['webhooks', inboxText(report.inbox, nowMs)],
    ...outlookRows(outlook),
  ]);
  output.line();
  if (report.checkpoints.length === 0) {
    output.line('ShipBob has not been read yet (mlc sync).');
  } else {
    output.table(
      [{ title: 'stream' }, { title: 'read up to' }, { title: 'behind' }],
      report.checkpoints.map(({ stream, sweptToMs }) => [
        stream,
        momentText(sweptToMs),
        durationText(Math.round(Math.max(0, nowMs - sweptToMs) / 1000) * 1000),
      ]),
    );
  }
  output.line();
  printPostings(output, report);
  output.line();
  const flags = report.openFlags.reduce((sum, { count }) => sum + count, 0);
  const { ignoredFlags } = report;
  output.line(
    flags === 0
      ? `No open flags${ignoredFlags === 0 ? '' : `, ${ignoredFlags} ignored`}.`
      : `${counted(flags, 'open flag')} (mlc flagged list)${ignoredFlags === 0 ? '' : `, ${ignoredFlags} more ignored`}:`,
  );
  if (flags > 0) {
    output.table(
      [{ title: 'reason' }, { title: 'count', align: 'right' }],
      report.openFlags.map(({ code, count }) => [code, String(count)]),
    );
  }
  printKept(output, report.inbox);
  if (runs.length === 0) return;
  output.line();
  output.table(
    [
      { title: 'run', align: 'right' },
      { title: 'command' },
      { title: 'started' },
      { title: 'exit', align: 'right' },
      { title: 'outcome', cut: 'under' },
    ],
    runs.map((one) => [
      String(one.id),
      one.command,
      momentText(one.startedAtMs),
      one.exitCode === null ? '–' : String(one.exitCode),
      one.outcome ?? (one.endedAtMs === null ? 'not ended' : ''),
    ]),
  );
}

function printPostings(output: Output, report: StatusReport): void {
  if (report.postings.length === 0) {
    output.line('Nothing has been planned yet.');
    return;
  }
  output.table(
    [{ title: 'document' }, { title: 'state' }, { title: 'count', align: 'right' }],
    report.postings.map(({ kind, state, count }) => [documentWord(kind), state, String(count)]),
  );
}

/** Nothing is in doubt for long as a rule: only then it is worth a line. */
function doubtRows(report: StatusReport, nowMs: number): [string, string][] {
  const sinceMs = report.doubtfulSinceMs;
  if (sinceMs === null) return [];
  return [
    ['in doubt', `the oldest document since ${momentText(sinceMs)} (${ageText(sinceMs, nowMs)})`],
  ];
}

function inboxText(inbox: InboxReport, nowMs: number): string {
  if (inbox.lastReceivedAtMs === null) return 'none received yet';
  const last = `the last received ${ageText(inbox.lastReceivedAtMs, nowMs)}`;
  if (inbox.waiting === 0 || inbox.oldestWaitingAtMs === null) return `none waiting, ${last}`;
  const oldest = `the oldest received ${ageText(inbox.oldestWaitingAtMs, nowMs)}`;
  const waiting = counted(inbox.waiting, 'delivery', 'deliveries');
  return `${waiting} waiting, ${oldest}, ${last}`;
}

function printKept(output: Output, inbox: InboxReport): void {
  const kept = inbox.kept.reduce((sum, { count }) => sum + count, 0);
  if (kept === 0) return;
  output.line();
  const deliveries = counted(kept, 'webhook delivery', 'webhook deliveries');
  output.line(
    `${deliveries} kept that nothing was read for (mlc webhooks deliveries --state kept):`,
  );
  output.table(
    [{ title: 'topic' }, { title: 'count', align: 'right' }, { title: 'why', cut: 'under' }],
    inbox.kept.map(({ topic, because, count }) => [topic || '(none)', String(count), because]),
  );
}
