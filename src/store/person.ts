/** What people do: they hold no lease, and every act of theirs is in the audit trail by name. */
import { type RawBuilder, sql } from 'kysely';
import type { Fence } from '../app/ports.ts';
import type { BaselineLine, JsonObject, RecordKey } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { ReceivingId } from '../core/schema.ts';
import { appendAudit } from './audit.ts';
import { markCausesDue } from './flag.ts';
import { writeMeta } from './meta.ts';
import { engineWrite, type Session, write } from './session.ts';
import { markDue } from './source-record.ts';
import { insertRows } from './statement.ts';

/** Makes every record held up by one of these causes due again. Answers how many. */
export function touchCauses(session: Session, causes: string[]): Promise<number> {
  if (causes.length === 0) return Promise.resolve(0);
  return write(session, (db) => markCausesDue(db, causes));
}

/**
 * Makes due what another configuration or mapping may plan otherwise: see isReplaceable in the
 * core, and charges that are in no journal yet. Which one is noted in the same fenced transaction:
 * a run that stood still while others changed it and changed it back must not claim, once it goes
 * on, that everything was planned by its own.
 */
export function touchReplaceable(
  session: Session,
  fence: Fence,
  note: { name: string; value: string },
): Promise<number> {
  return engineWrite(session, fence, async (db) => {
    const result = await replaceableQuery().execute(db);
    await writeMeta(db, note.name, note.value);
    return Number(result.numAffectedRows ?? 0n);
  });
}

/** A row value in a compound select would be held against every record there is. */
export function replaceableQuery(): RawBuilder<unknown> {
  return sql`
    update source_record set plan_due = 1, due_seq = due_seq + 1
    where id in (
      select held.id from posting
      cross join source_record as held
        on held.kind = posting.record_kind and held.record_id = posting.record_id
      where posting.queue in ('ready', 'blocked') and posting.handed_to_commit = 0
        and posting.kind <> 'journal'
      union all
      select held.id from journal_entry
      cross join source_record as held
        on held.kind = 'charge' and held.record_id = journal_entry.charge_id
      where journal_entry.journal_key is null)`;
}

/** Replaces the receiving order's opening baseline. */
export function saveBaseline(
  session: Session,
  id: ReceivingId,
  lines: BaselineLine[],
  actor: string,
  nowMs: number,
): Promise<void> {
  const record: RecordKey = { kind: 'receiving', id };
  return write(session, async (db) => {
    await db.deleteFrom('baseline').where('receiving_id', '=', id).execute();
    const rows = lines.map((line) => ({
      receiving_id: id,
      inventory_id: line.inventoryId,
      lot: line.lot ?? '',
      stowed: line.stowed,
    }));
    await insertRows(db, 'baseline', rows);
    await markDue(db, [record]);
    const detail = {
      act: 'baseline',
      lines: lines.map(({ inventoryId, lot, stowed }) => ({ inventoryId, lot, stowed })),
    };
    await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: null,
        actor,
        action: 'acted',
        record,
        postingKey: null,
        detail,
        body: null,
      },
    ]);
  });
}

/** Writes down an act that changes nothing else in the store. */
export function act(
  session: Session,
  entry: {
    actor: string;
    action: string;
    detail: JsonObject;
    record: RecordKey | null;
    nowMs: number;
  },
): Promise<void> {
  const { actor, action, detail, record, nowMs } = entry;
  assert(actor !== '' && action !== '', 'an act has an actor and a name');
  return write(session, async (db) => {
    await appendAudit(session, db, [
      { atMs: nowMs, runId: null, actor, action, record, postingKey: null, detail, body: null },
    ]);
  });
}
