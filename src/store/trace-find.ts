/** What is known by a number that a person holds in hand. */
import { type RawBuilder, sql } from 'kysely';
import type { StoredRecord, TraceHit } from '../app/ports.ts';
import type { RecordKey } from '../core/glossary.ts';
import type { Db } from './database.ts';
import { recordKind, unpackRecord } from './schema.ts';
import { valuesOf } from './statement.ts';

/** A purchase order or a journal can stand for many records; more than these help nobody. */
const recordsMax = 200;

interface HitRow {
  role: string;
  kind: string;
  record_id: string;
}

/**
 * By the text as it is; else, when that is known to nobody, as `order:4711` or `shipment:4711`, which
 * says as what it is meant. Letter case does not matter.
 */
export async function findHits(db: Db, text: string): Promise<TraceHit[]> {
  const rows = await hitRows(db, text);
  if (rows.length > 0) return hitsOf(rows);
  const [, as = '', id = ''] = /^(\w+):(.+)$/.exec(text) ?? [];
  if (id === '') return [];
  const meant = (await hitRows(db, id)).filter(
    ({ role }) => role.toLowerCase() === as.toLowerCase(),
  );
  return hitsOf(meant);
}

/** One hit for each record, by its likeliest role; charges only where nothing else is. */
function hitsOf(rows: readonly HitRow[]): TraceHit[] {
  const hits = new Map<string, TraceHit>();
  for (const { role, kind, record_id } of rows) {
    const name = `${kind} ${record_id}`;
    if (hits.has(name)) continue;
    hits.set(name, { as: role, record: { kind: recordKind(kind), id: record_id } });
  }
  const all = [...hits.values()].slice(0, recordsMax);
  const others = all.filter(({ as }) => as !== 'chargeReference');
  return others.length > 0 ? others : all;
}

// The records' own ids first, then what they are known by, then what Infor calls them, and the
// charges for them last.
async function hitRows(db: Db, id: string): Promise<HitRow[]> {
  return (await hitQuery(id).execute(db)).rows;
}

export function hitQuery(id: string): RawBuilder<HitRow> {
  const written = asWritten(id);
  return sql<HitRow>`
    with hit (rank, role, kind, record_id) as (
      select 0, kind, kind, record_id from source_record
        where kind in ('order', 'receiving', 'charge') and record_id = ${id}
      union all select iif(role = 'chargeReference', 7, 1), role, kind, record_id
        from source_alias where value = ${id}
      union all select 2, 'externalKey', record_kind, record_id from posting
        where key = ${id.toUpperCase()}
      union all select 3, 'inforNumber', record_kind, record_id from posting
        where reference_number in ${written}
      union all select 4, 'inforNumber', posting.record_kind, posting.record_id
        from crosswalk join posting on posting.key = crosswalk.key
        where crosswalk.infor_number in ${written}
      union all select 5, 'purchaseOrder', record_kind, record_id from posting
        where purchase_order in ${written}
      union all select 5, 'handBooking', subject.kind, subject.record_id
        from ${handBookings(id)} as booking join source_alias as subject
          on subject.value = booking.shipbob_id and subject.role = booking.role
      union all select 6, 'journal', 'charge', charge_id from journal_entry
        where journal_key = ${id.toUpperCase()}
    )
    select role, kind, record_id from hit order by rank limit ${recordsMax * 4}`;
}

/** Infor's numbers know capital letters only. */
function asWritten(id: string): RawBuilder<unknown> {
  return valuesOf([...new Set([id, id.toUpperCase()])]);
}

/**
 * What people linked under the number, with what it stands for: of a delivery the order's number is
 * stored as well (`0012345/1`).
 */
function handBookings(id: string): RawBuilder<unknown> {
  return sql`(select shipbob_id, case kind when 'salesOrder' then 'order'
      when 'goodsIssue' then 'shipment' when 'stockIssue' then 'shipment'
      else 'receiving' end as role
    from hand_booking
    where number in ${asWritten(id)} or (number >= ${`${id}/`} and number < ${`${id}0`}))`;
}

interface ChargeRow {
  about: string;
  record_id: string;
  body: Uint8Array;
}

/** Charges for these orders' shipments, for the orders, and for these receiving orders. */
export async function chargesFor(db: Db, records: readonly StoredRecord[]): Promise<RecordKey[]> {
  const numbers = JSON.stringify(records.flatMap(numbersOf));
  const answer = await sql<ChargeRow>`
    select own.value ->> 0 as about, charge.record_id, source_record.body
    from json_each(${numbers}) as own
    cross join source_alias as charge
      on charge.value = own.value ->> 1 and charge.kind = 'charge'
      and charge.role = 'chargeReference'
    cross join source_record
      on source_record.kind = 'charge' and source_record.record_id = charge.record_id
    where source_record.body is not null
    order by charge.record_id limit ${recordsMax}`.execute(db);
  const ids = new Set(answer.rows.filter(isMeant).map(({ record_id }) => record_id));
  return [...ids].map((id) => ({ kind: 'charge', id }));
}

function numbersOf({ key, record }: StoredRecord): [kind: string, number: string][] {
  if (key.kind === 'charge') return [];
  const shipments = record?.kind === 'order' ? record.shipments : [];
  return [key.id, ...shipments.map(({ id }) => id)].map((number) => [key.kind, number]);
}

/** Orders, shipments and receiving orders may bear equal numbers: the charge says which. */
function isMeant({ about, record_id, body }: ChargeRow): boolean {
  const record = unpackRecord({ kind: 'charge', record_id, body });
  if (record.kind !== 'charge') return false;
  return (about === 'receiving') === /wro|receiv/i.test(record.referenceType);
}
