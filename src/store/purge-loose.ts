/** Personal data that belongs to no finished order, and what is left of all in the file. */
import { CompiledQuery, sql } from 'kysely';
import type { PurgeRequest } from '../app/ports.ts';
import { textHash } from '../core/content-hash.ts';
import { toProblem } from '../core/problem.ts';
import type { Db } from './database.ts';
import { meta } from './meta.ts';
import { engineWrite, type Session, write } from './session.ts';
import { jsonRows } from './statement.ts';

/** Rows of the trail before that moment were looked through. */
const lookedName = 'personal-data-looked-to-ms';

/** Rows of the trail looked through in one transaction. */
const rowsMax = 20_000;

/**
 * Words of people in the trail that are older than the limit, notes about what is closed, what
 * ended mappings were looked up by, what an unfinished comparison has read, and facts that ran out.
 */
export async function purgeLoose(session: Session, request: PurgeRequest): Promise<number> {
  const { fence, beforeMs, nowMs } = request;
  const inWrite = <T>(work: (db: Db) => Promise<T>) =>
    fence === null ? write(session, work) : engineWrite(session, fence, work);
  let gone = await inWrite(async (db) => {
    await db.executeQuery(CompiledQuery.raw('pragma secure_delete = on'));
    const counts = [
      await purgeNotes(db, beforeMs),
      await purgeCares(db, beforeMs),
      await purgeMappings(db, beforeMs),
      await sql`delete from alert where last_seen_at_ms < ${beforeMs}`.execute(db),
      await sql`delete from master_fact where expires_at_ms < ${beforeMs}`.execute(db),
      await sql`delete from reconciliation_part where reconciliation_id in (
        select id from reconciliation where started_at_ms < ${beforeMs})`.execute(db),
      await sql`update inbox set body = ''
        where received_at_ms < ${beforeMs} and state <> 'waiting' and body <> ''`.execute(db),
    ];
    return counts.reduce<number>(
      (sum, each) => sum + (typeof each === 'number' ? each : Number(each.numAffectedRows ?? 0n)),
      0,
    );
  });
  for (;;) {
    const step = await inWrite((db) => purgeWords(session, db, beforeMs));
    gone += step.gone;
    if (step.to >= Math.min(beforeMs, nowMs)) return gone;
  }
}

/** What the engine sent for receipts and journals names nobody; what people wrote may. */
async function purgeWords(
  session: Session,
  db: Db,
  beforeMs: number,
): Promise<{ gone: number; to: number }> {
  const from = Number((await meta({ ...session, db }, lookedName)) ?? 0);
  // All rows of one moment are looked through together.
  const edge = await sql<{ at: number | null }>`
    select at_ms as at from audit where at_ms >= ${from} and at_ms < ${beforeMs}
    order by at_ms limit 1 offset ${rowsMax}`.execute(db);
  const at = edge.rows[0]?.at ?? beforeMs;
  const to = at === from ? at + 1 : at;
  const result = await sql`
    delete from audit_body where seq in (
      select seq from audit where at_ms >= ${from} and at_ms < ${to}
        and (record_id is null or actor <> 'engine'))`.execute(db);
  await db
    .replaceInto('meta')
    .values({ name: lookedName, value: String(to) })
    .execute();
  return { gone: Number(result.numAffectedRows ?? 0n), to };
}

/** True of a row of `flag_care` about a record that nobody is asked about any more. */
const isClosed = sql`not exists (
  select 1 from flag where flag.record_kind = flag_care.record_kind
    and flag.record_id = flag_care.record_id and flag.cleared_at_ms is null)`;

async function purgeNotes(db: Db, beforeMs: number): Promise<number> {
  const result = await sql`
    delete from flag_note where at_ms < ${beforeMs} and care_id in (
      select flag_care.id from flag_care where ${isClosed})`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** What people said of closed questions; those about orders go with their record as well. */
async function purgeCares(db: Db, beforeMs: number): Promise<number> {
  const result = await sql`
    update flag_care set assignee = null, tags_json = '[]'
    where updated_at_ms < ${beforeMs} and ignored_at_ms is null
      and (assignee is not null or tags_json <> '[]') and ${isClosed}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** A mapping that is in force is needed as it is; of one that ended a hash tells it from others. */
async function purgeMappings(db: Db, beforeMs: number): Promise<number> {
  const reasons = await sql`
    update mapping set because = null, ended_because = null
    where valid_to_ms < ${beforeMs}
      and (because is not null or ended_because is not null)`.execute(db);
  const ended = await sql<{ id: number; source: string }>`
    select id, source from mapping
    where kind in ('customer', 'supplier') and valid_to_ms < ${beforeMs}
      and source not like '#%'`.execute(db);
  const rows = ended.rows.map(({ id, source }) => [id, `#${textHash(source).slice(0, 12)}`]);
  await sql`
    update mapping set source = next.value ->> 1, compared_as = next.value ->> 1,
      because = null, ended_because = null
    from ${jsonRows(rows)} as next where mapping.id = next.value ->> 0`.execute(db);
  return rows.length + Number(reasons.numAffectedRows ?? 0n);
}

/** A run that does this by the way stands still meanwhile. */
const patienceMs = { whole: 2000, log: 200 };

/** Neither must fail a command: the next purge tries again. */
export async function tidyFile(session: Session, how: 'whole' | 'log'): Promise<string[]> {
  if (session.path === ':memory:') return [];
  const before = await pragma<{ timeout: number }>(session, 'busy_timeout');
  await pragma(session, `busy_timeout = ${patienceMs[how]}`);
  try {
    return [...(how === 'whole' ? await rewrite(session) : []), ...(await foldLog(session))];
  } finally {
    await pragma(session, `busy_timeout = ${before?.timeout ?? 5000}`);
  }
}

async function pragma<T>({ db }: Session, text: string): Promise<T | undefined> {
  return (await db.executeQuery<T>(CompiledQuery.raw(`pragma ${text}`))).rows[0];
}

/** What earlier versions of a record have left in freed pages goes with them. */
async function rewrite({ db }: Session): Promise<string[]> {
  try {
    await db.executeQuery(CompiledQuery.raw('vacuum'));
    return [];
  } catch (thrown) {
    return [`what was freed stays in the file for now: ${toProblem(thrown).message}`];
  }
}

async function foldLog(session: Session): Promise<string[]> {
  try {
    const answer = await pragma<{ busy: number }>(session, 'wal_checkpoint(truncate)');
    if (answer?.busy !== 1) return [];
    return [
      'another process uses the database: what was removed stays in its -wal file for now, and goes with later writes',
    ];
  } catch (thrown) {
    return [`the -wal file could not be folded back: ${toProblem(thrown).message}`];
  }
}
