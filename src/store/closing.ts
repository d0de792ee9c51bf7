/** Closed periods in the audit trail: which pack was made, bound by the hash of its manifest. */
import { type RawBuilder, sql } from 'kysely';
import type { CloseStore, ClosingAct } from '../app/ports.ts';
import type { JsonObject } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { appendAudit } from './audit.ts';
import { type Session, write } from './session.ts';

const action = 'closed';

export function recordClosing(
  session: Session,
  closing: Parameters<CloseStore['recordClosing']>[0],
): Promise<ClosingAct> {
  const { actor, nowMs, period, verdict, comparison, manifestSha256 } = closing;
  assert(/^[0-9a-f]{64}$/.test(manifestSha256), 'a SHA-256 has 64 hex digits');
  assert(actor !== '', 'an act has an actor');
  const detail: JsonObject = { period, verdict, comparison, manifestSha256 };
  return write(session, async (db) => {
    const seq = await appendAudit(session, db, [
      {
        atMs: nowMs,
        runId: null,
        actor,
        action,
        record: null,
        postingKey: null,
        detail,
        body: null,
      },
    ]);
    return { seq, atMs: nowMs, actor, detail };
  });
}

export async function closingOf(
  session: Session,
  manifestSha256: string,
): Promise<ClosingAct | null> {
  const [row] = await acts(
    session,
    sql`json_extract(detail, '$.manifestSha256') = ${manifestSha256}`,
  );
  return row ?? null;
}

export function closingsAfter(
  session: Session,
  { seq, detail }: ClosingAct,
): Promise<ClosingAct[]> {
  return acts(
    session,
    sql`seq > ${seq} and json_extract(detail, '$.period') = ${String(detail.period)}`,
  );
}

async function acts(session: Session, which: RawBuilder<unknown>): Promise<ClosingAct[]> {
  const { rows } = await sql<{ seq: number; at_ms: number; actor: string; detail: string }>`
    select seq, at_ms, actor, detail from audit
    where action = ${action} and ${which} order by seq`.execute(session.db);
  return rows.map(({ seq, at_ms: atMs, actor, detail }) => {
    return { seq, atMs, actor, detail: JSON.parse(detail) };
  });
}
