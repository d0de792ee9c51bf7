/** What waits behind a flag in money, where ShipBob knows it: people work on what is dear first. */
import { issueKey, orderKey } from './external-key.ts';
import type { FlagDraft, OrderLine, OrderRecord, Shipment, SourceRecord } from './glossary.ts';
import { multiplyAmount, sumAmounts } from './money.ts';
import { compareQuantities, sumQuantities } from './quantity.ts';
import type { Amount, Quantity } from './schema.ts';

/**
 * The flags with the value of what they hold up: of the whole order, or of the shipments alone. One
 * that has an amount keeps it; where a price is missing there is none.
 */
export function withValue(
  flags: readonly FlagDraft[],
  record: SourceRecord | null,
  currency: string | null,
): FlagDraft[] {
  if (record?.kind !== 'order') return [...flags];
  return flags.map((flag) => {
    if (flag.amount !== null) return flag;
    const amount = valueBehind(flag, record);
    return amount === null ? flag : { ...flag, amount, currency };
  });
}

function valueBehind({ holds }: FlagDraft, order: OrderRecord): Amount | null {
  if (holds === undefined || holds.includes(orderKey(order.id))) return orderValue(order);
  const values: Amount[] = [];
  for (const shipment of order.shipments) {
    if (!holds.includes(issueKey(shipment.id, 1))) continue;
    const value = shipmentValue(order, shipment);
    if (value === null) return null;
    values.push(value);
  }
  return values.length === 0 ? null : sumAmounts(values);
}

/** ShipBob's total, else that of the lines; null as soon as one has no price. */
export function orderValue(order: OrderRecord): Amount | null {
  if (order.totalPrice !== null) return order.totalPrice;
  const values: Amount[] = [];
  for (const { unitPrice, quantity } of order.lines) {
    if (unitPrice === null) return null;
    values.push(multiplyAmount(unitPrice, quantity));
  }
  return sumAmounts(values);
}

/** Its goods at the prices of the order's lines; null when that is not plain. */
export function shipmentValue(order: OrderRecord, shipment: Shipment): Amount | null {
  const products = new Set(shipment.parts.map(({ productId }) => productId));
  const values: Amount[] = [];
  for (const product of products) {
    const lines = order.lines.filter(({ productId }) => productId === product);
    const [line] = lines;
    if (line === undefined || lines.length > 1 || line.unitPrice === null) return null;
    if (!isSoldByThePiece(order, line)) return null;
    values.push(multiplyAmount(line.unitPrice, shipped([shipment], product)));
  }
  return values.length === 0 ? null : sumAmounts(values);
}

/** The parts of a bundle, or of a pack, are not what its price is for. */
function isSoldByThePiece(order: OrderRecord, line: OrderLine): boolean {
  const live = order.shipments.filter(({ phase }) => phase !== 'cancelled');
  const parts = live.flatMap((one) => one.parts).filter((p) => p.productId === line.productId);
  const inventories = new Set(parts.map(({ inventoryId }) => inventoryId));
  const total = shipped(live, line.productId);
  return inventories.size === 1 && compareQuantities(total, line.quantity) <= 0;
}

function shipped(shipments: readonly Shipment[], product: string): Quantity {
  const parts = shipments.flatMap((shipment) => shipment.parts);
  return sumQuantities(
    parts.filter(({ productId }) => productId === product).map(({ quantity }) => quantity),
  );
}
