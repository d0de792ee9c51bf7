/** What a comparison of the books works with. Part of the composition root. */
import { type ReconcileParts, type ReconcileRequest, reconcile } from '../app/reconcile.ts';
import type { ReconciliationReport } from '../core/reconciliation.ts';
import { crashPoint } from '../runtime/environment.ts';
import type { CommandContext } from './command-spec.ts';
import type { Workspace } from './compose.ts';
import { openBooks } from './compose-books.ts';

export type { ReconcileRequest } from '../app/reconcile.ts';

/** Compares over real connections; also for whoever closes a period. */
export async function compareBooks(
  context: CommandContext,
  workspace: Workspace,
  request: ReconcileRequest,
): Promise<ReconciliationReport> {
  const books = await openBooks(context, workspace);
  const { config, clock, log, store } = workspace;
  const { m3 } = config.infor;
  const parts: ReconcileParts = {
    ...{ clock, log, store, settings: config.settings, signal: context.stop },
    ...{ infor: books.infor, shipbob: books.shipbob, source: books.source },
    masterData: books.masterData,
    company: m3.company,
    reasonDefault: m3.stock.defaultReason,
    customers: m3.customers,
    crash: crashPoint(context.environment),
    progress: (step) => context.progress.update(step),
    calls: books.calls,
    mappingChanges: async () => [],
  };
  try {
    return await reconcile(parts, request);
  } finally {
    books.close();
    context.progress.clear();
  }
}

/** The zone whose days a period has, unless another is named: that of the first warehouse. */
export function periodZone({ config }: Workspace): string {
  return config.settings.centres[0]?.timeZone ?? 'UTC';
}
