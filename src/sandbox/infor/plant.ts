/**
 * What people do in M3 behind the connector's back, for comparisons of the books to find. Nothing of
 * it counts as a call; balances, history, order lines and vouchers stay consistent with each other.
 */
import { dayOf } from './calendar.ts';
import { type Decimal, parseDecimal } from './decimal.ts';
import { enterOrder } from './plant-order.ts';
import { changeVoucher } from './plant-voucher.ts';
import type { PurchaseReceipt } from './purchase-state.ts';
import type { Plant } from './schema.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { blankMovement, moveStock } from './stock-history.ts';
import type { StockMovement } from './stock-state.ts';
import { bookMovement } from './voucher.ts';

/** What was made, for whoever has to find it. */
export interface Planted {
  /** Numbers of orders or vouchers. */
  numbers: string[];
  /** Rows of the stock history. */
  sequences: number[];
}

/** Who did it, in the history. */
const clerk = 'CLERK';

export function plant(state: State, what: Plant): Planted {
  switch (what.kind) {
    case 'repeatMovement':
      return rows([book(state, byHand(theMovement(state, what.of)))]);
    case 'rebookMovement':
      return rebook(state, what);
    case 'changeQuantity':
      return changeQuantity(state, what);
    case 'reverseMovements':
      return rows(
        movementsOf(state, what.of).map((row) => book(state, reversed(row, -row.quantity))),
      );
    case 'unlinkedReceipt':
      return unlinkedReceipt(state, what);
    case 'foreignMovement':
      return foreignMovement(state, what);
    case 'copyOrder':
    case 'enterOrder':
      return { numbers: [enterOrder(state, what)], sequences: [] };
    case 'changeVoucher':
      return { numbers: [changeVoucher(state, what)], sequences: [] };
  }
}

function rows(movements: StockMovement[]): Planted {
  return { numbers: [], sequences: movements.map(({ sequence }) => sequence) };
}

interface Wanted {
  sequence?: number | undefined;
  key?: string | undefined;
  order?: string | undefined;
  item?: string | undefined;
}

function movementsOf(state: State, wanted: Wanted): StockMovement[] {
  const found = state.movements.filter(
    (row) =>
      (wanted.sequence === undefined || row.sequence === wanted.sequence) &&
      (wanted.key === undefined || row.externalKey === wanted.key) &&
      (wanted.order === undefined || row.order === wanted.order) &&
      (wanted.item === undefined || row.item === wanted.item),
  );
  if (found.length > 0) return found;
  throw new Error(`no movement is like ${JSON.stringify(wanted)}`);
}

function theMovement(state: State, wanted: Wanted): StockMovement {
  const [first] = movementsOf(state, wanted);
  if (first === undefined) throw new Error('no movement');
  return first;
}

/** A movement as a person enters it: without message and external key. */
function byHand(row: StockMovement): Omit<StockMovement, 'sequence' | 'balanceAfter' | 'time'> {
  const { sequence: _, balanceAfter: __, time: ___, ...rest } = row;
  return { ...rest, message: '', externalKey: '', responsible: clerk };
}

function reversed(row: StockMovement, quantity: Decimal) {
  return { ...byHand(row), quantity };
}

/** Books it now, and brings the line of its order along. */
function book(state: State, given: ReturnType<typeof byHand>): StockMovement {
  const atMs = state.clock.now();
  const isNewReceipt = given.type === '25' && given.quantity > 0n;
  const receivingNumber = isNewReceipt
    ? String(nextNumber(state, 'receiving', 600_001))
    : given.receivingNumber;
  const row = moveStock(state, { ...given, receivingNumber, atMs });
  bookMovement(state, row);
  if (row.type === '31') bringSalesLine(state, row);
  if (row.type === '25') bringPurchaseLine(state, row);
  return row;
}

function bringSalesLine(state: State, row: StockMovement): void {
  const order = state.orders.get(row.order);
  const line = order?.lines.find((one) => one.line === row.line && one.suffix === row.suffix);
  if (line) line.delivered -= row.quantity;
}

function bringPurchaseLine(state: State, row: StockMovement): void {
  const order = state.purchaseOrders.get(row.order);
  const line = order?.lines.find((one) => one.line === row.line && one.sub === row.suffix);
  if (!order || !line) return;
  line.received += row.quantity;
  const receipt: PurchaseReceipt = {
    order,
    line,
    receivingNumber: Number(row.receivingNumber),
    quantity: row.quantity,
    warehouse: row.warehouse,
    location: row.location,
    lot: row.lot,
    deliveryNote: row.deliveryNote,
    day: row.day,
    atMs: row.atMs,
    complete: line.closed,
  };
  const place = sortKey(order.number, line.line, line.sub, receipt.receivingNumber, row.sequence);
  state.purchaseReceipts.put(place, receipt);
}

/** Takes it back on its own day and books it again as the person wants it. */
function rebook(state: State, what: Extract<Plant, { kind: 'rebookMovement' }>): Planted {
  const row = theMovement(state, what.of);
  const back = book(state, reversed(row, -row.quantity));
  const again = book(state, {
    ...byHand(row),
    lot: what.lot ?? row.lot,
    item: what.item ?? row.item,
    day: what.day ?? row.day,
    warehouse: what.warehouse ?? row.warehouse,
  });
  return rows([back, again]);
}

function changeQuantity(state: State, what: Extract<Plant, { kind: 'changeQuantity' }>): Planted {
  const row = theMovement(state, what.of);
  const change = decimalOf(what.by);
  return rows([book(state, reversed(row, change))]);
}

/** Also where M3 would refuse one: the buyer has opened the line again. */
function unlinkedReceipt(state: State, what: Extract<Plant, { kind: 'unlinkedReceipt' }>): Planted {
  const order = state.purchaseOrders.get(what.purchaseOrder);
  const line = order?.lines.find((one) => one.line === what.line);
  if (!order?.live || !line) throw new Error(`no line ${what.line} of ${what.purchaseOrder}`);
  const atMs = state.clock.now();
  const row = book(state, {
    ...blankMovement,
    type: '25',
    warehouse: order.warehouse,
    item: line.item,
    location: state.master.warehouses.get(order.warehouse)?.location ?? '',
    lot: what.lot ?? '',
    quantity: decimalOf(what.quantity),
    order: order.number,
    line: line.line,
    suffix: line.sub,
    deliveryNote: what.deliveryNote ?? '',
    responsible: clerk,
    atMs,
    day: what.day ?? dayOf(atMs),
  });
  return rows([row]);
}

function foreignMovement(state: State, what: Extract<Plant, { kind: 'foreignMovement' }>): Planted {
  const { warehouse, item } = what;
  const home = state.master.warehouses.get(warehouse);
  if (!home || !state.master.items.has(item)) throw new Error(`no ${item} in ${warehouse}`);
  const atMs = state.clock.now();
  const row = moveStock(state, {
    type: what.type,
    warehouse,
    item,
    location: home.location,
    lot: what.lot ?? '',
    quantity: decimalOf(what.quantity),
    atMs,
    day: what.day ?? dayOf(atMs),
    reasonCode: what.reasonCode ?? '',
    reference: what.reference ?? '',
    responsible: clerk,
  });
  bookMovement(state, row);
  return rows([row]);
}

function decimalOf(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined || value === 0n) throw new Error(`"${text}" is no quantity`);
  return value;
}
