/** What the close of a month takes from the outside. Part of the composition root. */
import type { ReconciliationReport } from '../core/reconciliation.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import { packageVersion } from '../runtime/package.ts';
import { type ClosedMonth, closeMonth } from './close/close-month.ts';
import type { CommandContext } from './command-spec.ts';
import type { Workspace } from './compose-workspace.ts';

/** Writes the pack of a comparison under `out`; throws as closeMonth does. */
export async function closeWith(
  context: CommandContext,
  workspace: Workspace,
  { report, out }: { report: ReconciliationReport; out: string },
): Promise<ClosedMonth> {
  const { progress, clock, environment } = context;
  try {
    return await closeMonth({
      report,
      store: workspace.store,
      out,
      version: packageVersion(),
      nowMs: clock.now(),
      crash: crashPoint(environment),
      progress: (rows, of) => progress.update(`row ${rows} of ${of} of the audit trail proved`),
    });
  } finally {
    progress.clear();
  }
}
