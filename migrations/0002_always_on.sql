-- why: webhook deliveries, locks between processes, alerts that were sent, and keys that were rotated
-- breaking: no

-- Webhook deliveries as received, before they are answered. A delivery is only a hint: what it is
-- about is read again from ShipBob.
create table inbox (
  id integer primary key autoincrement,
  -- ShipBob repeats a message under the same id until it is answered.
  webhook_id text not null unique,
  topic text not null,
  -- As received; it may hold names and addresses, and goes when the row does.
  body text not null,
  received_at_ms integer not null,
  proof text not null check (proof in ('signature', 'pathToken', 'sample')),
  subject_kind text check (subject_kind in ('order', 'shipment', 'receiving', 'charge')),
  subject_id text,
  kept_because text,
  state text not null check (state in ('waiting', 'done', 'kept')),
  done_at_ms integer,
  outcome text,
  check (state <> 'waiting' or (subject_kind is not null and subject_id is not null))
) strict;
-- The longest waiting first, and all that waits about one subject.
create index inbox_queue on inbox (id) where state = 'waiting';
create index inbox_waiting on inbox (subject_kind, subject_id, id) where state = 'waiting';
create index inbox_kept on inbox (id) where state = 'kept';
create index inbox_topic on inbox (topic, id);
create index inbox_received on inbox (received_at_ms);
-- Was this announced?
create index inbox_subject on inbox (subject_kind, subject_id, topic);

-- A right that one process holds at a time, such as to renew a token; it runs out by itself.
create table lock (
  name text primary key,
  owner text not null,
  taken_at_ms integer not null,
  expires_at_ms integer not null
) strict, without rowid;

-- Causes that people were told about, or will be in the next digest.
create table alert (
  cause text primary key,
  first_at_ms integer not null,
  last_seen_at_ms integer not null,
  sent_at_ms integer,
  seen_since_sent integer not null check (seen_since_sent >= 0),
  message_json text not null
) strict, without rowid;

-- Goods that were delivered or received days ago and whose document is still not in Infor.
create table overdue (
  kind text not null check (kind in ('issue', 'receipt')),
  shipbob_id text not null,
  record_kind text not null,
  record_id text not null,
  happened_at_ms integer not null,
  noted_at_ms integer not null,
  primary key (kind, shipbob_id)
) strict, without rowid;

-- Audit keys before the present one: rows up to `to_seq` are checked with the key of that time,
-- which is sealed with the present vault key.
create table audit_key (
  to_seq integer primary key,
  fingerprint text not null,
  sealed blob not null,
  retired_at_ms integer not null
) strict;

-- Checks over what has changed lately walk the records by their own time.
create index source_record_updated on source_record (kind, updated_at_ms, record_id)
  where updated_at_ms is not null;
