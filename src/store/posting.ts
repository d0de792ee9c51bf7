/** The outbox, as the engine asks for it. Moves are in move.ts, plans in plan.ts. */
import { type RawBuilder, sql } from 'kysely';
import type { Fence } from '../app/ports.ts';
import { contentHash } from '../core/content-hash.ts';
import type {
  DocumentKind,
  DocumentReference,
  InforDocument,
  PlannedDocument,
  Posting,
  PostingState,
  RecordKey,
} from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { ExternalKey } from '../core/schema.ts';
import type { Db } from './database.ts';
import { posting, reference } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { valuesOf, wantedRecords } from './statement.ts';
import type { PostingRow } from './table.ts';

export interface QueuedPosting {
  posting: Posting;
  dependency: DocumentReference | null;
}

export type NewPosting = Omit<PostingRow, 'id' | 'queue' | 'loose'>;

type QueuedRow = PostingRow & { dependency_json: string | null };

/**
 * Longer than anything is ever postponed: what is due later was written by a clock that ran ahead.
 */
const postponedMsMax = 2 * 3_600_000;

/** Due now. An instant that no postponement explains counts as passed. */
function isDue(table: 'posting' | 'other', nowMs: number): RawBuilder<boolean> {
  const at = sql.ref(`${table}.next_attempt_at_ms`);
  return sql<boolean>`(${at} <= ${nowMs} or ${at} > ${nowMs + postponedMsMax})`;
}

/**
 * Its record waits to be planned, and the plan may change or withdraw it: what is still free to
 * change is neither staged nor committed before. A journal was frozen with all its charges; it is
 * only filed under one of them.
 */
export function rests(table: 'posting' | 'other'): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  return sql<boolean>`(${column('kind')} <> 'journal' and ${column('handed_to_commit')} = 0
    and exists (
      select 1 from source_record
      where source_record.kind = ${column('record_kind')}
        and source_record.record_id = ${column('record_id')} and source_record.plan_due = 1))`;
}

/** Of an order, and what is stored of it was read since then. */
function isReadSince(sinceMs: number): RawBuilder<boolean> {
  return sql<boolean>`(posting.record_kind = 'order' and exists (
    select 1 from source_record
    where source_record.kind = posting.record_kind
      and source_record.record_id = posting.record_id
      and source_record.observed_at_ms >= ${sinceMs}))`;
}

/**
 * Held back by another one of its serial group: one that is under way, whatever it waits for by
 * now; one that is older and due, staged or a journal; or one whose outcome is open. Allocation and
 * remaining quantities bear only one writer (posting-protocol §5); a staged document has its lines
 * chosen already; and what is found of one journal in Infor may take charges out of the next.
 */
function heldBack(nowMs: number, underWay: readonly number[] = []): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select 1 from posting as other
    where other.serial_key = posting.serial_key and other.id <> posting.id and (
      other.queue = 'doubtful' or other.id in ${valuesOf(underWay)}
      or (other.queue = 'ready' and other.id < posting.id
        and (other.state = 'staged' or other.kind = 'journal'
          or (${isDue('other', nowMs)} and not ${rests('other')})))))`;
}

/** At most one posting of a serial group, and none whose record waits to be planned. */
export async function postingsReady(
  session: Session,
  request: Parameters<typeof readyQuery>[0],
): Promise<QueuedPosting[]> {
  assert(request.limit > 0, 'a batch has a size');
  const answer = await readyQuery(request).execute(session.db);
  return answer.rows.map(queued);
}

export function readyQuery(request: {
  kind: DocumentKind;
  nowMs: number;
  limit: number;
  except?: readonly number[];
  underWay?: readonly number[];
  readSinceMs?: number | undefined;
}): RawBuilder<QueuedRow> {
  const { kind, nowMs, limit, except = [], underWay = [], readSinceMs } = request;
  const isWanted = readSinceMs === undefined ? sql<boolean>`true` : isReadSince(readSinceMs);
  return sql<QueuedRow>`
    select posting.*, dependency.reference_json as dependency_json
    from posting left join posting as dependency on dependency.key = posting.depends_on
    where posting.queue = 'ready' and posting.kind = ${kind}
      and posting.id not in ${valuesOf([...except, ...underWay])}
      and ${isWanted}
      and ${isDue('posting', nowMs)} and not ${rests('posting')} and not ${heldBack(nowMs, underWay)}
    order by posting.next_attempt_at_ms, posting.id
    limit ${limit}`;
}

export async function postingsDoubtful(
  session: Session,
  request: { fence: Fence; nowMs: number; limit: number },
): Promise<QueuedPosting[]> {
  const { fence, nowMs, limit } = request;
  const answer = await sql<QueuedRow>`
    select posting.*, dependency.reference_json as dependency_json
    from posting left join posting as dependency on dependency.key = posting.depends_on
    where posting.queue = 'doubtful' and (
      (posting.state = 'committing' and posting.commit_fence <> ${fence.number})
      or (posting.state = 'unknown' and ${isDue('posting', nowMs)}))
    order by posting.next_attempt_at_ms, posting.id
    limit ${limit}`.execute(session.db);
  return (await withCredibleDoubt(session, fence, answer.rows, nowMs)).map(queued);
}

/**
 * A doubt that begins in the future was noted by a clock that ran ahead: it begins now, and looks
 * that were taken at such times prove nothing (posting-protocol §1.5).
 */
async function withCredibleDoubt(
  session: Session,
  fence: Fence,
  rows: QueuedRow[],
  nowMs: number,
): Promise<QueuedRow[]> {
  const ahead = rows.filter((row) => {
    const instants = [row.doubtful_since_ms ?? 0, ...posting(row).negativeLookupsAtMs];
    return instants.some((at) => at > nowMs);
  });
  if (ahead.length === 0) return rows;
  const ids = ahead.map(({ id }) => id);
  await engineWrite(session, fence, (db) =>
    sql`
      update posting set doubtful_since_ms = min(ifnull(doubtful_since_ms, ${nowMs}), ${nowMs}),
        negative_lookups_json = '[]'
      where id in ${valuesOf(ids)}`.execute(db),
  );
  return rows.map((row) => {
    if (!ids.includes(row.id)) return row;
    const doubtful_since_ms = Math.min(row.doubtful_since_ms ?? nowMs, nowMs);
    return { ...row, doubtful_since_ms, negative_lookups_json: '[]' };
  });
}

function queued(row: QueuedRow): QueuedPosting {
  const dependency = row.dependency_json === null ? null : reference(row.dependency_json);
  return { posting: posting(row), dependency };
}

export async function postingByKey(session: Session, key: ExternalKey): Promise<Posting | null> {
  const row = await session.db
    .selectFrom('posting')
    .selectAll()
    .where('key', '=', key)
    .executeTakeFirst();
  return row === undefined ? null : posting(row);
}

/** The oldest first. */
interface StateFilter {
  states: PostingState[];
  limit: number;
  afterId?: number;
}

export async function postingsByState(session: Session, filter: StateFilter): Promise<Posting[]> {
  const answer = await stateQuery(filter).execute(session.db);
  return answer.rows.map(posting);
}

/** Of open states alone, what is finished is not walked through to find none. */
function stateQuery(filter: StateFilter): RawBuilder<PostingRow> {
  const open = filter.states.every((state) => state !== 'posted' && state !== 'cancelled');
  const wanted = sql`state in ${valuesOf(filter.states)}`;
  const afterId = filter.afterId ?? 0;
  return open
    ? sql<PostingRow>`
        select * from posting where state not in ('posted', 'cancelled') and ${wanted}
          and +id > ${afterId}
        order by +id limit ${filter.limit}`
    : sql<PostingRow>`
        select * from posting where id > ${afterId} and ${wanted}
        order by id limit ${filter.limit}`;
}

/**
 * What waits for a document that is not posted, or for another one of its serial group, is not
 * counted: that one is, or is flagged. Nor is what waits for its record to be planned, which no
 * passing of time brings on.
 */
export async function nextPostingAtMs(session: Session): Promise<number | null> {
  const nowMs = session.clock.now();
  const answer = await nextQuery(nowMs).execute(session.db);
  const at = answer.rows[0]?.at ?? null;
  return at === null || at <= nowMs + postponedMsMax ? at : nowMs;
}

export function nextQuery(nowMs: number): RawBuilder<{ at: number | null }> {
  return sql<{ at: number | null }>`
    with kind (name) as (values ('salesOrder'), ('purchaseOrder'), ('goodsIssue'), ('stockIssue'),
      ('goodsReceipt'), ('journal'), ('orderCancellation')),
    queue (name) as (values ('ready'), ('doubtful'))
    select min((select next_attempt_at_ms from posting
      where posting.queue = queue.name and posting.kind = kind.name
        and (posting.queue = 'doubtful' or not (${rests('posting')} or ${heldBack(nowMs)}))
      order by next_attempt_at_ms limit 1)) as at
    from kind, queue`;
}

export async function unpostedReceipts(
  session: Session,
  purchaseOrder: string,
  except: RecordKey,
): Promise<Posting[]> {
  const answer = await sql<PostingRow>`
    select * from posting
    where purchase_order = ${purchaseOrder} and state not in ('posted', 'cancelled')
      and not (record_kind = ${except.kind} and record_id = ${except.id})
    order by id`.execute(session.db);
  return answer.rows.map(posting);
}

export async function postingsOfRecords(db: Db, keys: readonly RecordKey[]): Promise<PostingRow[]> {
  const answer = await sql<PostingRow>`
    select posting.* from ${wantedRecords(keys)} as wanted
    cross join posting
      on posting.record_kind = wanted.kind and posting.record_id = wanted.id
    order by posting.id`.execute(db);
  return answer.rows;
}

export function postingsByKeys(db: Db, keys: readonly string[]): Promise<PostingRow[]> {
  return postingsIn(db, sql`key in ${valuesOf(keys)}`);
}

export function postingsByIds(db: Db, ids: readonly number[]): Promise<PostingRow[]> {
  return postingsIn(db, sql`id in ${valuesOf(ids)}`);
}

async function postingsIn(db: Db, condition: RawBuilder<unknown>): Promise<PostingRow[]> {
  const answer = await sql<PostingRow>`select * from posting where ${condition}`.execute(db);
  return answer.rows;
}

/** A pending posting for a document; `posted` holds the keys already posted among dependencies. */
export function newPosting(request: {
  planned: PlannedDocument;
  record: RecordKey;
  posted: ReadonlySet<string>;
  nowMs: number;
}): NewPosting {
  const { planned, record, posted, nowMs } = request;
  const { key, dependsOn } = planned;
  assert(/^[A-Z0-9-]{1,20}$/.test(key), `an external key keeps to its letters: ${key}`);
  assert(dependsOn !== key, `${key} does not wait for itself`);
  return {
    key,
    state: 'pending',
    record_kind: record.kind,
    record_id: record.id,
    ...documentColumns(planned),
    depends_on: dependsOn,
    dependency_posted: dependsOn === null || posted.has(dependsOn) ? 1 : 0,
    attempt: 0,
    handle: null,
    handed_to_commit: 0,
    commit_fence: null,
    reference_number: null,
    reference_json: null,
    held_json: null,
    adopted: 0,
    next_attempt_at_ms: nowMs,
    failures: 0,
    doubtful_since_ms: null,
    negative_lookups_json: '[]',
    waiting_for: null,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    posted_at_ms: null,
  };
}

/** What follows from the planned document alone: all that changes when another one replaces it. */
export function documentColumns(planned: PlannedDocument) {
  const { document } = planned;
  return {
    kind: document.kind,
    shipment_id: planned.shipmentId,
    document_json: JSON.stringify(document),
    document_hash: contentHash(document),
    serial_key: serialKey(planned),
    purchase_order: document.kind === 'goodsReceipt' ? document.purchaseOrder : null,
  };
}

function serialKey({ document, dependsOn }: PlannedDocument): string | null {
  const group = groupOf(document);
  if (group !== null) return group;
  return document.kind === 'goodsIssue' && dependsOn !== null ? `order ${dependsOn}` : null;
}

function groupOf(document: InforDocument): string | null {
  if (document.kind === 'goodsReceipt') return `purchase order ${document.purchaseOrder}`;
  // What is found of one journal in Infor may take charges out of the next one of the day.
  if (document.kind === 'journal') return `journal ${document.division} ${document.day}`;
  if (document.kind === 'orderCancellation') return `order ${document.salesOrderKey}`;
  return null;
}
