/** The report for programs: as it is, with the traces that its findings were shown with. */
import type { JsonObject } from '../../core/glossary.ts';
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import type { ReportExtras } from './extras.ts';

export function reportJson(report: ReconciliationReport, extras: ReportExtras): JsonObject {
  return {
    ...report,
    period: { ...report.period },
    notCompared: report.notCompared.map((row) => ({ ...row })),
    leftOut: report.leftOut.map((row) => ({ ...row })),
    documents: report.documents.map((row) => ({
      ...row,
      units: row.units === null ? null : { ...row.units },
      amounts: row.amounts === null ? null : row.amounts.map((each) => ({ ...each })),
    })),
    days: report.days.map((row) => ({ ...row })),
    stock: report.stock.map((row) => ({ ...row })),
    findings: report.findings.map((row, index) => ({
      ...row,
      record: row.record === null ? null : { ...row.record },
      trace: extras.traces.get(index)?.lines.map((line) => ({ ...line })) ?? [],
    })),
    waiting: report.waiting.map((row) => ({ ...row, record: { ...row.record } })),
    cutOff: report.cutOff.map((row) => ({ ...row, record: { ...row.record } })),
    flags: report.flags.map((row) => ({ ...row, record: { ...row.record } })),
    mappingChanges: report.mappingChanges.map((row) => ({ ...row })),
    onHand:
      report.onHand.state === 'notCompared'
        ? { ...report.onHand }
        : {
            ...report.onHand,
            rows: report.onHand.rows.map((row) => ({
              ...row,
              parts: row.parts.map((part) => ({ ...part })),
            })),
          },
    calls: { ...report.calls },
    audit: { ...report.audit },
  };
}
