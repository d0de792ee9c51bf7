import type { Centre, Channel } from './model.ts';
import type { ProductInput } from './seed.ts';

const DAY_MS = 86_400_000;

/** A coffee and homeware merchant's range, and what its ERP calls each article. */
export interface Article {
  sku: string;
  name: string;
  priceCents: number;
  lotTracked: boolean;
  productId: number;
  variantId: number;
  inventoryId: number;
  components: { sku: string; quantity: number }[];
  erp:
    | { known: 'byNumber' }
    | { known: 'byAlias'; item: string; quantity: number }
    | { known: 'never' };
}

type Row = [sku: string, name: string, priceCents: number];

const LOT_ROWS: Row[] = [
  ['COF-HOUSE-250', 'House Blend 250 g', 1250],
  ['COF-HOUSE-1KG', 'House Blend 1 kg', 3900],
  ['COF-DARK-250', 'Dark Roast 250 g', 1290],
  ['COF-DARK-1KG', 'Dark Roast 1 kg', 3990],
  ['COF-ETHIO-250', 'Ethiopia Guji 250 g', 1690],
  ['COF-COLOM-250', 'Colombia Huila 250 g', 1550],
  ['COF-DECAF-250', 'Decaf 250 g', 1390],
  ['COF-COLDBREW-4', 'Cold Brew Bags (4)', 1190],
  ['TEA-GREEN-20', 'Green Tea (20 bags)', 850],
  ['TEA-CHAI-100', 'Masala Chai 100 g', 990],
  ['SYRUP-VANILLA', 'Vanilla Syrup 500 ml', 1150],
  ['CHOC-DARK-70', 'Dark Chocolate 70 %', 590],
];
const PLAIN_ROWS: Row[] = [
  ['MUG-WHITE-350', 'Mug White 350 ml', 1450],
  ['MUG-BLUE-350', 'Mug Blue 350 ml', 1450],
  ['MUG-TRAVEL-400', 'Travel Mug 400 ml', 2690],
  ['POUROVER-V60', 'Pour-over Dripper', 2450],
  ['FILTER-V60-100', 'Paper Filters (100)', 790],
  ['KETTLE-GOOSE-1L', 'Gooseneck Kettle 1 l', 6900],
  ['GRINDER-HAND', 'Hand Grinder', 5900],
  ['FRENCHPRESS-1L', 'French Press 1 l', 3490],
  ['SCALE-BREW', 'Brewing Scale', 4290],
  ['SPOON-OAK', 'Oak Spoon', 690],
  ['TRAY-ACACIA', 'Acacia Tray', 3290],
  ['CANISTER-AIR', 'Airtight Canister', 2890],
  ['TOWEL-LINEN-2', 'Linen Towels (2)', 1990],
  ['CUP-ESPRESSO-4', 'Espresso Cups (4)', 2790],
  ['APRON-CANVAS', 'Canvas Apron', 3590],
];
const BUNDLE_ROWS: [...Row, Article['components']][] = [
  [
    'GIFT-MORNING',
    'Gift Set Morning',
    3900,
    [
      { sku: 'COF-HOUSE-250', quantity: 1 },
      { sku: 'MUG-WHITE-350', quantity: 2 },
    ],
  ],
  [
    'GIFT-BARISTA',
    'Gift Set Barista',
    5400,
    [
      { sku: 'COF-DARK-250', quantity: 2 },
      { sku: 'POUROVER-V60', quantity: 1 },
      { sku: 'FILTER-V60-100', quantity: 1 },
    ],
  ],
  [
    'GIFT-TEA',
    'Gift Set Tea',
    2190,
    [
      { sku: 'TEA-GREEN-20', quantity: 1 },
      { sku: 'MUG-BLUE-350', quantity: 1 },
    ],
  ],
];

export const ALIAS_SKU = 'TEA-EARLGREY-20';
export const PACK_SKU = 'MUG-WHITE-6PK';
export const PACK_OF = 'MUG-WHITE-350';
export const UNKNOWN_SKUS = ['CANDLE-CEDAR', 'COF-XMAS-250'] as const;
export const BUNDLE_SKUS = BUNDLE_ROWS.map(([sku]) => sku);
/** What ordinary orders are made of. */
export const ORDINARY_SKUS = [...LOT_ROWS, ...PLAIN_ROWS].map(([sku]) => sku);
export const PLAIN_SKUS = PLAIN_ROWS.map(([sku]) => sku);

export const CENTRES: Centre[] = [
  {
    id: 8,
    name: 'Cicero (IL)',
    abbreviation: 'MDW1',
    timezone: 'Central Standard Time',
    address1: '5900 W Ogden Ave',
    city: 'Cicero',
    state: 'IL',
    zip: '60804',
  },
  {
    id: 10,
    name: 'Moreno Valley (CA)',
    abbreviation: 'ONT1',
    timezone: 'Pacific Standard Time',
    address1: '28010 Eucalyptus Ave',
    city: 'Moreno Valley',
    state: 'CA',
    zip: '92555',
  },
];

const READ_SCOPES = [
  'channels_read',
  'orders_read',
  'fulfillments_read',
  'receiving_read',
  'products_read',
  'inventory_read',
  'locations_read',
];
/** What a token made before billing and tracking had scopes may do. */
export const OLD_SCOPES: readonly string[] = READ_SCOPES;
export const ALL_SCOPES: readonly string[] = [
  ...READ_SCOPES,
  'orders_write',
  'fulfillments_write',
  'receiving_write',
  'webhooks_read',
  'webhooks_write',
  'billing_read',
  'returns_read',
  'tracking_read',
  'offline_access',
];

export const WEB_CHANNEL = 432951;
export const WHOLESALE_CHANNEL = 433210;
export const CHANNELS: Channel[] = [
  { id: WEB_CHANNEL, name: 'Web Store', application: 'SMA', scopes: [...ALL_SCOPES] },
  { id: WHOLESALE_CHANNEL, name: 'Wholesale', application: 'Faire', scopes: [...READ_SCOPES] },
  { id: 128943, name: 'ShipBob Default', application: 'ShipBob', scopes: [...READ_SCOPES] },
];

export function articles(): Article[] {
  const byNumber = { known: 'byNumber' } as const;
  const rows: Omit<Article, 'productId' | 'variantId' | 'inventoryId'>[] = [
    ...LOT_ROWS.map((row) => ({ ...plain(row), lotTracked: true, erp: byNumber })),
    ...PLAIN_ROWS.map((row) => ({ ...plain(row), erp: byNumber })),
    {
      ...plain([ALIAS_SKU, 'Earl Grey (20 bags)', 890]),
      lotTracked: true,
      erp: { known: 'byAlias', item: 'T100455', quantity: 1 },
    },
    {
      ...plain([PACK_SKU, 'Mug White, Case of 6', 7800]),
      erp: { known: 'byAlias', item: PACK_OF, quantity: 6 },
    },
    ...BUNDLE_ROWS.map(([sku, name, priceCents, components]) => ({
      ...plain([sku, name, priceCents]),
      components,
      erp: byNumber,
    })),
    { ...plain([UNKNOWN_SKUS[0], 'Cedar Candle', 2400]), erp: { known: 'never' } },
    { ...plain([UNKNOWN_SKUS[1], 'Christmas Blend 250 g', 1590]), erp: { known: 'never' } },
  ];
  return rows.map((row, index) => ({
    ...row,
    productId: 3_216_201 + index,
    variantId: 15_319_501 + index,
    inventoryId: 8_588_301 + index,
  }));
}

function plain([sku, name, priceCents]: Row) {
  return { sku, name, priceCents, lotTracked: false, components: [] };
}

export function productInput(article: Article): ProductInput {
  return {
    id: article.productId,
    variantId: article.variantId,
    inventoryId: article.inventoryId,
    sku: article.sku,
    name: article.name,
    lotTracked: article.lotTracked,
    barcode: `40${article.inventoryId}${article.productId % 1000}`,
    components: article.components,
  };
}

export interface ShelfRow {
  centreId: number;
  article: Article;
  lot: string | null;
  expiresAtMs: number | null;
  quantity: number;
}

/**
 * The stock at the start. Each lot-tracked article has an old lot that runs out during the week, so
 * that some picks span two lots, and a young one that lasts.
 */
export function openingStock(
  range: readonly Article[],
  size: { orders: number; startAtMs: number },
): ShelfRow[] {
  const plenty = 600 + size.orders * 3;
  const scarce = 7 + Math.floor(size.orders / 40);
  const midnightMs = Math.floor(size.startAtMs / DAY_MS) * DAY_MS;
  return CENTRES.flatMap((centre) =>
    range.flatMap((article): ShelfRow[] => {
      if (article.components.length > 0) return [];
      const place = { centreId: centre.id, article };
      if (!article.lotTracked) {
        return [{ ...place, lot: null, expiresAtMs: null, quantity: plenty }];
      }
      const stem = `L${article.inventoryId % 1000}`;
      return [
        { ...place, lot: `${stem}A`, expiresAtMs: midnightMs + 120 * DAY_MS, quantity: scarce },
        { ...place, lot: `${stem}B`, expiresAtMs: midnightMs + 300 * DAY_MS, quantity: plenty },
      ];
    }),
  );
}
