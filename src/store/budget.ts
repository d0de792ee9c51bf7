/**
 * The call budget that all processes on this database share. ShipBob counts calls in a sliding
 * window per user and application, so a budget per process would be exceeded by two of them.
 */
import { sql } from 'kysely';
import { assert } from '../core/problem.ts';
import type { Db } from './database.ts';
import { type Session, write } from './session.ts';

export interface CallRequest {
  upstream: string;
  limit: number;
  windowMs: number;
  nowMs: number;
}

/** 0 when a place was taken; else how long to wait, in ms, before asking again. */
export function takeCall(session: Session, request: CallRequest): Promise<number> {
  const { upstream, limit, windowMs, nowMs } = request;
  assert(limit > 0 && windowMs > 0, 'a budget allows something');
  return write(session, async (db) => {
    await pullBack(db, upstream, nowMs);
    await rememberWindow(db, request);
    // What an allowance noted in this window may still be compared with is kept for two windows.
    await db
      .deleteFrom('upstream_call')
      .where('upstream', '=', upstream)
      .where('at_ms', '<=', nowMs - 2 * windowMs)
      .execute();
    const waitMs = Math.max(await waitForWindow(db, request), await waitForAllowance(db, request));
    if (waitMs > 0) return waitMs;
    await db.insertInto('upstream_call').values({ upstream, at_ms: nowMs }).execute();
    return 0;
  });
}

/** Reads only: what may be taken now, by the window and by what the upstream said last. */
export async function callsLeft(session: Session, request: CallRequest): Promise<number> {
  const { upstream, limit, windowMs, nowMs } = request;
  const { db } = session;
  const taken = await sql<{ count: number }>`
    select count(*) as count from upstream_call
    where upstream = ${upstream} and at_ms > ${nowMs - windowMs} and at_ms <= ${nowMs}`.execute(db);
  const byWindow = limit - (taken.rows[0]?.count ?? 0);
  const note = await activeNote(db, request);
  const said = note === null ? limit : (await leftOf(db, note, request)).left;
  return Math.max(0, Math.min(byWindow, said));
}

// After a clock that was moved back, calls of the "future" would block until the clock caught up.
async function pullBack(db: Db, upstream: string, nowMs: number): Promise<void> {
  await sql`
    update upstream_call set at_ms = ${nowMs}
    where upstream = ${upstream} and at_ms > ${nowMs}`.execute(db);
  await sql`
    update upstream_allowance set noted_at_ms = ${nowMs}
    where upstream = ${upstream} and noted_at_ms > ${nowMs}`.execute(db);
}

/** The call that must leave the window before a place is free is the `limit`-th newest. */
async function waitForWindow(db: Db, request: CallRequest): Promise<number> {
  const { upstream, limit, windowMs, nowMs } = request;
  const blocking = await db
    .selectFrom('upstream_call')
    .select('at_ms')
    .where('upstream', '=', upstream)
    .where('at_ms', '>', nowMs - windowMs)
    .orderBy('at_ms', 'desc')
    .offset(limit - 1)
    .limit(1)
    .executeTakeFirst();
  return blocking === undefined ? 0 : blocking.at_ms + windowMs - nowMs;
}

interface Note {
  remaining: number;
  noted_at_ms: number;
}

/** What the upstream said last; null when it said nothing within the window. */
async function activeNote(
  db: Db,
  request: { upstream: string; windowMs: number; nowMs: number },
): Promise<Note | null> {
  const note = await db
    .selectFrom('upstream_allowance')
    .select(['remaining', 'noted_at_ms'])
    .where('upstream', '=', request.upstream)
    .executeTakeFirst();
  if (note?.remaining == null || note.noted_at_ms === null) return null;
  const { remaining, noted_at_ms } = note;
  return request.nowMs < noted_at_ms + request.windowMs ? { remaining, noted_at_ms } : null;
}

/**
 * What is left of it now: since then our own calls took from it, and those of ours that have left
 * the window gave back. The calls of others give back at the latest when the note's window ends.
 */
async function leftOf(
  db: Db,
  note: Note,
  request: { upstream: string; windowMs: number; nowMs: number },
): Promise<{ left: number; nextReturnAtMs: number }> {
  const { upstream, windowMs, nowMs } = request;
  const answer = await sql<{ taken: number; returned: number; next: number | null }>`
    select
      count(*) filter (where at_ms > ${note.noted_at_ms}) as taken,
      count(*) filter (where at_ms > ${note.noted_at_ms - windowMs}
        and at_ms <= ${nowMs - windowMs}) as returned,
      min(at_ms) filter (where at_ms > ${nowMs - windowMs}) as next
    from upstream_call where upstream = ${upstream}`.execute(db);
  const { taken, returned, next } = answer.rows[0] ?? { taken: 0, returned: 0, next: null };
  const noteEndsAtMs = note.noted_at_ms + windowMs;
  const nextReturnAtMs = next === null ? noteEndsAtMs : Math.min(noteEndsAtMs, next + windowMs);
  return { left: note.remaining - taken + returned, nextReturnAtMs };
}

async function waitForAllowance(db: Db, request: CallRequest): Promise<number> {
  const note = await activeNote(db, request);
  if (note === null) return 0;
  const { left, nextReturnAtMs } = await leftOf(db, note, request);
  return left > 0 ? 0 : Math.max(1, nextReturnAtMs - request.nowMs);
}

/** Only ever lowers what is left: answers to calls made side by side come in any order. */
export function noteRemaining(
  session: Session,
  request: { upstream: string; remaining: number; nowMs: number },
): Promise<void> {
  const { upstream, remaining, nowMs } = request;
  assert(Number.isSafeInteger(remaining) && remaining >= 0, 'what remains is a whole number');
  return write(session, async (db) => {
    const windowMs = await knownWindow(db, upstream);
    const about = { upstream, windowMs, nowMs };
    const before = await activeNote(db, about);
    if (before !== null && (await leftOf(db, before, about)).left <= remaining) return;
    await db
      .replaceInto('upstream_allowance')
      .values({ upstream, window_ms: windowMs, remaining, noted_at_ms: nowMs })
      .execute();
  });
}

async function knownWindow(db: Db, upstream: string): Promise<number> {
  const row = await db
    .selectFrom('upstream_allowance')
    .select('window_ms')
    .where('upstream', '=', upstream)
    .executeTakeFirst();
  return row?.window_ms ?? 0;
}

// A note is judged by the window of the calls it speaks of.
async function rememberWindow(db: Db, { upstream, windowMs }: CallRequest): Promise<void> {
  if ((await knownWindow(db, upstream)) === windowMs) return;
  await sql`
    insert into upstream_allowance (upstream, window_ms) values (${upstream}, ${windowMs})
    on conflict (upstream) do update set window_ms = excluded.window_ms`.execute(db);
}
