-- why: the first shape of the database
-- breaking: yes
--
-- Times are integer milliseconds since 1970 UTC and end in _at_ms. Documents, references and
-- evidence are JSON text; ShipBob's records are deflated JSON, because they are most of the bytes.

-- Names and values the tool keeps about itself (key fingerprint, last sweep of a kind, …).
create table meta (
  name text primary key,
  value text not null
) strict, without rowid;

-- The right to be the only engine on this database: one row, whose fence grows with each holder, so
-- that a holder who was presumed dead cannot write after another one has taken over.
create table lease (
  id integer primary key check (id = 1),
  owner text not null,
  fence integer not null check (fence > 0),
  run_id integer not null references run (id),
  ttl_ms integer not null,
  acquired_at_ms integer not null,
  renewed_at_ms integer not null,
  expires_at_ms integer not null,
  released integer not null check (released in (0, 1))
) strict;

-- One execution of the engine, for `runs` and for the person who asks what happened last night.
create table run (
  id integer primary key autoincrement,
  command text not null,
  owner text not null,
  fence integer not null,
  started_at_ms integer not null,
  ended_at_ms integer,
  exit_code integer,
  outcome text,
  counts_json text,
  -- The audit chain's last row when the run ended: a later cut of the chain's tail shows here.
  audit_seq integer,
  audit_head text
) strict;

-- How far each stream of ShipBob has been read; never passes a record that is not stored.
create table checkpoint (
  stream text primary key,
  swept_to_ms integer not null,
  updated_at_ms integer not null
) strict, without rowid;

-- ShipBob's records as last believed: planning and replays read these, not ShipBob.
create table source_record (
  id integer primary key,
  kind text not null check (kind in ('order', 'receiving', 'charge')),
  record_id text not null,
  phase text not null,
  -- Of everything planning sees; a plan made from another content leaves the record due.
  content_hash text not null,
  -- Of the record alone, without boxes, which are read by another request.
  record_hash text not null,
  -- Deflated JSON; null when nothing readable was ever seen.
  body blob,
  boxes blob,
  boxes_hash text,
  boxes_observed_at_ms integer,
  -- Deflated JSON of {raw, problem}; null when the last observation could be read.
  unreadable blob,
  observed_at_ms integer not null,
  updated_at_ms integer,
  created_at_ms integer,
  vanished_at_ms integer,
  -- What went backwards in the version that is stored, which two reads have shown.
  regression text,
  -- Start of the read that first showed less than is stored: a second one is owed.
  regressed_at_ms integer,
  -- Fingerprint of the stowed quantities now, when it last changed, and of those that the boxes last
  -- read have settled.
  stowed_hash text,
  stowed_at_ms integer,
  boxed_hash text,
  plan_due integer not null check (plan_due in (0, 1)),
  -- Grows with every reason to plan, so that a reason that comes during planning is not lost.
  due_seq integer not null,
  boxes_due integer generated always as (
    case when stowed_hash is not null and stowed_hash is not boxed_hash then 1 else 0 end
  ) virtual
) strict;
create unique index source_record_key on source_record (kind, record_id);
create index source_record_due on source_record (id) where plan_due = 1;
create index source_record_boxes on source_record (id) where boxes_due = 1;
create index source_record_regressed on source_record (id) where regressed_at_ms is not null;
create index source_record_open on source_record (kind, phase) where kind = 'receiving';
create index source_record_created on source_record (kind, created_at_ms) where kind = 'order';

-- Every number a person may know a record by: what `trace` and webhook hints look up.
create table source_alias (
  value text not null collate nocase,
  role text not null,
  kind text not null,
  record_id text not null,
  primary key (value, kind, record_id, role)
) strict, without rowid;

-- The life of one Infor document on its way: the outbox.
create table posting (
  id integer primary key autoincrement,
  key text not null unique,
  kind text not null,
  state text not null check (
    state in ('pending', 'staged', 'committing', 'posted', 'flagged', 'unknown', 'cancelled')
  ),
  record_kind text not null,
  record_id text not null,
  shipment_id text,
  document_json text not null,
  document_hash text not null,
  depends_on text,
  dependency_posted integer not null check (dependency_posted in (0, 1)),
  -- Postings that share it have one writer at a time (one sales order, one purchase order).
  serial_key text,
  purchase_order text,
  attempt integer not null check (attempt >= 0),
  handle text,
  handed_to_commit integer not null check (handed_to_commit in (0, 1)),
  -- Fence of the engine that took it to `committing`; another one must look before it acts.
  commit_fence integer,
  reference_number text,
  reference_json text,
  held_json text,
  adopted integer not null check (adopted in (0, 1)),
  next_attempt_at_ms integer not null,
  failures integer not null check (failures >= 0),
  doubtful_since_ms integer,
  negative_lookups_json text not null,
  waiting_for text,
  created_at_ms integer not null,
  updated_at_ms integer not null,
  posted_at_ms integer,
  queue text generated always as (
    case
      when state in ('pending', 'staged') then
        case dependency_posted when 1 then 'ready' else 'blocked' end
      when state in ('committing', 'unknown') then 'doubtful'
    end
  ) virtual,
  -- A row whose document is of another kind could never be read again.
  check (document_json ->> '$.kind' = kind),
  check (state <> 'posted' or (reference_json is not null and posted_at_ms is not null)),
  check (state <> 'committing' or commit_fence is not null)
) strict;
create index posting_record on posting (record_kind, record_id);
create index posting_shipment on posting (shipment_id) where shipment_id is not null;
create index posting_queue on posting (queue, kind, next_attempt_at_ms, id)
  where queue is not null;
create index posting_serial on posting (serial_key, id)
  where serial_key is not null and queue is not null;
create index posting_waiting on posting (depends_on) where dependency_posted = 0;
create index posting_purchase_order on posting (purchase_order) where purchase_order is not null;
create index posting_reference on posting (reference_number) where reference_number is not null;
create index posting_tally on posting (kind, state);

-- What was about to be sent, durable before it is sent; without an answer it may have happened.
create table write_intent (
  id integer primary key,
  posting_id integer not null references posting (id),
  key text not null,
  attempt integer not null,
  step text not null check (step in ('prepare', 'stage', 'commit', 'discard')),
  call text not null,
  handle text,
  request_hash text not null,
  -- The audit row that holds the request.
  audit_seq integer not null,
  intended_at_ms integer not null,
  outcome text check (outcome in ('ok', 'rejected', 'unclear', 'notSent')),
  finished_at_ms integer
) strict;
create index write_intent_open on write_intent (posting_id, id)
  where outcome is null or outcome = 'unclear';

-- Questions that only a person or a change outside can answer. Cleared ones stay, as history.
create table flag (
  id integer primary key autoincrement,
  record_kind text not null,
  record_id text not null,
  posting_id integer references posting (id),
  code text not null,
  cause text not null,
  sentence text not null,
  hint text not null,
  evidence_json text not null,
  quantity text,
  amount text,
  currency text,
  raised_at_ms integer not null,
  updated_at_ms integer not null,
  cleared_at_ms integer
) strict;
create unique index flag_once
  on flag (record_kind, record_id, ifnull(posting_id, 0), code, cause) where cleared_at_ms is null;
create index flag_record on flag (record_kind, record_id);
create index flag_posting on flag (posting_id) where cleared_at_ms is null;
create index flag_cause on flag (cause) where cleared_at_ms is null;
create index flag_code on flag (code, id) where cleared_at_ms is null;

-- Which Infor number each ShipBob id became: what the controller joins on.
create table crosswalk (
  key text not null,
  shipbob_kind text not null check (shipbob_kind in ('order', 'shipment', 'receiving', 'charge')),
  shipbob_id text not null,
  document_kind text not null,
  infor_number text not null,
  posted_at_ms integer not null,
  primary key (key, shipbob_kind, shipbob_id)
) strict, without rowid;
create index crosswalk_shipbob on crosswalk (shipbob_id, shipbob_kind);
create index crosswalk_infor on crosswalk (infor_number);

-- The append-only, MAC-chained trail of everything done and decided.
create table audit (
  seq integer primary key,
  at_ms integer not null,
  run_id integer,
  actor text not null,
  action text not null,
  record_kind text,
  record_id text,
  posting_key text,
  -- Canonical JSON, free of personal data.
  detail text not null,
  body_hash text,
  mac text not null
) strict;
-- Rows about a posting are found by its key, and postings by their record.
create index audit_record on audit (record_kind, record_id)
  where record_id is not null and posting_key is null;
create index audit_posting on audit (posting_key) where posting_key is not null;
create trigger audit_no_update before update on audit
begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the audit trail is append-only'); end;

-- Requests and answers, which may hold names and addresses: apart from the chain, so that they can
-- be purged without breaking it.
create table audit_body (
  seq integer primary key references audit (seq),
  body text not null
) strict;

-- Charges with their accounting. One row per charge and one journal per row: that a charge is in
-- exactly one journal is this table's shape.
create table journal_entry (
  charge_id text primary key,
  day text not null,
  division text not null,
  currency text not null,
  amount text not null,
  debit_json text not null,
  credit_json text not null,
  text text not null,
  journal_key text
) strict, without rowid;
create index journal_entry_loose on journal_entry (day, charge_id) where journal_key is null;
create index journal_entry_journal on journal_entry (journal_key) where journal_key is not null;

-- Charges that the vouchers of a journal found in Infor name. They are booked, even if this database
-- never planned them: a restored one may not have seen them yet.
create table voucher_charge (
  charge_id text not null,
  journal_key text not null,
  primary key (charge_id, journal_key)
) strict, without rowid;
create index voucher_charge_journal on voucher_charge (journal_key);

-- Master data of both sides as last read, to spare calls; each says when it must be read again.
create table master_fact (
  key text primary key,
  fact_json text not null,
  stored_at_ms integer not null,
  expires_at_ms integer not null
) strict, without rowid;

-- What was stowed and booked by hand before the tool took over.
create table baseline (
  receiving_id text not null,
  inventory_id text not null,
  -- Empty when the item has no lot.
  lot text not null,
  stowed text not null,
  primary key (receiving_id, inventory_id, lot)
) strict, without rowid;

-- Infor documents that a person entered for a record and told the tool about.
create table manual_link (
  kind text not null,
  shipbob_id text not null,
  number text not null,
  actor text not null,
  linked_at_ms integer not null,
  primary key (shipbob_id, kind)
) strict, without rowid;

-- Credentials, sealed before they come here.
create table sealed (
  name text primary key,
  bytes blob not null,
  updated_at_ms integer not null
) strict, without rowid;

-- Calls made within an upstream's sliding window, shared by all processes on this database.
create table upstream_call (
  id integer primary key,
  upstream text not null,
  at_ms integer not null
) strict;
create index upstream_call_window on upstream_call (upstream, at_ms);

-- What an upstream itself said is left, which counts the calls of others too.
create table upstream_allowance (
  upstream text primary key,
  window_ms integer not null,
  remaining integer,
  noted_at_ms integer
) strict, without rowid;
