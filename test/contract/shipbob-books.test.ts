import { afterEach, describe, expect, it } from 'vitest';
import type { StockEvent, TimeWindow } from '../../src/app/ports.ts';
import { createHttp } from '../../src/runtime/http.ts';
import type { ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import {
  anOrder,
  type Bench,
  COFFEE,
  MUG,
  NOON_MS,
  openBench,
  SPOON,
  smallSeed,
} from '../support/shipbob-sandbox.ts';
import { answeringHttp, instantClock, json, shipbobSource } from '../support/shipbob-source.ts';

const dayMs = 86_400_000;
const http = createHttp();
const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.sandbox.close();
});

async function shelves(
  modes: Partial<ShipbobModes> = {},
  change: Partial<ReturnType<typeof smallSeed>> = {},
) {
  const clock = instantClock(NOON_MS);
  const advance = (durationMs: number) => void clock.sleep(durationMs);
  const bench = await openBench({
    clock: { ...clock, advance },
    seed: { ...smallSeed(), ...change },
    modes: { stockLagMs: 0, ...modes },
  });
  open.push(bench);
  const token = async () => 'full';
  const { books, budget } = shipbobSource(http, { settings: { baseUrl: bench.url }, token, clock });
  return { books, budget, world: bench.sandbox.world, clock: bench.clock };
}

function untilNow(clock: { now(): number }): TimeWindow {
  return { fromMs: NOON_MS - dayMs, toMs: clock.now() + 1 };
}

async function gathered(pages: AsyncGenerator<StockEvent[]>): Promise<StockEvent[]> {
  const all: StockEvent[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

describe('levels', () => {
  it('stand by centre and inventory item, with those of which nothing is there', async () => {
    const { books } = await shelves();

    const levels = await books.levels();

    const of = (centreId: string, sku: string) =>
      levels.find((level) => level.centreId === centreId && level.sku === sku)?.onHand;
    expect(of('8', 'COFFEE')).toBe('102');
    expect(of('10', 'COFFEE')).toBe('0');
    expect(of('10', 'MUG')).toBe('100');
    expect(levels.find(({ sku }) => sku === 'MUG')).toMatchObject({
      inventoryId: String(MUG),
      name: 'Mug',
    });
  });

  it('come from every page, each once, within the shared budget', async () => {
    const products = Array.from({ length: 600 }, (_, index) => ({
      id: 100 + index,
      variantId: 1000 + index,
      inventoryId: 9_000_000 + index,
      sku: `S${index}`,
      name: `Product ${index}`,
    }));
    const { books, budget } = await shelves({}, { products });

    const levels = await books.levels();

    expect(levels).toHaveLength(1200);
    expect(new Set(levels.map((one) => `${one.centreId} ${one.inventoryId}`)).size).toBe(1200);
    expect(budget.taken).toHaveLength(3);
  });

  it('are refused as a whole when a row cannot be understood', async () => {
    const row = { inventory_id: 1, sku: 'A', name: 'A', locations: [{ location_id: 'x' }] };
    const { books } = shipbobSource(answeringHttp(() => json({ items: [row], next: null })));

    await expect(books.levels()).rejects.toMatchObject({
      code: 'SHIPBOB_STOCK_UNREADABLE',
      kind: 'rejected',
    });
  });

  it('may be below nothing', async () => {
    const locations = [{ location_id: 8, on_hand_quantity: -3 }];
    const row = { inventory_id: 1, sku: 'A', name: 'A', locations };
    const { books } = shipbobSource(answeringHttp(() => json({ items: [row, row], next: null })));

    expect(await books.levels()).toMatchObject([{ centreId: '8', onHand: '-3' }]);
  });
});

describe('the inventory history', () => {
  it('tells what each event did to the shelf, signed, with lot and order', async () => {
    const { books, world, clock } = await shelves();
    const order = world.placeOrder(anOrder('R1', { lines: [{ sku: 'COFFEE', quantity: 2 }] }));
    const shipment = order.shipments[0]?.id ?? 0;
    clock.advance(60_000);
    world.shipShipment({ shipmentId: shipment });
    clock.advance(60_000);
    world.plant({ kind: 'adjustStock', centreId: 8, inventoryId: MUG, lot: null, quantity: -4 });
    world.plant({ kind: 'adjustStock', centreId: 8, inventoryId: SPOON, lot: null, quantity: 7 });
    world.plant({ kind: 'adjustStock', centreId: 10, inventoryId: MUG, lot: null, quantity: 1 });

    const events = await gathered(books.history({ centreId: '8', window: untilNow(clock) }));

    expect(events).toMatchObject([
      {
        category: 'OrderPicked',
        inventoryId: String(COFFEE),
        sku: 'COFFEE',
        quantity: '-2',
        lot: 'OLD',
        orderId: String(order.id),
        centreId: '8',
      },
      { category: 'InventoryAdjusted', sku: 'MUG', quantity: '-4', lot: null, orderId: null },
      { category: 'InventoryAdjusted', sku: 'SPOON', quantity: '7' },
    ]);
  });

  it('explains the levels', async () => {
    const { books, world, clock } = await shelves();
    const before = await books.levels();
    for (let made = 1; made <= 300; made += 1) {
      clock.advance(1000);
      world.plant({
        kind: 'adjustStock',
        centreId: 8,
        inventoryId: made % 2 === 0 ? MUG : SPOON,
        lot: null,
        quantity: made % 3 === 0 ? -1 : 2,
      });
    }

    const events = await gathered(books.history({ centreId: '8', window: untilNow(clock) }));
    const after = await books.levels();

    // More than a page of 250.
    expect(events).toHaveLength(300);
    expect(new Set(events.map(({ id }) => id)).size).toBe(300);
    for (const inventoryId of [MUG, SPOON].map(String)) {
      const level = (levels: typeof before) =>
        levels.find((one) => one.centreId === '8' && one.inventoryId === inventoryId)?.onHand;
      const moved = events
        .filter((event) => event.inventoryId === inventoryId)
        .reduce((sum, { quantity }) => sum + Number(quantity), 0);
      expect(Number(level(after)) - Number(level(before))).toBe(moved);
    }
  });

  it('leaves the end of the window out', async () => {
    const { books, world, clock } = await shelves();
    world.plant({ kind: 'adjustStock', centreId: 8, inventoryId: MUG, lot: null, quantity: 1 });
    const { fromMs } = untilNow(clock);

    const window = { fromMs, toMs: NOON_MS };

    expect(await gathered(books.history({ centreId: '8', window }))).toEqual([]);
  });

  it('is refused before it is asked for when it goes further back than ShipBob', async () => {
    const quiet = answeringHttp(() => json({ data: [], next: null }));
    const { books, clock } = shipbobSource(quiet);
    const window = { fromMs: clock.now() - 90 * dayMs - 1, toMs: clock.now() };

    await expect(gathered(books.history({ centreId: '8', window }))).rejects.toMatchObject({
      code: 'HISTORY_TOO_OLD',
      kind: 'rejected',
    });
    expect(quiet.calls).toEqual([]);
  });
});

describe('an event of the inventory history', () => {
  const at = '2026-11-04T10:00:00Z';
  const side = (change: object) => ({ facility_id: 8, sku: 'A', lot_number: null, ...change });

  async function read(...rows: object[]): Promise<StockEvent[]> {
    const data = rows.map((row, index) => ({
      inventory_audit_event_id: index + 1,
      event_datetime: at,
      event_category: 'InventoryAdjusted',
      inventory_id: 7,
      ...row,
    }));
    const { books, clock } = shipbobSource(answeringHttp(() => json({ data, next: null })));
    return gathered(books.history({ centreId: '8', window: untilNow(clock) }));
  }

  it('lowers by its decrement, with a sign or without', async () => {
    const events = await read(
      { decrement: side({ quantity_change: -2 }), increment: null },
      { decrement: side({ quantity_change: 2 }) },
    );

    expect(events.map(({ quantity }) => quantity)).toEqual(['-2', '-2']);
  });

  it('counts only the side that is at the centre', async () => {
    const events = await read({
      decrement: side({ quantity_change: -5 }),
      increment: side({ quantity_change: 5, facility_id: 10 }),
    });

    expect(events).toMatchObject([{ quantity: '-5' }]);
  });

  it('is none when goods changed the shelf, and two when they changed the lot', async () => {
    const moved = await read({
      decrement: side({ quantity_change: -5 }),
      increment: side({ quantity_change: 5 }),
    });
    const relabelled = await read({
      decrement: side({ quantity_change: -5, lot_number: 'L1' }),
      increment: side({ quantity_change: 5, lot_number: 'L2' }),
    });

    expect(moved).toEqual([]);
    expect(relabelled).toMatchObject([
      { quantity: '-5', lot: 'L1' },
      { quantity: '5', lot: 'L2' },
    ]);
  });

  it('met on two pages counts once', async () => {
    const data = [
      {
        inventory_audit_event_id: 1,
        event_datetime: at,
        event_category: 'ReceivingStow',
        inventory_id: 7,
        increment: side({ quantity_change: 5 }),
      },
    ];
    const pages = answeringHttp(({ query }) =>
      json({ data, next: query.Cursor === undefined ? '1' : null }),
    );
    const { books, clock } = shipbobSource(pages);

    const events = await gathered(books.history({ centreId: '8', window: untilNow(clock) }));

    expect(pages.calls).toHaveLength(2);
    expect(events).toHaveLength(1);
  });

  it('that cannot be understood is not left out', async () => {
    await expect(read({ inventory_id: null })).rejects.toMatchObject({
      code: 'SHIPBOB_STOCK_UNREADABLE',
    });
  });
});
