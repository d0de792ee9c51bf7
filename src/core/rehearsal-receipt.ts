/**
 * Receipts in a rehearsal. People have received by hand what is being rehearsed, so Infor shows it
 * as arrived: planned against that, every receipt would be one too many. And ShipBob tells what is
 * on the shelf by now, not since when: a receiving order from before the days that are rehearsed
 * may have been put away before them.
 *
 * Hence an estimate: everything is planned as if nothing had been received yet. From receiving
 * orders announced before those days, what Infor has received of the item on their purchase order
 * is then taken off as booked before, but for what is known to be booked within the days.
 */
import type { GoodsReceipt, PurchaseOrderFact } from './glossary.ts';
import {
  addQuantities,
  isPositive,
  maxQuantity,
  minQuantity,
  subtractQuantities,
  sumQuantities,
  zero,
} from './quantity.ts';
import type { Quantity } from './schema.ts';

/** The purchase order before anything of it arrived; one of which nothing did stays as it is. */
export function asIfUnreceived(order: PurchaseOrderFact): PurchaseOrderFact {
  const lines = order.lines.map((line) => {
    if (!isPositive(line.received)) return line;
    const ordered = maxQuantity(line.ordered, line.received);
    const remaining = line.open ? addQuantities(line.remaining, line.received) : ordered;
    return { ...line, open: true, received: zero, remaining };
  });
  // What received something was released, whatever its state is by now.
  const open = order.open || order.lines.some((line) => isPositive(line.received));
  return { ...order, open, lines };
}

/** Units per purchase order and item that count as booked before the days; never below zero. */
export class ReceivedBefore {
  readonly #left = new Map<string, Quantity>();

  /** `order` as Infor has it now. */
  addReceived(number: string, order: PurchaseOrderFact): void {
    for (const { item, received } of order.lines) this.#change(number, item, received);
  }

  /** Booked by hand within the days, so not before them. */
  takeBookedWithin(number: string, item: string, quantity: Quantity): void {
    const left = this.#left.get(nameOf(number, item)) ?? zero;
    this.#left.set(nameOf(number, item), maxQuantity(zero, subtractQuantities(left, quantity)));
  }

  /** The receipt without what counts as booked before; null when nothing is left of it. */
  lessen(receipt: GoodsReceipt): { receipt: GoodsReceipt | null; taken: Quantity } {
    const taken: Quantity[] = [];
    const lines = receipt.lines.flatMap((line) => {
      const name = nameOf(receipt.purchaseOrder, line.item);
      const left = this.#left.get(name) ?? zero;
      const share = minQuantity(left, line.quantity);
      this.#left.set(name, subtractQuantities(left, share));
      taken.push(share);
      const quantity = subtractQuantities(line.quantity, share);
      return isPositive(quantity) ? [{ ...line, quantity }] : [];
    });
    return {
      receipt: lines.length === 0 ? null : { ...receipt, lines },
      taken: sumQuantities(taken),
    };
  }

  #change(number: string, item: string, by: Quantity): void {
    const name = nameOf(number, item);
    this.#left.set(name, addQuantities(this.#left.get(name) ?? zero, by));
  }
}

function nameOf(number: string, item: string): string {
  return JSON.stringify([number, item.toUpperCase()]);
}
