/** Webhook deliveries as received, and what waits to be read because of them. */
import { createHash } from 'node:crypto';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import type {
  Delivery,
  DeliveryState,
  Expectation,
  Fence,
  Hint,
  HintSubject,
  InboxReport,
  StoredDelivery,
  TimeWindow,
} from '../app/ports.ts';
import { assert } from '../core/problem.ts';
import { appendAudit, engine } from './audit.ts';
import type { Db } from './database.ts';
import { type HintRow, hint, storedDelivery } from './inbox-schema.ts';
import { engineWrite, type Session, write } from './session.ts';
import { insertText, jsonRows, valuesOf } from './statement.ts';
import type { InboxRow } from './table.ts';

/** Rows per insert: any batch takes few statements, and always the same ones. */
const insertSizes = [128, 64, 32, 16, 8, 4, 2, 1] as const;

const insertColumns = [
  'webhook_id',
  'topic',
  'body',
  'received_at_ms',
  'proof',
  'subject_kind',
  'subject_id',
  'kept_because',
  'state',
] as const;

// A repetition leaves the first copy as it is; only what is new comes back.
const insertClause = 'on conflict (webhook_id) do nothing returning webhook_id';

/** Rows that one transaction touches at most when there is no hurry. */
const batchMax = 2000;

/** Subjects that an audit row names. */
const subjectsTold = 50;

/** Of one message, as many other bodies and topics are kept. The topic is not signed. */
const variantsMax = 8;

type Saved = 'stored' | 'repeated' | 'differing';

/**
 * The receiver answers 2xx when this has resolved. It holds no lease, and nothing is written in the
 * audit trail: a delivery is a hint, and what is read because of it is told there.
 */
export function saveDeliveries(
  session: Session,
  deliveries: readonly Delivery[],
): Promise<Saved[]> {
  if (deliveries.length === 0) return Promise.resolve([]);
  return write(session, async (db) => {
    const stored = await insertNew(db, deliveries);
    // The first of several with one id is the one that was stored.
    const saved = deliveries.map(
      (one): Saved => (stored.delete(one.webhookId) ? 'stored' : 'repeated'),
    );
    const again = saved.flatMap((each, place) => (each === 'repeated' ? [place] : []));
    if (again.length > 0) await saveDifferences(db, { deliveries, again, saved });
    return saved;
  });
}

async function insertNew(db: Db, deliveries: readonly Delivery[]): Promise<Set<string>> {
  const stored = new Set<string>();
  let done = 0;
  for (const size of insertSizes) {
    while (deliveries.length - done >= size) {
      const parameters: unknown[] = [];
      for (const one of deliveries.slice(done, done + size)) addRow(parameters, one);
      const text = insertText('inbox', insertColumns, size, insertClause);
      const query = CompiledQuery.raw(text, parameters);
      const answer = await db.executeQuery<{ webhook_id: string }>(query);
      for (const row of answer.rows) stored.add(row.webhook_id);
      done += size;
    }
  }
  return stored;
}

/**
 * A repetition with another body or topic is stored beside the first copy, since nobody can tell
 * which is right. One that says the same and is known by now to be about something lets the first
 * copy wait.
 */
async function saveDifferences(
  db: Db,
  work: { deliveries: readonly Delivery[]; again: readonly number[]; saved: Saved[] },
): Promise<void> {
  const ids = [...new Set(work.again.map((place) => work.deliveries[place]?.webhookId ?? ''))];
  const answer = await sql<Pick<InboxRow, 'webhook_id' | 'topic' | 'body' | 'subject_id'>>`
    select webhook_id, topic, body, subject_id from inbox
    where webhook_id in ${valuesOf(ids)}`.execute(db);
  const rows = new Map(answer.rows.map((row) => [row.webhook_id, row]));
  for (const place of work.again) {
    const one = work.deliveries[place];
    const row = one === undefined ? undefined : rows.get(one.webhookId);
    if (one === undefined || row === undefined) continue;
    if (row.topic !== one.topic || row.body !== one.body) {
      if (await saveVariant(db, one)) work.saved[place] = 'differing';
    } else if (row.subject_id === null && one.subject !== null) {
      await letWait(db, one.webhookId, one.subject);
      row.subject_id = one.subject.id;
      work.saved[place] = 'stored';
    }
  }
}

/** False when that one is stored already, or there are too many of its message. */
async function saveVariant(db: Db, delivery: Delivery): Promise<boolean> {
  const { topic, body } = delivery;
  const prefix = `${delivery.webhookId}#`;
  const found = await sql<{ count: number }>`
    select count(*) as count from inbox
    where webhook_id >= ${prefix} and webhook_id < ${`${delivery.webhookId}$`}`.execute(db);
  if ((found.rows[0]?.count ?? 0) >= variantsMax) return false;
  const hash = createHash('sha256')
    .update(JSON.stringify([topic, body]))
    .digest('hex');
  const webhookId = `${prefix}${hash.slice(0, 16)}`;
  return (await insertNew(db, [{ ...delivery, webhookId }])).has(webhookId);
}

async function letWait(db: Db, webhookId: string, subject: HintSubject): Promise<void> {
  await sql`
    update inbox set state = 'waiting', kept_because = null,
      subject_kind = ${subject.kind}, subject_id = ${subject.id}
    where webhook_id = ${webhookId} and state = 'kept'`.execute(db);
}

function addRow(parameters: unknown[], delivery: Delivery): void {
  const { webhookId, topic, body, receivedAtMs, proof, subject, keptBecause } = delivery;
  assert(webhookId !== '', 'a delivery has an id');
  assert((subject === null) !== (keptBecause === null), 'a delivery is read or kept for a reason');
  parameters.push(webhookId, topic, body, receivedAtMs, proof);
  parameters.push(subject?.kind ?? null, subject?.id ?? null, keptBecause);
  parameters.push(subject === null ? 'kept' : 'waiting');
}

/** Walks what waits in the order of arrival until there are enough subjects. */
export async function hintsWaiting(session: Session, limit: number): Promise<Hint[]> {
  assert(limit > 0, 'a list of hints has a limit');
  const answer = await hintQuery(limit, session.clock.now()).execute(session.db);
  return answer.rows.map(hint);
}

export function hintQuery(limit: number, nowMs: number): RawBuilder<HintRow> {
  return sql<HintRow>`
    with subject as materialized (
      select id as first_id, subject_kind, subject_id from inbox as first
      where state = 'waiting' and not exists (
        select 1 from inbox as earlier
        where earlier.state = 'waiting' and earlier.subject_kind = first.subject_kind
          and earlier.subject_id = first.subject_id and earlier.id < first.id)
      order by id limit ${limit}
    ),
    -- The record a subject stands for: a shipment is known by the order that was seen with it.
    known as materialized (
      select first_id, subject_kind, subject_id,
        case subject_kind
          when 'shipment' then (
            select record.id from source_alias as alias
            cross join source_record as record
              on record.kind = alias.kind and record.record_id = alias.record_id
            where alias.value = subject.subject_id and alias.kind = 'order'
              and alias.role = 'shipment'
            order by record.observed_at_ms desc limit 1)
          else (
            select id from source_record as record
            where record.kind = subject.subject_kind and record.record_id = subject.subject_id)
        end as row_id
      from subject
    )
    select known.subject_kind, known.subject_id,
      json_group_array(distinct waiting.topic) as topics_json, count(*) as count,
      max(waiting.id) as last_id, min(waiting.received_at_ms) as oldest_at_ms,
      max(waiting.received_at_ms) as newest_at_ms,
      -- Not read yet, whatever a clock that ran ahead has written.
      iif(record.observed_at_ms > ${nowMs}, null, record.observed_at_ms) as observed_at_ms,
      record.record_id
    from known
    cross join inbox as waiting indexed by inbox_waiting on waiting.state = 'waiting'
      and waiting.subject_kind = known.subject_kind and waiting.subject_id = known.subject_id
    left join source_record as record on record.id = known.row_id
    group by known.first_id order by known.first_id`;
}

/** Marks each subject's deliveries up to `lastId`; what came later waits on. */
export function finishHints(
  session: Session,
  fence: Fence,
  finished: readonly {
    subject: HintSubject;
    lastId: number;
    state: 'done' | 'kept';
    outcome: string;
  }[],
  nowMs: number,
): Promise<void> {
  if (finished.length === 0) return Promise.resolve();
  const rows = finished.map(({ subject, lastId, state, outcome }) => ({
    ...subject,
    lastId,
    state,
    outcome,
  }));
  return engineWrite(session, fence, async (db) => {
    const result = await sql`
      update inbox indexed by inbox_waiting
      set state = one.value ->> 'state', outcome = one.value ->> 'outcome', done_at_ms = ${nowMs}
      from ${jsonRows(rows)} as one
      where inbox.state = 'waiting' and inbox.subject_kind = one.value ->> 'kind'
        and inbox.subject_id = one.value ->> 'id' and inbox.id <= one.value ->> 'lastId'
    `.execute(db);
    const names = rows.map(({ kind, id }) => `${kind} ${id}`.slice(0, 60));
    const about = { atMs: nowMs, runId: fence.runId, actor: engine, body: null };
    await appendAudit(session, db, [
      {
        ...about,
        action: 'hints-finished',
        record: null,
        postingKey: null,
        detail: {
          deliveries: Number(result.numAffectedRows ?? 0n),
          done: rows.filter(({ state }) => state === 'done').length,
          kept: rows.filter(({ state }) => state === 'kept').length,
          subjects: names.slice(0, subjectsTold),
          subjectsNotNamed: Math.max(0, names.length - subjectsTold),
        },
      },
    ]);
  });
}

/**
 * Deliveries received in the window (both ends included) wait again, but for those that nobody
 * knew what to do with. In several short transactions, so that the receiver need not wait.
 */
export async function reopenDeliveries(
  session: Session,
  window: TimeWindow,
  by: { actor: string; nowMs: number },
): Promise<number> {
  const { actor, nowMs } = by;
  assert(actor !== '', 'an act has an actor');
  const about = { atMs: nowMs, runId: null, actor, record: null, postingKey: null, body: null };
  let reopened = 0;
  // Onwards only: what a run finishes meanwhile is not to be read a third time.
  let after = { atMs: window.fromMs, id: 0 };
  for (;;) {
    const count = await write(session, async (db) => {
      const result = await sql<{ id: number; at_ms: number }>`
        update inbox set state = 'waiting', done_at_ms = null, outcome = null
        where id in (
          select id from inbox indexed by inbox_received
          where (received_at_ms, id) > (${after.atMs}, ${after.id})
            and received_at_ms <= ${window.toMs}
            and state <> 'waiting' and subject_kind is not null
          order by received_at_ms, id limit ${batchMax})
        returning id, received_at_ms as at_ms`.execute(db);
      const deliveries = result.rows.length;
      for (const { id, at_ms: atMs } of result.rows) {
        if (atMs > after.atMs || (atMs === after.atMs && id > after.id)) after = { atMs, id };
      }
      // A repeated act that finds nothing is told once, the end of a long one is not.
      if (deliveries === 0 && reopened > 0) return 0;
      const { fromMs, toMs } = window;
      const detail = { act: 'deliveries-reopened', deliveries, fromMs, toMs };
      await appendAudit(session, db, [{ ...about, action: 'acted', detail }]);
      return deliveries;
    });
    reopened += count;
    if (count < batchMax) return reopened;
  }
}

interface DeliveryFilter {
  states: DeliveryState[] | null;
  topic: string | null;
  limit: number;
}

/** Newest first. */
export async function deliveries(
  session: Session,
  filter: DeliveryFilter,
): Promise<StoredDelivery[]> {
  assert(filter.limit > 0, 'a list of deliveries has a limit');
  const answer = await deliveryQuery(filter).execute(session.db);
  return answer.rows.map(storedDelivery);
}

export function deliveryQuery(filter: DeliveryFilter): RawBuilder<InboxRow> {
  const { states, topic, limit } = filter;
  const only = states?.length === 1 ? states[0] : undefined;
  // A literal, so that the partial index of that state serves; `done` has none and is most rows.
  const state = (() => {
    if (states === null) return sql`true`;
    if (only === 'kept') return sql`state = 'kept'`;
    if (only === 'waiting') return sql`state = 'waiting'`;
    return sql`state in ${valuesOf(states)}`;
  })();
  const about = topic === null ? sql`true` : sql`topic = ${topic}`;
  return sql<InboxRow>`
    select * from inbox where ${state} and ${about} order by id desc limit ${limit}`;
}

export async function inboxReport(session: Session): Promise<InboxReport> {
  const totals = await sql<{ waiting: number; oldest: number | null; last: number | null }>`
    select (select count(*) from inbox where state = 'waiting') as waiting,
      (select received_at_ms from inbox where state = 'waiting' order by id limit 1) as oldest,
      -- Our own samples must not hide that ShipBob is silent.
      (select received_at_ms from inbox indexed by inbox_received where proof <> 'sample'
        order by received_at_ms desc limit 1) as last`.execute(session.db);
  const kept = await sql<InboxReport['kept'][number]>`
    select topic, coalesce(kept_because, outcome, '') as because, count(*) as count,
      max(received_at_ms) as "newestAtMs"
    from inbox where state = 'kept'
    group by topic, because order by count desc, topic, because`.execute(session.db);
  const total = totals.rows[0];
  return {
    waiting: total?.waiting ?? 0,
    oldestWaitingAtMs: total?.oldest ?? null,
    lastReceivedAtMs: total?.last ?? null,
    kept: kept.rows,
  };
}

/** Samples that we sent to ourselves announce nothing. */
export async function announced(
  session: Session,
  expected: readonly Expectation[],
): Promise<boolean[]> {
  if (expected.length === 0) return [];
  const answer = await announcedQuery(expected).execute(session.db);
  const met = new Set(answer.rows.map((row) => row.place));
  return expected.map((_, place) => met.has(place));
}

export function announcedQuery(expected: readonly Expectation[]): RawBuilder<{ place: number }> {
  const rows = expected.flatMap(({ topic, record, shipmentId }, place) => {
    const whole = { place, topic, kind: record.kind, id: record.id };
    if (shipmentId === null) return [whole];
    return [whole, { place, topic, kind: 'shipment', id: shipmentId }];
  });
  return sql<{ place: number }>`
    select distinct one.value ->> 'place' as place
    from ${jsonRows(rows)} as one
    cross join inbox on inbox.subject_kind = one.value ->> 'kind'
      and inbox.subject_id = one.value ->> 'id' and inbox.topic = one.value ->> 'topic'
    where inbox.proof <> 'sample'`;
}

/** What waits is never forgotten. Short transactions: the receiver is not held up. */
export async function forgetDeliveries(session: Session, beforeMs: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const count = await write(session, async (db) => {
      const result = await sql`
        delete from inbox where id in (
          select id from inbox indexed by inbox_received
          where received_at_ms < ${beforeMs} and state <> 'waiting' limit ${batchMax})`.execute(db);
      return Number(result.numAffectedRows ?? 0n);
    });
    forgotten += count;
    if (count < batchMax) return forgotten;
  }
}
