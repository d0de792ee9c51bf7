/** History that no rule needs as it is: packed, or removed by age, in short transactions. */
import { CompiledQuery, sql } from 'kysely';
import type { Fence, HistoryStep } from '../app/ports.ts';
import { textHash } from '../core/content-hash.ts';
import { appendAudit, engine } from './audit.ts';
import { type NumberedBody, packBodies } from './audit-body.ts';
import type { Db } from './database.ts';
import { engineWrite, type Session } from './session.ts';
import { insertRows, valuesOf } from './statement.ts';

/**
 * A document has some thirty bodies of 60 KiB together, which take two milliseconds to deflate, and
 * what is removed is overwritten: a transaction stays under 50 ms.
 */
const batchPostings = 12;
const batchPacks = 100;

interface LooseRow {
  id: number;
  key: string;
  updated_at_ms: number;
}

/**
 * Packs what was sent and answered for documents that are finished and were last touched before
 * that moment, and drops the write-ahead rows of theirs that were answered clearly. A document that
 * moves again afterwards is taken up again. Answers what was done; `more` while there is more.
 */
export function packHistory(
  session: Session,
  fence: Fence,
  beforeMs: number,
): Promise<HistoryStep> {
  return engineWrite(session, fence, async (db) => {
    // What is moved must not stay behind in freed pages, where no purge would find it.
    await db.executeQuery(CompiledQuery.raw('pragma secure_delete = on'));
    const found = await sql<LooseRow>`
      select id, key, updated_at_ms from posting
      where loose = 1 and state in ('posted', 'cancelled') and updated_at_ms < ${beforeMs}
      order by updated_at_ms, id limit ${batchPostings}`.execute(db);
    const ids = found.rows.map(({ id }) => id);
    if (ids.length === 0) return { documents: 0, bodies: 0, more: 'no' };
    const bodies = await packOf(db, found.rows);
    await sql`delete from write_intent where posting_id in ${valuesOf(ids)}
      and outcome in ('ok', 'rejected', 'notSent')`.execute(db);
    await sql`update posting set loose = 0 where id in ${valuesOf(ids)}`.execute(db);
    return { documents: ids.length, bodies, more: ids.length < batchPostings ? 'no' : 'yes' };
  });
}

/**
 * Words of people are left where a purge looks for them, and a body that is not the one the chain
 * binds where it was found: packing neither hides what somebody changed nor fails at it.
 */
async function packOf(db: Db, postings: readonly LooseRow[]): Promise<number> {
  const keys = postings.map(({ key }) => key);
  const answer = await sql<NumberedBody & { key: string; body_hash: string | null }>`
    select audit.posting_key as key, audit.seq, audit.body_hash, audit_body.body
    from audit cross join audit_body on audit_body.seq = audit.seq
    where audit.posting_key in ${valuesOf(keys)} and audit.actor = ${engine}
      and audit.record_id is not null
    order by audit.seq`.execute(db);
  const whole = answer.rows.filter(({ body, body_hash }) => textHash(body) === body_hash);
  const groups = new Map<string, NumberedBody[]>();
  for (const { key, seq, body } of whole) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ seq, body }]);
    else group.push({ seq, body });
  }
  const packs = postings.flatMap(({ key, updated_at_ms }) => {
    const bodies = groups.get(key) ?? [];
    const [first] = bodies;
    const last = bodies.at(-1);
    if (first === undefined || last === undefined) return [];
    return [
      {
        posting_key: key,
        first_seq: first.seq,
        last_seq: last.seq,
        bodies: bodies.length,
        touched_at_ms: updated_at_ms,
        packed: packBodies(bodies),
      },
    ];
  });
  await insertRows(db, 'audit_pack', packs);
  const seqs = whole.map(({ seq }) => seq);
  await sql`delete from audit_body where seq in ${valuesOf(seqs)}`.execute(db);
  return seqs.length;
}

/**
 * Removes packed requests and answers of documents last touched before that moment. The trail keeps
 * who did what and when, and the hash of each body; this is told in it.
 */
export function dropHistory(
  session: Session,
  fence: Fence,
  request: { beforeMs: number; nowMs: number },
): Promise<HistoryStep> {
  const { beforeMs, nowMs } = request;
  return engineWrite(session, fence, async (db) => {
    await db.executeQuery(CompiledQuery.raw('pragma secure_delete = on'));
    const gone = await sql<{ bodies: number }>`
      delete from audit_pack where id in (
        select id from audit_pack where touched_at_ms < ${beforeMs}
        order by touched_at_ms limit ${batchPacks})
      returning bodies`.execute(db);
    const documents = gone.rows.length;
    const bodies = gone.rows.reduce((sum, row) => sum + row.bodies, 0);
    if (documents === 0) return { documents, bodies, more: 'no' };
    const by = { atMs: nowMs, runId: fence.runId, actor: engine, record: null, postingKey: null };
    await appendAudit(session, db, [
      { ...by, action: 'history-dropped', detail: { documents, bodies, beforeMs }, body: null },
    ]);
    return { documents, bodies, more: documents < batchPacks ? 'no' : 'yes' };
  });
}
