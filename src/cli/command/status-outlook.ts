/** What `mlc status` says of the calls that are left, and of how long the run that is on still needs. */
import type { StatusReport } from '../../app/ports.ts';
import { type Allowance, readProgress } from '../../app/run-progress.ts';
import { type Binding, type Forecast, forecast } from '../../core/forecast.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { allowanceOf } from '../compose-allowance.ts';
import type { Workspace } from '../compose-workspace.ts';
import { durationText } from '../words.ts';

export interface Outlook {
  calls: Allowance;
  /** `off`: no run is on. `unmeasured`: it has not measured itself yet. */
  run: 'off' | 'unmeasured' | { forecast: Forecast; measuredAtMs: number };
}

export async function readOutlook(workspace: Workspace, report: StatusReport): Promise<Outlook> {
  const calls = await allowanceOf(workspace);
  const { lastRun, lease } = report;
  if (lease === null || lastRun === null || lastRun.endedAtMs !== null)
    return { calls, run: 'off' };
  const kept = await readProgress(workspace.store, lastRun.id);
  if (kept === null) return { calls, run: 'unmeasured' };
  const { toPlan, ready, doubtful } = await workspace.store.workLeft();
  const known = forecast({
    ...kept.work,
    posting: { ...kept.work.posting, left: ready + toPlan },
    doubtful,
    callsLeft: calls.left,
    callsPerMinute: calls.perMinute,
  });
  return { calls, run: { forecast: known, measuredAtMs: kept.atMs } };
}

export function outlookJson({ calls, run }: Outlook): JsonObject {
  const measured = typeof run === 'string' ? null : run;
  return {
    shipbobCalls: { left: calls.left, perMinute: calls.perMinute },
    forecast:
      run === 'off'
        ? null
        : {
            readingMs: measured?.forecast.readingMs ?? null,
            postingMs: measured?.forecast.postingMs ?? null,
            finishMs: measured?.forecast.finishMs ?? null,
            binds: measured?.forecast.binds ?? 'notKnown',
            measuredAtMs: measured?.measuredAtMs ?? null,
          },
  };
}

export function outlookRows({ calls, run }: Outlook): [string, string][] {
  const rows: [string, string][] = [
    ['ShipBob calls', `${calls.left} of ${calls.perMinute} left in this minute`],
  ];
  if (run === 'off') return rows;
  return [...rows, ['this run', run === 'unmeasured' ? 'time left: not known yet' : words(run)]];
}

function words({ forecast: { finishMs, binds } }: { forecast: Forecast }): string {
  const left = finishMs === null ? 'not known yet' : `about ${rounded(finishMs)}`;
  return `time left: ${left}; ${bindingWords(binds)}`;
}

function rounded(durationMs: number): string {
  const unitMs = durationMs < 60_000 ? 1_000 : 60_000;
  return durationText(Math.ceil(durationMs / unitMs) * unitMs);
}

function bindingWords(binds: Binding): string {
  switch (binds) {
    case 'shipbobAllowance':
      return "ShipBob's allowance of calls is used up as fast as it comes back";
    case 'shipbobAnswers':
      return "ShipBob's answers take the time";
    case 'inforAnswers':
      return "Infor's answers take the time";
    case 'waiting':
      return 'it waits until documents in doubt may be looked at again';
    case 'nothing':
      return 'nothing is left to read or to post';
    case 'notKnown':
      return 'what takes the time is not known yet';
  }
}
