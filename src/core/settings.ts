/**
 * The settings that planning and the engine read, as plain values: parsed, checked and with every
 * default filled in. `runtime/config.ts` builds them from the configuration file.
 */
import type { Amount, Day, Quantity } from './schema.ts';

export interface Settings {
  sync: SyncSettings;
  orders: OrderSettings;
  centres: CentreSettings[];
  shipments: ShipmentSettings;
  receiving: ReceivingSettings;
  costs: CostSettings;
  items: ItemSettings;
  /** Named tables of `from → to`, used by rules: `{ lookup: customers, by: recipient.email }`. */
  lookups: Record<string, Record<string, string>>;
  posting: PostingSettings;
  limits: LimitSettings;
  webhooks: WebhookSettings;
  privacy: PrivacySettings;
  history: HistorySettings;
}

export interface HistorySettings {
  /** Exchanges are packed so long after their document was last touched; null: never. */
  packAfterMs: number | null;
  /** Packed requests and answers older than this are removed; null keeps them for ever. */
  keepExchangesMs: number | null;
}

export interface PrivacySettings {
  /** Of finished orders, older than this; null keeps it for ever. */
  keepPersonalDataMs: number | null;
}

export interface SyncSettings {
  /** Movements before this moment are stored and never posted. Null refuses to write. */
  startFromMs: number | null;
  /** Read again this far behind the checkpoint (inclusive bounds and clock skew are unknown). */
  overlapMs: number;
  /** Leave the newest moments out (ShipBob lists a new order about 5 s late). */
  lagMs: number;
  /** Longest window swept at once; a backfill resumes at the last finished one. */
  windowMsMax: number;
  /** Width of the daily creation sweep that finds what updates missed. */
  creationSweepMs: number;
  /** How often that sweep runs. */
  creationSweepEveryMs: number;
  streams: { orders: boolean; tracking: boolean; receiving: boolean; costs: boolean };
}

export interface OrderSettings {
  rules: OrderRule[];
  /** `accepted`: at once; `shipped`: only when the first shipment has left. */
  postWhen: 'accepted' | 'shipped';
  /** Order lines of a bundle become its components, or the bundle's own item. */
  bundles: 'components' | 'item';
  prices: 'shipbob' | 'infor';
  currency: string | null;
  pricesIncludeTax: 'yes' | 'no';
  /** Code of the charge under which shipping is added, or null for none. */
  shippingCharge: string | null;
  /** Centre id whose warehouse an order takes before ShipBob has chosen one. */
  defaultCentre: string;
  /** ShipBob country names or codes → Infor country codes. */
  countries: Record<string, string>;
}

/** What a routing rule looks at; every condition given must hold. An empty one always matches. */
export interface OrderCondition {
  type: string[] | null;
  channel: string[] | null;
  centre: string[] | null;
  country: string[] | null;
  /** Tag name → value; the value `*` matches any. */
  tag: Record<string, string> | null;
  sku: string[] | null;
  orderNumberPrefix: string | null;
}

/** What is done with webhook deliveries once they are stored. */
export interface WebhookSettings {
  /** Finished deliveries are forgotten after this long. */
  keepMs: number;
  /** A webhook that is later than this counts as missed. */
  announceWithinMs: number;
}

/** A fixed code, or a look-up in a named table by a field of the order. */
export type CodeSource =
  | { fixed: string }
  | {
      lookup: string;
      by:
        | 'recipient.email'
        | 'recipient.emailDomain'
        | 'recipient.company'
        | 'recipient.name'
        | 'channel.id';
    };

export interface OrderRule {
  when: OrderCondition;
  route: OrderRoute;
}

export type OrderRoute =
  | {
      as: 'salesOrder';
      customer: CodeSource;
      orderType: string;
      responsible: string | null;
      /** On every line, so that accounting rules can tell channels apart; or null. */
      reasonCode: string | null;
      /** Consumers' addresses go onto the order; a wholesale customer's are on file. */
      deliveryAddress: 'order' | 'customer';
    }
  | {
      as: 'purchaseOrder';
      supplier: CodeSource;
      orderType: string | null;
      dimensions: string[];
      costCentre: string | null;
      /** Also book the shipment as an issue from stock; null does not. */
      thenIssueReason: string | null;
    }
  | { as: 'issueOnly'; reasonCode: string; remark: string; responsible: string | null }
  | { as: 'skip'; reason: string }
  | { as: 'flag'; reason: string };

/** One fulfilment centre and the Infor warehouse it stands for. Ids differ between environments. */
export interface CentreSettings {
  id: string;
  name: string;
  warehouse: string;
  facility: string;
  receivingLocation: string | null;
  pickingLocation: string | null;
  /** IANA name; the movement's calendar day is taken here. */
  timeZone: string;
  /** A hub's goods are booked where they end up: the id of that centre, or null. */
  bookAs: string | null;
}

export interface ShipmentSettings {
  /** What to do when goods ship from another warehouse than the order line's. */
  warehouseDiffers: 'change' | 'flag';
  /** Movements in a closed period: ask, or book on the first open day. */
  closedPeriod: 'flag' | 'nextOpenDay';
  /** First day that is still open for posting, or null when not checked. */
  firstOpenDay: Day | null;
}

export interface ReceivingSettings {
  /** Takes the purchase order number out of ShipBob's unique one: `4500012-2` → `4500012`. */
  purchaseOrder: { pattern: string; group: number };
  overReceipt: 'flag' | 'accept';
  closedPeriod: 'flag' | 'nextOpenDay';
}

export interface CostSettings {
  division: string;
  voucherGroup: string;
  rules: CostRule[];
}

export interface CostRule {
  when: {
    fee: string[] | null;
    type: ('charge' | 'refund' | 'credit')[] | null;
    centre: string[] | null;
  };
  /** `skip` records the charge without a journal; the dimensions are 1–7, index 0 the account. */
  as: { journal: { debit: string[]; credit: string[] } } | { skip: string };
  /** Set where a person's mapping made it, not the configuration: it has no place in its list. */
  by?: 'mapping';
}

export interface ItemSettings {
  /** Item status codes that may be traded. */
  acceptedStatuses: string[];
  /** Explicit SKU → item, with the basic units one ShipBob unit stands for. */
  mapping: Record<string, { item: string; factor: Quantity }>;
}

export interface PostingSettings {
  /** Records planned together; the share of flags in them tells a broken mapping (budget.ts). */
  recordsPerPlan: number;
  /** Documents whose same step travels together. */
  batchSize: number;
  /** Batches under way at once. */
  concurrency: number;
  retry: { baseMs: number; capMs: number; deadlineMs: number };
  unknown: {
    /** First look-up after an unclear commit; longer than the gateway's own timeout. */
    firstLookupAfterMs: number;
    /** A handle may be committed again only this long after the unclear one. */
    quietMs: number;
    /** Two negative look-ups must be at least this far apart. */
    lookupGapMs: number;
    /** After this long without a clear answer the posting is flagged. */
    giveUpAfterMs: number;
    /** How long one run waits for doubtful postings before it leaves them to the next. */
    waitInRunMs: number;
  };
  /** How long a document that Infor finishes by itself may take before it is flagged. */
  processingMsMax: number;
}

export interface LimitSettings {
  /** A stream stops when more than this share of a batch would be newly flagged … */
  flaggedShareMax: number;
  /** … and at least this many records were planned. */
  flaggedShareMinimum: number;
  amountMax: Amount | null;
}
