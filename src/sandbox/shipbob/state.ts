import type {
  Centre,
  Channel,
  Charge,
  Order,
  Product,
  ShipbobModes,
  Shipment,
  Subscription,
  Uro,
  Wro,
} from './model.ts';
import type { ShipmentInput } from './seed.ts';
import { StockBook } from './stock.ts';

/** Something a webhook may tell: topics as in the fact sheet, section 9.1. */
export type Happening =
  | { topic: `order.shipment.${string}`; shipment: Shipment }
  | { topic: 'order.shipped' | 'order.delivered'; order: Order }
  | { topic: `wro.${string}`; wro: Wro; box: number | null }
  | { topic: `billing.${string}`; charge: Charge };

/** All that the simulated ShipBob knows. Changed only by the functions beside this file. */
export class ShipbobState {
  /** Time of what is happening now: a seeded event's own time, else the clock's. */
  nowMs = 0;
  readonly modes: ShipbobModes;
  readonly centres: Centre[] = [];
  readonly channels: Channel[] = [];
  readonly products: Product[] = [];
  readonly productBySku = new Map<string, Product>();
  readonly productByInventory = new Map<number, Product>();
  readonly orders = new Map<number, Order>();
  /** Oldest first. */
  readonly ordersByCreation: Order[] = [];
  /** The list that is being read page by page, in the mode that keeps it. */
  keptList: { question: string; rows: Order[] } | null = null;
  /** Reference ids ever used, per channel: burnt for good. */
  readonly references = new Set<string>();
  /** The split that an order in review will get once accepted. */
  readonly plannedShipments = new Map<number, ShipmentInput[]>();
  readonly shipments = new Map<number, Shipment>();
  readonly receiving = new Map<number, Wro>();
  readonly unidentified: Uro[] = [];
  readonly charges: Charge[] = [];
  readonly subscriptions: Subscription[] = [];
  /** Deleted ones too: no id is given twice. */
  subscriptionsMade = 0;
  readonly stock = new StockBook();
  readonly happenings: Happening[] = [];
  #lastId = 700_000_000;

  constructor(modes: ShipbobModes) {
    this.modes = modes;
  }

  /** A fresh id, clear of those in any seed. */
  newId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  order(id: number): Order {
    return found(this.orders.get(id), `order ${id}`);
  }

  shipment(id: number): Shipment {
    return found(this.shipments.get(id), `shipment ${id}`);
  }

  wro(id: number): Wro {
    return found(this.receiving.get(id), `receiving order ${id}`);
  }

  product(sku: string): Product {
    return found(this.productBySku.get(sku), `product ${sku}`);
  }

  centre(id: number): Centre {
    return found(
      this.centres.find((centre) => centre.id === id),
      `fulfilment centre ${id}`,
    );
  }

  /** Told only while somebody subscribes, so that a long run does not pile them up. */
  tell(happening: Happening): void {
    if (this.subscriptions.length > 0) this.happenings.push(happening);
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The simulated ShipBob has no ${what}.`);
  return value;
}
