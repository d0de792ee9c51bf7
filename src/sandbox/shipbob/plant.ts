/**
 * What happens in ShipBob without anybody being told, for comparisons of the books to find: no
 * webhook, and no newer update time where `quiet`. Levels and history stay consistent.
 */
import { recordCharge } from './billing.ts';
import { fieldsOf, numberOf, textOf } from './json.ts';
import type { Charge, Shipment } from './model.ts';
import { adjustStock } from './product.ts';
import { commitAll } from './shipment.ts';
import type { ShipbobState } from './state.ts';

export type ShipbobPlant =
  | {
      kind: 'adjustStock';
      centreId: number;
      inventoryId: number;
      lot: string | null;
      quantity: number;
    }
  | { kind: 'changeCharge'; chargeId: string; amountCents: number }
  | { kind: 'vanishCharge'; chargeId: string }
  /** Charged long ago, and shown only from now on. */
  | {
      kind: 'lateCharge';
      fee: string;
      shipmentId: number;
      amountCents: number;
      chargedAtMs: number;
    }
  /** Whatever became of its shipments. */
  | { kind: 'cancelOrder'; orderId: number; quiet: boolean }
  /** Another quantity left than was told. */
  | {
      kind: 'changeShipment';
      shipmentId: number;
      inventoryId: number;
      quantity: number;
      quiet: boolean;
    };

/** Throws where it cannot be done. Answers the ids of what was made or changed. */
export function plantInShipbob(state: ShipbobState, what: ShipbobPlant): { ids: string[] } {
  switch (what.kind) {
    case 'adjustStock':
      adjustStock(state, what);
      return { ids: [String(state.stock.changes.at(-1)?.id ?? '')] };
    case 'changeCharge':
      chargeOf(state, what.chargeId).amountCents = what.amountCents;
      return { ids: [what.chargeId] };
    case 'vanishCharge':
      state.charges.splice(state.charges.indexOf(chargeOf(state, what.chargeId)), 1);
      return { ids: [what.chargeId] };
    case 'lateCharge':
      return { ids: [addLateCharge(state, what).id] };
    case 'cancelOrder':
      cancelAnyway(state, what);
      return { ids: [String(what.orderId)] };
    case 'changeShipment':
      changeShipment(state, what);
      return { ids: [String(what.shipmentId)] };
  }
}

/** Throws where it is not one of the above. */
export function readPlant(body: unknown): ShipbobPlant {
  const fields = fieldsOf(body);
  const kind = textOf(fields.kind);
  const number = (name: string) => {
    const value = numberOf(fields[name]);
    if (value === null) throw new Error(`${kind} needs a number ${name}.`);
    return value;
  };
  const text = (name: string) => {
    const value = textOf(fields[name]);
    if (value === null) throw new Error(`${kind} needs a text ${name}.`);
    return value;
  };
  const quiet = fields.quiet === true;
  switch (kind) {
    case 'adjustStock':
      return {
        kind,
        centreId: number('centreId'),
        inventoryId: number('inventoryId'),
        lot: textOf(fields.lot),
        quantity: number('quantity'),
      };
    case 'changeCharge':
      return { kind, chargeId: text('chargeId'), amountCents: number('amountCents') };
    case 'vanishCharge':
      return { kind, chargeId: text('chargeId') };
    case 'lateCharge':
      return {
        kind,
        fee: text('fee'),
        shipmentId: number('shipmentId'),
        amountCents: number('amountCents'),
        chargedAtMs: number('chargedAtMs'),
      };
    case 'cancelOrder':
      return { kind, orderId: number('orderId'), quiet };
    case 'changeShipment':
      return {
        kind,
        shipmentId: number('shipmentId'),
        inventoryId: number('inventoryId'),
        quantity: number('quantity'),
        quiet,
      };
    default:
      throw new Error(`Nothing called ${kind} can be planted.`);
  }
}

function chargeOf(state: ShipbobState, id: string): Charge {
  const charge = state.charges.find((each) => each.id === id);
  if (!charge) throw new Error(`There is no charge ${id}.`);
  return charge;
}

function addLateCharge(
  state: ShipbobState,
  what: Extract<ShipbobPlant, { kind: 'lateCharge' }>,
): Charge {
  const { fee, shipmentId, amountCents, chargedAtMs } = what;
  return recordCharge(state, {
    type: 'Charge',
    fee,
    referenceId: String(shipmentId),
    referenceType: 'Shipment',
    amountCents,
    chargedAtMs,
    visibleAtMs: state.nowMs,
    invoiceType: 'AdditionalFee',
    centreId: state.shipment(shipmentId).centreId,
  });
}

function cancelAnyway(
  state: ShipbobState,
  what: Extract<ShipbobPlant, { kind: 'cancelOrder' }>,
): void {
  const order = state.order(what.orderId);
  for (const shipment of order.shipments) {
    if (shipment.leftAtMs !== null || shipment.status === 'Cancelled') continue;
    commitAll(state, shipment, -1);
    shipment.status = 'Cancelled';
    shipment.details = [];
    if (!what.quiet) shipment.updatedAtMs = state.nowMs;
  }
  order.held = 'Cancelled';
  if (!what.quiet) order.updatedAtMs = state.nowMs;
}

function changeShipment(
  state: ShipbobState,
  what: Extract<ShipbobPlant, { kind: 'changeShipment' }>,
): void {
  const { shipmentId, inventoryId, quantity } = what;
  const shipment: Shipment = state.shipment(shipmentId);
  if (shipment.leftAtMs === null) throw new Error(`Shipment ${shipmentId} has not left.`);
  const pick = shipment.lines
    .flatMap((line) => line.picks)
    .find((each) => each.inventoryId === inventoryId);
  if (!pick) throw new Error(`Shipment ${shipmentId} has no ${inventoryId}.`);
  state.stock.record({
    atMs: state.nowMs,
    category: 'OrderPicked',
    centreId: shipment.centreId ?? 0,
    inventoryId,
    lot: pick.lot,
    expiresAtMs: pick.expiresAtMs,
    onHand: pick.quantity - quantity,
    committed: 0,
    reference: shipmentId,
    orderId: shipment.orderId,
  });
  pick.quantity = quantity;
  pick.committed = quantity;
  if (what.quiet) return;
  shipment.updatedAtMs = state.nowMs;
  state.order(shipment.orderId).updatedAtMs = state.nowMs;
}
