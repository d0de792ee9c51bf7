/** From a comparison to a pack in its place, bound by a row of the audit trail. */
import { join } from 'node:path';
import type { ClosingAct, CrashPoint, Store } from '../../app/ports.ts';
import { finding } from '../../core/reconcile-finding.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { discreetReport } from '../report/discreet.ts';
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
 * The order matters. The trail is verified, up to a head with the comparison's verdict in it; then
 * the pack is written whole beside its place, then its manifest is bound by a row, and only then
 * does it take its place: what stands there is always bound. A stop in between leaves a draft, and
 * the pack of before. Throws FILE_UNWRITABLE, CLOSE_NOT_PLACED, and what the store throws.
 */
export async function closeMonth(request: {
  report: ReconciliationReport;
  store: Pick<Store, 'trace' | 'meta' | 'recordClosing' | 'proveAudit'>;
  /** Where the pack's folder goes. */
  out: string;
  version: string;
  nowMs: number;
  crash: CrashPoint;
  /** While the trail is verified. */
  progress(rows: number, of: number): void;
  rename?: Rename;
}): Promise<ClosedMonth> {
  const { store, out, version, nowMs, crash, rename, progress } = request;
  const checked = withMonthWarning(await proved(request.report, store, progress));
  const report = discreetReport(checked);
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

/**
 * The report with the head that was proved, and not one that was read beside the proof. A trail
 * that does not verify changes the verdict, whatever the comparison saw before.
 */
async function proved(
  report: ReconciliationReport,
  store: Pick<Store, 'proveAudit'>,
  progress: (rows: number, of: number) => void,
): Promise<ReconciliationReport> {
  const { seq, head: mac } = report.audit;
  const noted = [{ seq, mac, by: 'the comparison' }];
  const { rows, head, broken } = await store.proveAudit({ noted, progress });
  const brokenAt = broken?.seq ?? report.audit.brokenAt;
  const audit = { rows, seq: head.seq, head: head.mac, brokenAt };
  if (brokenAt === null || report.findings.some(({ code }) => code === 'AUDIT_BROKEN')) {
    return { ...report, audit };
  }
  const sentence = `The audit trail does not verify from row ${brokenAt} on: what the ledger says cannot be relied on.`;
  return {
    ...report,
    audit,
    verdict: 'differs',
    verdictSentence: `${sentence} ${report.verdictSentence}`,
    findings: [
      finding({ code: 'AUDIT_BROKEN', sentence, evidence: { brokenAt } }),
      ...report.findings,
    ],
  };
}
