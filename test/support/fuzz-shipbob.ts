import type { SourcePage, SubscriptionSource } from '../../src/app/ports.ts';
import type { SourceRecord } from '../../src/core/glossary.ts';
import { inventoryId, orderId, receivingId, shipmentId } from '../../src/core/schema.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import { createShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import { createSubscriptionSource } from '../../src/shipbob/subscriptions.ts';
import { type Answered, type Damage, damaged } from './fuzz.ts';
import {
  collect,
  instantClock,
  openBudget,
  shipbobSource,
  type TestSource,
} from './shipbob-source.ts';

const startMs = Date.UTC(2026, 10, 2);
const week = merchantWeek({ seed: 3, startAtMs: startMs });
/** Narrow, so that a sweep has a handful of pages and a run takes milliseconds. */
const window = { fromMs: startMs + 50 * 3_600_000, toMs: startMs + 56 * 3_600_000 };

/** A simulated week whose valid answers are kept, so that every run sees the same ones. */
export interface ShipbobWeek {
  orderIds: string[];
  shipmentIds: string[];
  receivingIds: string[];
  answer(call: HttpCall): Promise<Answered>;
}

export function shipbobWeek(): ShipbobWeek {
  let nowMs = week.endAtMs;
  const clock = { now: () => nowMs, sleep: async () => {} };
  const sandbox = createShipbobSandbox({ clock, random: seededRandom(1), seed: week.shipbob });
  const books = sandbox.books();
  const orders = books.orders.filter(({ vanished }) => !vanished);
  const kept = new Map<string, Answered>();
  return {
    orderIds: orders.map(({ id }) => String(id)),
    shipmentIds: books.shipments.map(({ id }) => String(id)),
    receivingIds: books.receiving.map(({ id }) => String(id)),
    async answer({ method, url, headers, body }) {
      const { pathname, search } = new URL(url);
      const key = `${method} ${pathname}${search} ${body ?? ''}`;
      const known = kept.get(key);
      if (known !== undefined && method === 'GET') return known;
      // One call a minute, so that the simulated limit is never in the way.
      nowMs += 60_000;
      const lower = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      );
      const given = await sandbox.handle({
        method,
        path: pathname,
        query: search.slice(1),
        headers: lower,
        body: body ?? '',
      });
      const answer = {
        status: given.status,
        headers: Object.fromEntries(
          Object.entries(given.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        text: given.body ?? '',
      };
      kept.set(key, answer);
      return answer;
    },
  };
}

export interface DamagedShipbob extends TestSource {
  subscriptions: SubscriptionSource;
  /** What was answered in the end, in order. */
  answered: Answered[];
}

/** The real reader over answers to which the plan happens in turn. */
export function damagedShipbob(of: ShipbobWeek, plan: readonly Damage[][]): DamagedShipbob {
  const answered: Answered[] = [];
  const http: Http = {
    async send(call): Promise<HttpOutcome> {
      const turn = plan[answered.length % plan.length] ?? [];
      const answer = damaged(await of.answer(call), turn);
      answered.push(answer);
      return { kind: 'answer', ...answer, durationMs: 1 };
    },
    close() {},
  };
  const token = async () => week.shipbob.tokens[0]?.token ?? '';
  const clock = instantClock(week.endAtMs);
  const settings = { pageSize: 5, receivingPageSize: 5 };
  const test = shipbobSource(http, { clock, token, settings });
  const note = () => {};
  const subscriptions = createSubscriptionSource({
    http,
    clock,
    random: seededRandom(1),
    log: { debug: note, info: note, warn: note, error: note },
    token,
    budget: openBudget(),
    settings: {
      baseUrl: 'https://api.shipbob.test',
      apiVersion: '2026-07',
      channels: null,
      pageSize: 5,
      receivingPageSize: 5,
      callsPerMinute: 150,
      timeoutMs: 5_000,
      retry: { baseMs: 500, capMs: 8_000, deadlineMs: 120_000 },
    },
  });
  return { ...test, subscriptions, answered };
}

/** Every route that is read or written, with what came of it; pages are collected. */
export const shipbobActs: Record<
  string,
  (of: DamagedShipbob, ids: ShipbobWeek) => Promise<unknown>
> = {
  channels: ({ source }) => source.probe(),
  'orders by update': ({ source }) => collect(source.orders('updated', window)),
  'orders by tracking': ({ source }) => collect(source.orders('tracking', window)),
  'orders by creation': ({ source }) => collect(source.orders('created', window)),
  'an order': ({ source }, { orderIds }) => source.order(orderId(orderIds[0] ?? '1')),
  'a shipment': ({ source }, { shipmentIds }) =>
    source.orderOfShipment(shipmentId(shipmentIds[0] ?? '1')),
  'open receiving orders': ({ source }) => collect(source.receivings({ select: 'open' })),
  'completed receiving orders': ({ source }) =>
    collect(source.receivings({ select: 'completed', window })),
  'cancelled receiving orders': ({ source }) =>
    collect(source.receivings({ select: 'cancelled', insertedFromMs: window.fromMs })),
  'receiving orders by id': ({ source }, { receivingIds }) =>
    collect(source.receivings({ select: 'ids', ids: receivingIds.map(receivingId) })),
  boxes: ({ source }, { receivingIds }) => source.boxes(receivingId(receivingIds[0] ?? '1')),
  charges: ({ source }) => collect(source.charges(window)),
  catalogue: ({ source }) =>
    source.catalogue([
      ...(week.shipbob.products ?? []).slice(0, 3).flatMap(({ sku, inventoryId: id }) => [
        { kind: 'product' as const, sku },
        { kind: 'inventory' as const, inventoryId: inventoryId(String(id)) },
      ]),
    ]),
  'stock levels': ({ books }) => books.levels(),
  'stock history': async ({ books }) => {
    const events = [];
    for await (const some of books.history({ centreId: '8', window })) events.push(...some);
    return events;
  },
  'subscriptions listed': ({ subscriptions }) => subscriptions.list(),
  'a subscription deleted': ({ subscriptions }) => subscriptions.remove('7'),
  'a subscription made': ({ subscriptions }) =>
    subscriptions.create({
      url: 'https://mlc.example.com/shipbob',
      topics: ['order.shipped'],
      description: 'mlc',
    }),
};

/** Ids of all rows, understood or not. */
export function idsOf<T extends SourceRecord>(pages: readonly SourcePage<T>[]): Set<string | null> {
  return new Set(
    pages.flatMap(({ observations, unreadable }) => [
      ...observations.map(({ record }) => String(record.id)),
      ...unreadable.map(({ id }) => id),
    ]),
  );
}

export { window as weekWindow };
