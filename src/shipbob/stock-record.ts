/** Shelves and their history, translated from ShipBob's rows. */
import type { StockEvent, StockLevel } from '../app/ports.ts';
import { canonicalQuantity, type Quantity } from '../core/schema.ts';
import { Row } from './schema.ts';

/** One inventory item at every centre that knows it. Throws UnreadableField. */
export function readLevels(value: unknown): StockLevel[] {
  const row = new Row(value);
  const inventoryId = row.inventoryId('inventory_id');
  const sku = row.text('sku');
  const name = row.text('name');
  return row.rows('locations').map((location) => ({
    centreId: location.id('location_id'),
    inventoryId,
    sku,
    name,
    // Below zero happens while a correction is under way; it is what ShipBob says.
    onHand: signedQuantity(location, 'on_hand_quantity') ?? canonicalQuantity('0'),
  }));
}

/**
 * What one event did to a centre. ShipBob tells what left one place and what came to another, which
 * may be the same centre: then there are two entries, and none when goods of one lot only changed
 * shelves. Throws UnreadableField.
 */
export function readEvents(value: unknown, centreId: string): StockEvent[] {
  const row = new Row(value);
  const id = row.id('inventory_audit_event_id');
  const sides = [
    { name: 'out', details: row.row('decrement'), sign: '-' as const },
    { name: 'in', details: row.row('increment'), sign: '' as const },
  ];
  const common = {
    atMs: row.instant('event_datetime'),
    centreId,
    inventoryId: row.inventoryId('inventory_id'),
    category: row.text('event_category') || 'Unnamed',
    orderId: row.textOrNull('shipbob_order_id'),
  };
  const entries = sides.flatMap(({ name, details, sign }) => {
    const quantity = details === null ? null : movedBy(details, sign);
    if (details === null || quantity === null || quantity === '0') return [];
    if ((details.textOrNull('facility_id') ?? centreId) !== centreId) return [];
    return [
      {
        ...common,
        id: `${id}/${name}`,
        sku: details.text('sku'),
        quantity,
        lot: details.textOrNull('lot_number'),
      },
    ];
  });
  const [left, came] = entries;
  const isShelfChange =
    left !== undefined &&
    came !== undefined &&
    left.lot === came.lot &&
    left.quantity === canonicalQuantity(`-${came.quantity}`);
  return isShelfChange ? [] : entries;
}

/** Described as signed, and seen without a sign: which side it stands on says what it is. */
function movedBy(details: Row, sign: '-' | ''): Quantity | null {
  const quantity = signedQuantity(details, 'quantity_change');
  if (quantity === null || quantity === '0') return quantity;
  return canonicalQuantity(`${sign}${quantity.replace(/^-/, '')}`);
}

function signedQuantity(row: Row, name: string): Quantity | null {
  const amount = row.amountOrNull(name);
  return amount === null ? null : canonicalQuantity(amount);
}
