import { type Random, seededRandom } from '../runtime/random.ts';
import type { InforSeed, SeedItem } from './infor/seed.ts';
import type { ShipbobEvent, ShipbobSeed } from './shipbob/seed.ts';
import {
  ALIAS_SKU,
  ALL_SCOPES,
  type Article,
  articles,
  CENTRES,
  CHANNELS,
  OLD_SCOPES,
  openingStock,
  PACK_SKU,
  productInput,
  type ShelfRow,
  UNKNOWN_SKUS,
  WEB_CHANNEL,
  WHOLESALE_CHANNEL,
} from './shipbob/week-catalogue.ts';
import { FEES, weekCharges } from './shipbob/week-charges.ts';
import { type OrderStory, weekOrders } from './shipbob/week-orders.ts';
import { BUYERS, STRANGER } from './shipbob/week-people.ts';
import { purchaseOrders } from './shipbob/week-purchase.ts';
import { RECEIVING_STORY, weekReceiving } from './shipbob/week-receiving.ts';

const DAY_MS = 86_400_000;
const ALIAS_CATEGORY = 1;
const WAREHOUSE_BY_CENTRE = new Map([
  [8, 'CIC'],
  [10, 'MOV'],
]);

export interface WeekStory extends OrderStory {
  receiving: typeof RECEIVING_STORY;
  unknownSkus: readonly string[];
  aliasSku: string;
  packSku: string;
  strangerEmail: string;
}

export interface MerchantWeek {
  startAtMs: number;
  endAtMs: number;
  shipbob: ShipbobSeed;
  infor: InforSeed;
  /** Ids of the orders and receiving orders that show something special. */
  story: WeekStory;
}

/**
 * A week in the life of a coffee and homeware merchant, as both systems see it: what happens in
 * ShipBob and when, and the master data that its ERP holds. Equal seeds give equal weeks. `orders`
 * scales the week up to any size. With more `days` the orders spread over them, and every further
 * whole week has receiving orders and purchase orders of its own, each like those of the first.
 */
export function merchantWeek(settings: {
  seed: number;
  startAtMs: number;
  orders?: number;
  days?: number;
}): MerchantWeek {
  const { startAtMs } = settings;
  const orders = settings.orders ?? 520;
  const days = settings.days ?? 7;
  const durationMs = days * DAY_MS;
  const weeks = Math.max(1, Math.floor(days / 7));
  const random = seededRandom(settings.seed);
  const range = articles();
  const sales = weekOrders({ random, startAtMs, durationMs, orders, range });
  const inbound = weekReceiving(range, startAtMs, weeks);
  const shipments = shippedIn(sales.events);
  const { completions } = inbound;
  const bills = weekCharges({ random, startAtMs, durationMs, shipments, completions, range });
  const shelf = openingStock(range, { orders, startAtMs });
  return {
    startAtMs,
    endAtMs: startAtMs + durationMs,
    shipbob: {
      centres: CENTRES,
      channels: CHANNELS,
      ...credentials(random),
      products: range.map(productInput),
      stock: shelf.map(({ article, ...row }) => ({ ...row, inventoryId: article.inventoryId })),
      events: [...sales.events, ...inbound.events, ...bills].sort((a, b) => a.atMs - b.atMs),
    },
    infor: inforSeed(range, shelf, { startAtMs, weeks }),
    story: {
      ...sales.story,
      receiving: RECEIVING_STORY,
      unknownSkus: UNKNOWN_SKUS,
      aliasSku: ALIAS_SKU,
      packSku: PACK_SKU,
      strangerEmail: STRANGER.email,
    },
  };
}

/**
 * How the two systems correspond, in plain facts, for whoever writes a configuration. The blocked
 * customer is mapped; the ERP itself must refuse it.
 */
export function describeMapping(week: MerchantWeek) {
  return {
    company: week.infor.company,
    division: week.infor.division,
    facility: week.infor.facility,
    centres: CENTRES.map((centre) => ({
      id: centre.id,
      name: centre.name,
      warehouse: WAREHOUSE_BY_CENTRE.get(centre.id) ?? '',
      location: 'PICK01',
      timeZone: centre.id === 8 ? 'America/Chicago' : 'America/Los_Angeles',
      costCentre: centre.id === 8 ? 'CC810' : 'CC820',
    })),
    channels: [
      { id: WEB_CHANNEL, name: 'Web Store', customer: 'WEB001', orderType: 'C01' },
      { id: WHOLESALE_CHANNEL, name: 'Wholesale', customer: null, orderType: 'C02' },
    ],
    customersByEmail: BUYERS.map(({ email, number }) => ({ email, customer: number })),
    tags: [
      { tag: 'REPLENISH', becomes: 'purchaseOrder', supplier: 'SB0001' },
      { tag: 'SAMPLE', becomes: 'issueOnly', reasonCode: 'SMP' },
    ],
    purchaseOrderPattern: { pattern: '^(\\d{7})(-\\d+)?$', group: 1 },
    aliasCategory: ALIAS_CATEGORY,
    fees: [
      { fee: FEES.shipping, account: '6410' },
      { fee: FEES.pick, account: '6420' },
      { fee: FEES.storage, account: '6430' },
      { fee: FEES.receiving, account: '6440' },
      { fee: FEES.credit, account: '6410' },
    ],
    clearingAccount: '2480',
    defaultCostCentre: 'CC800',
    currency: 'USD',
    unmappedFee: FEES.unmapped,
  };
}

function shippedIn(events: readonly ShipbobEvent[]) {
  return events.flatMap(({ atMs, action }) =>
    action.kind === 'shipShipment'
      ? [{ atMs, shipmentId: action.shipmentId, invoiceCents: action.invoiceCents ?? 0 }]
      : [],
  );
}

/** The first token may do everything; the second was made before billing and tracking existed. */
function credentials(random: Random): Pick<ShipbobSeed, 'tokens' | 'clients'> {
  const secret = () =>
    Array.from({ length: 4 }, () =>
      Math.floor(random.next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  return {
    tokens: [
      { token: `pat-full-${secret()}`, application: 'SMA', scopes: [...ALL_SCOPES] },
      { token: `pat-old-${secret()}`, application: 'SMA-2024', scopes: [...OLD_SCOPES] },
      { token: `pat-orders-${secret()}`, application: 'Orders', scopes: ['orders_read'] },
    ],
    clients: [{ clientId: 'ml-connector', clientSecret: secret(), scopes: [...ALL_SCOPES] }],
  };
}

function inforSeed(
  range: readonly Article[],
  shelf: readonly ShelfRow[],
  time: { startAtMs: number; weeks: number },
): InforSeed {
  const { startAtMs, weeks } = time;
  return {
    company: 100,
    division: 'AAA',
    facility: 'A01',
    items: erpItems(range, shelf),
    aliases: range.flatMap(({ sku, erp }) =>
      erp.known === 'byAlias'
        ? [{ alias: sku, item: erp.item, category: ALIAS_CATEGORY, quantity: `${erp.quantity}` }]
        : [],
    ),
    customers: [
      {
        number: 'WEB001',
        name: 'Web Store Consumers',
        status: '20',
        stopped: false,
        currency: 'USD',
      },
      ...BUYERS.map(({ number, name, blocked }) => ({
        number,
        name,
        status: '20' as const,
        stopped: blocked,
        currency: 'USD',
      })),
    ],
    suppliers: [
      { number: 'SB0001', name: 'Highland Roasters', status: '20', currency: 'USD' },
      { number: 'SB0002', name: 'Kiln & Clay', status: '20', currency: 'USD' },
      { number: 'SB0003', name: 'Linen House', status: '20', currency: 'USD' },
      { number: 'SB0009', name: 'Closed Supplier', status: '90', currency: 'USD' },
    ],
    warehouses: CENTRES.map(({ id, name }) => ({
      number: WAREHOUSE_BY_CENTRE.get(id) ?? '',
      name,
      facility: 'A01',
      location: 'PICK01',
    })),
    accounts: erpAccounts(startAtMs),
    orderTypes: ['C01', 'C02'],
    reasonCodes: ['SMP', 'DMG', 'ADJ'],
    purchaseOrders: purchaseOrders(weeks).map(({ number, supplier, centreId, lines }) => ({
      number,
      supplier,
      warehouse: WAREHOUSE_BY_CENTRE.get(centreId) ?? '',
      requestedDay: dayNumber(startAtMs + 3 * DAY_MS),
      lines: lines.map(({ sku, quantity }, index) => ({
        line: (index + 1) * 10,
        item: sku,
        quantity: String(quantity),
        unit: 'EA',
      })),
    })),
    openPeriods: { from: monthStart(startAtMs, 0), to: monthStart(startAtMs, 2, -1) },
  };
}

/** On hand equals ShipBob's, lot by lot, in the ERP's own unit: a pack counts as its pieces. */
function erpItems(range: readonly Article[], shelf: readonly ShelfRow[]): SeedItem[] {
  const items = new Map<string, { article: Article; rows: Map<string, StockRow> }>();
  for (const article of range) {
    const number = erpNumber(article);
    if (number === null || items.has(number)) continue;
    items.set(number, { article, rows: new Map() });
  }
  for (const { article, centreId, lot, quantity } of shelf) {
    const item = items.get(erpNumber(article) ?? '');
    if (!item) continue;
    const warehouse = WAREHOUSE_BY_CENTRE.get(centreId) ?? '';
    const row = item.rows.get(`${warehouse}|${lot}`) ?? { warehouse, lot, quantity: 0 };
    row.quantity += quantity * (article.erp.known === 'byAlias' ? article.erp.quantity : 1);
    item.rows.set(`${warehouse}|${lot}`, row);
  }
  return [...items].map(([number, { article, rows }]) => ({
    number,
    name: article.name.slice(0, 30),
    status: '20',
    unit: 'EA',
    decimals: 0,
    lotControlled: article.lotTracked,
    cost: (Math.round(article.priceCents * 0.4) / 100).toFixed(2),
    warehouses: rows.size > 0 ? [...rows.values()].map(stockRow) : bundleStock(),
  }));
}

interface StockRow {
  warehouse: string;
  lot: string | null;
  quantity: number;
}

function stockRow({ warehouse, lot, quantity }: StockRow): SeedItem['warehouses'][number] {
  return { warehouse, onHand: String(quantity), ...(lot === null ? {} : { lot }) };
}

/** ShipBob stocks no bundles; the ERP does, for those who book the bundle's own item. */
function bundleStock(): SeedItem['warehouses'] {
  return [...WAREHOUSE_BY_CENTRE.values()].map((warehouse) => ({ warehouse, onHand: '100000' }));
}

function erpNumber(article: Article): string | null {
  if (article.erp.known === 'never') return null;
  return article.erp.known === 'byAlias' ? article.erp.item : article.sku;
}

function erpAccounts(startAtMs: number): InforSeed['accounts'] {
  const validFrom = monthStart(startAtMs, -11);
  const validTo = monthStart(startAtMs, 24, -1);
  const row = (dimension: number, value: string, name: string) => ({
    dimension,
    value,
    name,
    blocked: false,
    validFrom,
    validTo,
  });
  return [
    row(1, '2480', 'Fulfilment clearing'),
    row(1, '6410', 'Outbound freight'),
    row(1, '6420', 'Pick and pack'),
    row(1, '6430', 'Storage'),
    row(1, '6440', 'Inbound handling'),
    { ...row(1, '6490', 'Other fulfilment (closed)'), blocked: true },
    row(2, 'CC800', 'Fulfilment'),
    row(2, 'CC810', 'Fulfilment Cicero'),
    row(2, 'CC820', 'Fulfilment Moreno Valley'),
    { ...row(2, 'CC899', 'Fulfilment (old)'), validTo: monthStart(startAtMs, -1, -1) },
  ];
}

/** The first day of a month counted from that of `atMs`, plus days, as yyyymmdd. */
function monthStart(atMs: number, months: number, days = 0): string {
  const at = new Date(atMs);
  return dayNumber(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1 + days));
}

function dayNumber(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
}
