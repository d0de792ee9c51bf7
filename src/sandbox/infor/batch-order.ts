import { dayOf } from './calendar.ts';
import { absent, type Call, type Program, Refusal, type Row, required } from './call.ts';
import { createOrder } from './customer-order.ts';
import { formatDecimal } from './decimal.ts';
import type { Customer } from './master-state.ts';
import type { BatchLine, BatchOrder } from './sales-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';
import { fittingQuantity, usableItem } from './stock.ts';

/** Batch order entry in OIS100MI: nothing is real until Confirm (reference/infor-api.md §4.1). */
export const batchOrderEntry: Program = {
  AddBatchHead: { kind: 'stage', run: (call) => [{ ORNO: addHead(call).number }] },
  AddBatchLine: {
    kind: 'stage',
    run(call) {
      const line = addLine(call);
      return [{ PONR: String(line.line), POSX: String(line.suffix), ATNR: '0' }];
    },
  },
  AddBatchAddress: {
    kind: 'stage',
    run(call) {
      openBatchOrder(call).addresses.push({ ...call.input.fields });
      return undefined;
    },
  },
  AddBatchText: {
    kind: 'stage',
    run(call) {
      const order = openBatchOrder(call);
      if (call.input.text('TYPE') === '2') wantedLine(call, order);
      order.texts.push({ ...call.input.fields });
      return undefined;
    },
  },
  AddBatchHeadChg: {
    kind: 'stage',
    run(call) {
      const order = openBatchOrder(call);
      call.input.decimal('CRAM');
      order.charges.push({ ...call.input.fields });
      return undefined;
    },
  },
  DelBatchHead: {
    kind: 'stage',
    run(call) {
      const order = batchOrder(call);
      if (order.status === '90') {
        throw new Refusal('WOR0901', 'ORNO', 'Customer order is created already');
      }
      removeBatchOrder(call.state, order);
      return undefined;
    },
  },
  DelBatchLine: {
    kind: 'stage',
    run(call) {
      const order = openBatchOrder(call);
      const line = wantedLine(call, order);
      order.lines = order.lines.filter((other) => other !== line);
      return undefined;
    },
  },
  Confirm: {
    kind: 'commit',
    begin(call) {
      const order = openBatchOrder(call);
      validate(call.state, order);
      return (nowMs) => [finish(call.state, order, nowMs)];
    },
    delayMs: (tenant) => tenant.confirmDelayMs,
    submitted: { ORNO: '', STAT: '20' },
  },
};

/** The temporary order of the call's ORNO, whatever its status; deleted ones are gone. */
export function batchOrder({ state, input }: Call): BatchOrder {
  const order = required(state.batchOrders.get(input.text('ORNO')), 'ORNO');
  if (!order.live) throw absent('ORNO');
  return order;
}

export function removeBatchOrder(state: State, order: BatchOrder): void {
  order.live = false;
  state.batchOrdersByCustomer.remove(sortKey(order.customer, order.number));
}

function openBatchOrder(call: Call): BatchOrder {
  const order = batchOrder(call);
  if (order.status === '90' || order.status === '55') {
    throw new Refusal('WOR0901', 'ORNO', `Batch order has status ${order.status}`);
  }
  return order;
}

function addHead({ state, input, nowMs }: Call): BatchOrder {
  const customer = activeCustomer(state, input.text('CUNO'));
  const orderType = input.text('ORTP') || state.seed.orderTypes[0] || '';
  if (!state.seed.orderTypes.includes(orderType)) {
    throw new Refusal('WOT0103', 'ORTP', `Order type ${orderType} does not exist`);
  }
  const warehouse = knownWarehouse(state, input.text('WHLO'));
  const facility = input.text('FACI') || state.seed.facility;
  if (!state.seed.warehouses.some((other) => other.facility === facility)) {
    throw new Refusal('WFA0103', 'FACI', `Facility ${facility} does not exist`);
  }
  const order: BatchOrder = {
    // Temporary and final numbers come from different series and are easily confused.
    number: String(nextNumber(state, 'batchOrder', 1_000_000_001)),
    customer: customer.number,
    orderType,
    facility,
    warehouse,
    orderDay: input.text('ORDT') || dayOf(nowMs),
    requestedDay: input.text('RLDT') || dayOf(nowMs),
    customerReference: input.text('CUOR'),
    yourReference: input.text('YREF'),
    status: '20',
    finalNumber: '',
    fields: { ...input.fields },
    lines: [],
    addresses: [],
    texts: [],
    charges: [],
    messages: [],
    live: true,
  };
  state.batchOrders.set(order.number, order);
  state.batchOrdersByCustomer.put(sortKey(order.customer, order.number), order);
  return order;
}

function addLine(call: Call): BatchLine {
  const { state, input } = call;
  const order = openBatchOrder(call);
  const warehouse = knownWarehouse(state, input.text('WHLO') || order.warehouse);
  const item = usableItem(state, input.text('ITNO'), warehouse);
  const quantity = input.decimal('ORQT');
  if (quantity === undefined || quantity <= 0n) {
    throw new Refusal('WOQ0102', 'ORQT', 'Order quantity must be entered');
  }
  input.decimal('SAPR');
  if (input.has('ALUN') && input.text('ALUN') !== item.unit) {
    throw new Refusal('WUN0101', 'ALUN', `Item ${item.number} is not sold in that unit`);
  }
  const reason = input.text('RSCD');
  if (reason !== '' && !state.seed.reasonCodes.includes(reason)) {
    throw new Refusal('WRS0103', 'RSCD', `Transaction reason ${reason} does not exist`);
  }
  const line: BatchLine = {
    line: (order.lines.at(-1)?.line ?? 0) + 1,
    suffix: 0,
    item: item.number,
    quantity: fittingQuantity(item, quantity, 'ORQT'),
    warehouse,
    fields: { ...input.fields },
  };
  order.lines.push(line);
  return line;
}

/** Checks again what may have changed since entry; the outcome is left in status and messages. */
function validate(state: State, order: BatchOrder): void {
  order.messages = [];
  const customer = state.master.customers.get(order.customer);
  if (customer?.status !== '20') {
    fail(order, '15', new Refusal('XIM0002', 'CUNO', `Customer ${order.customer} is not valid`));
  }
  if (order.lines.length === 0) {
    const refusal = new Refusal('WOR0102', 'ORNO', 'Order has no lines');
    order.messages = [{ level: '20', code: refusal.code, text: refusal.text }];
    throw refusal;
  }
  for (const line of order.lines) {
    try {
      usableItem(state, line.item, line.warehouse);
    } catch (problem) {
      if (problem instanceof Refusal) fail(order, '25', problem);
      throw problem;
    }
  }
}

function fail(order: BatchOrder, status: string, refusal: Refusal): never {
  order.status = status;
  order.messages.push({ level: '30', code: refusal.code, text: refusal.text });
  throw refusal;
}

function finish(state: State, order: BatchOrder, nowMs: number): Row {
  if (!order.live) throw absent('ORNO');
  const stopped = state.master.customers.get(order.customer)?.stopped ?? false;
  if (stopped && state.tenant.creditStop === 'hold') {
    order.status = '30';
    order.messages = [{ level: '30', code: 'WCS0901', text: 'Customer is stopped' }];
    return { ORNO: '', STAT: '30' };
  }
  if (state.tenant.abnormalConfirms > 0) {
    state.tenant.abnormalConfirms -= 1;
    order.status = '55';
    return { ORNO: '', STAT: '55' };
  }
  const made = createOrder(state, { batch: order, stopped, nowMs });
  order.status = '90';
  order.finalNumber = made.number;
  return { ORNO: made.number, STAT: '90' };
}

function activeCustomer(state: State, number: string): Customer {
  const customer = state.master.customers.get(number);
  if (customer?.status !== '20') {
    throw new Refusal('XIM0002', 'CUNO', `Customer ${number} is not valid`);
  }
  return customer;
}

function knownWarehouse(state: State, given: string): string {
  const number = given || state.seed.warehouses[0]?.number || '';
  if (!state.master.warehouses.get(number)) {
    throw new Refusal('WWH0103', 'WHLO', `Warehouse ${number} does not exist`);
  }
  return number;
}

function wantedLine({ input }: Call, order: BatchOrder): BatchLine {
  const line = order.lines.find(
    (other) => other.line === input.whole('PONR') && other.suffix === input.whole('POSX'),
  );
  return required(line, 'PONR');
}

/** What both layouts of a batch line show. */
export function batchLineRow(state: State, order: BatchOrder, line: BatchLine): Row {
  return {
    ...line.fields,
    ITNO: line.item,
    ITDS: line.fields.ITDS || (state.master.items.get(line.item)?.name ?? ''),
    ORQT: formatDecimal(line.quantity),
    WHLO: line.warehouse,
    DWDT: line.fields.DWDT || order.requestedDay,
    PONR: String(line.line),
    POSX: String(line.suffix),
    ATNR: '0',
  };
}
