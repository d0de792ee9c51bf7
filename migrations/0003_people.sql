-- why: what people say about flags, mappings they set, hand bookings, and comparisons of the books
-- breaking: yes
--
-- Breaking: an older program would neither know mappings that planning needs, nor that a record is
-- ignored, and would post what a person has held back.

-- Keys of the documents that a flag holds up; null: all of its record.
alter table flag add column holds_json text;

-- What people have said about a question. It is kept by what the question is about, not by the
-- flag's number: a flag that clears and comes again is the same question.
create table flag_care (
  id integer primary key autoincrement,
  record_kind text not null,
  record_id text not null,
  -- Key of the posting that the flag belongs to; empty for a flag of the record itself.
  posting_key text not null,
  code text not null,
  cause text not null,
  assignee text,
  tags_json text not null,
  -- Set while nobody wants to be asked. What was held up by it is not posted unasked meanwhile, even
  -- when its cause goes: see core/ignored.ts.
  ignored_at_ms integer,
  -- Null: until a person ends it.
  ignored_until_ms integer,
  ignored_by text,
  ignored_because text,
  -- Keys of the documents that the question has held up while it was ignored; null: all of its
  -- record. Only grows, so that what becomes free piece by piece is not forgotten.
  held_json text,
  updated_at_ms integer not null,
  check ((ignored_at_ms is null) = (ignored_by is null)),
  check (ignored_at_ms is null or ignored_because is not null)
) strict;
create unique index flag_care_once
  on flag_care (record_kind, record_id, posting_key, code, cause);
create index flag_care_ignored on flag_care (record_kind, record_id)
  where ignored_at_ms is not null;
create index flag_care_expiring on flag_care (ignored_until_ms)
  where ignored_until_ms is not null;

-- Words of people about a question. They may name persons, so they are no part of the audit chain
-- and go with a purge.
create table flag_note (
  id integer primary key autoincrement,
  care_id integer not null references flag_care (id),
  at_ms integer not null,
  actor text not null,
  text text not null
) strict;
create index flag_note_care on flag_note (care_id, id);

-- Which Infor code stands for a ShipBob value, as people set it by command; it goes before what the
-- configuration says. Rows are never changed but for their end: what stood when can always be told.
create table mapping (
  id integer primary key autoincrement,
  kind text not null check (kind in ('sku', 'customer', 'supplier', 'centre', 'account')),
  -- The table under `lookups` that it belongs to, for customers and suppliers; the type of charge, or
  -- empty for all, for accounts; else empty.
  list text not null,
  source text not null,
  -- The source as it is compared: SKUs to the letter, e-mail addresses without case.
  compared_as text not null,
  target_json text not null,
  because text,
  valid_from_ms integer not null,
  -- Null: still in force. Exclusive.
  valid_to_ms integer,
  set_by text not null,
  set_at_ms integer not null,
  ended_by text,
  ended_at_ms integer,
  ended_because text,
  check (valid_to_ms is null or valid_to_ms >= valid_from_ms)
) strict;
create index mapping_source on mapping (kind, list, compared_as, valid_from_ms);
create index mapping_set on mapping (set_at_ms);
create index mapping_ended on mapping (ended_at_ms) where ended_at_ms is not null;
create trigger mapping_one_at_a_time before insert on mapping
when exists (
  select 1 from mapping as other
  where other.kind = new.kind and other.list = new.list and other.compared_as = new.compared_as
    and ifnull(other.valid_to_ms, 9007199254740991) > new.valid_from_ms
    and other.valid_from_ms < ifnull(new.valid_to_ms, 9007199254740991)
    and other.valid_from_ms < ifnull(other.valid_to_ms, 9007199254740991)
)
begin select raise(abort, 'one mapping of a source is in force at a time'); end;
create trigger mapping_stays before update of kind, list, source, compared_as, target_json, because,
  valid_from_ms, set_by, set_at_ms on mapping
-- Of an ended one a purge takes the reason out, and puts a hash for a name or address that it was
-- looked up by.
when not (old.valid_to_ms is not null and new.because is null
  and ((new.source = old.source and new.compared_as = old.compared_as)
    or new.compared_as like '#%')
  and new.kind = old.kind and new.list = old.list and new.target_json = old.target_json
  and new.valid_from_ms = old.valid_from_ms and new.set_by = old.set_by
  and new.set_at_ms = old.set_at_ms)
begin select raise(abort, 'a mapping is never changed but for its end'); end;
create trigger mapping_no_delete before delete on mapping
begin select raise(abort, 'a mapping is ended, not deleted'); end;

-- Infor documents that a person entered for a record and told the tool about, with what Infor held
-- of each when it was checked: a receiving order may have several, and what one of them books cannot
-- be claimed for two records.
create table hand_booking (
  kind text not null,
  shipbob_id text not null,
  number text not null,
  -- Lines as Infor held them: what of the document stands for this record. Null for links of before,
  -- which nobody has checked.
  held_json text,
  actor text not null,
  linked_at_ms integer not null,
  primary key (shipbob_id, kind, number)
) strict, without rowid;
create index hand_booking_number on hand_booking (number, kind);
insert into hand_booking (kind, shipbob_id, number, held_json, actor, linked_at_ms)
  select kind, shipbob_id, number, null, actor, linked_at_ms from manual_link;
drop table manual_link;

-- One comparison of ShipBob, the ledger and Infor over a period, as of a moment. What it reads is
-- frozen in its parts, so that one that was stopped goes on with the same lists.
create table reconciliation (
  id integer primary key autoincrement,
  from_day text not null,
  to_day text not null,
  time_zone text not null,
  as_of_ms integer not null,
  actor text not null,
  started_at_ms integer not null,
  -- How often it was taken up: of two processes only the later one may go on.
  turn integer not null default 1,
  finished_at_ms integer,
  verdict text check (verdict in ('agrees', 'differs', 'incomplete')),
  audit_seq integer,
  audit_head text
) strict;
create index reconciliation_open on reconciliation (from_day, to_day) where finished_at_ms is null;

-- What a comparison has read so far, in the order it was read.
create table reconciliation_part (
  reconciliation_id integer not null references reconciliation (id),
  name text not null,
  position integer not null,
  -- Deflated JSON; goes when the comparison is finished.
  body blob not null,
  -- 1 on the last part of a name: without one the name was not read to its end.
  last integer not null check (last in (0, 1)),
  stored_at_ms integer not null,
  primary key (reconciliation_id, name, position)
) strict, without rowid;

-- A period is asked for by the day on which documents were to be booked, and by charge.
create index posting_day on posting (
  coalesce(document_json ->> '$.movedOn', document_json ->> '$.orderedOn', document_json ->> '$.day'),
  id
);
create index journal_entry_day on journal_entry (day, charge_id);
-- When what names a person was taken out of the record. Its hashes stay those of the whole record, and
-- what is left of it is not planned: only when ShipBob shows something else is it whole again.
alter table source_record add column purged_at_ms integer;
create index source_record_personal on source_record (created_at_ms, id)
  where kind = 'order' and purged_at_ms is null;

-- What went wrong in a run, stream by stream: the outcome names only the first.
alter table run add column troubles_json text;

-- The month-end view asks for what was posted or seen in a period.
create index posting_posted on posting (posted_at_ms) where posted_at_ms is not null;
create index run_started on run (started_at_ms);
create index audit_time on audit (at_ms);
