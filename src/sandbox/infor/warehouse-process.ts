import { Refusal } from './call.ts';
import { issue } from './issue.ts';
import type { WarehouseLine, WarehouseMessage, WarehousePackage } from './message-state.ts';
import { receive } from './purchase-order.ts';
import type { State } from './state.ts';
import type { StockMovement } from './stock-state.ts';

/**
 * Processes a message line by line, as M3 does: a line that fails does not undo those before it.
 * `jobStarted` are the lines that were open when this job was submitted, so that two jobs which ran
 * in parallel both take effect. Returns the first error.
 */
export function processMessage(
  state: State,
  run: { message: WarehouseMessage; jobStarted: WarehouseLine[]; nowMs: number },
): Refusal | undefined {
  const { message, jobStarted, nowMs } = run;
  let first: Refusal | undefined;
  for (const box of message.packages) {
    for (const line of box.lines) {
      if (!jobStarted.includes(line)) continue;
      const refusal = processLine(state, { message, box, line, nowMs });
      first ??= refusal;
    }
    box.status = box.lines.every((line) => line.status === '90') ? '90' : '40';
  }
  message.status = headStatus(message.packages.flatMap((box) => box.lines));
  return first;
}

/** 45 before 35 before "still open": the head shows the worst of its lines. */
function headStatus(lines: WarehouseLine[]): string {
  const statuses = lines.map((line) => line.status);
  for (const status of ['45', '35']) if (statuses.includes(status)) return status;
  return statuses.every((status) => status === '90') ? '90' : '40';
}

function processLine(
  state: State,
  place: { message: WarehouseMessage; box: WarehousePackage; line: WarehouseLine; nowMs: number },
): Refusal | undefined {
  const { message, line } = place;
  try {
    if (line.order === '') throw new Refusal('WRI0102', 'RIDN', 'Order number must be entered');
    if (message.qualifier === '20') receiveLine(state, place);
    else issueLine(state, place);
    line.status = '90';
    line.error = '';
    return undefined;
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    line.status = problem.code === 'WRI0102' ? '35' : '45';
    line.error = `${problem.text} ${problem.code}`;
    return problem;
  }
}

type Place = Parameters<typeof processLine>[1];

function receiveLine(state: State, place: Place): void {
  const { message, box, line, nowMs } = place;
  const { fields } = line;
  const inOrderUnit = (fields.RVQA ?? fields.QTY ?? '') !== '';
  receive(
    state,
    {
      order: line.order,
      line: line.orderLine,
      sub: line.orderSuffix,
      quantity: line.quantity,
      unit: inOrderUnit ? (fields.PUUN ?? '') : '',
      item: line.item,
      warehouse: message.warehouse,
      location: fields.WHSL ?? '',
      lot: fields.BANO ?? '',
      deliveryNote: fields.SUDO || box.fields.SUDO || message.fields.SUDO || '',
      ends: fields.OEND === '1',
      day: fields.RPDT ?? '',
      details: details(place),
    },
    nowMs,
  );
}

function issueLine(state: State, place: Place): void {
  const { message, line, nowMs } = place;
  const { fields } = line;
  issue(
    state,
    {
      order: line.order,
      line: line.orderLine,
      suffix: line.orderSuffix,
      delivery: Number(fields.DLIX || fields.RIDI || message.fields.RIDI || 0),
      pickList: Number(fields.PLSX || message.fields.PLSX || 0),
      reportingNumber: Number(fields.PLRN || 0),
      item: line.item,
      warehouse: message.warehouse,
      location: fields.WHSL ?? '',
      lot: fields.BANO ?? '',
      quantity: line.quantity,
      ends: fields.OEND === '1',
      day: fields.RPDT ?? '',
      details: details(place),
    },
    nowMs,
  );
}

function details({ message, line }: Place): Partial<StockMovement> {
  const { fields } = line;
  return {
    reasonCode: fields.RSCD ?? '',
    reference: fields.BREM ?? '',
    lotReference: fields.BREF ?? '',
    lotReference2: fields.BRE2 ?? '',
    responsible: fields.RESP || message.fields.RESP || '',
    message: message.number,
    externalKey: message.externalNumber,
  };
}
