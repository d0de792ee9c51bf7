import { headOf, type RunResult } from '../../app/run.ts';
import { askForTurn, endTurn } from '../../app/schedule-turn.ts';
import { type SyncRequest, sync } from '../../app/sync.ts';
import { toProblem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { afterSingleRun } from '../compose-alert.ts';
import { createTally, type Tally } from '../compose-monitor.ts';
import { lookAtAnnouncements } from '../compose-webhooks.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode, worstExitCode } from '../exit-code.ts';
import { dryRun } from './dry-run.ts';
import { readMoment } from './moment.ts';
import { printRun } from './run-summary.ts';

const streams = ['orders', 'shipments', 'receiving', 'costs', 'all'] as const;

/** Runs for deliveries are short; the next start of a timer comes all the same. */
const turnPatienceMs = 300_000;
const turnRetryMs = 1_000;
const turnAskedMs = 15_000;

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
    await lookAtAnnouncements(context, workspace, result);
    context.progress.clear();
    printRun(context.output, result);
    await afterSingleRun(context, workspace, { result, problem: null, part, tally });
    workspace.log.info('the run ended', { exit: result.exitCode, head: headOf(result) });
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

async function syncOnce(
  context: CommandContext,
  work: { workspace: Workspace; request: SyncRequest; tally: Tally },
): Promise<RunResult> {
  const { workspace, request, tally } = work;
  const connected = await connect(context, workspace, { meter: tally });
  try {
    const once = () => sync(connected.parts, request);
    // A plan is made on a copy, in which nobody else will ever give the lease back.
    return await (request.mode === 'plan' ? once() : inTurn(context, workspace, once));
  } finally {
    connected.close();
  }
}

/**
 * Another sync does this one's work, but runs for deliveries do not, and on a busy day they come
 * one after another: these are waited for, and asked to rest meanwhile.
 */
async function inTurn(
  context: CommandContext,
  workspace: Workspace,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  const { store, clock, log } = workspace;
  const giveUpAtMs = clock.now() + turnPatienceMs;
  for (let tries = 0; ; tries += 1) {
    try {
      const result = await work();
      if (tries > 0) await endTurn(workspace);
      return result;
    } catch (thrown) {
      const held = toProblem(thrown).code === 'LEASE_HELD' && !context.stop.aborted;
      if (!held || clock.now() >= giveUpAtMs) throw thrown;
      const [newest] = await store.runs(1);
      if (newest?.command !== 'webhooks') throw thrown;
      await askForTurn(workspace, turnAskedMs);
      if (tries === 0) log.info('a run for webhook deliveries is on: this one waits for its end');
      await clock.sleep(turnRetryMs, context.stop).catch(() => undefined);
    }
  }
}
