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
  /** Why it need not or must not stand there; null where it must. */
  why: Reason | null;
  customer: string | null;
  /** Units by item. */
  items: Map<string, number>;
  /** What it said before each change of the merchant's; if that stands, somebody is asked. */
  former: Map<string, number>[];
}

/** `isQuiet` below says of which of them nobody need be asked. */
export type Reason =
  | 'unknown SKU'
  | 'unknown customer'
  | 'customer stopped'
  | 'cancelled'
  | 'in review'
  | 'vanished'
  | 'malformed'
  | 'item blocked';

/** Nobody owes anything for it, or can see it. */
export function isQuiet(why: Reason): boolean {
  return why === 'cancelled' || why === 'in review' || why === 'vanished';
}

export interface ExpectedShipment {
  id: number;
  /** Where the goods left from; null where no centre has it. */
  warehouse: string | null;
  order: ExpectedOrder;
  /** `asked`: it stands, or somebody is asked; both are right. */
  standing: 'must' | 'asked' | 'may' | 'never';
  /** Units by `item|lot`. */
  items: Map<string, number>;
}

export interface ExpectedReceipt {
  receivingId: number;
  purchaseOrder: string | null;
  /** Goods were stowed of a SKU that Infor does not know, or on no purchase order. */
  isStrange: boolean;
  /** Where the purchase order wants the goods; null without one. */
  warehouse: string | null;
  /** Units stowed by `item|lot`; unknown SKUs are left out. */
  stowed: Map<string, number>;
  /** The same with what a recount took back again: more than that is never booked. */
  stowedMost: Map<string, number>;
  /** Units of it that the purchase order can take, by item. */
  bookable: Map<string, number>;
  /** Items recounted, or taken from the order by others: booked as far as may be, or asked. */
  contested: Set<string>;
}

export interface ExpectedCharge {
  id: string;
  /** Negative for a refund or a credit. */
  cents: number;
  /** Where its cost belongs; null where no fee is mapped. */
  account: string | null;
  standing: 'must' | 'never';
}

type Week = RunningSandbox['week'];

export function expectedOf(sandbox: RunningSandbox): Expected {
  const books = sandbox.shipbobSandbox.books();
  const { week } = sandbox;
  const facts = describeMapping(week);
  const world = { week, infor: sandbox.inforSandbox.world };
  const orders = books.orders.map((order) => expectedOrder(world, order));
  const byId = new Map(orders.map((order) => [order.id, order]));
  return {
    orders,
    shipments: books.shipments.flatMap((shipment) => {
      const order = byId.get(shipment.orderId);
      return order === undefined ? [] : [expectedShipment(world, shipment, order)];
    }),
    receipts: expectedReceipts(world, books),
    charges: books.charges.map((charge) => ({
      id: charge.id,
      cents: charge.type === 'Charge' ? charge.amountCents : -charge.amountCents,
      account: facts.fees.find(({ fee }) => fee === charge.fee)?.account ?? null,
      standing:
        charge.amountCents !== 0 && facts.fees.some(({ fee }) => fee === charge.fee)
          ? ('must' as const)
          : ('never' as const),
    })),
  };
}

/** The week as it began, and Infor as it stands at the end. */
interface World {
  week: Week;
  infor: RunningSandbox['inforSandbox']['world'];
}

type ShipbobBooks = ReturnType<RunningSandbox['shipbobSandbox']['books']>;

function expectedOrder(world: World, order: ShipbobBooks['orders'][number]): ExpectedOrder {
  const { week, infor } = world;
  const becomes = order.tags.includes('SAMPLE')
    ? 'issueOnly'
    : order.tags.includes('REPLENISH')
      ? 'purchaseOrder'
      : 'salesOrder';
  const items = unitsOf(week, order.lines);
  const former = order.formerLines.flatMap((lines) => unitsOf(week, lines) ?? []);
  const customer = customerOf(week, order);
  const begun = week.infor.customers.find((one) => one.number === customer);
  const stopped = infor.state.master.customers.get(customer ?? '')?.stopped === true;
  const sold = becomes === 'salesOrder';
  const barred = items === null || (sold && (customer === null || (begun?.stopped && stopped)));
  const why =
    reasonOf(order) ??
    (items === null
      ? 'unknown SKU'
      : sold && customer === null
        ? 'unknown customer'
        : sold && stopped
          ? 'customer stopped'
          : areUsable(world, items)
            ? null
            : 'item blocked');
  const standing = barred ? 'never' : why === null ? 'must' : 'may';
  return { id: order.id, becomes, standing, why, customer, items: items ?? new Map(), former };
}

/** What ShipBob itself says against it. */
function reasonOf(order: ShipbobBooks['orders'][number]): Reason | null {
  if (order.vanished) return 'vanished';
  if (order.malformed !== null) return 'malformed';
  if (order.status === 'Cancelled') return 'cancelled';
  return order.status === 'ImportReview' ? 'in review' : null;
}

/** Null where one of the SKUs is nothing that Infor has. */
function unitsOf(
  week: Week,
  lines: readonly { sku: string; quantity: number }[],
): Map<string, number> | null {
  const items = new Map<string, number>();
  for (const { sku, quantity } of lines) {
    const parts = partsOf(week, sku, quantity);
    if (parts === null) return null;
    for (const [item, units] of parts) add(items, item, units);
  }
  return items;
}

/** None of them is blocked in the end. */
function areUsable({ infor }: World, items: ReadonlyMap<string, unknown>): boolean {
  const { master } = infor.state;
  return [...items.keys()].every((item) => master.items.get(item)?.status === '20');
}

function customerOf(week: Week, order: ShipbobBooks['orders'][number]): string | null {
  const facts = describeMapping(week);
  const channel = facts.channels.find(({ id }) => id === order.channelId);
  if (channel?.customer) return channel.customer;
  return facts.customersByEmail.find(({ email }) => email === order.email)?.customer ?? null;
}

function expectedShipment(
  world: World,
  shipment: ShipbobBooks['shipments'][number],
  order: ExpectedOrder,
): ExpectedShipment {
  const items = new Map<string, number>();
  const plain = unitsOf(world.week, shipment.items);
  for (const { sku, lot, quantity } of shipment.items) {
    const parts = partsOf(world.week, sku, quantity) ?? [];
    for (const [item, units] of parts) add(items, `${item}|${lot ?? ''}`, units);
  }
  const moves = shipment.left && order.becomes !== 'purchaseOrder';
  const changed = order.former.length > 0 && order.standing === 'must';
  const due = changed ? 'asked' : order.standing;
  const blocked = due === 'must' && plain !== null && !areUsable(world, plain);
  const standing = !moves || plain === null ? 'never' : blocked ? 'may' : due;
  const { centres } = describeMapping(world.week);
  const warehouse = centres.find(({ id }) => id === shipment.centreId)?.warehouse ?? null;
  return { id: shipment.id, warehouse, order, standing, items };
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
function expectedReceipts(world: World, books: ShipbobBooks): ExpectedReceipt[] {
  const { week } = world;
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
      const known = week.infor.purchaseOrders.find((order) => order.number === number);
      const moved = receiving.status === 'InternalTransfer';
      const purchaseOrder = known && !moved ? number : null;
      const counted = receiving.stowed.filter(({ quantity }) => quantity > 0);
      const isUnknown = counted.some(({ sku }) => partsOf(week, sku, 1) === null);
      const isStrange = !moved && counted.length > 0 && (known === undefined || isUnknown);
      const stowed = new Map<string, number>();
      const stowedMost = new Map<string, number>();
      const contested = contestedBy(world, number ?? '');
      for (const { sku, lot, quantity } of receiving.stowedMost) {
        for (const [item, units] of partsOf(week, sku, quantity) ?? []) {
          add(stowedMost, `${item}|${lot ?? ''}`, units);
        }
      }
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
      for (const [lot, units] of stowedMost) {
        if (units !== (stowed.get(lot) ?? 0)) contested.add(lot.split('|')[0] ?? '');
      }
      const { id: receivingId } = receiving;
      const warehouse = purchaseOrder === null ? null : (known?.warehouse ?? null);
      const plain = { receivingId, purchaseOrder, warehouse, isStrange };
      return { ...plain, stowed, stowedMost, bookable, contested };
    });
}

/** Items of a purchase order that others have received or closed, or that are blocked. */
function contestedBy({ infor }: World, number: string): Set<string> {
  const { purchaseOrders, movements, master } = infor.state;
  const lines = purchaseOrders.get(number)?.lines ?? [];
  const byOthers = movements.filter(
    ({ type, order, externalKey }) => type === '25' && order === number && externalKey === '',
  );
  const taken = new Set(byOthers.map(({ item }) => item));
  const isFree = (item: string) => master.items.get(item)?.status === '20' && !taken.has(item);
  return new Set(lines.filter((line) => line.closed || !isFree(line.item)).map(({ item }) => item));
}

function itemOf(week: Week, name: string): string {
  return week.infor.aliases.find((alias) => alias.alias === name)?.item ?? name;
}

export function add(sums: Map<string, number>, name: string, units: number): void {
  sums.set(name, (sums.get(name) ?? 0) + units);
}
