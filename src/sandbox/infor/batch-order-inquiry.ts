import { batchLineRow, batchOrder } from './batch-order.ts';
import { absent, type Call, type Program, type Row, required } from './call.ts';
import type { BatchOrder } from './sales-state.ts';

/** What OIS100MI shows of batch orders. */
export const batchOrderInquiry: Program = {
  GetOrderNo: { kind: 'read', run: (call) => [{ ORNR: batchOrder(call).finalNumber }] },
  GetBatchHead: { kind: 'read', run: (call) => [headRow(call, batchOrder(call))] },
  GetBatchLine: {
    kind: 'read',
    run(call) {
      const order = batchOrder(call);
      const line = order.lines.find(
        (other) =>
          other.line === call.input.whole('PONR') && other.suffix === call.input.whole('POSX'),
      );
      return [batchLineRow(call.state, order, required(line, 'PONR'))];
    },
  },
  LstBatchLine: { kind: 'read', run: listLines },
  LstBatchHead: {
    kind: 'read',
    *run(call) {
      const { state, input } = call;
      for (const order of state.batchOrdersByCustomer.within(input.text('CUNO'))) {
        const row = headRow(call, order);
        const status = row.ORST ?? '';
        if (input.has('ORSL') && status < input.text('ORSL')) continue;
        if (input.has('ORST') && status > input.text('ORST')) continue;
        yield row;
      }
    },
  },
  LstErrMsgOrder: {
    kind: 'read',
    run: (call) =>
      batchOrder(call).messages.map(({ level, code, text }) => ({
        LEVL: level,
        MSID: code,
        MDTA: text,
        TX60: text.slice(0, 60),
      })),
  },
};

/** OIS275MI. */
export const batchOrderStatus: Program = {
  GetTmpOrderStat: {
    kind: 'read',
    run(call) {
      const order = batchOrder(call);
      return [{ ORNO: order.number, ORNR: order.finalNumber, STAT: order.status }];
    },
  },
  GetBatchHead: {
    kind: 'read',
    run(call) {
      const order = batchOrder(call);
      return [{ ...headRow(call, order), CUNO: order.customer, OBLC: stopped(call, order) }];
    },
  },
  LstBatchLine: { kind: 'read', run: listLines },
};

function* listLines(call: Call): Iterable<Row> {
  const order = call.state.batchOrders.get(call.input.text('ORNO'));
  if (!order?.live) throw absent('ORNO');
  for (const line of order.lines) yield batchLineRow(call.state, order, line);
}

function headRow(call: Call, order: BatchOrder): Row {
  return {
    ...order.fields,
    ORNO: order.number,
    ORTP: order.orderType,
    ORDT: order.orderDay,
    STAT: order.status,
    FACI: order.facility,
    CUOR: order.customerReference,
    YREF: order.yourReference,
    CUCD: order.fields.CUCD || (call.state.master.customers.get(order.customer)?.currency ?? ''),
    RLDT: order.requestedDay,
    ORSL: order.finalNumber === '' ? '20' : '22',
    ORST: order.finalNumber === '' ? '20' : '22',
    ORNR: order.finalNumber,
  };
}

function stopped({ state }: Call, order: BatchOrder): string {
  return state.master.customers.get(order.customer)?.stopped ? '1' : '0';
}
