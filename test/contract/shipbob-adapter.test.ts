import { afterEach, describe, expect, it } from 'vitest';
import type { TimeWindow } from '../../src/app/ports.ts';
import { inventoryId, orderId, receivingId } from '../../src/core/schema.ts';
import { createHttp } from '../../src/runtime/http.ts';
import type { ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import type { ShipbobSettings } from '../../src/shipbob/client.ts';
import {
  anOrder,
  type Bench,
  COFFEE,
  MUG,
  NOON_MS,
  openBench,
  SPOON,
  WEB,
} from '../support/shipbob-sandbox.ts';
import { collect, instantClock, shipbobSource, thrownBy } from '../support/shipbob-source.ts';

const MINUTE_MS = 60_000;
const http = createHttp();
let bench: Bench;
afterEach(() => bench.sandbox.close());

/** The adapter against the simulator, both on one clock that moves only by hand or by sleeping. */
async function open(
  options: {
    modes?: Partial<ShipbobModes>;
    settings?: Partial<ShipbobSettings>;
    token?: string;
  } = {},
) {
  const clock = instantClock(NOON_MS);
  const advance = (durationMs: number) => void clock.sleep(durationMs);
  bench = await openBench({
    clock: { ...clock, advance },
    modes: { nulls: 'mixed', ...options.modes },
  });
  const settings = { baseUrl: bench.url, ...options.settings };
  const token = async () => options.token ?? 'full';
  return { ...shipbobSource(http, { settings, token, clock }), world: bench.sandbox.world };
}

function untilNow(): TimeWindow {
  return { fromMs: NOON_MS - MINUTE_MS, toMs: bench.clock.now() + MINUTE_MS };
}

function placeOrders(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    bench.clock.advance(MINUTE_MS);
    return String(bench.sandbox.world.placeOrder(anOrder(`R${index}`)).id);
  });
}

describe('the adapter and the simulated ShipBob', () => {
  it('agree on who we are', async () => {
    const { source } = await open();

    const { channels } = await source.probe();

    expect(channels).toContainEqual(
      expect.objectContaining({ id: String(WEB), scopes: expect.arrayContaining(['orders_read']) }),
    );
  });

  it('agree on every order of a window, over several pages', async () => {
    const { source } = await open({ settings: { pageSize: 3 } });
    const ids = placeOrders(10);
    bench.clock.advance(MINUTE_MS);

    const pages = await collect(source.orders('updated', untilNow()));

    const read = pages.flatMap((page) => page.observations.map((each) => String(each.record.id)));
    expect(new Set(read)).toEqual(new Set(ids));
    expect(pages.flatMap((page) => page.unreadable)).toEqual([]);
    expect(source.callCounts()).toEqual({ 'GET /order': 5 });
  });

  it('agree on a shipment that left with its lot', async () => {
    const { source, world } = await open();
    const order = world.placeOrder(
      anOrder('LOTS', { lines: [{ sku: 'COFFEE', quantity: 2, unitPriceCents: 1250 }] }),
    );
    const shipmentId = order.shipments[0]?.id ?? 0;
    world.pickShipment(shipmentId);
    world.labelShipment({ shipmentId });
    const labelled = await source.order(orderId(String(order.id)));
    bench.clock.advance(MINUTE_MS);
    world.shipShipment({ shipmentId });

    const shipped = await source.order(orderId(String(order.id)));

    // Labelled with a fulfilment date: the goods are picked, packed and gone from the shelf.
    expect(labelled).toMatchObject({ record: { shipments: [{ phase: 'left' }] } });
    expect(shipped).toMatchObject({
      startedAtMs: bench.clock.now(),
      record: {
        phase: 'accepted',
        lines: [{ sku: 'COFFEE', quantity: '2', unitPrice: '12.5' }],
        shipments: [
          {
            id: String(shipmentId),
            phase: 'left',
            leftAtMs: NOON_MS,
            parts: [{ inventoryId: String(COFFEE), quantity: '2', lot: 'OLD' }],
          },
        ],
      },
    });
  });

  it('agree that a vanished order is nothing and a malformed one is unreadable', async () => {
    const { source, world } = await open();
    const [gone = '', odd = '', unknown = ''] = placeOrders(3);
    world.vanishOrder(Number(gone));
    world.malformOrder(Number(odd), 'textQuantity');
    world.malformOrder(Number(unknown), 'unknownStatus');
    bench.clock.advance(MINUTE_MS);

    const [page] = await collect(source.orders('created', untilNow()));

    expect(await source.order(orderId(gone))).toBeNull();
    expect(page?.unreadable).toMatchObject([
      { id: odd, problem: expect.stringContaining('products[0].quantity') },
    ]);
    expect(page?.observations).toMatchObject([
      { record: { id: unknown, phase: 'unrecognised', status: 'Teleported' } },
    ]);
  });

  it('agree on a receiving order that grows, and on its boxes', async () => {
    const { source, world } = await open();
    const wro = world.createReceiving({
      centreId: 8,
      purchaseOrderNumber: '4500012',
      expectedAtMs: NOON_MS + 86_400_000,
      boxes: [
        {
          trackingNumber: 'T1',
          items: [
            { inventoryId: COFFEE, quantity: 10, lot: 'L-9', expiresAtMs: Date.UTC(2027, 5, 30) },
          ],
        },
      ],
    });
    world.arrive(wro.id);
    world.stow({ wroId: wro.id, boxNumber: 1, inventoryId: COFFEE, lot: 'L-9' }, 4);

    const id = receivingId(String(wro.id));
    const [growing] = await collect(source.receivings({ select: 'open' }));
    const boxes = await source.boxes(id);
    world.completeReceiving(wro.id);
    const [closed] = await collect(source.receivings({ select: 'completed', window: untilNow() }));
    const [again] = await collect(source.receivings({ select: 'ids', ids: [id] }));

    const line = { inventoryId: String(COFFEE), expected: '10', stowed: '4' };
    expect(growing?.observations).toMatchObject([
      { record: { id, phase: 'receiving', purchaseOrderNumber: '4500012', lines: [line] } },
    ]);
    expect(boxes).toMatchObject([{ contents: [{ lot: 'L-9', expiresOn: '2027-06-30' }] }]);
    expect(closed?.observations).toMatchObject([
      { record: { id, phase: 'completed', completedAtMs: NOON_MS } },
    ]);
    expect(again?.observations).toHaveLength(1);
  });

  it('agree on charges over several pages', async () => {
    const { source, world } = await open({ settings: { pageSize: 2 } });
    for (let cents = 1; cents <= 5; cents += 1) {
      world.charge({
        type: cents === 5 ? 'Refund' : 'Charge',
        fee: 'Shipping',
        referenceId: String(cents),
        referenceType: 'Shipment',
        amountCents: cents * 111,
        chargedAtMs: NOON_MS - 86_400_000,
        visibleAtMs: NOON_MS,
        invoiceType: 'Shipping',
        centreId: 8,
      });
    }

    const window = { fromMs: NOON_MS - 3 * 86_400_000, toMs: NOON_MS };
    const pages = await collect(source.charges(window));

    const charges = pages.flatMap((page) => page.observations.map((each) => each.record));
    expect(pages).toHaveLength(3);
    expect(charges).toHaveLength(5);
    expect(charges.map((charge) => charge.amount)).toEqual(
      expect.arrayContaining(['1.11', '2.22', '3.33', '4.44', '-5.55']),
    );
    expect(charges.filter((charge) => charge.type === 'refund')).toMatchObject([
      { amount: '-5.55', chargedOn: '2026-11-01', currency: 'USD' },
    ]);
  });

  it('agree on the catalogue', async () => {
    const { source, world } = await open();
    world.addProduct({ id: 9, variantId: 19, inventoryId: 99, sku: 'ODD,SKU:1', name: 'Odd' });

    const facts = await source.catalogue([
      { kind: 'product', sku: 'GIFT' },
      { kind: 'inventory', inventoryId: inventoryId(String(SPOON)) },
      { kind: 'product', sku: 'ODD,SKU:1' },
      { kind: 'product', sku: 'MUG' },
      { kind: 'product', sku: 'NOTHING' },
      { kind: 'inventory', inventoryId: inventoryId('12345') },
      { kind: 'inventory', inventoryId: inventoryId(String(MUG)) },
    ]);

    expect(facts).toMatchObject([
      {
        kind: 'product',
        components: [
          { sku: 'MUG', quantity: '1' },
          { sku: 'SPOON', quantity: '2' },
        ],
      },
      { kind: 'inventory', sku: 'SPOON' },
      { kind: 'product', sku: 'ODD,SKU:1', name: 'Odd' },
      { kind: 'product', components: [] },
      { kind: 'absent' },
      { kind: 'absent' },
      { kind: 'inventory', sku: 'MUG' },
    ]);
  });

  it('agree on credentials that are refused or lack a scope', async () => {
    const { source } = await open({ token: 'wrong', modes: { refusedToken: 'redirect' } });
    const refused = await thrownBy(source.probe());
    await bench.sandbox.close();
    const narrow = await open({ token: 'narrow' });

    const scope = await thrownBy(collect(narrow.source.receivings({ select: 'open' })));

    expect(refused).toMatchObject({ code: 'SHIPBOB_CREDENTIALS_REFUSED' });
    expect(scope).toMatchObject({
      code: 'SHIPBOB_SCOPE_MISSING',
      evidence: { scope: 'receiving_read' },
    });
  });

  it('come through a rate limit and through every fault in turn', async () => {
    const { source, budget } = await open();
    const ids = placeOrders(1);
    bench.clock.advance(MINUTE_MS);
    const kinds = [
      'rateLimited',
      'serverErrorBefore',
      'gatewayTimeoutBefore',
      'resetBefore',
      'truncated',
      'html',
    ] as const;
    for (const kind of kinds) bench.sandbox.faults.script({ match: 'GET /order', kind, times: 1 });

    const [page] = await collect(source.orders('updated', untilNow()));

    expect(page?.observations.map((each) => String(each.record.id))).toEqual(ids);
    expect(bench.sandbox.faults.counts.size).toBe(kinds.length);
    expect(source.callCounts()).toEqual({ 'GET /order': kinds.length + 1 });
    expect(budget.remaining.length).toBeGreaterThan(0);
  });
});
