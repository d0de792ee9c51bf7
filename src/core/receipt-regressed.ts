/** Receiving orders that show less than Infor holds of them. */
import type { HeldLine, ReceivingRecord } from './glossary.ts';
import type { FlagList } from './plan-input.ts';
import { isNegative, isZero, subtractQuantities, zero } from './quantity.ts';
import type { Quantity } from './schema.ts';

export type ReceivedLine = Pick<HeldLine, 'item' | 'quantity' | 'lot'>;

/** What was received as an item that the record does not hold at all. */
export function unseenOf(
  lines: readonly ReceivedLine[],
  items: ReadonlyMap<string, unknown>,
): ReceivedLine[] {
  return lines.filter(({ item, quantity }) => !items.has(item) && !isZero(quantity));
}

export function flagUnseen(
  record: ReceivingRecord,
  unseen: readonly ReceivedLine[],
  flags: FlagList,
): void {
  for (const { item, quantity, lot } of unseen) {
    flagRegressed(record, { item, stowed: zero, booked: quantity, lot }, flags);
  }
}

export function flagRegressed(
  record: ReceivingRecord,
  found: { item: string; stowed: Quantity; booked: Quantity; lot: string | null },
  flags: FlagList,
): void {
  const { item, stowed, booked, lot } = found;
  const which = lot === null ? `item ${item}` : `item ${item}, lot ${lot}`;
  flags.raise('SOURCE_REGRESSED', {
    cause: `receiving:${record.id}:${item}`,
    evidence: {
      record: nameOf(record),
      difference: `${stowed} of ${which} stowed, ${booked} booked`,
    },
    quantity: gap(booked, stowed),
  });
}

export function nameOf(record: ReceivingRecord): string {
  return `Receiving order ${record.id}`;
}

export function gap(left: Quantity, right: Quantity): Quantity {
  const difference = subtractQuantities(left, right);
  return isNegative(difference) ? subtractQuantities(right, left) : difference;
}
