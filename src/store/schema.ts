/**
 * Rows to values and back: the only file of the store that may cast, and so the one that checks
 * what comes out of the database against what must have gone in.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type {
  AlertMessage,
  AlertState,
  AuditEntry,
  CrosswalkRow,
  Hint,
  HintSubject,
  Overdue,
  RunCounts,
  RunRecord,
  StoredDelivery,
  StoredRecord,
  WriteIntent,
} from '../app/ports.ts';
import type {
  BaselineLine,
  DocumentKind,
  DocumentReference,
  Flag,
  HeldLine,
  InforDocument,
  JournalEntry,
  JsonObject,
  ManualLink,
  MasterFact,
  Posting,
  PostingState,
  ReceivingBox,
  RecordKey,
  SourceRecord,
} from '../core/glossary.ts';
import { postingMoves } from '../core/posting-state.ts';
import { assert, defect } from '../core/problem.ts';
import {
  calendarDay,
  canonicalAmount,
  canonicalQuantity,
  chargeId,
  externalKey,
  inventoryId,
  shipmentId,
} from '../core/schema.ts';
import type {
  AlertRow,
  AuditRow,
  CrosswalkTable,
  FlagRow,
  InboxRow,
  JournalEntryRow,
  OverdueRow,
  PostingRow,
  RunRow,
  SourceRecordRow,
  WriteIntentTable,
} from './table.ts';

// Records are a few kilobytes: the fastest level with small tables is three times faster than the
// default and costs a tenth in size.
const deflateOptions = { level: 1, memLevel: 6, windowBits: 12 } as const;

export function pack(value: unknown): Buffer {
  return deflateRawSync(JSON.stringify(value), deflateOptions);
}

function unpack<T>(bytes: Uint8Array): T {
  return JSON.parse(inflateRawSync(bytes).toString('utf8')) as T;
}

function parse<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function packRecord(record: SourceRecord): Buffer {
  return pack(record.kind === 'receiving' ? { ...record, boxes: null } : record);
}

export function unpackRecord(row: {
  kind: string;
  record_id: string;
  body: Uint8Array;
}): SourceRecord {
  const record = unpack<SourceRecord>(row.body);
  assert(record.kind === row.kind, `stored record ${row.record_id} is a ${row.kind}`);
  assert(record.id === row.record_id, `stored record ${row.record_id} has its own id`);
  return record;
}

export function recordKind(text: string): RecordKey['kind'] {
  if (text === 'order' || text === 'receiving' || text === 'charge') return text;
  throw defect(`not a kind of record: ${text}`);
}

export function storedRecord(row: SourceRecordRow): StoredRecord {
  let record = row.body === null ? null : unpackRecord({ ...row, body: row.body });
  if (record?.kind === 'receiving' && row.boxes !== null) {
    record = { ...record, boxes: unpack<ReceivingBox[]>(row.boxes) };
  }
  assert(record !== null || row.unreadable !== null, `record ${row.record_id} has a content`);
  return {
    key: { kind: recordKind(row.kind), id: row.record_id },
    record,
    unreadable:
      row.unreadable === null ? null : unpack<{ raw: string; problem: string }>(row.unreadable),
    contentHash: row.content_hash,
    observedAtMs: row.observed_at_ms,
    vanishedAtMs: row.vanished_at_ms,
    regression: row.regression,
  };
}

export const documentKinds: Record<DocumentKind, true> = {
  salesOrder: true,
  purchaseOrder: true,
  goodsIssue: true,
  stockIssue: true,
  goodsReceipt: true,
  journal: true,
  orderCancellation: true,
};

export function documentKind(text: string): DocumentKind {
  assert(Object.hasOwn(documentKinds, text), `${text} is a kind of document`);
  return text as DocumentKind;
}

export function postingState(text: string): PostingState {
  assert(Object.hasOwn(postingMoves, text), `${text} is a state of a posting`);
  return text as PostingState;
}

export function reference(text: string): DocumentReference {
  return parse<DocumentReference>(text);
}

export function posting(row: PostingRow): Posting {
  const document = parse<InforDocument>(row.document_json);
  assert(document.kind === row.kind, `posting ${row.key} holds a ${row.kind}`);
  return {
    id: row.id,
    key: externalKey(row.key),
    kind: document.kind,
    state: postingState(row.state),
    record: { kind: recordKind(row.record_kind), id: row.record_id },
    shipmentId: row.shipment_id === null ? null : shipmentId(row.shipment_id),
    document,
    documentHash: row.document_hash,
    dependsOn: row.depends_on === null ? null : externalKey(row.depends_on),
    attempt: row.attempt,
    handle: row.handle,
    handedToCommit: row.handed_to_commit === 1,
    reference: row.reference_json === null ? null : reference(row.reference_json),
    held: row.held_json === null ? null : parse<HeldLine[]>(row.held_json),
    adopted: row.adopted === 1,
    nextAttemptAtMs: row.next_attempt_at_ms,
    failures: row.failures,
    doubtfulSinceMs: row.doubtful_since_ms,
    negativeLookupsAtMs: parse<number[]>(row.negative_lookups_json),
    waitingFor: row.waiting_for,
    createdAtMs: row.created_at_ms,
    postedAtMs: row.posted_at_ms,
  };
}

export function flag(row: FlagRow & { posting_key: string | null }): Flag {
  return {
    id: row.id,
    record: { kind: recordKind(row.record_kind), id: row.record_id },
    postingKey: row.posting_key === null ? null : externalKey(row.posting_key),
    code: row.code,
    cause: row.cause,
    sentence: row.sentence,
    hint: row.hint,
    evidence: parse<JsonObject>(row.evidence_json),
    quantity: row.quantity === null ? null : canonicalQuantity(row.quantity),
    amount: row.amount === null ? null : canonicalAmount(row.amount),
    currency: row.currency,
    raisedAtMs: row.raised_at_ms,
    clearedAtMs: row.cleared_at_ms,
  };
}

export function journalEntry(row: JournalEntryRow): JournalEntry {
  return {
    chargeId: chargeId(row.charge_id),
    day: calendarDay(row.day),
    division: row.division,
    currency: row.currency,
    amount: canonicalAmount(row.amount),
    debit: parse<string[]>(row.debit_json),
    credit: parse<string[]>(row.credit_json),
    text: row.text,
  };
}

export function auditEntry(row: AuditRow & { body: string | null }): AuditEntry {
  return {
    seq: row.seq,
    atMs: row.at_ms,
    runId: row.run_id,
    actor: row.actor,
    action: row.action,
    record:
      row.record_kind === null || row.record_id === null
        ? null
        : { kind: recordKind(row.record_kind), id: row.record_id },
    postingKey: row.posting_key,
    detail: parse<JsonObject>(row.detail),
    bodyHash: row.body_hash,
    body: row.body === null ? null : parse<JsonObject>(row.body),
  };
}

export function writeIntent(
  row: Omit<WriteIntentTable, 'id'> & { body: string | null },
): WriteIntent {
  // The body is {request}; a purged one is an empty request.
  const body = row.body === null ? null : parse<{ request: JsonObject }>(row.body);
  return {
    postingId: row.posting_id,
    key: externalKey(row.key),
    attempt: row.attempt,
    step: row.step as WriteIntent['step'],
    call: row.call,
    handle: row.handle,
    request: body?.request ?? {},
  };
}

export function crosswalkRow(row: CrosswalkTable): CrosswalkRow {
  return {
    shipbobKind: row.shipbob_kind as CrosswalkRow['shipbobKind'],
    shipbobId: row.shipbob_id,
    documentKind: documentKind(row.document_kind),
    key: externalKey(row.key),
    inforNumber: row.infor_number,
    postedAtMs: row.posted_at_ms,
  };
}

export function runRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    command: row.command,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    exitCode: row.exit_code,
    outcome: row.outcome,
    counts: row.counts_json === null ? null : runCounts(row.counts_json),
    auditHead: row.audit_head,
  };
}

/** Runs of before webhooks were read did not count them. */
function runCounts(text: string): RunCounts {
  return { hints: { read: 0, covered: 0, kept: 0 }, ...parse<Omit<RunCounts, 'hints'>>(text) };
}

export function masterFact(text: string): MasterFact {
  return parse<MasterFact>(text);
}

export function baselineLine(row: {
  inventory_id: string;
  lot: string;
  stowed: string;
}): BaselineLine {
  return {
    inventoryId: inventoryId(row.inventory_id),
    lot: row.lot === '' ? null : row.lot,
    stowed: canonicalQuantity(row.stowed),
  };
}

export function manualLink(row: { kind: string; shipbob_id: string; number: string }): ManualLink {
  return { kind: documentKind(row.kind), shipbobId: row.shipbob_id, number: row.number };
}

export function migrationRows(
  rows: unknown[],
): { number: number; name: string; breaking: string; checksum: string }[] {
  return rows as { number: number; name: string; breaking: string; checksum: string }[];
}

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
    topics: parse<string[]>(row.topics_json).sort(),
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

export function alertState(row: AlertRow): AlertState {
  return {
    cause: row.cause,
    firstAtMs: row.first_at_ms,
    lastSeenAtMs: row.last_seen_at_ms,
    sentAtMs: row.sent_at_ms,
    seenSinceSent: row.seen_since_sent,
    message: parse<AlertMessage>(row.message_json),
  };
}

export function overdue(row: OverdueRow): Overdue {
  assert(row.kind === 'issue' || row.kind === 'receipt', `${row.kind} can be overdue`);
  return {
    kind: row.kind,
    shipbobId: row.shipbob_id,
    record: { kind: recordKind(row.record_kind), id: row.record_id },
    happenedAtMs: row.happened_at_ms,
  };
}
