import type { RunResult } from '../../app/run.ts';
import { type SyncRequest, sync } from '../../app/sync.ts';
import { toProblem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect, openWorkspace, type Workspace } from '../compose.ts';
import { afterSingleRun } from '../compose-alert.ts';
import { createTally, type Tally } from '../compose-monitor.ts';
import { watchAnnouncements } from '../compose-webhooks.ts';
import { exitCode, worstExitCode } from '../exit-code.ts';
import { dryRun } from './dry-run.ts';
import { readMoment } from './moment.ts';
import { printRun } from './run-summary.ts';

const streams = ['orders', 'shipments', 'receiving', 'costs', 'all'] as const;

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
  const tally = createTally();
  if (mode === 'plan') {
    return dryRun(context, (workspace) => syncOnce(context, { workspace, request, tally }));
  }
  const workspace = await openWorkspace(context);
  const part = request.streams === 'all' ? 'no' : 'yes';
  try {
    const result = await syncOnce(context, { workspace, request, tally });
    if (mayAskShipbob(context, result)) await lookAtAnnouncements(context, workspace);
    context.progress.clear();
    printRun(context.output, result);
    await afterSingleRun(context, workspace, { result, problem: null, part, tally });
    const flagged = options.given('failOnFlagged') && result.counts.flagsRaised > 0;
    return worstExitCode([result.exitCode, ...(flagged ? [exitCode('flagged')] : [])]);
  } catch (thrown) {
    const problem = toProblem(thrown);
    if (problem.code !== 'LEASE_HELD') {
      await afterSingleRun(context, workspace, { result: null, problem, part, tally });
    }
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

/** Not again after it gave no answer, nor when somebody waits for this process to end. */
function mayAskShipbob(context: CommandContext, { troubles }: RunResult): boolean {
  return !context.stop.aborted && !troubles.some(({ code }) => code.startsWith('SHIPBOB_'));
}

/** Only says whether webhooks do their part: its failure is no failure of the run. */
async function lookAtAnnouncements(context: CommandContext, workspace: Workspace): Promise<void> {
  try {
    await watchAnnouncements(context, workspace);
  } catch (thrown) {
    workspace.log.warn(`webhooks could not be looked at: ${toProblem(thrown).message}`);
  }
}

async function syncOnce(
  context: CommandContext,
  work: { workspace: Workspace; request: SyncRequest; tally: Tally },
): Promise<RunResult> {
  const { workspace, request, tally } = work;
  const connected = await connect(context, workspace, { meter: tally });
  try {
    return await sync(connected.parts, request);
  } finally {
    connected.close();
  }
}
