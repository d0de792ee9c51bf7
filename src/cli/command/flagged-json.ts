import type { FlagCare, QueueEntry, QueueGroup } from '../../app/ports.ts';
import type { Flag, JsonObject } from '../../core/glossary.ts';

export function flagJson(flag: Flag): JsonObject {
  return {
    id: flag.id,
    reason: flag.code,
    record: { kind: flag.record.kind, id: flag.record.id },
    postingKey: flag.postingKey,
    cause: flag.cause,
    sentence: flag.sentence,
    hint: flag.hint,
    evidence: flag.evidence,
    quantity: flag.quantity,
    amount: flag.amount,
    currency: flag.currency,
    raisedAtMs: flag.raisedAtMs,
    clearedAtMs: flag.clearedAtMs,
  };
}

export function entryJson({ flag, care, blocks }: QueueEntry): JsonObject {
  return { ...flagJson(flag), blocks, ...careJson(care) };
}

function careJson({ assignee, tags, ignored, notes }: FlagCare): JsonObject {
  return { assignee, tags, ignored: ignored === null ? null : { ...ignored }, notes };
}

export function groupJson(group: QueueGroup): JsonObject {
  const { name, code, flags, reasons, causes, records, units } = group;
  const { values, oldestAtMs, sentence } = group;
  return {
    group: name,
    reason: code,
    flags,
    reasons,
    causes,
    records,
    units,
    values: values.map((value) => ({ ...value })),
    oldestAtMs,
    example: sentence,
  };
}
