/** Which Infor number each ShipBob id became. */
import { sql } from 'kysely';
import type { CrosswalkRow } from '../app/ports.ts';
import type { Posting } from '../core/glossary.ts';
import { assert } from '../core/problem.ts';
import type { Db } from './database.ts';
import { crosswalkRow } from './schema.ts';
import { insertRows, valuesOf } from './statement.ts';
import type { CrosswalkTable } from './table.ts';

const newestWins = `on conflict (key, shipbob_kind, shipbob_id) do update set
  infor_number = excluded.infor_number`;

/** Writes the rows of postings that are posted now. */
export async function saveCrosswalk(db: Db, postings: readonly Posting[]): Promise<void> {
  await insertRows(db, 'crosswalk', postings.flatMap(crosswalkOf), newestWins);
}

/** Writes the rows of a posted journal anew, for the charges that Infor's vouchers name. */
export async function saveChargeCrosswalk(
  db: Db,
  journal: Posting,
  chargeIds: readonly string[],
): Promise<void> {
  await db.deleteFrom('crosswalk').where('key', '=', journal.key).execute();
  const ids = chargeIds.map((id): [CrosswalkRow['shipbobKind'], string] => ['charge', id]);
  await insertRows(db, 'crosswalk', rowsOf(journal, ids), newestWins);
}

function crosswalkOf(posting: Posting): CrosswalkTable[] {
  return rowsOf(posting, shipbobIds(posting));
}

function rowsOf(
  posting: Posting,
  ids: readonly [CrosswalkRow['shipbobKind'], string][],
): CrosswalkTable[] {
  const { reference, postedAtMs } = posting;
  assert(reference !== null && postedAtMs !== null, `${posting.key} is posted`);
  return ids.map(([kind, id]) => ({
    key: posting.key,
    shipbob_kind: kind,
    shipbob_id: id,
    document_kind: posting.kind,
    infor_number: reference.number,
    posted_at_ms: postedAtMs,
  }));
}

function shipbobIds(posting: Posting): [CrosswalkRow['shipbobKind'], string][] {
  const { document, record } = posting;
  if (document.kind === 'goodsIssue' || document.kind === 'stockIssue') {
    return [['shipment', document.shipmentId]];
  }
  if (document.kind === 'journal') {
    const charges = new Set(document.lines.map((line) => line.chargeId));
    return [...charges].map((id) => ['charge', id]);
  }
  return [[record.kind, record.id]];
}

/** Rows by posting key, by ShipBob id or by Infor number. */
export async function crosswalkFor(
  db: Db,
  wanted: { keys: string[]; shipbobIds: string[]; inforNumbers: string[] },
): Promise<CrosswalkRow[]> {
  const answer = await sql<CrosswalkTable>`
    select * from crosswalk where key in ${valuesOf(wanted.keys)}
    union select * from crosswalk where shipbob_id in ${valuesOf(wanted.shipbobIds)}
    union select * from crosswalk where infor_number in ${valuesOf(wanted.inforNumbers)}
    order by posted_at_ms, key`.execute(db);
  return answer.rows.map(crosswalkRow);
}
