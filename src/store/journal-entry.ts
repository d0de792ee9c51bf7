/** Charges with their accounting, each in exactly one journal. */
import { sql } from 'kysely';
import type { Fence } from '../app/ports.ts';
import { journalKey, sequenceOf } from '../core/external-key.ts';
import type { JournalEntry, PlannedDocument } from '../core/glossary.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert, defect } from '../core/problem.ts';
import { type Day, externalKey } from '../core/schema.ts';
import { appendAudit, engine } from './audit.ts';
import type { Db } from './database.ts';
import { type NewPosting, newPosting, postingsByKeys } from './posting.ts';
import { journalEntry } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { insertRows, valuesOf } from './statement.ts';
import type { JournalEntryRow } from './table.ts';

// What is in a journal is frozen: the voucher may stand already.
const replaceLoose = `on conflict (charge_id) do update set
  day = excluded.day, division = excluded.division, currency = excluded.currency,
  amount = excluded.amount, debit_json = excluded.debit_json, credit_json = excluded.credit_json,
  text = excluded.text
  where journal_entry.journal_key is null`;

/** Stores the entries that were planned and takes back those no longer wanted, if still loose. */
export async function saveEntries(
  db: Db,
  planned: readonly { chargeId: string; entry: JournalEntry | null }[],
): Promise<void> {
  const rows: JournalEntryRow[] = [];
  const unwanted: string[] = [];
  for (const { chargeId, entry } of planned) {
    if (entry === null) {
      unwanted.push(chargeId);
      continue;
    }
    assert(entry.chargeId === chargeId, `the entry of charge ${chargeId} is its own`);
    rows.push({
      charge_id: entry.chargeId,
      day: entry.day,
      division: entry.division,
      currency: entry.currency,
      amount: entry.amount,
      debit_json: JSON.stringify(entry.debit),
      credit_json: JSON.stringify(entry.credit),
      text: entry.text,
      journal_key: null,
    });
  }
  await insertRows(db, 'journal_entry', rows, replaceLoose);
  if (unwanted.length === 0) return;
  await sql`
    delete from journal_entry
    where journal_key is null and charge_id in ${valuesOf(unwanted)}`.execute(db);
}

/** Not of charges that wait to be planned: their accounts may change with the plan. */
export async function looseEntries(
  session: Session,
  beforeDay: string,
  limit: number,
): Promise<JournalEntry[]> {
  const answer = await sql<JournalEntryRow>`
    select * from journal_entry where journal_key is null and day < ${beforeDay}
      and charge_id not in (select charge_id from voucher_charge)
      and not exists (
        select 1 from source_record
        where source_record.kind = 'charge' and source_record.record_id = charge_id
          and source_record.plan_due = 1)
    order by day, charge_id limit ${limit}`.execute(session.db);
  return answer.rows.map(journalEntry);
}

/**
 * The number of the day's next journal. That of a withdrawn one is used again, so that no key is
 * passed over which Infor was never asked for: a restored database finds its journals by them.
 */
export async function nextJournalSequence(
  session: Session,
  day: Day,
  division: string,
): Promise<number> {
  const [stem] = journalKey(day, division, 1).split('-');
  const answer = await sql<{ key: string; state: string }>`
    select key, state from posting where key > ${`${stem}-`} and key < ${`${stem}.`}`.execute(
    session.db,
  );
  const free: number[] = [];
  let last = 0;
  for (const { key, state } of answer.rows) {
    const sequence = sequenceOf(externalKey(key)) ?? 0;
    last = Math.max(last, sequence);
    if (state === 'cancelled') free.push(sequence);
  }
  return free.length > 0 ? Math.min(...free) : last + 1;
}

/** Throws DEFECT, and freezes nothing, when one of the charges is in a journal already. */
export function freezeJournal(
  session: Session,
  fence: Fence,
  planned: PlannedDocument,
  entries: JournalEntry[],
  nowMs: number,
): Promise<void> {
  const first = entries[0];
  assert(first !== undefined, 'a journal has entries');
  assert(planned.document.kind === 'journal', 'only journals collect entries');
  const chargeIds = entries.map((entry) => entry.chargeId);
  assert(new Set(chargeIds).size === chargeIds.length, 'a charge is in a journal once');
  // A journal belongs to many charges; it is filed under the first.
  const record = { kind: 'charge' as const, id: first.chargeId };
  return engineWrite(session, fence, async (db) => {
    const result = await sql`
      update journal_entry set journal_key = ${planned.key}
      where journal_key is null and charge_id in ${valuesOf(chargeIds)}
        and charge_id not in (select charge_id from voucher_charge)`.execute(db);
    if (Number(result.numAffectedRows) !== entries.length) {
      throw defect(`a charge of journal ${planned.key} is not loose`, { journal: planned.key });
    }
    await putJournal(db, newPosting({ planned, record, posted: new Set(), nowMs }));
    await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: fence.runId,
        actor: engine,
        action: 'frozen',
        record,
        postingKey: planned.key,
        detail: { charges: chargeIds.length },
        body: { chargeIds },
      },
    ]);
  });
}

// The key of a withdrawn journal, of which nothing was ever sent, is taken over.
async function putJournal(db: Db, fresh: NewPosting): Promise<void> {
  const [before] = await postingsByKeys(db, [fresh.key]);
  if (before?.state !== 'cancelled' || before.handed_to_commit === 1) {
    await insertRows(db, 'posting', [fresh]);
    return;
  }
  assertMove('cancelled', 'pending');
  const { attempt: _, handle: __, created_at_ms: ___, ...renewed } = fresh;
  await db.updateTable('posting').set(renewed).where('id', '=', before.id).execute();
}

export interface ChargeJournal {
  journal_key: string;
  /** Null when Infor's voucher names the charge and it was never planned here. */
  amount: string | null;
  currency: string | null;
}

/** The journal that each of these charges is in; charges in none are left out. */
export async function journalsOf(
  db: Db,
  chargeIds: readonly string[],
): Promise<Map<string, ChargeJournal>> {
  const answer = await sql<ChargeJournal & { charge_id: string }>`
    select charge_id, journal_key, null as amount, null as currency from voucher_charge
      where charge_id in ${valuesOf(chargeIds)}
    union all
    select charge_id, journal_key, amount, currency from journal_entry
      where journal_key is not null and charge_id in ${valuesOf(chargeIds)}`.execute(db);
  return new Map(answer.rows.map((row) => [row.charge_id, row]));
}
