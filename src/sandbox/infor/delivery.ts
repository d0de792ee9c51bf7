import { dayOf } from './calendar.ts';
import { type Call, type Program, Refusal, type Row, required } from './call.ts';
import {
  allocate,
  allocateAt,
  orderLine,
  orderStatus,
  release,
  workableOrder,
} from './customer-order.ts';
import { type Decimal, formatDecimal, smaller } from './decimal.ts';
import { deliveryLineRow } from './delivery-row.ts';
import type { CustomerOrder, Delivery, OrderLine, PickLine } from './sales-state.ts';
import { sortKey } from './sorted-index.ts';
import { nextNumber, type State } from './state.ts';

/** MMS120MI. Allocation has no handle: a second call simply allocates what is still missing. */
export const allocation: Program = {
  AllocateOrder: {
    kind: 'stage',
    run(call) {
      const order = issuableOrder(call);
      for (const line of order.lines) allocate(call.state, line);
      return undefined;
    },
  },
  AllocateOrdLine: {
    kind: 'stage',
    run(call) {
      const line = wantedLine(call, issuableOrder(call));
      allocate(call.state, line, call.input.decimal('ALQT'));
      return undefined;
    },
  },
  DeAllocateOrder: {
    kind: 'stage',
    run(call) {
      for (const line of issuableOrder(call).lines) unallocate(call.state, line, undefined);
      return undefined;
    },
  },
  DeAllocateOrLne: {
    kind: 'stage',
    run(call) {
      const line = wantedLine(call, issuableOrder(call));
      unallocate(call.state, line, call.input.decimal('ALQT'));
      return undefined;
    },
  },
  UpdDetAlloc: {
    kind: 'stage',
    run(call) {
      const { input, state } = call;
      const line = wantedLine(call, issuableOrder(call));
      if (line.warehouse !== input.text('WHLO')) {
        throw new Refusal('WWH0101', 'WHLO', 'Warehouse is not that of the line');
      }
      if (line.item !== input.text('ITNO')) {
        throw new Refusal('WIT0101', 'ITNO', 'Item is not that of the line');
      }
      const place = { location: input.text('WHSL'), lot: input.text('BANO') };
      allocateAt(state, line, { ...place, quantity: input.decimal('ALQT') ?? 0n });
      return undefined;
    },
  },
};

/** MWS410MI: the delivery as a whole. */
export const deliveryToolbox: Program = {
  RelForAlloc: {
    kind: 'stage',
    run(call) {
      const { order, lines } = wantedDelivery(call);
      if (order.stopped) throw new Refusal('WCS0901', 'DLIX', 'Order is stopped');
      for (const line of lines) allocate(call.state, line);
      return undefined;
    },
  },
  RelForPick: {
    kind: 'stage',
    run(call) {
      releaseForPicking(call);
      return undefined;
    },
  },
  GetHead: {
    kind: 'read',
    run(call) {
      const { delivery, order } = wantedDelivery(call);
      return [
        {
          DLIX: String(delivery.number),
          RORC: '3',
          RIDN: order.number,
          WHLO: delivery.warehouse,
          CUOR: order.customerReference,
          YREF: order.yourReference,
          CONA: order.customer,
          TTYP: '31',
          PGRS: orderStatus(order).lowest === '66' ? '60' : '20',
          PLSX: String(delivery.pickLists),
          TRDT: dayOf(delivery.createdAtMs),
        },
      ];
    },
  },
};

/** MWS411MI: all inputs of LstDelLnByOrd are positions, so other orders follow. */
export const deliveryLines: Program = {
  LstDelLnByOrd: {
    kind: 'read',
    *run({ state, input }) {
      const order = sortKey(input.whole('RORC'), input.text('RIDN'), input.whole('RIDL'));
      const start = sortKey(order, input.whole('RIDX'));
      for (const entry of state.deliveryLines.from(start)) yield* deliveryLineRow(state, entry);
    },
  },
  LstDeliveryLine: {
    kind: 'read',
    *run(call) {
      const { delivery, lines } = wantedDelivery(call);
      for (const { line } of lines) yield* deliveryLineRow(call.state, { delivery, line });
    },
  },
};

/** MWS420MI. */
export const pickLists: Program = {
  LstPickHeader: {
    kind: 'read',
    *run(call) {
      const { delivery } = wantedDelivery(call);
      const suffixes = new Set(openPickLines(call).map((pick) => pick.pickList));
      for (const suffix of [...suffixes].sort((left, right) => left - right)) {
        if (suffix < call.input.whole('PLSX')) continue;
        yield { DLIX: String(delivery.number), PLSX: String(suffix) };
      }
    },
  },
  LstPLViaPckLst: {
    kind: 'read',
    *run(call) {
      for (const pick of openPickLines(call, 'RIDI')) {
        if (pick.pickList === call.input.whole('PLSX')) yield pickRow(call.state, pick);
      }
    },
  },
};

/** MWS422MI. Pick lines leave the list when they are reported. */
export const pickDetails: Program = {
  LstPickDetail: {
    kind: 'read',
    *run(call) {
      for (const pick of openPickLines(call)) {
        if (pick.pickList >= call.input.whole('PLSX')) yield pickRow(call.state, pick);
      }
    },
  },
  GetPickByRepNo: {
    kind: 'read',
    run({ state, input }) {
      return [pickRow(state, required(state.pickLines.get(input.whole('PLRN')), 'PLRN'))];
    },
  },
};

function releaseForPicking(call: Call): void {
  const { state } = call;
  const { delivery, order, lines } = wantedDelivery(call);
  if (order.stopped) throw new Refusal('WCS0901', 'DLIX', 'Order is stopped');
  const waiting = lines.flatMap((line) =>
    line.allocations
      .filter((held) => held.pickLine === undefined)
      .map((held) => ({ line, allocation: held })),
  );
  if (waiting.length === 0) throw new Refusal('WDL0901', 'DLIX', 'Nothing is allocated to release');
  delivery.pickLists += 1;
  for (const { line, allocation: held } of waiting) {
    const reportingNumber = nextNumber(state, 'pickLine', 5001);
    held.pickLine = reportingNumber;
    state.pickLines.set(reportingNumber, {
      reportingNumber,
      delivery: delivery.number,
      pickList: delivery.pickLists,
      order: order.number,
      line: line.line,
      suffix: line.suffix,
      item: line.item,
      warehouse: line.warehouse,
      allocation: held,
    });
  }
}

function unallocate(state: State, line: OrderLine, limit: Decimal | undefined): void {
  let left = limit ?? line.quantity;
  for (const held of line.allocations.filter((one) => one.pickLine === undefined)) {
    const quantity = smaller(left, held.quantity);
    if (quantity <= 0n) return;
    release(state, { line, allocation: held, quantity });
    left -= quantity;
  }
}

function issuableOrder(call: Call): CustomerOrder {
  if (call.input.whole('TTYP') !== 31) {
    throw new Refusal('WTT0101', 'TTYP', 'Only customer orders are simulated');
  }
  const order = workableOrder(call, 'RIDN');
  if (order.stopped) throw new Refusal('WCS0901', 'RIDN', 'Order is stopped');
  return order;
}

function wantedLine({ input }: Call, order: CustomerOrder): OrderLine {
  return orderLine(order, input.whole('RIDL'), input.whole('RIDX'));
}

function wantedDelivery(
  { state, input }: Call,
  field = 'DLIX',
): { delivery: Delivery; order: CustomerOrder; lines: OrderLine[] } {
  const delivery = required(state.deliveries.get(input.whole(field)), field);
  const order = required(state.orders.get(delivery.order), field);
  const lines = order.lines.filter((line) => line.delivery === delivery.number);
  return { delivery, order, lines };
}

function openPickLines(call: Call, field = 'DLIX'): PickLine[] {
  const { lines } = wantedDelivery(call, field);
  return lines
    .flatMap((line) => line.allocations)
    .flatMap((held) => {
      const pick =
        held.pickLine === undefined ? undefined : call.state.pickLines.get(held.pickLine);
      return pick ? [pick] : [];
    })
    .sort((left, right) => left.reportingNumber - right.reportingNumber);
}

function pickRow(state: State, pick: PickLine): Row {
  const item = state.master.items.get(pick.item);
  const order = state.orders.get(pick.order);
  const quantity = formatDecimal(pick.allocation.quantity);
  return {
    WHLO: pick.warehouse,
    ITNO: pick.item,
    ITDS: item?.name ?? '',
    WHSL: pick.allocation.location,
    BANO: pick.allocation.lot,
    REPN: '0',
    TTYP: '31',
    RIDN: pick.order,
    RIDO: '0',
    RIDI: String(pick.delivery),
    PLSX: String(pick.pickList),
    RIDL: String(pick.line),
    RIDX: String(pick.suffix),
    STAT: '40',
    ALQT: quantity,
    ALQA: quantity,
    TRQT: quantity,
    TRQA: quantity,
    PAQT: '0',
    OEND: '0',
    PLRN: String(pick.reportingNumber),
    UNMS: item?.unit ?? '',
    DCCD: String(item?.decimals ?? 0),
    INDI: item?.lotControlled ? '3' : '0',
    CUNO: order?.customer ?? '',
    CUNM: state.master.customers.get(order?.customer ?? '')?.name ?? '',
  };
}
