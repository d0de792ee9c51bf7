/**
 * Which items of a receiving order wait, because Infor shows less of them than their receipt says.
 *
 * A receipt that was found under its key before it was ever committed stems from an earlier plan:
 * what Infor holds is then the truth, and the rest is received next. In every other case less means
 * that Infor has not told all, or not done all: to receive the rest might receive it twice.
 */
import type { GoodsReceipt, HeldLine, Posting } from './glossary.ts';
import { compareQuantities, isPositive, sumQuantities } from './quantity.ts';
import type { ExternalKey } from './schema.ts';

interface BookedReceipt {
  posting: Posting;
  document: GoodsReceipt;
}

/** The key of a receipt that holds the item back; null when none does. */
export function receiptHolding(
  receipts: readonly BookedReceipt[],
  item: string,
): ExternalKey | null {
  const holding = receipts.find(({ posting, document }) => {
    const { adopted, held } = posting;
    if (!adopted || held === null || !isShort(document, held, item)) return false;
    // A part that is booked is finished by a person in Infor (PARTLY_BOOKED).
    return posting.state !== 'posted' || posting.handedToCommit || !isReadable(held);
  });
  return holding?.posting.key ?? null;
}

function isShort(document: GoodsReceipt, held: readonly HeldLine[], item: string): boolean {
  const total = (lines: readonly Pick<HeldLine, 'item' | 'quantity'>[]) =>
    sumQuantities(lines.filter((line) => line.item === item).map(({ quantity }) => quantity));
  return compareQuantities(total(held), total(document.lines)) < 0;
}

/** Every line from the first on, each with a quantity: none was purged or came back blank. */
function isReadable(held: readonly HeldLine[]): boolean {
  const numbers = new Set(held.map(({ line }) => line));
  const whole = [...numbers].every((line) => line !== null && line >= 1 && line <= numbers.size);
  return held.length > 0 && whole && held.every(({ quantity }) => isPositive(quantity));
}
