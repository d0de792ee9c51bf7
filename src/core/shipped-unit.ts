/** What left in one shipment, in the SKUs that the order's lines are made of. */
import type { Shipment, ShipmentPart } from './glossary.ts';
import { needKey } from './master.ts';
import type { Asking, FlagList } from './plan-input.ts';
import {
  addQuantities,
  decimalsOf,
  divideExactly,
  isNegative,
  isPositive,
  isZero,
} from './quantity.ts';
import type { Quantity } from './schema.ts';

export interface ShippedUnit {
  productId: string;
  productReferenceId: string;
  sku: string;
  /** In ShipBob's units. */
  quantity: Quantity;
  lot: string | null;
}

/** Unknown inventory is flagged; what is not fetched yet is noted as a need and left out. */
export function shippedUnits(work: Asking, shipment: Shipment, flags: FlagList): ShippedUnit[] {
  const units: ShippedUnit[] = [];
  for (const parts of byProduct(shipment.parts)) {
    const counted: ShippedUnit[] = [];
    let whole = true;
    for (const part of parts) {
      const unit = unitOf(work, { shipment, part }, flags);
      if (unit === null) whole = isZero(part.quantity) && whole;
      else counted.push(unit);
    }
    units.push(...(whole ? gathered(work, { shipment, counted }, flags) : counted));
  }
  return units;
}

/** With `bundles: item` an order line is the bundle itself: its parts are counted into bundles. */
function gathered(
  work: Asking,
  found: { shipment: Shipment; counted: ShippedUnit[] },
  flags: FlagList,
): ShippedUnit[] {
  const { shipment, counted } = found;
  const first = counted[0];
  const part = shipment.parts.find((candidate) => candidate.productId === first?.productId);
  if (work.settings.orders.bundles !== 'item' || first === undefined || part === undefined) {
    return counted;
  }
  const sku = part.productSku;
  if (sku.trim() === '') return counted;
  const product = work.master.ask<'product'>({ kind: 'product', sku });
  if (product.state !== 'known' || product.fact.components.length === 0) return counted;
  const totals = new Map<string, Quantity>();
  for (const unit of counted) {
    const known = totals.get(unit.sku);
    totals.set(unit.sku, known === undefined ? unit.quantity : addQuantities(known, unit.quantity));
  }
  const numbers = product.fact.components.map((component) => {
    const total = totals.get(component.sku);
    return total === undefined ? null : divideExactly(total, component.quantity);
  });
  const [number = null] = numbers;
  const even = numbers.every((other) => other !== null && other === number);
  const complete = even && product.fact.components.length === totals.size;
  if (number === null || !complete || decimalsOf(number) > 0) {
    const evidence = { sku, shipment: shipment.id, parts: Object.fromEntries(totals) };
    flags.raise('BUNDLE_INCOMPLETE', { cause: `shipment:${shipment.id}`, evidence });
    return [];
  }
  return [{ ...first, sku, quantity: number, lot: null }];
}

function unitOf(
  work: Asking,
  found: { shipment: Shipment; part: ShipmentPart },
  flags: FlagList,
): ShippedUnit | null {
  const { shipment, part } = found;
  if (isNegative(part.quantity)) {
    const record = `Shipment ${shipment.id}`;
    const evidence = { record, quantity: part.quantity, sku: part.productSku };
    flags.raise('QUANTITY_NOT_POSITIVE', { cause: `shipment:${shipment.id}`, evidence });
  }
  if (!isPositive(part.quantity)) return null;
  const need = { kind: 'inventory', inventoryId: part.inventoryId } as const;
  const answer = work.master.ask<'inventory'>(need);
  if (answer.state === 'missing') {
    // Usually the product is its own inventory item: asking for it as well spares a round.
    const { productSku } = part;
    if (productSku.trim() !== '') work.master.ask<'item'>({ kind: 'item', sku: productSku });
    return null;
  }
  if (answer.state !== 'known' || answer.fact.sku.trim() === '') {
    flags.raise('UNKNOWN_INVENTORY', {
      cause: needKey(need),
      evidence: { inventoryId: part.inventoryId, name: part.name, productSku: part.productSku },
      quantity: part.quantity,
    });
    return null;
  }
  return {
    productId: part.productId,
    productReferenceId: part.productReferenceId,
    sku: answer.fact.sku,
    quantity: part.quantity,
    lot: part.lot === null || part.lot.trim() === '' ? null : part.lot.trim(),
  };
}

function byProduct(parts: readonly ShipmentPart[]): ShipmentPart[][] {
  const groups = new Map<string, ShipmentPart[]>();
  for (const part of parts) {
    const group = groups.get(part.productId);
    if (group === undefined) groups.set(part.productId, [part]);
    else group.push(part);
  }
  return [...groups.values()];
}
