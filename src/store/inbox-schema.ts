/** Rows of webhook deliveries and hints as the engine knows them. */
import type { Hint, HintSubject, StoredDelivery } from '../app/ports.ts';
import type { RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { InboxRow } from './table.ts';

const subjectKinds: Record<HintSubject['kind'], true> = {
  order: true,
  shipment: true,
  receiving: true,
  charge: true,
};

function hintSubject(kind: string, id: string): HintSubject {
  assert(Object.hasOwn(subjectKinds, kind), `${kind} is a kind of subject`);
  return { kind: kind as HintSubject['kind'], id };
}

export function storedDelivery(row: InboxRow): StoredDelivery {
  const { subject_kind: kind, subject_id: id } = row;
  return {
    id: row.id,
    webhookId: row.webhook_id,
    topic: row.topic,
    body: row.body,
    receivedAtMs: row.received_at_ms,
    proof: row.proof as StoredDelivery['proof'],
    subject: kind === null || id === null ? null : hintSubject(kind, id),
    keptBecause: row.kept_because,
    state: row.state as StoredDelivery['state'],
    doneAtMs: row.done_at_ms,
    outcome: row.outcome,
  };
}

export interface HintRow {
  subject_kind: string;
  subject_id: string;
  topics_json: string;
  count: number;
  last_id: number;
  oldest_at_ms: number;
  newest_at_ms: number;
  observed_at_ms: number | null;
  /** Of the record the subject stands for, when it is stored. */
  record_id: string | null;
}

export function hint(row: HintRow): Hint {
  const subject = hintSubject(row.subject_kind, row.subject_id);
  return {
    subject,
    topics: (JSON.parse(row.topics_json) as string[]).sort(),
    count: row.count,
    lastId: row.last_id,
    oldestAtMs: row.oldest_at_ms,
    newestAtMs: row.newest_at_ms,
    observedAtMs: row.observed_at_ms,
    record: recordOfHint(subject, row.record_id),
  };
}

function recordOfHint(subject: HintSubject, found: string | null): RecordKey | null {
  if (subject.kind === 'charge') return null;
  if (subject.kind !== 'shipment') return { kind: subject.kind, id: subject.id };
  return found === null ? null : { kind: 'order', id: found };
}
