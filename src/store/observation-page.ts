/** Takes a page of what ShipBob said into the store: one transaction, checkpoint included. */
import { sql } from 'kysely';
import type { Fence, IngestCounts, Observation, UnreadableRecord } from '../app/ports.ts';
import { contentHash, textHash } from '../core/content-hash.ts';
import type {
  JsonObject,
  ReceivingBox,
  ReceivingRecord,
  RecordKey,
  SourceRecord,
} from '../core/glossary.ts';
import { boxesAddUp, judgeObservation, ownClockMs } from '../core/observation.ts';
import { assert } from '../core/problem.ts';
import { type AuditDraft, appendAudit, engine } from './audit.ts';
import type { Db } from './database.ts';
import { pack, packRecord, unpackRecord } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { saveAliases } from './source-alias.ts';
import { insertRows, jsonRows, wantedRecords } from './statement.ts';
import type { SourceRecordRow } from './table.ts';

export interface ObservedPage {
  stream: string;
  nowMs: number;
  observations: Observation[];
  unreadable: UnreadableRecord[];
  checkpointMs: number | null;
  /** `second`: read again because of `IngestCounts.regressed`; what went backwards is believed. */
  read?: 'second';
}

type Row = Omit<SourceRecordRow, 'id' | 'boxes_due'>;

/** The page while it is taken in: rows as they will be, and what became of each. */
interface Intake {
  rows: Map<string, Row>;
  /** Names of rows to write whole. */
  written: Set<string>;
  /** Names of rows seen again unchanged. */
  touched: Set<string>;
  records: Map<string, SourceRecord>;
  audit: { key: RecordKey; detail: JsonObject }[];
  counts: IngestCounts;
  read: 'first' | 'second';
}

export function saveObservations(
  session: Session,
  fence: Fence,
  page: ObservedPage,
): Promise<IngestCounts> {
  const unreadable = page.unreadable.map((row) => ({ row, key: unreadableKey(row) }));
  const keys = [
    ...page.observations.map(({ record }) => ({ kind: record.kind, id: record.id })),
    ...unreadable.map(({ key }) => key),
  ];
  return engineWrite(session, fence, async (db) => {
    const intake: Intake = {
      rows: await loadRows(db, keys, page.nowMs),
      written: new Set(),
      touched: new Set(),
      records: new Map(),
      audit: [],
      counts: { added: 0, changed: 0, unchanged: 0, stale: 0, unreadable: 0, regressed: [] },
      read: page.read ?? 'first',
    };
    for (const observation of page.observations) takeObservation(intake, observation);
    for (const { row, key } of unreadable) takeUnreadable(intake, key, row);
    await writeRows(db, intake);
    await saveAliases(db, [...intake.records.values()]);
    await appendAudit(session, db, auditDrafts(intake, fence, page.nowMs));
    if (page.checkpointMs !== null) {
      await moveCheckpoint(db, page.stream, page.checkpointMs, page.nowMs);
    }
    return intake.counts;
  });
}

// A row without an id is named by its content, so that the same broken row is one record.
function unreadableKey(row: UnreadableRecord): RecordKey {
  return { kind: row.kind, id: row.id ?? `unreadable-${textHash(row.raw).slice(0, 24)}` };
}

function nameOf(key: RecordKey): string {
  return `${key.kind} ${key.id}`;
}

async function loadRows(db: Db, keys: RecordKey[], nowMs: number): Promise<Map<string, Row>> {
  const found = await sql<SourceRecordRow>`
    select source_record.* from ${wantedRecords(keys)} as wanted
    cross join source_record
      on source_record.kind = wanted.kind and source_record.record_id = wanted.id`.execute(db);
  const rows = new Map<string, Row>();
  for (const { id: _, boxes_due: __, ...row } of found.rows) {
    rows.set(`${row.kind} ${row.record_id}`, credible(row, nowMs));
  }
  return rows;
}

/**
 * The row without instants that have not come yet: a clock that ran ahead wrote them, and
 * everything read since would look older than what is stored.
 */
export function credible<T extends Row>(row: T, nowMs: number): T {
  const passed = (atMs: number | null) => (atMs !== null && atMs > nowMs ? 0 : atMs);
  return {
    ...row,
    observed_at_ms: row.observed_at_ms > nowMs ? 0 : row.observed_at_ms,
    boxes_observed_at_ms: passed(row.boxes_observed_at_ms),
    stowed_at_ms: passed(row.stowed_at_ms),
    regressed_at_ms: passed(row.regressed_at_ms),
  };
}

function takeObservation(intake: Intake, { record, startedAtMs }: Observation): void {
  assert(Number.isSafeInteger(startedAtMs), 'an observation has a start in whole milliseconds');
  const key = { kind: record.kind, id: record.id };
  const name = nameOf(key);
  const stored = intake.rows.get(name);
  const recordHash = contentHash(record.kind === 'receiving' ? { ...record, boxes: null } : record);
  if (stored === undefined) {
    intake.counts.added += 1;
    put(intake, key, newRow(record, recordHash, startedAtMs), 'added');
    intake.records.set(name, record);
    return;
  }
  if (stored.body !== null) {
    if (stored.record_hash === recordHash) {
      takeUnchanged(intake, stored, { record, startedAtMs });
      return;
    }
    const before = unpackRecord({ ...stored, body: stored.body });
    const seen = { record, startedAtMs };
    const believed = { record: before, startedAtMs: stored.observed_at_ms };
    const verdict = judgeObservation(believed, seen);
    if (verdict.verdict === 'regressed') {
      const { difference } = verdict;
      takeRegressed(intake, stored, { record, recordHash, startedAtMs, difference });
      return;
    }
    if (verdict.verdict === 'stale') {
      intake.counts.stale += 1;
      return;
    }
  } else if (startedAtMs < stored.observed_at_ms) {
    intake.counts.stale += 1;
    return;
  }
  intake.counts.changed += 1;
  put(intake, key, changedRow(stored, record, recordHash, startedAtMs), 'changed');
  intake.records.set(name, record);
}

function takeUnchanged(intake: Intake, stored: Row, { record, startedAtMs }: Observation): void {
  const key = { kind: record.kind, id: record.id };
  if (startedAtMs < stored.observed_at_ms) {
    intake.counts.stale += 1;
    return;
  }
  intake.counts.unchanged += 1;
  stored.observed_at_ms = startedAtMs;
  const { unreadable, vanished_at_ms, regressed_at_ms, regression } = stored;
  if (unreadable === null && vanished_at_ms === null && regressed_at_ms === null) {
    intake.touched.add(nameOf(key));
    return;
  }
  // What personal data was taken out of has to be whole to be planned.
  const again =
    stored.purged_at_ms === null
      ? { ...due(stored), ...cleared(stored.record_hash, stored.boxes_hash) }
      : changedRow(stored, record, stored.record_hash, startedAtMs);
  // What is seen again is the version that went backwards, if it did.
  put(intake, key, { ...again, regression }, 'again');
}

/**
 * A stale read can look like a step backwards: the first one is only noted, so that a second one is
 * owed whatever becomes of this run; the second one, which began later, is believed.
 */
function takeRegressed(
  intake: Intake,
  stored: Row,
  seen: { record: SourceRecord; recordHash: string; startedAtMs: number; difference: string },
): void {
  const { record, recordHash, startedAtMs, difference } = seen;
  const key = { kind: record.kind, id: record.id };
  const name = nameOf(key);
  const first = stored.regressed_at_ms;
  if (intake.read === 'second' && first !== null && startedAtMs > first) {
    intake.counts.changed += 1;
    const row = changedRow(stored, record, recordHash, startedAtMs);
    put(intake, key, { ...row, regression: difference }, 'regression-confirmed', { difference });
    intake.records.set(name, record);
    return;
  }
  intake.counts.regressed.push(key);
  if (first !== null) return;
  stored.regressed_at_ms = startedAtMs;
  intake.touched.delete(name);
  intake.written.add(name);
  intake.audit.push({ key, detail: { change: 'regressed', difference } });
}

function takeUnreadable(intake: Intake, key: RecordKey, row: UnreadableRecord): void {
  intake.counts.unreadable += 1;
  const name = nameOf(key);
  const stored = intake.rows.get(name);
  if (stored !== undefined && row.startedAtMs < stored.observed_at_ms) return;
  const hash = contentHash({ raw: row.raw, problem: row.problem });
  if (stored?.content_hash === hash) {
    stored.observed_at_ms = row.startedAtMs;
    intake.touched.add(name);
    return;
  }
  const base = stored ?? emptyRow(key);
  const unreadable = pack({ raw: row.raw, problem: row.problem });
  const next = {
    ...base,
    unreadable,
    content_hash: hash,
    observed_at_ms: row.startedAtMs,
    regressed_at_ms: null,
  };
  put(intake, key, due(next), 'unreadable');
}

function put(
  intake: Intake,
  key: RecordKey,
  row: Row,
  change: string,
  more: JsonObject = {},
): void {
  const name = nameOf(key);
  intake.rows.set(name, row);
  intake.written.add(name);
  intake.touched.delete(name);
  intake.audit.push({ key, detail: { change, contentHash: row.content_hash, ...more } });
}

function emptyRow(key: RecordKey): Row {
  return {
    kind: key.kind,
    record_id: key.id,
    phase: 'unrecognised',
    content_hash: '',
    record_hash: '',
    body: null,
    boxes: null,
    boxes_hash: null,
    boxes_observed_at_ms: null,
    unreadable: null,
    observed_at_ms: 0,
    updated_at_ms: null,
    created_at_ms: null,
    vanished_at_ms: null,
    regression: null,
    regressed_at_ms: null,
    stowed_hash: null,
    stowed_at_ms: null,
    boxed_hash: null,
    plan_due: 0,
    due_seq: 0,
    purged_at_ms: null,
  };
}

function newRow(record: SourceRecord, recordHash: string, startedAtMs: number): Row {
  const empty = emptyRow({ kind: record.kind, id: record.id });
  return changedRow(empty, record, recordHash, startedAtMs);
}

function changedRow(
  before: Row,
  record: SourceRecord,
  recordHash: string,
  startedAtMs: number,
): Row {
  const stowedHash = stowedFingerprint(record);
  const phase = record.kind === 'charge' ? record.type : record.phase;
  const row: Row = {
    ...due(before),
    ...cleared(recordHash, before.boxes_hash),
    phase,
    purged_at_ms: null,
    record_hash: recordHash,
    body: packRecord(record),
    observed_at_ms: startedAtMs,
    updated_at_ms: ownClockMs(record),
    created_at_ms: record.kind === 'charge' ? null : record.createdAtMs,
    stowed_hash: stowedHash,
    stowed_at_ms: stowedHash === before.stowed_hash ? before.stowed_at_ms : startedAtMs,
    // Lots are often put right at the end: once more when it is completed.
    boxed_hash: before.phase === phase ? before.boxed_hash : null,
  };
  if (record.kind !== 'receiving' || record.boxes === null) return row;
  return withBoxes(row, { record, boxes: record.boxes, startedAtMs });
}

/** After its completion boxes that do not add up are read again and again for so long. */
const boxesAwaitedMs = 3 * 86_400_000;

/**
 * The row with its boxes as read by a request that started then. They stay due while they do not
 * add up to what is stowed: ShipBob may show a quantity on the line before it shows it in a box.
 */
export function withBoxes<T extends Row>(
  row: T,
  read: { record: ReceivingRecord; boxes: ReceivingBox[]; startedAtMs: number },
): T {
  const { record, boxes, startedAtMs } = read;
  const boxesHash = contentHash(boxes);
  // Boxes read before the stowed quantities last changed do not settle the newer quantities.
  const fresh = row.stowed_at_ms === null || startedAtMs >= row.stowed_at_ms;
  const open = record.phase === 'expected' || record.phase === 'receiving';
  const awaited = open || startedAtMs < (record.completedAtMs ?? 0) + boxesAwaitedMs;
  const settled = fresh && (boxesAddUp(record, boxes) || !awaited);
  return {
    ...row,
    boxes: pack(boxes),
    boxes_hash: boxesHash,
    boxes_observed_at_ms: startedAtMs,
    boxed_hash: settled ? row.stowed_hash : null,
    content_hash: planningHash(row.record_hash, boxesHash),
  };
}

function planningHash(recordHash: string, boxesHash: string | null): string {
  return boxesHash === null ? recordHash : textHash(`${recordHash} ${boxesHash}`);
}

function due(row: Row): Row {
  return { ...row, plan_due: 1, due_seq: row.due_seq + 1 };
}

function cleared(recordHash: string, boxesHash: string | null) {
  return {
    content_hash: planningHash(recordHash, boxesHash),
    unreadable: null,
    vanished_at_ms: null,
    regression: null,
    regressed_at_ms: null,
  };
}

// Null when nothing is stowed: then there is nothing to read boxes for.
function stowedFingerprint(record: SourceRecord): string | null {
  if (record.kind !== 'receiving') return null;
  const stowed = record.lines.filter((line) => line.stowed !== '0');
  if (stowed.length === 0) return null;
  return contentHash(stowed.map((line) => `${line.inventoryId} ${line.stowed}`).sort());
}

const replaceRow = `on conflict (kind, record_id) do update set ${Object.keys(
  emptyRow({ kind: 'order', id: '' }),
)
  .filter((column) => column !== 'kind' && column !== 'record_id')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`;

async function writeRows(db: Db, intake: Intake): Promise<void> {
  const written: Row[] = [];
  const touched: { kind: string; id: string; at: number }[] = [];
  for (const [name, row] of intake.rows) {
    if (intake.written.has(name)) written.push(row);
    else if (intake.touched.has(name)) {
      touched.push({ kind: row.kind, id: row.record_id, at: row.observed_at_ms });
    }
  }
  await insertRows(db, 'source_record', written, replaceRow);
  if (touched.length === 0) return;
  await sql`
    update source_record set observed_at_ms = seen.value ->> 'at'
    from ${jsonRows(touched)} as seen
    where source_record.kind = seen.value ->> 'kind'
      and source_record.record_id = seen.value ->> 'id'`.execute(db);
}

function auditDrafts(intake: Intake, fence: Fence, nowMs: number): AuditDraft[] {
  return intake.audit.map(({ key, detail }) => ({
    atMs: nowMs,
    runId: fence.runId,
    actor: engine,
    action: 'observed',
    record: key,
    postingKey: null,
    detail,
    body: null,
  }));
}

async function moveCheckpoint(db: Db, stream: string, toMs: number, nowMs: number): Promise<void> {
  assert(Number.isSafeInteger(toMs), 'a checkpoint is in whole milliseconds');
  await sql`
    insert into checkpoint (stream, swept_to_ms, updated_at_ms)
    values (${stream}, ${toMs}, ${nowMs})
    on conflict (stream) do update set
      swept_to_ms = excluded.swept_to_ms, updated_at_ms = excluded.updated_at_ms
    where excluded.swept_to_ms > checkpoint.swept_to_ms`.execute(db);
}
