/** ShipBob's records as last believed: what is asked of them, and what makes them due. */
import { sql } from 'kysely';
import type { Fence, StoredRecord, TimeWindow } from '../app/ports.ts';
import type { ReceivingBox, RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { type OrderId, orderId, type ReceivingId, receivingId } from '../core/schema.ts';
import { appendAudit, engine } from './audit.ts';
import type { Db } from './database.ts';
import { credible, withBoxes } from './observation-page.ts';
import { recordKind, storedRecord, unpackRecord } from './schema.ts';
import { engineWrite, type Session, write } from './session.ts';
import { wantedRecords } from './statement.ts';
import type { SourceRecordRow } from './table.ts';

export async function checkpoint(session: Session, stream: string): Promise<number | null> {
  const row = await session.db
    .selectFrom('checkpoint')
    .select('swept_to_ms')
    .where('stream', '=', stream)
    .executeTakeFirst();
  return row?.swept_to_ms ?? null;
}

export async function record(session: Session, key: RecordKey): Promise<StoredRecord | null> {
  const row = await readRow(session.db, key);
  return row === undefined ? null : storedRecord(row);
}

function readRow(db: Db, key: RecordKey): Promise<SourceRecordRow | undefined> {
  return db
    .selectFrom('source_record')
    .selectAll()
    .where('kind', '=', key.kind)
    .where('record_id', '=', key.id)
    .executeTakeFirst();
}

export async function openReceivings(
  session: Session,
): Promise<{ id: ReceivingId; observedAtMs: number }[]> {
  const answer = await sql<{ record_id: string; observed_at_ms: number }>`
    select record_id,
      -- Not read yet, whatever a clock that ran ahead has written.
      iif(observed_at_ms > ${session.clock.now()}, 0, observed_at_ms) as observed_at_ms
    from source_record
    where kind = 'receiving' and phase in ('expected', 'receiving') and body is not null
      and vanished_at_ms is null
    order by observed_at_ms`.execute(session.db);
  return answer.rows.map((row) => ({
    id: receivingId(row.record_id),
    observedAtMs: row.observed_at_ms,
  }));
}

export async function receivingsWantingBoxes(
  session: Session,
  limit: number,
): Promise<ReceivingId[]> {
  const answer = await sql<{ record_id: string }>`
    select record_id from source_record
    where boxes_due = 1 and phase <> 'transfer' and vanished_at_ms is null
    order by id limit ${limit}`.execute(session.db);
  return answer.rows.map((row) => receivingId(row.record_id));
}

/** Ignores boxes older than those stored. */
export function saveBoxes(
  session: Session,
  fence: Fence,
  id: ReceivingId,
  boxes: ReceivingBox[],
  startedAtMs: number,
): Promise<void> {
  const nowMs = session.clock.now();
  return engineWrite(session, fence, async (db) => {
    const found = await readRow(db, { kind: 'receiving', id });
    assert(found !== undefined, `receiving order ${id} is stored before its boxes`);
    const before = credible(found, nowMs);
    if (before.boxes_observed_at_ms !== null && startedAtMs < before.boxes_observed_at_ms) return;
    assert(before.body !== null, `receiving order ${id} could be read before its boxes were`);
    const record = unpackRecord({ ...before, body: before.body });
    assert(record.kind === 'receiving', 'only receiving orders have boxes');
    const after = withBoxes(before, { record, boxes, startedAtMs });
    const changed = after.boxes_hash !== before.boxes_hash;
    const { content_hash, boxes_hash, boxes_observed_at_ms, boxed_hash } = after;
    await db
      .updateTable('source_record')
      .set({ boxes: after.boxes, boxes_hash, boxes_observed_at_ms, boxed_hash })
      // What could not be read stays the content to plan; its boxes count once it can be.
      .$if(before.unreadable === null, (update) => update.set({ content_hash }))
      .$if(changed, (update) => update.set({ plan_due: 1, due_seq: before.due_seq + 1 }))
      .where('id', '=', before.id)
      .execute();
    if (!changed) return;
    const detail = { change: 'boxes', contentHash: content_hash };
    await appendAudit(session, db, [
      about(fence, { kind: 'receiving', id }, nowMs, 'observed', detail),
    ]);
  });
}

/** Records that showed less than is stored, and have not been read a second time. */
export async function regressionsOwed(session: Session): Promise<RecordKey[]> {
  const answer = await sql<{ kind: string; record_id: string }>`
    select kind, record_id from source_record
    where regressed_at_ms is not null order by id`.execute(session.db);
  return answer.rows.map((row) => ({ kind: recordKind(row.kind), id: row.record_id }));
}

export function markVanished(
  session: Session,
  fence: Fence,
  key: RecordKey,
  nowMs: number,
): Promise<void> {
  return engineWrite(session, fence, async (db) => {
    const result = await db
      .updateTable('source_record')
      .set((column) => ({
        vanished_at_ms: nowMs,
        regressed_at_ms: null,
        plan_due: 1,
        due_seq: column('due_seq', '+', 1),
      }))
      .where('kind', '=', key.kind)
      .where('record_id', '=', key.id)
      .where('vanished_at_ms', 'is', null)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) return;
    const detail = { change: 'vanished' };
    await appendAudit(session, db, [about(fence, key, nowMs, 'observed', detail)]);
  });
}

function about(
  fence: Fence,
  key: RecordKey,
  atMs: number,
  action: string,
  detail: Record<string, string>,
) {
  const by = { runId: fence.runId, actor: engine };
  return { ...by, atMs, action, record: key, postingKey: null, detail, body: null };
}

export async function orderIdsCreated(session: Session, window: TimeWindow): Promise<OrderId[]> {
  const answer = await sql<{ record_id: string }>`
    select record_id from source_record
    where kind = 'order' and created_at_ms >= ${window.fromMs} and created_at_ms <= ${window.toMs}
      and vanished_at_ms is null
    order by created_at_ms`.execute(session.db);
  return answer.rows.map((row) => orderId(row.record_id));
}

export async function touchForPlanning(session: Session, keys: RecordKey[]): Promise<void> {
  if (keys.length === 0) return;
  await write(session, async (db) => {
    await markDue(db, keys);
    await wantBoxes(db, keys);
  });
}

/** Lots may have been put right in the boxes without a change of what is stowed. */
export async function wantBoxes(db: Db, keys: readonly RecordKey[]): Promise<void> {
  await sql`
    update source_record set boxed_hash = null
    from ${wantedRecords(keys)} as wanted
    where source_record.kind = 'receiving' and wanted.kind = 'receiving'
      and source_record.record_id = wanted.id`.execute(db);
}

/**
 * A record whose personal data was removed is finished, and its customer can no longer be looked
 * up. That it is gone from ShipBob, or cannot be read any more, is asked about all the same.
 */
export const isPlannable = sql`
  (purged_at_ms is null or vanished_at_ms is not null or unreadable is not null)`;

/** Makes the records due, inside the caller's transaction. Answers how many there were. */
export async function markDue(db: Db, keys: readonly RecordKey[]): Promise<number> {
  if (keys.length === 0) return 0;
  const result = await sql`
    update source_record set plan_due = 1, due_seq = due_seq + 1
    from ${wantedRecords(keys)} as wanted
    where source_record.kind = wanted.kind and source_record.record_id = wanted.id
      and ${isPlannable}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
