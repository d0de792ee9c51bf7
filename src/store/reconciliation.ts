/** Comparisons of the books: what one has read so far, and what it came to. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { sql } from 'kysely';
import type { ReconciliationRun, ReconciliationStore } from '../app/ports.ts';
import { assert, Problem } from '../core/problem.ts';
import type { ReconciliationVerdict } from '../core/reconciliation.ts';
import { calendarDay } from '../core/schema.ts';
import { type AuditDraft, appendAudit, auditHead } from './audit.ts';
import type { Db } from './database.ts';
import { type Session, write } from './session.ts';
import type { ReconciliationRow } from './table.ts';

type OpenRequest = Parameters<ReconciliationStore['openReconciliation']>[0];
type Part = Parameters<ReconciliationStore['saveReconciliationPart']>[0];
type FinishRequest = Parameters<ReconciliationStore['finishReconciliation']>[0];

/** Parts forgotten in one transaction: some megabytes, so that nobody waits long for the lock. */
const forgottenAtOnce = 50;

export async function openReconciliation(
  session: Session,
  request: OpenRequest,
): Promise<ReconciliationRun> {
  const { from, to, timeZone, resume } = request;
  const opened = await write(session, async (db) => {
    const open = await db
      .selectFrom('reconciliation')
      .selectAll()
      .where('from_day', '=', from)
      .where('to_day', '=', to)
      .where('time_zone', '=', timeZone)
      .where('finished_at_ms', 'is', null)
      .orderBy('id', 'desc')
      .execute();
    const [newest] = open;
    if (newest !== undefined && resume === 'yes') {
      const turn = newest.turn + 1;
      await db.updateTable('reconciliation').set({ turn }).where('id', '=', newest.id).execute();
      await appendAudit(session, db, [told('reconciliation-resumed', newest, request)]);
      return { ...newest, turn };
    }
    for (const row of open) await giveUp(session, db, row, request);
    return begin(session, db, request);
  });
  await forgetFinishedParts(session);
  return reconciliationRun(opened);
}

async function begin(session: Session, db: Db, request: OpenRequest): Promise<ReconciliationRow> {
  const row = await db
    .insertInto('reconciliation')
    .values({
      from_day: request.from,
      to_day: request.to,
      time_zone: request.timeZone,
      as_of_ms: request.asOfMs,
      actor: request.actor,
      started_at_ms: request.nowMs,
      finished_at_ms: null,
      verdict: null,
      audit_seq: null,
      audit_head: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendAudit(session, db, [told('reconciliation-started', row, request)]);
  return row;
}

/** Else it would be taken up again once the new one is finished. */
async function giveUp(
  session: Session,
  db: Db,
  row: ReconciliationRow,
  by: { actor: string; nowMs: number },
): Promise<void> {
  await db
    .updateTable('reconciliation')
    .set({ finished_at_ms: by.nowMs })
    .where('id', '=', row.id)
    .execute();
  await appendAudit(session, db, [told('reconciliation-given-up', row, by)]);
}

/** Parts of one name in order, one at a time. */
export async function* reconciliationParts(
  session: Session,
  id: number,
  name: string,
): AsyncGenerator<string> {
  for (let position = 0; ; position += 1) {
    const row = await session.db
      .selectFrom('reconciliation_part')
      .select(['body', 'last'])
      .where('reconciliation_id', '=', id)
      .where('name', '=', name)
      .where('position', '=', position)
      .executeTakeFirst();
    assert(row !== undefined, `part ${position} of ${name} is there`);
    yield inflateRawSync(row.body).toString('utf8');
    if (row.last === 1) return;
  }
}

export function hasReconciliationParts(
  session: Session,
  id: number,
  name: string,
): Promise<boolean> {
  return isComplete(session.db, id, name);
}

async function isComplete(db: Db, id: number, name: string): Promise<boolean> {
  const newest = await newestPart(db, id, name);
  return newest?.last === 1;
}

function newestPart(
  db: Db,
  id: number,
  name: string,
): Promise<{ position: number; last: number } | undefined> {
  return db
    .selectFrom('reconciliation_part')
    .select(['position', 'last'])
    .where('reconciliation_id', '=', id)
    .where('name', '=', name)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function saveReconciliationPart(session: Session, part: Part): Promise<void> {
  const { id, name, position, last } = part;
  // Deflated before the transaction, which is to be short.
  const body = deflateRawSync(part.body, { level: 1 });
  await write(session, async (db) => {
    await requireTurn(db, part);
    const newest = await newestPart(db, id, name);
    if (newest?.last === 1) throw overtaken(id);
    if (position === 0) {
      await db
        .deleteFrom('reconciliation_part')
        .where('reconciliation_id', '=', id)
        .where('name', '=', name)
        .execute();
    } else if (newest?.position !== position - 1) {
      throw overtaken(id);
    }
    await db
      .insertInto('reconciliation_part')
      .values({
        reconciliation_id: id,
        name,
        position,
        body,
        last: last === 'yes' ? 1 : 0,
        stored_at_ms: part.nowMs,
      })
      .execute();
  });
}

/** Two processes of one comparison read the same lists: the later one goes on alone. */
async function requireTurn(
  db: Db,
  { id, turn }: { id: number; turn: number },
): Promise<ReconciliationRow> {
  const row = await db
    .selectFrom('reconciliation')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  assert(row !== undefined, `there is a comparison ${id}`);
  if (row.finished_at_ms !== null || row.turn !== turn) throw overtaken(id);
  return row;
}

/** One of two that share a comparison stops here: whoever took it up last goes on. */
function overtaken(id: number): Problem {
  return new Problem({
    code: 'LEASE_HELD',
    kind: 'retryable',
    message: `another comparison of the same days is on, or was meanwhile: number ${id}`,
    hint: 'Wait for it to end, and start again.',
    evidence: { comparison: String(id) },
  });
}

export async function finishReconciliation(
  session: Session,
  request: FinishRequest,
): Promise<{ seq: number; mac: string }> {
  const { id, verdict, findings, nowMs } = request;
  const head = await write(session, async (db) => {
    const row = await requireTurn(db, request);
    const draft = told('reconciliation-finished', row, request);
    const detail = { ...draft.detail, verdict, findings };
    await appendAudit(session, db, [{ ...draft, detail }]);
    const newest = await auditHead({ ...session, db });
    await db
      .updateTable('reconciliation')
      .set({
        finished_at_ms: nowMs,
        verdict,
        audit_seq: newest.seq,
        audit_head: newest.mac,
      })
      .where('id', '=', id)
      .execute();
    return newest;
  });
  await forgetFinishedParts(session);
  return head;
}

/** Also those of a comparison whose process ended in the middle of forgetting them. */
async function forgetFinishedParts(session: Session): Promise<void> {
  for (;;) {
    const result = await write(session, (db) =>
      sql`
        delete from reconciliation_part
        where (reconciliation_id, name, position) in (
          select reconciliation_id, name, position
          from reconciliation cross join reconciliation_part on reconciliation_id = id
          where finished_at_ms is not null limit ${forgottenAtOnce})`.execute(db),
    );
    if ((result.numAffectedRows ?? 0n) === 0n) return;
  }
}

function told(
  action: string,
  row: ReconciliationRow,
  by: { actor: string; nowMs: number },
): AuditDraft {
  return {
    atMs: by.nowMs,
    runId: null,
    actor: by.actor,
    action,
    record: null,
    postingKey: null,
    detail: {
      reconciliation: row.id,
      from: row.from_day,
      to: row.to_day,
      timeZone: row.time_zone,
      asOfMs: row.as_of_ms,
    },
    body: null,
  };
}

const verdicts: ReconciliationVerdict[] = ['agrees', 'differs', 'incomplete'];

function verdictOf(text: string): ReconciliationVerdict {
  const verdict = verdicts.find((one) => one === text);
  assert(verdict !== undefined, `${text} is a verdict`);
  return verdict;
}

function reconciliationRun(row: ReconciliationRow): ReconciliationRun {
  return {
    id: row.id,
    from: calendarDay(row.from_day),
    to: calendarDay(row.to_day),
    timeZone: row.time_zone,
    asOfMs: row.as_of_ms,
    actor: row.actor,
    startedAtMs: row.started_at_ms,
    turn: row.turn,
    finishedAtMs: row.finished_at_ms,
    verdict: row.verdict === null ? null : verdictOf(row.verdict),
  };
}
