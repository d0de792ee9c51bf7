import type {
  Clock,
  Log,
  Random,
  ShipbobSource,
  SourcePage,
  TimeWindow,
  UnreadableRecord,
} from '../app/ports.ts';
import type { ChargeRecord, OrderRecord, ReceivingBox, ReceivingRecord } from '../core/glossary.ts';
import { type OrderId, orderId, type ReceivingId, type ShipmentId } from '../core/schema.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import type { Http } from '../runtime/http.ts';
import { readCatalogue } from './catalogue.ts';
import { orderIntake } from './channel-filter.ts';
import { readCharge } from './charge-record.ts';
import { type RecordKindReader, readPage, readRow } from './page-reader.ts';
import { type ListCall, type RawPage, sweepNumbered, walkCursors } from './paging.ts';
import { boxesProblem, shipmentProblem } from './problem.ts';
import { type QueryValue, utcText } from './query.ts';
import { openStatuses, readBox, readReceiving } from './receiving-record.ts';
import { isObject, Row, UnreadableField } from './schema.ts';
import type { CallBudget, ShipbobSettings } from './settings.ts';
import { createTransport, type Transport } from './transport.ts';

export type { CallBudget, ShipbobSettings } from './settings.ts';

const receivingReader: RecordKindReader<ReceivingRecord> = {
  kind: 'receiving',
  idField: 'id',
  read: readReceiving,
};
const chargeReader: RecordKindReader<ChargeRecord> = {
  kind: 'charge',
  idField: 'transaction_id',
  read: readCharge,
};

/** Longest list of receiving order ids in one call. */
const RECEIVING_IDS_MAX = 100;

/**
 * ShipBob as the engine sees it (port `ShipbobSource`). Every method only reads; each call goes
 * through the shared budget and is repeated until the retry deadline. All throw Problem: kind
 * `credentials` or `configuration` when a person must act, `retryable` when ShipBob cannot be
 * reached.
 */
export function createShipbobSource(deps: {
  http: Http;
  clock: Clock;
  random: Random;
  log: Log;
  token: () => Promise<string>;
  renew?: (rejected: string) => Promise<string>;
  budget: CallBudget;
  settings: ShipbobSettings;
  /** Ends the waits between requests. */
  signal?: AbortSignal;
}): ShipbobSource {
  const { log, settings } = deps;
  const transport = createTransport(deps);
  return {
    probe: () => readChannels(transport),
    orders: (by, window) => sweepOrders(transport, settings, { by, window }),
    order: (id) => readSingleOrder(transport, settings, id),
    orderOfShipment: (id) => readOrderOfShipment(transport, settings, id),
    receivings: (select) => sweepReceivings(transport, settings, select),
    boxes: (id) => readBoxes(transport, id),
    charges: (window) => walkCharges(transport, settings, window),
    catalogue: (needs) => readCatalogue({ transport, log, pageSize: settings.pageSize }, needs),
    callCounts: () => transport.counts(),
  };
}

async function readChannels(transport: Transport): ReturnType<ShipbobSource['probe']> {
  const channels = [];
  const pages = walkCursors(transport, {
    ...plainGet('/channel', 'channels_read'),
    query: { RecordsPerPage: 50 },
  });
  for await (const page of pages) {
    for (const each of page.rows) {
      const channel = readChannel(each);
      if (channel !== null) channels.push(channel);
    }
  }
  return { channels };
}

/** Null for a row that cannot be understood: what it may do is for nobody to say. */
function readChannel(value: unknown) {
  try {
    const row = new Row(value);
    return {
      id: row.text('id'),
      name: row.text('name'),
      application: row.text('application_name'),
      scopes: row.texts('scopes'),
    };
  } catch (thrown) {
    if (thrown instanceof UnreadableField) return null;
    throw thrown;
  }
}

// ── orders ────────────────────────────────────────────────────────────────────────────────────

const windowNames = {
  updated: { from: 'LastUpdateStartDate', to: 'LastUpdateEndDate' },
  tracking: { from: 'LastTrackingUpdateStartDate', to: 'LastTrackingUpdateEndDate' },
  created: { from: 'StartDate', to: 'EndDate' },
} as const;

async function* sweepOrders(
  transport: Transport,
  settings: ShipbobSettings,
  sweep: { by: 'updated' | 'tracking' | 'created'; window: TimeWindow },
): AsyncGenerator<SourcePage<OrderRecord>> {
  const names = windowNames[sweep.by];
  const intake = orderIntake(settings.channels);
  const pages = sweepNumbered(transport, {
    ...plainGet('/order', 'orders_read'),
    channel: intake.channelHeader,
    query: {
      [names.from]: utcText(sweep.window.fromMs),
      [names.to]: utcText(sweep.window.toMs),
      // By creation: what is new joins at the end, where it pushes nothing past the reader.
      SortOrder: 'Oldest',
    },
    limit: settings.pageSize,
    idField: 'id',
  });
  for await (const page of pages) {
    yield readPage(intake.reader, { ...page, rows: intake.select(page.rows) });
  }
}

async function readSingleOrder(
  transport: Transport,
  settings: ShipbobSettings,
  id: OrderId,
): ReturnType<ShipbobSource['order']> {
  const intake = orderIntake(settings.channels);
  const reply = await transport.find({
    method: 'GET',
    template: '/order/{id}',
    path: `/order/${id}`,
    scope: 'orders_read',
    query: '',
    body: null,
    channel: intake.channelHeader,
    read: readJsonObject,
  });
  if (!reply) return null;
  // Of another channel it is none of ours, as if it were not there.
  if (intake.select([reply.value]).length === 0) return null;
  const read = readRow(intake.reader, reply.value, reply.startedAtMs);
  return 'record' in read ? read : named(read, id);
}

/** Only its order's id is taken: the order, read by itself, has all its shipments. */
async function readOrderOfShipment(
  transport: Transport,
  settings: ShipbobSettings,
  id: ShipmentId,
): Promise<OrderId | null> {
  const reply = await transport.find({
    method: 'GET',
    template: '/shipment/{id}',
    path: `/shipment/${id}`,
    scope: 'fulfillments_read',
    query: '',
    body: null,
    channel: orderIntake(settings.channels).channelHeader,
    read: readJsonObject,
  });
  if (!reply) return null;
  try {
    return orderId(new Row(reply.value).id('order_id'));
  } catch (thrown) {
    if (thrown instanceof UnreadableField) throw shipmentProblem(id, thrown.message);
    throw thrown;
  }
}

// ── receiving orders ──────────────────────────────────────────────────────────────────────────

async function* sweepReceivings(
  transport: Transport,
  settings: ShipbobSettings,
  select: Parameters<ShipbobSource['receivings']>[0],
): AsyncGenerator<SourcePage<ReceivingRecord>> {
  const queries = receivingQueries(select, settings);
  for (const [index, query] of queries.entries()) {
    const pages = sweepNumbered(transport, {
      ...plainGet('/receiving', 'receiving_read'),
      query,
      limit: settings.receivingPageSize,
      idField: 'id',
    });
    const queriesLeft = queries.length - index - 1;
    for await (const page of pages) {
      const pagesLeft = page.pagesLeft + queriesLeft;
      yield readPage(receivingReader, { ...page, pagesLeft });
    }
  }
}

/** There is no updated-since filter and no cancelled-at one (reference: shipbob-api §5.3). */
function receivingQueries(
  select: Parameters<ShipbobSource['receivings']>[0],
  settings: ShipbobSettings,
): Record<string, QueryValue>[] {
  switch (select.select) {
    case 'open':
      return [{ Statuses: openStatuses }];
    case 'completed':
      return [
        {
          Statuses: 'Completed',
          CompletedStartDate: utcText(select.window.fromMs),
          CompletedEndDate: utcText(select.window.toMs),
        },
      ];
    case 'cancelled':
      return [{ Statuses: 'Cancelled', InsertStartDate: utcText(select.insertedFromMs) }];
    case 'ids': {
      const size = Math.max(1, Math.min(RECEIVING_IDS_MAX, settings.receivingPageSize));
      const ids = [...new Set(select.ids)];
      const chunks = Math.ceil(ids.length / size);
      return Array.from({ length: chunks }, (_, chunk) => ({
        IDs: ids.slice(chunk * size, (chunk + 1) * size),
      }));
    }
  }
}

async function readBoxes(transport: Transport, id: ReceivingId): Promise<ReceivingBox[]> {
  const reply = await transport.fetch({
    method: 'GET',
    template: '/receiving/{id}/boxes',
    path: `/receiving/${id}/boxes`,
    scope: 'receiving_read',
    query: '',
    body: null,
    channel: null,
    read: readJsonList,
  });
  try {
    return reply.value.map(readBox);
  } catch (thrown) {
    if (thrown instanceof UnreadableField) throw boxesProblem(id, thrown.message);
    throw thrown;
  }
}

// ── charges ───────────────────────────────────────────────────────────────────────────────────

async function* walkCharges(
  transport: Transport,
  settings: ShipbobSettings,
  window: TimeWindow,
): AsyncGenerator<SourcePage<ChargeRecord>> {
  const pages: AsyncGenerator<RawPage> = walkCursors(transport, {
    method: 'POST',
    template: '/transactions:query',
    scope: 'billing_read',
    query: {},
    // Other names are ignored silently, and then the answer is the last 7 days (§8.5).
    body: JSON.stringify({
      from_date: utcText(window.fromMs),
      to_date: utcText(window.toMs),
      page_size: settings.pageSize,
      sort_order: 'Ascending',
    }),
    channel: null,
  });
  for await (const page of pages) yield readPage(chargeReader, page);
}

// ── reading ───────────────────────────────────────────────────────────────────────────────────

function plainGet(template: string, scope: string): Omit<ListCall, 'query'> {
  return { method: 'GET', template, scope, body: null, channel: null };
}

/** It was asked for by id, so that is its id even when it does not say so itself. */
function named(unreadable: UnreadableRecord, id: string): UnreadableRecord {
  return { ...unreadable, id: unreadable.id ?? id };
}

function readJsonObject(answer: { text: string }): { value: unknown } | null {
  const parsed = parseExactJson(answer.text);
  return parsed && isObject(parsed.value) ? parsed : null;
}

function readJsonList(answer: { text: string }): { value: readonly unknown[] } | null {
  const parsed = parseExactJson(answer.text);
  return parsed && Array.isArray(parsed.value) ? { value: parsed.value } : null;
}
