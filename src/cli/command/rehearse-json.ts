import type { Rehearsal } from '../../app/rehearsal.ts';
import type { RehearsalComparison } from '../../app/rehearsal-comparison.ts';
import type { RehearsalSummary } from '../../app/rehearsal-summary.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { differencesIn } from '../../core/rehearsal-compare.ts';

export function rehearsalJson(found: {
  rehearsal: Rehearsal;
  summary: RehearsalSummary;
  comparison: RehearsalComparison | null;
  code: number;
}): JsonObject {
  const { rehearsal, summary, comparison, code } = found;
  const { window, result, documents, receivedBefore, flags } = rehearsal;
  const { calls } = result.counts;
  return {
    exitCode: code,
    fromDay: window.from,
    toDay: window.to,
    fromAtMs: window.fromMs,
    toAtMs: window.toMs,
    read: { ...rehearsal.read },
    records: summary.records,
    clean: summary.clean,
    stops: summary.stops,
    sums: summary.kinds.map(({ kind, there, values, ...sum }) => ({
      document: kind,
      ...sum,
      alreadyThere: there,
      values: values.map((value) => ({ ...value })),
    })),
    documents: documents.map((document) => ({
      key: document.key,
      document: document.kind,
      record: { ...document.record },
      reference: document.title,
      party: document.party,
      day: document.day,
      warehouse: document.warehouse,
      standing: document.standing,
      number: document.number,
      units: document.units,
      value: document.value,
      currency: document.currency,
      lines: document.lines.map((line) => ({ ...line })),
    })),
    receivedBefore: receivedBefore.map((one) => ({ ...one })),
    causes: summary.causes.map(({ code: reason, ...cause }) => ({ reason, ...cause })),
    flags: flags.map(({ flag, record }) => ({
      reason: flag.code,
      record: { ...flag.record },
      reference: record?.kind === 'order' ? record.orderNumber : null,
      cause: flag.cause,
      sentence: flag.sentence,
      hint: flag.hint,
      quantity: flag.quantity,
      amount: flag.amount,
      currency: flag.currency,
    })),
    comparison: comparison === null ? null : comparisonJson(comparison),
    calls: { shipbob: { ...calls.shipbob }, infor: { ...calls.infor } },
    troubles: result.troubles.map((trouble) => ({
      ...trouble,
      evidence: { ...trouble.evidence },
    })),
  };
}

function comparisonJson({ file, rows, lines, flaggedAs }: RehearsalComparison): JsonObject {
  return {
    file,
    rows,
    differences: differencesIn(lines),
    sums: lines.sums.map(({ kind, mlc, byHand, onlyMlc, onlyByHand, outside, ...counts }) => ({
      document: kind,
      ...counts,
      mlc: { ...mlc },
      byHand: { ...byHand },
      onlyMlc: { ...onlyMlc },
      onlyByHand: { ...onlyByHand },
      outside: { ...outside },
    })),
    differing: lines.pairs
      .filter(({ differences }) => differences.length > 0)
      .map(({ mlc, byHand, differences }) => ({
        mlc: { ...mlc },
        byHand: { ...byHand },
        differences: differences.map((one) => ({ ...one })),
      })),
    onlyMlc: lines.onlyMlc.map((line) => ({ ...line })),
    onlyByHand: lines.onlyByHand.map((line) => ({
      ...line,
      flaggedAs: flaggedAs(line.reference),
    })),
    outside: lines.outside.map((line) => ({ ...line })),
  };
}
