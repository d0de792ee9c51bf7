/** Receiving orders: the next goods receipt on their purchase order. */
import { dayOf, timeOf } from './day.ts';
import { receiptKey, sequenceOf } from './external-key.ts';
import type { GoodsReceipt, PurchaseOrderFact, ReceivingRecord } from './glossary.ts';
import { isUnchecked } from './hand-booking.ts';
import { limits } from './limits.ts';
import { needKey } from './master.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import { flagList } from './plan-input.ts';
import { checkItem, findCentre, zoneOf } from './plan-item.ts';
import { openDay } from './posting-day.ts';
import { isRejected, isReplaceable } from './posting-standing.ts';
import { unreachable } from './problem.ts';
import { isPositive, sumQuantities } from './quantity.ts';
import { fillLines, receiptLines } from './receipt-fill.ts';
import type { Growth } from './receipt-growth.ts';
import { bookedReceipts, growthOf } from './receipt-growth.ts';
import { nameOf } from './receipt-regressed.ts';
import type { ExternalKey, Quantity } from './schema.ts';
import type { CentreSettings, ReceivingSettings } from './settings.ts';

/**
 * The purchase order a receiving order names, by the configured pattern; null when none. ShipBob
 * wants its number unique, so a second delivery arrives as `4500012-2` (posting-protocol §6).
 */
export function purchaseOrderOf(
  record: ReceivingRecord,
  settings: ReceivingSettings,
): string | null {
  const text = record.purchaseOrderNumber?.trim() ?? '';
  if (text === '' || text.length > limits.purchaseOrderTextMax) return null;
  const { pattern, group } = settings.purchaseOrder;
  const found = matchOf(pattern, text)?.[group]?.trim();
  return found === undefined || found === '' ? null : found;
}

export function planReceiving(work: PlanWork, record: ReceivingRecord): void {
  switch (record.phase) {
    case 'unrecognised':
      work.flags.raise('UNKNOWN_STATUS', {
        cause: `status:receiving:${record.status}`,
        evidence: { record: nameOf(record), status: record.status },
        quantity: stowedTotal(record),
      });
      return;
    case 'expected':
      planExpected(work, record);
      return;
    case 'transfer': {
      const stowed = stowedTotal(record);
      const why = isPositive(stowed)
        ? `goods move between centres, and ${stowed} on the shelf are not a purchase`
        : 'goods move between centres';
      work.decisions.push(`posts nothing: ${why}`);
      return;
    }
    case 'cancelled':
      planCancelled(work, record);
      return;
    case 'receiving':
    case 'completed':
      planStowed(work, record);
      return;
    default:
      unreachable(record.phase);
  }
}

/** Nothing should be on the shelf yet; growth that is there all the same is not passed over. */
function planExpected(work: PlanWork, record: ReceivingRecord): void {
  const stowed = stowedTotal(record);
  const closed = closedByHand(work, record) !== null;
  if (!isPositive(stowed) || closed || (isBeforeCutover(work, record) && !hasStart(work))) {
    work.decisions.push('waits: nothing has arrived yet');
    return;
  }
  const number = purchaseOrderOf(record, work.settings.receiving);
  const purchaseOrder = number === null ? null : askPurchaseOrder(work, number);
  const flags = flagList();
  const growth = growthOf(work, { record, purchaseOrder }, flags);
  if (growth.length === 0 && flags.all().length === 0) {
    work.decisions.push(`waits: its state is ${record.status}, and nothing new is on the shelf`);
    return;
  }
  work.flags.raise('UNKNOWN_STATUS', {
    cause: `status:receiving:${record.status}`,
    evidence: {
      record: nameOf(record),
      status: `${record.status} with ${stowed} on the shelf`,
    },
    quantity: growth.length === 0 ? stowed : unitsOf(growth),
  });
}

/** Linked when links were not checked: how much of it was received by hand nobody knows. */
function closedByHand(work: PlanWork, record: ReceivingRecord): string | null {
  const link = work.input.links.find(
    (other) => other.kind === 'goodsReceipt' && other.shipbobId === record.id && isUnchecked(other),
  );
  return link?.number ?? null;
}

/** True when it is known what of an older receiving order was booked by hand. */
function hasStart(work: PlanWork): boolean {
  const linked = work.input.links.some((link) => link.kind === 'goodsReceipt');
  return linked || work.input.baseline.length > 0 || bookedReceipts(work).length > 0;
}

function planCancelled(work: PlanWork, record: ReceivingRecord): void {
  const booked = bookedReceipts(work).map(({ posting }) => posting.key);
  const stowed = stowedTotal(record);
  const ours = booked.length > 0 || (isPositive(stowed) && !isBeforeCutover(work, record));
  if (!ours) {
    work.decisions.push('cancelled in ShipBob before anything was booked');
    return;
  }
  work.flags.raise('CANCELLED_AFTER_POSTING', {
    cause: `receiving:${record.id}`,
    evidence: { record: nameOf(record), booked },
    quantity: stowed,
  });
}

function planStowed(work: PlanWork, record: ReceivingRecord): void {
  const closed = closedByHand(work, record);
  if (closed !== null) {
    work.decisions.push(`received by hand as ${closed}`);
    return;
  }
  noteLinks(work, record);
  if (isBeforeCutover(work, record) && !isKnownFrom(work, record)) return;
  if (!isPositive(stowedTotal(record)) && bookedReceipts(work).length === 0) {
    work.decisions.push('waits: nothing is on the shelf yet');
    return;
  }
  const number = purchaseOrderOf(record, work.settings.receiving);
  const purchaseOrder = number === null ? null : askPurchaseOrder(work, number);
  const growth = growthOf(work, { record, purchaseOrder }, work.flags);
  // The place is asked for at once, with the items and the order, to spare rounds.
  const place = placeOf(work, record);
  if (work.master.needs().length > 0) return;
  if (growth.length === 0) {
    work.decisions.push('nothing new on the shelf');
    return;
  }
  work.flags.take(place.flags.all());
  if (!mayReceive(work, { record, number, purchaseOrder, growth })) return;
  const { centre } = place;
  if (centre === null || purchaseOrder === null || number === null) return;
  planReceipt(work, { record, number, purchaseOrder, growth, centre });
}

function noteLinks(work: PlanWork, record: ReceivingRecord): void {
  for (const link of work.input.links) {
    if (link.kind !== 'goodsReceipt' || link.shipbobId !== record.id) continue;
    const held = (link.held ?? []).map(({ item, quantity }) => `${quantity} of ${item}`);
    work.decisions.push(`received by hand as ${link.number}: ${held.join(', ')}`);
  }
}

interface Receiving {
  record: ReceivingRecord;
  number: string;
  purchaseOrder: PurchaseOrderFact;
  growth: Growth[];
  centre: CentreSettings;
}

function planReceipt(work: PlanWork, found: Receiving): void {
  const { record, number, purchaseOrder, centre } = found;
  const units = { quantity: unitsOf(found.growth) };
  if (purchaseOrder.warehouse !== '' && purchaseOrder.warehouse !== centre.warehouse) {
    work.flags.raise('WAREHOUSE_DIFFERS', {
      cause: `purchaseOrder:${number}`,
      evidence: {
        record: nameOf(record),
        actual: centre.warehouse,
        expected: purchaseOrder.warehouse,
        document: `purchase order ${number}`,
      },
      ...units,
    });
    return;
  }
  const growth = found.growth.filter((grown) => isTradable(work, grown, centre));
  const underwayOwn = bookedReceipts(work)
    .map(({ posting }) => posting)
    .filter((posting) => posting.state !== 'posted');
  const filling = {
    number,
    order: purchaseOrder,
    underway: [...work.input.otherReceipts, ...underwayOwn],
    overReceipt: work.settings.receiving.overReceipt,
  };
  const filled = fillLines(filling, growth, work.flags);
  const movement = movementOf(work, record, units.quantity);
  if (work.master.needs().length > 0 || filled.length === 0 || movement === null) return;
  const key = nextKey(work, record);
  const completed = record.phase === 'completed' ? 'yes' : 'no';
  const document: GoodsReceipt = {
    kind: 'goodsReceipt',
    receivingId: record.id,
    purchaseOrder: number,
    supplier: purchaseOrder.supplier,
    warehouse: centre.warehouse,
    ...movement,
    deliveryNote: key,
    lines: receiptLines(filling, filled, { location: centre.receivingLocation, completed }),
  };
  work.documents.push({ key, document, dependsOn: null, shipmentId: null });
}

/**
 * The next free key. A receipt that may still be replaced, or that Infor refused, keeps its own: a
 * refused delivery must not come back under a new key each time it is planned.
 */
export function nextKey(work: PlanWork, record: ReceivingRecord): ExternalKey {
  const receipts = work.input.postings.filter((posting) => posting.kind === 'goodsReceipt');
  const open = receipts.filter((posting) => isReplaceable(posting) || isRejected(posting));
  const openSequences = open.map((posting) => sequenceOf(posting.key) ?? 1);
  if (openSequences.length > 0) return receiptKey(record.id, Math.min(...openSequences));
  const used = receipts.map((posting) => sequenceOf(posting.key) ?? 0);
  return receiptKey(record.id, Math.max(0, ...used) + 1);
}

/** Whether the purchase order can be received; raises a flag when not. */
function mayReceive(
  work: PlanWork,
  found: {
    record: ReceivingRecord;
    number: string | null;
    purchaseOrder: PurchaseOrderFact | null;
    growth: Growth[];
  },
): boolean {
  const { record, number, purchaseOrder } = found;
  const units = { quantity: unitsOf(found.growth) };
  if (number === null) {
    const evidence = { receiving: record.id, value: record.purchaseOrderNumber ?? 'none' };
    work.flags.raise('NO_PURCHASE_ORDER', { cause: `receiving:${record.id}`, evidence, ...units });
    return false;
  }
  const cause = needKey({ kind: 'purchaseOrder', number });
  if (purchaseOrder === null) {
    const evidence = { number, receiving: record.id };
    work.flags.raise('PURCHASE_ORDER_NOT_FOUND', { cause, evidence, ...units });
    return false;
  }
  if (purchaseOrder.open) return true;
  const evidence = { number, status: purchaseOrder.statusText, receiving: record.id };
  work.flags.raise('PURCHASE_ORDER_CLOSED', { cause, evidence, ...units });
  return false;
}

function isTradable(work: PlanWork, grown: Growth, centre: CentreSettings): boolean {
  const { item, quantity } = grown;
  const flags = flagList();
  checkItem(work, { item, warehouse: centre.warehouse, quantity }, flags);
  work.flags.take(flags.all());
  return flags.all().length === 0;
}

/** A hub's goods are booked where they end up; its questions count only when there is growth. */
function placeOf(
  work: PlanWork,
  record: ReceivingRecord,
): { centre: CentreSettings | null; flags: FlagList } {
  const flags = flagList();
  const { id, name } = record.centre;
  const configured = work.settings.centres.find((centre) => centre.id === id);
  const target = configured?.bookAs ?? id;
  const wanted = { id: target, name: target === id ? name : null, otherwise: nameOf(record) };
  return { centre: findCentre(work, wanted, flags), flags };
}

function movementOf(
  work: PlanWork,
  record: ReceivingRecord,
  quantity: Quantity,
): Pick<GoodsReceipt, 'movedOn' | 'movedAtTime'> | null {
  const { observedAtMs } = work.input;
  // While it is open ShipBob gives no time for what was stowed: when we saw it is the nearest.
  const atMs = record.phase === 'completed' ? (record.completedAtMs ?? observedAtMs) : observedAtMs;
  const here = work.settings.centres.find((centre) => centre.id === record.centre.id);
  const zone = here === undefined ? 'UTC' : zoneOf(here, record.centre.timeZone);
  const { closedPeriod } = work.settings.receiving;
  const cause = `period:receiving:${record.id}`;
  const movement = {
    day: dayOf(atMs, zone),
    closedPeriod,
    record: nameOf(record),
    cause,
    quantity,
  };
  const movedOn = openDay(work, movement, work.flags);
  return movedOn === null ? null : { movedOn, movedAtTime: timeOf(atMs, zone) };
}

/** For a receiving order from before the cut-over: is it known what was booked by hand? */
function isKnownFrom(work: PlanWork, record: ReceivingRecord): boolean {
  const { startFromMs } = work.settings.sync;
  const endedAtMs = record.completedAtMs ?? record.updatedAtMs ?? work.input.observedAtMs;
  const ended = record.phase === 'completed' && startFromMs !== null && endedAtMs < startFromMs;
  if (ended && bookedReceipts(work).length === 0) {
    work.decisions.push('before-cutover');
    return false;
  }
  const stowed = stowedTotal(record);
  if (!isPositive(stowed) || hasStart(work)) return true;
  work.flags.raise('BASELINE_MISSING', {
    cause: `baseline:receiving:${record.id}`,
    evidence: { receiving: record.id, stowed },
    quantity: stowed,
  });
  return false;
}

function isBeforeCutover(work: PlanWork, record: ReceivingRecord): boolean {
  const { startFromMs } = work.settings.sync;
  return startFromMs !== null && record.createdAtMs < startFromMs;
}

function askPurchaseOrder(work: PlanWork, number: string): PurchaseOrderFact | null {
  const answer = work.master.ask<'purchaseOrder'>({ kind: 'purchaseOrder', number });
  return answer.state === 'known' ? answer.fact : null;
}

function stowedTotal(record: ReceivingRecord): Quantity {
  return sumQuantities(record.lines.map((line) => line.stowed));
}

function unitsOf(growth: readonly Growth[]): Quantity {
  return sumQuantities(growth.map((grown) => grown.quantity));
}

/** The configuration is checked when it is read; a pattern that is none matches nothing. */
function matchOf(pattern: string, text: string): RegExpExecArray | null {
  try {
    return new RegExp(pattern).exec(text);
  } catch {
    return null;
  }
}
