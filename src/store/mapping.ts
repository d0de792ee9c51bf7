/** What people do to mappings: each change is dated, one at a time, and in the audit trail. */
import { sql } from 'kysely';
import type { MappingAct } from '../app/ports.ts';
import { textHash } from '../core/content-hash.ts';
import {
  comparedAs,
  keyOfMapping,
  type MappingChange,
  type MappingDraft,
  type MappingKey,
  type MappingTarget,
  sameTarget,
  targetFields,
} from '../core/mapping.ts';
import { keyMistakes, readTarget } from '../core/mapping-check.ts';
import { assert, Problem } from '../core/problem.ts';
import { type AuditDraft, appendAudit } from './audit.ts';
import type { Db } from './database.ts';
import { isEmpty, mappingInstant, stored } from './mapping-row.ts';
import { type Session, write } from './session.ts';
import type { MappingRow } from './table.ts';

export async function setMapping(
  session: Session,
  draft: MappingDraft,
  act: MappingAct,
): Promise<MappingChange> {
  const [change] = await importMappings(session, { set: [draft], remove: [] }, act);
  assert(change !== undefined, 'a mapping that is set has an answer');
  return change;
}

export async function removeMapping(
  session: Session,
  key: MappingKey,
  act: MappingAct,
): Promise<MappingChange | null> {
  const [change] = await importMappings(session, { set: [], remove: [key] }, act);
  return change ?? null;
}

/** Everything in one transaction. Answers removals of what there was, then what was set. */
export function importMappings(
  session: Session,
  request: { set: MappingDraft[]; remove: MappingKey[] },
  act: MappingAct,
): Promise<MappingChange[]> {
  assert(act.actor !== '', 'who changes a mapping has a name');
  return write(session, async (db) => {
    const atMs = await mappingInstant(db, act.nowMs);
    const changes: MappingChange[] = [];
    for (const key of request.remove) {
      const change = await end(db, key, act, atMs);
      if (change !== null) changes.push(change);
    }
    for (const draft of request.set) changes.push(await place(db, draft, act, atMs));
    const told = changes.filter(({ change }) => change !== 'same');
    await appendAudit(
      session,
      db,
      told.map((change) => auditDraft(change, act)),
    );
    return changes;
  });
}

/** Those of this source that are in force at that time or come to be, the older first. */
async function standingRows(db: Db, key: MappingKey, atMs: number): Promise<MappingRow[]> {
  const answer = await sql<MappingRow>`
    select * from mapping
    where kind = ${key.kind} and list = ${key.list}
      and compared_as = ${comparedAs(key.kind, key.source)}
      and (valid_to_ms is null or valid_to_ms > ${atMs})
    order by valid_from_ms`.execute(db);
  return answer.rows.filter((row) => !isEmpty(row));
}

async function place(
  db: Db,
  draft: MappingDraft,
  act: MappingAct,
  atMs: number,
): Promise<MappingChange> {
  const key = keyOfMapping(draft);
  refuseInvalid(key, draft.target);
  const { fromMs, toMs } = spanOf(draft, act.nowMs, atMs);
  const rows = await standingRows(db, key, fromMs);
  const next = rows.find((row) => row.valid_from_ms > fromMs);
  const validToMs = toMs ?? next?.valid_from_ms ?? null;
  if (next !== undefined && validToMs !== null && validToMs > next.valid_from_ms) {
    throw overlaps(next.valid_from_ms);
  }
  const present = rows.find((row) => row.valid_from_ms <= fromMs);
  const before = present === undefined ? null : stored(present, atMs).target;
  const answer = { ...key, before, after: draft.target, validFromMs: fromMs, validToMs };
  if (
    present !== undefined &&
    sameTarget(before, draft.target) &&
    present.valid_to_ms === validToMs
  ) {
    return { ...answer, change: 'same', validFromMs: present.valid_from_ms };
  }
  if (present !== undefined) await endRow(db, present, fromMs, { ...act, because: null, atMs });
  await db
    .insertInto('mapping')
    .values({
      kind: key.kind,
      list: key.list,
      source: key.source,
      compared_as: comparedAs(key.kind, key.source),
      target_json: JSON.stringify(targetFields(draft.target)),
      because: act.because,
      valid_from_ms: fromMs,
      valid_to_ms: validToMs,
      set_by: act.actor,
      set_at_ms: atMs,
      ended_by: null,
      ended_at_ms: null,
      ended_because: null,
    })
    .execute();
  return { ...answer, change: present === undefined ? 'added' : 'changed' };
}

function spanOf(draft: MappingDraft, nowMs: number, atMs: number) {
  const { validFromMs, validToMs: toMs } = draft;
  if (validFromMs !== null && validFromMs < nowMs) throw backdated(validFromMs);
  const fromMs = Math.max(validFromMs ?? atMs, atMs);
  if (toMs !== null && toMs <= fromMs) {
    throw invalid(`it would end (${instant(toMs)}) before it begins (${instant(fromMs)})`);
  }
  return { fromMs, toMs };
}

/** Ends what is in force, and what is to come before it begins. */
async function end(
  db: Db,
  key: MappingKey,
  act: MappingAct,
  atMs: number,
): Promise<MappingChange | null> {
  const rows = await standingRows(db, key, atMs);
  const [first] = rows;
  if (first === undefined) return null;
  for (const row of rows) {
    await endRow(db, row, Math.max(atMs, row.valid_from_ms), { ...act, atMs });
  }
  return {
    ...key,
    source: first.source,
    change: 'removed',
    before: stored(first, atMs).target,
    after: null,
    validFromMs: atMs,
    validToMs: null,
  };
}

async function endRow(
  db: Db,
  row: MappingRow,
  validToMs: number,
  by: MappingAct & { atMs: number },
): Promise<void> {
  await db
    .updateTable('mapping')
    .set({
      valid_to_ms: validToMs,
      ended_by: by.actor,
      ended_at_ms: by.atMs,
      ended_because: by.because,
    })
    .where('id', '=', row.id)
    .execute();
}

/**
 * What customers and suppliers are looked up by may be somebody's name or address, and a reason may
 * name one: both are only in the body, which can be purged.
 */
function auditDraft(change: MappingChange, act: MappingAct): AuditDraft {
  const { kind, list, source, before, after, validFromMs, validToMs } = change;
  const personal = kind === 'customer' || kind === 'supplier';
  const named = personal
    ? { sourceHash: textHash(comparedAs(kind, source)).slice(0, 16) }
    : { source };
  const words = { ...(personal ? { source } : {}), ...reason(act) };
  return {
    atMs: act.nowMs,
    runId: null,
    actor: act.actor,
    action: change.change === 'removed' ? 'unmapped' : 'mapped',
    record: null,
    postingKey: null,
    detail: {
      kind,
      list,
      ...named,
      before: before === null ? null : targetFields(before),
      after: after === null ? null : targetFields(after),
      validFromMs,
      validToMs,
    },
    body: Object.keys(words).length === 0 ? null : words,
  };
}

function reason({ because }: MappingAct): { because?: string } {
  return because === null ? {} : { because };
}

function refuseInvalid(key: MappingKey, target: MappingTarget): void {
  const reading = readTarget(key.kind, targetFields(target));
  const mistakes = [...keyMistakes(key), ...(reading.state === 'wrong' ? reading.mistakes : [])];
  if (mistakes.length === 0) return;
  throw invalid(
    mistakes
      .map(({ field, found, allowed }) => `${field} is ${JSON.stringify(found)}, not ${allowed}`)
      .join('; '),
  );
}

function invalid(why: string): Problem {
  return new Problem({
    code: 'MAPPING_INVALID',
    kind: 'configuration',
    message: `the mapping cannot be set: ${why}`,
    hint: 'Correct what is named; nothing was changed.',
  });
}

function backdated(fromMs: number): Problem {
  return new Problem({
    code: 'MAPPING_BACKDATED',
    kind: 'configuration',
    message: `a mapping cannot begin in the past (${instant(fromMs)})`,
    hint: 'Leave the date out to begin now. A mapping counts when a record is planned: what was planned and posted stays, and what still waits is planned anew by the mapping of today.',
  });
}

function overlaps(nextFromMs: number): Problem {
  return new Problem({
    code: 'MAPPING_OVERLAPS',
    kind: 'configuration',
    message: `another mapping of the same source is set to begin at ${instant(nextFromMs)}, before this one would end`,
    hint: 'Let this one end then, or remove the other one first (mlc mapping remove …).',
  });
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
