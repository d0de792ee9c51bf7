/**
 * Settles Infor's stock history with the ledger's movements: what belongs to what, strictest
 * likeness first, so that an equal movement of somebody else's never takes the place of ours.
 *
 * Likeness is a text, and what is alike is found by it: each pass costs one look-up per movement.
 * Order issues are alike by order number; receipts by purchase order and delivery note; stock
 * issues by reason and remark, never by quantity alone.
 */
import { isNegative, negateQuantity, sumQuantities } from './quantity.ts';
import { foldedOf } from './reconcile-goods.ts';
import type { LedgerLine, LedgerMovement } from './reconcile-ledger.ts';
import { deliveryMark, directionOf, stockMark } from './reconcile-ledger.ts';
import type { Day, Quantity } from './schema.ts';

/** A row of Infor's stock history, as far as it matters here. */
export interface HistoryRow {
  id: string;
  kind: 'orderIssue' | 'purchaseReceipt' | 'adjustment' | 'other';
  type: string;
  warehouse: string;
  item: string;
  lot: string | null;
  /** Signed: what it did to the balance. */
  quantity: Quantity;
  day: Day;
  order: string | null;
  /** Of an issue: which delivery of its order. */
  delivery: string | null;
  receivingNumber: string | null;
  deliveryNote: string | null;
  reasonCode: string | null;
  reference: string | null;
  responsible: string | null;
}

export interface SettledLine {
  movement: LedgerMovement;
  line: LedgerLine;
}

export type Likeness = 'same' | 'lot' | 'warehouse' | 'item' | 'quantity';

/** What belongs together; mostly one line and one row. */
export interface Settlement {
  lines: SettledLine[];
  rows: HistoryRow[];
  /** In what they differ. */
  differs: Likeness;
}

export interface Settled {
  pairs: Settlement[];
  /** In the ledger, and not in Infor. */
  lost: SettledLine[];
  /** In Infor, and of no movement of ours. */
  left: HistoryRow[];
  /** Rows that take each other back: booked and reversed in Infor. */
  reversed: HistoryRow[];
}

interface OpenLine {
  of: SettledLine;
  /** `order:…`, `purchase:…` or `stock`. */
  scope: string;
  mark: string;
  warehouse: string;
  item: string;
  lot: string;
  quantity: Quantity;
  day: Day;
}

interface OpenRow extends Omit<OpenLine, 'of'> {
  of: HistoryRow;
}

type Part = 'mark' | 'warehouse' | 'item' | 'lot' | 'quantity' | 'day';

interface Pass {
  /** What must be equal, beside the scope. */
  by: Part[];
  differs: Likeness;
  /** One line with one row, or everything alike together, with equal sums or without. */
  how: 'single' | 'sums' | 'rest';
  /** Only rows without any mark, where the scope is narrow enough by itself. */
  unmarked?: 'yes';
}

const passes: readonly Pass[] = [
  {
    by: ['mark', 'warehouse', 'item', 'lot', 'quantity', 'day'],
    differs: 'same',
    how: 'single',
  },
  { by: ['mark', 'warehouse', 'item', 'lot', 'quantity'], differs: 'same', how: 'single' },
  { by: ['mark', 'warehouse', 'item', 'lot'], differs: 'same', how: 'sums' },
  {
    by: ['warehouse', 'item', 'lot', 'quantity', 'day'],
    differs: 'same',
    how: 'single',
    unmarked: 'yes',
  },
  {
    by: ['warehouse', 'item', 'lot', 'quantity'],
    differs: 'same',
    how: 'single',
    unmarked: 'yes',
  },
  { by: ['mark', 'warehouse', 'item', 'quantity', 'day'], differs: 'lot', how: 'single' },
  { by: ['mark', 'warehouse', 'item', 'quantity'], differs: 'lot', how: 'single' },
  { by: ['mark', 'item', 'lot', 'quantity', 'day'], differs: 'warehouse', how: 'single' },
  { by: ['mark', 'item', 'lot', 'quantity'], differs: 'warehouse', how: 'single' },
  // Several stock issues share reason and remark: only those of one day are about one thing.
  { by: ['mark', 'warehouse', 'item', 'lot', 'day'], differs: 'quantity', how: 'rest' },
  { by: ['mark', 'warehouse', 'item', 'day'], differs: 'quantity', how: 'rest' },
  { by: ['mark', 'warehouse', 'quantity', 'day'], differs: 'item', how: 'single' },
];

/** The same without the day, for orders: one order's movements of an item are about one thing. */
const orderPasses: readonly Pass[] = [
  { by: ['mark', 'warehouse', 'item', 'lot'], differs: 'quantity', how: 'rest' },
  { by: ['mark', 'warehouse', 'item'], differs: 'quantity', how: 'rest' },
  { by: ['mark', 'warehouse', 'quantity'], differs: 'item', how: 'single' },
];

export function settle(movements: readonly LedgerMovement[], rows: readonly HistoryRow[]): Settled {
  const open = {
    lines: new Set(movements.flatMap(openLines)),
    rows: new Set(rows.map(openRow)),
  };
  const reversed = takeBack(open.rows);
  const pairs: Settlement[] = [];
  for (const pass of passes) pairs.push(...runPass(pass, open, () => true));
  for (const pass of orderPasses) {
    pairs.push(...runPass(pass, open, ({ scope }) => scope !== 'stock'));
  }
  amend(pairs, open.rows);
  return {
    pairs,
    lost: [...open.lines].map(({ of }) => of),
    left: [...open.rows].map(({ of }) => of),
    reversed,
  };
}

/**
 * A row that bears the references of a settled movement changes its quantity, unless it is of the
 * same quantity: then it is the whole once more.
 */
function amend(pairs: readonly Settlement[], rows: Set<OpenRow>): void {
  if (rows.size === 0) return;
  const settled = new Map<string, Settlement>();
  for (const pair of pairs) for (const row of pair.rows) settled.set(amendName(openRow(row)), pair);
  for (const row of rows) {
    if (row.scope === 'other' || (row.scope === 'stock' && row.mark === '')) continue;
    const pair = settled.get(amendName(row));
    if (pair === undefined || pair.rows.some(({ quantity }) => quantity === row.quantity)) continue;
    pair.rows.push(row.of);
    if (pair.differs === 'same') pair.differs = 'quantity';
    rows.delete(row);
  }
}

/** Stock issues of one remark are told apart by their day as well. */
function amendName(row: OpenRow): string {
  const day = row.scope === 'stock' ? row.day : '';
  return JSON.stringify([row.scope, row.mark, row.warehouse, row.item, row.lot, day]);
}

interface Open {
  lines: Set<OpenLine>;
  rows: Set<OpenRow>;
}

function runPass(
  pass: Pass,
  open: Open,
  wanted: (one: OpenLine | OpenRow) => boolean,
): Settlement[] {
  const likeRows = groups(
    [...open.rows].filter((row) => wanted(row) && marked(pass, row)),
    pass,
  );
  const likeLines = groups([...open.lines].filter(wanted), pass);
  const found: Settlement[] = [];
  for (const [name, lines] of likeLines) {
    const rows = likeRows.get(name);
    if (rows === undefined) continue;
    if (pass.how === 'single') {
      const count = Math.min(lines.length, rows.length);
      for (let at = 0; at < count; at += 1) {
        found.push(...taken(open, lines.slice(at, at + 1), rows.slice(at, at + 1), pass.differs));
      }
    } else if (pass.how === 'rest' || sum(lines) === sum(rows)) {
      found.push(...taken(open, lines, rows, pass.differs));
    }
  }
  return found;
}

function taken(open: Open, lines: OpenLine[], rows: OpenRow[], differs: Likeness): Settlement[] {
  for (const line of lines) open.lines.delete(line);
  for (const row of rows) open.rows.delete(row);
  return [{ lines: lines.map(({ of }) => of), rows: rows.map(({ of }) => of), differs }];
}

function marked(pass: Pass, row: OpenRow): boolean {
  // Without an order's number nothing but the mark tells a stock issue from a hand correction.
  return pass.unmarked === undefined || (row.mark === '' && row.scope !== 'stock');
}

function groups<One extends OpenLine | OpenRow>(all: One[], { by }: Pass): Map<string, One[]> {
  const found = new Map<string, One[]>();
  for (const one of all) {
    const name = JSON.stringify([one.scope, ...by.map((part) => one[part])]);
    const group = found.get(name);
    if (group === undefined) found.set(name, [one]);
    else group.push(one);
  }
  return found;
}

function sum(all: readonly (OpenLine | OpenRow)[]): Quantity {
  return sumQuantities(all.map(({ quantity }) => quantity));
}

/**
 * A row and its reversal, alike but for the sign, leave nothing behind. Issues go down and receipts
 * up; a stock correction may go either way, so only one that is marked like another counts.
 */
function takeBack(rows: Set<OpenRow>): HistoryRow[] {
  const forward = new Map<string, OpenRow[]>();
  const nameOf = (row: OpenRow, quantity: Quantity) =>
    JSON.stringify([row.scope, row.mark, row.warehouse, row.item, row.lot, quantity]);
  const against: OpenRow[] = [];
  for (const row of rows) {
    if (row.scope === 'stock' && row.mark === '') continue;
    const down = isNegative(row.quantity);
    if (row.scope.startsWith('purchase:') ? down : !down) {
      against.push(row);
      continue;
    }
    const name = nameOf(row, row.quantity);
    const group = forward.get(name);
    if (group === undefined) forward.set(name, [row]);
    else group.push(row);
  }
  const reversed: HistoryRow[] = [];
  for (const row of against) {
    const group = forward.get(nameOf(row, negateQuantity(row.quantity))) ?? [];
    // A correction bears the day of what it takes back; the copy that replaces it has its own.
    const at = group.findIndex(({ day }) => day === row.day);
    const [partner] = group.splice(at === -1 ? group.length - 1 : at, 1);
    if (partner === undefined) continue;
    rows.delete(row);
    rows.delete(partner);
    reversed.push(partner.of, row.of);
  }
  return reversed;
}

function openLines(movement: LedgerMovement): OpenLine[] {
  const { kind, warehouse, day } = movement;
  return movement.lines.map((line) => ({
    of: { movement, line },
    scope: scopeOf(kind, line.order),
    mark: line.mark ?? '',
    warehouse,
    item: line.item,
    lot: foldedOf(line.lot),
    quantity: directionOf(kind) === 'in' ? line.quantity : negateQuantity(line.quantity),
    day,
  }));
}

function scopeOf(kind: LedgerMovement['kind'], order: string | null): string {
  if (kind === 'stockIssue') return 'stock';
  return `${kind === 'goodsReceipt' ? 'purchase' : 'order'}:${order ?? 'unknown'}`;
}

function openRow(row: HistoryRow): OpenRow {
  return {
    of: row,
    scope: scopeOfRow(row),
    mark: markOfRow(row),
    warehouse: row.warehouse,
    item: row.item,
    lot: foldedOf(row.lot),
    quantity: row.quantity,
    day: row.day,
  };
}

export function scopeOfRow(row: HistoryRow): string {
  switch (row.kind) {
    case 'orderIssue':
      return `order:${row.order ?? 'none'}`;
    case 'purchaseReceipt':
      return `purchase:${row.order ?? 'none'}`;
    case 'adjustment':
      return 'stock';
    default:
      return 'other';
  }
}

export function markOfRow(row: HistoryRow): string {
  switch (row.kind) {
    case 'purchaseReceipt':
      return deliveryMark(row.deliveryNote ?? '');
    case 'adjustment': {
      const reference = row.reference ?? '';
      return reference.trim() === '' ? '' : stockMark(row.reasonCode ?? '', reference);
    }
    default:
      return '';
  }
}
