import type { HttpAnswer } from '../../runtime/http-server.ts';
import type { Product } from './model.ts';
import { cursorPage, readCursor } from './paging.ts';
import { Query } from './query.ts';
import { emptyReply, jsonReply, mapReply } from './reply.ts';
import { type Call, idOf, type Route } from './route.ts';
import type { ShipbobState } from './state.ts';

const read = { method: 'GET', scope: 'products_read' } as const;

export const PRODUCT_ROUTES: Route[] = [
  { ...read, path: '/product', answer: listProducts },
  { ...read, path: '/product/{productId}', answer: getProduct },
  { ...read, path: '/channel', scope: 'channels_read', answer: listChannels },
];

/** The link is relative and has no version: `/Product?cursor=…` (section 4). */
function listProducts(call: Call): HttpAnswer {
  const cursor = call.query.text('cursor');
  const at = cursor === null ? null : readCursor(cursor);
  if (cursor !== null && !at) return mapReply(400, { Cursor: ['The cursor is not valid.'] });
  const query = at ? new Query(at.filters, call.state.modes) : call.query;
  const preset = at?.size ?? 50;
  const size = query.integer('PageSize', { min: 1, max: 250, preset });
  const rows = selectProducts(call.state, query);
  if (query.refused()) return mapReply(400, query.problems);
  const page = cursorPage({
    rows,
    offset: at?.offset ?? 0,
    size,
    filters: at?.filters ?? call.query.source,
    link: (next) => `/Product?cursor=${next}`,
    write: (product) => call.loose(productJson(call.state, product)),
  });
  return jsonReply(page);
}

function getProduct(call: Call): HttpAnswer {
  const id = idOf(call, 'productId');
  const product = call.state.products.find((each) => each.id === id);
  return product ? jsonReply(call.loose(productJson(call.state, product))) : emptyReply(404);
}

function selectProducts(state: ShipbobState, query: Query): Product[] {
  const skus = operands(query, 'SKU');
  const inventoryIds = operands(query, 'InventoryId');
  const productIds = operands(query, 'ProductId');
  const variantIds = operands(query, 'VariantId');
  const barcodes = operands(query, 'Barcode');
  const name = query.text('Name');
  const search = query.text('Search')?.toLowerCase() ?? null;
  const updatedMs = query.time('LastUpdatedTimestamp');
  const status = query.text('VariantStatus')?.toLowerCase() ?? null;
  const rows = state.products.filter(
    (product) =>
      (!skus || skus.has(product.sku)) &&
      (!inventoryIds || inventoryIds.has(String(product.inventoryId))) &&
      (!productIds || productIds.has(String(product.id))) &&
      (!variantIds || variantIds.has(String(product.variantId))) &&
      (!barcodes || barcodes.has(product.barcode ?? '')) &&
      (name === null || product.name === name) &&
      (search === null || `${product.name} ${product.sku}`.toLowerCase().includes(search)) &&
      (updatedMs === null || product.updatedAtMs > updatedMs) &&
      (status === null || status === (product.active ? 'active' : 'inactive')),
  );
  const backward = query.text('SortOrder')?.toUpperCase() === 'DESC' ? -1 : 1;
  const byName = query.text('SortBy')?.toLowerCase() === 'name';
  return rows.sort((a, b) =>
    byName ? backward * a.name.localeCompare(b.name) : backward * (a.id - b.id),
  );
}

/** One value, or several behind `any:` (section 8.1). */
function operands(query: Query, name: string): Set<string> | null {
  const list = query.list(name);
  const [first, ...rest] = list ?? [];
  if (first === undefined) return null;
  return new Set([first.replace(/^any:/, ''), ...rest]);
}

function productJson(state: ShipbobState, product: Product): Record<string, unknown> {
  const onHand = state.centres
    .flatMap((centre) => state.stock.shown(centre.id, product.inventoryId).lots)
    .reduce((sum, lot) => sum + lot.onHand, 0);
  return {
    id: product.id,
    name: product.name,
    type: product.components.length > 0 ? 'Bundle' : 'Regular',
    user_id: 123,
    created_on: new Date(product.createdAtMs).toISOString(),
    updated_on: new Date(product.updatedAtMs).toISOString(),
    taxonomy: null,
    variants: [
      {
        id: product.variantId,
        name: product.name,
        sku: product.sku,
        status: product.active ? 'Active' : 'Inactive',
        inventory: { inventory_id: product.inventoryId, on_hand_qty: onHand },
        lot_information: { is_lot: product.lotTracked, minimum_shelf_life_days: null },
        barcodes: product.barcode ? [{ value: product.barcode, sticker_url: null }] : [],
        gtin: '',
        upc: '',
        is_digital: false,
        bundle_definition: product.components.map((part) => bundlePart(state, part)),
        associated_bundles: associatedBundles(state, product),
        channel_metadata: [],
        merge_children: [],
        reviews_pending: [],
        weight: { weight: 12, unit: 'oz' },
      },
    ],
  };
}

function bundlePart(
  state: ShipbobState,
  part: Product['components'][number],
): Record<string, unknown> {
  const product = state.product(part.sku);
  return {
    product_id: product.id,
    variant_id: product.variantId,
    variant_sku: product.sku,
    variant_name: product.name,
    quantity: part.quantity,
  };
}

function associatedBundles(state: ShipbobState, product: Product): unknown[] {
  return state.products.flatMap((bundle) =>
    bundle.components
      .filter((part) => part.sku === product.sku)
      .map((part) => ({
        product_id: bundle.id,
        product_name: bundle.name,
        quantity: part.quantity,
        variant_id: bundle.variantId,
        variant_sku: bundle.sku,
      })),
  );
}

/** The link is relative and holds the version (section 2.4). */
function listChannels(call: Call): HttpAnswer {
  const cursor = call.query.text('Cursor');
  const at = cursor === null ? null : readCursor(cursor);
  const preset = at?.size ?? 50;
  const size = call.query.integer('RecordsPerPage', { min: 1, max: 250, preset });
  if (call.query.refused()) return mapReply(400, call.query.problems);
  const { items, next, prev } = cursorPage({
    rows: call.state.channels,
    offset: at?.offset ?? 0,
    size,
    filters: '',
    link: (text) => `/${call.version}/channel?cursor=${text}`,
    write: (channel) => ({
      id: channel.id,
      name: channel.name,
      application_name: channel.application,
      scopes: channel.scopes,
    }),
  });
  return jsonReply({ items, next, prev });
}
