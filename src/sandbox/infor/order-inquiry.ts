import { type Call, type Program, Refusal, type Row, required } from './call.ts';
import {
  allocatedOf,
  customerOrderCategory,
  deliverFrom,
  lineStatus,
  orderLine,
  orderStatus,
  retireLine,
  workableOrder,
} from './customer-order.ts';
import { formatDecimal, multiply, parseDecimal } from './decimal.ts';
import { deliveryLineRow } from './delivery-row.ts';
import type { CustomerOrder, OrderLine } from './sales-state.ts';
import { sortKey } from './sorted-index.ts';
import type { State } from './state.ts';
import { usableItem } from './stock.ts';

/** What OIS100MI shows and changes of real orders. */
export const customerOrders: Program = {
  GetHead: { kind: 'read', run: (call) => [headRow(call.state, wantedOrder(call))] },
  GetLine: {
    kind: 'read',
    run(call) {
      const order = wantedOrder(call);
      return [lineRow(call.state, order, wantedLine(call, order))];
    },
  },
  LstLine: { kind: 'read', run: listLines },
  LstLine2: { kind: 'read', run: listLines },
  LstHead: {
    kind: 'read',
    *run(call) {
      const { state, input } = call;
      yield* heads(call, state.ordersByCustomer.within(input.text('CUNO')));
    },
  },
  DelHead: {
    kind: 'stage',
    run(call) {
      const order = workableOrder(call, 'ORNO');
      for (const line of order.lines) refuseStarted(line);
      for (const line of order.lines) retireLine(call.state, order, line);
      order.deleted = true;
      return undefined;
    },
  },
  DelLine: {
    kind: 'stage',
    run(call) {
      const order = workableOrder(call, 'ORNO');
      const line = wantedLine(call, order);
      refuseStarted(line);
      retireLine(call.state, order, line);
      return undefined;
    },
  },
  ChgWarehouse: { kind: 'stage', run: changeWarehouse },
  LstDelLineByCO: {
    kind: 'read',
    *run(call) {
      const { state, input } = call;
      const prefix = sortKey(customerOrderCategory, input.text('ORNO'), input.whole('PONR'));
      const start = sortKey(prefix, input.whole('POSX'));
      for (const entry of state.deliveryLines.within(prefix, start)) {
        yield* deliveryLineRow(state, entry);
      }
    },
  },
};

/** OIS175MI: orders of one customer; rows come from the given position onwards. */
export const orderInquiry: Program = {
  LstHeadByRef: {
    kind: 'read',
    *run(call) {
      const { state, input } = call;
      const reference = input.text('YREF');
      const prefix = input.has('CUNO') ? sortKey('c', input.text('CUNO')) : 'r';
      yield* heads(call, state.ordersByReference.within(prefix, sortKey(prefix, reference)));
    },
  },
  LstHeadByDate: {
    kind: 'read',
    *run(call) {
      const { state, input } = call;
      const customer = input.text('CUNO');
      const start = sortKey(customer, input.text('ORDT'));
      yield* heads(call, state.ordersByDay.within(customer, start));
    },
  },
  LstHeadByCust: {
    kind: 'read',
    *run(call) {
      yield* heads(call, call.state.ordersByCustomer.within(call.input.text('CUNO')));
    },
  },
};

function* heads({ state, input }: Call, orders: Iterable<CustomerOrder>): Generator<Row> {
  for (const order of orders) {
    const { lowest, highest } = orderStatus(order);
    if (input.has('ORSL') && lowest < input.text('ORSL')) continue;
    if (input.has('ORST') && highest > input.text('ORST')) continue;
    yield headRow(state, order);
  }
}

function* listLines(call: Call): Generator<Row> {
  const order = wantedOrder(call);
  const { input } = call;
  for (const line of order.lines) {
    const row = lineRow(call.state, order, line);
    if (input.has('ORST') && (row.ORST ?? '') < input.text('ORST')) continue;
    if (input.has('ITNO') && line.item < input.text('ITNO')) continue;
    yield row;
  }
}

function changeWarehouse(call: Call): Row[] {
  const { state, input } = call;
  const order = workableOrder(call, 'ORNO');
  const warehouse = input.text('WHLO');
  if (!state.master.warehouses.get(warehouse)) {
    throw new Refusal('WWH0103', 'WHLO', `Warehouse ${warehouse} does not exist`);
  }
  const lines = input.has('PONR')
    ? [orderLine(order, input.whole('PONR'), 0)]
    : order.lines.filter((line) => !line.deleted);
  for (const line of lines) {
    refuseStarted(line);
    usableItem(state, line.item, warehouse);
  }
  for (const line of lines) deliverFrom(state, { order, line, warehouse });
  return lines.map((line) => ({
    ORNO: order.number,
    PONR: String(line.line),
    STAT: lineStatus(line),
  }));
}

function refuseStarted(line: OrderLine): void {
  if (line.deleted || (line.allocations.length === 0 && line.delivered === 0n)) return;
  throw new Refusal('WOL0901', 'PONR', `Order line has status ${lineStatus(line)}`);
}

function wantedOrder({ state, input }: Call): CustomerOrder {
  return required(state.orders.get(input.text('ORNO')), 'ORNO');
}

function wantedLine({ input }: Call, order: CustomerOrder): OrderLine {
  return orderLine(order, input.whole('PONR'), input.whole('POSX'));
}

function headRow(state: State, order: CustomerOrder): Row {
  const { lowest, highest } = orderStatus(order);
  return {
    ...order.fields,
    ORNO: order.number,
    ORTP: order.orderType,
    ORDT: order.orderDay,
    STAT: highest,
    FACI: order.facility,
    CUOR: order.customerReference,
    YREF: order.yourReference,
    CUCD: order.fields.CUCD || (state.master.customers.get(order.customer)?.currency ?? ''),
    ORSL: lowest,
    ORST: highest,
    CUNO: order.customer,
    WHLO: order.warehouse,
    DIVI: state.seed.division,
    RLDT: order.requestedDay,
    OBLC: order.stopped ? '1' : '0',
  };
}

function lineRow(state: State, order: CustomerOrder, line: OrderLine): Row {
  const price = parseDecimal(line.fields.SAPR ?? '');
  const item = state.master.items.get(line.item);
  return {
    ...line.fields,
    ITNO: line.item,
    ITDS: line.fields.ITDS || (item?.name ?? ''),
    ORQT: formatDecimal(line.quantity),
    ORQA: formatDecimal(line.quantity),
    ALUN: item?.unit ?? '',
    WHLO: line.warehouse,
    DWDT: line.fields.DWDT || order.requestedDay,
    PONR: String(line.line),
    POSX: String(line.suffix),
    ORST: lineStatus(line),
    CUOR: line.fields.CUOR || order.customerReference,
    ALQT: formatDecimal(allocatedOf(line)),
    DLQT: formatDecimal(line.delivered),
    IVQT: '0',
    NLAM: price === undefined ? '' : formatDecimal(multiply(price, line.quantity)),
    ATNR: '0',
  };
}
