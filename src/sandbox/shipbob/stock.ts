export type StockCategory =
  | 'OrderPicked'
  | 'InventoryAdjusted'
  | 'ReceivingStow'
  | 'InventoryReceived'
  | 'Committed';

/** One change of stock; the list of all of them is the truth and the event feed. */
export interface StockChange {
  id: number;
  atMs: number;
  category: StockCategory;
  centreId: number;
  inventoryId: number;
  lot: string | null;
  expiresAtMs: number | null;
  onHand: number;
  committed: number;
  /** Shipment or WRO that caused it. */
  reference: number | null;
  orderId: number | null;
}

export interface LotBalance {
  centreId: number;
  inventoryId: number;
  lot: string | null;
  expiresAtMs: number | null;
  onHand: number;
}

interface Shelf {
  lots: LotBalance[];
  committed: number;
}

/**
 * On-hand and committed stock per centre, inventory item and lot. What the inventory endpoints show
 * trails the truth by the stock lag, as ShipBob's levels do.
 */
export class StockBook {
  readonly changes: StockChange[] = [];
  readonly #actual = new Map<string, Shelf>();
  readonly #shown = new Map<string, Shelf>();
  #shownUpTo = 0;

  record(change: Omit<StockChange, 'id'>): void {
    const whole = { ...change, id: 7_000_001 + this.changes.length };
    this.changes.push(whole);
    applyChange(this.#actual, whole);
  }

  /** Lots with stock, the first to expire first; goods without an expiry last. */
  lotsOnHand(centreId: number, inventoryId: number): LotBalance[] {
    const lots = this.#actual.get(keyOf(centreId, inventoryId))?.lots ?? [];
    return lots
      .filter((lot) => lot.onHand > 0)
      .sort(
        (a, b) =>
          (a.expiresAtMs ?? Number.MAX_SAFE_INTEGER) - (b.expiresAtMs ?? Number.MAX_SAFE_INTEGER),
      );
  }

  onHand(centreId: number, inventoryId: number): number {
    const lots = this.#actual.get(keyOf(centreId, inventoryId))?.lots ?? [];
    return lots.reduce((sum, lot) => sum + lot.onHand, 0);
  }

  balances(): LotBalance[] {
    return [...this.#actual.values()].flatMap((shelf) => shelf.lots.map((lot) => ({ ...lot })));
  }

  /** Brings the public view up to changes made no later than `atMs`. */
  show(atMs: number): void {
    for (;;) {
      const change = this.changes[this.#shownUpTo];
      if (!change || change.atMs > atMs) return;
      applyChange(this.#shown, change);
      this.#shownUpTo += 1;
    }
  }

  shown(centreId: number, inventoryId: number): { lots: LotBalance[]; committed: number } {
    return this.#shown.get(keyOf(centreId, inventoryId)) ?? { lots: [], committed: 0 };
  }
}

function keyOf(centreId: number, inventoryId: number): string {
  return `${centreId}|${inventoryId}`;
}

function applyChange(shelves: Map<string, Shelf>, change: StockChange): void {
  const key = keyOf(change.centreId, change.inventoryId);
  const shelf = shelves.get(key) ?? { lots: [], committed: 0 };
  shelves.set(key, shelf);
  shelf.committed += change.committed;
  if (change.onHand === 0) return;
  const found = shelf.lots.find((lot) => lot.lot === change.lot);
  if (found) {
    found.onHand += change.onHand;
    return;
  }
  shelf.lots.push({
    centreId: change.centreId,
    inventoryId: change.inventoryId,
    lot: change.lot,
    expiresAtMs: change.expiresAtMs,
    onHand: change.onHand,
  });
}
