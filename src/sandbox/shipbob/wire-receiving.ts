import type { Box, Centre, Wro } from './model.ts';
import { wroLines } from './receiving.ts';
import type { ShipbobState } from './state.ts';
import { midnight, stamp, stampOrNull } from './wire.ts';

export function wroJson(state: ShipbobState, wro: Wro, version: string): Record<string, unknown> {
  return {
    id: wro.id,
    status: wro.status,
    package_type: wro.packageType,
    box_packaging_type: wro.boxPackaging,
    expected_arrival_date: stamp(wro.expectedAtMs, 0),
    insert_date: stamp(wro.insertedAtMs, wro.id),
    last_updated_date: stamp(wro.lastUpdatedAtMs, wro.id + 1),
    box_labels_uri: `/${version}/receiving/${wro.id}/labels`,
    fulfillment_center: centreJson(state.centre(wro.centreId)),
    purchase_order_number: wro.purchaseOrderNumber,
    inventory_quantities: wroLines(state, wro).map((line) => ({
      inventory_id: line.inventoryId,
      sku: line.sku,
      expected_quantity: line.expected,
      received_quantity: line.received,
      stowed_quantity: line.stowed,
    })),
    external_sync_timestamp: stampOrNull(wro.externalSyncAtMs, wro.id),
    status_history: wro.history.map((entry) => ({
      id: entry.id,
      status: entry.status,
      timestamp: stamp(entry.atMs, entry.id),
    })),
    ...(version === '2026-07'
      ? { freight: null, final_destination_fulfillment_center_id: null }
      : {}),
  };
}

export function boxJson(box: Box): Record<string, unknown> {
  return {
    box_id: box.id,
    box_number: box.number,
    box_status: box.status,
    arrived_date: stampOrNull(box.arrivedAtMs, 0),
    received_date: stampOrNull(box.receivedAtMs, 0),
    counting_started_date: stampOrNull(box.countingAtMs, 0),
    tracking_number: box.trackingNumber,
    box_items: box.items.map((item) => ({
      inventory_id: item.inventoryId,
      quantity: item.expected,
      received_quantity: item.received,
      stowed_quantity: item.stowed,
      lot_number: item.lot,
      lot_date: midnight(item.expiresAtMs),
    })),
  };
}

export function centreJson(centre: Centre): Record<string, unknown> {
  return {
    id: centre.id,
    name: centre.name,
    timezone: centre.timezone,
    address1: centre.address1,
    address2: null,
    city: centre.city,
    state: centre.state,
    country: 'US',
    zip_code: centre.zip,
    phone_number: '8444744726',
    email: 'fc@example.com',
  };
}

export function locationJson(centre: Centre): Record<string, unknown> {
  const address = centreJson(centre);
  return {
    id: centre.id,
    name: centre.name,
    abbreviation: centre.abbreviation,
    timezone: centre.timezone,
    is_active: true,
    is_receiving_enabled: true,
    is_shipping_enabled: true,
    access_granted: true,
    attributes: [],
    region: { id: 1, name: 'USA' },
    services: [{ service_type: 'Receiving', enabled: true, address }],
  };
}
