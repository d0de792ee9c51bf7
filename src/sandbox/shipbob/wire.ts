import type { Random } from '../../runtime/random.ts';
import type { Recipient } from './model.ts';

/**
 * A time as ShipBob writes it: UTC, `+00:00`, seven digits of fraction. The digits past the
 * millisecond are made from `salt`, so that a client cannot rely on their being zero.
 */
export function stamp(atMs: number, salt: number): string {
  const iso = new Date(atMs).toISOString();
  const rest = String((salt * 7919) % 10_000).padStart(4, '0');
  return `${iso.slice(0, -1)}${rest}+00:00`;
}

export function stampOrNull(atMs: number | null, salt: number): string | null {
  return atMs === null ? null : stamp(atMs, salt);
}

/** A date: midnight with an offset, as lots carry it. */
export function midnight(atMs: number | null): string | null {
  return atMs === null ? null : `${new Date(atMs).toISOString().slice(0, 10)}T00:00:00+00:00`;
}

export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

export function money(cents: number | null): number | null {
  return cents === null ? null : cents / 100;
}

/**
 * Leaves out about half of the null keys: ShipBob uses null and missing interchangeably. Works in
 * place, on JSON made for one answer, because a page of orders has thousands of keys; `undefined`
 * is what JSON.stringify leaves out.
 */
export function mixNulls(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const [key, each] of Object.entries(value)) {
    if (each === null) {
      if (!Array.isArray(value) && random.next() < 0.5) Reflect.set(value, key, undefined);
    } else if (typeof each === 'object') mixNulls(each, random);
  }
  return value;
}

export function recipientJson(recipient: Recipient): Record<string, unknown> {
  return {
    name: recipient.name,
    email: recipient.email,
    phone_number: recipient.phone,
    address: {
      address1: recipient.address1,
      address2: recipient.address2,
      company_name: recipient.company,
      city: recipient.city,
      state: recipient.state,
      country: recipient.country,
      zip_code: recipient.zip,
    },
  };
}
