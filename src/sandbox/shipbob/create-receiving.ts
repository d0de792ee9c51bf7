import { fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { WroInput } from './seed.ts';
import type { ShipbobState } from './state.ts';

type Problems = Record<string, string[]>;
type BoxInput = WroInput['boxes'][number];

/** The body of `POST /receiving` (section 7.3), or the map of what is wrong with it. */
export function readReceiving(
  state: ShipbobState,
  body: unknown,
  version: string,
): { wro: WroInput } | { problems: Problems } {
  const fields = fieldsOf(body);
  const problems: Problems = {};
  const centreId = numberOf(fieldsOf(fields.fulfillment_center).id);
  const expectedAtMs = Date.parse(textOf(fields.expected_arrival_date) ?? '');
  const boxes = listOf(fields.boxes).map((box) => readBox(state, box, version));
  const whole = boxes.filter((box) => box !== null);
  if (centreId === null || !state.centres.some((centre) => centre.id === centreId)) {
    problems.FulfillmentCenter = ['A known fulfillment center is required.'];
  }
  if (!(expectedAtMs > state.nowMs)) {
    problems.ExpectedArrivalDate = ['The expected arrival date must be in the future.'];
  }
  if (whole.length === 0 || whole.length < boxes.length || boxes.length > 50) {
    problems.Boxes = ['One to fifty boxes with a tracking number and known items are required.'];
  }
  const wrongLots = whole.flatMap((box) => box.items).filter((item) => lacksLot(state, item));
  if (wrongLots.length > 0) {
    const ids = wrongLots.map((item) => item.inventoryId).join(', ');
    problems.Lots = [`Wrong Lot Information Provided For Inventory IDs: ${ids}`];
  }
  if (centreId === null || Object.keys(problems).length > 0) return { problems };
  const kind = fields.package_type;
  return {
    wro: {
      centreId,
      purchaseOrderNumber: textOf(fields.purchase_order_number),
      packageType: kind === 'Pallet' || kind === 'FloorLoadedContainer' ? kind : 'Package',
      expectedAtMs,
      boxes: whole,
    },
  };
}

function readBox(state: ShipbobState, value: unknown, version: string): BoxInput | null {
  const fields = fieldsOf(value);
  const trackingNumber = textOf(fields.tracking_number);
  const items = listOf(fields.box_items).map((item) => readItem(state, item, version));
  const whole = items.filter((item) => item !== null);
  if (!trackingNumber || whole.length === 0 || whole.length < items.length) return null;
  return { trackingNumber, items: whole };
}

/** Since 2026-07 a SKU may stand in for the inventory id. */
function readItem(
  state: ShipbobState,
  value: unknown,
  version: string,
): BoxInput['items'][number] | null {
  const fields = fieldsOf(value);
  const sku = version >= '2026-07' ? textOf(fields.sku) : null;
  const inventoryId =
    numberOf(fields.inventory_id) ?? state.productBySku.get(sku ?? '')?.inventoryId;
  const quantity = numberOf(fields.quantity);
  if (inventoryId === undefined || !state.productByInventory.has(inventoryId)) return null;
  if (quantity === null || quantity < 1) return null;
  const lot = textOf(fields.lot_number);
  const expiresAtMs = Date.parse(textOf(fields.lot_date) ?? '');
  return {
    inventoryId,
    quantity,
    ...(lot === null ? {} : { lot }),
    ...(Number.isNaN(expiresAtMs) ? {} : { expiresAtMs }),
  };
}

function lacksLot(state: ShipbobState, item: BoxInput['items'][number]): boolean {
  const tracked = state.productByInventory.get(item.inventoryId)?.lotTracked ?? false;
  return tracked && (item.lot === undefined || item.expiresAtMs === undefined);
}
