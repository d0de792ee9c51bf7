/** What settling Infor's stock history with the ledger comes to, as findings. */
import { isNegative, isZero, negateQuantity, sumQuantities, zero } from './quantity.ts';
import { finding } from './reconcile-finding.ts';
import type { ReconcileFrame } from './reconcile-frame.ts';
import { dayIn, placeOfDay } from './reconcile-frame.ts';
import { unitsIn } from './reconcile-goods.ts';
import { upper } from './reconcile-issue.ts';
import type { LedgerMovement } from './reconcile-ledger.ts';
import type { HistoryRow, Settled, SettledLine, Settlement } from './reconcile-settle.ts';
import { markOfRow, scopeOfRow } from './reconcile-settle.ts';
import type { FindingCode, ReconciliationFinding } from './reconciliation.ts';
import type { Day, Quantity } from './schema.ts';

export function movementFindings(frame: ReconcileFrame, settled: Settled): ReconciliationFinding[] {
  const found: ReconciliationFinding[] = [];
  for (const pair of settled.pairs) found.push(...pairFindings(frame, pair));
  found.push(...lostFindings(frame, settled));
  found.push(...leftFindings(frame, settled));
  return found;
}

const differenceCodes = {
  lot: 'LOT_DIFFERS',
  warehouse: 'WAREHOUSE_DIFFERS_IN_BOOKS',
  item: 'ITEM_DIFFERS',
  quantity: 'QUANTITY_DIFFERS',
} as const satisfies Record<Exclude<Settlement['differs'], 'same'>, FindingCode>;

function pairFindings(frame: ReconcileFrame, pair: Settlement): ReconciliationFinding[] {
  const [first] = pair.lines;
  const [row] = pair.rows;
  if (first === undefined || row === undefined) return [];
  const { movement, line } = first;
  if (movement.stands !== 'posted') return [];
  const inPeriod = placeOfDay(movement.day, frame.period) === 'in';
  const found: ReconciliationFinding[] = [];
  const ledger = sumQuantities(pair.lines.map((one) => one.line.quantity));
  const infor = magnitude(pair.rows);
  const other = pair.rows.find(
    ({ day }) => placeOfDay(day, frame.period) !== placeOfDay(movement.day, frame.period),
  );
  const common = { ...about(movement), item: line.item, lot: line.lot, ledger, infor };
  if (other !== undefined && (inPeriod || placeOfDay(other.day, frame.period) === 'in')) {
    found.push(
      finding({
        code: 'WRONG_PERIOD',
        sentence: `${movement.key} moved ${ledger} of item ${line.item} on ${movement.day}, and Infor has it on ${other.day}.`,
        ...common,
        evidence: { movedOn: movement.day, bookedOn: other.day },
      }),
    );
  }
  const booked = pair.rows.some(({ day }) => placeOfDay(day, frame.period) === 'in');
  if (pair.differs === 'same' || !(inPeriod || booked)) return found;
  found.push(
    finding({
      code: differenceCodes[pair.differs],
      sentence: differenceSentence(pair.differs, { first, row, ledger, infor }),
      ...common,
      evidence: { infor: told(row), rows: pair.rows.map(({ id }) => id).slice(0, 20) },
    }),
  );
  return found;
}

function differenceSentence(
  differs: Exclude<Settlement['differs'], 'same'>,
  pair: { first: SettledLine; row: HistoryRow; ledger: Quantity; infor: Quantity },
): string {
  const { first, row, ledger, infor } = pair;
  const { movement, line } = first;
  const subject = `${movement.key} was posted with ${ledger} of item ${line.item}`;
  switch (differs) {
    case 'lot':
      return `${subject}, lot ${line.lot ?? 'none'}, and Infor has them under lot ${row.lot ?? 'none'}.`;
    case 'warehouse':
      return `${subject} in warehouse ${movement.warehouse}, and Infor has them in ${row.warehouse}.`;
    case 'item':
      return `${subject}, and Infor has item ${row.item} instead.`;
    default:
      return `${subject}, and Infor has ${infor}.`;
  }
}

/** One finding for a document that is gone altogether, else one per item of it. */
function lostFindings(frame: ReconcileFrame, settled: Settled): ReconciliationFinding[] {
  const lost = new Map<LedgerMovement, SettledLine[]>();
  for (const one of settled.lost) {
    const { movement } = one;
    // Its outcome is in doubt: it may well not be there.
    if (movement.stands !== 'posted') continue;
    if (placeOfDay(movement.day, frame.period) !== 'in') continue;
    if (movement.postedAtMs !== null && movement.postedAtMs > frame.asOfMs) continue;
    const group = lost.get(movement);
    if (group === undefined) lost.set(movement, [one]);
    else group.push(one);
  }
  const reversals = reversalDays(settled.reversed);
  return [...lost].flatMap(([movement, lines]) => {
    const whole = lines.length === movement.lines.length;
    const day = lines
      .map(({ line }) => reversals.get(reversalName(movement, line.item)))
      .find((known) => known !== undefined);
    const how = day === undefined ? 'does not hold' : `has taken back on ${day}`;
    if (whole) {
      const units = unitsIn(movement.lines);
      return [
        finding({
          code: 'MISSING_IN_INFOR',
          sentence: `${movement.key} is posted${movement.number === null ? '' : ` as ${movement.number}`} with ${units} units on ${movement.day}, which Infor ${how}.`,
          ...about(movement),
          item: movement.lines.length === 1 ? (movement.lines[0]?.item ?? null) : null,
          ledger: units,
          infor: zero,
        }),
      ];
    }
    return lines.map(({ line }) =>
      finding({
        code: 'MISSING_IN_INFOR',
        sentence: `${movement.key} was posted with ${line.quantity} of item ${line.item}, which Infor ${how}.`,
        ...about(movement),
        item: line.item,
        lot: line.lot,
        ledger: line.quantity,
        infor: zero,
      }),
    );
  });
}

function reversalDays(reversed: readonly HistoryRow[]): Map<string, Day> {
  const days = new Map<string, Day>();
  for (const row of reversed) {
    const name = JSON.stringify([row.warehouse, row.item, row.order ?? '']);
    const known = days.get(name);
    if (known === undefined || row.day > known) days.set(name, row.day);
  }
  return days;
}

function reversalName(movement: LedgerMovement, item: string): string {
  const order = movement.lines.find((line) => line.item === item)?.order ?? '';
  return JSON.stringify([movement.warehouse, item, order]);
}

/** Rows of no movement of ours: a second copy of one, or somebody else's. */
function leftFindings(frame: ReconcileFrame, settled: Settled): ReconciliationFinding[] {
  const copies = copyNames(settled);
  const ours = new Set(frame.settings.centres.map(({ warehouse }) => warehouse));
  const { startFromMs } = frame.settings.sync;
  const start = startFromMs === null ? null : dayIn(frame.period, startFromMs);
  const groups = new Map<string, { rows: HistoryRow[]; of: LedgerMovement | null }>();
  for (const row of settled.left) {
    if (placeOfDay(row.day, frame.period) !== 'in' || isZero(row.quantity)) continue;
    // Until the cut-over everything was booked by hand.
    if (start !== null && row.day < start) continue;
    const of = copies.get(copyName(row)) ?? null;
    // No centre stands for it any more: what others do there now is their own business.
    if (of === null && !ours.has(row.warehouse)) continue;
    const name = groupName(row, of);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { rows: [row], of });
    else group.rows.push(row);
  }
  return [...groups.values()].map(({ rows, of }) => leftFinding(rows, of));
}

function leftFinding(rows: HistoryRow[], of: LedgerMovement | null): ReconciliationFinding {
  const [first] = rows;
  const items = [...new Set(rows.map(({ item }) => item))];
  const quantity = sumQuantities(rows.map((row) => row.quantity));
  const what = items.length === 1 ? `item ${items[0]}` : `${items.length} items`;
  const number = first?.order ?? first?.receivingNumber ?? null;
  const given = {
    document: of?.kind ?? null,
    record: of?.record ?? null,
    key: of?.key ?? null,
    inforNumber: number,
    warehouse: first?.warehouse ?? null,
    item: items.length === 1 ? (items[0] ?? null) : null,
    lot: rows.length === 1 ? (first?.lot ?? null) : null,
    day: first?.day ?? null,
    infor: magnitude(rows),
    evidence: { rows: rows.slice(0, 20).map(told) },
  };
  const where = `in warehouse ${first?.warehouse ?? ''} on ${first?.day ?? ''}`;
  if (of !== null) {
    return finding({
      code: 'DOUBLED_IN_INFOR',
      sentence: `Infor holds the goods of ${of.key} once more: ${quantity} of ${what} ${where}.`,
      ...given,
    });
  }
  return finding({
    code: 'FOREIGN_MOVEMENT',
    sentence: `${upper(nameOf(first))} moved ${quantity} of ${what} ${where}, and is no document of ours.`,
    ...given,
  });
}

function nameOf(row: HistoryRow | undefined): string {
  switch (row?.kind) {
    case 'orderIssue':
      return `an issue for order ${row.order ?? 'without number'}`;
    case 'purchaseReceipt':
      return `a receipt on order ${row.order ?? 'without number'}`;
    case 'adjustment':
      return `a stock correction${row.reasonCode ? ` (${row.reasonCode})` : ''}`;
    default:
      return `a movement of type ${row?.type ?? 'unknown'}`;
  }
}

/** Movements that are settled, by what a second copy of them would look like. */
function copyNames(settled: Settled): Map<string, LedgerMovement> {
  const names = new Map<string, LedgerMovement>();
  for (const { lines, rows } of settled.pairs) {
    const movement = lines[0]?.movement;
    if (movement === undefined) continue;
    for (const row of rows) names.set(copyName(row), movement);
  }
  return names;
}

/** A hand correction without a mark repeats nothing: too many look alike. */
function copyName(row: HistoryRow): string {
  const mark = row.kind === 'purchaseReceipt' ? '' : markOfRow(row);
  const own = row.kind === 'adjustment' && mark === '' ? row.id : '';
  return JSON.stringify([scopeOfRow(row), mark, own, row.item, row.quantity]);
}

/** What was booked together is one finding; stock corrections each stand for themselves. */
function groupName(row: HistoryRow, of: LedgerMovement | null): string {
  if (of !== null) return `of ${of.key} ${row.day} ${row.warehouse}`;
  if (row.kind === 'adjustment' || row.kind === 'other') return `row ${row.id}`;
  return JSON.stringify([scopeOfRow(row), row.receivingNumber, row.day, row.warehouse]);
}

function magnitude(rows: readonly HistoryRow[]): Quantity {
  const total = sumQuantities(rows.map(({ quantity }) => quantity));
  return isNegative(total) ? negateQuantity(total) : total;
}

function told(row: HistoryRow) {
  const { id, type, item, lot, quantity, day, order, reasonCode, reference, responsible } = row;
  return { id, type, item, lot, quantity, day, order, reasonCode, reference, responsible };
}

function about({ kind, record, key, number, warehouse, day }: LedgerMovement) {
  return { document: kind, record, key, inforNumber: number, warehouse, day };
}
