import type { Exchange, Target } from '../../../app/ports.ts';
import type { DocumentReference, HeldLine, Json } from '../../../core/glossary.ts';
import type { Problem } from '../../../core/problem.ts';
import { listed } from './answer.ts';
import { heldLines, lineNumber, linesUnreadable } from './compare.ts';
import type { Row, Session } from './session.ts';

/** A line of a real customer order as OIS100MI/LstLine shows it. */
export interface OrderLineRow {
  /** PONR and POSX. */
  orderLine: string;
  suffix: string;
  /** CUPO: our own line number, when the line is ours. */
  line: number | null;
  item: string;
  warehouse: string;
  /** ORQT, ALQT and DLQT in the basic unit. */
  ordered: string;
  allocated: string;
  delivered: string;
  /** ORST. */
  status: string;
}

export type OrderRead =
  | { state: 'read'; lines: OrderLineRow[] }
  | { state: 'unclear'; problem: Problem };

const lineColumns = ['PONR', 'POSX', 'CUPO', 'ITNO', 'WHLO', 'ORQT', 'ALQT', 'DLQT', 'ORST'];

/** Status of a deleted order or line (reference: infor-api §4.1). */
export const deletedStatus = '90';

/** The lines of many real orders in one request. */
export async function readOrderLines(
  session: Session,
  step: Exchange['step'],
  orders: { targets: Target[]; number: string }[],
): Promise<OrderRead[]> {
  const results = await session.read(
    step,
    'OIS100MI',
    orders.map(({ targets, number }) => ({
      targets,
      call: { transaction: 'LstLine', record: { ORNO: number }, columns: lineColumns },
    })),
  );
  return orders.map((_, index) => {
    const list = listed('OIS100MI/LstLine', results[index], ['ORNO']);
    if (list.state === 'unclear') return list;
    return { state: 'read', lines: list.rows.map(lineOf) };
  });
}

function lineOf(row: Row): OrderLineRow {
  return {
    orderLine: String(Number(row.PONR ?? '')),
    suffix: String(Number(row.POSX ?? '')),
    line: lineNumber(row.CUPO),
    item: row.ITNO ?? '',
    warehouse: row.WHLO ?? '',
    ordered: row.ORQT ?? '',
    allocated: row.ALQT ?? '',
    delivered: row.DLQT ?? '',
    status: row.ORST ?? '',
  };
}

/** What is remembered of a real order: which of its lines is which of ours. */
function orderReference(number: string, lines: OrderLineRow[]): DocumentReference {
  const known: Json[] = lines
    .filter((line) => line.line !== null && line.status !== deletedStatus)
    .map((line) => ({ line: line.line, orderLine: line.orderLine, suffix: line.suffix }));
  return { number, detail: { lines: known } };
}

/** A real order with what it holds; its deleted lines are not held. */
export function orderAsPosted(
  number: string,
  lines: OrderLineRow[],
):
  | { state: 'posted'; reference: DocumentReference; held: HeldLine[] }
  | { state: 'unclear'; problem: Problem } {
  const held = heldLines(
    lines
      .filter((line) => line.status !== deletedStatus)
      .map((line) => ({ line: line.line, item: line.item, quantity: line.ordered, lot: '' })),
  );
  return held === null
    ? { state: 'unclear', problem: linesUnreadable('order', number) }
    : { state: 'posted', reference: orderReference(number, lines), held };
}
