/**
 * Which of two observations of one record to believe. Poll and hint race, pages are read over a
 * moving set, and ShipBob's answers are not ordered: so an observation counts only when its request
 * started later and the record itself is not older by its own clocks (posting-protocol §3).
 */
import Big from 'big.js';
import type { OrderRecord, ReceivingBox, ReceivingRecord, SourceRecord } from './glossary.ts';
import { assert } from './problem.ts';

export interface SeenRecord {
  record: SourceRecord;
  /** When the request that saw it started. */
  startedAtMs: number;
}

export type Verdict =
  | { verdict: 'newer' }
  | { verdict: 'stale' }
  /** A value went back that must not: to be read again before it is believed or flagged. */
  | { verdict: 'regressed'; difference: string };

/** Compares a new observation with what is stored; both are of the same record. */
export function judgeObservation(stored: SeenRecord, seen: SeenRecord): Verdict {
  assert(stored.record.kind === seen.record.kind, 'observations of one record share their kind');
  assert(stored.record.id === seen.record.id, 'observations of one record share their id');
  if (seen.startedAtMs < stored.startedAtMs) return { verdict: 'stale' };
  const own = compareClocks(stored.record, seen.record);
  if (own < 0) return { verdict: 'stale' };
  // Two requests of the same millisecond: only the record's own clock can tell them apart.
  const grew = own > 0 || stowedGrew(stored.record, seen.record);
  if (seen.startedAtMs === stored.startedAtMs && !grew) return { verdict: 'stale' };
  const difference = regression(stored.record, seen.record);
  return difference === null ? { verdict: 'newer' } : { verdict: 'regressed', difference };
}

/** What went backwards and must not, in words; null when nothing did. */
export function regression(before: SourceRecord, after: SourceRecord): string | null {
  if (before.kind === 'order' && after.kind === 'order') return orderRegression(before, after);
  if (before.kind === 'receiving' && after.kind === 'receiving') {
    return receivingRegression(before, after);
  }
  return null;
}

/** The record's own clock; null when it has none. Charges never change by a clock. */
export function ownClockMs(record: SourceRecord): number | null {
  return record.kind === 'charge' ? null : record.updatedAtMs;
}

function compareClocks(before: SourceRecord, after: SourceRecord): number {
  const first = ownClockMs(before);
  const second = ownClockMs(after);
  return first === null || second === null ? 0 : second - first;
}

function orderRegression(before: OrderRecord, after: OrderRecord): string | null {
  const shipmentsNow = new Map(after.shipments.map((shipment) => [shipment.id, shipment]));
  for (const shipment of before.shipments) {
    if (shipment.phase !== 'left') continue;
    const now = shipmentsNow.get(shipment.id);
    if (now === undefined) return `shipment ${shipment.id} had left and is not listed any more`;
    if (now.phase === 'left') continue;
    return `shipment ${shipment.id} had left (${shipment.status}) and is now ${now.status}`;
  }
  return null;
}

function receivingRegression(before: ReceivingRecord, after: ReceivingRecord): string | null {
  const stowedAfter = stowedByItem(after);
  for (const [item, quantity] of stowedByItem(before)) {
    const now = stowedAfter.get(item) ?? new Big(0);
    if (now.gte(quantity)) continue;
    return `stowed quantity of inventory ${item} fell from ${quantity.toFixed()} to ${now.toFixed()}`;
  }
  if (before.phase === 'completed' && after.phase !== 'completed') {
    return `receiving order was ${before.status} and is now ${after.status}`;
  }
  return null;
}

function stowedGrew(before: SourceRecord, after: SourceRecord): boolean {
  if (before.kind !== 'receiving' || after.kind !== 'receiving') return false;
  const stowedBefore = stowedByItem(before);
  for (const [item, quantity] of stowedByItem(after)) {
    if (quantity.gt(stowedBefore.get(item) ?? 0)) return true;
  }
  return false;
}

/** True when the boxes add up, item by item, to what the receiving order says is stowed. */
export function boxesAddUp(
  record: Pick<ReceivingRecord, 'lines'>,
  boxes: readonly ReceivingBox[],
): boolean {
  const open = stowedByItem(record);
  for (const { inventoryId, stowed } of boxes.flatMap(({ contents }) => contents)) {
    open.set(inventoryId, (open.get(inventoryId) ?? new Big(0)).minus(stowed));
  }
  return [...open.values()].every((rest) => rest.eq(0));
}

// One inventory item may stand on several lines of a receiving order.
function stowedByItem(record: Pick<ReceivingRecord, 'lines'>): Map<string, Big> {
  const stowed = new Map<string, Big>();
  for (const line of record.lines) {
    const before = stowed.get(line.inventoryId) ?? new Big(0);
    stowed.set(line.inventoryId, before.plus(line.stowed));
  }
  return stowed;
}
