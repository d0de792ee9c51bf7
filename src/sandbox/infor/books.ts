import type { FaultPlan } from '../faults.ts';
import { allocatedOf, lineStatus, orderStatus } from './customer-order.ts';
import { formatDecimal } from './decimal.ts';
import { purchaseLineStatus } from './purchase-order.ts';
import type { CustomerOrder } from './sales-state.ts';
import type { State } from './state.ts';

/** The company's books: what really happened, whatever the callers were told. Exact decimals. */
export type Books = ReturnType<typeof readBooks>;

export function readBooks(state: State, faults: FaultPlan) {
  return {
    nowMs: state.clock.now(),
    temporaryOrders: temporaryOrders(state),
    orders: [
      ...[...state.orders.values()].map((order) => orderBook(order, 'kept')),
      ...state.removedOrders.map((order) => orderBook(order, 'removed')),
    ],
    purchaseEntries: purchaseEntries(state),
    purchaseOrders: purchaseOrders(state),
    warehouseMessages: warehouseMessages(state),
    stockMessages: stockMessages(state),
    stockHistory: stockHistory(state),
    balances: balances(state),
    journals: journals(state),
    vouchers: vouchers(state),
    callCounts: Object.fromEntries(state.callCounts),
    httpRequests: state.httpRequests,
    faultCounts: Object.fromEntries(faults.counts),
  };
}

function temporaryOrders(state: State) {
  return [...state.batchOrders.values()].map((order) => ({
    number: order.number,
    customer: order.customer,
    customerReference: order.customerReference,
    yourReference: order.yourReference,
    status: order.status,
    finalNumber: order.finalNumber,
    live: order.live,
    lines: order.lines.map((line) => ({
      line: line.line,
      item: line.item,
      quantity: formatDecimal(line.quantity),
      warehouse: line.warehouse,
      lineReference: line.fields.CUPO ?? '',
    })),
  }));
}

function orderBook(order: CustomerOrder, place: 'kept' | 'removed') {
  return {
    number: order.number,
    temporaryNumber: order.batchNumber,
    customer: order.customer,
    customerReference: order.customerReference,
    yourReference: order.yourReference,
    orderType: order.orderType,
    stopped: order.stopped,
    live: place === 'kept' && !order.deleted,
    lowestStatus: orderStatus(order).lowest,
    highestStatus: orderStatus(order).highest,
    addresses: order.addresses,
    texts: order.texts,
    charges: order.charges,
    lines: order.lines.map((line) => ({
      line: line.line,
      item: line.item,
      warehouse: line.warehouse,
      quantity: formatDecimal(line.quantity),
      allocated: formatDecimal(allocatedOf(line)),
      delivered: formatDecimal(line.delivered),
      price: line.fields.SAPR ?? '',
      reasonCode: line.fields.RSCD ?? '',
      lineReference: line.fields.CUPO ?? '',
      status: lineStatus(line),
      live: !line.deleted,
      delivery: line.delivery,
    })),
  };
}

function purchaseEntries(state: State) {
  return [...state.purchaseEntries.values()].map((entry) => ({
    message: entry.message,
    origin: entry.origin,
    status: entry.status,
    orders: entry.heads.map((head) => ({
      number: head.number,
      yourReference: head.fields.YRE1 ?? '',
      lines: head.lines.length,
    })),
  }));
}

function purchaseOrders(state: State) {
  return [...state.purchaseOrders.values()].map((order) => ({
    number: order.number,
    supplier: order.supplier,
    warehouse: order.warehouse,
    requester: order.requester,
    yourReference: order.yourReference,
    entry: order.message,
    live: order.live && !order.deleted,
    lines: order.lines.map((line) => ({
      line: line.line,
      item: line.item,
      unit: line.unit,
      ordered: formatDecimal(line.ordered),
      received: formatDecimal(line.received),
      closed: line.closed,
      lowestStatus: purchaseLineStatus(line).lowest,
      highestStatus: purchaseLineStatus(line).highest,
      costCentre: line.fields.COCE ?? '',
      accounting: line.accounting ?? {},
    })),
  }));
}

function warehouseMessages(state: State) {
  return [...state.warehouseMessages.values()].map((message) => ({
    number: message.number,
    qualifier: message.qualifier,
    warehouse: message.warehouse,
    externalKey: message.externalNumber,
    lookupPartner: message.lookupPartner,
    status: message.status,
    live: message.live,
    lines: message.packages.flatMap((box) =>
      box.lines.map((line) => ({
        package: box.number,
        line: line.line,
        item: line.item,
        quantity: formatDecimal(line.quantity),
        lot: line.fields.BANO ?? '',
        order: line.order,
        orderLine: line.orderLine,
        status: line.status,
        error: line.error,
      })),
    ),
  }));
}

function stockMessages(state: State) {
  return [...state.stockMessages.values()].map((message) => ({
    number: message.number,
    warehouse: message.warehouse,
    externalKey: message.externalNumber,
    lookupPartner: message.lookupPartner,
    status: message.status,
    live: message.live,
    lines: message.lines.flatMap((line) =>
      line.instructions.map((instruction) => ({
        line: line.line,
        item: line.item,
        lot: line.lot,
        quantity: formatDecimal(instruction.quantity),
        reasonCode: instruction.reasonCode,
        status: instruction.status,
        error: instruction.error,
      })),
    ),
  }));
}

function stockHistory(state: State) {
  return state.movements.map((row) => ({
    sequence: row.sequence,
    type: row.type,
    warehouse: row.warehouse,
    item: row.item,
    location: row.location,
    lot: row.lot,
    quantity: formatDecimal(row.quantity),
    balanceAfter: formatDecimal(row.balanceAfter),
    day: row.day,
    atMs: row.atMs,
    order: row.order,
    line: row.line,
    delivery: row.delivery,
    receivingNumber: row.receivingNumber,
    deliveryNote: row.deliveryNote,
    reasonCode: row.reasonCode,
    reference: row.reference,
    message: row.message,
    externalKey: row.externalKey,
  }));
}

function balances(state: State) {
  return [...state.balances.from('')].map((balance) => ({
    warehouse: balance.warehouse,
    item: balance.item,
    location: balance.location,
    lot: balance.lot,
    onHand: formatDecimal(balance.onHand),
    allocated: formatDecimal(balance.allocated),
  }));
}

function journals(state: State) {
  return [...state.journals.values()].map((journal) => ({
    key: journal.key,
    status: journal.status,
    live: journal.live,
    vouchers: journal.vouchers,
    lines: journal.lines.map((line) => ({
      line: line.line,
      group: line.group,
      day: line.day,
      amount: formatDecimal(line.amount),
      currency: line.currency,
      dimensions: line.dimensions,
      text: line.text,
    })),
  }));
}

function vouchers(state: State) {
  return state.vouchers.map((voucher) => ({
    number: voucher.number,
    origin: voucher.origin,
    division: voucher.division,
    journal: voucher.journal,
    day: voucher.day,
    visibleAtMs: voucher.visibleAtMs,
    lines: voucher.lines.map((line) => ({
      dimensions: line.dimensions,
      amount: formatDecimal(line.amount),
      currency: line.currency,
      text: line.text,
    })),
  }));
}
