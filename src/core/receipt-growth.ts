/**
 * What of a receiving order is on the shelf and not booked yet, per item and lot.
 *
 * ShipBob counts cumulatively, so a receipt books the difference: stowed − baseline − linked −
 * booked. Linked is what people received by hand and linked. Booked is what Infor holds, or may come to hold, of this record's receipts. The growth is
 * therefore right whatever was posted before, and a document found in Infor with other quantities
 * corrects the next.
 */
import type {
  GoodsReceipt,
  HeldLine,
  Posting,
  PurchaseOrderFact,
  ReceivingRecord,
} from './glossary.ts';
import { linkedLines } from './hand-booking.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import { flagList } from './plan-input.ts';
import type { ItemUse } from './plan-item.ts';
import { basicQuantity, findItem } from './plan-item.ts';
import { isBinding } from './posting-standing.ts';
import {
  addQuantities,
  compareQuantities,
  isNegative,
  isPositive,
  isZero,
  minQuantity,
  multiplyQuantities,
  one,
  subtractQuantities,
  sumQuantities,
  zero,
} from './quantity.ts';
import { receiptHolding } from './receipt-hold.ts';
import {
  flagRegressed,
  flagUnseen,
  gap,
  nameOf,
  type ReceivedLine,
  unseenOf,
} from './receipt-regressed.ts';
import type { Day, Quantity } from './schema.ts';
import { foldedLot } from './source-line.ts';

export interface Growth {
  item: ItemUse;
  lot: string | null;
  expiresOn: Day | null;
  /** Above zero, in the item's basic unit. */
  quantity: Quantity;
}

/** Lines of one item: two inventory ids may stand for the same one. */
interface StowedItem {
  item: ItemUse;
  inventoryIds: Set<string>;
  /** In the basic unit, by the receiving order's lines. */
  stowed: Quantity;
}

/** By folded lot; null holds what has none. */
type ByLot = Map<string | null, Quantity>;

/** Growth of every item that is clear; the others raise flags or note needs. */
export function growthOf(
  work: PlanWork,
  found: { record: ReceivingRecord; purchaseOrder: PurchaseOrderFact | null },
  flags: FlagList,
): Growth[] {
  const { record, purchaseOrder } = found;
  const asked = flagList();
  const items = stowedItems(work, record, asked);
  flags.take(asked.all());
  if (isBookedUnseen(work, { record, items, asked }, flags)) return [];
  const growth: Growth[] = [];
  for (const stowed of items.values()) {
    const { item } = stowed;
    const holding = receiptHolding(bookedReceipts(work), item.number);
    if (holding !== null) {
      work.decisions.push(`item ${item.number} waits: Infor shows less of it than ${holding} says`);
      continue;
    }
    const booked = bookedByLot(work, { item, purchaseOrder }, flags);
    const baseline = baselineByLot(work, { record, stowed }, flags);
    if (booked === null || baseline === null) continue;
    const before = addedUp(baseline, linkedByLot(work, stowed));
    const done = item.lotControlled ? addedUp(booked, before) : together(booked, before);
    if (isZero(sumQuantities(done.values())) && isLinkedUnseen(work, { record, items }, flags)) {
      continue;
    }
    const grown = item.lotControlled
      ? lotGrowth(work, { record, stowed, done }, flags)
      : plainGrowth({ record, stowed, done }, flags);
    growth.push(...grown);
  }
  return growth;
}

/** Receipts of this record that Infor has or may have. */
export function bookedReceipts(work: PlanWork): { posting: Posting; document: GoodsReceipt }[] {
  return work.input.postings.flatMap((posting) =>
    posting.document.kind === 'goodsReceipt' && isBinding(posting)
      ? [{ posting, document: posting.document }]
      : [],
  );
}

function stowedItems(
  work: PlanWork,
  record: ReceivingRecord,
  flags: FlagList,
): Map<string, StowedItem> {
  const items = new Map<string, StowedItem>();
  for (const line of record.lines) {
    // Nothing is on the shelf yet: a question about the SKU can wait until something is.
    const asked = isZero(line.stowed) ? flagList() : flags;
    if (isNegative(line.stowed)) {
      const evidence = { record: nameOf(record), quantity: line.stowed, sku: line.sku };
      asked.raise('QUANTITY_NOT_POSITIVE', { cause: `receiving:${record.id}`, evidence });
      continue;
    }
    if (isZero(line.stowed) && bookedReceipts(work).length === 0) continue;
    const sku = skuOf(work, line, asked);
    if (sku === null) continue;
    const item = findItem(work, { sku, quantity: line.stowed }, asked);
    const stowed = item === null ? null : basicQuantity(item, line.stowed, asked);
    if (item === null || stowed === null) continue;
    const known = items.get(item.number);
    const inventoryIds = new Set(known?.inventoryIds ?? []).add(line.inventoryId);
    const total = addQuantities(known?.stowed ?? zero, stowed);
    items.set(item.number, { item: known?.item ?? item, inventoryIds, stowed: total });
  }
  return items;
}

function skuOf(
  work: PlanWork,
  line: ReceivingRecord['lines'][number],
  flags: FlagList,
): string | null {
  if (line.sku.trim() !== '') return line.sku;
  const { inventoryId } = line;
  const answer = work.master.ask<'inventory'>({ kind: 'inventory', inventoryId });
  if (answer.state === 'known' && answer.fact.sku.trim() !== '') return answer.fact.sku;
  if (answer.state !== 'missing') {
    const evidence = { inventoryId, name: null };
    const cause = `inventory:${inventoryId}`;
    flags.raise('UNKNOWN_INVENTORY', { cause, evidence, quantity: line.stowed });
  }
  return null;
}

/** Non-lot items come from the receiving order's own lines. */
function plainGrowth(
  found: { record: ReceivingRecord; stowed: StowedItem; done: ByLot },
  flags: FlagList,
): Growth[] {
  const { record, stowed, done } = found;
  const booked = sumQuantities(done.values());
  const quantity = subtractQuantities(stowed.stowed, booked);
  if (isNegative(quantity)) {
    const { item } = stowed;
    flagRegressed(record, { item: item.number, stowed: stowed.stowed, booked, lot: null }, flags);
    return [];
  }
  return isZero(quantity) ? [] : [{ item: stowed.item, lot: null, expiresOn: null, quantity }];
}

/** Lots live in boxes alone (shipbob-api §7.2): what both boxes and line confirm is booked. */
function lotGrowth(
  work: PlanWork,
  found: { record: ReceivingRecord; stowed: StowedItem; done: ByLot },
  flags: FlagList,
): Growth[] {
  const { record, stowed, done } = found;
  const { item } = stowed;
  if (record.boxes === null) {
    work.decisions.push(`item ${item.number} waits until the boxes are read: they hold the lots`);
    return [];
  }
  const boxed = boxedLots(record, stowed);
  const boxTotal = sumQuantities(boxed.map((lot) => lot.quantity));
  if (record.phase === 'completed' && boxTotal !== stowed.stowed) {
    const evidence = { boxes: boxTotal, line: stowed.stowed, sku: item.sku, item: item.number };
    const cause = `lots:receiving:${record.id}:${item.number}`;
    flags.raise('LOT_SUM_DIFFERS', { cause, evidence, quantity: gap(boxTotal, stowed.stowed) });
  }
  const booked = sumQuantities(done.values());
  let left = subtractQuantities(stowed.stowed, booked);
  for (const [lot, quantity] of done) {
    const now = boxed.find((other) => folded(other.lot) === lot)?.quantity ?? zero;
    if (compareQuantities(now, quantity) >= 0 && !isNegative(left)) continue;
    flagRegressed(record, { item: item.number, stowed: now, booked: quantity, lot }, flags);
    // One lot may have been corrected into another: booking that as growth would count it twice.
    return [];
  }
  const growth: Growth[] = [];
  for (const { lot, expiresOn, quantity } of boxed) {
    const grown = subtractQuantities(quantity, done.get(folded(lot)) ?? zero);
    if (lot === null) {
      if (!isPositive(grown)) continue;
      const evidence = { sku: item.sku, item: item.number, receiving: record.id };
      const cause = `lot:receiving:${record.id}:${item.number}`;
      flags.raise('LOT_MISSING', { cause, evidence, quantity: grown });
      continue;
    }
    const taken = minQuantity(grown, left);
    if (!isPositive(taken)) continue;
    left = subtractQuantities(left, taken);
    growth.push({ item, lot, expiresOn, quantity: taken });
  }
  return growth;
}

interface BoxedLot {
  lot: string | null;
  expiresOn: Day | null;
  quantity: Quantity;
}

function boxedLots(record: ReceivingRecord, stowed: StowedItem): BoxedLot[] {
  const lots = new Map<string | null, BoxedLot>();
  for (const content of (record.boxes ?? []).flatMap((box) => box.contents)) {
    if (!stowed.inventoryIds.has(content.inventoryId) || !isPositive(content.stowed)) continue;
    const lot = content.lot === null || content.lot.trim() === '' ? null : content.lot.trim();
    const known = lots.get(folded(lot));
    const basic = multiplyQuantities(content.stowed, stowed.item.factor);
    lots.set(folded(lot), {
      lot: known?.lot ?? lot,
      expiresOn: known?.expiresOn ?? content.expiresOn,
      quantity: addQuantities(known?.quantity ?? zero, basic),
    });
  }
  return [...lots.values()].sort((a, b) => ((a.lot ?? '') < (b.lot ?? '') ? -1 : 1));
}

function folded(lot: string | null): string | null {
  return lot === null ? null : foldedLot(lot);
}

/** Null and a flag when the unit of a booked line is not known any more. */
function bookedByLot(
  work: PlanWork,
  found: { item: ItemUse; purchaseOrder: PurchaseOrderFact | null },
  flags: FlagList,
): ByLot | null {
  const { item, purchaseOrder } = found;
  const booked: ByLot = new Map();
  for (const { posting, document } of bookedReceipts(work)) {
    for (const held of posting.held ?? document.lines) {
      if (held.item !== item.number || isZero(held.quantity)) continue;
      const line = sourceLine(document, held);
      const factor = factorOf(line, item, purchaseOrder);
      if (factor === null) {
        const unit = line?.unit ?? null;
        const evidence = { item: item.number, unit, key: posting.key };
        flags.raise('UNIT_UNKNOWN', { cause: `unit:${posting.key}:${item.number}`, evidence });
        return null;
      }
      const lot = item.lotControlled ? folded(held.lot) : null;
      const basic = multiplyQuantities(held.quantity, factor);
      booked.set(lot, addQuantities(booked.get(lot) ?? zero, basic));
    }
  }
  return booked;
}

type ReceiptLine = GoodsReceipt['lines'][number];

function sourceLine(document: GoodsReceipt, held: HeldLine): ReceiptLine | null {
  const numbered = document.lines.find((line) => line.line === held.line);
  if (numbered?.item === held.item) return numbered;
  return document.lines.find((line) => line.item === held.item) ?? null;
}

/** Basic units per unit of a booked line: by its own line, a like one, or the basic unit itself. */
function factorOf(
  line: ReceiptLine | null,
  item: ItemUse,
  purchaseOrder: PurchaseOrderFact | null,
): Quantity | null {
  if (line === null || line.unit === item.unit) return one;
  const lines = purchaseOrder?.lines ?? [];
  const own = lines.find(
    (other) => other.line === line.purchaseOrderLine && other.subline === line.purchaseOrderSubline,
  );
  const like = lines.find((other) => other.item === line.item && other.unit === line.unit);
  return (own ?? like)?.unitFactor ?? null;
}

/** Null and a flag when a lot item's baseline does not say which lots it is about. */
function baselineByLot(
  work: PlanWork,
  found: { record: ReceivingRecord; stowed: StowedItem },
  flags: FlagList,
): ByLot | null {
  const { record, stowed } = found;
  const { item, inventoryIds } = stowed;
  const baseline: ByLot = new Map();
  for (const line of work.input.baseline) {
    if (!inventoryIds.has(line.inventoryId) || isZero(line.stowed)) continue;
    if (item.lotControlled && line.lot === null) {
      const evidence = { receiving: record.id, item: item.number };
      const cause = `baseline:receiving:${record.id}`;
      flags.raise('BASELINE_MISSING', { cause, evidence, quantity: stowed.stowed });
      return null;
    }
    const lot = item.lotControlled ? folded(line.lot) : null;
    const basic = multiplyQuantities(line.stowed, item.factor);
    baseline.set(lot, addQuantities(baseline.get(lot) ?? zero, basic));
  }
  return baseline;
}

/** Received by hand, in basic units; what names no lot of a lot item counts for none of them. */
function linkedByLot(work: PlanWork, { item }: StowedItem): ByLot {
  const linked: ByLot = new Map();
  for (const line of linkedLines(work.input.links, 'receipt', work.input.key.id)) {
    if (line.item !== item.number) continue;
    const lot = item.lotControlled ? folded(line.lot) : null;
    linked.set(lot, addQuantities(linked.get(lot) ?? zero, line.quantity));
  }
  return linked;
}

/**
 * Booked as an item that no line of the record stands for any more: its SKU is mapped otherwise
 * since. What is stowed now may be those very goods, and would be received a second time.
 */
function isBookedUnseen(
  work: PlanWork,
  found: { record: ReceivingRecord; items: Map<string, StowedItem>; asked: FlagList },
  flags: FlagList,
): boolean {
  const { record, items, asked } = found;
  const booked = bookedReceipts(work).flatMap(({ posting, document }): ReceivedLine[] => [
    ...(posting.held ?? document.lines),
  ]);
  const unseen = unseenOf(booked, items);
  // One that could not be resolved has a question of its own, and may be behind it.
  if (asked.all().length === 0) flagUnseen(record, unseen, flags);
  const [first] = unseen;
  if (first !== undefined) {
    work.decisions.push(
      `what is stowed waits: item ${first.item} was booked of it, and is not in it`,
    );
  }
  return unseen.length > 0;
}

/** The same of what was received by hand; a person may have accepted goods that are none of its. */
function isLinkedUnseen(
  work: PlanWork,
  { record, items }: { record: ReceivingRecord; items: Map<string, StowedItem> },
  flags: FlagList,
): boolean {
  const linked = linkedLines(work.input.links, 'receipt', work.input.key.id);
  const unseen = unseenOf(linked, items);
  flagUnseen(record, unseen, flags);
  return unseen.length > 0;
}

function addedUp(left: ByLot, right: ByLot): ByLot {
  const sum = new Map(left);
  for (const [lot, quantity] of right) sum.set(lot, addQuantities(sum.get(lot) ?? zero, quantity));
  return sum;
}

function together(left: ByLot, right: ByLot): ByLot {
  return new Map([[null, sumQuantities([...left.values(), ...right.values()])]]);
}
