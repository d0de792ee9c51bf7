/**
 * Every reason to ask a person, in one table: what it means, the sentence that is shown, and what
 * to do about it. `docs/errors.md` is checked against it. In a sentence `{name}` stands for
 * evidence.
 */

import { postingReasons } from './flag-reason-posting.ts';
import type { FlagDraft, Json, JsonObject } from './glossary.ts';
import type { Amount, Quantity } from './schema.ts';

export type FlagStream = 'orders' | 'shipments' | 'receiving' | 'costs' | 'all';

export interface FlagReason {
  stream: FlagStream;
  /** Template of the sentence. */
  sentence: string;
  /** What a person can do. */
  hint: string;
}

const retryHint = 'The record is planned again by itself once that is done.';
/** What a person has dealt with outside is known to nobody else. */
const standsHint = 'Then say so, since its cause stays: mlc flagged ignore ID --because TEXT.';

const orderReasons = {
  UNKNOWN_STATUS: {
    stream: 'all',
    sentence: '{record} has the ShipBob status {status}, which this version does not know.',
    hint: 'Nothing is posted for it. Report the status, or wait until ShipBob moves it on.',
  },
  NO_ROUTING_RULE: {
    stream: 'orders',
    sentence: 'No routing rule matches order {orderNumber} (type {type}, channel {channel}).',
    hint: 'Add a rule under orders.rules; end the list with one that matches everything.',
  },
  ROUTED_TO_FLAG: {
    stream: 'orders',
    sentence: 'A routing rule holds order {orderNumber} for a person: {reason}.',
    hint: `Decide what it shall become and put a rule for it above that one, under orders.rules. ${retryHint}`,
  },
  EMPTY_ORDER: {
    stream: 'orders',
    sentence: 'Order {orderNumber} has no line with a quantity above zero.',
    hint: 'Correct or cancel the order in ShipBob.',
  },
  UNKNOWN_ITEM: {
    stream: 'all',
    sentence: 'SKU {sku} is neither an item number nor an alias in Infor.',
    hint: `Map the SKU with mlc flagged resolve ID --map-to ITEM or under items.mapping, or create the item or its alias in Infor. ${retryHint}`,
  },
  AMBIGUOUS_ITEM: {
    stream: 'all',
    sentence: 'SKU {sku} stands for several items in Infor: {candidates}.',
    hint: `Map the SKU to one of them with mlc flagged resolve ID --map-to ITEM, or remove the extra alias. ${retryHint}`,
  },
  ITEM_NOT_ACTIVE: {
    stream: 'all',
    sentence: 'Item {item} (SKU {sku}) has status {status}, which may not be traded.',
    hint: `Release the item in Infor, map the SKU to another with mlc flagged resolve ID --map-to ITEM, or add the status to items.acceptedStatuses. ${retryHint}`,
  },
  ITEM_NOT_IN_WAREHOUSE: {
    stream: 'all',
    sentence: 'Item {item} (SKU {sku}) is not set up in warehouse {warehouse}.',
    hint: `Connect the item to the warehouse in Infor. ${retryHint}`,
  },
  QUANTITY_TOO_PRECISE: {
    stream: 'all',
    sentence: 'Quantity {quantity} of item {item} has more decimals than the {decimals} it allows.',
    hint: `Check the factor of the SKU's mapping or alias; mlc flagged resolve ID --map-to ITEM --factor NUMBER sets it. ${retryHint}`,
  },
  QUANTITY_NOT_POSITIVE: {
    stream: 'all',
    sentence: '{record} has a quantity of {quantity} for SKU {sku}.',
    hint: 'Correct the record in ShipBob.',
  },
  UNKNOWN_UNIT: {
    stream: 'orders',
    sentence: 'SKU {sku} is ordered in unit {unit}, and it is not known how many pieces one holds.',
    hint: `Say what one holds with mlc flagged resolve ID --map-to ITEM --factor NUMBER. ${retryHint}`,
  },
  UNKNOWN_CUSTOMER: {
    stream: 'orders',
    sentence: 'No customer in Infor for {value}.',
    hint: `Map it with mlc flagged resolve ID --customer NUMBER, or create the customer in Infor. ${retryHint}`,
  },
  CUSTOMER_BLOCKED: {
    stream: 'orders',
    sentence: 'Customer {number} ({name}) is {why} in Infor.',
    hint: `Release the customer in Infor, or cancel the order in ShipBob. If it is entered in Infor by hand: mlc flagged resolve ID --posted-as NUMBER --because TEXT. ${retryHint}`,
  },
  UNKNOWN_SUPPLIER: {
    stream: 'orders',
    sentence: 'No supplier in Infor for {value}.',
    hint: `Map it with mlc flagged resolve ID --supplier NUMBER, or create the supplier in Infor. ${retryHint}`,
  },
  SUPPLIER_BLOCKED: {
    stream: 'orders',
    sentence: 'Supplier {number} ({name}) is not active in Infor.',
    hint: `Release the supplier in Infor. ${retryHint}`,
  },
  UNKNOWN_WAREHOUSE: {
    stream: 'all',
    sentence: 'No Infor warehouse for {centre}.',
    hint: `Name its warehouse with mlc flagged resolve ID --warehouse CODE --facility CODE, or add the centre under centres. ${retryHint}`,
  },
  UNKNOWN_COUNTRY: {
    stream: 'orders',
    sentence: 'Country {country} of order {orderNumber} has no Infor code.',
    hint: 'Add it under orders.countries.',
  },
  AMOUNT_OVER_LIMIT: {
    stream: 'all',
    sentence: '{record} is worth {amount}, more than the limit of {limit}.',
    hint: 'Check it. Raise limits.amountMax when such values are normal.',
  },
  ORDER_BEFORE_CUTOVER: {
    stream: 'shipments',
    sentence:
      'Order {orderNumber} is from before the cut-over and shipped after it; its sales order is not known.',
    hint: 'Name the order that was entered by hand: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
  },
  CANCELLED_AFTER_POSTING: {
    stream: 'all',
    sentence: '{record} was cancelled in ShipBob after goods moved or a document was booked.',
    hint: `Decide what to take back, and do it in Infor by hand. ${standsHint}`,
  },
  REOPENED_AFTER_CANCELLATION: {
    stream: 'orders',
    sentence: 'Order {orderNumber} is open again in ShipBob; it was cancelled in Infor.',
    hint: `Enter the order in Infor by hand, or cancel it in ShipBob again. ${standsHint}`,
  },
} as const satisfies Record<string, FlagReason>;

const movementReasons = {
  EMPTY_SHIPMENT: {
    stream: 'shipments',
    sentence: 'Shipment {shipment} has left, and ShipBob names no goods in it.',
    hint: 'Ask ShipBob what was shipped. The shipment is planned again when it changes.',
  },
  UNKNOWN_INVENTORY: {
    stream: 'shipments',
    sentence: 'ShipBob inventory {inventoryId} ({name}) has no SKU in its catalogue.',
    hint: `Give the inventory item a SKU in ShipBob. ${retryHint}`,
  },
  SHIPPED_NOT_ORDERED: {
    stream: 'shipments',
    sentence: 'Shipment {shipment} holds {quantity} of SKU {sku} that the sales order lacks.',
    hint: `Issue what the order lacks in Infor by hand, or ask ShipBob what was shipped. ${standsHint}`,
  },
  ITEM_CHANGED: {
    stream: 'shipments',
    sentence: 'SKU {sku} now means item {item}; the sales order was posted with item {ordered}.',
    hint: `Correct the mapping with mlc flagged resolve ID --map-to ITEM, or the alias in Infor. ${retryHint}`,
  },
  BUNDLE_INCOMPLETE: {
    stream: 'shipments',
    sentence: 'The parts of bundle {sku} in shipment {shipment} do not make whole bundles.',
    hint: 'Check the bundle in ShipBob, or set orders.bundles to components.',
  },
  LOT_MISSING: {
    stream: 'all',
    sentence: 'Item {item} (SKU {sku}) is lot controlled in Infor and ShipBob gives no lot.',
    hint: 'Track the lot in ShipBob, or issue or receive it by hand and say so: mlc flagged resolve ID --posted-as NUMBER --because TEXT.',
  },
  WAREHOUSE_DIFFERS: {
    stream: 'all',
    sentence: '{record} moved at warehouse {actual}, but {document} names {expected}.',
    hint: 'Change the warehouse in Infor, or let shipments.warehouseDiffers change it.',
  },
  PERIOD_CLOSED: {
    stream: 'all',
    sentence: '{record} moved on {day}, before the first open day {firstOpenDay}.',
    hint: 'Open the period, or set closedPeriod to nextOpenDay.',
  },
  NO_PURCHASE_ORDER: {
    stream: 'receiving',
    sentence:
      'Receiving order {receiving} names no purchase order of Infor (number in ShipBob: {value}).',
    hint: `Correct the purchase order number in ShipBob, or receiving.purchaseOrder. ${retryHint}`,
  },
  PURCHASE_ORDER_NOT_FOUND: {
    stream: 'receiving',
    sentence: 'Purchase order {number} does not exist in Infor.',
    hint: `Enter it, or check receiving.purchaseOrder.pattern. ${retryHint}`,
  },
  PURCHASE_ORDER_CLOSED: {
    stream: 'receiving',
    sentence: 'Purchase order {number} cannot be received: {status}.',
    hint: `Release or reopen it in Infor. ${retryHint}`,
  },
  ITEM_NOT_ON_PURCHASE_ORDER: {
    stream: 'receiving',
    sentence: 'Purchase order {number} has no open line for item {item} (SKU {sku}).',
    hint: `Add the line to the purchase order. ${retryHint}`,
  },
  OVER_RECEIPT: {
    stream: 'receiving',
    sentence: '{quantity} more of item {item} were stowed than purchase order {number} can take.',
    hint: `Raise the purchase order line, or set receiving.overReceipt to accept. ${retryHint}`,
  },
  UNIT_NOT_EXACT: {
    stream: 'receiving',
    sentence: '{quantity} of item {item} is no exact quantity in the purchase unit {unit}.',
    hint: `Check the unit's factor in Infor; a further delivery may also make it even. ${retryHint}`,
  },
  UNIT_UNKNOWN: {
    stream: 'receiving',
    sentence: 'What was booked of item {item} in {unit} cannot be put into its basic unit.',
    hint: 'Check the purchase order line and its unit in Infor.',
  },
  LOT_SUM_DIFFERS: {
    stream: 'receiving',
    sentence: 'The boxes hold {boxes} of SKU {sku}, the receiving order says {line}.',
    hint: 'Ask ShipBob to correct the receiving order; what both confirm was booked.',
  },
  BASELINE_MISSING: {
    stream: 'receiving',
    sentence:
      'Receiving order {receiving} is from before the cut-over and partly stowed; what is booked is not known.',
    hint: `Store what was booked by hand: mlc init --baseline --yes. ${retryHint}`,
  },
} as const satisfies Record<string, FlagReason>;

const sourceReasons = {
  UNKNOWN_ACCOUNT: {
    stream: 'all',
    sentence: 'Dimension {dimension} has no value {value} in division {division}.',
    hint: `Create it in Infor or correct the rule. ${retryHint}`,
  },
  ACCOUNT_BLOCKED: {
    stream: 'all',
    sentence: 'Value {value} of dimension {dimension} ({name}) is {why}.',
    hint: `Release it in Infor or correct the rule. ${retryHint}`,
  },
  NO_COST_RULE: {
    stream: 'costs',
    sentence: 'No cost rule matches fee {fee} ({type}).',
    hint: 'Add a rule under costs.rules, with accounts or with skip.',
  },
  IGNORED_READY: {
    stream: 'all',
    sentence: '{record} was ignored ({reason}); nothing holds up {ready} any more.',
    hint: 'Post it after all with mlc flagged retry ID, or leave it: nothing is posted unasked.',
  },
  SOURCE_CHANGED: {
    stream: 'all',
    sentence: '{record} changed in ShipBob after {key} was booked: {difference}.',
    hint: `Correct the document in Infor by hand. ${standsHint}`,
  },
  ADOPTED_DIFFERENT: {
    stream: 'all',
    sentence: '{key} was found in Infor with another content than planned: {difference}.',
    hint: `Check which is right, and correct Infor by hand if need be. ${standsHint}`,
  },
  SOURCE_REGRESSED: {
    stream: 'all',
    sentence: '{record} went backwards in ShipBob: {difference}.',
    hint: `Check with ShipBob. Take back in Infor by hand what no longer holds. ${standsHint}`,
  },
  SOURCE_UNREADABLE: {
    stream: 'all',
    sentence: '{record} could not be understood: {problem}.',
    hint: 'Keep the evidence and report it; later versions of the record are read as usual.',
  },
  SOURCE_VANISHED: {
    stream: 'all',
    sentence: '{record} no longer exists in ShipBob, but {key} was booked for it.',
    hint: `Check with ShipBob. Take the document back in Infor by hand if need be. ${standsHint}`,
  },
} as const satisfies Record<string, FlagReason>;

/** Every flag there is, by code. */
export const flagReasons = {
  ...orderReasons,
  ...movementReasons,
  ...sourceReasons,
  ...postingReasons,
} as const;

export type FlagCode = keyof typeof flagReasons;

export interface FlagDetails {
  /** What must change for the flag to clear; the key of a need where it is master data. */
  cause: string;
  /** Fills the sentence, and stays with the flag. */
  evidence: JsonObject;
  quantity?: Quantity | null;
  amount?: Amount | null;
  currency?: string | null;
  /** As in FlagDraft. */
  holds?: string[];
}

/** Makes a flag from the table. A name the evidence lacks is shown as `unknown`. */
export function flagDraft(code: FlagCode, details: FlagDetails): FlagDraft {
  const reason: FlagReason = flagReasons[code];
  return {
    code,
    cause: details.cause,
    sentence: filled(reason.sentence, details.evidence),
    hint: reason.hint,
    evidence: details.evidence,
    quantity: details.quantity ?? null,
    amount: details.amount ?? null,
    currency: details.currency ?? null,
    ...(details.holds === undefined ? {} : { holds: details.holds }),
  };
}

/** The reason of a code, or null for a code of another version. */
export function flagReason(code: string): FlagReason | null {
  const found = Object.entries(flagReasons).find(([known]) => known === code);
  return found === undefined ? null : found[1];
}

function filled(template: string, evidence: JsonObject): string {
  return template.replace(/\{(\w+)\}(\.?)/g, (_, name: string, stop: string) => {
    const words = shown(evidence[name]);
    return words.endsWith('.') ? words : words + stop;
  });
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return 'unknown';
  if (Array.isArray(value)) return value.map((part) => shown(part)).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
