/** Rows of mappings as values: what is in force, what was, and what no longer reads. */
import { sql } from 'kysely';
import type { StoredMapping } from '../app/ports.ts';
import {
  type Mapping,
  type MappingEvent,
  type MappingKind,
  type MappingTarget,
  mappingKinds,
} from '../core/mapping.ts';
import { readTarget } from '../core/mapping-check.ts';
import { assert, Problem } from '../core/problem.ts';
import type { Db } from './database.ts';
import { flatTexts } from './schema.ts';
import type { Session } from './session.ts';
import { valuesOf } from './statement.ts';
import type { MappingRow } from './table.ts';

/**
 * The instant that changes of mappings count from. It never runs backwards: what was set by a clock
 * that ran ahead must neither wait nor come back over what was set after it.
 */
export async function mappingInstant(db: Db, nowMs: number): Promise<number> {
  const answer = await sql<{ at: number | null }>`
    select max(ifnull((select max(set_at_ms) from mapping), 0),
      ifnull((select max(ended_at_ms) from mapping where ended_at_ms is not null), 0)) as at`.execute(
    db,
  );
  return Math.max(nowMs, answer.rows[0]?.at ?? 0);
}

export async function currentMappings(session: Session, nowMs: number): Promise<Mapping[]> {
  const atMs = await mappingInstant(session.db, nowMs);
  const answer = await sql<MappingRow>`
    select * from mapping
    where valid_from_ms <= ${atMs} and (valid_to_ms is null or valid_to_ms > ${atMs})
    order by id`.execute(session.db);
  return answer.rows.map((row) => {
    const { kind: _, standing: __, broken, target, ...rest } = stored(row, atMs);
    if (target === null) throw brokenMapping(row.id, broken);
    return { ...rest, target };
  });
}

function brokenMapping(id: number, why: string): Problem {
  return new Problem({
    code: 'MAPPING_BROKEN',
    kind: 'configuration',
    // Its source may be somebody's e-mail address.
    message: `mapping ${id} in the database cannot be used: ${why}`,
    hint: 'See it in `mlc mapping list`, then set it again (mlc mapping set …) or remove it.',
    evidence: { mapping: String(id) },
  });
}

export async function mappings(
  session: Session,
  filter: { kinds: MappingKind[] | null; state: 'standing' | 'all'; nowMs: number },
): Promise<StoredMapping[]> {
  const { kinds, state, nowMs } = filter;
  const atMs = await mappingInstant(session.db, nowMs);
  const answer = await sql<MappingRow>`
    select * from mapping where kind in ${valuesOf(kinds ?? mappingKinds)}
    order by kind, list, compared_as, valid_from_ms, id`.execute(session.db);
  const all = answer.rows.map((row) => stored(row, atMs));
  return state === 'all' ? all : all.filter(({ standing }) => standing !== 'ended');
}

function kindOf(text: string): MappingKind {
  const kind = mappingKinds.find((known) => known === text);
  assert(kind !== undefined, `${text} is a kind of mapping`);
  return kind;
}

export function stored(row: MappingRow, atMs: number): StoredMapping {
  const kind = kindOf(row.kind);
  const { valid_from_ms: validFromMs, valid_to_ms: validToMs } = row;
  const rest = {
    id: row.id,
    kind,
    list: row.list,
    source: row.source,
    because: row.because,
    validFromMs,
    validToMs,
    setBy: row.set_by,
    setAtMs: row.set_at_ms,
    endedBy: row.ended_by,
    endedAtMs: row.ended_at_ms,
    standing: standingOf(row, atMs),
  };
  const fields = flatTexts(row.target_json);
  if (fields === null)
    return { ...rest, target: null, broken: 'what it stands for is no JSON map' };
  const reading = readTarget(kind, fields);
  if (reading.state === 'read') return { ...rest, target: reading.target, broken: null };
  const broken = reading.mistakes
    .map(({ field, found, allowed }) => `${field} is ${JSON.stringify(found)}, not ${allowed}`)
    .join('; ');
  return { ...rest, target: null, broken };
}

/** What was superseded or removed before it began was never in force. */
export function isEmpty(row: Pick<MappingRow, 'valid_from_ms' | 'valid_to_ms'>): boolean {
  return row.valid_to_ms !== null && row.valid_to_ms <= row.valid_from_ms;
}

function standingOf(row: MappingRow, atMs: number): StoredMapping['standing'] {
  if (isEmpty(row) || (row.valid_to_ms !== null && row.valid_to_ms <= atMs)) return 'ended';
  return row.valid_from_ms <= atMs ? 'inForce' : 'future';
}

export async function mappingHistory(
  session: Session,
  filter: { fromMs: number; toMs: number },
): Promise<MappingEvent[]> {
  const all = await session.db.selectFrom('mapping').selectAll().orderBy('id').execute();
  const families = new Map<string, MappingRow[]>();
  for (const row of all) {
    const name = JSON.stringify([row.kind, row.list, row.compared_as]);
    families.set(name, [...(families.get(name) ?? []), row]);
  }
  return [...families.values()]
    .flatMap((rows) => rows.flatMap((row) => eventsOf(row, rows)))
    .filter(({ atMs }) => atMs >= filter.fromMs && atMs < filter.toMs)
    .sort((left, right) => left.atMs - right.atMs);
}

/** That it was set, and that it was removed; to be taken over from is not to be removed. */
function eventsOf(row: MappingRow, family: readonly MappingRow[]): MappingEvent[] {
  const { kind, list, source } = row;
  const key = { kind: kindOf(kind), list, source };
  const target = targetOf(row);
  const before = predecessor(row, family);
  const events: MappingEvent[] = [
    {
      ...key,
      change: before === null ? 'added' : 'changed',
      before,
      after: target,
      validFromMs: row.valid_from_ms,
      validToMs: row.valid_to_ms,
      atMs: row.set_at_ms,
      actor: row.set_by,
      because: row.because,
    },
  ];
  const { ended_at_ms: endedAtMs, ended_by: endedBy, valid_to_ms: validToMs } = row;
  if (endedAtMs === null || endedBy === null || validToMs === null) return events;
  const successor = family.some(
    (other) =>
      other.id > row.id && other.set_at_ms === endedAtMs && other.valid_from_ms === validToMs,
  );
  if (successor) return events;
  events.push({
    ...key,
    change: 'removed',
    before: target,
    after: null,
    validFromMs: validToMs,
    validToMs: null,
    atMs: endedAtMs,
    actor: endedBy,
    because: row.ended_because,
  });
  return events;
}

function predecessor(row: MappingRow, family: readonly MappingRow[]): MappingTarget | null {
  const ended = family.filter(
    (other) => other.id !== row.id && other.valid_to_ms === row.valid_from_ms,
  );
  const [before] = [...ended.filter((other) => !isEmpty(other)), ...ended.filter(isEmpty)];
  return before === undefined ? null : targetOf(before);
}

function targetOf(row: MappingRow): MappingTarget | null {
  return stored(row, row.set_at_ms).target;
}
