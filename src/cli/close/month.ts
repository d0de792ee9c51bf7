/** The calendar month that is closed. */
import type { ReconciliationReport } from '../../core/reconciliation.ts';
import { calendarDay, type Day } from '../../core/schema.ts';

/** First and last day of `2026-11`; null for what is no month. */
export function monthDays(text: string): { from: Day; to: Day } | null {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  if (match === null) return null;
  const last = new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate();
  return {
    from: calendarDay(`${text}-01`),
    to: calendarDay(`${text}-${String(last).padStart(2, '0')}`),
  };
}

/**
 * A pack of a month that is still running may be useful, and must never be taken for its close: the
 * sentence that everyone reads first says so.
 */
export function withMonthWarning(report: ReconciliationReport): ReconciliationReport {
  const { period, asOfMs, verdictSentence } = report;
  if (asOfMs >= period.toMs) return report;
  const warning = `The month is not over: this is no close, for it ends with ${period.to}.`;
  return { ...report, verdictSentence: `${verdictSentence} ${warning}` };
}
