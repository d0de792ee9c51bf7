import type { Box, BoxItem, Wro, WroStatus } from './model.ts';
import type { BoxPlace, WroInput } from './seed.ts';
import type { ShipbobState } from './state.ts';

/** Surplus of a SKU from which on ShipBob books it on an unlinked order instead (section 7.4). */
const SURPLUS_SHARE = 0.1;
const SURPLUS_UNITS = 25;

export function createReceiving(state: ShipbobState, input: WroInput): Wro {
  state.centre(input.centreId);
  const wro: Wro = {
    id: input.id ?? state.newId(),
    status: 'Awaiting',
    packageType: input.packageType ?? 'Package',
    boxPackaging: 'MultipleSkuPerBox',
    expectedAtMs: input.expectedAtMs,
    insertedAtMs: state.nowMs,
    lastUpdatedAtMs: state.nowMs + 2_000,
    completedAtMs: null,
    purchaseOrderNumber: input.purchaseOrderNumber,
    centreId: input.centreId,
    boxes: [],
    externalSyncAtMs: null,
    history: [],
  };
  wro.boxes = input.boxes.map((box, index) => newBox(wro.id, index + 1, box));
  state.receiving.set(wro.id, wro);
  moveTo(state, wro, 'Awaiting');
  state.tell({ topic: 'wro.created', wro, box: null });
  return wro;
}

export function arriveReceiving(state: ShipbobState, wroId: number, boxNumber?: number): void {
  const wro = state.wro(wroId);
  for (const box of wro.boxes) {
    if (boxNumber !== undefined && box.number !== boxNumber) continue;
    if (box.status !== 'Awaiting') continue;
    box.status = 'Arrived';
    box.arrivedAtMs = state.nowMs;
    state.tell({ topic: 'wro.box.arrived', wro, box: box.number });
  }
  const waiting = wro.boxes.some((box) => box.status === 'Awaiting');
  moveTo(state, wro, waiting ? 'PartiallyArrived' : 'Arrived');
}

export function moveReceiving(state: ShipbobState, wroId: number, status: WroStatus): void {
  moveTo(state, state.wro(wroId), status);
}

/** Puts goods on the shelf. A surplus past ShipBob's rule goes to an unidentified order. */
export function stow(state: ShipbobState, place: BoxPlace, quantity: number): void {
  const wro = state.wro(place.wroId);
  if (wro.status === 'Completed' || wro.status === 'Cancelled') {
    throw new Error(`Receiving order ${wro.id} is ${wro.status}: nothing more can be stowed.`);
  }
  const { box, item } = findItem(wro, place);
  box.arrivedAtMs ??= state.nowMs;
  box.receivedAtMs ??= state.nowMs;
  box.countingAtMs ??= state.nowMs;
  const surplus = item.stowed + quantity - item.expected;
  const tooMuch =
    surplus >= SURPLUS_UNITS || (surplus > 0 && surplus >= item.expected * SURPLUS_SHARE);
  const accepted = tooMuch ? Math.max(0, item.expected - item.stowed) : quantity;
  if (quantity > accepted) setAside(state, wro, item, quantity - accepted);
  shelve(state, wro, item, accepted);
  item.received = Math.max(item.received, item.stowed);
  box.status = box.items.every((each) => each.stowed >= each.expected) ? 'Completed' : 'Stowing';
  if (wro.status === 'ProcessingAtHub') touch(state, wro);
  else moveTo(state, wro, 'Processing');
  state.tell({ topic: 'wro.box.stowed', wro, box: box.number });
}

/** Corrects the stowed quantity of a box item after the fact, even of a completed order. */
export function recount(state: ShipbobState, place: BoxPlace, stowed: number): void {
  const wro = state.wro(place.wroId);
  const { item } = findItem(wro, place);
  shelve(state, wro, item, stowed - item.stowed);
  item.received = stowed;
  touch(state, wro);
}

/** Staff move a box to a new receiving order that carries no link to the old one (section 7.4). */
export function splitReceiving(
  state: ShipbobState,
  split: { wroId: number; boxNumber: number; newId: number; keepNumber: boolean },
): Wro {
  const wro = state.wro(split.wroId);
  const box = wro.boxes.find((each) => each.number === split.boxNumber);
  if (!box) throw new Error(`Receiving order ${wro.id} has no box ${split.boxNumber}.`);
  wro.boxes = wro.boxes.filter((each) => each !== box);
  touch(state, wro);
  const twin: Wro = {
    ...wro,
    id: split.newId,
    status: wro.status,
    insertedAtMs: state.nowMs,
    lastUpdatedAtMs: state.nowMs,
    purchaseOrderNumber: split.keepNumber ? wro.purchaseOrderNumber : null,
    boxes: [{ ...box, number: 1 }],
    externalSyncAtMs: null,
    history: [],
  };
  state.receiving.set(twin.id, twin);
  moveTo(state, twin, box.status === 'Awaiting' ? 'Awaiting' : 'Arrived');
  return twin;
}

export function completeReceiving(state: ShipbobState, wroId: number): void {
  const wro = state.wro(wroId);
  for (const box of wro.boxes) box.status = 'Completed';
  wro.completedAtMs = state.nowMs;
  moveTo(state, wro, 'Completed');
  state.tell({ topic: 'wro.completed', wro, box: null });
}

/** Only while `Awaiting`; says whether it worked. */
export function cancelReceiving(state: ShipbobState, wroId: number): boolean {
  const wro = state.wro(wroId);
  if (wro.status !== 'Awaiting') return false;
  for (const box of wro.boxes) box.status = 'Cancelled';
  moveTo(state, wro, 'Cancelled');
  return true;
}

export interface WroLine {
  inventoryId: number;
  sku: string;
  expected: number;
  received: number;
  stowed: number;
}

/** WRO lines are the boxes' sums per inventory item; lots are visible in the boxes only. */
export function wroLines(state: ShipbobState, wro: Wro): WroLine[] {
  const lines = new Map<number, WroLine>();
  for (const item of wro.boxes.flatMap((box) => box.items)) {
    const line = lines.get(item.inventoryId) ?? {
      inventoryId: item.inventoryId,
      sku: state.productByInventory.get(item.inventoryId)?.sku ?? '',
      expected: 0,
      received: 0,
      stowed: 0,
    };
    line.expected += item.expected;
    line.received += item.received;
    line.stowed += item.stowed;
    lines.set(item.inventoryId, line);
  }
  const counted = wro.status === 'Completed' || state.modes.wroReceived === 'counted';
  if (!counted) for (const line of lines.values()) line.received = 0;
  return [...lines.values()];
}

function newBox(wroId: number, number: number, input: WroInput['boxes'][number]): Box {
  return {
    id: wroId * 10 + number,
    number,
    status: 'Awaiting',
    trackingNumber: input.trackingNumber,
    arrivedAtMs: null,
    receivedAtMs: null,
    countingAtMs: null,
    items: input.items.map((item) => ({
      inventoryId: item.inventoryId,
      expected: item.quantity,
      received: 0,
      stowed: 0,
      most: 0,
      lot: item.lot ?? null,
      expiresAtMs: item.expiresAtMs ?? null,
    })),
  };
}

function findItem(wro: Wro, place: BoxPlace): { box: Box; item: BoxItem } {
  for (const box of wro.boxes) {
    if (box.number !== place.boxNumber) continue;
    const item = box.items.find(
      (each) => each.inventoryId === place.inventoryId && each.lot === (place.lot ?? null),
    );
    if (item) return { box, item };
  }
  const what = `inventory id ${place.inventoryId}, lot ${place.lot ?? 'none'}`;
  throw new Error(`Box ${place.boxNumber} of receiving order ${wro.id} has no ${what}.`);
}

function shelve(state: ShipbobState, wro: Wro, item: BoxItem, quantity: number): void {
  if (quantity === 0) return;
  item.stowed += quantity;
  item.most = Math.max(item.most, item.stowed);
  state.stock.record({
    atMs: state.nowMs,
    category: 'ReceivingStow',
    centreId: wro.centreId,
    inventoryId: item.inventoryId,
    lot: item.lot,
    expiresAtMs: item.expiresAtMs,
    onHand: quantity,
    committed: 0,
    reference: wro.id,
    orderId: null,
  });
}

function setAside(state: ShipbobState, wro: Wro, item: BoxItem, quantity: number): void {
  state.unidentified.push({
    id: state.newId(),
    centreId: wro.centreId,
    inventoryId: item.inventoryId,
    quantity,
    createdAtMs: state.nowMs,
    completed: false,
  });
}

function moveTo(state: ShipbobState, wro: Wro, status: WroStatus): void {
  const last = wro.history.at(-1);
  wro.status = status;
  if (last?.status === status) return;
  wro.history.push({ id: wro.id * 20 + wro.history.length, status, atMs: state.nowMs });
  touch(state, wro);
  if (wro.history.length > 1) state.tell({ topic: 'wro.updated', wro, box: null });
}

/** The captured samples kept the date of creation whatever happened (section 7.2). */
function touch(state: ShipbobState, wro: Wro): void {
  if (state.modes.wroLastUpdated === 'moves') wro.lastUpdatedAtMs = state.nowMs;
}
