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
import { insertRows, jsonRows } from './statement.ts';
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
  const { set, remove } = request;
  return write(session, async (db) => {
    const atMs = await mappingInstant(db, act.nowMs);
    const book = await openBook(db, [...remove, ...set.map(keyOfMapping)], atMs);
    const changes = [
      ...remove.map((key) => end(book, key, act)).filter((change) => change !== null),
      ...set.map((draft) => place(book, draft, act)),
    ];
    await writeBook(db, book);
    const told = changes.filter(({ change }) => change !== 'same');
    await appendAudit(
      session,
      db,
      told.map((change) => auditDraft(change, act)),
    );
    return changes;
  });
}

/** A row that is stored, or will be. */
type Row = Omit<MappingRow, 'id'> & { id: number | null };

/** What stands of the sources at hand: read and written in few statements, however many. */
interface Book {
  atMs: number;
  /** By source, the older first. */
  rows: Map<string, Row[]>;
  ended: Set<Row>;
  added: Row[];
}

async function openBook(db: Db, keys: readonly MappingKey[], atMs: number): Promise<Book> {
  const names = new Map(keys.map((key) => [nameOf(key), columnsOf(key)]));
  const answer = await sql<MappingRow>`
    select mapping.* from ${jsonRows([...names.values()])} as wanted
    cross join mapping on mapping.kind = wanted.value ->> 0 and mapping.list = wanted.value ->> 1
      and mapping.compared_as = wanted.value ->> 2
    where mapping.valid_to_ms is null or mapping.valid_to_ms > ${atMs}
    order by mapping.valid_from_ms`.execute(db);
  const book: Book = { atMs, rows: new Map(), ended: new Set(), added: [] };
  for (const row of answer.rows) {
    const name = JSON.stringify([row.kind, row.list, row.compared_as]);
    book.rows.set(name, [...(book.rows.get(name) ?? []), row]);
  }
  return book;
}

function columnsOf({ kind, list, source }: MappingKey): [string, string, string] {
  return [kind, list, comparedAs(kind, source)];
}

function nameOf(key: MappingKey): string {
  return JSON.stringify(columnsOf(key));
}

/** Ends first: no two of one source may be in force, not even between two statements. */
async function writeBook(db: Db, { ended, added }: Book): Promise<void> {
  const stored = [...ended].filter(({ id }) => id !== null);
  await sql`
    update mapping set valid_to_ms = next.value ->> 1, ended_by = next.value ->> 2,
      ended_at_ms = next.value ->> 3, ended_because = next.value ->> 4
    from ${jsonRows(
      stored.map((row) => {
        const { id, valid_to_ms, ended_by, ended_at_ms, ended_because } = row;
        return [id, valid_to_ms, ended_by, ended_at_ms, ended_because];
      }),
    )} as next
    where mapping.id = next.value ->> 0`.execute(db);
  await insertRows(
    db,
    'mapping',
    added.map(({ id: _, ...row }) => row),
  );
}

/** Those of this source that are in force at that time or come to be, the older first. */
function standingRows(book: Book, key: MappingKey, atMs: number): Row[] {
  const rows = book.rows.get(nameOf(key)) ?? [];
  return rows
    .filter((row) => !isEmpty(row) && (row.valid_to_ms === null || row.valid_to_ms > atMs))
    .sort((left, right) => left.valid_from_ms - right.valid_from_ms);
}

function place(book: Book, draft: MappingDraft, act: MappingAct): MappingChange {
  const { atMs } = book;
  const key = keyOfMapping(draft);
  refuseInvalid(key, draft.target);
  const { fromMs, toMs } = spanOf(draft, act.nowMs, atMs);
  const rows = standingRows(book, key, fromMs);
  const next = rows.find((row) => row.valid_from_ms > fromMs);
  const validToMs = toMs ?? next?.valid_from_ms ?? null;
  if (next !== undefined && validToMs !== null && validToMs > next.valid_from_ms) {
    throw overlaps(next.valid_from_ms);
  }
  const present = rows.find((row) => row.valid_from_ms <= fromMs);
  const before = present === undefined ? null : readRow(present).target;
  const answer = { ...key, before, after: draft.target, validFromMs: fromMs, validToMs };
  const same = sameTarget(before, draft.target) && present?.valid_to_ms === validToMs;
  if (present !== undefined && same) {
    return { ...answer, change: 'same', validFromMs: present.valid_from_ms };
  }
  if (present !== undefined) endRow(book, present, fromMs, { ...act, because: null });
  const row = newRow(draft, act, { fromMs, validToMs, atMs });
  book.added.push(row);
  book.rows.set(nameOf(key), [...(book.rows.get(nameOf(key)) ?? []), row]);
  return { ...answer, change: present === undefined ? 'added' : 'changed' };
}

function newRow(
  draft: MappingDraft,
  act: MappingAct,
  span: { fromMs: number; validToMs: number | null; atMs: number },
): Row {
  const { kind, list, source } = keyOfMapping(draft);
  return {
    id: null,
    kind,
    list,
    source,
    compared_as: comparedAs(kind, source),
    target_json: JSON.stringify(targetFields(draft.target)),
    because: act.because,
    valid_from_ms: span.fromMs,
    valid_to_ms: span.validToMs,
    set_by: act.actor,
    set_at_ms: span.atMs,
    ended_by: null,
    ended_at_ms: null,
    ended_because: null,
  };
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
function end(book: Book, key: MappingKey, act: MappingAct): MappingChange | null {
  const rows = standingRows(book, key, book.atMs);
  const [first] = rows;
  if (first === undefined) return null;
  for (const row of rows) endRow(book, row, Math.max(book.atMs, row.valid_from_ms), act);
  return {
    ...key,
    source: first.source,
    change: 'removed',
    before: readRow(first).target,
    after: null,
    validFromMs: book.atMs,
    validToMs: null,
  };
}

function endRow(book: Book, row: Row, validToMs: number, act: MappingAct): void {
  row.valid_to_ms = validToMs;
  row.ended_by = act.actor;
  row.ended_at_ms = book.atMs;
  row.ended_because = act.because;
  book.ended.add(row);
}

function readRow(row: Row) {
  return stored({ ...row, id: row.id ?? 0 }, row.set_at_ms);
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
