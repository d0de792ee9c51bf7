/** The goods of one shipment as Infor items, where they left from. */
import type { OrderRecord, Posting, Shipment } from './glossary.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import type { ItemUse } from './plan-item.ts';
import { basicQuantity, checkItem, findCentre, findItem } from './plan-item.ts';
import type { Quantity } from './schema.ts';
import type { CentreSettings } from './settings.ts';
import type { ShippedUnit } from './shipped-unit.ts';
import { shippedUnits } from './shipped-unit.ts';

export interface ShipmentPlanning {
  work: PlanWork;
  order: OrderRecord;
  shipment: Shipment;
  /** Its issue when that is booked or may be; then nothing is asked that Infor has answered. */
  posted: Posting | null;
  flags: FlagList;
}

export interface Moved {
  centre: CentreSettings;
  units: { unit: ShippedUnit; item: ItemUse; quantity: Quantity; lot: string | null }[];
}

/** The shipment's goods as Infor items; null when some of them are not known or not clear. */
export function movedGoods(planning: ShipmentPlanning, own: FlagList): Moved | null {
  const { work, shipment, posted } = planning;
  const otherwise = `shipment ${shipment.id}, which has left without a centre`;
  const id = shipment.centre?.id ?? null;
  const name = shipment.centre?.name ?? null;
  const centre = findCentre(work, { id, name, otherwise }, own);
  const raised = own.all().length;
  const units: Moved['units'] = [];
  const shipped = shippedUnits(work, shipment, own);
  for (const unit of shipped) {
    const item = findItem(work, unit, own);
    if (item === null) continue;
    const quantity = basicQuantity(item, unit.quantity, own);
    if (posted === null) {
      const warehouse = centre?.warehouse ?? null;
      checkItem(work, { item, warehouse, quantity: unit.quantity }, own);
    }
    if (item.lotControlled && unit.lot === null) {
      const evidence = { sku: unit.sku, item: item.number, shipment: shipment.id };
      const cause = `lot:shipment:${shipment.id}`;
      own.raise('LOT_MISSING', { cause, evidence, quantity: unit.quantity });
    } else if (quantity !== null) {
      units.push({ unit, item, quantity, lot: item.lotControlled ? unit.lot : null });
    }
  }
  if (centre === null || own.all().length > raised) return null;
  if (units.length < shipped.length || work.master.needs().length > 0) return null;
  if (units.length > 0) return { centre, units };
  const evidence = { shipment: shipment.id };
  own.raise('EMPTY_SHIPMENT', { cause: `shipment:${shipment.id}`, evidence });
  return null;
}
