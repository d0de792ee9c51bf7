import type { Product } from './model.ts';
import type { ProductInput } from './seed.ts';
import type { ShipbobState } from './state.ts';

export function addProduct(state: ShipbobState, input: ProductInput): Product {
  const product: Product = {
    id: input.id,
    variantId: input.variantId,
    inventoryId: input.inventoryId,
    sku: input.sku,
    name: input.name,
    lotTracked: input.lotTracked ?? false,
    active: input.active ?? true,
    barcode: input.barcode ?? null,
    components: input.components ?? [],
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
  };
  state.products.push(product);
  state.productBySku.set(product.sku, product);
  state.productByInventory.set(product.inventoryId, product);
  return product;
}

/** A correction by ShipBob's staff: neither a shipment nor a receipt. */
export function adjustStock(
  state: ShipbobState,
  change: { centreId: number; inventoryId: number; lot: string | null; quantity: number },
): void {
  state.stock.record({
    atMs: state.nowMs,
    category: 'InventoryAdjusted',
    centreId: change.centreId,
    inventoryId: change.inventoryId,
    lot: change.lot,
    expiresAtMs: null,
    onHand: change.quantity,
    committed: 0,
    reference: null,
    orderId: null,
  });
}
