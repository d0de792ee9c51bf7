/**
 * What is filed for years names no person by address: a pack is bound by its hashes, and nothing
 * can be purged from it later. The database keeps addresses for as long as it is configured to.
 */
import type { ReconciliationReport } from '../../core/reconciliation.ts';

/** From the beginning of a run of letters: a long one would be searched once for each letter. */
const address =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+@(?=[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)/gu;

/** `hello@shop.example` → `h…@shop.example`. */
export function discreet(text: string): string {
  return text.replace(address, ([first = '']) => `${first}…@`);
}

export function discreetReport(report: ReconciliationReport): ReconciliationReport {
  const { findings, waiting, flags, mappingChanges } = report;
  return {
    ...report,
    findings: findings.map((row) => ({ ...row, sentence: discreet(row.sentence) })),
    waiting: waiting.map((row) => ({ ...row, why: discreet(row.why) })),
    flags: flags.map((row) => ({ ...row, sentence: discreet(row.sentence) })),
    mappingChanges: mappingChanges.map((row) => ({
      ...row,
      source: discreet(row.source),
      because: row.because === null ? null : discreet(row.because),
    })),
  };
}
