import { absent, type Call, duplicate, Refusal, required } from './call.ts';
import type { StockInstruction, StockMessage, StockMessageLine } from './message-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { balanceAt, fittingQuantity, locationIn, requireLot, usableItem } from './stock.ts';
import { moveStock } from './stock-history.ts';
import { bookMovement } from './voucher.ts';

export function stockMessage({ state, input }: Call): StockMessage {
  const message = state.stockMessages.get(input.text('MSNR'));
  if (!message?.live) throw absent('MSNR');
  return message;
}

export function removeStockMessage(state: State, message: StockMessage): void {
  message.live = false;
  state.stockMessagesByPartner.remove(stockMessageKey(message));
}

function stockMessageKey(message: StockMessage): string {
  return sortKey(message.lookupPartner, message.externalNumber, message.number);
}

export function addStockHead(call: Call, lookupPartner: string): StockMessage {
  const { state, input, nowMs } = call;
  const warehouse = input.text('WHLO');
  if (!state.master.warehouses.get(warehouse)) {
    throw new Refusal('WWH0103', 'WHLO', `Warehouse ${warehouse} does not exist`);
  }
  const externalNumber = input.text('PMSN');
  if (externalNumber !== '' && !state.tenant.duplicatePmsnAccepted) {
    const prefix = sortKey(lookupPartner, externalNumber);
    for (const _ of state.stockMessagesByPartner.within(prefix)) throw duplicate('PMSN');
  }
  const message: StockMessage = {
    number: messageNumber(call),
    warehouse,
    partner: input.text('E0PA'),
    lookupPartner,
    externalNumber,
    status: '10',
    fields: { ...input.fields },
    lines: [],
    createdAtMs: nowMs,
    live: true,
  };
  state.stockMessages.set(message.number, message);
  state.stockMessagesByPartner.put(stockMessageKey(message), message);
  return message;
}

function messageNumber({ state, input }: Call): string {
  const given = input.text('MSNR');
  if (given === '') return String(nextNumber(state, 'stockMessage', 800_000_001));
  if (state.tenant.callerMessageNumber === 'refused') {
    throw new Refusal('WMG0101', 'MSNR', 'Message number must not be entered');
  }
  if (state.stockMessages.has(given)) throw duplicate('MSNR');
  return given;
}

export function addStockLine(call: Call, message: StockMessage): StockMessageLine {
  const { input } = call;
  refuseProcessed(message);
  const number = input.whole('MSLN') || (message.lines.at(-1)?.line ?? 0) + 1;
  if (message.lines.some((other) => other.line === number)) throw duplicate('MSLN');
  const line: StockMessageLine = {
    line: number,
    status: '10',
    item: input.text('ITNO'),
    location: input.text('WHSL'),
    lot: input.text('BANO'),
    fields: { ...input.fields },
    instructions: [],
  };
  message.lines.push(line);
  message.status = '20';
  return line;
}

export function addInstruction(
  call: Call,
  place: { message: StockMessage; line: StockMessageLine },
): StockInstruction {
  const { input } = call;
  refuseProcessed(place.message);
  const sequence = input.whole('MSGS') || (place.line.instructions.at(-1)?.sequence ?? 0) + 1;
  if (place.line.instructions.some((other) => other.sequence === sequence)) {
    throw duplicate('MSGS');
  }
  const instruction: StockInstruction = {
    sequence,
    qualifier: input.text('QLFR'),
    status: '10',
    quantity: input.decimal('QLQT') ?? 0n,
    reasonCode: input.text('RSCD'),
    fields: { ...input.fields },
    error: '',
  };
  place.line.instructions.push(instruction);
  return instruction;
}

export function wantedStockLine({ input }: Call, message: StockMessage): StockMessageLine {
  return required(
    message.lines.find((line) => line.line === input.whole('MSLN')),
    'MSLN',
  );
}

export function deleteStockMessage(call: Call): undefined {
  const message = stockMessage(call);
  const { input } = call;
  if (message.status === '90' || openInstructions(message).length < countOf(message)) {
    throw new Refusal('WMG0901', 'MSNR', `Message has status ${message.status}`);
  }
  if (!input.has('MSLN')) {
    removeStockMessage(call.state, message);
    return undefined;
  }
  const line = wantedStockLine(call, message);
  message.lines = message.lines.filter((other) => other !== line);
  return undefined;
}

function refuseProcessed(message: StockMessage): void {
  if (message.status !== '90') return;
  throw new Refusal('WMG0901', 'MSNR', 'Message is processed already');
}

function countOf(message: StockMessage): number {
  return message.lines.flatMap((line) => line.instructions).length;
}

export function openInstructions(message: StockMessage): StockInstruction[] {
  return message.lines
    .flatMap((line) => line.instructions)
    .filter((instruction) => instruction.status !== '90');
}

/** Books the adjustments that were open when the job was submitted; returns the first error. */
export function processStockMessage(
  state: State,
  run: { message: StockMessage; jobStarted: StockInstruction[]; nowMs: number },
): Refusal | undefined {
  const { message, jobStarted, nowMs } = run;
  let first: Refusal | undefined;
  for (const line of message.lines) {
    for (const instruction of line.instructions) {
      if (!jobStarted.includes(instruction)) continue;
      try {
        adjust(state, { message, line, instruction, nowMs });
        instruction.status = '90';
        instruction.error = '';
      } catch (problem) {
        if (!(problem instanceof Refusal)) throw problem;
        instruction.status = '45';
        instruction.error = `${problem.text} ${problem.code}`;
        first ??= problem;
      }
    }
    const failed = line.instructions.some((instruction) => instruction.status === '45');
    line.status = failed ? '45' : '90';
  }
  const failed = message.lines.some((line) => line.status === '45');
  message.status = failed ? '45' : openInstructions(message).length === 0 ? '90' : '40';
  return first;
}

function adjust(
  state: State,
  place: {
    message: StockMessage;
    line: StockMessageLine;
    instruction: StockInstruction;
    nowMs: number;
  },
): void {
  const { message, line, instruction, nowMs } = place;
  const { warehouse } = message;
  const item = usableItem(state, line.item, warehouse);
  const quantity = fittingQuantity(item, instruction.quantity, 'QLQT');
  if (quantity === 0n) throw new Refusal('WQT0102', 'QLQT', 'Quantity must be entered');
  const unit = instruction.fields.QLUN ?? '';
  if (unit !== '' && unit !== item.unit) {
    throw new Refusal('WUN0101', 'QLUN', 'Unit of measure is not valid');
  }
  requireLot(item, line.lot);
  const location = locationIn(state, warehouse, line.location);
  const reason = instruction.reasonCode;
  if (reason !== '' && !state.seed.reasonCodes.includes(reason)) {
    throw new Refusal('WRS0103', 'RSCD', `Transaction reason ${reason} does not exist`);
  }
  const balance = balanceAt(state, { warehouse, item: item.number, location, lot: line.lot });
  const free = (balance?.onHand ?? 0n) - (balance?.allocated ?? 0n);
  if (free + quantity < 0n) {
    throw new Refusal('WQT0201', 'QLQT', 'On-hand balance is not sufficient');
  }
  const movement = moveStock(state, {
    type: '90',
    warehouse,
    item: item.number,
    location,
    lot: line.lot,
    quantity,
    atMs: nowMs,
    day: instruction.fields.QLDT ?? '',
    reasonCode: reason,
    reference: line.fields.BREM ?? '',
    lotReference: line.fields.BREF ?? '',
    lotReference2: line.fields.BRE2 ?? '',
    responsible: message.fields.RESP ?? '',
    message: message.number,
    externalKey: message.externalNumber,
  });
  bookMovement(state, movement);
}
