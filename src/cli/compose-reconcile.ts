/** What a comparison of the books works with. Part of the composition root. */
import type { StoredMapping } from '../app/ports.ts';
import { type ReconcileParts, type ReconcileRequest, reconcile } from '../app/reconcile.ts';
import { effectiveSettings } from '../core/effective-settings.ts';
import { type MappingEvent, targetWords } from '../core/mapping.ts';
import type { MappingChangeRow, ReconciliationReport } from '../core/reconciliation.ts';
import { settingsHistory } from '../core/settings-history.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import { packageVersion } from '../runtime/package.ts';
import type { CommandContext } from './command-spec.ts';
import { openBooks } from './compose-books.ts';
import type { Workspace } from './compose-workspace.ts';
import type { ReportExtras } from './report/extras.ts';
import { gatherTraces } from './report/traces.ts';

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
  const nowMs = clock.now();
  const mappings = await store.currentMappings(nowMs);
  const all = await store.mappings({ kinds: null, state: 'all', nowMs });
  const parts: ReconcileParts = {
    ...{ clock, log, store, signal: context.stop },
    settings: effectiveSettings(config.settings, mappings),
    // One that no longer reads as such was refused by every run: nothing was planned by it.
    earlierSettings: settingsHistory(
      config.settings,
      all.flatMap((one) => (one.target === null ? [] : [one])),
      nowMs,
    ),
    ...{ infor: books.infor, shipbob: books.shipbob, source: books.source },
    masterData: books.masterData,
    company: m3.company,
    reasonDefault: m3.stock.defaultReason,
    customers: [...new Set([...m3.customers, ...all.flatMap(customerOf)])],
    crash: crashPoint(context.environment),
    progress: (step) => context.progress.update(step),
    calls: books.calls,
    mappingChanges: async (window) => (await store.mappingHistory(window)).map(changeRow),
  };
  try {
    return await reconcile(parts, request);
  } finally {
    books.close();
    context.progress.clear();
  }
}

function customerOf({ target }: StoredMapping): string[] {
  return target?.kind === 'customer' ? [target.code] : [];
}

function changeRow(event: MappingEvent): MappingChangeRow {
  const { kind, source, before, after, actor, because, atMs } = event;
  return {
    kind,
    source: event.list === '' ? source : `${source} (${event.list})`,
    before: before === null ? null : targetWords(before),
    after: after === null ? null : targetWords(after),
    actor,
    because,
    atMs,
  };
}

/** The zone whose days a period has, unless another is named: that of the first warehouse. */
export function periodZone({ config }: Workspace): string {
  return config.settings.centres[0]?.timeZone ?? 'UTC';
}

/** What a report says beside the comparison itself. */
export async function reportExtras(
  { store }: Workspace,
  report: ReconciliationReport,
): Promise<ReportExtras> {
  return { version: packageVersion(), traces: await gatherTraces(store, report) };
}
