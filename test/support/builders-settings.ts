/** Settings for tests. */
import type { Settings } from '../../src/core/settings.ts';
import { dayMs } from './builders.ts';

type Overrides = {
  [Section in Exclude<keyof Settings, 'centres' | 'lookups'>]?: Partial<Settings[Section]>;
} & Partial<Pick<Settings, 'centres' | 'lookups'>>;

/** Everything goes to customer WEB001 as sales orders, from centre 10 = warehouse 100. */
export function someSettings(overrides: Overrides = {}): Settings {
  const settings = plainSettings();
  return {
    sync: { ...settings.sync, ...overrides.sync },
    orders: { ...settings.orders, ...overrides.orders },
    centres: overrides.centres ?? settings.centres,
    shipments: { ...settings.shipments, ...overrides.shipments },
    receiving: { ...settings.receiving, ...overrides.receiving },
    costs: { ...settings.costs, ...overrides.costs },
    items: { ...settings.items, ...overrides.items },
    lookups: { ...settings.lookups, ...overrides.lookups },
    posting: { ...settings.posting, ...overrides.posting },
    limits: { ...settings.limits, ...overrides.limits },
    webhooks: { ...settings.webhooks, ...overrides.webhooks },
    privacy: { ...settings.privacy, ...overrides.privacy },
    history: { ...settings.history, ...overrides.history },
  };
}

/** Any order. */
export const anyOrder = {
  type: null,
  channel: null,
  centre: null,
  country: null,
  tag: null,
  sku: null,
  orderNumberPrefix: null,
} as const;

function plainSettings(): Settings {
  return {
    sync: {
      startFromMs: null,
      overlapMs: 15 * 60_000,
      lagMs: 30_000,
      windowMsMax: dayMs,
      creationSweepMs: 30 * dayMs,
      creationSweepEveryMs: dayMs,
      streams: { orders: true, tracking: true, receiving: true, costs: true },
    },
    orders: plainOrders(),
    centres: [
      aCentre({ id: '10', name: 'Moreno Valley', warehouse: '100', zone: 'America/Los_Angeles' }),
      aCentre({ id: '20', name: 'Cicero', warehouse: '200', zone: 'America/Chicago' }),
    ],
    shipments: { warehouseDiffers: 'change', closedPeriod: 'flag', firstOpenDay: null },
    receiving: {
      purchaseOrder: { pattern: '^(\\d+)(-\\d+)?$', group: 1 },
      overReceipt: 'flag',
      closedPeriod: 'flag',
    },
    costs: {
      division: 'AAA',
      voucherGroup: 'SB',
      rules: [
        {
          when: { fee: null, type: null, centre: null },
          as: { journal: { debit: ['5000', 'CC10'], credit: ['2400'] } },
        },
      ],
    },
    items: { acceptedStatuses: ['20'], mapping: {} },
    lookups: {},
    posting: plainPosting(),
    limits: { flaggedShareMax: 0.5, flaggedShareMinimum: 20, amountMax: null },
    webhooks: { keepMs: 30 * dayMs, announceWithinMs: 3 * 3_600_000 },
    privacy: { keepPersonalDataMs: null },
    history: { packAfterMs: 3_600_000, keepExchangesMs: null },
  };
}

function plainOrders(): Settings['orders'] {
  return {
    rules: [
      {
        when: { ...anyOrder },
        route: {
          as: 'salesOrder',
          customer: { fixed: 'WEB001' },
          orderType: 'C01',
          responsible: null,
          reasonCode: null,
          deliveryAddress: 'order',
        },
      },
    ],
    postWhen: 'accepted',
    bundles: 'components',
    prices: 'infor',
    currency: null,
    pricesIncludeTax: 'no',
    shippingCharge: null,
    defaultCentre: '10',
    countries: {},
  };
}

function plainPosting(): Settings['posting'] {
  return {
    recordsPerPlan: 250,
    batchSize: 20,
    concurrency: 2,
    retry: { baseMs: 10, capMs: 1_000, deadlineMs: 60_000 },
    unknown: {
      firstLookupAfterMs: 100,
      quietMs: 300,
      lookupGapMs: 100,
      giveUpAfterMs: 10_000,
      waitInRunMs: 1_000,
    },
    processingMsMax: 10_000,
  };
}

export function aCentre(centre: {
  id: string;
  name: string;
  warehouse: string;
  zone: string;
  bookAs?: string;
}): Settings['centres'][number] {
  return {
    id: centre.id,
    name: centre.name,
    warehouse: centre.warehouse,
    facility: 'A01',
    receivingLocation: 'RECV',
    pickingLocation: 'PICK',
    timeZone: centre.zone,
    bookAs: centre.bookAs ?? null,
  };
}
