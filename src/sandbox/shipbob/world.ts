import { addCharge } from './billing.ts';
import type { Malformation, Order, Product, ShipbobModes, Shipment, Wro } from './model.ts';
import {
  acceptOrder,
  addShipment,
  cancelOrder,
  changeOrder,
  malformOrder,
  placeOrder,
  restoreOrder,
  vanishOrder,
} from './order.ts';
import { plantInShipbob, type ShipbobPlant } from './plant.ts';
import { addProduct, adjustStock } from './product.ts';
import {
  arriveReceiving,
  cancelReceiving,
  completeReceiving,
  createReceiving,
  moveReceiving,
  recount,
  splitReceiving,
  stow,
} from './receiving.ts';
import type {
  BoxPlace,
  ChargeInput,
  OrderInput,
  PickedLot,
  ProductInput,
  ShipbobAction,
  ShipbobEvent,
  ShipbobSeed,
  ShipInput,
  ShipmentInput,
  WroInput,
} from './seed.ts';
import {
  cancelShipment,
  deliverShipment,
  holdShipment,
  labelShipment,
  pickShipment,
  reassignShipment,
  releaseShipment,
  scanShipment,
  shipShipment,
} from './shipment.ts';
import { ShipbobState } from './state.ts';

/**
 * The simulated ShipBob account: what the seed says will happen takes place as the clock passes it,
 * and a test can make things happen at once. Every method throws when the act is impossible, e.g.
 * shipping what was cancelled; a scheduled event that is impossible is noted in `problems`.
 */
export class ShipbobWorld {
  readonly state: ShipbobState;
  /** Scheduled events that turned out impossible, e.g. because a client had cancelled the order. */
  readonly problems: { atMs: number; kind: ShipbobAction['kind']; message: string }[] = [];
  readonly #now: () => number;
  #events: ShipbobEvent[];
  #next = 0;
  /** The same account some time ago, which happens to it in the same order; see `lagging`. */
  #copy: ShipbobWorld | null = null;

  constructor(settings: { seed: ShipbobSeed; modes: ShipbobModes; now: () => number }) {
    const { seed, modes } = settings;
    this.#now = settings.now;
    if (modes.staleReadMs > 0) {
      this.#copy = new ShipbobWorld({
        seed,
        modes: { ...modes, staleReadMs: 0 },
        now: () => settings.now() - modes.staleReadMs,
      });
    }
    this.state = new ShipbobState(settings.modes);
    this.state.centres.push(...seed.centres);
    this.state.channels.push(...seed.channels);
    for (const product of seed.products) addProduct(this.state, product);
    for (const row of seed.stock) {
      const { quantity, ...place } = row;
      this.state.stock.record({
        ...place,
        atMs: 0,
        category: 'InventoryAdjusted',
        onHand: quantity,
        committed: 0,
        reference: null,
        orderId: null,
      });
    }
    this.#events = [...seed.events].sort((a, b) => a.atMs - b.atMs);
  }

  /** Lets everything happen that is due by now. Called before each answer. */
  settle(): void {
    const nowMs = this.#now();
    for (;;) {
      const event = this.#events[this.#next];
      if (!event || event.atMs > nowMs) break;
      this.#next += 1;
      this.state.nowMs = event.atMs;
      this.#attempt(event);
    }
    this.state.nowMs = nowMs;
    this.state.stock.show(nowMs - this.state.modes.stockLagMs);
  }

  /** Seeded events that have not happened yet. */
  pendingEvents(): number {
    return this.#events.length - this.#next;
  }

  /** When the next one is to happen; null when none is. */
  nextEventAtMs(): number | null {
    return this.#events[this.#next]?.atMs ?? null;
  }

  lastEventAtMs(): number | null {
    return this.#events.at(-1)?.atMs ?? null;
  }

  /** Adds to what will happen; an event in the past happens at the next call. */
  schedule(event: ShipbobEvent): void {
    this.#copy?.schedule(event);
    const rest = [...this.#events.slice(this.#next), event];
    this.#events = rest.sort((a, b) => a.atMs - b.atMs);
    this.#next = 0;
  }

  apply(action: ShipbobAction): void {
    this.#act(action, () => this.#perform(action));
  }

  hasCopy(): boolean {
    return this.#copy !== null;
  }

  /** The account as a copy knows it that is behind by `staleReadMs`. */
  lagging(): ShipbobWorld {
    this.#copy?.settle();
    return this.#copy ?? this;
  }

  /** What clients of the API change reaches no copy, so from then on there is none. */
  forgetCopy(): void {
    this.#copy = null;
  }

  placeOrder(input: OrderInput): Order {
    const order = { ...input, id: input.id ?? this.state.newId() };
    return this.#act({ kind: 'placeOrder', order }, () => placeOrder(this.state, order));
  }

  acceptOrder(orderId: number): void {
    this.apply({ kind: 'acceptOrder', orderId });
  }

  cancelOrder(orderId: number): void {
    this.apply({ kind: 'cancelOrder', orderId });
  }

  vanishOrder(orderId: number): void {
    this.apply({ kind: 'vanishOrder', orderId });
  }

  malformOrder(orderId: number, how: Malformation): void {
    this.apply({ kind: 'malformOrder', orderId, how });
  }

  addShipment(orderId: number, input: ShipmentInput): Shipment {
    const shipment = { ...input, id: input.id ?? this.state.newId() };
    return this.#act({ kind: 'addShipment', orderId, shipment }, () =>
      addShipment(this.state, orderId, shipment),
    );
  }

  pickShipment(shipmentId: number, lots: PickedLot[] = []): void {
    this.apply({ kind: 'pickShipment', shipmentId, lots });
  }

  labelShipment(input: ShipInput): void {
    this.apply({ kind: 'labelShipment', ...input });
  }

  shipShipment(input: ShipInput): void {
    this.apply({ kind: 'shipShipment', ...input });
  }

  scanShipment(shipmentId: number, step: 'inTransit' | 'outForDelivery'): void {
    this.apply({ kind: 'scanShipment', shipmentId, step });
  }

  deliver(shipmentId: number): void {
    this.apply({ kind: 'deliverShipment', shipmentId });
  }

  /** False where it was picked already. */
  cancelShipment(shipmentId: number): boolean {
    return this.#act({ kind: 'cancelShipment', shipmentId }, () =>
      cancelShipment(this.state, shipmentId),
    );
  }

  reassignShipment(shipmentId: number, centreId: number): void {
    this.apply({ kind: 'reassignShipment', shipmentId, centreId });
  }

  createReceiving(input: WroInput): Wro {
    const wro = { ...input, id: input.id ?? this.state.newId() };
    return this.#act({ kind: 'createReceiving', wro }, () => createReceiving(this.state, wro));
  }

  arrive(wroId: number, boxNumber?: number): void {
    const place = { wroId, ...(boxNumber === undefined ? {} : { boxNumber }) };
    this.apply({ kind: 'arriveReceiving', ...place });
  }

  stow(place: BoxPlace, quantity: number): void {
    this.apply({ kind: 'stow', ...place, quantity });
  }

  recount(place: BoxPlace, stowed: number): void {
    this.apply({ kind: 'recount', ...place, stowed });
  }

  completeReceiving(wroId: number): void {
    this.apply({ kind: 'completeReceiving', wroId });
  }

  addProduct(product: ProductInput): Product {
    return this.#act({ kind: 'addProduct', product }, () => addProduct(this.state, product));
  }

  charge(charge: ChargeInput): void {
    this.apply({ kind: 'charge', ...charge });
  }

  /** Makes something happen that nobody is told of, for a comparison of the books to find. */
  plant(what: ShipbobPlant): { ids: string[] } {
    return this.#act({ kind: 'plant', what }, () => plantInShipbob(this.state, what));
  }

  /** Does it now, and has it happen to the copy when that has come so far. */
  #act<Value>(action: ShipbobAction, act: () => Value): Value {
    this.settle();
    const value = act();
    this.#copy?.schedule({ atMs: this.state.nowMs, action });
    this.state.stock.show(this.state.nowMs - this.state.modes.stockLagMs);
    return value;
  }

  #attempt({ atMs, action }: ShipbobEvent): void {
    try {
      this.#perform(action);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.problems.push({ atMs, kind: action.kind, message });
    }
  }

  #perform(action: ShipbobAction): void {
    if (performOnOrder(this.state, action)) return;
    if (performOnShipment(this.state, action)) return;
    performElsewhere(this.state, action);
  }
}

/** False where the action is not about an order; likewise for the next two. */
function performOnOrder(state: ShipbobState, action: ShipbobAction): boolean {
  switch (action.kind) {
    case 'placeOrder':
      placeOrder(state, action.order);
      return true;
    case 'acceptOrder':
      acceptOrder(state, action.orderId);
      return true;
    case 'cancelOrder':
      cancelOrder(state, action.orderId);
      return true;
    case 'vanishOrder':
      vanishOrder(state, action.orderId);
      return true;
    case 'restoreOrder':
      restoreOrder(state, action.orderId);
      return true;
    case 'changeOrder':
      changeOrder(state, action);
      return true;
    case 'malformOrder':
      malformOrder(state, action.orderId, action.how);
      return true;
    case 'addShipment':
      addShipment(state, action.orderId, action.shipment);
      return true;
    default:
      return false;
  }
}

function performOnShipment(state: ShipbobState, action: ShipbobAction): boolean {
  switch (action.kind) {
    case 'pickShipment':
      pickShipment(state, action.shipmentId, action.lots);
      return true;
    case 'labelShipment':
      labelShipment(state, action);
      return true;
    case 'shipShipment':
      shipShipment(state, action);
      return true;
    case 'scanShipment':
      scanShipment(state, action.shipmentId, action.step);
      return true;
    case 'deliverShipment':
      deliverShipment(state, action.shipmentId);
      return true;
    case 'cancelShipment':
      cancelShipment(state, action.shipmentId);
      return true;
    case 'reassignShipment':
      reassignShipment(state, action.shipmentId, action.centreId);
      return true;
    case 'holdShipment':
      holdShipment(state, action.shipmentId, action.reason);
      return true;
    case 'releaseShipment':
      releaseShipment(state, action.shipmentId);
      return true;
    default:
      return false;
  }
}

function performElsewhere(state: ShipbobState, action: ShipbobAction): void {
  switch (action.kind) {
    case 'createReceiving':
      createReceiving(state, action.wro);
      return;
    case 'arriveReceiving':
      arriveReceiving(state, action.wroId, action.boxNumber);
      return;
    case 'moveReceiving':
      moveReceiving(state, action.wroId, action.status);
      return;
    case 'stow':
      stow(state, action, action.quantity);
      return;
    case 'recount':
      recount(state, action, action.stowed);
      return;
    case 'splitReceiving':
      splitReceiving(state, action);
      return;
    case 'completeReceiving':
      completeReceiving(state, action.wroId);
      return;
    case 'cancelReceiving':
      cancelReceiving(state, action.wroId);
      return;
    case 'addProduct':
      addProduct(state, action.product);
      return;
    case 'adjustStock':
      adjustStock(state, action);
      return;
    case 'charge': {
      const { kind: _, ...charge } = action;
      addCharge(state, charge);
      return;
    }
    case 'plant':
      plantInShipbob(state, action.what);
      return;
    default:
      throw new Error(`The simulated ShipBob cannot perform ${action.kind}.`);
  }
}
