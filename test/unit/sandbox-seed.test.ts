import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/runtime/random.ts';
import { describeMapping, type MerchantWeek, merchantWeek } from '../../src/sandbox/seed.ts';
import type { ShipbobBooks } from '../../src/sandbox/shipbob/books.ts';
import { createShipbobSandbox } from '../../src/sandbox/shipbob/server.ts';
import { NOON_MS, stillClock } from '../support/shipbob-sandbox.ts';

const DAY_MS = 86_400_000;

function booksAfter(week: MerchantWeek, days: number): ShipbobBooks {
  const clock = stillClock(week.startAtMs + days * DAY_MS);
  const sandbox = createShipbobSandbox({ clock, random: seededRandom(1), seed: week.shipbob });
  return sandbox.books();
}

describe('the merchant’s week', () => {
  it('is the same for the same seed, and another for another', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS });

    expect(merchantWeek({ seed: 5, startAtMs: NOON_MS })).toEqual(week);
    expect(merchantWeek({ seed: 6, startAtMs: NOON_MS })).not.toEqual(week);
  });

  it('ends in the same books whether it was watched or not', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS });
    const clock = stillClock(NOON_MS);
    const watched = createShipbobSandbox({ clock, random: seededRandom(1), seed: week.shipbob });

    for (let hour = 0; hour < 7 * 24; hour += 1) {
      clock.advance(DAY_MS / 24);
      watched.books();
    }

    expect(watched.books()).toEqual(booksAfter(week, 7));
  });

  it('holds every special case with default size', () => {
    const { story } = merchantWeek({ seed: 5, startAtMs: NOON_MS });

    const empty = Object.entries(story).filter(([, ids]) => Array.isArray(ids) && ids.length === 0);

    expect(empty).toEqual([]);
    expect(story.unknownSku.length).toBeGreaterThanOrEqual(5);
  });

  it('has at least five hundred orders, most of them shipped and delivered two weeks later', () => {
    const books = booksAfter(merchantWeek({ seed: 5, startAtMs: NOON_MS }), 14);

    const delivered = books.shipments.filter((shipment) => shipment.deliveredAtMs !== null);
    expect(books.orders.length).toBeGreaterThanOrEqual(500);
    expect(delivered.length).toBeGreaterThan(books.shipments.length * 0.9);
  });

  it('can be a month of five thousand orders, with what comes in week by week', () => {
    const month = merchantWeek({ seed: 5, startAtMs: NOON_MS, orders: 5000, days: 30 });
    const books = booksAfter(month, 32);

    expect(books.orders).toHaveLength(5000);
    expect(books.receiving).toHaveLength(4 * 16);
    const numbers = month.infor.purchaseOrders.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(4 * 11);
    expect(books.shipments.filter((shipment) => shipment.status === 'Exception')).toEqual([]);
    expect(books.stock.filter((row) => row.onHand < 0)).toEqual([]);
    const days = new Set(books.orders.map(({ createdAtMs }) => Math.floor(createdAtMs / DAY_MS)));
    expect(days.size).toBeGreaterThanOrEqual(30);
    const byWeek = new Map<number, number>();
    for (const { chargedAtMs } of books.charges) {
      const week = Math.floor((chargedAtMs - NOON_MS) / (7 * DAY_MS));
      byWeek.set(week, (byWeek.get(week) ?? 0) + 1);
    }
    expect(byWeek.get(3)).toBeGreaterThan((byWeek.get(1) ?? 0) * 0.8);
  });

  it('leaves no shipment stuck for want of stock', () => {
    const books = booksAfter(merchantWeek({ seed: 5, startAtMs: NOON_MS }), 14);

    expect(books.shipments.filter((shipment) => shipment.status === 'Exception')).toEqual([]);
    expect(books.stock.filter((row) => row.onHand < 0)).toEqual([]);
  });

  it('plans nothing impossible', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS });
    const clock = stillClock(NOON_MS + 14 * DAY_MS);
    const sandbox = createShipbobSandbox({ clock, random: seededRandom(1), seed: week.shipbob });

    sandbox.books();

    expect(sandbox.world.problems).toEqual([]);
    expect(sandbox.world.pendingEvents()).toBe(0);
  });

  it('picks some items from two lots', () => {
    const books = booksAfter(merchantWeek({ seed: 5, startAtMs: NOON_MS }), 14);

    const twoLots = books.shipments.filter((shipment) => {
      const ids = shipment.items.map((item) => item.inventoryId);
      return new Set(ids).size < ids.length;
    });
    expect(twoLots.length).toBeGreaterThan(0);
  });

  it('gives the ERP stock for every issue, lot by lot, in its own unit', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS });
    const warehouses = new Map(describeMapping(week).centres.map((c) => [c.id, c.warehouse]));
    const onHand = new Map<string, number>();
    for (const item of week.infor.items) {
      for (const row of item.warehouses) {
        onHand.set(`${item.number}|${row.warehouse}|${row.lot ?? ''}`, Number(row.onHand));
      }
    }

    for (const shipment of booksAfter(week, 14).shipments.filter((each) => each.left)) {
      for (const { sku, lot, quantity } of shipment.items) {
        if (week.story.unknownSkus.includes(sku)) continue;
        const alias = week.infor.aliases.find((each) => each.alias === sku);
        const warehouse = warehouses.get(shipment.centreId ?? 0);
        const key = `${alias?.item ?? sku}|${warehouse}|${lot ?? ''}`;
        onHand.set(key, (onHand.get(key) ?? Number.NaN) - quantity * Number(alias?.quantity ?? 1));
      }
    }

    expect([...onHand].filter(([, left]) => !(left >= 0))).toEqual([]);
  });

  it('keeps codes within what M3 can hold', () => {
    const { infor } = merchantWeek({ seed: 5, startAtMs: NOON_MS });

    const items = infor.items.map((item) => item.number);
    expect(items.filter((number) => !/^[A-Z0-9-]{1,15}$/.test(number))).toEqual([]);
    expect(new Set(items).size).toBe(items.length);
    expect(infor.purchaseOrders.filter((order) => order.number.length > 10)).toEqual([]);
  });

  it('brings receipts in steps, short, over, in lots and split', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS });
    const books = booksAfter(week, 8);
    const { receiving } = week.story;
    const stowed = (id: number) =>
      books.receiving.find((wro) => wro.id === id)?.stowed.map((row) => [row.lot, row.quantity]);

    expect(stowed(receiving.short)).toEqual([[null, 42]]);
    expect(stowed(receiving.over)).toEqual([[null, 64]]);
    expect(stowed(receiving.lots)).toEqual([
      ['H2611A', 60],
      ['H2611B', 40],
      [null, 50],
    ]);
    expect(stowed(receiving.splitOff)).toEqual([[null, 30]]);
    expect(stowed(receiving.unfinished)).toEqual([
      ['C2611A', 30],
      ['C2611B', 15],
    ]);
    expect(books.receiving.find((wro) => wro.id === receiving.cancelled)?.status).toBe('Cancelled');
  });

  it('grows to a backfill of many orders', () => {
    const week = merchantWeek({ seed: 5, startAtMs: NOON_MS, orders: 20_000 });

    const books = booksAfter(week, 14);

    expect(books.orders.length).toBe(20_000);
    expect(books.shipments.filter((shipment) => shipment.status === 'Exception')).toEqual([]);
    expect(new Set(books.shipments.map((shipment) => shipment.id)).size).toBe(
      books.shipments.length,
    );
    expect(new Set(books.charges.map((charge) => charge.id)).size).toBe(books.charges.length);
  });
});
