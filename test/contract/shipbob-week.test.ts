import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourcePage } from '../../src/app/ports.ts';
import type { SourceRecord } from '../../src/core/glossary.ts';
import { createHttp } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import { createShipbobSandbox, type ShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import {
  collect,
  instantClock,
  shipbobSource,
  type TestSource,
} from '../support/shipbob-source.ts';

const START_MS = Date.UTC(2026, 10, 2);
const WEEK = merchantWeek({ seed: 3, startAtMs: START_MS });
const WINDOW = { fromMs: START_MS - 86_400_000, toMs: WEEK.endAtMs };

let sandbox: ShipbobSandbox;
let bench: TestSource;

beforeEach(async () => {
  const clock = instantClock(WEEK.endAtMs);
  sandbox = createShipbobSandbox({ clock, random: seededRandom(1), seed: WEEK.shipbob });
  const { url, token } = await sandbox.listen(0);
  sandbox.faults.setRates({
    rateLimited: 0.03,
    serverErrorBefore: 0.03,
    html: 0.03,
    truncated: 0.03,
    resetBefore: 0.03,
  });
  bench = shipbobSource(createHttp(), {
    clock,
    token: async () => token,
    settings: { baseUrl: url, pageSize: 20, receivingPageSize: 3 },
  });
});
afterEach(() => sandbox.close());

/** Ids of all rows, understood or not. */
function idsOf<T extends SourceRecord>(pages: readonly SourcePage<T>[]): Set<string | null> {
  return new Set(
    pages.flatMap((page) => [
      ...page.observations.map(({ record }) => String(record.id)),
      ...page.unreadable.map(({ id }) => id),
    ]),
  );
}

describe('a whole week behind a bad connection', () => {
  it('gives every order there is, and flags the malformed ones', async () => {
    const pages = await collect(bench.source.orders('updated', WINDOW));

    const held = sandbox.books().orders.filter((order) => !order.vanished);
    expect(idsOf(pages)).toEqual(new Set(held.map(({ id }) => String(id))));
    const broken = held.filter(({ malformed }) => malformed && malformed !== 'unknownStatus');
    const unreadable = new Set(pages.flatMap((page) => page.unreadable.map(({ id }) => id)));
    expect(unreadable).toEqual(new Set(broken.map(({ id }) => String(id))));
    expect(sandbox.faults.counts.size).toBeGreaterThan(0);
  });

  it('gives every shipment that left, with exact quantities by item and lot', async () => {
    const pages = await collect(bench.source.orders('updated', WINDOW));

    const read = new Map<string, Record<string, number>>();
    for (const { record } of pages.flatMap((page) => page.observations)) {
      for (const shipment of record.shipments.filter(({ phase }) => phase === 'left')) {
        const sums: Record<string, number> = {};
        for (const { inventoryId, lot, quantity } of shipment.parts) {
          const place = `${inventoryId}/${lot}`;
          sums[place] = (sums[place] ?? 0) + Number(quantity);
        }
        read.set(shipment.id, sums);
      }
    }
    const books = sandbox.books();
    const missing = new Set(
      books.orders
        .filter(({ vanished, malformed }) => vanished || malformed)
        .flatMap(({ shipmentIds }) => shipmentIds),
    );
    const left = books.shipments.filter(
      ({ id, status, left }) => left && status === 'Completed' && !missing.has(id),
    );
    for (const { id, items } of left) {
      const sums = items.map((item) => [`${item.inventoryId}/${item.lot}`, item.quantity]);
      expect(read.get(String(id))).toEqual(Object.fromEntries(sums));
    }
    expect(left.length).toBeGreaterThan(300);
  });

  it('gives every receiving order exactly one way', async () => {
    const { source } = bench;
    const open = await collect(source.receivings({ select: 'open' }));
    const completed = await collect(source.receivings({ select: 'completed', window: WINDOW }));
    const cancelled = await collect(source.receivings({ select: 'cancelled', insertedFromMs: 0 }));

    const found = [open, completed, cancelled].flatMap((pages) => [...idsOf(pages)]);
    expect(found.sort()).toEqual(
      sandbox
        .books()
        .receiving.map(({ id }) => String(id))
        .sort(),
    );
  });

  it('gives every charge that billing shows by then, exactly', async () => {
    const pages = await collect(bench.source.charges(WINDOW));

    const amounts = new Map(
      pages.flatMap((page) =>
        page.observations.map(({ record }) => [String(record.id), record.amount] as const),
      ),
    );
    const shown = sandbox
      .books()
      .charges.filter(
        ({ visibleAtMs, chargedAtMs }) => visibleAtMs <= WEEK.endAtMs && chargedAtMs < WINDOW.toMs,
      );
    expect(new Set(amounts.keys())).toEqual(new Set(shown.map(({ id }) => id)));
    const cents = [...amounts.values()].map((amount) => Math.abs(Math.round(Number(amount) * 100)));
    expect(cents.reduce((sum, each) => sum + each, 0)).toBe(
      shown.reduce((sum, { amountCents }) => sum + Math.abs(amountCents), 0),
    );
  });
});
