/** The trace of each finding, short enough for paper. */
import type { AuditEntry, Store } from '../../app/ports.ts';
import type { ReconciliationFinding, ReconciliationReport } from '../../core/reconciliation.ts';
import { eventOf } from '../command/trace-event.ts';
import { discreet } from './discreet.ts';
import { type FindingTrace, findingsTracedMax } from './extras.ts';

/** The beginning and the end of a long story say most. */
const firstLines = 4;
const lastLines = 12;

export async function gatherTraces(
  store: Pick<Store, 'trace'>,
  report: ReconciliationReport,
): Promise<Map<number, FindingTrace>> {
  const traces = new Map<number, FindingTrace>();
  const known = new Map<string, AuditEntry[]>();
  for (const [index, finding] of report.findings.slice(0, findingsTracedMax).entries()) {
    const id = finding.key ?? finding.record?.id ?? null;
    if (id === null) continue;
    const entries = known.get(id) ?? (await store.trace(id)).entries;
    known.set(id, entries);
    const trace = traceOf(finding, entries);
    if (trace.lines.length > 0) traces.set(index, trace);
  }
  return traces;
}

/** Single calls are left out, other documents of the same order, and the charges for it. */
export function traceOf(
  finding: Pick<ReconciliationFinding, 'key' | 'document'>,
  entries: readonly AuditEntry[],
): FindingTrace {
  const charges = finding.document === null || finding.document === 'journal';
  const own = entries.filter(({ postingKey, record }) => {
    if (!charges && record?.kind === 'charge') return false;
    return finding.key === null || postingKey === null || postingKey === finding.key;
  });
  const lines = own.flatMap((entry) => {
    const event = isCall(entry) ? null : eventOf(entry);
    return event === null ? [] : [{ atMs: entry.atMs, text: discreet(event.text) }];
  });
  const shown =
    lines.length > firstLines + lastLines
      ? [...lines.slice(0, firstLines), ...lines.slice(-lastLines)]
      : lines;
  return { lines: shown, left: own.length - shown.length };
}

function isCall({ action }: AuditEntry): boolean {
  return action === 'intended' || action === 'exchanged';
}
