/**
 * What ShipBob said when a document was planned, frozen with it. What it says later is compared
 * with that: it needs neither mappings nor master data, so a change shows even where today's
 * version raises questions, and a mapping edited since then shows nothing.
 */
import type { InforDocument, OrderRecord, Shipment, SourceLine } from './glossary.ts';
import { addQuantities } from './quantity.ts';

export function orderSource(order: OrderRecord): SourceLine[] {
  return gathered(
    order.lines.map((line) => ({
      // A product keeps its id when its SKU is written in another way.
      id: JSON.stringify([line.productId || line.sku, line.unit]),
      what: `SKU ${line.sku}${line.unit === null ? '' : `, unit ${line.unit}`}`,
      quantity: line.quantity,
    })),
  );
}

export function shipmentSource(shipment: Shipment): SourceLine[] {
  return gathered(
    shipment.parts.map(({ inventoryId, lot, quantity }) => {
      const name = lot?.trim() ?? '';
      return {
        id: JSON.stringify([inventoryId, foldedLot(name)]),
        what: `inventory ${inventoryId}${name === '' ? '' : `, lot ${name}`}`,
        quantity,
      };
    }),
  );
}

/** Null where a document has no source of its own, or was planned before sources were kept. */
export function sourceOf(document: InforDocument): SourceLine[] | null {
  return 'source' in document ? (document.source ?? null) : null;
}

/** Infor may keep a lot in upper case whatever it was given. */
export function foldedLot(lot: string): string {
  return lot.toUpperCase();
}

function gathered(lines: readonly SourceLine[]): SourceLine[] {
  const sums = new Map<string, SourceLine>();
  for (const line of lines) {
    const known = sums.get(line.id);
    const quantity = known ? addQuantities(known.quantity, line.quantity) : line.quantity;
    sums.set(line.id, { ...(known ?? line), quantity });
  }
  return [...sums.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
