/**
 * Documents that people entered by hand, as movements: they stand in Infor under a number, and what
 * was checked of them when they were linked must stand there still.
 */
import { issueKey, receiptKey } from './external-key.ts';
import type { CaseLink, MovedGoods } from './reconcile-case.ts';
import type { GoodsLine } from './reconcile-goods.ts';
import { foldedOf } from './reconcile-goods.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { HistoryRow } from './reconcile-settle.ts';
import { markOfRow } from './reconcile-settle.ts';
import type { Day } from './schema.ts';
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
  return books.links.flatMap((link): LedgerMovement[] => {
    const candidates = (byNumber.get(link.number.trim()) ?? []).filter((row) => fits(link, row));
    if (link.kind === 'goodsReceipt') return receiptMovement(books, link, candidates);
    if (link.kind !== 'goodsIssue' && link.kind !== 'stockIssue') return [];
    const goods = moved.get(issueKey(shipmentId(link.shipbobId), 1));
    if (goods === undefined || goods.warehouse === null) return [];
    const { key, record, day, warehouse } = goods;
    if (key === null) return [];
    const lines = link.held ?? goods.lines;
    return [
      {
        ...{ kind: link.kind, key, record, shipmentId: shipmentId(link.shipbobId) },
        ...{ number: link.number, warehouse, day, postedAtMs: link.linkedAtMs },
        ...{ stands: 'posted', byHand: 'yes', unclear: [] },
        lines: lines.map((line) => placed(line, link, candidates)),
      },
    ];
  });
}

/** A receipt's day is Infor's own: ShipBob does not say when what was stowed. */
function receiptMovement(
  { dayOf }: LinkBooks,
  link: CaseLink,
  candidates: readonly HistoryRow[],
): LedgerMovement[] {
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
      lines: lines.map((line) => placed(line, link, candidates)),
    },
  ];
}

function placed(line: GoodsLine, link: CaseLink, candidates: readonly HistoryRow[]) {
  const { item, lot, quantity } = line;
  const row =
    candidates.find((one) => one.item === item && foldedOf(one.lot) === foldedOf(lot)) ??
    candidates.find((one) => one.item === item) ??
    candidates[0];
  const order = row === undefined ? link.number : row.order;
  return { item, lot, quantity, order, mark: row === undefined ? null : markOfRow(row) };
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
