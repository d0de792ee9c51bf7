-- why: the cost of a run follows what changed, not how much history there is; history takes less room
-- breaking: yes
--
-- Breaking: an older program would not find the requests and answers that are packed.

-- How many documents are finished, kept as they finish: counting them took longer with each month.
-- Open ones are counted, since they are few.
create table posting_count (
  kind text not null,
  state text not null check (state in ('posted', 'cancelled')),
  count integer not null check (count >= 0),
  primary key (kind, state)
) strict, without rowid;
insert into posting_count (kind, state, count)
  select kind, state, count(*) from posting where state in ('posted', 'cancelled')
  group by kind, state;
create trigger posting_count_insert after insert on posting
when new.state in ('posted', 'cancelled')
begin
  insert into posting_count (kind, state, count) values (new.kind, new.state, 1)
    on conflict (kind, state) do update set count = count + 1;
end;
create trigger posting_count_update after update of kind, state on posting
when (new.kind <> old.kind or new.state <> old.state)
  and (new.state in ('posted', 'cancelled') or old.state in ('posted', 'cancelled'))
begin
  update posting_count set count = count - 1 where kind = old.kind and state = old.state;
  insert into posting_count (kind, state, count)
    select new.kind, new.state, 1 where new.state in ('posted', 'cancelled')
    on conflict (kind, state) do update set count = count + 1;
end;
create trigger posting_count_delete after delete on posting
when old.state in ('posted', 'cancelled')
begin
  update posting_count set count = count - 1 where kind = old.kind and state = old.state;
end;

-- What is not finished, whatever its state.
create index posting_open on posting (state, kind, id) where state not in ('posted', 'cancelled');

-- Requests and answers of a finished document, deflated together: alike as they are, they take a
-- fifth of the room. One row of the trail has its body here or in audit_body, never in both.
create table audit_pack (
  -- Never given twice, since what is unpacked is remembered by it.
  id integer primary key autoincrement,
  posting_key text not null,
  first_seq integer not null,
  last_seq integer not null check (last_seq >= first_seq),
  bodies integer not null check (bodies > 0),
  -- When the document was last touched.
  touched_at_ms integer not null,
  -- Deflated text: the rows' numbers as a JSON list, then each body on a line.
  packed blob not null
) strict;
create unique index audit_pack_posting on audit_pack (posting_key, first_seq);
create index audit_pack_age on audit_pack (touched_at_ms);

-- Whether bodies of it may lie loose in audit_body.
alter table posting add column loose integer not null default 1 check (loose in (0, 1));
create index posting_loose on posting (updated_at_ms, id)
  where loose = 1 and state in ('posted', 'cancelled');
create trigger posting_loosened after update of updated_at_ms on posting
when new.loose = 0 and new.updated_at_ms <> old.updated_at_ms
begin
  update posting set loose = 1 where id = new.id;
end;
