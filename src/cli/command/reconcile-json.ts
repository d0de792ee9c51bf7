/** The report for programs: as it is. */
import type { JsonObject } from '../../core/glossary.ts';
import type { OnHandBridge, ReconciliationReport } from '../../core/reconciliation.ts';

export function reportJson(report: ReconciliationReport): JsonObject {
  return {
    ...report,
    period: { ...report.period },
    notCompared: report.notCompared.map((row) => ({ ...row })),
    leftOut: report.leftOut.map((row) => ({ ...row })),
    documents: report.documents.map((row) => ({
      ...row,
      documents: { ...row.documents },
      units: row.units === null ? null : { ...row.units },
      amounts: row.amounts === null ? null : row.amounts.map((each) => ({ ...each })),
    })),
    days: report.days.map((row) => ({ ...row })),
    stock: report.stock.map((row) => ({ ...row })),
    findings: report.findings.map((row) => ({
      ...row,
      record: row.record === null ? null : { ...row.record },
    })),
    waiting: report.waiting.map((row) => ({ ...row, record: { ...row.record } })),
    cutOff: report.cutOff.map((row) => ({ ...row, record: { ...row.record } })),
    flags: report.flags.map((row) => ({ ...row, record: { ...row.record } })),
    mappingChanges: report.mappingChanges.map((row) => ({ ...row })),
    onHand: onHandJson(report.onHand),
    calls: { ...report.calls },
    audit: { ...report.audit },
  };
}

function onHandJson(bridge: OnHandBridge): JsonObject {
  if (bridge.state === 'notCompared') return { ...bridge };
  const rows = bridge.rows.map((row) => ({
    ...row,
    parts: row.parts.map((part) => ({ ...part })),
  }));
  return { ...bridge, rows };
}
