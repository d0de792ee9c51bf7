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
