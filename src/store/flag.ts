/** The flagged queue: questions for people, raised and cleared in the transactions of others. */
import { type RawBuilder, sql } from 'kysely';
import type { FlagFilter } from '../app/ports.ts';
import type { FlagGroup, FlagGroups } from '../core/alert-flag.ts';
import { canonicalJson } from '../core/audit-chain.ts';
import { causeForAudit } from '../core/flag-cause.ts';
import type { Flag, FlagDraft, RecordKey } from '../core/glossary.ts';
import { readyCode } from '../core/ignored.ts';
import { assert } from '../core/problem.ts';
import type { AuditDraft } from './audit.ts';
import type { Db } from './database.ts';
import { isAsked } from './flag-ignore.ts';
import { flag } from './schema.ts';
import type { Session } from './session.ts';
import { insertRows, valuesOf, wantedRecords } from './statement.ts';
import type { FlagRow } from './table.ts';

/** What shall be open about one subject from now on; everything else about it is cleared. */
export interface FlagWish {
  record: RecordKey;
  /** Null: flags of the record that planning raises. Else those of this posting. */
  posting: { id: number; key: string } | null;
  drafts: FlagDraft[];
}

export interface FlagChange {
  raised: number;
  /** Those whose cause is gone: what a person has answered does not count. */
  cleared: number;
  audit: Pick<AuditDraft, 'action' | 'record' | 'postingKey' | 'detail'>[];
}

/** Flags that are open about these records but belong to none of their postings. */
export async function openRecordFlags(db: Db, keys: readonly RecordKey[]): Promise<FlagRow[]> {
  const answer = await sql<FlagRow>`
    select flag.* from ${wantedRecords(keys)} as wanted
    cross join flag on flag.record_kind = wanted.kind and flag.record_id = wanted.id
    where flag.cleared_at_ms is null and flag.posting_id is null`.execute(db);
  return answer.rows;
}

export async function openPostingFlags(db: Db, postingIds: readonly number[]): Promise<FlagRow[]> {
  const answer = await sql<FlagRow>`
    select * from flag
    where cleared_at_ms is null and posting_id in ${valuesOf(postingIds)}`.execute(db);
  return answer.rows;
}

/** Makes exactly the wished flags open; `open` are those open now about the same subjects. */
export async function settleFlags(
  db: Db,
  wishes: readonly FlagWish[],
  open: readonly FlagRow[],
  nowMs: number,
): Promise<FlagChange> {
  const change: FlagChange = { raised: 0, cleared: 0, audit: [] };
  const openNow = new Map<string, FlagRow[]>();
  for (const row of open) {
    const subject = subjectOf(row.record_kind, row.record_id, row.posting_id);
    openNow.set(subject, [...(openNow.get(subject) ?? []), row]);
  }
  const raised: Omit<FlagRow, 'id'>[] = [];
  const cleared: FlagRow[] = [];
  for (const wish of wishes) {
    const { kind, id } = wish.record;
    const before = openNow.get(subjectOf(kind, id, wish.posting?.id ?? null)) ?? [];
    const wanted = new Map(wish.drafts.map((draft) => [`${draft.code} ${draft.cause}`, draft]));
    for (const row of before) {
      const name = `${row.code} ${row.cause}`;
      const draft = wanted.get(name);
      wanted.delete(name);
      if (draft !== undefined) await refresh(db, row, draft, nowMs);
      else {
        cleared.push(row);
        change.audit.push(told('cleared', wish, row));
      }
    }
    for (const draft of wanted.values()) {
      raised.push(newRow(wish, draft, nowMs));
      change.audit.push(told('flagged', wish, draft));
    }
  }
  await insertRows(db, 'flag', raised);
  await clearFlags(
    db,
    cleared.map(({ id }) => id),
    nowMs,
  );
  const gone = cleared.filter(({ code }) => code !== readyCode);
  return { ...change, raised: raised.length, cleared: gone.length };
}

function subjectOf(kind: string, id: string, postingId: number | null): string {
  return `${kind} ${id} ${postingId ?? '-'}`;
}

function told(action: 'flagged' | 'cleared', wish: FlagWish, about: FlagDraft | FlagRow) {
  return {
    action,
    record: wish.record,
    postingKey: wish.posting?.key ?? null,
    detail: { code: about.code, cause: causeForAudit(about.cause) },
  };
}

function newRow(wish: FlagWish, draft: FlagDraft, nowMs: number): Omit<FlagRow, 'id'> {
  assert(draft.code !== '' && draft.cause !== '', 'a flag has a code and a cause');
  return {
    record_kind: wish.record.kind,
    record_id: wish.record.id,
    posting_id: wish.posting?.id ?? null,
    code: draft.code,
    cause: draft.cause,
    ...contentOf(draft),
    raised_at_ms: nowMs,
    updated_at_ms: nowMs,
    cleared_at_ms: null,
  };
}

function contentOf(draft: FlagDraft) {
  return {
    sentence: draft.sentence,
    hint: draft.hint,
    evidence_json: canonicalJson(draft.evidence),
    quantity: draft.quantity,
    amount: draft.amount,
    currency: draft.currency,
    holds_json: draft.holds === undefined ? null : JSON.stringify(draft.holds),
  };
}

async function refresh(db: Db, row: FlagRow, draft: FlagDraft, nowMs: number): Promise<void> {
  const content = contentOf(draft);
  const same =
    row.sentence === content.sentence &&
    row.hint === content.hint &&
    row.evidence_json === content.evidence_json &&
    row.quantity === content.quantity &&
    row.amount === content.amount &&
    row.currency === content.currency &&
    row.holds_json === content.holds_json;
  if (same) return;
  await db
    .updateTable('flag')
    .set({ ...content, updated_at_ms: nowMs })
    .where('id', '=', row.id)
    .execute();
}

export async function clearFlags(db: Db, ids: readonly number[], nowMs: number): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update flag set cleared_at_ms = ${nowMs}, updated_at_ms = ${nowMs}
    where cleared_at_ms is null and id in ${valuesOf(ids)}`.execute(db);
}

type NamedFlagRow = FlagRow & { posting_key: string | null };

/** Flags of these records, open or all, with those of their postings. */
export async function flagsOfRecords(
  db: Db,
  keys: readonly RecordKey[],
  state: 'open' | 'all',
): Promise<Flag[]> {
  const only: RawBuilder<unknown> =
    state === 'open' ? sql`where flag.cleared_at_ms is null` : sql``;
  const answer = await sql<NamedFlagRow>`
    select flag.*, posting.key as posting_key
    from ${wantedRecords(keys)} as wanted
    cross join flag on flag.record_kind = wanted.kind and flag.record_id = wanted.id
    left join posting on posting.id = flag.posting_id
    ${only} order by flag.id`.execute(db);
  return answer.rows.map(flag);
}

/** The oldest first. */
export async function flags(session: Session, filter: FlagFilter): Promise<Flag[]> {
  assert(filter.limit > 0, 'a list of flags has a limit');
  const rows = await flagsQuery(session.db, filter).execute();
  return rows.map(flag);
}

/** The plus keeps SQLite from walking all flags there ever were to spare the sorting. */
export function flagsQuery(db: Db, filter: FlagFilter) {
  const { codes, kinds, ids, state, limit } = filter;
  return db
    .selectFrom('flag')
    .leftJoin('posting', 'posting.id', 'flag.posting_id')
    .selectAll('flag')
    .select('posting.key as posting_key')
    .$if(state === 'open', (query) => query.where('flag.cleared_at_ms', 'is', null))
    .$if(state === 'cleared', (query) => query.where('flag.cleared_at_ms', 'is not', null))
    .$if(codes !== null, (query) => query.where('flag.code', 'in', valuesOf(codes ?? [])))
    .$if(kinds !== null, (query) => query.where('flag.record_kind', 'in', valuesOf(kinds ?? [])))
    .$if(ids !== null, (query) => query.where('flag.id', 'in', valuesOf(ids ?? [])))
    .orderBy(state === 'open' ? sql`+flag.id` : sql`flag.id`)
    .limit(limit);
}

interface FlagSumRow {
  code: string;
  orders: number;
  receivings: number;
  charges: number;
  units: number | null;
  newest_at_ms: number;
}

interface FlagGroupRow extends FlagSumRow {
  cause: string;
  count: number;
  causes: number;
  alike: number;
  sentence: string;
  hint: string;
}

/** Counts of records by kind, units, and the newest; the same of a reason as of one cause. */
const flagSums = sql`
  count(distinct case record_kind when 'order' then record_id end) as orders,
  count(distinct case record_kind when 'receiving' then record_id end) as receivings,
  count(distinct case record_kind when 'charge' then record_id end) as charges,
  sum(cast(quantity as real)) as units, max(raised_at_ms) as newest_at_ms`;

/** Open flags of these reasons, each with its biggest causes; few rows, however many flags. */
export async function openFlagGroups(
  session: Session,
  request: { codes: readonly string[]; causesMax: number },
): Promise<FlagGroups[]> {
  const open = sql`cleared_at_ms is null and code in ${valuesOf(request.codes)}
    and ${isAsked(session.clock.now())}`;
  const sums = await sql<FlagSumRow>`
    select code, ${flagSums} from flag where ${open} group by code order by code`.execute(
    session.db,
  );
  const groups = await sql<FlagGroupRow>`
    with grouped as (
      select code, cause, count(*) as count, min(id) as first_id,
        min(sentence) = max(sentence) as alike, ${flagSums}
      from flag where ${open} group by code, cause
    ), ranked as (
      select *, count(*) over (partition by code) as causes,
        row_number() over (partition by code order by count desc, first_id) as place
      from grouped
    )
    select ranked.*, flag.sentence, flag.hint from ranked
    cross join flag on flag.id = ranked.first_id
    where place <= ${request.causesMax} order by ranked.code, place`.execute(session.db);
  return sums.rows.map((sum) => {
    const own = groups.rows.filter(({ code }) => code === sum.code);
    const { code } = sum;
    return { code, ...flagSum(sum), causes: own[0]?.causes ?? 0, biggest: own.map(flagGroup) };
  });
}

function flagGroup(row: FlagGroupRow): FlagGroup {
  const { cause, count, sentence, hint } = row;
  return { cause, count, sentence, hint, alike: row.alike === 1 ? 'yes' : 'no', ...flagSum(row) };
}

function flagSum(row: FlagSumRow): Pick<FlagGroups, 'records' | 'units' | 'newestAtMs'> {
  const { orders, receivings, charges } = row;
  const records = [
    { kind: 'order' as const, count: orders },
    { kind: 'receiving' as const, count: receivings },
    { kind: 'charge' as const, count: charges },
  ].filter(({ count }) => count > 0);
  return { records, units: row.units ?? 0, newestAtMs: row.newest_at_ms };
}

export async function openCauses(session: Session): Promise<{ cause: string; count: number }[]> {
  const answer = await sql<{ cause: string; count: number }>`
    select cause, count(*) as count from flag
    where cleared_at_ms is null group by cause order by cause`.execute(session.db);
  return answer.rows;
}

/** Makes due every record with an open flag of one of the causes. */
export async function markCausesDue(db: Db, causes: readonly string[]): Promise<number> {
  const result = await sql`
    update source_record set plan_due = 1, due_seq = due_seq + 1
    where id in (
      select held.id from flag
      cross join source_record as held
        on held.kind = flag.record_kind and held.record_id = flag.record_id
      where flag.cleared_at_ms is null and flag.cause in ${valuesOf(causes)})`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
