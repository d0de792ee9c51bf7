import { dayFromCompact } from '../../core/day.ts';
import type { MasterFact, PurchaseOrderFact } from '../../core/glossary.ts';
import {
  compareQuantities,
  divideDown,
  divideExactly,
  isPositive,
  maxQuantity,
  multiplyQuantities,
  one,
  parseQuantity,
  readDecimal,
  subtractQuantities,
  zero,
} from '../../core/quantity.ts';
import { canonicalQuantity, type Quantity } from '../../core/schema.ts';
import { type Row, readRecords, readRowsOf } from './master-read.ts';
import type { MiClient } from './mi.ts';

type Line = PurchaseOrderFact['lines'][number];

const lineColumns = [
  'PNLI',
  'PNLS',
  'ITNO',
  'PUUN',
  'UNMS',
  'DWDT',
  'ORQA',
  'ORQT',
  'RVQA',
  'PUSL',
  'PUST',
];

/** Purchase order statuses (PUSL lowest, PUST highest), as practice knows them (infor-api §4.2). */
const statusNames: Record<string, string> = {
  '05': 'preliminary',
  '06': 'awaiting approval',
  '10': 'entered',
  '15': 'ready to print',
  '20': 'printed',
  '35': 'confirmed',
  '40': 'advised',
  '45': 'in transit',
  '50': 'received',
  '65': 'partly put away',
  '75': 'put away',
  '85': 'invoiced',
  '99': 'deleted',
};

/**
 * Reads purchase orders with their lines and what may still come on each, in the order asked.
 * Throws a Problem when any of it has no clear answer. Three rounds of bulk reads for any number.
 */
export async function readPurchaseOrders(
  client: MiClient,
  numbers: string[],
): Promise<MasterFact[]> {
  const heads = await readRecords(
    client,
    'PPS001MI',
    numbers.map((number) => ({
      transaction: 'GetHeadBasic',
      record: { PUNO: number },
      columns: ['PUNO', 'SUNO', 'WHLO', 'PUSL', 'PUST'],
    })),
  );
  const known = numbers.filter((_, index) => heads[index] !== null);
  const list = {
    program: 'PPS200MI',
    transaction: 'LstLine',
    key: 'PUNO',
    columns: lineColumns,
  };
  const rows = await readRowsOf(client, list, known);
  const open = rows.flat().filter((row) => isReceivable(row));
  const remaining = await readRemaining(client, open);
  const linesOf = new Map(known.map((number, index) => [number, rows[index] ?? []]));
  return numbers.map((number, index) => {
    const head = heads[index];
    if (!head) return { kind: 'absent' };
    const lines = (linesOf.get(number) ?? []).map((row) => lineFact(row, remaining.get(row)));
    return orderFact(head, lines);
  });
}

/** What may still come, by line; PPS001MI knows it with over- and under-delivery settled. */
async function readRemaining(client: MiClient, rows: Row[]): Promise<Map<Row, Quantity>> {
  const records = await readRecords(
    client,
    'PPS001MI',
    rows.map((row) => ({
      transaction: 'GetBasicData2',
      record: { PUNO: row.PUNO ?? '', PNLI: row.PNLI ?? '', PNLS: row.PNLS || '0' },
      columns: ['PUNO', 'RSTQ'],
    })),
  );
  const remaining = new Map<Row, Quantity>();
  rows.forEach((row, index) => {
    const text = records[index]?.RSTQ ?? '';
    if (readDecimal(text) !== null) remaining.set(row, parseQuantity(text));
  });
  return remaining;
}

function orderFact(head: Row, lines: Line[]): PurchaseOrderFact {
  const lowest = head.PUSL ?? '';
  return {
    kind: 'purchaseOrder',
    supplier: head.SUNO ?? '',
    warehouse: head.WHLO ?? '',
    // Below 15 it is not released; from 85 on it is invoiced, closed or deleted.
    open: /^\d\d$/.test(lowest) && lowest >= '15' && lowest < '85',
    statusText: statusText(head),
    lines,
  };
}

function lineFact(row: Row, remaining: Quantity | undefined): Line {
  const ordered = quantityOf(row.ORQA);
  const received = quantityOf(row.RVQA);
  const open = isReceivable(row) && isPositive(ordered);
  const rest = maxQuantity(zero, subtractQuantities(ordered, received));
  return {
    line: row.PNLI ?? '',
    subline: row.PNLS || '0',
    item: row.ITNO ?? '',
    unit: row.PUUN ?? '',
    unitFactor: unitFactorOf(row, ordered),
    requestedOn: dayFromCompact(row.DWDT ?? ''),
    ordered,
    received,
    remaining: open ? maxQuantity(zero, remaining ?? rest) : zero,
    open,
  };
}

/** Released and not yet all put away: M3 refuses receipts outside these (WPU0901). */
function isReceivable(row: Row): boolean {
  const lowest = row.PUSL ?? '';
  return /^\d\d$/.test(lowest) && lowest >= '15' && lowest < '75';
}

/**
 * Basic units per purchase unit, from the ordered quantity in both. A quotient without end is cut
 * after nine places: the only way to state, for example, three purchase units to one basic unit.
 */
function unitFactorOf(row: Row, ordered: Quantity): Quantity {
  const basic = quantityOf(row.ORQT);
  const sameUnit = (row.PUUN ?? '') === (row.UNMS ?? '');
  if (sameUnit || !isPositive(ordered) || !isPositive(basic)) return one;
  const exact = divideExactly(basic, ordered);
  if (exact !== null) return exact;
  const scaled = divideDown(multiplyQuantities(basic, canonicalQuantity('1000000000')), ordered);
  const cut = multiplyQuantities(scaled, canonicalQuantity('0.000000001'));
  return compareQuantities(cut, zero) > 0 ? cut : one;
}

function quantityOf(text: string | undefined): Quantity {
  return text === undefined || readDecimal(text) === null ? zero : parseQuantity(text);
}

function statusText(head: Row): string {
  const named = (status: string) =>
    statusNames[status] === undefined ? status : `${status} ${statusNames[status]}`;
  const lowest = named(head.PUSL ?? '');
  const highest = named(head.PUST ?? '');
  return lowest === highest ? lowest : `${lowest} to ${highest}`;
}
