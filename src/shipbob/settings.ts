import type { Store } from '../app/ports.ts';

/** How to reach one ShipBob account. */
export interface ShipbobSettings {
  /** Scheme and host, e.g. `https://api.shipbob.com`; the version is added. */
  baseUrl: string;
  /** A dated version such as `2026-07`. */
  apiVersion: string;
  /** Channel ids to read; null reads every channel the token may. */
  channels: string[] | null;
  /** Rows per page of orders, charges and catalogue; 1–250. */
  pageSize: number;
  /** Rows per page of receiving orders; ShipBob states no maximum, 100 is known to work. */
  receivingPageSize: number;
  /** Our own limit, at or below ShipBob's 150 per sliding minute. */
  callsPerMinute: number;
  /** Bounds one exchange, in real milliseconds. */
  timeoutMs: number;
  retry: { baseMs: number; capMs: number; deadlineMs: number };
}

/** The call budget that all processes of one installation share through the store. */
export type CallBudget = Pick<Store, 'takeCall' | 'noteRemaining'>;

/** Name of the shared budget's row. */
export const upstream = 'shipbob';
/**
 * ShipBob counts calls per sliding minute (reference: shipbob-api §3), when they arrive; we count
 * them when they leave. One that was long under way and one that was not are nearer to each other
 * there than here, by this margin at most: without it a full window would now and then be overfull.
 */
const windowMs = 60_000 + 2_000;

/** What the store is asked with about this budget. */
export function windowOf(settings: Pick<ShipbobSettings, 'callsPerMinute'>): {
  upstream: string;
  limit: number;
  windowMs: number;
} {
  return { upstream, limit: settings.callsPerMinute, windowMs };
}
