/** Everything known about one number that a person holds in hand. */
import { sql } from 'kysely';
import type { ChargeTrace, MappingTrace, TraceReport } from '../app/ports.ts';
import type { Flag, RecordKey } from '../core/glossary.ts';
import { auditBody } from './audit-body.ts';
import { crosswalkFor } from './crosswalk.ts';
import type { Db } from './database.ts';
import { flagsOfRecords } from './flag.ts';
import { journalsOf } from './journal-entry.ts';
import { postingsByKeys, postingsOfRecords } from './posting.ts';
import { auditEntry, posting, storedRecord } from './schema.ts';
import type { Session } from './session.ts';
import { jsonRows, valuesOf, wantedRecords } from './statement.ts';
import type { AuditRow, MappingRow, SourceRecordRow } from './table.ts';
import { chargesFor, findHits } from './trace-find.ts';
import { firstUnproved } from './trace-proof.ts';
import { mappingTrace } from './trace-schema.ts';

/** The newest ones; an unending retry would otherwise fill the memory. */
const entriesMax = 5000;

/** Any ShipBob id or number, external key or Infor number; letter case does not matter. */
export async function trace(session: Session, text: string): Promise<TraceReport> {
  const { db } = session;
  const id = text.trim();
  const hits = await findHits(db, id);
  const found = hits.map(({ record }) => record);
  const own = (await recordRows(db, found)).map(storedRecord);
  const asked = new Set(found.filter(({ kind }) => kind === 'charge').map((key) => key.id));
  const related = (await chargesFor(db, own)).filter((key) => !asked.has(key.id));
  const keys = [...found, ...related];
  const chargeIds = keys.filter(({ kind }) => kind === 'charge').map((key) => key.id);
  const ownPostings = await postingsOfRecords(db, keys);
  const journals = await journalsOf(db, chargeIds);
  const journalKeys = new Set([...journals.values()].map((row) => row.journal_key));
  for (const row of ownPostings) journalKeys.delete(row.key);
  const postings = [...ownPostings, ...(await postingsByKeys(db, [...journalKeys]))];
  const postingKeys = postings.map((row) => row.key);
  const flags = await flagsOfRecords(db, keys, 'all');
  // Of a journal that holds many charges beside these, its calls are no part of the story.
  const aside = asked.size === 0 ? journalKeys : new Set<string>();
  const rows = await entriesOf(db, keys, {
    whole: postingKeys.filter((key) => !aside.has(key)),
    moves: postingKeys.filter((key) => aside.has(key)),
  });
  return {
    found: hits[0] ?? null,
    hits,
    records: [...own, ...(await recordRows(db, related)).map(storedRecord)],
    charges: chargeIds.map((chargeId): ChargeTrace => {
      const row = journals.get(chargeId);
      const { journal_key: journalKey = null, amount = null, currency = null } = row ?? {};
      return { chargeId, journalKey, amount, currency };
    }),
    postings: postings.map(posting),
    flags,
    crosswalk: await crosswalkFor(db, { keys: postingKeys, shipbobIds: [], inforNumbers: [id] }),
    mappings: await mappingsFor(db, flags),
    entries: rows.map(auditEntry),
    brokenAt: await firstUnproved(session, rows),
  };
}

async function recordRows(db: Db, keys: readonly RecordKey[]): Promise<SourceRecordRow[]> {
  const answer = await sql<SourceRecordRow>`
    select source_record.* from ${wantedRecords(keys)} as wanted
    cross join source_record
      on source_record.kind = wanted.kind and source_record.record_id = wanted.id
    order by source_record.id`.execute(db);
  return answer.rows;
}

export type EntryRow = AuditRow & { body: string | null; previous: string | null };

async function entriesOf(
  db: Db,
  keys: readonly RecordKey[],
  postingKeys: { whole: readonly string[]; moves: readonly string[] },
): Promise<EntryRow[]> {
  const answer = await sql<EntryRow>`
    with told (seq) as (
      select audit.seq from ${wantedRecords(keys)} as wanted
        cross join audit on audit.record_kind = wanted.kind and audit.record_id = wanted.id
          and audit.posting_key is null
      union
      select seq from audit where posting_key in ${valuesOf(postingKeys.whole)}
      union
      select seq from audit where posting_key in ${valuesOf(postingKeys.moves)}
        and action not in ('intended', 'exchanged')
      order by seq desc limit ${entriesMax}
    )
    select audit.*, ${auditBody} as body, earlier.mac as previous from told
    join audit on audit.seq = told.seq
    left join audit as earlier on earlier.seq = told.seq - 1
    order by audit.seq`.execute(db);
  return answer.rows;
}

/** What people mapped that these flags ask, or asked, for. */
async function mappingsFor(db: Db, flags: readonly Flag[]): Promise<MappingTrace[]> {
  const causes = new Set(flags.map(({ cause }) => cause));
  const wanted = [...causes].flatMap(answeredBy);
  if (wanted.length === 0) return [];
  const answer = await sql<MappingRow>`
    select distinct mapping.* from ${jsonRows(wanted)} as wanted
    cross join mapping
      on mapping.kind = wanted.value ->> 'kind' and mapping.list = wanted.value ->> 'list'
      and (mapping.source = wanted.value ->> 'source' collate nocase
        or (mapping.kind = 'sku' and substr(mapping.source, 1, instr(mapping.source, '@') - 1)
          = wanted.value ->> 'source' collate nocase))
    order by mapping.set_at_ms, mapping.id`.execute(db);
  return answer.rows.map(mappingTrace);
}

interface WantedMapping {
  kind: string;
  list: string;
  source: string;
}

/** The mappings that would answer a cause. */
function answeredBy(cause: string): WantedMapping[] {
  const [kind = '', first = '', ...parts] = cause.split(':');
  const rest = [first, ...parts].join(':');
  switch (kind) {
    case 'item':
    case 'unit':
      return [{ kind: 'sku', list: '', source: rest }];
    case 'centre':
      return [{ kind: 'centre', list: '', source: rest }];
    case 'lookup':
      return ['customer', 'supplier'].map((each) => ({
        kind: each,
        list: first,
        source: parts.join(':'),
      }));
    case 'rule':
      // `rule:cost:FEE:TYPE`; a fee may be mapped for all types or for one.
      if (first !== 'cost') return [];
      return ['', parts.at(-1) ?? ''].map((list) => ({
        kind: 'account',
        list,
        source: parts.slice(0, -1).join(':'),
      }));
    default:
      return [];
  }
}
