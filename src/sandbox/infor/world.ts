import type { FaultPlan } from '../faults.ts';
import { removeBatchOrder } from './batch-order.ts';
import { type Books, readBooks } from './books.ts';
import { removeOrder, retireLine } from './customer-order.ts';
import { parseDecimal } from './decimal.ts';
import { putItem } from './master-state.ts';
import { TokenDesk } from './oauth.ts';
import { type Planted, plant } from './plant.ts';
import { createPurchaseOrder, removePurchaseOrder } from './purchase-order.ts';
import type { Change, Plant } from './schema.ts';
import type { SeedItem } from './seed.ts';
import { runDueJobs, type State } from './state.ts';
import { openBalance } from './stock.ts';
import { removeStockMessage } from './stock-message.ts';
import type { TenantModes } from './tenant.ts';
import { removeWarehouseMessage } from './warehouse-message.ts';

export type DocumentKind =
  | 'batchOrder'
  | 'order'
  | 'purchaseOrder'
  | 'warehouseMessage'
  | 'stockMessage'
  | 'journal';

/**
 * The simulated company as tests and the control pages hold it: its state, its books, and the
 * things that people do in M3 behind the connector's back.
 */
export class World {
  readonly state: State;
  readonly tokens: TokenDesk;
  readonly #faults: FaultPlan;

  constructor(state: State, faults: FaultPlan) {
    this.state = state;
    this.tokens = new TokenDesk(state);
    this.#faults = faults;
    for (const item of state.seed.items) this.addItem(item);
    for (const order of state.seed.purchaseOrders) {
      const { number, supplier, warehouse, requestedDay } = order;
      const facility = state.master.warehouses.get(warehouse)?.facility ?? state.seed.facility;
      createPurchaseOrder(state, {
        number,
        supplier,
        warehouse,
        requestedDay,
        facility,
        orderDay: requestedDay,
        yourReference: '',
        requester: 'BUYER',
        message: '',
        fields: {},
        lines: order.lines.map((line) => ({
          line: line.line,
          sub: 0,
          item: line.item,
          ordered: decimalOf(line.quantity),
          unit: line.unit,
          received: 0n,
          requestedDay,
          openStatus: '20',
          closed: false,
          fields: {},
          accounting: undefined,
        })),
        live: true,
      });
    }
  }

  /** Everything that is due has happened before the books are read. */
  books(): Books {
    runDueJobs(this.state);
    return readBooks(this.state, this.#faults);
  }

  /** Sets an item up, with its warehouses; on-hand quantities are added to what is there. */
  addItem(seed: SeedItem): void {
    const item = putItem(this.state.master, seed);
    for (const { warehouse, onHand, lot } of seed.warehouses) {
      const home = this.state.master.warehouses.get(warehouse);
      if (!home) throw new Error(`item ${item.number}: warehouse ${warehouse} is not there`);
      const place = { warehouse, item: item.number, location: home.location, lot: lot ?? '' };
      const quantity = decimalOf(onHand);
      if (quantity !== 0n) openBalance(this.state, place).onHand += quantity;
    }
  }

  setCustomer(change: {
    number: string;
    status?: '20' | '90' | undefined;
    stopped?: boolean | undefined;
  }): void {
    const customer = this.state.master.customers.get(change.number);
    if (!customer) throw new Error(`customer ${change.number} is not there`);
    customer.status = change.status ?? customer.status;
    customer.stopped = change.stopped ?? customer.stopped;
  }

  change(what: Change): void {
    const { master, purchaseOrders } = this.state;
    switch (what.kind) {
      case 'item':
        found(master.items.get(what.number), what.number).status = what.status;
        return;
      case 'periods':
        master.openPeriods = { from: what.from, to: what.to };
        return;
      case 'purchaseLine': {
        const order = found(purchaseOrders.get(what.order), what.order);
        const line = order.lines.find((one) => one.line === what.line);
        found(line, `${what.order} line ${what.line}`).closed = what.closed;
        return;
      }
    }
  }

  setTenant(modes: { [Name in keyof TenantModes]?: TenantModes[Name] | undefined }): void {
    const given = Object.entries(modes).filter(([, value]) => value !== undefined);
    Object.assign(this.state.tenant, Object.fromEntries(given));
  }

  /** Deletes a document as a clerk would, without asking whether that is allowed. */
  deleteDocument(wanted: {
    kind: DocumentKind;
    number: string;
    /** `status90` leaves an order visible as deleted. */
    leave?: 'nothing' | 'status90';
  }): void {
    const { kind, number, leave } = wanted;
    const { state } = this;
    if (kind === 'order') {
      const order = found(state.orders.get(number), number);
      if (leave === 'status90') {
        for (const line of order.lines) retireLine(state, order, line);
        order.deleted = true;
      } else {
        removeOrder(state, order);
      }
    }
    if (kind === 'batchOrder')
      removeBatchOrder(state, found(state.batchOrders.get(number), number));
    if (kind === 'purchaseOrder') {
      const order = found(state.purchaseOrders.get(number), number);
      if (leave === 'status90') order.deleted = true;
      else removePurchaseOrder(state, order);
    }
    if (kind === 'warehouseMessage') {
      removeWarehouseMessage(state, found(state.warehouseMessages.get(number), number));
    }
    if (kind === 'stockMessage') {
      removeStockMessage(state, found(state.stockMessages.get(number), number));
    }
    if (kind === 'journal') found(state.journals.get(number), number).live = false;
  }

  /** Does what people do in M3 by hand, for a comparison of the books to find. */
  plant(what: Plant): Planted {
    runDueJobs(this.state);
    return plant(this.state, what);
  }

  /** Lets virtual time pass and does what falls due in it. */
  advance(durationMs: number): void {
    this.state.clock.advance(durationMs);
    runDueJobs(this.state);
  }
}

function found<Value>(value: Value | undefined, number: string): Value {
  if (value === undefined) throw new Error(`document ${number} is not there`);
  return value;
}

function decimalOf(text: string): bigint {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`"${text}" is no decimal`);
  return value;
}
