/** Moves of postings: compare-and-set, legal by the table, with all that follows in one commit. */
import { type RawBuilder, sql } from 'kysely';
import type { Fence, Move } from '../app/ports.ts';
import type { JsonObject, RecordKey } from '../core/glossary.ts';
import { assertMove } from '../core/posting-state.ts';
import { assert } from '../core/problem.ts';
import { type AuditDraft, appendAudit, engine } from './audit.ts';
import { saveCrosswalk } from './crosswalk.ts';
import type { Db } from './database.ts';
import { type FlagWish, openPostingFlags, settleFlags } from './flag.ts';
import { takenByHand } from './hand-taken.ts';
import { adoptMembership, type Membership, type Touched } from './journal-membership.ts';
import { postingsByIds, rests } from './posting.ts';
import { posting, postingState, recordKind } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { markDue } from './source-record.ts';
import { jsonRows, valuesOf } from './statement.ts';
import type { PostingRow } from './table.ts';

export function movePostings(
  session: Session,
  fence: Fence,
  moves: Move[],
  nowMs: number,
): Promise<boolean[]> {
  return engineWrite(session, fence, async (db) => {
    const ids = moves.map((move) => move.postingId);
    const rows = new Map((await postingsByIds(db, ids)).map((row) => [row.id, row]));
    const resting = await restingIds(db, ids);
    const made = new Map<number, { before: PostingRow; move: Move }>();
    const audit: AuditDraft[] = [];
    const byHand = await takenByHand(db, committing(moves, rows), nowMs);
    const applied = moves.map((move) => {
      const before = rows.get(move.postingId);
      assert(before !== undefined, `posting ${move.postingId} exists`);
      const { state, attempt } = move.expected;
      if (before.state !== state || before.attempt !== attempt) return false;
      // Whoever moves it holds an old view: a person has booked it. It is planned again instead.
      if (move.to === 'committing' && byHand.has(before.id)) return false;
      // Made due since it was chosen, say by a person who linked what it stands for.
      if (move.to === 'committing' && resting.has(before.id)) return false;
      const after = moved(before, move, fence, nowMs);
      rows.set(after.id, after);
      made.set(after.id, { before, move });
      audit.push(movedDraft(before, after, move, fence, nowMs));
      return true;
    });
    const after = [...made.keys()].map((id) => rows.get(id)).filter((row) => row !== undefined);
    await updatePostings(db, after);
    await follow(db, after);
    const membership = await adoptMembership(db, newlyAdopted(after, made), nowMs);
    audit.push(...(await settleFlagsOf(db, [...made.values()], { fence, nowMs, membership })));
    const refused = [...byHand].flatMap((id) => rows.get(id) ?? []);
    await postpone(db, refused, nowMs);
    await markDue(db, [
      ...wantingPlans([...made.values()]),
      ...membership.due,
      ...refused.map(recordOf),
    ]);
    await appendAudit(session, db, audit);
    return applied;
  });
}

function committing(moves: readonly Move[], rows: ReadonlyMap<number, PostingRow>): PostingRow[] {
  return moves.flatMap(({ to, postingId }) =>
    to === 'committing' ? (rows.get(postingId) ?? []) : [],
  );
}

/** What was handed over once is looked at again, but not at once and for ever. */
async function postpone(db: Db, rows: readonly PostingRow[], nowMs: number): Promise<void> {
  const doubtful = rows.filter(({ state }) => state === 'unknown');
  const later = doubtful.map((row) => ({ ...row, next_attempt_at_ms: nowMs + refusedPauseMs }));
  await updatePostings(db, later);
}

const refusedPauseMs = 3_600_000;

/** Those that may not be committed before their record was planned. */
async function restingIds(db: Db, ids: readonly number[]): Promise<Set<number>> {
  const answer = await sql<{ id: number }>`
    select id from posting where id in ${valuesOf(ids)} and ${rests('posting')}`.execute(db);
  return new Set(answer.rows.map(({ id }) => id));
}

/** The row as the move leaves it. Throws DEFECT for an illegal move. */
function moved(row: PostingRow, move: Move, fence: Fence, nowMs: number): PostingRow {
  const { to, patch } = move;
  assertMove(postingState(row.state), to);
  const attempt = patch.attempt ?? row.attempt;
  assert(attempt >= row.attempt, `the attempt of ${row.key} never shrinks`);
  const handle = patch.handle === undefined ? row.handle : patch.handle;
  const sameHandle = handle === row.handle && attempt === row.attempt;
  const given = patch.handedToCommit === undefined ? null : Number(patch.handedToCommit === 'yes');
  const handed = given ?? (sameHandle ? row.handed_to_commit : 0);
  const reference = patch.reference ?? null;
  const next: PostingRow = {
    ...row,
    ...doubt(row, move, nowMs),
    state: to,
    attempt,
    handle,
    // What goes to a commit counts as handed over before the call is even intended.
    handed_to_commit: to === 'committing' ? 1 : handed,
    commit_fence: to === 'committing' ? fence.number : null,
    reference_number: reference === null ? row.reference_number : reference.number,
    reference_json: reference === null ? row.reference_json : JSON.stringify(reference),
    held_json: patch.held === undefined ? row.held_json : JSON.stringify(patch.held),
    adopted: patch.adopted === undefined ? row.adopted : 1,
    next_attempt_at_ms: patch.nextAttemptAtMs ?? row.next_attempt_at_ms,
    failures: patch.failures ?? (to === 'posted' ? 0 : row.failures),
    updated_at_ms: nowMs,
    posted_at_ms: to === 'posted' ? (row.posted_at_ms ?? nowMs) : row.posted_at_ms,
  };
  assert(to !== 'posted' || next.reference_json !== null, `${row.key} is posted under a number`);
  // A flagged posting that no flag speaks of would be lost to people.
  assert(to !== 'flagged' || move.flag !== null, `${row.key} is flagged with a flag`);
  // Revived or withdrawn is only what Infor was never asked to finish.
  assert(row.state !== 'cancelled' || handed === 0, `${row.key} was never handed to a commit`);
  return next;
}

/** Doubt ends with every state that is certain; waiting ends with every change of state. */
function doubt(row: PostingRow, { to, patch }: Move, nowMs: number) {
  const certain = to === 'pending' || to === 'staged' || to === 'posted' || to === 'cancelled';
  const since = certain ? null : (row.doubtful_since_ms ?? (to === 'unknown' ? nowMs : null));
  const lookups = certain ? '[]' : row.negative_lookups_json;
  const waiting = to === row.state ? row.waiting_for : null;
  return {
    doubtful_since_ms: patch.doubtfulSinceMs === undefined ? since : patch.doubtfulSinceMs,
    negative_lookups_json:
      patch.negativeLookupsAtMs === undefined ? lookups : JSON.stringify(patch.negativeLookupsAtMs),
    waiting_for: patch.waitingFor === undefined ? waiting : patch.waitingFor,
  };
}

const movingColumns = [
  'state',
  'attempt',
  'handle',
  'handed_to_commit',
  'commit_fence',
  'reference_number',
  'reference_json',
  'held_json',
  'adopted',
  'next_attempt_at_ms',
  'failures',
  'doubtful_since_ms',
  'negative_lookups_json',
  'waiting_for',
  'updated_at_ms',
  'posted_at_ms',
] as const satisfies readonly (keyof PostingRow)[];

const assignments: RawBuilder<unknown> = sql.raw(
  movingColumns.map((column, index) => `${column} = next.value ->> ${index + 1}`).join(', '),
);

/** Writes all moving columns of these postings in one statement. */
export async function updatePostings(db: Db, rows: readonly PostingRow[]): Promise<void> {
  if (rows.length === 0) return;
  const next = rows.map((row) => [row.id, ...movingColumns.map((column) => row[column])]);
  const result = await sql`
    update posting set ${assignments} from ${jsonRows(next)} as next
    where posting.id = next.value ->> 0`.execute(db);
  assert(Number(result.numAffectedRows) === rows.length, 'every moved posting is written');
}

/** What follows from being posted: the crosswalk, and what waited for it. */
export async function follow(db: Db, rows: readonly PostingRow[]): Promise<void> {
  const posted = rows.filter((row) => row.state === 'posted');
  if (posted.length === 0) return;
  await saveCrosswalk(db, posted.map(posting));
  await sql`
    update posting set dependency_posted = 1
    where dependency_posted = 0 and depends_on in ${valuesOf(posted.map((row) => row.key))}`.execute(
    db,
  );
}

interface Made {
  before: PostingRow;
  move: Move;
}

/** What was moved to posted with a reference that was read from Infor, not answered to us. */
function newlyAdopted(rows: readonly PostingRow[], made: ReadonlyMap<number, Made>): PostingRow[] {
  return rows.filter((row) => {
    const told = made.get(row.id)?.move.patch.reference !== undefined;
    return row.state === 'posted' && row.adopted === 1 && told;
  });
}

function recordOf(row: PostingRow): RecordKey {
  return { kind: recordKind(row.record_kind), id: row.record_id };
}

async function settleFlagsOf(
  db: Db,
  made: readonly Made[],
  by: { fence: Fence; nowMs: number; membership: Membership },
): Promise<AuditDraft[]> {
  const { fence, nowMs, membership } = by;
  const others = membership.touched.filter(({ flag }) => flag !== null);
  const open = await openPostingFlags(
    db,
    [...made, ...others].map(({ before }) => before.id),
  );
  const wishes: FlagWish[] = made.map(({ before, move }) => ({
    record: recordOf(before),
    posting: { id: before.id, key: before.key },
    drafts: [
      ...(move.flag === null ? [] : [move.flag]),
      ...(membership.flags.get(before.id) ?? []),
    ],
  }));
  for (const { before, flag } of others) {
    const about = { id: before.id, key: before.key };
    wishes.push({ record: recordOf(before), posting: about, drafts: flag === null ? [] : [flag] });
  }
  const change = await settleFlags(db, wishes, open, nowMs);
  const about = { atMs: nowMs, runId: fence.runId, actor: engine, body: null };
  const told = [...membership.touched.map(touchedDraft), ...change.audit];
  return told.map((one) => ({ ...about, ...one }));
}

function touchedDraft({ before, to, because }: Touched) {
  const { state: from, attempt, handle, key: postingKey } = before;
  const detail: JsonObject = { from, to, attempt, handle, because };
  return { action: 'moved', record: recordOf(before), postingKey, detail };
}

function wantingPlans(made: readonly Made[]): RecordKey[] {
  return made.filter(({ move }) => move.replan === 'yes').map(({ before }) => recordOf(before));
}

function movedDraft(
  before: PostingRow,
  after: PostingRow,
  move: Move,
  fence: Fence,
  nowMs: number,
): AuditDraft {
  const detail: JsonObject = {
    from: before.state,
    to: after.state,
    attempt: after.attempt,
    handle: after.handle,
    because: move.because,
  };
  if (move.patch.reference !== undefined) detail.number = move.patch.reference.number;
  if (move.patch.adopted !== undefined) detail.adopted = true;
  if (after.waiting_for !== null) detail.waitingFor = after.waiting_for;
  return {
    atMs: nowMs,
    runId: fence.runId,
    actor: engine,
    action: 'moved',
    record: recordOf(before),
    postingKey: before.key,
    detail,
    body: null,
  };
}

/** See Store.distrustUnfinished. Pending ones are looked up before their first commit anyway. */
export function distrustUnfinished(session: Session, fence: Fence, nowMs: number): Promise<number> {
  return engineWrite(session, fence, async (db) => {
    const result = await sql`
      update posting set state = 'unknown', doubtful_since_ms = ${nowMs},
        -- What a backup calls staged may have been committed after it was taken.
        handed_to_commit = case when handle is null then handed_to_commit else 1 end,
        negative_lookups_json = '[]', next_attempt_at_ms = ${nowMs}, waiting_for = null,
        commit_fence = null, updated_at_ms = ${nowMs}
      where queue in ('ready', 'blocked', 'doubtful') and state <> 'pending'`.execute(db);
    const count = Number(result.numAffectedRows ?? 0n);
    const by = { atMs: nowMs, runId: fence.runId, actor: engine, record: null, postingKey: null };
    await appendAudit(session, db, [
      { ...by, action: 'distrusted', detail: { postings: count }, body: null },
    ]);
    return count;
  });
}
