import type { MiCall } from '../mi.ts';
import { add, compareDecimals, subtract } from './compare.ts';
import type { OrderLineRow } from './order-read.ts';
import {
  orderLineKey,
  type Picks,
  pickListed,
  type Wanted,
  type WantedLine,
} from './pick-match.ts';

/** TTYP of an issue for a customer order (reference: infor-api §5). */
const issueTransactionType = '31';

/**
 * The MMS120MI calls that still lack for one issue. Only the lines that left are allocated, never
 * the whole order, so that a line which leaves elsewhere later can still change its warehouse. The
 * lot is ShipBob's: M3's own choice of lots, if it made one, is given back first (posting-protocol
 * §5).
 */
export function allocationCalls(one: Wanted, picks: Picks, allocationOrigin: string): MiCall[] {
  const rows = [...new Set(one.lines.map(({ row }) => row))];
  return rows.flatMap((row) => {
    const lines = one.lines.filter((line) => line.row === row);
    return lines.some(({ line }) => line.lot !== null && line.location !== null)
      ? lotCalls({ one, row, lines, picks, allocationOrigin })
      : lineCalls({ one, row, lines, allocationOrigin });
  });
}

interface RowWork {
  one: Wanted;
  row: OrderLineRow;
  lines: WantedLine[];
  allocationOrigin: string;
}

function lineCalls({ one, row, lines, allocationOrigin }: RowWork): MiCall[] {
  const wanted = lines.reduce((sum, { line }) => add(sum, line.quantity), '0');
  const missing = subtract(wanted, row.allocated);
  if (compareDecimals(missing, '0') <= 0) return [];
  return [call('AllocateOrdLine', { ...lineKey(one, row), MAAL: allocationOrigin, ALQT: missing })];
}

function lotCalls({
  one,
  row,
  lines,
  picks,
  allocationOrigin,
}: RowWork & { picks: Picks }): MiCall[] {
  const lacking = lines
    .map((line) => ({
      line: line.line,
      missing: subtract(line.line.quantity, listedOf(line, picks)),
    }))
    .filter(({ missing }) => compareDecimals(missing, '0') > 0);
  const [first] = lines;
  if (lacking.length === 0 || first === undefined) return [];
  const unreleased = subtract(row.allocated, pickListed(first, picks));
  const giveBack =
    compareDecimals(unreleased, '0') > 0
      ? [deallocateCall(one, row, { allocationOrigin, quantity: unreleased })]
      : [];
  return [
    ...giveBack,
    ...lacking.map(({ line, missing }) =>
      call('UpdDetAlloc', {
        WHLO: one.issue.warehouse,
        ITNO: line.item,
        WHSL: line.location ?? '',
        ALQT: missing,
        BANO: line.lot ?? '',
        ...lineKey(one, row),
      }),
    ),
  ];
}

export function deallocateCall(
  one: Wanted,
  row: OrderLineRow,
  how: { allocationOrigin: string; quantity: string },
): MiCall {
  return call('DeAllocateOrLne', {
    ...lineKey(one, row),
    MAAL: how.allocationOrigin,
    ALQT: how.quantity,
  });
}

/** On pick lists in the lot that left. */
function listedOf(wanted: WantedLine, picks: Picks): string {
  const open = picks.get(orderLineKey(wanted)) ?? [];
  return open
    .filter((pick) => wanted.line.lot === null || pick.lot === wanted.line.lot)
    .reduce((sum, pick) => add(sum, pick.quantity), '0');
}

function lineKey(one: Wanted, row: OrderLineRow): Record<string, string> {
  return { TTYP: issueTransactionType, RIDN: one.order, RIDL: row.orderLine, RIDX: row.suffix };
}

function call(transaction: string, record: Record<string, string>): MiCall {
  return { transaction, record, columns: [] };
}
