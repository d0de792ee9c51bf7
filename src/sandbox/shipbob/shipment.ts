import { addCharge } from './billing.ts';
import type { Pick, Shipment, ShipmentLine, StatusDetail } from './model.ts';
import type { PickedLot, ShipInput } from './seed.ts';
import type { ShipbobState } from './state.ts';
import type { LotBalance } from './stock.ts';

const HOUR_MS = 3_600_000;

const DETAIL = {
  picked: { id: 100, name: 'Picked', description: 'Shipment Picked' },
  labeled: { id: 102, name: 'Labeled', description: 'Label Printed' },
  waiting: { id: 200, name: 'Processing', description: 'Waiting For Carrier Pickup' },
  inTransit: { id: 201, name: 'InTransit', description: 'Shipment In Transit' },
  outForDelivery: { id: 202, name: 'OutForDelivery', description: 'Shipment Out For Delivery' },
  delivered: { id: 203, name: 'Delivered', description: 'Shipment Delivered' },
  outOfStock: { id: 303, name: 'OutOfStock', description: 'No Stock On Hand For Sku' },
  onHold: { id: 401, name: 'InvalidAddress', description: 'Address Could Not Be Validated' },
} as const;

/** Takes the goods off the shelf: only now are the lots known (section 6.3). */
export function pickShipment(
  state: ShipbobState,
  shipmentId: number,
  lots: readonly PickedLot[] = [],
): void {
  const shipment = state.shipment(shipmentId);
  expectStatus(shipment, ['Processing']);
  if (shipment.picked) throw new Error(`Shipment ${shipmentId} was picked before.`);
  const centreId = shipment.centreId;
  if (centreId === null) throw new Error(`Shipment ${shipmentId} has no fulfilment centre.`);
  const taken = new Map<string, number>();
  const picker: Picker = { state, centreId, taken, lots: lots.map((lot) => ({ ...lot })) };
  const lines: ShipmentLine[] = [];
  for (const line of shipment.lines) {
    const picks = line.picks.map((pick) => chooseLots(picker, pick));
    const short = picks.find((found) => typeof found === 'number');
    if (typeof short === 'number') {
      setStatus(state, shipment, 'Exception', { ...DETAIL.outOfStock, inventoryId: short });
      state.tell({ topic: 'order.shipment.exception', shipment });
      return;
    }
    lines.push({
      ...line,
      picks: picks.flatMap((found) => (typeof found === 'number' ? [] : found)),
    });
  }
  shipment.lines = lines;
  shipment.picked = true;
  setStatus(state, shipment, 'Processing', { ...DETAIL.picked, inventoryId: null });
  mark(state, shipment, 602, 'Picked', 'Picked');
}

/** Label bought and printed: the goods have left stock, the carrier has not come yet. */
export function labelShipment(state: ShipbobState, input: ShipInput): void {
  const shipment = state.shipment(input.shipmentId);
  if (!shipment.picked) pickShipment(state, shipment.id);
  if (shipment.status === 'Exception') return;
  expectStatus(shipment, ['Processing']);
  setStatus(state, shipment, 'LabeledCreated', { ...DETAIL.labeled, inventoryId: null });
  mark(state, shipment, 604, 'Labeled', 'Label Created');
  mark(state, shipment, 603, 'Packed', 'Packed');
  shipment.leftAtMs = state.nowMs;
  shipment.trackedAtMs = state.nowMs;
  state.order(shipment.orderId).trackedAtMs = state.nowMs;
  shipment.tracking = trackingOf(shipment);
  takeFromStock(state, shipment);
  bill(state, shipment, input);
}

/** Hands it to the carrier; picks and labels first where that has not happened. */
export function shipShipment(state: ShipbobState, input: ShipInput): void {
  const shipment = state.shipment(input.shipmentId);
  if (shipment.status === 'Processing') labelShipment(state, input);
  if (shipment.status === 'Exception') return;
  expectStatus(shipment, ['LabeledCreated']);
  setStatus(state, shipment, 'Completed', { ...DETAIL.waiting, inventoryId: null });
  mark(state, shipment, 605, 'Validated', 'Label Validated');
  const order = state.order(shipment.orderId);
  const live = order.shipments.filter((other) => other.status !== 'Cancelled');
  if (live.every((other) => other.leftAtMs !== null)) state.tell({ topic: 'order.shipped', order });
}

export function scanShipment(
  state: ShipbobState,
  shipmentId: number,
  step: 'inTransit' | 'outForDelivery',
): void {
  const shipment = state.shipment(shipmentId);
  expectStatus(shipment, ['Completed']);
  carrierEvent(state, shipment, { ...DETAIL[step], inventoryId: null });
  if (step === 'inTransit') mark(state, shipment, 607, 'InTransit', 'In Transit');
  else mark(state, shipment, 608, 'OutForDelivery', 'Out For Delivery');
  state.tell({ topic: 'order.shipment.tracking.updated', shipment });
}

export function deliverShipment(state: ShipbobState, shipmentId: number): void {
  const shipment = state.shipment(shipmentId);
  expectStatus(shipment, ['Completed']);
  shipment.deliveredAtMs = state.nowMs;
  carrierEvent(state, shipment, { ...DETAIL.delivered, inventoryId: null });
  mark(state, shipment, 609, 'Delivered', 'Delivered');
  state.tell({ topic: 'order.shipment.delivered', shipment });
  const order = state.order(shipment.orderId);
  const live = order.shipments.filter((other) => other.status !== 'Cancelled');
  if (live.every((other) => other.deliveredAtMs !== null)) {
    state.tell({ topic: 'order.delivered', order });
  }
}

/** Works until picked; says whether it did. */
export function cancelShipment(state: ShipbobState, shipmentId: number): boolean {
  const shipment = state.shipment(shipmentId);
  const open = ['Processing', 'Exception', 'OnHold'].includes(shipment.status);
  if (!open || shipment.picked) return false;
  commitAll(state, shipment, -1);
  shipment.status = 'Cancelled';
  shipment.details = [];
  touch(state, shipment);
  state.tell({ topic: 'order.shipment.cancelled', shipment });
  return true;
}

export function reassignShipment(state: ShipbobState, shipmentId: number, centreId: number): void {
  const shipment = state.shipment(shipmentId);
  if (shipment.picked) throw new Error(`Shipment ${shipmentId} was picked: it cannot move.`);
  state.centre(centreId);
  commitAll(state, shipment, -1);
  shipment.centreId = centreId;
  commitAll(state, shipment, 1);
  touch(state, shipment);
}

export function holdShipment(
  state: ShipbobState,
  shipmentId: number,
  reason: 'onHold' | 'outOfStock',
): void {
  const shipment = state.shipment(shipmentId);
  expectStatus(shipment, ['Processing']);
  const inventoryId = shipment.lines[0]?.picks[0]?.inventoryId ?? null;
  if (reason === 'onHold') {
    setStatus(state, shipment, 'OnHold', { ...DETAIL.onHold, inventoryId: null });
    state.tell({ topic: 'order.shipment.on_hold', shipment });
  } else {
    setStatus(state, shipment, 'Exception', { ...DETAIL.outOfStock, inventoryId });
    state.tell({ topic: 'order.shipment.exception', shipment });
  }
}

export function releaseShipment(state: ShipbobState, shipmentId: number): void {
  const shipment = state.shipment(shipmentId);
  expectStatus(shipment, ['Exception', 'OnHold']);
  shipment.status = 'Processing';
  shipment.details = [];
  touch(state, shipment);
}

interface Picker {
  state: ShipbobState;
  centreId: number;
  /** Already taken for this shipment, by inventory id and lot. */
  taken: Map<string, number>;
  /** Still to be taken from the lots asked for. */
  lots: PickedLot[];
}

/** The pick split over lots, or the inventory id that is short. */
function chooseLots(picker: Picker, pick: Pick): Pick[] | number {
  const picks: Pick[] = [];
  let missing = pick.quantity;
  const onHand = picker.state.stock.lotsOnHand(picker.centreId, pick.inventoryId);
  for (const balance of asked(picker, pick.inventoryId, onHand)) {
    if (missing === 0) break;
    const key = `${balance.inventoryId}|${balance.lot}`;
    const used = picker.taken.get(key) ?? 0;
    const quantity = Math.min(missing, balance.onHand - used);
    if (quantity <= 0) continue;
    picker.taken.set(key, used + quantity);
    missing -= quantity;
    const { lot, expiresAtMs } = balance;
    picks.push({ ...pick, quantity, committed: quantity, lot, expiresAtMs });
  }
  return missing > 0 ? pick.inventoryId : picks;
}

/** First expired first out, unless the picker was told which lots to take. */
function asked(picker: Picker, inventoryId: number, onHand: LotBalance[]): LotBalance[] {
  const wanted = picker.lots.filter((lot) => lot.inventoryId === inventoryId);
  if (wanted.length === 0) return onHand;
  return wanted.flatMap((lot) =>
    onHand
      .filter((balance) => balance.lot === lot.lot)
      .map((balance) => ({ ...balance, onHand: Math.min(balance.onHand, lot.quantity) })),
  );
}

function takeFromStock(state: ShipbobState, shipment: Shipment): void {
  for (const pick of shipment.lines.flatMap((line) => line.picks)) {
    state.stock.record({
      atMs: state.nowMs,
      category: 'OrderPicked',
      centreId: shipment.centreId ?? 0,
      inventoryId: pick.inventoryId,
      lot: pick.lot,
      expiresAtMs: pick.expiresAtMs,
      onHand: -pick.quantity,
      committed: -pick.quantity,
      reference: shipment.id,
      orderId: shipment.orderId,
    });
  }
}

function bill(state: ShipbobState, shipment: Shipment, input: ShipInput): void {
  if (input.invoiceCents === undefined) return;
  shipment.invoiceCents = input.invoiceCents;
  shipment.invoicedAtMs = state.nowMs + (input.invoiceAfterMs ?? 30 * HOUR_MS);
  addCharge(state, {
    type: 'Charge',
    fee: 'Shipping',
    referenceId: String(shipment.id),
    referenceType: 'Shipment',
    amountCents: input.invoiceCents,
    chargedAtMs: state.nowMs,
    visibleAtMs: shipment.invoicedAtMs,
    invoiceType: 'Shipping',
    centreId: shipment.centreId,
  });
}

/** `sign` 1 reserves the shipment's goods, -1 gives them back. */
export function commitAll(state: ShipbobState, shipment: Shipment, sign: 1 | -1): void {
  for (const pick of shipment.lines.flatMap((line) => line.picks)) {
    state.stock.record({
      atMs: state.nowMs,
      category: 'Committed',
      centreId: shipment.centreId ?? 0,
      inventoryId: pick.inventoryId,
      lot: null,
      expiresAtMs: null,
      onHand: 0,
      committed: sign * pick.quantity,
      reference: shipment.id,
      orderId: shipment.orderId,
    });
  }
}

function setStatus(
  state: ShipbobState,
  shipment: Shipment,
  status: Shipment['status'],
  detail: StatusDetail,
): void {
  shipment.status = status;
  shipment.details = [detail];
  touch(state, shipment);
}

function touch(state: ShipbobState, shipment: Shipment): void {
  shipment.updatedAtMs = state.nowMs;
  state.order(shipment.orderId).updatedAtMs = state.nowMs;
}

/** Scans and deliveries do not reliably move last-update: only the tracking clock (section 5.1). */
function carrierEvent(state: ShipbobState, shipment: Shipment, detail: StatusDetail): void {
  shipment.details = [detail];
  shipment.trackedAtMs = state.nowMs;
  state.order(shipment.orderId).trackedAtMs = state.nowMs;
  if (state.modes.carrierEvents === 'moveUpdate') touch(state, shipment);
}

function mark(
  state: ShipbobState,
  shipment: Shipment,
  typeId: number,
  name: string,
  text: string,
): void {
  shipment.timeline.push({ typeId, name, text, atMs: state.nowMs });
}

function trackingOf(shipment: Shipment): Shipment['tracking'] {
  const carriers = ['USPS', 'UPS', 'FedEx'] as const;
  return {
    carrier: carriers[shipment.id % carriers.length] ?? 'USPS',
    service: 'Ground',
    number: `94001501${String(shipment.id).padStart(14, '0')}`,
  };
}

function expectStatus(shipment: Shipment, allowed: readonly Shipment['status'][]): void {
  if (allowed.includes(shipment.status)) return;
  throw new Error(`Shipment ${shipment.id} is ${shipment.status}, not ${allowed.join(' or ')}.`);
}
