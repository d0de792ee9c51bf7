import { afterEach, describe, expect, it } from 'vitest';
import { anOrder, type Bench, openBench } from '../support/shipbob-sandbox.ts';

let bench: Bench;
afterEach(() => bench.sandbox.close());

const plan = [{ id: 601, centreId: 8, lines: [{ line: 0, quantity: 1 }] }];

async function open(): Promise<void> {
  bench = await openBench({ modes: { staleReadMs: 60_000 } });
  bench.sandbox.world.placeOrder({ ...anOrder('R1', { shipments: plan }), id: 501 });
}

function stale(match: string): void {
  bench.sandbox.faults.script({ match, kind: 'staleRead', times: 1 });
}

const status = async () => (await bench.get('/2026-07/order/501')).json.status;

describe('a stale read', () => {
  it('tells what stood a minute ago', async () => {
    await open();
    bench.clock.advance(90_000);
    bench.sandbox.world.shipShipment({ shipmentId: 601 });

    stale('GET /order/{orderId}');
    const old = await status();
    bench.clock.advance(60_000);
    stale('GET /order/{orderId}');

    expect([old, await status(), await status()]).toEqual(['Processing', 'Fulfilled', 'Fulfilled']);
  });

  it('does not know an order that was placed since', async () => {
    await open();
    bench.clock.advance(30_000);

    stale('GET /order');
    const list = await bench.get('/2026-07/order');
    stale('GET /order/{orderId}');
    const alone = await bench.get('/2026-07/order/501');

    expect([list.text, alone.status]).toEqual(['[]', 404]);
  });

  it('tells of goods that were stowed, and of a recount, when they are a minute old', async () => {
    await open();
    const items = [{ inventoryId: 8588401, quantity: 10 }];
    const { world } = bench.sandbox;
    const wro = world.createReceiving({
      id: 700,
      centreId: 8,
      purchaseOrderNumber: '4500012',
      expectedAtMs: bench.clock.now(),
      boxes: [{ trackingNumber: '1Z', items }],
    });
    const place = { wroId: wro.id, boxNumber: 1, inventoryId: 8588401 };
    world.stow(place, 6);
    bench.clock.advance(90_000);
    world.recount(place, 4);
    const stowed = async () =>
      (await bench.get('/2026-07/receiving/700')).json.inventory_quantities[0].stowed_quantity;

    stale('GET /receiving/{wroId}');

    expect([await stowed(), await stowed()]).toEqual([6, 4]);
  });

  it('ends when a client writes, which no copy would learn of', async () => {
    await open();
    bench.clock.advance(90_000);
    await bench.post('/2026-07/order/501:cancel', {});
    stale('GET /order/{orderId}');

    expect(await status()).toBe('Cancelled');
    expect(bench.sandbox.faults.counts.size).toBe(0);
  });

  it('is not there unless it was asked for at the start', async () => {
    bench = await openBench();
    stale('GET /order');

    await bench.get('/2026-07/order');

    expect(bench.sandbox.faults.counts.size).toBe(0);
  });
});

describe('an order', () => {
  it('that has vanished comes back as it was', async () => {
    await open();
    bench.sandbox.world.vanishOrder(501);
    const gone = await bench.get('/2026-07/order/501');
    bench.sandbox.world.apply({ kind: 'restoreOrder', orderId: 501 });

    expect([gone.status, await status()]).toEqual([404, 'Processing']);
  });

  it('is changed by the merchant until it is picked', async () => {
    await open();
    const change = { kind: 'changeOrder', orderId: 501, line: 0, quantity: 3 } as const;
    bench.sandbox.world.apply(change);
    const { json } = await bench.get('/2026-07/order/501');
    bench.sandbox.world.pickShipment(601);

    expect(json.products[0].quantity).toBe(3);
    expect(json.shipments[0].products[0].inventory_items[0].quantity).toBe(3);
    expect(() => bench.sandbox.world.apply(change)).toThrow('can no longer be changed');
  });
});

describe('the login', () => {
  it('suffers what calls suffer, and may use a refresh token up unheard', async () => {
    bench = await openBench();
    const { faults } = bench.sandbox;
    const ask = () =>
      fetch(`${bench.url}/connect/token`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'app', client_secret: 'hush', grant_type: 'none' }),
      }).then((answer) => answer.status);
    faults.script({ match: '/connect/token', kind: 'rateLimited', times: 1 });
    faults.script({ match: '/connect/token', kind: 'serverErrorAfter', times: 1 });

    expect([await ask(), await ask(), await ask()]).toEqual([429, 500, 400]);
  });

  it('refuses a fault that it does not know', async () => {
    bench = await openBench();

    const answer = await bench.post('/__faults', { rates: { meteorite: 1 } });

    expect([answer.status, answer.json.error]).toEqual([422, 'There is no fault meteorite.']);
  });
});
