import type { HttpAnswer } from '../../runtime/http-server.ts';
import { fieldsOf, numberOf, textOf, textsOf } from './json.ts';
import type { Centre, Product } from './model.ts';
import { cursorPage, readCursor } from './paging.ts';
import { Query } from './query.ts';
import { jsonReply, problemReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import type { ShipbobState } from './state.ts';
import type { StockChange } from './stock.ts';
import { midnight, stamp } from './wire.ts';

const DAY_MS = 86_400_000;
const HISTORY_PAGE = 250;
const read = { method: 'GET', scope: 'inventory_read' } as const;

type Writer = (state: ShipbobState, product: Product) => Record<string, unknown>;

export const INVENTORY_ROUTES: Route[] = [
  { ...read, path: '/inventory-level', answer: list(totals) },
  { ...read, path: '/inventory-level/locations', answer: list(byLocation) },
  { ...read, path: '/inventory-level/lots', answer: list(byLot) },
  { ...read, path: '/inventory-level/{inventoryId}', answer: one(totals) },
  { ...read, path: '/inventory-level/{inventoryId}/locations', answer: one(byLocation) },
  { ...read, path: '/inventory-level/{inventoryId}/lots', answer: one(byLot) },
  { ...read, path: '/inventory', answer: list(inventoryItem) },
  { ...read, path: '/inventory/{inventoryId}', answer: one(inventoryItem) },
  {
    method: 'POST',
    path: '/inventory/history:query',
    scope: 'inventory_read',
    since: '2026-01',
    answer: history,
  },
];

/** The links are absolute (section 4). */
function list(write: Writer): (call: Call) => HttpAnswer {
  return (call) => {
    const cursor = call.query.text('cursor');
    const at = cursor === null ? null : readCursor(cursor);
    if (cursor !== null && !at) return problemReply(400, 'Bad Request', 'Invalid cursor');
    const query = at ? new Query(at.filters, call.state.modes) : call.query;
    const size = query.integer('PageSize', { min: 1, max: 250, preset: 50 });
    const ids = query.numbers('InventoryIds');
    if (query.refused()) {
      return problemReply(400, 'Bad Request', Object.keys(query.problems).join(', '));
    }
    const search = query.text('SearchBy')?.toLowerCase() ?? null;
    const rows = [...call.state.productByInventory.values()].filter(
      (product) =>
        (!ids || ids.has(product.inventoryId)) &&
        (search === null || `${product.name} ${product.sku}`.toLowerCase().includes(search)),
    );
    rows.sort((a, b) => a.inventoryId - b.inventoryId);
    const filters = at?.filters ?? call.query.source;
    const path = call.path;
    const page = cursorPage({
      rows,
      offset: at?.offset ?? 0,
      size,
      filters,
      link: (next) => `${call.baseUrl}${path}?cursor=${next}`,
      write: (product) => call.loose(write(call.state, product)),
    });
    return jsonReply(page);
  };
}

function one(write: Writer): (call: Call) => HttpAnswer {
  return (call) => {
    const product = call.state.productByInventory.get(idOf(call, 'inventoryId') ?? -1);
    if (!product) return problemReply(404, 'Not Found', 'Inventory item not found');
    return jsonReply(call.loose(write(call.state, product)));
  };
}

interface Level {
  onHand: number;
  committed: number;
  awaiting: number;
}

function levelAt(state: ShipbobState, centre: Centre, product: Product): Level {
  const shelf = state.stock.shown(centre.id, product.inventoryId);
  let awaiting = 0;
  for (const wro of state.receiving.values()) {
    if (wro.centreId !== centre.id) continue;
    if (wro.status === 'Completed' || wro.status === 'Cancelled') continue;
    for (const item of wro.boxes.flatMap((box) => box.items)) {
      if (item.inventoryId === product.inventoryId) {
        awaiting += Math.max(0, item.expected - item.stowed);
      }
    }
  }
  const onHand = shelf.lots.reduce((sum, lot) => sum + lot.onHand, 0);
  return { onHand, committed: shelf.committed, awaiting };
}

function totals(state: ShipbobState, product: Product): Record<string, unknown> {
  const levels = state.centres.map((centre) => levelAt(state, centre, product));
  const sum = (pick: (level: Level) => number) =>
    levels.reduce((total, level) => total + pick(level), 0);
  const onHand = sum((level) => level.onHand);
  const committed = sum((level) => level.committed);
  return {
    ...identity(product),
    total_on_hand_quantity: onHand,
    total_committed_quantity: committed,
    total_fulfillable_quantity: onHand - committed,
    total_sellable_quantity: onHand - committed,
    total_awaiting_quantity: sum((level) => level.awaiting),
    total_exception_quantity: 0,
    total_internal_transfer_quantity: 0,
    total_backordered_quantity: 0,
  };
}

function byLocation(state: ShipbobState, product: Product): Record<string, unknown> {
  const locations = state.centres.map((centre) =>
    locationRow(centre, levelAt(state, centre, product)),
  );
  return { ...identity(product), locations };
}

function byLot(state: ShipbobState, product: Product): Record<string, unknown> {
  const rows = state.centres.flatMap((centre) =>
    state.stock.shown(centre.id, product.inventoryId).lots.map((lot) => ({ centre, lot })),
  );
  const names = [...new Set(rows.map((row) => row.lot.lot))];
  const lots = names.map((name) => {
    const same = rows.filter((row) => row.lot.lot === name);
    const onHand = same.reduce((sum, row) => sum + row.lot.onHand, 0);
    return {
      lot_number: name,
      lot_date: midnight(same[0]?.lot.expiresAtMs ?? null),
      on_hand_quantity: onHand,
      fulfillable_quantity: onHand,
      committed_quantity: 0,
      awaiting_quantity: 0,
      internal_transfer_quantity: 0,
      locations: same.map((row) =>
        locationRow(row.centre, { onHand: row.lot.onHand, committed: 0, awaiting: 0 }),
      ),
    };
  });
  return { ...identity(product), lots };
}

function locationRow(centre: Centre, level: Level): Record<string, unknown> {
  return {
    location_id: centre.id,
    name: centre.name,
    on_hand_quantity: level.onHand,
    committed_quantity: level.committed,
    fulfillable_quantity: level.onHand - level.committed,
    awaiting_quantity: level.awaiting,
    internal_transfer_quantity: 0,
  };
}

function inventoryItem(_state: ShipbobState, product: Product): Record<string, unknown> {
  return {
    ...identity(product),
    barcode: product.barcode,
    is_case: false,
    is_lot: product.lotTracked,
    user_id: 123,
    variant: {
      hazmat: null,
      is_active: product.active,
      is_bundle: product.components.length > 0,
      is_digital: false,
    },
  };
}

function identity(product: Product): Record<string, unknown> {
  return { inventory_id: product.inventoryId, sku: product.sku, name: product.name };
}

/** A feed in order of event id; the cursor is the last id seen (section 8.2). */
function history(call: Call): HttpAnswer {
  const { state } = call;
  const fields = fieldsOf(call.body);
  const facilityId = numberOf(fields.facility_id);
  if (facilityId === null) return problemReply(400, 'Bad Request', 'facility_id is required');
  const endMs = timeOf(fields.end_date) ?? state.nowMs;
  const startMs = timeOf(fields.start_date) ?? endMs - 90 * DAY_MS;
  if (endMs - startMs > 90 * DAY_MS) {
    return problemReply(400, 'Bad Request', 'The window may span 90 days at most');
  }
  const after = Number(call.query.text('cursor') ?? numberOf(fields.cursor) ?? 0);
  const category = textOf(fields.event_category);
  const ids = new Set(textsOf(fields.inventory_ids));
  const rows = state.stock.changes.filter(
    (change) =>
      change.id > after &&
      change.onHand !== 0 &&
      change.centreId === facilityId &&
      change.atMs >= startMs &&
      change.atMs <= endMs &&
      (category === null || change.category === category) &&
      (ids.size === 0 || ids.has(String(change.inventoryId))),
  );
  const page = rows.slice(0, HISTORY_PAGE);
  const next = rows.length > HISTORY_PAGE ? String(page.at(-1)?.id ?? '') : null;
  const data = page.map((change) => changeJson(state, change));
  return jsonReply({ data: call.loose(data), first: null, last: null, next, prev: null });
}

function changeJson(state: ShipbobState, change: StockChange): Record<string, unknown> {
  const details = {
    facility_id: change.centreId,
    location_id: change.centreId * 100,
    quantity_change: Math.abs(change.onHand),
    committed_quantity_change: change.committed,
    lot_number: change.lot,
    expiration_date: midnight(change.expiresAtMs),
    sku: state.productByInventory.get(change.inventoryId)?.sku ?? null,
    inventory_status: 'Sellable',
    operational_stage: { id: 1, description: 'Available' },
  };
  const key = change.category === 'ReceivingStow' ? 'WroId' : 'ShipmentId';
  return {
    inventory_audit_event_id: change.id,
    event_datetime: stamp(change.atMs, change.id),
    event_category: change.category,
    inventory_id: change.inventoryId,
    shipbob_order_id: change.orderId,
    merchant_user_id: 123,
    increment: change.onHand > 0 ? details : null,
    decrement: change.onHand < 0 ? details : null,
    additional_reference:
      change.reference === null ? [] : [{ key, value: String(change.reference) }],
  };
}

function timeOf(value: unknown): number | null {
  const parsed = Date.parse(textOf(value) ?? '');
  return Number.isNaN(parsed) ? null : parsed;
}
