import type { RunResult } from '../../app/run.ts';
import { type SyncRequest, sync } from '../../app/sync.ts';
import { toProblem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect, openWorkspace, type Workspace } from '../compose.ts';
import { exitCode, worstExitCode } from '../exit-code.ts';
import { dryRun } from './dry-run.ts';
import { readMoment } from './moment.ts';
import { printRun } from './run-summary.ts';

const streams = ['orders', 'shipments', 'receiving', 'all'] as const;

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const since = options.text('since');
  const mode: SyncRequest['mode'] = options.given('dryRun') ? 'plan' : 'post';
  const request: SyncRequest = {
    streams: streamOf(args[0] ?? 'all'),
    mode,
    sinceMs: since === null ? null : readMoment(since, 'since', context.clock.now()),
    postingsMax: options.whole('limit', 1),
  };
  if (mode === 'plan') return dryRun(context, (workspace) => syncOnce(context, workspace, request));
  const workspace = await openWorkspace(context);
  try {
    const result = await syncOnce(context, workspace, request);
    context.progress.clear();
    printRun(context.output, result);
    const flagged = options.given('failOnFlagged') && result.counts.flagsRaised > 0;
    return worstExitCode([result.exitCode, ...(flagged ? [exitCode('flagged')] : [])]);
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.code !== 'LEASE_HELD' || !options.given('ifFree')) throw problem;
    workspace.log.info(problem.message);
    return exitCode('done');
  } finally {
    await workspace.close();
  }
}

function streamOf(text: string): SyncRequest['streams'] {
  const stream = streams.find((name) => name === text);
  if (stream) return stream;
  throw usageProblem(`there is no stream ${text}; there are ${streams.join(', ')}`, 'mlc sync');
}

async function syncOnce(
  context: CommandContext,
  workspace: Workspace,
  request: SyncRequest,
): Promise<RunResult> {
  const connected = await connect(context, workspace);
  try {
    return await sync(connected.parts, request);
  } finally {
    connected.close();
  }
}
