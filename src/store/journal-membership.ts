/**
 * Who is in a journal once Infor has been asked: a journal found there under its key holds the
 * charges that its voucher lines name, whatever was frozen into it here (posting-protocol §2.5).
 */
import { sql } from 'kysely';
import { contentHash } from '../core/content-hash.ts';
import { flagDraft } from '../core/flag-reason.ts';
import type { FlagDraft, Journal, RecordKey } from '../core/glossary.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert } from '../core/problem.ts';
import { saveChargeCrosswalk } from './crosswalk.ts';
import type { Db } from './database.ts';
import { postingsByKeys } from './posting.ts';
import { posting, postingState, reference } from './schema.ts';
import { insertRows, valuesOf } from './statement.ts';
import type { PostingRow } from './table.ts';

export interface Membership {
  /** Charges that came into a journal or out of it: to be planned again. */
  due: RecordKey[];
  /** By posting id: charges that another journal, too far on its way, holds as well. */
  flags: Map<number, FlagDraft[]>;
  /** Journals that lost charges to an adopted one, as they were before. */
  touched: Touched[];
}

export interface Touched {
  before: PostingRow;
  to: 'pending' | 'cancelled' | 'flagged';
  flag: FlagDraft | null;
  because: string;
}

/** Takes the membership over from Infor for journals that have just become posted and adopted. */
export async function adoptMembership(
  db: Db,
  adopted: readonly PostingRow[],
  nowMs: number,
): Promise<Membership> {
  const membership: Membership = { due: [], flags: new Map(), touched: [] };
  for (const row of adopted) {
    const named = namedCharges(row);
    if (named === null) continue;
    await adoptOne(db, { row, named, membership, nowMs });
  }
  return membership;
}

/** The charges that Infor's lines name; null when the adapter could not say. */
function namedCharges(row: PostingRow): Set<string> | null {
  if (row.kind !== 'journal' || row.reference_json === null) return null;
  const { charges } = reference(row.reference_json).detail;
  if (!Array.isArray(charges)) return null;
  const named = charges.filter((id) => typeof id === 'string').filter((id) => id !== '');
  return named.length === 0 ? null : new Set(named);
}

async function adoptOne(
  db: Db,
  work: { row: PostingRow; named: Set<string>; membership: Membership; nowMs: number },
): Promise<void> {
  const { row, named, membership, nowMs } = work;
  const { key } = row;
  const names = [...named];
  const entries = await sql<{ charge_id: string; journal_key: string | null }>`
    select charge_id, journal_key from journal_entry
    where journal_key = ${key} or charge_id in ${valuesOf(names)}`.execute(db);
  const released: string[] = [];
  const elsewhere = new Map<string, string[]>();
  for (const { charge_id, journal_key } of entries.rows) {
    if (journal_key === key && !named.has(charge_id)) released.push(charge_id);
    if (journal_key === null || journal_key === key) continue;
    elsewhere.set(journal_key, [...(elsewhere.get(journal_key) ?? []), charge_id]);
  }
  const twice = await takeOut(db, { elsewhere, row, membership, nowMs });
  const taken = names.filter((id) => !twice.some(({ charges }) => charges.includes(id)));
  await sql`
    update journal_entry set journal_key = null
    where journal_key = ${key} and charge_id in ${valuesOf(released)}`.execute(db);
  await sql`
    update journal_entry set journal_key = ${key}
    where charge_id in ${valuesOf(taken)}`.execute(db);
  // Also for charges that were never planned here: they are booked all the same.
  await db.deleteFrom('voucher_charge').where('journal_key', '=', key).execute();
  const rows = names.map((charge_id) => ({ charge_id, journal_key: key }));
  await insertRows(db, 'voucher_charge', rows);
  await saveChargeCrosswalk(db, posting(row), names);
  membership.due.push(...[...released, ...names].map((id) => ({ kind: 'charge' as const, id })));
  if (twice.length === 0) return;
  membership.flags.set(
    row.id,
    twice.map((other) => bookedTwice(row, other)),
  );
}

interface Twice {
  journal: string;
  charges: string[];
}

/**
 * Takes charges out of journals that were never staged. A staged one is held back for a person: its
 * lines cannot be taken out of Infor's batch again. Answers those that were handed to an update,
 * where the charge stands, or may come to stand, a second time.
 */
async function takeOut(
  db: Db,
  work: {
    elsewhere: ReadonlyMap<string, string[]>;
    row: PostingRow;
    membership: Membership;
    nowMs: number;
  },
): Promise<Twice[]> {
  const { elsewhere, row, membership, nowMs } = work;
  if (elsewhere.size === 0) return [];
  const twice: Twice[] = [];
  for (const other of await postingsByKeys(db, [...elsewhere.keys()])) {
    const charges = elsewhere.get(other.key) ?? [];
    const touched = touchedBy(row, other, charges);
    if (touched === null) {
      if (other.state !== 'cancelled') twice.push({ journal: other.key, charges });
      continue;
    }
    const { document } = posting(other);
    assert(document.kind === 'journal', `${other.key} is a journal`);
    const kept = touched.to === 'flagged' ? document : without(document, charges);
    await writeTouched(db, touched, kept, nowMs);
    membership.touched.push(touched);
    if (touched.to === 'flagged') twice.push({ journal: other.key, charges });
  }
  return twice;
}

function touchedBy(row: PostingRow, other: PostingRow, charges: readonly string[]): Touched | null {
  const waits = other.state === 'pending' || other.state === 'staged';
  if (!waits || other.handed_to_commit === 1) return null;
  const because = `${charges.length} of its charges are in ${row.key}, as Infor holds it`;
  if (other.state === 'pending' && other.attempt === 0) {
    const { document } = posting(other);
    assert(document.kind === 'journal', `${other.key} is a journal`);
    const empty = without(document, charges).lines.length === 0;
    // A journal left without a charge is withdrawn; its key serves the next one of the day.
    return { before: other, to: empty ? 'cancelled' : 'pending', flag: null, because };
  }
  const flag = bookedTwice(other, { journal: row.key, charges: [...charges] });
  return { before: other, to: 'flagged', flag, because };
}

function without(journal: Journal, charges: readonly string[]): Journal {
  const lines = journal.lines
    .filter(({ chargeId }) => !charges.includes(chargeId))
    .map((line, index) => ({ ...line, line: index + 1 }));
  return { ...journal, lines };
}

async function writeTouched(
  db: Db,
  { before, to }: Touched,
  document: Journal,
  nowMs: number,
): Promise<void> {
  if (to !== before.state) assertMove(postingState(before.state), to);
  await db
    .updateTable('posting')
    .set({
      state: to,
      document_json: JSON.stringify(document),
      document_hash: contentHash(document),
      updated_at_ms: nowMs,
    })
    .where('id', '=', before.id)
    .execute();
}

function bookedTwice(row: PostingRow, other: Twice): FlagDraft {
  const difference = `${other.charges.join(', ')} is also in journal ${other.journal}`;
  return flagDraft('ADOPTED_DIFFERENT', {
    cause: `posting:${row.key}`,
    evidence: { record: `Journal ${row.key}`, key: row.key, kind: row.kind, difference },
  });
}
