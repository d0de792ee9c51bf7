/** What a plan means for the outbox: documents put, withdrawn, and taken over from people. */
import type { Fence, PlanOutcome } from '../app/ports.ts';
import type { DocumentReference, HeldLine, PlannedDocument, RecordKey } from '../core/glossary.ts';
import { isDeletedInInfor } from '../core/posting-standing.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert } from '../core/problem.ts';
import { type AuditDraft, engine } from './audit.ts';
import type { Db } from './database.ts';
import { openPostingFlags, settleFlags } from './flag.ts';
import { follow, updatePostings } from './move.ts';
import { documentColumns, type NewPosting, newPosting, postingsByKeys } from './posting.ts';
import { posting, postingState, recordKind } from './schema.ts';
import { insertRows } from './statement.ts';
import type { PostingRow } from './table.ts';

interface Wanted {
  record: RecordKey;
  planned: PlannedDocument;
}

/** Answers what the audit trail is to say of questions that end with what was withdrawn. */
export async function savePostings(
  db: Db,
  fence: Fence,
  outcomes: readonly PlanOutcome[],
  nowMs: number,
): Promise<AuditDraft[]> {
  const wanted = outcomes.flatMap(({ key: record, put }) =>
    put.map((planned): Wanted => ({ record, planned })),
  );
  const withdrawn = outcomes.flatMap(({ withdraw }) => withdraw);
  const dependencies = wanted.map(({ planned: { dependsOn } }) => dependsOn);
  const known = await knownRows(db, [
    ...wanted.map(({ planned: { key } }) => key),
    ...withdrawn,
    ...dependencies.filter((key) => key !== null),
  ]);
  const posted = new Set<string>();
  for (const row of known.values()) if (row.state === 'posted') posted.add(row.key);
  const added: NewPosting[] = [];
  const changed: PostingRow[] = [];
  const refused: PostingRow[] = [];
  for (const one of wanted) {
    const row = known.get(one.planned.key);
    const next = newPosting({ ...one, posted, nowMs });
    if (row === undefined) {
      added.push(next);
      continue;
    }
    assertOwn(row, one.record);
    const state = replaceable(row);
    if (state === 'no') continue;
    const { depends_on, dependency_posted } = next;
    const base = state === 'revive' ? revived(row, nowMs) : row;
    const fresh = { ...base, ...documentColumns(one.planned), depends_on, dependency_posted };
    const same = fresh.document_hash === row.document_hash && fresh.depends_on === row.depends_on;
    if (state === 'replace' && same) continue;
    await replaceDocument(db, fresh, nowMs);
    if (state === 'revive') changed.push(fresh);
  }
  for (const key of withdrawn) {
    const row = known.get(key);
    if (row === undefined || !withdrawable(row)) continue;
    assertMove(postingState(row.state), 'cancelled');
    if (row.state === 'flagged') refused.push(row);
    changed.push({ ...row, state: 'cancelled', waiting_for: null, updated_at_ms: nowMs });
  }
  await insertRows(db, 'posting', added);
  await updatePostings(db, changed);
  return clearFlagsOf(db, refused, fence, nowMs);
}

/** Nothing of it is in Infor; a refused one goes when a person has booked it instead. */
function withdrawable(row: PostingRow): boolean {
  const refused = row.state === 'flagged' && row.reference_json === null && row.handle === null;
  return replaceable(row) === 'replace' || (refused && row.handed_to_commit === 0);
}

async function knownRows(db: Db, keys: readonly string[]): Promise<Map<string, PostingRow>> {
  if (keys.length === 0) return new Map();
  const rows = await postingsByKeys(db, [...new Set(keys)]);
  return new Map(rows.map((row) => [row.key, row]));
}

function assertOwn(row: PostingRow, record: RecordKey): void {
  const own = row.record_kind === record.kind && row.record_id === record.id;
  assert(own, `${row.key} belongs to one record`);
}

/** A document may change until a handle of it was handed to a commit. */
function replaceable(row: PostingRow): 'replace' | 'revive' | 'no' {
  if (row.handed_to_commit === 1) return 'no';
  if (row.state === 'pending') return 'replace';
  return row.state === 'cancelled' ? 'revive' : 'no';
}

// Withdrawn before anything was sent, and wanted again.
function revived(row: PostingRow, nowMs: number): PostingRow {
  assertMove(postingState(row.state), 'pending');
  return { ...row, state: 'pending', failures: 0, next_attempt_at_ms: nowMs, updated_at_ms: nowMs };
}

// Another rule may make another kind of document of the same record, under the same key.
async function replaceDocument(db: Db, row: PostingRow, nowMs: number): Promise<void> {
  await db
    .updateTable('posting')
    .set({
      kind: row.kind,
      shipment_id: row.shipment_id,
      document_json: row.document_json,
      document_hash: row.document_hash,
      serial_key: row.serial_key,
      purchase_order: row.purchase_order,
      depends_on: row.depends_on,
      dependency_posted: row.dependency_posted,
      updated_at_ms: nowMs,
    })
    .where('id', '=', row.id)
    .execute();
}

/**
 * Documents that a person entered in Infor become postings that are posted, so that what depends on
 * them can go on. One that Infor has, or may come to have, from us is left as it is. Answers what
 * the audit trail is to say.
 */
export async function adoptDocuments(
  db: Db,
  fence: Fence,
  outcomes: readonly PlanOutcome[],
  nowMs: number,
): Promise<AuditDraft[]> {
  const wanted = outcomes.flatMap(({ key: record, adopt }) =>
    adopt.map((one) => ({ ...one, record })),
  );
  if (wanted.length === 0) return [];
  const keys = wanted.map(({ planned: { key } }) => key);
  const known = await knownRows(db, keys);
  const added: NewPosting[] = [];
  const changed: PostingRow[] = [];
  const drafts: AuditDraft[] = [];
  for (const { record, planned, number, held } of wanted) {
    const row = known.get(planned.key);
    const posted = postedByHand({ number, held }, nowMs);
    if (row === undefined) {
      added.push({ ...newPosting({ planned, record, posted: new Set(), nowMs }), ...posted });
    } else {
      assertOwn(row, record);
      if (!adoptable(row)) continue;
      if (row.state === 'cancelled') assertMove('cancelled', 'pending');
      else assertMove(postingState(row.state), 'posted');
      const next = { ...row, ...documentColumns(planned), ...posted };
      await replaceDocument(db, next, nowMs);
      changed.push(next);
    }
    drafts.push(adoptedDraft({ record, planned, number, row }, fence, nowMs));
  }
  await insertRows(db, 'posting', added);
  await updatePostings(db, changed);
  const done = new Set([...added, ...changed].map(({ key }) => key));
  await follow(db, [...(await knownRows(db, [...done])).values()]);
  return [...drafts, ...(await clearFlagsOf(db, changed, fence, nowMs))];
}

/**
 * Nothing of ours stands in Infor: refused ones, and those deleted there, are just what people
 * enter by hand. What is still staged is deleted first.
 */
function adoptable(row: PostingRow): boolean {
  if (isDeletedInInfor(posting(row))) return true;
  if (row.handed_to_commit === 1 || row.reference_json !== null || row.handle !== null)
    return false;
  return row.state === 'pending' || row.state === 'cancelled' || row.state === 'flagged';
}

function postedByHand(found: { number: string; held: HeldLine[] | null }, nowMs: number) {
  const reference: DocumentReference = { number: found.number, detail: {} };
  return {
    state: 'posted',
    reference_number: reference.number,
    reference_json: JSON.stringify(reference),
    held_json: found.held === null ? null : JSON.stringify(found.held),
    handle: null,
    adopted: 1,
    failures: 0,
    waiting_for: null,
    updated_at_ms: nowMs,
    posted_at_ms: nowMs,
  };
}

function adoptedDraft(
  one: Wanted & { number: string; row: PostingRow | undefined },
  fence: Fence,
  nowMs: number,
): AuditDraft {
  const { record, planned, number, row } = one;
  return {
    atMs: nowMs,
    runId: fence.runId,
    actor: engine,
    action: 'moved',
    record,
    postingKey: planned.key,
    detail: {
      from: row?.state ?? 'pending',
      to: 'posted',
      attempt: row?.attempt ?? 0,
      handle: row?.handle ?? null,
      number,
      adopted: true,
      because: 'a person entered it in Infor and linked it',
    },
    body: null,
  };
}

async function clearFlagsOf(
  db: Db,
  rows: readonly PostingRow[],
  fence: Fence,
  nowMs: number,
): Promise<AuditDraft[]> {
  const ids = rows.map(({ id }) => id);
  const open = await openPostingFlags(db, ids);
  const wishes = rows.map((row) => ({
    record: { kind: recordKind(row.record_kind), id: row.record_id },
    posting: { id: row.id, key: row.key },
    drafts: [],
  }));
  const change = await settleFlags(db, wishes, open, nowMs);
  const by = { atMs: nowMs, runId: fence.runId, actor: engine, body: null };
  return change.audit.map((told) => ({ ...by, ...told }));
}
