/** Goods that a person issued by hand take their share of the sales order's lines. */
import { linkedLines, matchBooking } from './hand-booking.ts';
import { matchUnit, type OpenLines } from './line-match.ts';
import { movedGoods, type ShipmentPlanning } from './moved-goods.ts';
import { flagList } from './plan-input.ts';

/**
 * Takes off what a person issued by hand where that is not what ShipBob says was shipped; false
 * where it is, and matching the shipment as always finds the very lines.
 */
export function consumeLinked(planning: ShipmentPlanning, state: OpenLines): boolean {
  const { work, shipment } = planning;
  const held = linkedLines(work.input.links, 'issue', shipment.id);
  if (held.length === 0) return false;
  const moved = movedGoods(planning, flagList());
  const expected = (moved?.units ?? []).map(({ item, quantity, lot }) => ({
    line: null,
    item: item.number,
    quantity,
    lot,
  }));
  const { missing, surplus } = matchBooking({ expected, held, claimed: [], surplus: 'leave' });
  if (missing.length === 0 && surplus.length === 0) return false;
  for (const { item, quantity, lot } of held) {
    const product = moved?.units.find((unit) => unit.item.number === item)?.unit;
    const { productId = '', productReferenceId = '' } = product ?? {};
    const warehouse = moved?.centre.warehouse ?? '';
    matchUnit(state, { productId, productReferenceId, item, quantity, lot, warehouse });
  }
  return true;
}
