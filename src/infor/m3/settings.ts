/**
 * What only the customer's M3 knows: partners, message types, origins, templates. All plain values,
 * so that they can come from a configuration file (posting-protocol §8).
 */
export interface M3Settings {
  /** CONO as text, e.g. `100`. */
  company: string;
  /** DIVI; blank where the company has no divisions. */
  division: string;
  /** Language of M3's texts. Codes are what we go by, so it matters to people only. */
  language: string;
  /** Responsible user on orders and stock messages that name nobody; null leaves it to M3. */
  responsible: string | null;
  /**
   * `use`: we give messages their number, so the handle is known before the first call;
   * `avoid`: this tenant insists on its own number series.
   */
  callerMessageNumbers: 'use' | 'avoid';
  issue: WarehouseMessageSettings;
  receipt: WarehouseMessageSettings;
  stock: StockMessageSettings;
  purchase: PurchaseSettings;
  journal: JournalSettings;
  picking: PickingSettings;
  /** Goods left from another warehouse than the order line's: move the line, or ask a person. */
  warehouseDiffers: 'change' | 'flag';
  /** ShipBob's country names or codes → M3's country codes; what is not listed goes as it is. */
  countries: Record<string, string>;
  addressLengths: AddressLengths;
  /**
   * Customers that orders may have been posted for: those the rules name and those in the tables
   * that the rules look customers up in. Orders are found by customer and key.
   */
  customers: string[];
  /** How long M3 may go on with what got no clear answer. */
  quietMs: number;
  /** Rows asked for at most in a list that cannot be continued. */
  listRecordsMax: number;
}

/** Partner and message type as set up for the message (MMS865, MHS860). */
export interface WarehouseMessageSettings {
  /** E0PA, and E0PB: the look-up by external number is keyed by E0PB, so both get this value. */
  partner: string;
  /** E065. */
  messageType: string;
  /** QLFR: 31 reports an issue to a customer order, 20 a receipt with put-away. */
  qualifier: string;
  /** E007, the message's own qualifier; null leaves it out. */
  messageQualifier: string | null;
}

export interface StockMessageSettings {
  /** E0PA and E0PB of MMS850MI. */
  partner: string;
  /** E065. */
  messageType: string;
  /** E007; null leaves it out. */
  messageQualifier: string | null;
  /** Reason for a line that carries none. */
  defaultReason: string;
}

export interface PurchaseSettings {
  /** BAOR: the batch origin of PPS090; its automation level must be 2. */
  origin: string;
  /** PURC: used by nobody else, because orders are found again by it. */
  requester: string;
  /** ORTY of orders that name none; null leaves it to M3. */
  orderType: string | null;
  /**
   * Prefix of a manual number series kept free for us; our order numbers are then computed from the
   * external key and the look-up is exact. Null takes M3's own series.
   */
  reservedPrefix: string | null;
}

export interface JournalSettings {
  /** INTN: a GLS850 template of usage type 2. */
  interfaceName: string;
  /** INRI: the record type of an accounting line in that template. */
  recordType: string;
  /**
   * Whether the tenant lets us list vouchers (GLS200MI). Without it no journal can be found again.
   */
  voucherList: 'read' | 'none';
}

export interface PickingSettings {
  /**
   * `automatic`: M3 allocates and prints pick lists by itself; `drive`: we ask for what is missing.
   */
  steps: 'automatic' | 'drive';
  /** MAAL of MMS120MI/AllocateOrder. */
  allocationOrigin: string;
  /** OLUP of MWS410MI/RelForPick. */
  onlineUpdate: string;
}

/** Longest text of each part of a delivery address; longer ones are cut, deliberately. */
export interface AddressLengths {
  name: number;
  line: number;
  town: number;
  postCode: number;
  phone: number;
}

/** OIS100MI/AddBatchAddress: CUNM, CUA1, TOWN, PONO, PHN2. */
export const addressLengthsDefault: AddressLengths = {
  name: 36,
  line: 36,
  town: 20,
  postCode: 10,
  phone: 16,
};
