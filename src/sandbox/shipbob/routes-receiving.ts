import type { HttpAnswer } from '../../runtime/http-server.ts';
import { readReceiving } from './create-receiving.ts';
import { fieldsOf, listOf } from './json.ts';
import type { Wro } from './model.ts';
import { numberedPage } from './paging.ts';
import { withinWindow } from './query.ts';
import { cancelReceiving, createReceiving } from './receiving.ts';
import { jsonReply, mapReply, validationReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import { stamp } from './wire.ts';
import { boxJson, centreJson, locationJson, wroJson } from './wire-receiving.ts';

const STATUSES = [
  'Awaiting',
  'Processing',
  'Completed',
  'Cancelled',
  'Incomplete',
  'Arrived',
  'PartiallyArrived',
  'PartiallyArrivedAtHub',
  'ArrivedAtHub',
  'ProcessingAtHub',
  'InternalTransfer',
];
const read = { method: 'GET', scope: 'receiving_read' } as const;
const write = { method: 'POST', scope: 'receiving_write' } as const;

export const RECEIVING_ROUTES: Route[] = [
  { ...read, path: '/receiving', answer: listReceiving },
  { ...write, path: '/receiving', answer: create },
  { ...write, path: '/receiving:setExternalSync', answer: setExternalSync },
  { ...read, path: '/receiving/{wroId}', answer: getReceiving },
  { ...read, path: '/receiving/{wroId}/boxes', answer: getBoxes },
  { ...write, path: '/receiving/{wroId}:cancel', answer: cancel },
  { ...read, path: '/fulfillment-center', answer: listCentres },
  { ...read, path: '/location', scope: 'locations_read', answer: listLocations },
  {
    ...read,
    path: '/unidentified-receiving-order',
    since: '2026-07',
    answer: listUnidentified,
  },
];

function listReceiving(call: Call): HttpAnswer {
  const { state, query } = call;
  const page = query.integer('Page', { min: 1, max: 2_147_483_647, preset: 1 });
  const limit = query.integer('Limit', { min: 1, max: 250, preset: 50 });
  const ids = query.numbers('IDs');
  const statuses = query.list('Statuses');
  const centres = query.numbers('FulfillmentCenterIds');
  const numbers = query.list('PurchaseOrderNumbers');
  const synced = query.flag('ExternalSync');
  const inserted = {
    startMs: query.time('InsertStartDate'),
    endMs: query.time('InsertEndDate'),
  };
  const completed = {
    startMs: query.time('CompletedStartDate'),
    endMs: query.time('CompletedEndDate'),
  };
  const unknown = statuses?.find((status) => !STATUSES.includes(status));
  if (unknown !== undefined) query.problems.Statuses = [`The value '${unknown}' is not valid.`];
  if (query.refused()) return mapReply(400, query.problems);
  const rows = [...state.receiving.values()].filter(
    (wro) =>
      (!ids || ids.has(wro.id)) &&
      (!statuses || statuses.includes(wro.status)) &&
      (!centres || centres.has(wro.centreId)) &&
      (!numbers || numbers.includes(wro.purchaseOrderNumber ?? '')) &&
      (synced === null || synced === (wro.externalSyncAtMs !== null)) &&
      withinWindow(wro.insertedAtMs, inserted, state.modes) &&
      withinWindow(wro.completedAtMs, completed, state.modes),
  );
  rows.sort((a, b) => b.insertedAtMs - a.insertedAtMs || b.id - a.id);
  return numberedPage({
    rows,
    page,
    limit,
    href: `/${call.version}/receiving`,
    query,
    write: (wro) => call.loose(wroJson(state, wro, call.version)),
  });
}

function getReceiving(call: Call): HttpAnswer {
  const wro = visibleWro(call);
  return wro ? jsonReply(call.loose(wroJson(call.state, wro, call.version))) : unknownWro();
}

function getBoxes(call: Call): HttpAnswer {
  const wro = visibleWro(call);
  return wro ? jsonReply(call.loose(wro.boxes.map(boxJson))) : unknownWro();
}

/** Answers with results, not with the order that the specification promises (section 7.3). */
function setExternalSync(call: Call): HttpAnswer {
  const fields = fieldsOf(call.body);
  const results = listOf(fields.ids).map((id) => {
    const wro = call.state.receiving.get(Number(id));
    if (wro) wro.externalSyncAtMs = fields.is_external_sync === true ? call.state.nowMs : null;
    return {
      id: Number(id),
      action: 'ExternalSync',
      is_success: wro !== undefined,
      reason: wro ? '' : 'Receiving order not found',
    };
  });
  return jsonReply({ results });
}

/** What is refused: 400 before 2026-07, 422 since (section 1). */
function create(call: Call): HttpAnswer {
  const result = readReceiving(call.state, call.body, call.version);
  if ('problems' in result) {
    return mapReply(call.version >= '2026-07' ? 422 : 400, result.problems);
  }
  const number = result.wro.purchaseOrderNumber;
  const wros = [...call.state.receiving.values()];
  if (number !== null && wros.some((wro) => wro.purchaseOrderNumber === number)) {
    const message =
      'Request could not be completed, PO reference already exists and must be a unique value';
    return mapReply(422, { PurchaseOrderNumber: [message] });
  }
  const wro = createReceiving(call.state, result.wro);
  return jsonReply(call.loose(wroJson(call.state, wro, call.version)), { status: 201 });
}

function cancel(call: Call): HttpAnswer {
  const wro = visibleWro(call);
  if (!wro) return unknownWro();
  if (!cancelReceiving(call.state, wro.id)) {
    return mapReply(422, { Status: ['Only an awaiting receiving order can be cancelled'] });
  }
  return jsonReply(call.loose(wroJson(call.state, wro, call.version)));
}

function listCentres(call: Call): HttpAnswer {
  return jsonReply(call.loose(call.state.centres.map(centreJson)));
}

function listLocations(call: Call): HttpAnswer {
  return jsonReply(call.loose(call.state.centres.map(locationJson)));
}

function listUnidentified(call: Call): HttpAnswer {
  const completed = call.query.flag('isCompleted') ?? false;
  const rows = call.state.unidentified.filter((uro) => uro.completed === completed);
  const items = rows.slice(0, 50).map((uro) => ({
    id: uro.id,
    fulfillment_center_id: uro.centreId,
    insert_date: stamp(uro.createdAtMs, uro.id),
    is_completed: uro.completed,
    inventory_quantities: [{ inventory_id: uro.inventoryId, quantity: uro.quantity }],
  }));
  return jsonReply({ items, next: null, prev: null });
}

function visibleWro(call: Call): Wro | null {
  return call.state.receiving.get(idOf(call, 'wroId') ?? -1) ?? null;
}

function unknownWro(): HttpAnswer {
  return validationReply(404, { Id: ['Receiving order not found'] });
}
