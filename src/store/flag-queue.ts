/** The flagged queue as people look at it: filtered, sorted and grouped where the flags lie. */
import { type RawBuilder, sql } from 'kysely';
import type {
  FlagCare,
  QueueEntry,
  QueueFilter,
  QueueGroup,
  QueueGrouping,
  QueueSort,
} from '../app/ports.ts';
import { assert } from '../core/problem.ts';
import { careOfFlag } from './flag-ignore.ts';
import { flag, queueValues, textList } from './schema.ts';
import type { Session } from './session.ts';
import { valuesOf } from './statement.ts';
import type { FlagRow } from './table.ts';

interface EntryRow extends FlagRow {
  posting_key: string | null;
  assignee: string | null;
  tags_json: string | null;
  ignored_at_ms: number | null;
  ignored_until_ms: number | null;
  ignored_by: string | null;
  ignored_because: string | null;
  notes: number;
  blocks: number;
}

const record = sql`flag.record_kind || ' ' || flag.record_id`;
const tables = sql`flag left join posting on posting.id = flag.posting_id ${careOfFlag}`;

/** Conditions on `tables`. */
function matching(filter: QueueFilter, nowMs: number): RawBuilder<unknown> {
  const { ids, codes, kinds, causes, records, skus, tags, assignee } = filter;
  const hidden = sql`(care.ignored_at_ms is not null
    and (care.ignored_until_ms is null or care.ignored_until_ms > ${nowMs}))`;
  const parts: RawBuilder<unknown>[] = [sql`1`];
  if (filter.state === 'open') parts.push(sql`flag.cleared_at_ms is null`);
  if (filter.state === 'cleared') parts.push(sql`flag.cleared_at_ms is not null`);
  if (filter.ignored === 'hidden') parts.push(sql`not ${hidden}`);
  if (filter.ignored === 'only') parts.push(hidden);
  if (ids !== null) parts.push(sql`flag.id in ${valuesOf(ids)}`);
  if (codes !== null) parts.push(sql`flag.code in ${valuesOf(codes)}`);
  if (kinds !== null) parts.push(sql`flag.record_kind in ${valuesOf(kinds)}`);
  if (causes !== null) parts.push(sql`flag.cause in ${valuesOf(causes)}`);
  if (records !== null) parts.push(sql`flag.record_id in ${valuesOf(records)}`);
  if (skus !== null) parts.push(sql`flag.evidence_json ->> '$.sku' in ${valuesOf(skus)}`);
  if (assignee !== null) parts.push(sql`care.assignee is ${assignee.name}`);
  if (tags !== null) {
    parts.push(sql`exists (select 1 from json_each(ifnull(care.tags_json, '[]')) as tag
      where tag.value in ${valuesOf(tags)})`);
  }
  if (filter.raisedBeforeMs !== null) parts.push(sql`flag.raised_at_ms < ${filter.raisedBeforeMs}`);
  if (filter.raisedAfterMs !== null) parts.push(sql`flag.raised_at_ms >= ${filter.raisedAfterMs}`);
  return sql.join(parts, sql` and `);
}

/** Ties are settled by cause and age, so that flags of one cause stand together. */
const entryOrders: Record<QueueSort, RawBuilder<unknown>> = {
  blocks: sql`blocks desc, units desc, oldest, cause, id`,
  age: sql`raised_at_ms, id`,
  units: sql`cast(ifnull(quantity, 0) as real) desc, blocks desc, id`,
  value: sql`cast(ifnull(amount, 0) as real) desc, blocks desc, id`,
};

export async function queue(
  session: Session,
  request: { filter: QueueFilter; sort: QueueSort; limit: number; nowMs: number },
): Promise<{ total: number; entries: QueueEntry[] }> {
  const { filter, sort, limit, nowMs } = request;
  assert(limit > 0, 'a list of flags has a limit');
  const answer = await sql<EntryRow & { total: number }>`
    with one as materialized (
      select flag.id, flag.cause, ${record} as record, flag.quantity, flag.amount,
        flag.raised_at_ms, posting.key as posting_key, care.id as care_id
      from ${tables} where ${matching(filter, nowMs)}
    ), held as materialized (
      select cause, count(distinct record) as blocks, min(raised_at_ms) as oldest,
        sum(cast(ifnull(quantity, 0) as real)) as units
      from one group by cause
    ), first as materialized (
      select one.*, held.blocks, held.units, held.oldest
      from one join held using (cause) order by ${entryOrders[sort]} limit ${limit}
    ), chosen as materialized (
      -- Only those that are shown get a place: numbering all took as long as the rest.
      select id, posting_key, care_id, blocks,
        row_number() over (order by ${entryOrders[sort]}) as place
      from first
    )
    select flag.*, chosen.posting_key, chosen.blocks, (select count(*) from one) as total,
      care.assignee, care.tags_json, care.ignored_at_ms, care.ignored_until_ms, care.ignored_by,
      care.ignored_because,
      (select count(*) from flag_note where flag_note.care_id = care.id) as notes
    from chosen cross join flag on flag.id = chosen.id
    left join flag_care as care on care.id = chosen.care_id
    order by chosen.place`.execute(session.db);
  const entries = answer.rows.map((row) => entryOf(row, nowMs));
  return { total: answer.rows[0]?.total ?? 0, entries };
}

function entryOf(row: EntryRow, nowMs: number): QueueEntry {
  return { flag: flag(row), care: careOf(row, nowMs), blocks: row.blocks };
}

function careOf(row: EntryRow, nowMs: number): FlagCare {
  const { ignored_at_ms: atMs, ignored_until_ms: untilMs } = row;
  return {
    assignee: row.assignee,
    tags: row.tags_json === null ? [] : textList(row.tags_json),
    ignored:
      atMs === null
        ? null
        : {
            atMs,
            untilMs,
            by: row.ignored_by ?? '',
            because: row.ignored_because ?? '',
            now: untilMs === null || untilMs > nowMs ? 'hidden' : 'runOut',
          },
    notes: row.notes,
  };
}

export async function queueIds(
  session: Session,
  filter: QueueFilter,
  nowMs: number,
): Promise<number[]> {
  const answer = await idsQuery(filter, nowMs).execute(session.db);
  return answer.rows.map(({ id }) => id);
}

/** The plus keeps SQLite from walking all flags there ever were to spare the sorting. */
export function idsQuery(filter: QueueFilter, nowMs: number): RawBuilder<{ id: number }> {
  return sql<{ id: number }>`
    select flag.id from ${tables} where ${matching(filter, nowMs)} order by +flag.id`;
}

const groupNames: Record<QueueGrouping, RawBuilder<unknown>> = {
  cause: sql`flag.cause`,
  reason: sql`flag.code`,
  sku: sql`ifnull(flag.evidence_json ->> '$.sku', '')`,
  assignee: sql`ifnull(care.assignee, '')`,
  record,
};

const groupOrders: Record<QueueSort, RawBuilder<unknown>> = {
  blocks: sql`records desc, weight desc, oldest_at_ms, first_id`,
  age: sql`oldest_at_ms, first_id`,
  units: sql`weight desc, records desc, first_id`,
  value: sql`worth desc, records desc, first_id`,
};

interface GroupRow {
  name: string;
  code: string;
  sentence: string;
  flags: number;
  reasons: number;
  causes: number;
  records: number;
  units: string;
  values_json: string | null;
  oldest_at_ms: number;
  first_id: number;
  total: number;
}

/** Sums are exact; only their order is by floating point. */
export async function queueGroups(
  session: Session,
  request: {
    filter: QueueFilter;
    by: QueueGrouping;
    sort: QueueSort;
    limit: number;
    nowMs: number;
  },
): Promise<{ total: number; groups: QueueGroup[] }> {
  const { filter, by, sort, limit, nowMs } = request;
  assert(limit > 0, 'a list of groups has a limit');
  // What is about no SKU is no group that anybody could mend.
  const last = by === 'sku' ? sql`grouped.name = ''` : sql`0`;
  const order = sql`nameless, ${groupOrders[sort]}`;
  const answer = await sql<GroupRow>`
    with one as materialized (
      select flag.id, ${groupNames[by]} as name, flag.code, flag.cause, ${record} as record,
        flag.quantity, flag.amount, flag.currency, flag.raised_at_ms
      from ${tables} where ${matching(filter, nowMs)}
    ), grouped as materialized (
      select name, count(*) as flags, count(distinct code) as reasons,
        count(distinct cause) as causes,
        count(distinct record) as records, exact_sum(quantity) as units,
        sum(cast(ifnull(quantity, 0) as real)) as weight,
        min(raised_at_ms) as oldest_at_ms, min(id) as first_id
      from one group by name
    ), worth as materialized (
      -- Of several flags about one record the dearest counts.
      select name, currency, amount, max(cast(amount as real)) as value
      from one where amount is not null group by name, record, currency
    ), valued as materialized (
      select name, currency, exact_sum(amount) as amount, sum(value) as value
      from worth group by name, currency
    ), priced as materialized (
      select name, sum(value) as worth,
        json_group_array(json_object('amount', amount, 'currency', currency)) as values_json
      from valued group by name
    ), chosen as materialized (
      select grouped.*, ${last} as nameless, ifnull(priced.worth, 0) as worth, priced.values_json,
        count(*) over () as total
      from grouped left join priced on priced.name = grouped.name
      order by ${order} limit ${limit}
    )
    select chosen.*, flag.code, flag.sentence
    from chosen cross join flag on flag.id = chosen.first_id
    order by ${order}`.execute(session.db);
  return { total: answer.rows[0]?.total ?? 0, groups: answer.rows.map(groupOf) };
}

function groupOf(row: GroupRow): QueueGroup {
  const { name, code, sentence, flags, reasons, causes, records, units } = row;
  return {
    name,
    code,
    sentence,
    flags,
    reasons,
    causes,
    records,
    units,
    values: row.values_json === null ? [] : queueValues(row.values_json),
    oldestAtMs: row.oldest_at_ms,
    firstId: row.first_id,
  };
}
