import type { HttpAnswer } from '../../runtime/http-server.ts';
import type { Query } from './query.ts';
import type { ShipbobState } from './state.ts';
import type { ShipbobWorld } from './world.ts';

export const VERSIONS = ['2025-07', '2026-01', '2026-07'] as const;

/** One call that passed the version, token, rate and scope checks. */
export interface Call {
  world: ShipbobWorld;
  /** The world's state. */
  state: ShipbobState;
  version: string;
  /** Scheme, host and port, for links. */
  baseUrl: string;
  query: Query;
  /** As asked for, the version included. */
  path: string;
  params: Record<string, string>;
  /** The parsed body; undefined where there was none or it was not JSON. */
  body: unknown;
  /** The `shipbob_channel_id` header. */
  channelId: number | null;
  /** Drops about half of the null keys where that mode is on. */
  loose(value: unknown): unknown;
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the version; `{name}` takes one segment without a colon. */
  path: string;
  scope: string;
  since?: (typeof VERSIONS)[number];
  answer(call: Call): HttpAnswer;
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Finds the route of a path below the version. Case does not matter. */
export function createRouter(routes: readonly Route[]) {
  const compiled = routes.map((route) => ({
    route,
    names: [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''),
    pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '([^/:]+)')}/?$`, 'i'),
  }));
  return (method: string, path: string, version: string): Match | null => {
    for (const { route, names, pattern } of compiled) {
      if (route.method !== method || (route.since && version < route.since)) continue;
      const found = pattern.exec(path);
      if (!found) continue;
      const params = Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? '']));
      return { route, params };
    }
    return null;
  };
}

/** The named id of the path, or null for what is not a whole number. */
export function idOf(call: Call, name: string): number | null {
  const text = call.params[name] ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}
