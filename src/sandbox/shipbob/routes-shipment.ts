import type { HttpAnswer } from '../../runtime/http-server.ts';
import { fieldsOf, listOf } from './json.ts';
import type { Shipment } from './model.ts';
import { emptyReply, jsonReply, mapReply, textReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import { cancelShipment } from './shipment.ts';
import { carrierJson, lineItemsJson, shipmentJson, timelineJson } from './wire-order.ts';

const IN_ORDER = '/order/{orderId}/shipment/{shipmentId}';
const ALONE = '/shipment/{shipmentId}';
const read = { method: 'GET', scope: 'fulfillments_read' } as const;

export const SHIPMENT_ROUTES: Route[] = [
  { ...read, path: IN_ORDER, answer: getShipment },
  { ...read, path: ALONE, answer: getShipment },
  { ...read, path: `${IN_ORDER}/timeline`, answer: getTimeline },
  { ...read, path: `${ALONE}/timeline`, answer: getTimeline },
  { ...read, path: `${IN_ORDER}/logs`, answer: getTimeline },
  { ...read, path: `${ALONE}/logs`, answer: getTimeline },
  { ...read, path: `${ALONE}:getLineItems`, since: '2026-01', answer: getLineItems },
  {
    method: 'POST',
    path: `${ALONE}:cancel`,
    scope: 'fulfillments_write',
    answer: cancel,
  },
  {
    method: 'POST',
    path: '/shipment:batchUpdateTrackingUpload',
    scope: 'fulfillments_write',
    answer: acknowledgeTracking,
  },
  { method: 'GET', path: '/shipments-tracking', scope: 'tracking_read', answer: getTracking },
];

function visibleShipment(call: Call): Shipment | null {
  const shipment = call.state.shipments.get(idOf(call, 'shipmentId') ?? -1);
  const order = shipment && call.state.orders.get(shipment.orderId);
  if (!shipment || !order || order.vanished) return null;
  if (call.channelId !== null && call.channelId !== order.channelId) return null;
  const asked = idOf(call, 'orderId');
  return asked === null || asked === order.id ? shipment : null;
}

function getShipment(call: Call): HttpAnswer {
  const shipment = visibleShipment(call);
  if (!shipment) return emptyReply(404);
  return jsonReply(call.loose(shipmentJson(call.state, shipment, call.version)));
}

/** 404 is normal until the goods are picked (section 6.5). */
function getTimeline(call: Call): HttpAnswer {
  const shipment = visibleShipment(call);
  if (!shipment?.picked) return emptyReply(404);
  return jsonReply(call.loose(timelineJson(shipment)));
}

function getLineItems(call: Call): HttpAnswer {
  const shipment = visibleShipment(call);
  if (!shipment) return emptyReply(404);
  return jsonReply(call.loose(lineItemsJson(call.state, shipment)));
}

function cancel(call: Call): HttpAnswer {
  const shipment = visibleShipment(call);
  if (!shipment) return emptyReply(404);
  const done = cancelShipment(call.state, shipment.id);
  const reason = 'Shipment was picked and can no longer be cancelled';
  if (!done) return mapReply(422, { '': [reason] });
  return jsonReply({ action: 6, shipment_id: shipment.id, is_success: true, reason: '' });
}

/** Here the JSON is camelCase, unlike everywhere else (section 6.7). */
function acknowledgeTracking(call: Call): HttpAnswer {
  const fields = fieldsOf(call.body);
  const uploaded = fields.is_tracking_uploaded === true;
  const results = listOf(fields.shipment_ids).map((id) => {
    const shipment = call.state.shipments.get(Number(id));
    if (shipment) shipment.trackingUploaded = uploaded;
    const error = shipment ? null : 'Shipment not found';
    return { shipmentId: Number(id), isSuccess: shipment !== undefined, error };
  });
  const successful = results.filter((result) => result.isSuccess).length;
  const failed = results.length - successful;
  return jsonReply({ results, summary: { total: results.length, successful, failed } });
}

/** Ids are repeated parameters here; a comma list is refused (section 4). */
function getTracking(call: Call): HttpAnswer {
  const ids = call.query.repeated('ShipmentIds');
  if (ids.length < 1 || ids.length > 25 || ids.some((id) => !/^\d+$/.test(id))) {
    return textReply(400, 'ShipmentIds must hold 1 to 25 shipment ids.');
  }
  const found = ids.flatMap((id) => call.state.shipments.get(Number(id)) ?? []);
  return jsonReply(call.loose(found.filter((each) => each.tracking).map(carrierJson)));
}
