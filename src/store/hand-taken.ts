/** Belt and braces: what a person has booked is never committed, whoever still wants it to be. */
import { handGroup } from '../core/hand-booking.ts';
import type { Db } from './database.ts';
import { manualLink, posting } from './schema.ts';
import { valuesOf } from './statement.ts';
import type { HandBookingTable, PostingRow } from './table.ts';

/**
 * Of these postings, those that must not be committed because a person booked what they are about.
 * A receiving order goes on after a link, so there only what was planned before it is refused. A
 * link of a time that has not come was made by a clock that ran ahead, and says nothing of before.
 */
export async function takenByHand(
  db: Db,
  rows: readonly PostingRow[],
  nowMs: number,
): Promise<Set<number>> {
  const taken = new Set<number>();
  if (rows.length === 0) return taken;
  const ids = rows.flatMap((row) => [row.record_id, ...(row.shipment_id ? [row.shipment_id] : [])]);
  const links = await db
    .selectFrom('hand_booking')
    .selectAll()
    .where('shipbob_id', 'in', valuesOf([...new Set(ids)]))
    .execute();
  for (const row of rows) {
    const { kind, shipmentId, record } = posting(row);
    const group = handGroup(kind);
    const id = group === 'issue' ? shipmentId : record.id;
    const own = links.filter(
      (link) => link.shipbob_id === id && handGroup(manualLink(link).kind) === group,
    );
    const stale = ({ held_json, linked_at_ms: linkedAtMs }: HandBookingTable) =>
      group !== 'receipt' ||
      held_json === null ||
      (row.updated_at_ms < linkedAtMs && linkedAtMs <= nowMs);
    if (group !== null && own.some(stale)) taken.add(row.id);
  }
  return taken;
}
