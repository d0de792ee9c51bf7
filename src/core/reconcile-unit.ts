/** Basic units of a receipt's lines: by the item's own unit, or by the purchase order's factor. */

import type { MasterView } from './master.ts';
import { one } from './quantity.ts';
import type { UnitFactor } from './reconcile-ledger.ts';

/** Null where neither tells: a unit is never taken for the basic one because nothing was found. */
export function unitFactorBy(master: MasterView): UnitFactor {
  return (line, order) => {
    const item = master.ask<'item'>({ kind: 'item', sku: line.item });
    if (item.state === 'known' && item.fact.unit === line.unit) return one;
    const answer = master.ask<'purchaseOrder'>({ kind: 'purchaseOrder', number: order });
    if (answer.state !== 'known') return null;
    const { lines } = answer.fact;
    const own = lines.find(
      (other) =>
        other.line === line.purchaseOrderLine &&
        other.subline === line.purchaseOrderSubline &&
        other.unit === line.unit,
    );
    const like = lines.find((other) => other.item === line.item && other.unit === line.unit);
    return (own ?? like)?.unitFactor ?? null;
  };
}
