/** From a comparison to a pack in its place, bound by a row of the audit trail. */
import { join } from 'node:path';
import type { ClosingAct, CrashPoint, Store } from '../../app/ports.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { gatherTraces } from '../report/traces.ts';
import { withMonthWarning } from './month.ts';
import { type Pack, packOf } from './pack.ts';
import { leftDrafts, placeDraft, type Rename, writeDraft } from './pack-folder.ts';

export interface ClosedMonth {
  report: ReconciliationReport;
  folder: string;
  pack: Pack;
  /** The row that binds the pack; it comes after the head at which the pack was made. */
  act: ClosingAct;
  /** Where the pack went that was there before; null when there was none. */
  movedTo: string | null;
  /** Drafts of earlier runs that were stopped. */
  left: string[];
}

/**
 * The order matters. The trail was verified and its head read by the comparison; then the pack is
 * written whole beside its place, then its manifest is bound by a row, and only then does it take
 * its place: what stands there is always bound. A stop in between leaves a draft, and the pack that
 * was there before. Throws REPORT_UNWRITABLE, CLOSE_NOT_PLACED, and what the store throws.
 */
export async function closeMonth(request: {
  report: ReconciliationReport;
  store: Pick<Store, 'trace' | 'meta' | 'recordClosing'>;
  /** Where the pack's folder goes. */
  out: string;
  version: string;
  nowMs: number;
  crash: CrashPoint;
  rename?: Rename;
}): Promise<ClosedMonth> {
  const { store, out, version, nowMs, crash, rename } = request;
  const report = withMonthWarning(request.report);
  const { verdict, id: comparison, actor } = report;
  const month = report.period.from.slice(0, 7);
  const folder = join(out, `close-${month}`);
  const left = leftDrafts(folder);
  const traces = await gatherTraces(store, report);
  const databaseId = (await store.meta('databaseId')) ?? '';
  const pack = await packOf(report, { version, traces }, { databaseId });
  const draft = writeDraft(folder, pack.files);
  crash('close-written');
  const { manifestSha256 } = pack;
  const act = await store.recordClosing({
    period: month,
    verdict,
    comparison,
    manifestSha256,
    actor,
    nowMs,
  });
  crash('close-bound');
  const movedTo = placeDraft(draft, folder, rename);
  return { report, folder, pack, act, movedTo, left };
}
