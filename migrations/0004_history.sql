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
