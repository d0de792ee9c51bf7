import type { Order, Pick, Shipment } from './model.ts';
import { orderStatus } from './order.ts';
import type { ShipbobState } from './state.ts';
import { midnight, money, recipientJson, stamp, stampOrNull } from './wire.ts';

const DAY_MS = 86_400_000;

export function orderJson(
  state: ShipbobState,
  order: Order,
  version: string,
): Record<string, unknown> {
  const channel = state.channels.find((each) => each.id === order.channelId);
  const total = order.lines.reduce(
    (sum, line) => sum + line.quantity * (line.unitPriceCents ?? 0),
    0,
  );
  const whole = {
    id: order.id,
    created_date: stamp(order.createdAtMs, order.id),
    purchase_date: stampOrNull(order.purchasedAtMs, 0),
    reference_id: order.referenceId,
    order_number: order.orderNumber,
    status: orderStatus(order),
    type: order.type,
    channel: channel ? { id: channel.id, name: channel.name } : null,
    shipping_method: order.shippingMethod,
    recipient: recipientJson(order.recipient),
    products: order.lines.map((line) => ({
      id: line.productId,
      reference_id: line.referenceId,
      sku: line.sku,
      quantity: line.quantity,
      quantity_unit_of_measure_code: null,
      unit_price: money(line.unitPriceCents),
      gtin: null,
      upc: null,
      external_line_id: line.externalLineId,
    })),
    tags: order.tags.map(({ name, value }) => ({ name, value })),
    shipments: order.shipments.map((shipment) => shipmentJson(state, shipment, version)),
    gift_message: order.giftMessage,
    shipping_terms: { carrier_type: 'Parcel', payment_term: 'Prepaid' },
    retailer_program_data: retailerJson(order),
    financials: { total_price: money(total) },
  };
  return order.malformed ? malform(whole, order) : whole;
}

export function shipmentJson(
  state: ShipbobState,
  shipment: Shipment,
  version: string,
): Record<string, unknown> {
  const order = state.order(shipment.orderId);
  const centre = state.centres.find((each) => each.id === shipment.centreId);
  const billed = shipment.invoicedAtMs !== null && shipment.invoicedAtMs <= state.nowMs;
  const left = shipment.leftAtMs !== null;
  return {
    id: shipment.id,
    order_id: order.id,
    reference_id: order.referenceId,
    ...(version === '2025-07' ? { store_order_id: null } : {}),
    created_date: stamp(shipment.createdAtMs, shipment.id),
    last_update_at: stamp(shipment.updatedAtMs, shipment.id + 1),
    last_tracking_update_at: stampOrNull(shipment.trackedAtMs, 0),
    status: shipment.status,
    status_details: shipment.details.map((detail) => ({
      id: detail.id,
      name: detail.name,
      description: detail.description,
      inventory_id: detail.inventoryId,
      exception_fulfillment_center_id: detail.inventoryId === null ? null : shipment.centreId,
      extra_information: null,
    })),
    location: centre ? { id: centre.id, name: centre.name } : null,
    recipient: { ...recipientJson(order.recipient), full_name: order.recipient.name },
    products: shipment.lines.map((line) => ({
      id: line.productId,
      reference_id: line.referenceId,
      sku: line.sku,
      name: line.name,
      inventory_items: line.picks.map(pickJson),
    })),
    tracking: trackingJson(shipment),
    ship_option: 'Standard',
    package_material_type: left ? 'Box' : 'Unknown',
    measurements: left
      ? { length_in: 10, width_in: 8, depth_in: 4, total_weight_oz: 38 }
      : { length_in: 0, width_in: 0, depth_in: 0, total_weight_oz: 0 },
    parent_cartons: [],
    require_signature: false,
    estimated_fulfillment_date: stamp(shipment.createdAtMs + 2 * DAY_MS, 0),
    actual_fulfillment_date: stampOrNull(shipment.leftAtMs, 0),
    estimated_fulfillment_date_status: left ? 'FulfilledOnTime' : 'PendingOnTime',
    delivery_date: stampOrNull(shipment.deliveredAtMs, 0),
    is_tracking_uploaded: shipment.trackingUploaded,
    invoice_amount: billed ? money(shipment.invoiceCents) : null,
    invoice_currency_code: billed ? 'USD' : null,
    insurance_value: null,
    gift_message: order.giftMessage,
  };
}

export function lineItemsJson(state: ShipbobState, shipment: Shipment): unknown[] {
  return shipment.lines.flatMap((line) =>
    line.picks.map((pick) => {
      const item = state.productByInventory.get(pick.inventoryId);
      return {
        inventory_id: pick.inventoryId,
        quantity: pick.quantity,
        committed_quantity: pick.committed,
        is_lot: item?.lotTracked ?? false,
        is_hazmat: false,
        lot: pick.lot
          ? {
              lot_number: pick.lot,
              lot_date: midnight(pick.expiresAtMs),
              selection_method: 'ShipbobChooses',
            }
          : null,
        product_variant: { id: item?.variantId ?? 0, name: pick.name, sku: item?.sku ?? null },
        serial_numbers: [],
      };
    }),
  );
}

export function timelineJson(shipment: Shipment): unknown[] {
  return shipment.timeline.map((entry) => ({
    log_type_id: entry.typeId,
    log_type_name: entry.name,
    log_type_text: entry.text,
    timestamp: stamp(entry.atMs, 0),
    metadata: null,
  }));
}

/** The shape seen live in July 2026 (section 6.6). */
export function carrierJson(shipment: Shipment): Record<string, unknown> {
  const status = carrierStatus(shipment);
  const steps = shipment.timeline.filter((entry) => entry.typeId >= 604);
  return {
    shipment_id: shipment.id,
    tracking_number: shipment.tracking?.number ?? null,
    carrier: shipment.tracking?.carrier ?? null,
    service: shipment.tracking?.service ?? null,
    current_status: status,
    current_substatus: status,
    current_substatus_code: `${status}_001`,
    current_timestamp: stampOrNull(shipment.trackedAtMs, 0),
    edd: null,
    edd_source: null,
    tracking_url: trackingUrl(shipment),
    delivery_signed_by: null,
    proof_of_delivery_urls: [],
    last_mile_carrier: null,
    history: steps.reverse().map((entry) => ({
      timestamp: stamp(entry.atMs, 0),
      status: entry.name,
      substatus: entry.text,
      substatus_code: `${entry.name}_001`,
      substatus_message: entry.text,
      address: null,
    })),
  };
}

function carrierStatus(shipment: Shipment): string {
  if (shipment.deliveredAtMs !== null) return 'Delivered';
  const last = shipment.timeline.at(-1)?.typeId ?? 0;
  if (last === 608) return 'OutForDelivery';
  return last === 607 ? 'InTransit' : 'PreTransit';
}

function pickJson(pick: Pick): Record<string, unknown> {
  return {
    id: pick.inventoryId,
    name: pick.name,
    quantity: pick.quantity,
    quantity_committed: pick.committed,
    lot: pick.lot,
    expiration_date: midnight(pick.expiresAtMs),
    serial_numbers: [],
    is_dangerous_goods: false,
  };
}

function trackingJson(shipment: Shipment): Record<string, unknown> | null {
  if (!shipment.tracking) return null;
  return {
    carrier: shipment.tracking.carrier,
    carrier_service: shipment.tracking.service,
    tracking_number: shipment.tracking.number,
    tracking_url: trackingUrl(shipment),
    shipping_date: null,
    bol: null,
    pro_number: null,
    scac: null,
  };
}

function trackingUrl(shipment: Shipment): string | null {
  const number = shipment.tracking?.number;
  return number ? `https://track.example.com/${number}` : null;
}

function retailerJson(order: Order): Record<string, unknown> | null {
  if (order.purchaseOrderNumber === null) return null;
  return {
    purchase_order_number: order.purchaseOrderNumber,
    retailer_program_type: null,
    mark_for_store: null,
    department: null,
    delivery_date: null,
    customer_ticket_number: null,
    shipByDate: null,
    doNotShipBeforeDate: null,
    addresses: [],
  };
}

/** Breaks the JSON of one order the way the mode says, and nothing else in the page. */
function malform(whole: Record<string, unknown>, order: Order): Record<string, unknown> {
  if (order.malformed === 'unknownStatus') return { ...whole, status: 'Teleported' };
  if (order.malformed === 'textQuantity') {
    const products = order.lines.map((line) => ({
      id: line.productId,
      reference_id: line.referenceId,
      sku: line.sku,
      quantity: `${line.quantity} pieces`,
    }));
    return { ...whole, products };
  }
  const { products: _, ...rest } = whole;
  return rest;
}
