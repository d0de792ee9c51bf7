/** The tables of `migrations/`, as Kysely sees them. Why each exists is written there. */
import type { Generated, GeneratedAlways, Selectable } from 'kysely';

export interface Tables {
  meta: { name: string; value: string };
  lease: LeaseTable;
  run: RunTable;
  checkpoint: { stream: string; swept_to_ms: number; updated_at_ms: number };
  source_record: SourceRecordTable;
  source_alias: { value: string; role: string; kind: string; record_id: string };
  posting: PostingTable;
  posting_count: { kind: string; state: string; count: number };
  write_intent: WriteIntentTable;
  flag: FlagTable;
  crosswalk: CrosswalkTable;
  audit: AuditTable;
  audit_body: { seq: number; body: string };
  audit_pack: AuditPackTable;
  journal_entry: JournalEntryTable;
  voucher_charge: { charge_id: string; journal_key: string };
  master_fact: { key: string; fact_json: string; stored_at_ms: number; expires_at_ms: number };
  baseline: { receiving_id: string; inventory_id: string; lot: string; stowed: string };
  hand_booking: HandBookingTable;
  sealed: { name: string; bytes: Uint8Array; updated_at_ms: number };
  upstream_call: { id: Generated<number>; upstream: string; at_ms: number };
  upstream_allowance: AllowanceTable;
  inbox: InboxTable;
  lock: { name: string; owner: string; taken_at_ms: number; expires_at_ms: number };
  alert: AlertTable;
  overdue: OverdueTable;
  audit_key: AuditKeyTable;
  flag_care: FlagCareTable;
  flag_note: FlagNoteTable;
  mapping: MappingTable;
  reconciliation: ReconciliationTable;
  reconciliation_part: ReconciliationPartTable;
}

export interface LeaseTable {
  id: number;
  owner: string;
  fence: number;
  run_id: number;
  ttl_ms: number;
  acquired_at_ms: number;
  renewed_at_ms: number;
  expires_at_ms: number;
  released: number;
}

export interface RunTable {
  id: Generated<number>;
  command: string;
  owner: string;
  fence: number;
  started_at_ms: number;
  ended_at_ms: number | null;
  exit_code: number | null;
  outcome: string | null;
  counts_json: string | null;
  audit_seq: number | null;
  audit_head: string | null;
  troubles_json: Generated<string | null>;
}

export interface SourceRecordTable {
  id: Generated<number>;
  kind: string;
  record_id: string;
  phase: string;
  content_hash: string;
  record_hash: string;
  body: Uint8Array | null;
  boxes: Uint8Array | null;
  boxes_hash: string | null;
  boxes_observed_at_ms: number | null;
  unreadable: Uint8Array | null;
  observed_at_ms: number;
  updated_at_ms: number | null;
  created_at_ms: number | null;
  vanished_at_ms: number | null;
  regression: string | null;
  regressed_at_ms: number | null;
  stowed_hash: string | null;
  stowed_at_ms: number | null;
  boxed_hash: string | null;
  plan_due: number;
  due_seq: number;
  boxes_due: GeneratedAlways<number>;
  purged_at_ms: number | null;
}

export interface PostingTable {
  id: Generated<number>;
  key: string;
  kind: string;
  state: string;
  record_kind: string;
  record_id: string;
  shipment_id: string | null;
  document_json: string;
  document_hash: string;
  depends_on: string | null;
  dependency_posted: number;
  serial_key: string | null;
  purchase_order: string | null;
  attempt: number;
  handle: string | null;
  handed_to_commit: number;
  commit_fence: number | null;
  reference_number: string | null;
  reference_json: string | null;
  held_json: string | null;
  adopted: number;
  next_attempt_at_ms: number;
  failures: number;
  doubtful_since_ms: number | null;
  negative_lookups_json: string;
  waiting_for: string | null;
  created_at_ms: number;
  updated_at_ms: number;
  posted_at_ms: number | null;
  queue: GeneratedAlways<string | null>;
  loose: Generated<number>;
}

export interface WriteIntentTable {
  id: Generated<number>;
  posting_id: number;
  key: string;
  attempt: number;
  step: string;
  call: string;
  handle: string | null;
  request_hash: string;
  audit_seq: number;
  intended_at_ms: number;
  outcome: string | null;
  finished_at_ms: number | null;
}

export interface FlagTable {
  id: Generated<number>;
  record_kind: string;
  record_id: string;
  posting_id: number | null;
  code: string;
  cause: string;
  sentence: string;
  hint: string;
  evidence_json: string;
  quantity: string | null;
  amount: string | null;
  currency: string | null;
  raised_at_ms: number;
  updated_at_ms: number;
  cleared_at_ms: number | null;
  holds_json: string | null;
}

export interface CrosswalkTable {
  key: string;
  shipbob_kind: string;
  shipbob_id: string;
  document_kind: string;
  infor_number: string;
  posted_at_ms: number;
}

export interface AuditTable {
  seq: number;
  at_ms: number;
  run_id: number | null;
  actor: string;
  action: string;
  record_kind: string | null;
  record_id: string | null;
  posting_key: string | null;
  detail: string;
  body_hash: string | null;
  mac: string;
}

export interface AuditPackTable {
  id: Generated<number>;
  posting_key: string;
  first_seq: number;
  last_seq: number;
  bodies: number;
  touched_at_ms: number;
  packed: Uint8Array;
}

export interface JournalEntryTable {
  charge_id: string;
  day: string;
  division: string;
  currency: string;
  amount: string;
  debit_json: string;
  credit_json: string;
  text: string;
  journal_key: string | null;
}

export interface HandBookingTable {
  kind: string;
  shipbob_id: string;
  number: string;
  held_json: string | null;
  actor: string;
  linked_at_ms: number;
}

export interface AllowanceTable {
  upstream: string;
  window_ms: number;
  remaining: number | null;
  noted_at_ms: number | null;
}

export interface InboxTable {
  id: Generated<number>;
  webhook_id: string;
  topic: string;
  body: string;
  received_at_ms: number;
  proof: string;
  subject_kind: string | null;
  subject_id: string | null;
  kept_because: string | null;
  state: string;
  done_at_ms: number | null;
  outcome: string | null;
}

export interface AlertTable {
  cause: string;
  first_at_ms: number;
  last_seen_at_ms: number;
  sent_at_ms: number | null;
  seen_since_sent: number;
  message_json: string;
}

export interface OverdueTable {
  kind: string;
  shipbob_id: string;
  record_kind: string;
  record_id: string;
  happened_at_ms: number;
  noted_at_ms: number;
}

export interface AuditKeyTable {
  to_seq: number;
  fingerprint: string;
  sealed: Uint8Array;
  retired_at_ms: number;
}

export interface FlagCareTable {
  id: Generated<number>;
  record_kind: string;
  record_id: string;
  posting_key: string;
  code: string;
  cause: string;
  assignee: string | null;
  tags_json: string;
  ignored_at_ms: number | null;
  ignored_until_ms: number | null;
  ignored_by: string | null;
  ignored_because: string | null;
  held_json: string | null;
  updated_at_ms: number;
}

export interface FlagNoteTable {
  id: Generated<number>;
  care_id: number;
  at_ms: number;
  actor: string;
  text: string;
}

export interface MappingTable {
  id: Generated<number>;
  kind: string;
  list: string;
  source: string;
  compared_as: string;
  target_json: string;
  because: string | null;
  valid_from_ms: number;
  valid_to_ms: number | null;
  set_by: string;
  set_at_ms: number;
  ended_by: string | null;
  ended_at_ms: number | null;
  ended_because: string | null;
}

export interface ReconciliationTable {
  id: Generated<number>;
  from_day: string;
  to_day: string;
  time_zone: string;
  as_of_ms: number;
  actor: string;
  started_at_ms: number;
  turn: Generated<number>;
  finished_at_ms: number | null;
  verdict: string | null;
  audit_seq: number | null;
  audit_head: string | null;
}

export interface ReconciliationPartTable {
  reconciliation_id: number;
  name: string;
  position: number;
  body: Uint8Array;
  last: number;
  stored_at_ms: number;
}

export type LeaseRow = Selectable<LeaseTable>;
export type RunRow = Selectable<RunTable>;
export type SourceRecordRow = Selectable<SourceRecordTable>;
export type PostingRow = Selectable<PostingTable>;
export type FlagRow = Selectable<FlagTable>;
export type AuditRow = Selectable<AuditTable>;
export type JournalEntryRow = Selectable<JournalEntryTable>;
export type InboxRow = Selectable<InboxTable>;
export type AlertRow = Selectable<AlertTable>;
export type OverdueRow = Selectable<OverdueTable>;
export type FlagCareRow = Selectable<FlagCareTable>;
export type MappingRow = Selectable<MappingTable>;
export type ReconciliationRow = Selectable<ReconciliationTable>;
