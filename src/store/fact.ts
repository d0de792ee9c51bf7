/** Master data as last read, until each fact's own expiry. */
import { sql } from 'kysely';
import type { MasterFact } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import { masterFact } from './schema.ts';
import { type Session, write } from './session.ts';
import { insertRows, valuesOf } from './statement.ts';

const newestWins = `on conflict (key) do update set fact_json = excluded.fact_json,
  stored_at_ms = excluded.stored_at_ms, expires_at_ms = excluded.expires_at_ms`;

export async function facts(
  session: Session,
  keys: string[],
  nowMs: number,
): Promise<Map<string, MasterFact>> {
  // A fact from the future was stored under a wrong clock, so its expiry is wrong as well.
  const answer = await sql<{ key: string; fact_json: string }>`
    select key, fact_json from master_fact
    where key in ${valuesOf(keys)} and expires_at_ms > ${nowMs} and stored_at_ms <= ${nowMs}`.execute(
    session.db,
  );
  return new Map(answer.rows.map((row) => [row.key, masterFact(row.fact_json)]));
}

export async function putFacts(
  session: Session,
  facts: { key: string; fact: MasterFact; expiresAtMs: number }[],
  nowMs: number,
): Promise<void> {
  if (facts.length === 0) return;
  const rows = facts.map(({ key, fact, expiresAtMs }) => {
    assert(Number.isSafeInteger(expiresAtMs), `the expiry of ${key} is in whole milliseconds`);
    return {
      key,
      fact_json: JSON.stringify(fact),
      stored_at_ms: nowMs,
      expires_at_ms: expiresAtMs,
    };
  });
  await write(session, (db) => insertRows(db, 'master_fact', rows, newestWins));
}

export async function forgetFacts(session: Session, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await write(session, async (db) => {
    await db.deleteFrom('master_fact').where('key', 'in', valuesOf(keys)).execute();
  });
}
