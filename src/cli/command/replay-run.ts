import { type ReplayRequest, replay } from '../../app/replay.ts';
import { headOf, type RunResult } from '../../app/run.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { connect } from '../compose.ts';
import { afterSingleRun } from '../compose-alert.ts';
import { createTally, type Tally } from '../compose-monitor.ts';
import { openWorkspace, type Workspace } from '../compose-workspace.ts';
import { dryRun } from './dry-run.ts';
import { readMoment } from './moment.ts';
import { printRun } from './run-summary.ts';

const kinds = ['order', 'receiving', 'charge', 'all'] as const;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const request = requestOf(context, options);
  const tally = createTally();
  if (request.mode === 'plan') {
    return dryRun(context, (workspace) => replayOnce(context, { workspace, request, tally }));
  }
  const workspace = await openWorkspace(context);
  try {
    const result = await replayOnce(context, { workspace, request, tally });
    context.progress.clear();
    printRun(context.output, result);
    await afterSingleRun(context, workspace, { result, problem: null, part: 'yes', tally });
    workspace.log.info('the run ended', { exit: result.exitCode, head: headOf(result) });
    return result.exitCode;
  } finally {
    await workspace.close();
  }
}

function requestOf(context: CommandContext, options: CommandOptions): ReplayRequest {
  const nowMs = context.clock.now();
  const until = options.text('until');
  const window = {
    fromMs: readMoment(options.text('since') ?? '', 'since', nowMs),
    toMs: until === null ? nowMs : readMoment(until, 'until', nowMs),
  };
  if (window.fromMs >= window.toMs) {
    throw usageProblem('--since must lie before --until', 'mlc replay');
  }
  const ids = options.list('id');
  const odd = ids.find((id) => !/^\d{1,19}$/.test(id));
  if (odd) throw usageProblem(`--id takes ShipBob ids (digits), not ${odd}`, 'mlc replay');
  const wanted = options.text('kind') ?? 'all';
  const kind = kinds.find((name) => name === wanted);
  if (!kind)
    throw usageProblem(`there is no kind ${wanted}; there are ${kinds.join(', ')}`, 'mlc replay');
  return { window, ids, kind, mode: options.given('dryRun') ? 'plan' : 'post' };
}

async function replayOnce(
  context: CommandContext,
  work: { workspace: Workspace; request: ReplayRequest; tally: Tally },
): Promise<RunResult> {
  const { workspace, request, tally } = work;
  const connected = await connect(context, workspace, { meter: tally });
  try {
    return await replay(connected.parts, request);
  } finally {
    connected.close();
  }
}
