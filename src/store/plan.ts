/** What planning reads of a record, and what it came to. */
import { sql } from 'kysely';
import type { Fence, PlanningCase, PlanOutcome } from '../app/ports.ts';
import type { Flag, ManualLink, RecordKey, RecordKind } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { canonicalAmount, externalKey } from '../core/schema.ts';
import { type AuditDraft, appendAudit, engine } from './audit.ts';
import type { Db } from './database.ts';
import { type FlagWish, flagsOfRecords, openRecordFlags, settleFlags } from './flag.ts';
import { plannedKnowing, settleIgnores, standingIgnores } from './flag-ignore.ts';
import { type ChargeJournal, journalsOf, saveEntries } from './journal-entry.ts';
import { adoptDocuments, savePostings } from './plan-posting.ts';
import { postingsOfRecords } from './posting.ts';
import { baselineLine, manualLink, posting, standingIgnore, storedRecord } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { isPlannable, markDue } from './source-record.ts';
import { jsonRows, valuesOf } from './statement.ts';
import type { PostingRow, SourceRecordRow } from './table.ts';

/** Records that are due, the longest stored first, with all that planning needs of each. */
export async function casesDue(
  session: Session,
  limit: number,
  except: readonly RecordKind[] = [],
): Promise<PlanningCase[]> {
  assert(limit > 0, 'a batch has a size');
  const { db } = session;
  const due = await sql<SourceRecordRow>`
    select * from source_record
    where plan_due = 1 and kind not in ${valuesOf(except)} and ${isPlannable}
    order by id limit ${limit}`.execute(db);
  return casesOf(session, due.rows);
}

export async function planningCase(
  session: Session,
  { kind, id }: RecordKey,
): Promise<PlanningCase | null> {
  const answer = await sql<SourceRecordRow>`
    select * from source_record
    where kind = ${kind} and record_id = ${id} and ${isPlannable}`.execute(session.db);
  const [found = null] = await casesOf(session, answer.rows);
  return found;
}

async function casesOf(session: Session, rows: SourceRecordRow[]): Promise<PlanningCase[]> {
  const { db } = session;
  const stored = rows.map(storedRecord);
  const keys = stored.map(({ key }) => key);
  const postings = groupBy(await postingsOfRecords(db, keys), nameOfRow);
  const flags = groupBy(await flagsOfRecords(db, keys, 'open'), (flag) => nameOf(flag.record));
  const baselines = await baselineRows(db, idsOf(keys, 'receiving'));
  const journals = await journalsOf(db, idsOf(keys, 'charge'));
  const links = await linkRows(db, stored.flatMap(linkableIds));
  for (const row of rows) session.dueGiven.set(row.id, row.due_seq);
  const ignores = groupBy(await standingIgnores(db, keys), nameOfRow);
  return stored.map((one): PlanningCase => {
    const { kind, id } = one.key;
    const journal = kind === 'charge' ? journals.get(id) : undefined;
    const openFlags: Flag[] = flags.get(nameOf(one.key)) ?? [];
    return {
      stored: one,
      postings: (postings.get(nameOf(one.key)) ?? []).map(posting),
      openFlags,
      baseline: (kind === 'receiving' ? (baselines.get(id) ?? []) : []).map(baselineLine),
      links: linkableIds(one).flatMap((linked) => links.get(linked) ?? []),
      ignores: (ignores.get(nameOf(one.key)) ?? []).map(standingIgnore),
      ...inJournal(journal),
    };
  });
}

function inJournal(
  row: ChargeJournal | undefined,
): Pick<PlanningCase, 'journalKey' | 'journalled'> {
  if (row === undefined) return { journalKey: null, journalled: null };
  const { journal_key, amount, currency } = row;
  return {
    journalKey: externalKey(journal_key),
    journalled:
      amount === null || currency === null ? null : { amount: canonicalAmount(amount), currency },
  };
}

function nameOf(key: RecordKey): string {
  return `${key.kind} ${key.id}`;
}

function nameOfRow(row: Pick<PostingRow, 'record_kind' | 'record_id'>): string {
  return `${row.record_kind} ${row.record_id}`;
}

function idsOf(keys: readonly RecordKey[], kind: RecordKey['kind']): string[] {
  return keys.filter((key) => key.kind === kind).map((key) => key.id);
}

function linkableIds({ key, record }: PlanningCase['stored']): string[] {
  if (record?.kind !== 'order') return [key.id];
  return [key.id, ...record.shipments.map((shipment) => shipment.id)];
}

function groupBy<T>(rows: readonly T[], name: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(name(row));
    if (group === undefined) groups.set(name(row), [row]);
    else group.push(row);
  }
  return groups;
}

async function baselineRows(db: Db, ids: string[]) {
  if (ids.length === 0) return new Map<string, never>();
  const rows = await db
    .selectFrom('baseline')
    .selectAll()
    .where('receiving_id', 'in', valuesOf(ids))
    .execute();
  return groupBy(rows, (row) => row.receiving_id);
}

async function linkRows(db: Db, ids: string[]): Promise<Map<string, ManualLink[]>> {
  const rows = await db
    .selectFrom('hand_booking')
    .select(['kind', 'shipbob_id', 'number', 'held_json'])
    .where('shipbob_id', 'in', valuesOf(ids))
    .execute();
  return groupBy(rows.map(manualLink), (link) => link.shipbobId);
}

/**
 * Records of one transaction: about 25 ms of work, of the 50 that one may take (posting-protocol
 * §1.2).
 */
const recordsPerWrite = 100;

/**
 * Takes the outcomes in: postings, flags, journal entries. All of a record in one transaction; a
 * record whose turn does not come stays due.
 */
export async function savePlans(
  session: Session,
  fence: Fence,
  planned: PlanOutcome[],
  nowMs: number,
): Promise<{ raised: number; cleared: number }> {
  const sum = { raised: 0, cleared: 0 };
  for (let at = 0; at < planned.length; at += recordsPerWrite) {
    const part = planned.slice(at, at + recordsPerWrite);
    const { raised, cleared } = await savePart(session, fence, part, nowMs);
    sum.raised += raised;
    sum.cleared += cleared;
  }
  return sum;
}

function savePart(
  session: Session,
  fence: Fence,
  planned: PlanOutcome[],
  nowMs: number,
): Promise<{ raised: number; cleared: number }> {
  return engineWrite(session, fence, async (db) => {
    const outcomes = await plannedKnowing(db, planned);
    // Before what depends on them, so that it need not wait.
    const adopted = await adoptDocuments(db, fence, outcomes, nowMs);
    const withdrawn = await savePostings(db, fence, outcomes, nowMs);
    const charges = outcomes.filter(({ key }) => key.kind === 'charge');
    await saveEntries(
      db,
      charges.map(({ key, entry }) => ({ chargeId: key.id, entry })),
    );
    const open = await openRecordFlags(
      db,
      outcomes.map(({ key }) => key),
    );
    const wishes = outcomes.map(
      ({ key, flags }): FlagWish => ({ record: key, posting: null, drafts: flags }),
    );
    const change = await settleFlags(db, wishes, open, nowMs);
    await settleDue(session, db, outcomes);
    // With what Infor holds of it known, the rest of the record may be planned otherwise.
    const taken = outcomes.filter(({ adopt }) => adopt.some(({ held }) => held !== null));
    await markDue(
      db,
      taken.map(({ key }) => key),
    );
    const ended = await settleIgnores(db, outcomes, { nowMs, runId: fence.runId });
    const by = { atMs: nowMs, runId: fence.runId, actor: engine, body: null };
    await appendAudit(session, db, [
      ...outcomes.map((outcome): AuditDraft => ({ ...by, ...plannedDraft(outcome) })),
      ...adopted,
      ...withdrawn,
      ...change.audit.map((told): AuditDraft => ({ ...by, ...told })),
      ...ended,
    ]);
    return { raised: change.raised, cleared: change.cleared };
  });
}

function plannedDraft(
  outcome: PlanOutcome,
): Pick<AuditDraft, 'action' | 'record' | 'postingKey' | 'detail'> {
  return {
    action: 'planned',
    record: outcome.key,
    postingKey: null,
    detail: {
      contentHash: outcome.contentHash,
      decisions: outcome.decisions,
      put: outcome.put.map(({ key }) => key),
      adopt: outcome.adopt.map(({ planned: { key } }) => key),
      withdraw: outcome.withdraw,
    },
  };
}

/**
 * A record is settled only when what was planned is still what is stored, and nothing asked for a
 * new plan after the case was given out.
 */
async function settleDue(session: Session, db: Db, outcomes: readonly PlanOutcome[]) {
  const planned = outcomes.map(({ key, contentHash }) => [key.kind, key.id, contentHash]);
  const answer = await sql<{ id: number; due_seq: number }>`
    select source_record.id, source_record.due_seq from ${jsonRows(planned)} as planned
    cross join source_record on source_record.kind = planned.value ->> 0
      and source_record.record_id = planned.value ->> 1
    where source_record.plan_due = 1
      and source_record.content_hash = planned.value ->> 2`.execute(db);
  const settled: number[] = [];
  for (const row of answer.rows) {
    const given = session.dueGiven.get(row.id);
    session.dueGiven.delete(row.id);
    if (given === undefined || given === row.due_seq) settled.push(row.id);
  }
  if (settled.length === 0) return;
  await sql`update source_record set plan_due = 0 where id in ${valuesOf(settled)}`.execute(db);
}
