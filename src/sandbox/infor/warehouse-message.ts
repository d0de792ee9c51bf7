import { absent, type Call, duplicate, Refusal, type Row, required } from './call.ts';
import type { Decimal } from './decimal.ts';
import type { WarehouseLine, WarehouseMessage, WarehousePackage } from './message-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';

/** The three levels of a message in MHS850MI; nothing happens before it is processed. */
export function warehouseMessage({ state, input }: Call): WarehouseMessage {
  const message = state.warehouseMessages.get(input.text('MSGN'));
  if (!message?.live) throw absent('MSGN');
  return message;
}

export function removeWarehouseMessage(state: State, message: WarehouseMessage): void {
  message.live = false;
  state.warehouseMessagesByPartner.remove(messageKey(message));
}

export function messageKey(message: {
  lookupPartner: string;
  externalNumber: string;
  number: string;
}): string {
  return sortKey(message.lookupPartner, message.externalNumber, message.number);
}

export function addHead(
  call: Call,
  given: { qualifier: string; lookupPartner: string },
): WarehouseMessage {
  const { state, input, nowMs } = call;
  const { qualifier, lookupPartner } = given;
  if (qualifier !== '20' && qualifier !== '31') {
    throw new Refusal('WQL0101', 'QLFR', `Qualifier ${qualifier} is not simulated`);
  }
  const warehouse = input.text('WHLO');
  if (!state.master.warehouses.get(warehouse)) {
    throw new Refusal('WWH0103', 'WHLO', `Warehouse ${warehouse} does not exist`);
  }
  const externalNumber = input.text('PMSN');
  refuseRepeatedPmsn(call, lookupPartner, externalNumber);
  const message: WarehouseMessage = {
    number: messageNumber(call),
    warehouse,
    qualifier,
    partner: input.text('E0PA'),
    lookupPartner,
    externalNumber,
    status: '10',
    fields: { ...input.fields },
    packages: [],
    createdAtMs: nowMs,
    live: true,
  };
  state.warehouseMessages.set(message.number, message);
  state.warehouseMessagesByPartner.put(messageKey(message), message);
  return message;
}

/** M3 itself does not refuse a repeated PMSN as far as is known (reference §4.4). */
function refuseRepeatedPmsn(call: Call, partner: string, externalNumber: string): void {
  const { state } = call;
  if (externalNumber === '' || state.tenant.duplicatePmsnAccepted) return;
  const prefix = sortKey(partner, externalNumber);
  for (const _ of state.warehouseMessagesByPartner.within(prefix)) throw duplicate('PMSN');
}

function messageNumber({ state, input }: Call): string {
  const given = input.text('MSGN');
  if (given === '') return String(nextNumber(state, 'warehouseMessage', 900_000_001));
  if (state.tenant.callerMessageNumber === 'refused') {
    throw new Refusal('WMG0101', 'MSGN', 'Message number must not be entered');
  }
  if (state.warehouseMessages.has(given)) throw duplicate('MSGN');
  return given;
}

export function addPackage(call: Call, message: WarehouseMessage): WarehousePackage {
  const { input } = call;
  refuseProcessed(message);
  const number = input.text('PACN') || String(message.packages.length + 1);
  if (message.packages.some((other) => other.number === number)) throw duplicate('PACN');
  const box: WarehousePackage = { number, status: '10', fields: { ...input.fields }, lines: [] };
  message.packages.push(box);
  message.status = '20';
  return box;
}

export function addLine(
  call: Call,
  place: { message: WarehouseMessage; box: WarehousePackage; quantity: Decimal },
): WarehouseLine {
  const { state, input } = call;
  const { message, box, quantity } = place;
  refuseProcessed(message);
  const item = input.text('ITNO');
  if (item !== '' && !state.master.items.has(item)) {
    throw new Refusal('WIT0103', 'ITNO', `Item ${item} does not exist`);
  }
  const number = input.whole('MSLN') || (box.lines.at(-1)?.line ?? 0) + 1;
  if (box.lines.some((other) => other.line === number)) throw duplicate('MSLN');
  const line: WarehouseLine = {
    line: number,
    status: '10',
    item,
    quantity,
    order: input.text('RIDN'),
    orderLine: input.whole('RIDL'),
    orderSuffix: input.whole('RIDX'),
    fields: { ...input.fields },
    error: '',
  };
  box.lines.push(line);
  message.status = '30';
  return line;
}

/** The quantity of a line: received in the order's unit, or delivered in the basic one. */
export function lineQuantity({ input }: Call, qualifier: string): Decimal {
  const fields = qualifier === '20' ? ['RVQA', 'DLQT', 'DLQA'] : ['DLQT', 'DLQA', 'RVQA'];
  for (const field of fields) {
    const quantity = input.decimal(field);
    if (quantity !== undefined) return quantity;
  }
  return 0n;
}

export function wantedPackage({ input }: Call, message: WarehouseMessage): WarehousePackage {
  const box = message.packages.find((other) => other.number === input.text('PACN'));
  return required(box, 'PACN');
}

export function wantedLine({ input }: Call, box: WarehousePackage): WarehouseLine {
  return required(
    box.lines.find((line) => line.line === input.whole('MSLN')),
    'MSLN',
  );
}

/** A message, one of its packages, or one line; refused once anything of it took effect. */
export function deleteMessage(call: Call): undefined {
  const message = warehouseMessage(call);
  const { input } = call;
  const lines = message.packages.flatMap((box) => box.lines);
  if (message.status === '90' || lines.some((line) => line.status === '90')) {
    throw new Refusal('WMG0901', 'MSGN', `Message has status ${message.status}`);
  }
  if (!input.has('PACN')) {
    removeWarehouseMessage(call.state, message);
    return undefined;
  }
  const box = wantedPackage(call, message);
  if (input.has('MSLN')) {
    const line = wantedLine(call, box);
    box.lines = box.lines.filter((other) => other !== line);
  } else {
    message.packages = message.packages.filter((other) => other !== box);
  }
  return undefined;
}

function refuseProcessed(message: WarehouseMessage): void {
  if (message.status !== '90') return;
  throw new Refusal('WMG0901', 'MSGN', 'Message is processed already');
}

export function headRow(state: State, message: WarehouseMessage): Row {
  return {
    ...message.fields,
    DIVI: state.seed.division,
    WHLO: message.warehouse,
    MSGN: message.number,
    QLFR: message.qualifier,
    STAT: message.status,
    TRSL: message.status,
    TRSH: message.status,
    PMSN: message.externalNumber,
    E0PA: message.partner,
    E0PB: message.lookupPartner,
  };
}
