import type { HttpAnswer } from '../../runtime/http-server.ts';
import { readOrder } from './create-order.ts';
import type { Order } from './model.ts';
import { cancelOrder, placeOrder } from './order.ts';
import { numberedPage } from './paging.ts';
import { type Query, withinWindow } from './query.ts';
import { emptyReply, jsonReply, mapReply, textReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import type { ShipbobState } from './state.ts';
import { orderJson, shipmentJson } from './wire-order.ts';

const DATABASE_ERROR = 'An unexpected database error occurred. Please try again later';

export const ORDER_ROUTES: Route[] = [
  { method: 'GET', path: '/order', scope: 'orders_read', answer: listOrders },
  { method: 'POST', path: '/order', scope: 'orders_write', answer: createOrder },
  { method: 'GET', path: '/order/{orderId}', scope: 'orders_read', answer: getOrder },
  { method: 'POST', path: '/order/{orderId}:cancel', scope: 'orders_write', answer: cancel },
  {
    method: 'GET',
    path: '/order/{orderId}/shipment',
    scope: 'fulfillments_read',
    answer: orderShipments,
  },
];

/** The order that a call may see: not vanished, and of the channel in the header, if any. */
export function visibleOrder(call: Call): Order | null {
  const order = call.state.orders.get(idOf(call, 'orderId') ?? -1);
  if (!order || order.vanished) return null;
  return call.channelId === null || call.channelId === order.channelId ? order : null;
}

function listOrders(call: Call): HttpAnswer {
  const { state, query } = call;
  const page = query.integer('Page', { min: 1, max: 2_147_483_647, preset: 1 });
  const limit = query.integer('Limit', { min: 1, max: 250, preset: 50 });
  const filter = readFilter(query);
  const sort = query.text('SortOrder')?.toLowerCase() ?? 'newest';
  if (sort !== 'newest' && sort !== 'oldest') {
    query.problems.SortOrder = [`The value '${sort}' is not valid.`];
  }
  if (query.refused()) return mapReply(400, query.problems);
  const asksTracking = filter.hasTracking !== null || filter.trackingUploaded !== null;
  if (asksTracking && state.modes.trackingFilters === 'fail') return textReply(500, DATABASE_ERROR);
  const rows = keptRows(call, () => {
    const selected = selectOrders(call, filter);
    return sort === 'newest' ? selected.reverse() : selected;
  });
  return numberedPage({
    rows,
    page,
    limit,
    href: `/${call.version}/order`,
    query,
    write: (order) => call.loose(orderJson(state, order, call.version)),
  });
}

/** Of one list at a time: a sweep reads one to its end before it begins another. */
function keptRows(call: Call, select: () => Order[]): Order[] {
  const { state, query, channelId } = call;
  if (state.modes.lists === 'lookedUp') return select();
  const question = `${channelId} ${query.without('Page')}`;
  if (state.keptList?.question !== question) state.keptList = { question, rows: select() };
  return state.keptList.rows;
}

function readFilter(query: Query) {
  return {
    ids: query.numbers('IDs'),
    references: query.list('ReferenceIds'),
    created: { startMs: query.time('StartDate'), endMs: query.time('EndDate') },
    updated: { startMs: query.time('LastUpdateStartDate'), endMs: query.time('LastUpdateEndDate') },
    tracked: {
      startMs: query.time('LastTrackingUpdateStartDate'),
      endMs: query.time('LastTrackingUpdateEndDate'),
    },
    hasTracking: query.flag('HasTracking'),
    trackingUploaded: query.flag('IsTrackingUploaded'),
  };
}

/** One pass over all orders, oldest first; the filters are ANDed. */
function selectOrders(call: Call, filter: ReturnType<typeof readFilter>): Order[] {
  const { state, channelId } = call;
  const { modes } = state;
  const references = filter.references ? new Set(filter.references) : null;
  const visibleUpToMs = state.nowMs - modes.orderLagMs;
  return candidates(state, filter.ids).filter(
    (order) =>
      order.createdAtMs <= visibleUpToMs &&
      !order.vanished &&
      (channelId === null || order.channelId === channelId) &&
      withinWindow(order.updatedAtMs, filter.updated, modes) &&
      withinWindow(order.trackedAtMs, filter.tracked, modes) &&
      withinWindow(order.createdAtMs, filter.created, modes) &&
      (!references || references.has(order.referenceId)) &&
      matchesTracking(order, filter),
  );
}

function candidates(state: ShipbobState, ids: Set<number> | null): Order[] {
  if (!ids) return state.ordersByCreation;
  const found = [...ids].flatMap((id) => state.orders.get(id) ?? []);
  return found.sort((a, b) => a.createdAtMs - b.createdAtMs || a.id - b.id);
}

function matchesTracking(
  order: Order,
  filter: { hasTracking: boolean | null; trackingUploaded: boolean | null },
): boolean {
  const tracked = order.shipments.filter((shipment) => shipment.tracking !== null);
  if (filter.hasTracking !== null && filter.hasTracking !== tracked.length > 0) return false;
  if (filter.trackingUploaded === null) return true;
  const uploaded = tracked.length > 0 && tracked.every((shipment) => shipment.trackingUploaded);
  return filter.trackingUploaded === uploaded;
}

function getOrder(call: Call): HttpAnswer {
  const order = visibleOrder(call);
  if (!order) return emptyReply(404);
  return jsonReply(call.loose(orderJson(call.state, order, call.version)));
}

function orderShipments(call: Call): HttpAnswer {
  const order = visibleOrder(call);
  if (!order) return emptyReply(404);
  const rows = order.shipments.map((each) => shipmentJson(call.state, each, call.version));
  return jsonReply(call.loose(rows));
}

function createOrder(call: Call): HttpAnswer {
  const { state, channelId } = call;
  if (channelId === null || !state.channels.some((channel) => channel.id === channelId)) {
    return mapReply(400, { shipbob_channel_id: ['A valid channel id header is required.'] });
  }
  const read = readOrder(state, call.body, channelId);
  if ('problems' in read) return mapReply(400, read.problems);
  if (state.references.has(`${channelId}|${read.order.referenceId}`)) {
    return mapReply(422, { '': ['Cannot insert order with existing ReferenceId'] });
  }
  const order = placeOrder(state, read.order);
  return jsonReply(call.loose(orderJson(state, order, call.version)), { status: 201 });
}

function cancel(call: Call): HttpAnswer {
  const order = visibleOrder(call);
  if (!order) return emptyReply(404);
  const results = cancelOrder(call.state, order.id);
  const failed = results.filter((result) => !result.cancelled).length;
  const part = failed === results.length ? 'Failure' : 'PartialSuccess';
  return jsonReply({
    order_id: order.id,
    order: call.loose(orderJson(call.state, order, call.version)),
    status: failed === 0 ? 'Success' : part,
    canceled_shipment_results: results.map(({ shipment, cancelled }) => ({
      action: 6,
      shipment_id: shipment.id,
      is_success: cancelled,
      reason: cancelled ? '' : 'Shipment was picked and can no longer be cancelled',
    })),
  });
}
