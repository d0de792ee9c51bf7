import { seededRandom } from '../../src/runtime/random.ts';
import type { Recipient, ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import type { OrderInput, ShipbobSeed } from '../../src/sandbox/shipbob/seed.ts';
import { createShipbobSandbox, type ShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import { ALL_SCOPES, CENTRES, CHANNELS } from '../../src/sandbox/shipbob/week-catalogue.ts';

/** Monday, 2 November 2026, noon UTC. */
export const NOON_MS = Date.UTC(2026, 10, 2, 12);
export const WEB = 432951;

export const MUG = 8588401;
export const COFFEE = 8588402;
export const SPOON = 8588403;

/** Stands still unless moved: what a test sees depends on nothing else. */
export interface StillClock {
  now(): number;
  sleep(durationMs: number): Promise<void>;
  advance(durationMs: number): void;
}

export function stillClock(atMs = NOON_MS): StillClock {
  let nowMs = atMs;
  return {
    now: () => nowMs,
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
    advance(durationMs) {
      nowMs += durationMs;
    },
  };
}

export const DANA: Recipient = {
  name: 'Dana Reyes',
  email: 'dana@example.com',
  phone: null,
  address1: '100 N Racine Ave',
  address2: null,
  company: null,
  city: 'Chicago',
  state: 'IL',
  country: 'US',
  zip: '60607',
};

export function smallSeed(): ShipbobSeed {
  const far = NOON_MS + 400 * 86_400_000;
  const lot = { centreId: 8, inventoryId: COFFEE };
  return {
    centres: CENTRES,
    channels: CHANNELS,
    tokens: [
      { token: 'full', application: 'SMA', scopes: [...ALL_SCOPES] },
      { token: 'narrow', application: 'Old', scopes: ['orders_read'] },
    ],
    clients: [{ clientId: 'app', clientSecret: 'hush', scopes: [...ALL_SCOPES] }],
    products: [
      { id: 1, variantId: 11, inventoryId: MUG, sku: 'MUG', name: 'Mug' },
      {
        id: 2,
        variantId: 12,
        inventoryId: COFFEE,
        sku: 'COFFEE',
        name: 'Coffee',
        lotTracked: true,
      },
      { id: 3, variantId: 13, inventoryId: SPOON, sku: 'SPOON', name: 'Spoon' },
      {
        id: 4,
        variantId: 14,
        inventoryId: 8588404,
        sku: 'GIFT',
        name: 'Gift Set',
        components: [
          { sku: 'MUG', quantity: 1 },
          { sku: 'SPOON', quantity: 2 },
        ],
      },
    ],
    stock: [
      ...CENTRES.flatMap(({ id }) =>
        [MUG, SPOON].map((inventoryId) => ({
          centreId: id,
          inventoryId,
          lot: null,
          expiresAtMs: null,
          quantity: 100,
        })),
      ),
      { ...lot, lot: 'OLD', expiresAtMs: NOON_MS + 90 * 86_400_000, quantity: 2 },
      { ...lot, lot: 'NEW', expiresAtMs: far, quantity: 100 },
    ],
    events: [],
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Read by path; a test that reads a wrong one fails. */
  json: ReturnType<JSON['parse']>;
}

export interface Bench {
  sandbox: ShipbobSandbox;
  clock: StillClock;
  url: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  send(method: string, path: string): Promise<Answer>;
}

export async function openBench(
  settings: { seed?: ShipbobSeed; modes?: Partial<ShipbobModes>; clock?: StillClock } = {},
): Promise<Bench> {
  const clock = settings.clock ?? stillClock();
  const sandbox = createShipbobSandbox({
    clock,
    random: seededRandom(7),
    seed: settings.seed ?? smallSeed(),
    modes: { nulls: 'kept', ...settings.modes },
  });
  const { url, token } = await sandbox.listen(0);
  async function call(method: string, path: string, init: RequestInit): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...Object.fromEntries(new Headers(init.headers)),
    };
    const response = await fetch(`${url}${path}`, { ...init, method, headers, redirect: 'manual' });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }
  return {
    sandbox,
    clock,
    url,
    get: (path, headers = {}) => call('GET', path, { headers }),
    post: (path, body, headers = {}) => call('POST', path, { headers, body: JSON.stringify(body) }),
    send: (method, path) => call(method, path, {}),
  };
}

/** Sets an order into the world; with everything a default. */
export function anOrder(reference: string, change: Partial<OrderInput> = {}): OrderInput {
  return {
    referenceId: reference,
    orderNumber: reference,
    type: 'DTC',
    channelId: WEB,
    recipient: DANA,
    lines: [{ sku: 'MUG', quantity: 1, unitPriceCents: 1450 }],
    ...change,
  };
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}
