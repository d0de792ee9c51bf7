/** The write-ahead book: what is about to be sent, and what was answered. */
import { sql } from 'kysely';
import type { Exchange, Fence, WriteIntent } from '../app/ports.ts';
import { contentHash } from '../core/content-hash.ts';
import type { JsonObject } from '../core/glossary.ts';
import { assert, defect } from '../core/problem.ts';
import { type AuditDraft, appendAudit, engine } from './audit.ts';
import { auditBody } from './audit-body.ts';
import type { Db } from './database.ts';
import { recordKind, writeIntent } from './schema.ts';
import { engineWrite, type Session } from './session.ts';
import { insertRows, jsonRows, valuesOf } from './statement.ts';
import type { PostingRow, WriteIntentTable } from './table.ts';

/**
 * Durable when it resolves: the commit is synced. A commit may be intended only for the handle and
 * attempt that the posting's row holds, in the state `committing` (posting-protocol §1.1); anything
 * else throws DEFECT and nothing may be sent.
 */
export function recordIntents(
  session: Session,
  fence: Fence,
  intents: WriteIntent[],
  nowMs: number,
): Promise<void> {
  if (intents.length === 0) return Promise.resolve();
  return engineWrite(session, fence, async (db) => {
    const postings = await postingsOf(db, intents);
    for (const intent of intents) checkIntent(intent, postings.get(intent.postingId));
    const drafts = intents.map((intent) => ({
      ...about(intent.postingId, postings, fence, nowMs),
      action: 'intended',
      detail: {
        step: intent.step,
        call: intent.call,
        attempt: intent.attempt,
        handle: intent.handle,
      },
      body: { request: intent.request },
    }));
    const firstSeq = await appendAudit(session, db, drafts);
    const rows = intents.map((intent, index) => ({
      posting_id: intent.postingId,
      key: intent.key,
      attempt: intent.attempt,
      step: intent.step,
      call: intent.call,
      handle: intent.handle,
      request_hash: contentHash(intent.request),
      audit_seq: firstSeq + index,
      intended_at_ms: nowMs,
      outcome: null,
      finished_at_ms: null,
    }));
    await insertRows(db, 'write_intent', rows);
  });
}

/** What a call is checked against and told under. The document stays out: it is most of the row. */
type Standing = Pick<
  PostingRow,
  'id' | 'key' | 'record_kind' | 'record_id' | 'state' | 'attempt' | 'handle' | 'handed_to_commit'
>;

async function postingsOf(
  db: Db,
  about: readonly { postingId: number }[],
): Promise<Map<number, Standing>> {
  const ids = [...new Set(about.map(({ postingId }) => postingId))];
  const answer = await sql<Standing>`
    select id, key, record_kind, record_id, state, attempt, handle, handed_to_commit
    from posting where id in ${valuesOf(ids)}`.execute(db);
  return new Map(answer.rows.map((row) => [row.id, row]));
}

function checkIntent(intent: WriteIntent, posting: Standing | undefined): void {
  assert(posting !== undefined, `posting ${intent.postingId} exists`);
  assert(posting.key === intent.key, `the intent for ${posting.key} names its key`);
  // An orphan of an old attempt may be discarded at any time; it may not grow.
  if (intent.step === 'discard') return;
  assert(intent.attempt >= posting.attempt, `the intent for ${posting.key} is not an old attempt`);
  assert(posting.state !== 'posted', `nothing is sent for ${posting.key}, which is posted`);
  if (intent.step !== 'commit') return;
  const held =
    posting.state === 'committing' &&
    posting.attempt === intent.attempt &&
    posting.handle === intent.handle &&
    posting.handed_to_commit === 1;
  if (held) return;
  throw defect(`${posting.key} does not hold the handle that is to be committed`, {
    state: posting.state,
    held: `${posting.handle ?? '-'} (attempt ${posting.attempt})`,
    intended: `${intent.handle ?? '-'} (attempt ${intent.attempt})`,
  });
}

function about(
  postingId: number,
  postings: Map<number, Standing>,
  fence: Fence,
  nowMs: number,
): Pick<AuditDraft, 'atMs' | 'runId' | 'actor' | 'record' | 'postingKey'> {
  const posting = postings.get(postingId);
  assert(posting !== undefined, `posting ${postingId} exists`);
  return {
    atMs: nowMs,
    runId: fence.runId,
    actor: engine,
    record: { kind: recordKind(posting.record_kind), id: posting.record_id },
    postingKey: posting.key,
  };
}

type OpenIntent = Pick<
  WriteIntentTable,
  'posting_id' | 'step' | 'call' | 'request_hash' | 'audit_seq'
> & { id: number };

/** Writes down what was answered and closes the intents that it answers. */
export function recordExchanges(
  session: Session,
  fence: Fence,
  exchanges: Exchange[],
  nowMs: number,
): Promise<void> {
  if (exchanges.length === 0) return Promise.resolve();
  return engineWrite(session, fence, async (db) => {
    const postings = await postingsOf(db, exchanges);
    const open = await unansweredIntents(db, [...postings.keys()]);
    const answered: { id: number; outcome: string }[] = [];
    const drafts = exchanges.map((exchange): AuditDraft => {
      const intent = takeIntent(open.get(exchange.postingId) ?? [], exchange);
      if (intent !== null) answered.push({ id: intent.id, outcome: exchange.outcome });
      const detail: JsonObject = {
        step: exchange.step,
        call: exchange.call,
        outcome: exchange.outcome,
        durationMs: exchange.durationMs,
      };
      if (intent !== null) detail.intent = intent.audit_seq;
      const { request, answer } = exchange;
      return {
        ...about(exchange.postingId, postings, fence, nowMs),
        action: 'exchanged',
        detail,
        // The request of an intent stands in the intent's own row.
        body: intent === null ? { request, answer } : { answer },
      };
    });
    await closeIntents(db, answered, nowMs);
    await appendAudit(session, db, drafts);
  });
}

async function unansweredIntents(db: Db, postingIds: number[]): Promise<Map<number, OpenIntent[]>> {
  const answer = await sql<OpenIntent>`
    select id, posting_id, step, call, request_hash, audit_seq from write_intent
    where outcome is null and posting_id in ${valuesOf(postingIds)}
    order by attempt desc, id`.execute(db);
  const open = new Map<number, OpenIntent[]>();
  for (const row of answer.rows) {
    const others = open.get(row.posting_id);
    if (others === undefined) open.set(row.posting_id, [row]);
    else others.push(row);
  }
  return open;
}

/**
 * The open intent that the exchange answers: of the newest attempt, the same request if there is
 * one, else the oldest of that call. Each intent is taken once. Reads have none.
 */
function takeIntent(open: OpenIntent[], exchange: Exchange): OpenIntent | null {
  const { step, call } = exchange;
  if (step === 'lookup' || step === 'inspect' || step === 'readBack') return null;
  const same = (intent: OpenIntent) => intent.step === step && intent.call === call;
  const candidates = open.filter(same);
  const hash = candidates.length > 1 ? contentHash(exchange.request) : null;
  const exact = candidates.find((intent) => intent.request_hash === hash);
  const taken = exact ?? candidates[0];
  if (taken === undefined) return null;
  open.splice(open.indexOf(taken), 1);
  return taken;
}

async function closeIntents(
  db: Db,
  answered: readonly { id: number; outcome: string }[],
  nowMs: number,
): Promise<void> {
  if (answered.length === 0) return;
  await sql`
    update write_intent set outcome = answer.value ->> 'outcome', finished_at_ms = ${nowMs}
    from ${jsonRows(answered)} as answer
    where write_intent.id = answer.value ->> 'id'`.execute(db);
}

/** Of the posting's present attempt or a later one that no move has recorded yet. */
export async function openIntents(session: Session, postingId: number): Promise<WriteIntent[]> {
  const answer = await sql<WriteIntentTable & { body: string | null }>`
    select write_intent.*, ${auditBody} as body
    from write_intent
    join posting on posting.id = write_intent.posting_id
    left join audit on audit.seq = write_intent.audit_seq
    where write_intent.posting_id = ${postingId}
      and (write_intent.outcome is null or write_intent.outcome = 'unclear')
      and write_intent.step = 'stage' and write_intent.attempt >= posting.attempt
    order by write_intent.id`.execute(session.db);
  return answer.rows.map(writeIntent);
}
