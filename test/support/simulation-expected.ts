import { describeMapping } from '../../src/sandbox/seed.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';

/**
 * What ShipBob's own books say shall stand in Infor, worked out with nothing of the connector's: no
 * key function, no planner, no quantity arithmetic.
 */
export interface Expected {
  orders: ExpectedOrder[];
  shipments: ExpectedShipment[];
  /** By purchase order, item and lot. */
  receipts: ExpectedReceipt[];
  charges: ExpectedCharge[];
}

export interface ExpectedOrder {
  id: number;
  becomes: 'salesOrder' | 'purchaseOrder' | 'issueOnly';
  /** `must` stand in Infor, `may`, or `never`. */
  standing: 'must' | 'may' | 'never';
  customer: string | null;
  /** Units by item. */
  items: Map<string, number>;
}

export interface ExpectedShipment {
  id: number;
  order: ExpectedOrder;
  standing: 'must' | 'may' | 'never';
  /** Units by `item|lot`. */
  items: Map<string, number>;
}

export interface ExpectedReceipt {
  receivingId: number;
  purchaseOrder: string | null;
  /** Units stowed by `item|lot`; unknown SKUs are left out. */
  stowed: Map<string, number>;
  /** Units of it that the purchase order can take, by item. */
  bookable: Map<string, number>;
}

export interface ExpectedCharge {
  id: string;
  cents: number;
  standing: 'must' | 'never';
}

type Week = RunningSandbox['week'];

export function expectedOf(sandbox: RunningSandbox): Expected {
  const books = sandbox.shipbobSandbox.books();
  const { week } = sandbox;
  const facts = describeMapping(week);
  const orders = books.orders.map((order) => expectedOrder(week, order));
  const byId = new Map(orders.map((order) => [order.id, order]));
  return {
    orders,
    shipments: books.shipments.flatMap((shipment) => {
      const order = byId.get(shipment.orderId);
      return order === undefined ? [] : [expectedShipment(week, shipment, order)];
    }),
    receipts: expectedReceipts(week, books),
    charges: books.charges.map((charge) => ({
      id: charge.id,
      cents: Math.abs(charge.amountCents),
      standing:
        charge.amountCents !== 0 && facts.fees.some(({ fee }) => fee === charge.fee)
          ? ('must' as const)
          : ('never' as const),
    })),
  };
}

type ShipbobBooks = ReturnType<RunningSandbox['shipbobSandbox']['books']>;

function expectedOrder(week: Week, order: ShipbobBooks['orders'][number]): ExpectedOrder {
  const becomes = order.tags.includes('SAMPLE')
    ? 'issueOnly'
    : order.tags.includes('REPLENISH')
      ? 'purchaseOrder'
      : 'salesOrder';
  const items = new Map<string, number>();
  let known = true;
  for (const { sku, quantity } of order.lines) {
    const parts = partsOf(week, sku, quantity);
    if (parts === null) known = false;
    else for (const [item, units] of parts) add(items, item, units);
  }
  const customer = customerOf(week, order);
  const stopped = week.infor.customers.some((one) => one.number === customer && one.stopped);
  const partyKnown = becomes !== 'salesOrder' || (customer !== null && !stopped);
  const open = !['Cancelled', 'ImportReview'].includes(order.status);
  const clear = !order.vanished && order.malformed === null;
  const standing = !known || !partyKnown ? 'never' : open && clear ? 'must' : 'may';
  return { id: order.id, becomes, standing, customer, items };
}

function customerOf(week: Week, order: ShipbobBooks['orders'][number]): string | null {
  const facts = describeMapping(week);
  const channel = facts.channels.find(({ id }) => id === order.channelId);
  if (channel?.customer) return channel.customer;
  return facts.customersByEmail.find(({ email }) => email === order.email)?.customer ?? null;
}

function expectedShipment(
  week: Week,
  shipment: ShipbobBooks['shipments'][number],
  order: ExpectedOrder,
): ExpectedShipment {
  const items = new Map<string, number>();
  let known = true;
  for (const { sku, lot, quantity } of shipment.items) {
    const parts = partsOf(week, sku, quantity);
    if (parts === null) known = false;
    else for (const [item, units] of parts) add(items, `${item}|${lot ?? ''}`, units);
  }
  const moves = shipment.left && order.becomes !== 'purchaseOrder';
  const standing = !moves || !known ? 'never' : order.standing;
  return { id: shipment.id, order, standing, items };
}

/** Infor's items for so many of a SKU: bundles as their components, packs as their pieces. */
function partsOf(week: Week, sku: string, quantity: number): Map<string, number> | null {
  const product = week.shipbob.products.find((one) => one.sku === sku);
  const components = product?.components ?? [];
  const parts = new Map<string, number>();
  if (components.length > 0) {
    for (const part of components) {
      const inner = partsOf(week, part.sku, quantity * part.quantity);
      if (inner === null) return null;
      for (const [item, units] of inner) add(parts, item, units);
    }
    return parts;
  }
  const alias = week.infor.aliases.find((one) => one.alias === sku);
  if (alias) return parts.set(alias.item, quantity * Number(alias.quantity));
  if (!week.infor.items.some(({ number }) => number === sku)) return null;
  return parts.set(sku, quantity);
}

/** Receiving orders share purchase orders; the earlier one takes what is open first. */
function expectedReceipts(week: Week, books: ShipbobBooks): ExpectedReceipt[] {
  const open = new Map<string, number>();
  for (const order of week.infor.purchaseOrders) {
    for (const { item, quantity } of order.lines) {
      add(open, `${order.number}|${itemOf(week, item)}`, Number(quantity));
    }
  }
  return [...books.receiving]
    .sort((a, b) => a.id - b.id)
    .map((receiving) => {
      const number = /^(\d{7})(-\d+)?$/.exec(receiving.purchaseOrderNumber ?? '')?.[1] ?? null;
      const known = week.infor.purchaseOrders.some((order) => order.number === number);
      const purchaseOrder = known && receiving.status !== 'InternalTransfer' ? number : null;
      const stowed = new Map<string, number>();
      const bookable = new Map<string, number>();
      for (const { sku, lot, quantity } of receiving.stowed) {
        for (const [item, units] of partsOf(week, sku, quantity) ?? []) {
          add(stowed, `${item}|${lot ?? ''}`, units);
          if (purchaseOrder === null) continue;
          const name = `${purchaseOrder}|${item}`;
          const taken = Math.min(units, open.get(name) ?? 0);
          add(open, name, -taken);
          add(bookable, item, taken);
        }
      }
      return { receivingId: receiving.id, purchaseOrder, stowed, bookable };
    });
}

function itemOf(week: Week, name: string): string {
  return week.infor.aliases.find((alias) => alias.alias === name)?.item ?? name;
}

export function add(sums: Map<string, number>, name: string, units: number): void {
  sums.set(name, (sums.get(name) ?? 0) + units);
}
