/** What happened to each item in each warehouse since the beginning, on both sides. */
import { addQuantities, negateQuantity, zero } from './quantity.ts';
import type { MovedGoods, OpenGoods } from './reconcile-case.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import { directionOf } from './reconcile-ledger.ts';
import type { HistoryRow, Settled } from './reconcile-settle.ts';
import type { BridgeCategory } from './reconciliation.ts';
import type { Day, Quantity } from './schema.ts';

/** One entry of ShipBob's inventory history, in Infor's terms. */
export interface ShelfEvent {
  item: string;
  warehouse: string;
  /** Signed, in basic units. */
  quantity: Quantity;
  category: string;
  /** It belongs to an order. */
  ofOrder: 'yes' | 'no';
}

export interface FlowInput {
  /** Since when both histories are read. */
  fromDay: Day;
  fromMs: number;
  /** When the shelves were read. */
  atMs: number;
  events: readonly ShelfEvent[];
  settled: Settled;
  moved: readonly MovedGoods[];
  open: readonly OpenGoods[];
}

export interface FlowPart {
  category: BridgeCategory;
  detail: string;
  /** Part of shipbob − infor. */
  quantity: Quantity;
  atMs: number | null;
}

export interface PairFlow {
  /** What the shelf has gained since the beginning. */
  shipbobSince: Quantity;
  /** What Infor's balance has gained since the beginning. */
  inforSince: Quantity;
  /** Of it, by documents of movements from before: they settle what was open then. */
  inforOfEarlier: Quantity;
  /** Left the shelf for orders, less what has left the building. */
  inTransit: Quantity;
  parts: FlowPart[];
}

export interface BridgeFlows {
  of(item: string, warehouse: string): PairFlow;
}

/** ShipBob's words for goods that come in through receiving orders. */
const stowing = new Set(['ReceivingStow', 'InventoryReceived']);

export function bridgeFlows(input: FlowInput): BridgeFlows {
  const book = flowBook();
  const booked = bookedKeys(input.settled);
  // What was in doubt, or posted after the moment, and stands in Infor: it is not open any more.
  const open = input.open.filter(({ key }) => key === null || !booked.has(key));
  addEvents(input, book);
  addMoved(input, book);
  addRows(input, book);
  addReceipts(input, book);
  for (const goods of open) addOpen(input, goods, book);
  return book;
}

/** Movements that stand in Infor, at least in part. */
function bookedKeys({ pairs }: Settled): Set<string> {
  return new Set(pairs.flatMap(({ lines }) => lines.map(({ movement }) => movement.key)));
}

interface FlowBook extends BridgeFlows {
  /** Adds to a running number of the pair. */
  gain(
    pair: Pair,
    field: 'shipbobSince' | 'inforSince' | 'inforOfEarlier' | 'inTransit',
    by: Quantity,
  ): void;
  part(pair: Pair, part: FlowPart): void;
}

interface Pair {
  item: string;
  warehouse: string | null;
}

function flowBook(): FlowBook {
  const flows = new Map<string, PairFlow>();
  const at = (item: string, warehouse: string) => {
    const name = JSON.stringify([item, warehouse]);
    const known = flows.get(name);
    if (known !== undefined) return known;
    const fresh: PairFlow = {
      shipbobSince: zero,
      inforSince: zero,
      inforOfEarlier: zero,
      inTransit: zero,
      parts: [],
    };
    flows.set(name, fresh);
    return fresh;
  };
  return {
    of: at,
    gain({ item, warehouse }, field, by) {
      if (warehouse === null) return;
      const flow = at(item, warehouse);
      flow[field] = addQuantities(flow[field], by);
    },
    part({ item, warehouse }, part) {
      if (warehouse !== null) at(item, warehouse).parts.push(part);
    },
  };
}

function addEvents({ events }: FlowInput, book: FlowBook): void {
  for (const { item, warehouse, quantity, category, ofOrder } of events) {
    const pair = { item, warehouse };
    book.gain(pair, 'shipbobSince', quantity);
    // What was stowed is told by the receiving orders, in addReceipts and addOpen.
    if (ofOrder === 'yes') book.gain(pair, 'inTransit', quantity);
    else if (!stowing.has(category)) {
      const detail = `ShipBob: ${category}`;
      book.part(pair, { category: 'shipbobAdjustment', detail, quantity, atMs: null });
    }
  }
}

/** Goods that have left: no longer in transit, and in Infor, open, or a finding. */
function addMoved({ moved, fromMs, atMs: readAtMs }: FlowInput, book: FlowBook): void {
  for (const { kind, lines, warehouse, atMs } of moved) {
    if (kind === 'goodsReceipt' || atMs < fromMs || atMs > readAtMs) continue;
    for (const { item, quantity } of lines) {
      book.gain({ item, warehouse }, 'inTransit', quantity);
      book.part({ item, warehouse }, findingPart(negateQuantity(quantity)));
    }
  }
}

const findingDetail = 'documents that differ: see the findings';

/** What is in order cancels out: moved −3, booked −3. */
function findingPart(quantity: Quantity): FlowPart {
  return { category: 'finding', detail: findingDetail, quantity, atMs: null };
}

function addRows(input: FlowInput, book: FlowBook): void {
  const { settled, fromDay, moved, fromMs, atMs } = input;
  const issued = new Map(moved.map(({ key, atMs: movedAtMs }) => [key, movedAtMs]));
  for (const { rows, lines } of settled.pairs) {
    const movement = lines[0]?.movement;
    for (const row of rows) {
      if (row.day < fromDay) continue;
      book.gain(row, 'inforSince', row.quantity);
      if (movement === undefined) continue;
      if (directionOf(movement.kind) === 'in') {
        if (movement.day < fromDay) book.gain(row, 'inforOfEarlier', row.quantity);
        else book.part(row, findingPart(negateQuantity(row.quantity)));
        continue;
      }
      const leftAtMs = issued.get(movement.key);
      const earlier = leftAtMs === undefined ? movement.day < fromDay : leftAtMs < fromMs;
      if (earlier) book.gain(row, 'inforOfEarlier', row.quantity);
      else if (leftAtMs === undefined || leftAtMs > atMs) book.part(row, laterPart(row));
      else book.part(row, findingPart(negateQuantity(row.quantity)));
    }
  }
  for (const row of [...settled.left, ...settled.reversed]) {
    if (row.day < fromDay) continue;
    book.gain(row, 'inforSince', row.quantity);
    const detail = foreignDetail(row);
    const quantity = negateQuantity(row.quantity);
    book.part(row, { category: 'inforForeign', detail, quantity, atMs: null });
  }
}

/** It left after the moment, or after the shelves were read: its pick is still on the way there. */
function laterPart(row: HistoryRow): FlowPart {
  const detail = 'left and booked after the moment';
  return { category: 'inTransit', detail, quantity: negateQuantity(row.quantity), atMs: null };
}

function foreignDetail({ kind, order, reasonCode, type }: HistoryRow): string {
  if (order !== null && order !== '') return `Infor: order ${order}`;
  if (kind === 'adjustment') return `Infor: stock correction${reasonCode ? ` ${reasonCode}` : ''}`;
  return `Infor: movement of type ${type}`;
}

/** Receipts of the ledger: what Infor lacks of them is a finding. */
function addReceipts({ settled, fromDay }: FlowInput, book: FlowBook): void {
  const seen = new Set<LedgerMovement>();
  const lines = [...settled.pairs.flatMap((pair) => pair.lines), ...settled.lost];
  for (const { movement } of lines) {
    if (seen.has(movement) || directionOf(movement.kind) === 'out') continue;
    seen.add(movement);
    if (movement.stands !== 'posted' || movement.day < fromDay) continue;
    for (const { item, quantity } of movement.lines) {
      book.part({ item, warehouse: movement.warehouse }, findingPart(quantity));
    }
  }
}

const categories: Record<OpenGoods['state'], BridgeCategory> = {
  waiting: 'notYetPosted',
  unknown: 'notYetPosted',
  flagged: 'flagged',
  ignored: 'flagged',
  notCalledFor: 'shipbobAdjustment',
  transfer: 'shipbobAdjustment',
  earlierMapping: 'finding',
};

/** Open goods that left are among what has moved; those that came are not. */
function addOpen({ fromMs, atMs }: FlowInput, goods: OpenGoods, book: FlowBook): void {
  const { state, direction, lines, warehouse, why } = goods;
  if (direction === 'out' && (goods.atMs < fromMs || goods.atMs > atMs)) return;
  for (const { item, quantity } of lines) {
    const signed = direction === 'in' ? quantity : negateQuantity(quantity);
    const pair = { item, warehouse };
    const detail = detailOf(state, why);
    book.part(pair, { category: categories[state], detail, quantity: signed, atMs: goods.atMs });
    if (direction === 'in') continue;
    if (state === 'notCalledFor' || state === 'earlierMapping')
      book.gain(pair, 'inTransit', quantity);
    else book.part(pair, findingPart(quantity));
  }
}

function detailOf(state: OpenGoods['state'], why: string): string {
  switch (state) {
    case 'notCalledFor':
      return 'left for orders that a rule books nothing for';
    case 'transfer':
      return 'transfers between centres';
    case 'earlierMapping':
      return 'posted by an earlier mapping: see the changes of mappings';
    default:
      return why;
  }
}
