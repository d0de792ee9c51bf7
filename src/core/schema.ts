/**
 * The branded words of the vocabulary and the only ways to make them. A brand costs nothing at run
 * time; it keeps a shipment id out of a place that wants an order id.
 */
import { defect } from './problem.ts';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** ShipBob ids are 32- or 64-bit integers; kept as text so that no digit is lost. */
export type OrderId = Branded<'OrderId'>;
export type ShipmentId = Branded<'ShipmentId'>;
export type ReceivingId = Branded<'ReceivingId'>;
export type InventoryId = Branded<'InventoryId'>;
/** ShipBob's billing transaction id, a 26-character ULID. */
export type ChargeId = Branded<'ChargeId'>;

/** Names one document in Infor for ever: upper-case `[A-Z0-9-]`, see external-key.ts. */
export type ExternalKey = Branded<'ExternalKey'>;

/** An exact decimal as canonical text: no exponent, no trailing zeros, `-` only when below zero. */
export type Quantity = Branded<'Quantity'>;
/** Money as an exact decimal text; the currency stands beside it. */
export type Amount = Branded<'Amount'>;

/** A calendar day, `yyyy-mm-dd`. */
export type Day = Branded<'Day'>;

const digits = /^\d{1,19}$/;
const decimal = /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/;
const day = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const key = /^[A-Z0-9-]{1,20}$/;

function check(text: string, pattern: RegExp, name: string): void {
  if (!pattern.test(text)) throw defect(`not a ${name}: ${JSON.stringify(text)}`);
}

export function orderId(text: string): OrderId {
  check(text, digits, 'ShipBob order id');
  return text as OrderId;
}
export function shipmentId(text: string): ShipmentId {
  check(text, digits, 'ShipBob shipment id');
  return text as ShipmentId;
}
export function receivingId(text: string): ReceivingId {
  check(text, digits, 'ShipBob receiving order id');
  return text as ReceivingId;
}
export function inventoryId(text: string): InventoryId {
  check(text, digits, 'ShipBob inventory id');
  return text as InventoryId;
}
export function chargeId(text: string): ChargeId {
  check(text, /^[0-9A-Za-z]{1,26}$/, 'ShipBob transaction id');
  return text as ChargeId;
}
export function externalKey(text: string): ExternalKey {
  check(text, key, 'external key');
  return text as ExternalKey;
}
/** Text that is already canonical; use `parseQuantity` in quantity.ts for text from outside. */
export function canonicalQuantity(text: string): Quantity {
  check(text, decimal, 'canonical quantity');
  return text as Quantity;
}
export function canonicalAmount(text: string): Amount {
  check(text, decimal, 'canonical amount');
  return text as Amount;
}
export function calendarDay(text: string): Day {
  check(text, day, 'calendar day (yyyy-mm-dd)');
  return text as Day;
}
