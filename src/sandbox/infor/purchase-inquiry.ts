import { dayOf, timeOf } from './calendar.ts';
import { type Call, type Program, Refusal, type Row } from './call.ts';
import { formatDecimal } from './decimal.ts';
import {
  purchaseLine,
  purchaseLineStatus,
  purchaseOrder,
  receive,
  remainingOf,
} from './purchase-order.ts';
import type { PurchaseLine, PurchaseOrder, PurchaseReceipt } from './purchase-state.ts';
import { sortKey } from './sorted-index.ts';
import type { State } from './state.ts';
import { onHandOf } from './stock.ts';

/** PPS200MI. */
export const purchaseOrders: Program = {
  GetHead: { kind: 'read', run: (call) => [headRow(call.state, wantedOrder(call))] },
  GetLine: { kind: 'read', run: (call) => [wantedLineRow(call)] },
  LstLine: {
    kind: 'read',
    *run(call) {
      const order = wantedOrder(call);
      for (const line of order.lines) yield lineRow(call.state, order, line);
    },
  },
  LstReceiptsByPO: {
    kind: 'read',
    *run({ state, input }) {
      const order = input.text('PUNO');
      const start = sortKey(order, input.whole('PNLI'), input.whole('PNLS'));
      for (const receipt of state.purchaseReceipts.within(order, start)) yield receiptRow(receipt);
    },
  },
  // The order is no mandatory input here: it is a position, and other orders' receipts follow.
  LstLineTrans: {
    kind: 'read',
    *run({ state, input }) {
      const line = sortKey(input.text('PUNO'), input.whole('PNLI'), input.whole('PNLS'));
      const start = sortKey(line, input.whole('REPN'));
      for (const receipt of state.purchaseReceipts.from(start)) yield receiptRow(receipt);
    },
  },
};

/** PPS001MI. */
export const purchaseOrderWork: Program = {
  GetHeadBasic: { kind: 'read', run: (call) => [headRow(call.state, wantedOrder(call))] },
  ListHeadBasic: {
    kind: 'read',
    *run({ state, input }) {
      for (const order of state.purchaseOrdersByRequester.from(input.text('PURC'))) {
        yield headRow(state, order);
      }
    },
  },
  GetLine: { kind: 'read', run: (call) => [wantedLineRow(call)] },
  LstLine: {
    kind: 'read',
    *run({ state, input }) {
      for (const order of state.purchaseOrdersByRequester.from(input.text('PURC'))) {
        if (order.warehouse !== input.text('WHLO')) continue;
        for (const line of order.lines) yield lineRow(state, order, line);
      }
    },
  },
  GetBasicData2: {
    kind: 'read',
    run(call) {
      const { order, line } = wantedLine(call);
      const item = call.state.master.items.get(line.item);
      return [
        {
          WHLO: order.warehouse,
          PUNO: order.number,
          PNLI: String(line.line),
          PNLS: String(line.sub),
          ITNO: line.item,
          ITDS: item?.name ?? '',
          CFQA: formatDecimal(line.ordered),
          PUUN: line.unit,
          RSTQ: formatDecimal(remainingOf(line)),
          UNMS: item?.unit ?? '',
          DCCD: String(item?.decimals ?? 0),
          INDI: item?.lotControlled ? '3' : '0',
          BACD: '0',
          QUCO: '0',
          DSTO: '1',
          WHSL: call.state.master.warehouses.get(order.warehouse)?.location ?? '',
          STQT: formatDecimal(onHandOf(call.state, order.warehouse, line.item)),
        },
      ];
    },
  },
  // One step and no handle: a second identical call receives again (reference §4.4).
  Receipt: { kind: 'stage', run: (call) => [receipt(call)] },
};

function receipt({ state, input, nowMs }: Call): Row {
  const warehouse = input.text('WHLO');
  const booked = receive(
    state,
    {
      order: input.text('PUNO'),
      line: input.whole('PNLI'),
      sub: input.whole('PNLS'),
      quantity: input.decimal('RVQA') ?? 0n,
      unit: '',
      item: '',
      warehouse,
      location: input.text('WHSL'),
      lot: input.text('BANO'),
      deliveryNote: input.text('SUDO'),
      ends: input.text('OEND') === '1',
      day: input.text('TRDT'),
      details: {
        reference: input.text('BREM'),
        lotReference: input.text('BREF'),
        lotReference2: input.text('BRE2'),
        responsible: input.text('RESP'),
      },
    },
    nowMs,
  );
  return {
    REPN: String(booked.receivingNumber),
    WHLO: booked.warehouse,
    ITNO: booked.line.item,
    WHSL: booked.location,
    BANO: booked.lot,
    CAMU: '',
  };
}

function wantedOrder({ state, input }: Call): PurchaseOrder {
  return purchaseOrder(state, input.text('PUNO'));
}

function wantedLine(call: Call): { order: PurchaseOrder; line: PurchaseLine } {
  const order = wantedOrder(call);
  if (!call.input.has('PNLI')) throw new Refusal('WPN0102', 'PNLI', 'Line must be entered');
  return { order, line: purchaseLine(order, call.input.whole('PNLI'), call.input.whole('PNLS')) };
}

function wantedLineRow(call: Call): Row {
  const { order, line } = wantedLine(call);
  return lineRow(call.state, order, line);
}

function headRow(state: State, order: PurchaseOrder): Row {
  const statuses = order.lines.map((line) => statusOf(order, line));
  const lowest = statuses.map((status) => status.lowest).sort()[0] ?? '15';
  const highest =
    statuses
      .map((status) => status.highest)
      .sort()
      .at(-1) ?? '15';
  return {
    ...order.fields,
    PUNO: order.number,
    DIVI: state.seed.division,
    FACI: order.facility,
    WHLO: order.warehouse,
    SUNO: order.supplier,
    PUSL: lowest,
    PUST: highest,
    PUDT: order.orderDay,
    DWDT: order.requestedDay,
    YRE1: order.yourReference,
    PURC: order.requester,
    CUCD: order.fields.CUCD || (state.master.suppliers.get(order.supplier)?.currency ?? ''),
    NOLN: String(order.lines.length),
    POTC: '20',
  };
}

function statusOf(order: PurchaseOrder, line: PurchaseLine): { lowest: string; highest: string } {
  return order.deleted ? { lowest: '99', highest: '99' } : purchaseLineStatus(line);
}

function lineRow(state: State, order: PurchaseOrder, line: PurchaseLine): Row {
  const { lowest, highest } = statusOf(order, line);
  const item = state.master.items.get(line.item);
  return {
    ...line.fields,
    PUNO: order.number,
    PNLI: String(line.line),
    PNLS: String(line.sub),
    ITNO: line.item,
    ITDS: item?.name ?? '',
    PUUN: line.unit,
    UNMS: item?.unit ?? '',
    FACI: order.facility,
    WHLO: order.warehouse,
    SUNO: order.supplier,
    PUSL: lowest,
    PUST: highest,
    DWDT: line.requestedDay,
    PURC: order.requester,
    ORQA: formatDecimal(line.ordered),
    ORQT: formatDecimal(line.ordered),
    CFQA: formatDecimal(line.ordered),
    RVQA: formatDecimal(line.received),
    RVQT: formatDecimal(line.received),
    CAQA: formatDecimal(line.received),
    SDQA: formatDecimal(line.received),
    RJQA: '0',
    IVQA: '0',
    OEND: line.closed ? '1' : '0',
    POTC: '20',
  };
}

function receiptRow(booked: PurchaseReceipt): Row {
  return {
    FACI: booked.order.facility,
    PUNO: booked.order.number,
    PNLI: String(booked.line.line),
    PNLS: String(booked.line.sub),
    PNLX: '0',
    REPN: String(booked.receivingNumber),
    WHLO: booked.warehouse,
    WHSL: booked.location,
    BANO: booked.lot,
    SUDO: booked.deliveryNote,
    PUOS: '75',
    RPQA: formatDecimal(booked.quantity),
    RPQT: formatDecimal(booked.quantity),
    TRDT: booked.day,
    TIHM: timeOf(booked.atMs).slice(0, 4),
    RGDT: dayOf(booked.atMs),
    RGTM: timeOf(booked.atMs),
    SUNO: booked.order.supplier,
    OEND: booked.complete ? '1' : '0',
  };
}
