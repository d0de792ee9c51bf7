/**
 * Documents that people entered by hand, as movements: they stand in Infor under a number, and what
 * was checked of them when they were linked must stand there still.
 */
import { issueKey, receiptKey } from './external-key.ts';
import {
  addQuantities,
  isPositive,
  minQuantity,
  negateQuantity,
  subtractQuantities,
  zero,
} from './quantity.ts';
import type { CaseLink, MovedGoods } from './reconcile-case.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import { foldedOf } from './reconcile-goods.ts';
import type { LedgerLine, LedgerMovement } from './reconcile-ledger.ts';
import type { HistoryRow } from './reconcile-settle.ts';
import { markOfRow } from './reconcile-settle.ts';
import type { Day, Quantity } from './schema.ts';
import { receivingId, shipmentId } from './schema.ts';

export interface LinkBooks {
  links: readonly CaseLink[];
  moved: readonly MovedGoods[];
  rows: readonly HistoryRow[];
  dayOf: (atMs: number) => Day;
}

/** Movements of linked issues and receipts, as far as they concern what was read. */
export function linkedMovements(books: LinkBooks): LedgerMovement[] {
  const byNumber = rowsByNumber(books.rows);
  const moved = new Map(books.moved.map((goods) => [goods.key, goods]));
  const free: Free = new Map();
  return books.links.flatMap((link): LedgerMovement[] => {
    const { number, delivery } = numberOf(link);
    const candidates = (byNumber.get(number) ?? []).filter(
      (row) => fits(link, row) && (delivery === null || isDelivery(row, delivery)),
    );
    const place = (lines: readonly GoodsLine[]) =>
      lines.flatMap((line) => placed(line, { number, candidates, free }));
    if (link.kind === 'goodsReceipt') return receiptMovement(books, { link, candidates, place });
    if (link.kind !== 'goodsIssue' && link.kind !== 'stockIssue') return [];
    const goods = moved.get(issueKey(shipmentId(link.shipbobId), 1));
    if (goods === undefined || goods.warehouse === null) return [];
    const { key, record, day, warehouse } = goods;
    if (key === null) return [];
    return [
      {
        ...{ kind: link.kind, key, record, shipmentId: shipmentId(link.shipbobId) },
        ...{ number: link.number, warehouse, day, postedAtMs: link.linkedAtMs },
        ...{ stands: 'posted', byHand: 'yes', unclear: [] },
        lines: place(link.held ?? goods.lines),
      },
    ];
  });
}

/** An issue may be linked as one delivery of its order: `order/delivery`. */
function numberOf({ kind, number }: CaseLink): { number: string; delivery: string | null } {
  const [, order = '', delivery = ''] = /^([^/]+)\/(\d+)$/.exec(number.trim()) ?? [];
  if (kind !== 'goodsIssue' || order === '') return { number: number.trim(), delivery: null };
  return { number: order, delivery };
}

function isDelivery(row: HistoryRow, delivery: string): boolean {
  return (row.delivery ?? '').replace(/^0+/, '') === delivery.replace(/^0+/, '');
}

/** A receipt's day is Infor's own: ShipBob does not say when what was stowed. */
function receiptMovement(
  { dayOf }: LinkBooks,
  found: {
    link: CaseLink;
    candidates: readonly HistoryRow[];
    place: (lines: readonly GoodsLine[]) => LedgerLine[];
  },
): LedgerMovement[] {
  const { link, candidates, place } = found;
  const [first] = candidates;
  // Without rows in these days it was booked in others; then it is none of this period.
  if (first === undefined && link.held === null) return [];
  const lines = link.held ?? candidates.map(({ item, lot, quantity }) => ({ item, lot, quantity }));
  return [
    {
      kind: 'goodsReceipt',
      key: receiptKey(receivingId(link.shipbobId), 1),
      record: { kind: 'receiving', id: link.shipbobId },
      shipmentId: null,
      number: link.number,
      warehouse: first?.warehouse ?? '',
      day: first?.day ?? dayOf(link.linkedAtMs),
      postedAtMs: link.linkedAtMs,
      stands: first === undefined ? 'maybe' : 'posted',
      byHand: 'yes',
      unclear: [],
      lines: place(lines),
    },
  ];
}

/** What of a row no link has taken yet, by the row's id. */
type Free = Map<string, Quantity>;

/** A line without a lot was checked without: it takes whichever lots Infor has of the item. */
function placed(
  line: GoodsLine,
  found: { number: string; candidates: readonly HistoryRow[]; free: Free },
): LedgerLine[] {
  const { number, candidates, free } = found;
  const { item, lot, quantity } = line;
  const own = candidates.filter((row) => row.item === item);
  const exact = own.find((row) => foldedOf(row.lot) === foldedOf(lot));
  const row = exact ?? own[0] ?? candidates[0];
  if (row === undefined) return [{ item, lot, quantity, order: number, mark: null }];
  const { order } = row;
  const mark = markOfRow(row);
  if (lot !== null || own.every((one) => one.lot === null)) {
    return [{ item, lot, quantity, order, mark }];
  }
  const lines: LedgerLine[] = [];
  let left = quantity;
  for (const one of own) {
    const there = free.get(one.id) ?? sizeOf(one);
    const taken = minQuantity(there, left);
    if (!isPositive(taken)) continue;
    free.set(one.id, subtractQuantities(there, taken));
    left = subtractQuantities(left, taken);
    lines.push({ item, lot: one.lot, quantity: taken, order, mark: markOfRow(one) });
  }
  const last = lines.at(-1);
  if (last === undefined) return [{ item, lot: row.lot, quantity, order, mark }];
  last.quantity = addQuantities(last.quantity, left);
  return lines;
}

/** What it moved the way it is meant to; nothing where it takes something back. */
function sizeOf({ kind, quantity }: HistoryRow): Quantity {
  const moved = kind === 'purchaseReceipt' ? quantity : negateQuantity(quantity);
  return isPositive(moved) ? moved : zero;
}

function fits(link: CaseLink, row: HistoryRow): boolean {
  switch (link.kind) {
    case 'goodsIssue':
      return row.kind === 'orderIssue';
    case 'goodsReceipt':
      return row.kind === 'purchaseReceipt';
    default:
      return row.kind === 'adjustment';
  }
}

/** A person may give the number of the order, of the receipt, or the delivery note. */
function rowsByNumber(rows: readonly HistoryRow[]): Map<string, HistoryRow[]> {
  const found = new Map<string, HistoryRow[]>();
  for (const row of rows) {
    const names = [row.order, row.receivingNumber, row.deliveryNote, row.reference];
    for (const name of new Set(names.map((text) => text?.trim() ?? ''))) {
      if (name === '') continue;
      const group = found.get(name);
      if (group === undefined) found.set(name, [row]);
      else group.push(row);
    }
  }
  return found;
}
