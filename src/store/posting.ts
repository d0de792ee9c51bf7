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
import type { Session } from './session.ts';
import { valuesOf, wantedRecords } from './statement.ts';
import type { PostingRow } from './table.ts';

export interface QueuedPosting {
  posting: Posting;
  dependency: DocumentReference | null;
}

export type NewPosting = Omit<PostingRow, 'id' | 'queue'>;

type QueuedRow = PostingRow & { dependency_json: string | null };

/**
 * At most one posting of a serial group, and none of a group in which another one's outcome is
 * open: allocation and remaining quantities bear only one writer (posting-protocol §5).
 */
export async function postingsReady(
  session: Session,
  request: { kind: DocumentKind; nowMs: number; limit: number },
): Promise<QueuedPosting[]> {
  const { kind, nowMs, limit } = request;
  assert(limit > 0, 'a batch has a size');
  const answer = await sql<QueuedRow>`
    select posting.*, dependency.reference_json as dependency_json
    from posting left join posting as dependency on dependency.key = posting.depends_on
    where posting.queue = 'ready' and posting.kind = ${kind}
      and posting.next_attempt_at_ms <= ${nowMs}
      and not exists (
        select 1 from posting as other
        where other.serial_key = posting.serial_key and other.id <> posting.id and (
          other.queue = 'doubtful' or (other.queue = 'ready' and other.id < posting.id
            and other.next_attempt_at_ms <= ${nowMs})))
    order by posting.next_attempt_at_ms, posting.id
    limit ${limit}`.execute(session.db);
  return answer.rows.map(queued);
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
      or (posting.state = 'unknown' and posting.next_attempt_at_ms <= ${nowMs}))
    order by posting.next_attempt_at_ms, posting.id
    limit ${limit}`.execute(session.db);
  return answer.rows.map(queued);
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
export async function postingsByState(
  session: Session,
  filter: { states: PostingState[]; limit: number },
): Promise<Posting[]> {
  const rows = await session.db
    .selectFrom('posting')
    .selectAll()
    .where('state', 'in', valuesOf(filter.states))
    .orderBy('id')
    .limit(filter.limit)
    .execute();
  return rows.map(posting);
}

/** What waits for a document that is not posted is not counted: that document is, or is flagged. */
export async function nextPostingAtMs(session: Session): Promise<number | null> {
  const answer = await sql<{ at: number | null }>`
    with kind (name) as (values ('salesOrder'), ('purchaseOrder'), ('goodsIssue'), ('stockIssue'),
      ('goodsReceipt'), ('journal'), ('orderCancellation')),
    queue (name) as (values ('ready'), ('doubtful'))
    select min((select min(next_attempt_at_ms) from posting
      where posting.queue = queue.name and posting.kind = kind.name)) as at
    from kind, queue`.execute(session.db);
  return answer.rows[0]?.at ?? null;
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
    kind: planned.document.kind,
    state: 'pending',
    record_kind: record.kind,
    record_id: record.id,
    shipment_id: planned.shipmentId,
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

/** What follows from the document alone. */
export function documentColumns(planned: PlannedDocument) {
  const { document } = planned;
  return {
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
  if (document.kind === 'orderCancellation') return `order ${document.salesOrderKey}`;
  return null;
}
