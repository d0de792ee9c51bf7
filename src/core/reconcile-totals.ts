/** The figures of a comparison: per kind of document, per day, and per item, warehouse and day. */
import type { DocumentKind } from './glossary.ts';
import { addAmounts, noAmount } from './money.ts';
import { addQuantities, negateQuantity, zero } from './quantity.ts';
import type { CaseResults, MovedGoods } from './reconcile-case.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { placeOfDay } from './reconcile-frame.ts';
import { unitsIn } from './reconcile-goods.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import { directionOf } from './reconcile-ledger.ts';
import type { HistoryRow, Settled } from './reconcile-settle.ts';
import type {
  CutOffRow,
  DayTotals,
  DocumentTotals,
  ReconciliationFinding,
  StockTotals,
} from './reconciliation.ts';
import type { Amount, Day, Quantity } from './schema.ts';

type Book = 'shipbob' | 'ledger' | 'infor';

export interface Figures {
  /** Documents by kind and book. */
  documents: Map<DocumentKind, Record<Book, number>>;
  units: Map<DocumentKind, Record<Book, Quantity>>;
  money: Map<string, Record<Book, Amount>>;
  days: Map<string, DayTotals>;
  stock: Map<string, StockTotals>;
}

export function noFigures(): Figures {
  const documents = new Map(kinds.map((kind) => [kind, { shipbob: 0, ledger: 0, infor: 0 }]));
  const moving = kinds.filter(isMoving);
  const units = new Map<DocumentKind, Record<Book, Quantity>>(
    moving.map((kind) => [kind, { shipbob: zero, ledger: zero, infor: zero }]),
  );
  return { documents, units, money: new Map(), days: new Map(), stock: new Map() };
}

const kinds: readonly DocumentKind[] = [
  'salesOrder',
  'purchaseOrder',
  'goodsIssue',
  'stockIssue',
  'goodsReceipt',
  'journal',
];

function isMoving(kind: DocumentKind): kind is LedgerMovement['kind'] {
  return kind === 'goodsIssue' || kind === 'stockIssue' || kind === 'goodsReceipt';
}

export function countDocument(figures: Figures, kind: DocumentKind, book: Book, number = 1): void {
  const row = figures.documents.get(kind);
  if (row !== undefined) row[book] += number;
}

export function countMoney(
  figures: Figures,
  money: { currency: string; book: Book; amount: Amount },
): void {
  const { currency, book, amount } = money;
  const row = figures.money.get(currency) ?? {
    shipbob: noAmount,
    ledger: noAmount,
    infor: noAmount,
  };
  row[book] = addAmounts(row[book], amount);
  figures.money.set(currency, row);
}

/** Goods that moved in the period, in each of the three books. */
export function countGoods(
  frame: ReconcileFrame,
  goods: { moved: readonly MovedGoods[]; movements: readonly LedgerMovement[]; settled: Settled },
  figures: Figures,
): void {
  const inPeriod = (day: Day) => placeOfDay(day, frame.period) === 'in';
  for (const { kind, day, warehouse, lines, units } of goods.moved) {
    if (!inPeriod(day)) continue;
    addUnits(figures, { kind, day, book: 'shipbob' }, units);
    for (const { item, quantity } of lines) {
      addStock(figures, { kind, day, book: 'shipbob', item, warehouse }, quantity);
    }
  }
  for (const movement of goods.movements) {
    const { kind, day, warehouse, postedAtMs, stands } = movement;
    if (!inPeriod(day) || stands !== 'posted') continue;
    if (postedAtMs !== null && postedAtMs > frame.asOfMs) continue;
    countDocument(figures, kind, 'ledger');
    addUnits(figures, { kind, day, book: 'ledger' }, unitsIn(movement.lines));
    for (const { item, quantity } of movement.lines) {
      addStock(figures, { kind, day, book: 'ledger', item, warehouse }, quantity);
    }
  }
  countRows(frame, goods.settled, figures);
}

function countRows(frame: ReconcileFrame, settled: Settled, figures: Figures): void {
  const documents = new Map<string, LedgerMovement['kind']>();
  const rows: { row: HistoryRow; kind: LedgerMovement['kind'] }[] = [];
  for (const pair of settled.pairs) {
    const movement = pair.lines[0]?.movement;
    if (movement === undefined) continue;
    for (const row of pair.rows) {
      rows.push({ row, kind: movement.kind });
      if (placeOfDay(row.day, frame.period) === 'in') {
        for (const { movement: each } of pair.lines) documents.set(each.key, each.kind);
      }
    }
  }
  for (const kind of documents.values()) countDocument(figures, kind, 'infor');
  for (const row of settled.left) {
    // A stock correction of somebody else's is no issue of goods.
    if (row.kind === 'orderIssue') rows.push({ row, kind: 'goodsIssue' });
    if (row.kind === 'purchaseReceipt') rows.push({ row, kind: 'goodsReceipt' });
  }
  for (const { row, kind } of rows) {
    if (placeOfDay(row.day, frame.period) !== 'in') continue;
    const out = directionOf(kind) === 'out';
    const quantity = out ? negateQuantity(row.quantity) : row.quantity;
    const { day, item, warehouse } = row;
    addUnits(figures, { kind, day, book: 'infor' }, quantity);
    addStock(figures, { kind, day, book: 'infor', item, warehouse }, quantity);
  }
}

interface Place {
  kind: LedgerMovement['kind'];
  day: Day;
  book: Book;
}

function addUnits(figures: Figures, { kind, day, book }: Place, quantity: Quantity): void {
  const units = figures.units.get(kind);
  if (units !== undefined) units[book] = addQuantities(units[book], quantity);
  const name = `${day} ${kind}`;
  const row = figures.days.get(name) ?? { day, kind, shipbob: zero, ledger: zero, infor: zero };
  row[book] = addQuantities(row[book], quantity);
  figures.days.set(name, row);
}

function addStock(
  figures: Figures,
  place: Place & { item: string; warehouse: string | null },
  quantity: Quantity,
): void {
  const { kind, day, book, item } = place;
  const warehouse = place.warehouse ?? '';
  const direction = directionOf(kind);
  const name = JSON.stringify([item, warehouse, day, direction]);
  const row = figures.stock.get(name) ?? {
    ...{ item, warehouse, day, direction },
    ...{ shipbob: zero, ledger: zero, infor: zero },
  };
  row[book] = addQuantities(row[book], quantity);
  figures.stock.set(name, row);
}

/** Rows of the report, in the order in which goods flow. */
export function documentTotals(
  figures: Figures,
  results: Pick<CaseResults, 'waiting'>,
  findings: readonly ReconciliationFinding[],
): DocumentTotals[] {
  return kinds.map((kind) => {
    const waiting = results.waiting.filter(({ document }) => document === kind);
    const held = waiting.filter(({ state }) => state === 'flagged' || state === 'ignored').length;
    const amounts = [...figures.money].map(([currency, row]) => ({ currency, ...row }));
    return {
      kind,
      documents: figures.documents.get(kind) ?? { shipbob: 0, ledger: 0, infor: 0 },
      units: figures.units.get(kind) ?? null,
      amounts: kind === 'journal' ? amounts.sort(byCurrency) : null,
      waiting: waiting.length - held,
      flagged: held,
      findings: findings.filter(({ document }) => document === kind).length,
    };
  });
}

function byCurrency(a: { currency: string }, b: { currency: string }): number {
  return a.currency < b.currency ? -1 : 1;
}

export function dayRows({ days }: Figures): DayTotals[] {
  const rank = new Map(kinds.map((kind, index) => [kind, index]));
  return [...days.values()].sort((a, b) =>
    a.day === b.day ? (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0) : a.day < b.day ? -1 : 1,
  );
}

export function stockRows({ stock }: Figures): StockTotals[] {
  const nameOf = (row: StockTotals) =>
    `${row.item}\n${row.warehouse}\n${row.day}\n${row.direction}`;
  return [...stock.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/**
 * What moved on one side of the period's end and was posted on the other. `bookedOn` is Infor's own
 * day.
 */
export function cutOffRows(
  frame: ReconcileFrame,
  movements: readonly LedgerMovement[],
  settled: Settled,
  movedOn: ReadonlyMap<string, Day>,
): CutOffRow[] {
  const booked = new Map<string, Day>();
  for (const { lines, rows } of settled.pairs) {
    for (const { movement } of lines) {
      if (rows[0] !== undefined) booked.set(movement.key, rows[0].day);
    }
  }
  const { period } = frame;
  return movements.flatMap((movement): CutOffRow[] => {
    const { key, kind, record, number, postedAtMs, stands } = movement;
    if (stands !== 'posted' || postedAtMs === null) return [];
    const day = movedOn.get(key) ?? movement.day;
    const place = placeOfDay(day, period);
    const after = place === 'in' && postedAtMs >= period.toMs;
    const before = place === 'before' && postedAtMs >= period.fromMs && postedAtMs < period.toMs;
    if (!after && !before) return [];
    return [
      {
        ...{ document: kind, key, record, inforNumber: number, movedOn: day, postedAtMs },
        bookedOn: booked.get(key) ?? null,
        units: unitsIn(movement.lines),
        direction: after ? 'movedInPeriodPostedAfter' : 'movedBeforePostedInPeriod',
      },
    ];
  });
}
