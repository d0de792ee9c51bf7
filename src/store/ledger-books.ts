/** The ledger as a comparison of the books reads it: page after page, each by an index. */
import { type RawBuilder, sql } from 'kysely';
import type {
  CaredFlag,
  CrosswalkRow,
  HandBooking,
  LedgerEntry,
  RecordStanding,
} from '../app/ports.ts';
import type {
  BaselineLine,
  DocumentKind,
  Posting,
  PostingState,
  RecordKey,
} from '../core/glossary.ts';
import { postingMoves } from '../core/posting-state.ts';
import { type ChargeId, type Day, type ExternalKey, externalKey } from '../core/schema.ts';
import { crosswalkFor } from './crosswalk.ts';
import { postingsByKeys, postingsOfRecords } from './posting.ts';
import {
  baselineLine,
  documentKind,
  documentKinds,
  flag,
  journalEntry,
  manualLink,
  posting,
  postingState,
  recordKind,
} from './schema.ts';
import type { Session } from './session.ts';
import { valuesOf, wantedRecords } from './statement.ts';
import type {
  FlagCareRow,
  FlagRow,
  HandBookingTable,
  JournalEntryRow,
  PostingRow,
} from './table.ts';

/** Rows of one page; a posting has some kilobytes. */
export const pageSize = 500;

interface Period {
  fromDay: Day;
  toDay: Day;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** As in the index posting_day. */
const dayOfDocument = sql<string>`coalesce(document_json ->> '$.movedOn',
  document_json ->> '$.orderedOn', document_json ->> '$.day')`;

type DatedRow = PostingRow & { document_day: string };

export async function* ledgerPostings(session: Session, period: Period): AsyncGenerator<Posting[]> {
  let place: { day: string; id: number } = { day: period.fromDay, id: 0 };
  for (;;) {
    const answer = await postingsByDayQuery(period, place).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) break;
    yield answer.rows.map(posting);
    place = { day: last.document_day, id: last.id };
  }
  let after = { atMs: period.fromMs, id: 0 };
  for (;;) {
    const answer = await postingsByTimeQuery(period, after).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) return;
    // Those of the period's days were in the pages before.
    const others = answer.rows.filter(
      ({ document_day: day }) => !(day >= period.fromDay && day <= period.toDay),
    );
    if (others.length > 0) yield others.map(posting);
    after = { atMs: last.posted_at_ms ?? after.atMs, id: last.id };
  }
}

export function postingsByDayQuery(
  period: Period,
  place: { day: string; id: number },
): RawBuilder<DatedRow> {
  return sql<DatedRow>`
    select *, ${dayOfDocument} as document_day from posting
    where ${dayOfDocument} >= ${place.day} and ${dayOfDocument} <= ${period.toDay}
      and (${dayOfDocument}, id) > (${place.day}, ${place.id})
    order by ${dayOfDocument}, id limit ${pageSize}`;
}

export function postingsByTimeQuery(
  period: Period,
  after: { atMs: number; id: number },
): RawBuilder<DatedRow> {
  return sql<DatedRow>`
    select *, ifnull(${dayOfDocument}, '') as document_day from posting
    where posted_at_ms is not null and posted_at_ms >= ${after.atMs}
      and posted_at_ms < ${period.toMs} and (posted_at_ms, id) > (${after.atMs}, ${after.id})
    order by posted_at_ms, id limit ${pageSize}`;
}

const finishedStates = new Set<PostingState>(['posted', 'cancelled']);

export async function* unfinishedPostings(session: Session): AsyncGenerator<Posting[]> {
  const states = Object.keys(postingMoves)
    .map(postingState)
    .filter((state) => !finishedStates.has(state));
  for (const kind of Object.keys(documentKinds).map(documentKind)) {
    for (const state of states) yield* postingsIn(session, kind, state);
  }
}

async function* postingsIn(
  session: Session,
  kind: DocumentKind,
  state: PostingState,
): AsyncGenerator<Posting[]> {
  let after = 0;
  for (;;) {
    const answer = await postingsInQuery({ kind, state, after }).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) return;
    yield answer.rows.map(posting);
    after = last.id;
  }
}

export function postingsInQuery(request: {
  kind: DocumentKind;
  state: PostingState;
  after: number;
}): RawBuilder<PostingRow> {
  return sql<PostingRow>`
    select * from posting
    where kind = ${request.kind} and state = ${request.state} and id > ${request.after}
    order by id limit ${pageSize}`;
}

export async function postingsOf(
  session: Session,
  records: readonly RecordKey[],
): Promise<Posting[]> {
  const rows = await postingsOfRecords(session.db, records);
  return rows.map(posting);
}

export async function postingsUnder(
  session: Session,
  keys: readonly ExternalKey[],
): Promise<Posting[]> {
  const rows = await postingsByKeys(session.db, [...keys]);
  return rows.map(posting);
}

interface StandingRow {
  kind: string;
  record_id: string;
  content_hash: string;
  observed_at_ms: number;
  vanished_at_ms: number | null;
  plan_due: number;
  unreadable: number;
}

export async function recordStandings(
  session: Session,
  keys: readonly RecordKey[],
): Promise<RecordStanding[]> {
  const answer = await standingQuery(keys).execute(session.db);
  return answer.rows.map((row) => ({
    key: { kind: recordKind(row.kind), id: row.record_id },
    contentHash: row.content_hash,
    observedAtMs: row.observed_at_ms,
    vanishedAtMs: row.vanished_at_ms,
    due: row.plan_due === 1 ? 'yes' : 'no',
    unreadable: row.unreadable === 1 ? 'yes' : 'no',
  }));
}

export function standingQuery(keys: readonly RecordKey[]): RawBuilder<StandingRow> {
  return sql<StandingRow>`
    select record.kind, record.record_id, content_hash, observed_at_ms, vanished_at_ms, plan_due,
      unreadable is not null as unreadable
    from ${wantedRecords(keys)} as wanted cross join source_record as record
      on record.kind = wanted.kind and record.record_id = wanted.id`;
}

export function crosswalkRows(
  session: Session,
  wanted: { keys: string[]; shipbobIds: string[]; inforNumbers: string[] },
): Promise<CrosswalkRow[]> {
  return crosswalkFor(session.db, wanted);
}

/** The columns of care are null where nobody has cared. */
type CaredRow = FlagRow & { posting_key: string | null } & Pick<
    FlagCareRow,
    'assignee' | 'ignored_at_ms' | 'ignored_until_ms' | 'ignored_by' | 'ignored_because'
  >;

export async function* openCaredFlags(session: Session): AsyncGenerator<CaredFlag[]> {
  let after = { code: '', id: 0 };
  for (;;) {
    const answer = await caredQuery(after).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) return;
    yield answer.rows.map(caredFlag);
    after = { code: last.code, id: last.id };
  }
}

export function caredQuery(after: { code: string; id: number }): RawBuilder<CaredRow> {
  return sql<CaredRow>`
    select flag.*, posting.key as posting_key, assignee, ignored_at_ms, ignored_until_ms,
      ignored_by, ignored_because
    from flag
      left join posting on posting.id = flag.posting_id
      left join flag_care as care on care.record_kind = flag.record_kind
        and care.record_id = flag.record_id and care.posting_key = ifnull(posting.key, '')
        and care.code = flag.code and care.cause = flag.cause
    where flag.cleared_at_ms is null and (flag.code, flag.id) > (${after.code}, ${after.id})
    order by flag.code, flag.id limit ${pageSize}`;
}

function caredFlag(row: CaredRow): CaredFlag {
  const { ignored_at_ms: atMs, ignored_by: by, ignored_because: because } = row;
  const isIgnored = atMs !== null && by !== null && because !== null;
  return {
    flag: flag(row),
    assignee: row.assignee,
    ignored: isIgnored ? { atMs, untilMs: row.ignored_until_ms, by, because } : null,
  };
}

export async function* handBookings(session: Session): AsyncGenerator<HandBooking[]> {
  let after = { shipbobId: '', kind: '', number: '' };
  for (;;) {
    const answer = await handBookingQuery(after).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) return;
    yield answer.rows.map((row) => ({
      ...manualLink(row),
      actor: row.actor,
      linkedAtMs: row.linked_at_ms,
    }));
    after = { shipbobId: last.shipbob_id, kind: last.kind, number: last.number };
  }
}

export function handBookingQuery(after: {
  shipbobId: string;
  kind: string;
  number: string;
}): RawBuilder<HandBookingTable> {
  return sql<HandBookingTable>`
    select * from hand_booking
    where (shipbob_id, kind, number) > (${after.shipbobId}, ${after.kind}, ${after.number})
    order by shipbob_id, kind, number limit ${pageSize}`;
}

export async function* ledgerEntries(
  session: Session,
  { fromDay, toDay }: { fromDay: Day; toDay: Day },
): AsyncGenerator<LedgerEntry[]> {
  let after: { day: string; charge: string } = { day: fromDay, charge: '' };
  for (;;) {
    const answer = await entryQuery(toDay, after).execute(session.db);
    const last = answer.rows.at(-1);
    if (last === undefined) return;
    yield answer.rows.map(ledgerEntry);
    after = { day: last.day, charge: last.charge_id };
  }
}

export function entryQuery(
  toDay: Day,
  after: { day: string; charge: string },
): RawBuilder<JournalEntryRow> {
  return sql<JournalEntryRow>`
    select * from journal_entry
    where day >= ${after.day} and day <= ${toDay}
      and (day, charge_id) > (${after.day}, ${after.charge})
    order by day, charge_id limit ${pageSize}`;
}

export async function entriesOf(
  session: Session,
  charges: readonly ChargeId[],
): Promise<LedgerEntry[]> {
  const answer = await sql<JournalEntryRow>`
    select * from journal_entry where charge_id in ${valuesOf(charges)}`.execute(session.db);
  return answer.rows.map(ledgerEntry);
}

function ledgerEntry(row: JournalEntryRow): LedgerEntry {
  const journalKey = row.journal_key === null ? null : externalKey(row.journal_key);
  return { ...journalEntry(row), journalKey };
}

export async function voucherCharges(
  session: Session,
  journals: readonly ExternalKey[],
): Promise<{ journalKey: ExternalKey; chargeId: string }[]> {
  const answer = await sql<{ journal_key: string; charge_id: string }>`
    select journal_key, charge_id from voucher_charge
    where journal_key in ${valuesOf(journals)}`.execute(session.db);
  return answer.rows.map((row) => ({
    journalKey: externalKey(row.journal_key),
    chargeId: row.charge_id,
  }));
}

export async function baselinesOf(
  session: Session,
  ids: readonly string[],
): Promise<Map<string, BaselineLine[]>> {
  const found = new Map<string, BaselineLine[]>();
  if (ids.length === 0) return found;
  const rows = await session.db
    .selectFrom('baseline')
    .selectAll()
    .where('receiving_id', 'in', valuesOf([...ids]))
    .execute();
  for (const row of rows) {
    const lines = found.get(row.receiving_id);
    if (lines === undefined) found.set(row.receiving_id, [baselineLine(row)]);
    else lines.push(baselineLine(row));
  }
  return found;
}
