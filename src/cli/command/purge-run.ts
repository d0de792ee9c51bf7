import type { PurgeRequest } from '../../app/ports.ts';
import { type PurgeReport, purge } from '../../app/purge.ts';
import type { RecordKey } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import type { Output } from '../output.ts';
import { counted, momentText } from '../words.ts';
import { readMoment } from './moment.ts';
import { readRecordKey } from './record-key.ts';

const command = 'mlc purge';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const workspace = await openWorkspace(context);
  try {
    const request = requestOf(context, workspace, options);
    if (request.record !== null) await refuseUnfinished(workspace, request.record);
    if (options.given('dryRun')) {
      await tell(context.output, workspace, request);
      return 0;
    }
    const report = await purge({
      store: workspace.store,
      request,
      recordsMax: null,
      tidy: 'whole',
      signal: context.stop,
      progress: (records) => context.progress.update(`${counted(records, 'record')} done`),
    });
    context.progress.clear();
    print(context.output, report);
    return 0;
  } finally {
    await workspace.close();
  }
}

function requestOf(
  context: CommandContext,
  workspace: Workspace,
  options: CommandOptions,
): PurgeRequest {
  const nowMs = context.clock.now();
  const given = options.text('olderThan');
  const record = options.text('record');
  if (given !== null && record !== null) {
    throw usageProblem('--older-than and --record exclude each other', command);
  }
  const by = { nowMs, actor: context.global.actor, fence: null };
  if (record !== null) {
    const key = readRecordKey(record, command);
    if (key.kind !== 'order') throw usageProblem(`a ${key.kind} names no person`, command);
    return { ...by, beforeMs: nowMs, record: key };
  }
  const keepMs = workspace.config.settings.privacy.keepPersonalDataMs;
  if (given === null && keepMs === null) {
    throw usageProblem(
      'privacy.keepPersonalData is not set: say with --older-than what is old',
      command,
    );
  }
  const beforeMs = given === null ? nowMs - (keepMs ?? 0) : readMoment(given, 'older-than', nowMs);
  if (beforeMs > nowMs) throw usageProblem('--older-than lies in the future', command);
  return { ...by, beforeMs, record: null };
}

async function refuseUnfinished({ store }: Workspace, record: RecordKey): Promise<void> {
  const why = await store.unfinished(record);
  if (why === null) return;
  throw new Problem({
    code: 'RECORD_UNFINISHED',
    kind: 'rejected',
    message: `${record.kind} ${record.id} is not finished: ${why}`,
    hint: 'Let it be posted, or settle its flags, and purge it then: what is still to be posted needs the address.',
  });
}

async function tell(output: Output, { store }: Workspace, request: PurgeRequest): Promise<void> {
  const { records, oldestAtMs } = await store.purgeable(request);
  if (output.format === 'json') {
    output.json({ dryRun: true, records, oldestAtMs, bodies: 0, flags: 0, loose: 0, notices: [] });
    return;
  }
  const oldest = oldestAtMs === null ? '' : `, the oldest of ${momentText(oldestAtMs)}`;
  output.line(`Would remove the personal data of ${counted(records, 'order')}${oldest}.`);
}

function print(output: Output, report: PurgeReport): void {
  if (output.format === 'json') {
    output.json({ dryRun: false, oldestAtMs: null, ...report });
    return;
  }
  if (report.records + report.bodies + report.loose === 0) {
    output.line('There is nothing to remove: no finished order of that age names anybody.');
    return;
  }
  output.line(
    `Removed the personal data of ${counted(report.records, 'order')}: ${counted(report.bodies, 'request, answer or note', 'requests, answers and notes')} with it.`,
  );
  if (report.loose > 0) {
    output.line(
      `Removed ${counted(report.loose, 'old entry', 'old entries')} of no order as well.`,
    );
  }
  for (const notice of report.notices) output.line(`Note: ${notice}.`);
}
