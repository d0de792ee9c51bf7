/** People are told over the address in the vault; without one, nothing happens. */
import { type AlertNews, tellPeople } from '../app/alert.ts';
import { findOverdue } from '../app/overdue.ts';
import type { Alerts } from '../app/ports.ts';
import type { RunResult } from '../app/run.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { alertUrlName, createAlertHook } from '../runtime/alert-hook.ts';
import { createCronSource } from '../runtime/cron.ts';
import { createHttp } from '../runtime/http.ts';
import { createToldFile } from '../runtime/told-file.ts';
import type { CommandContext } from './command-spec.ts';
import { diskFreeOf, type Tally, writeTextfile } from './compose-monitor.ts';
import { processName, type Workspace } from './compose-workspace.ts';

/** How a run ended: its result, or why it could not be carried through. */
export interface EndedRun {
  result: RunResult | null;
  problem: Problem | null;
  /** It did only a part of the work: that nothing was in trouble there proves nothing. */
  part?: 'yes' | 'no';
}

/** Tells people what is wrong after a run. Never throws; what fails is a warning in the log. */
export async function tellAfterRun(
  context: CommandContext,
  workspace: Workspace,
  ended: EndedRun,
): Promise<void> {
  const { log } = workspace;
  try {
    await withAlerts(workspace, (alerts) => tell(context, workspace, { alerts, ended }));
  } catch (thrown) {
    const problem = toProblem(thrown);
    log.warn(`people could not be told: ${problem.message}`, {
      code: problem.code,
      hint: problem.hint,
    });
  }
}

/**
 * What did not happen is noted with and without an address: measures and their alert rules read it
 * too. Only after a run of everything, at most hourly; see app/overdue.ts.
 */
export async function noteOverdue(
  context: CommandContext,
  { store, clock, config, log }: Workspace,
  { part, result }: EndedRun,
): Promise<void> {
  if (part === 'yes' || result === null) return;
  const { issueAfter, receiptAfter } = config.alerts;
  try {
    await findOverdue(
      { store, clock, signal: context.stop },
      { issueAfterMs: issueAfter, receiptAfterMs: receiptAfter },
    );
  } catch (thrown) {
    log.warn(`overdue documents could not be looked for: ${toProblem(thrown).message}`);
  }
}

/** All that is left to do after a run by itself: its measures, and whom to tell. */
export async function afterSingleRun(
  context: CommandContext,
  workspace: Workspace,
  ended: EndedRun & { tally: Tally },
): Promise<void> {
  await noteOverdue(context, workspace, ended);
  await writeTextfile(context, workspace, ended.tally);
  await tellAfterRun(context, workspace, ended);
}

/** Null without an address. Throws Problem `ALERT_URL_INVALID`. */
async function withAlerts<Answer>(
  { vault, config }: Workspace,
  work: (alerts: Alerts) => Promise<Answer>,
): Promise<Answer | null> {
  const url = await vault.read(alertUrlName);
  if (url === null) return null;
  const http = createHttp();
  const { company, division } = config.infor;
  try {
    return await work(
      createAlertHook({
        http,
        url,
        format: config.alerts.format,
        source: `M3 ${company}${division === '' ? '' : `/${division}`}`,
      }),
    );
  } finally {
    http.close();
  }
}

function tell(
  context: CommandContext,
  workspace: Workspace,
  { alerts, ended }: { alerts: Alerts; ended: EndedRun },
) {
  const { config, store, clock, log } = workspace;
  const { quiet, digest, lag, issueAfter, receiptAfter, ...same } = config.alerts;
  const cron = createCronSource(clock);
  const zone = config.schedule.timeZone;
  return tellPeople(
    {
      store,
      clock,
      log,
      signal: context.stop,
      alerts,
      owner: processName(),
      mark: createToldFile(workspace.databasePath),
      settings: {
        ...same,
        quietMs: quiet,
        lagMs: lag,
        issueAfterMs: issueAfter,
        receiptAfterMs: receiptAfter,
      },
      sync: config.settings.sync,
      digestAfter: (atMs) =>
        digest === null ? null : cron.nextAtMs({ expression: digest, timeZone: zone }, atMs),
    },
    newsOf(workspace, ended),
  );
}

function newsOf(workspace: Workspace, { result, problem, part }: EndedRun): AlertNews {
  const failed = problem
    ? [
        {
          stream: problem.kind === 'retryable' ? 'run' : 'start',
          code: problem.code,
          message: problem.message,
          hint: problem.hint,
        },
      ]
    : [];
  const all = [...(result?.troubles ?? []), ...failed];
  // That somebody ended the process is no trouble; nor does what was cut short prove anything.
  const troubles = all.filter(({ code }) => code !== 'STOPPED');
  const cut = troubles.length < all.length || part === 'yes';
  return {
    troubles: troubles.length === 0 && cut ? null : troubles,
    diskFree: diskFreeOf(workspace),
  };
}

/** Sends one message that says it is a test. Throws Problem `ALERT_URL_MISSING`, `ALERT_…`. */
export async function sendSample(workspace: Workspace): Promise<void> {
  const sent = await withAlerts(workspace, async (alerts) => {
    await alerts.send({
      cause: 'test',
      severity: 'info',
      title: 'This is a test: messages from mlc arrive here',
      lines: ['Nothing is wrong. mlc alerts list shows what is open.'],
    });
    return 'sent';
  });
  if (sent !== null) return;
  throw new Problem({
    code: 'ALERT_URL_MISSING',
    kind: 'configuration',
    message: `there is no credential ${alertUrlName}, so nobody is ever told`,
    hint: 'Store the address that messages go to, on one line: mlc credentials set alerts < url.txt',
  });
}
