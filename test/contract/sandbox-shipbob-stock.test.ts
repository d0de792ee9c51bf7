import { afterEach, describe, expect, it } from 'vitest';
import { anOrder, type Bench, COFFEE, MUG, openBench } from '../support/shipbob-sandbox.ts';

const HOUR_MS = 3_600_000;

let bench: Bench;
afterEach(() => bench.sandbox.close());

function skus(answer: { json: { items: { variants: { sku: string }[] }[] } }) {
  return answer.json.items.map((product) => product.variants[0]?.sku);
}

describe('products', () => {
  it('follow a relative link without a version', async () => {
    bench = await openBench();

    const first = await bench.get('/2026-07/product?PageSize=3');
    const second = await bench.get(`/2026-07${first.json.next}`);

    expect(first.json.next).toMatch(/^\/Product\?cursor=/);
    expect([...skus(first), ...skus(second)]).toEqual(['MUG', 'COFFEE', 'SPOON', 'GIFT']);
    expect(second.json.next).toBeNull();
  });

  it('are found by one SKU, by several, and by inventory id', async () => {
    bench = await openBench();

    const one = await bench.get('/2026-07/product?sku=MUG');
    const several = await bench.get('/2026-07/product?SKU=any:MUG,GIFT');
    const byInventory = await bench.get(`/2026-07/product?InventoryId=${COFFEE}`);
    const encoded = await bench.get('/2026-07/product?SKU=any%3AMUG');

    expect(skus(one)).toEqual(['MUG']);
    expect(skus(several)).toEqual(['MUG', 'GIFT']);
    expect(skus(byInventory)).toEqual(['COFFEE']);
    expect(skus(encoded)).toHaveLength(4);
  });

  it('define a bundle by its components', async () => {
    bench = await openBench();

    const { json } = await bench.get('/2026-07/product?SKU=GIFT');

    expect(json.items[0].variants[0].bundle_definition).toMatchObject([
      { variant_sku: 'MUG', quantity: 1 },
      { variant_sku: 'SPOON', quantity: 2 },
    ]);
  });
});

describe('stock', () => {
  it('trails a shipment by a minute', async () => {
    bench = await openBench();
    const { world } = bench.sandbox;
    const order = world.placeOrder(anOrder('R1', { lines: [{ sku: 'MUG', quantity: 4 }] }));
    world.shipShipment({ shipmentId: order.shipments[0]?.id ?? 0 });
    const onHand = async () =>
      (await bench.get(`/2026-07/inventory-level/${MUG}`)).json.total_on_hand_quantity;

    const early = await onHand();
    bench.clock.advance(60_000);
    const late = await onHand();

    expect([early, late]).toEqual([200, 196]);
  });

  it('is told per location and per lot, with absolute links', async () => {
    bench = await openBench();

    const places = await bench.get(
      `/2026-07/inventory-level/locations?InventoryIds=${MUG},${COFFEE}`,
    );
    const lots = await bench.get(`/2026-07/inventory-level/${COFFEE}/lots`);
    const paged = await bench.get('/2026-07/inventory-level?PageSize=2');
    const next = await fetch(paged.json.next, { headers: { authorization: 'Bearer full' } });

    expect(places.json.items).toHaveLength(2);
    expect(places.json.items[0].locations).toMatchObject([
      { location_id: 8, on_hand_quantity: 100 },
      { location_id: 10, on_hand_quantity: 100 },
    ]);
    expect(lots.json.lots).toMatchObject([
      { lot_number: 'OLD', on_hand_quantity: 2 },
      { lot_number: 'NEW', on_hand_quantity: 100 },
    ]);
    expect(paged.json.next).toContain(`${bench.url}/2026-07/inventory-level?cursor=`);
    expect(next.status).toBe(200);
  });

  it('has an event feed per centre', async () => {
    bench = await openBench();
    const { world } = bench.sandbox;
    const order = world.placeOrder(anOrder('R1'));
    world.shipShipment({ shipmentId: order.shipments[0]?.id ?? 0 });

    const feed = await bench.post('/2026-07/inventory/history:query', { facility_id: 8 });
    const bare = await bench.post('/2026-07/inventory/history:query', {});

    expect(feed.json.data).toMatchObject([
      {
        event_category: 'OrderPicked',
        shipbob_order_id: order.id,
        increment: null,
        decrement: { quantity_change: 1, sku: 'MUG' },
      },
    ]);
    expect(bare.status).toBe(400);
  });
});

describe('billing', () => {
  async function withCharges(count: number): Promise<void> {
    bench = await openBench();
    for (let index = 0; index < count; index += 1) {
      const order = bench.sandbox.world.placeOrder(anOrder(`R${index}`));
      const shipmentId = order.shipments[0]?.id ?? 0;
      const bill = { invoiceCents: 500 + index, invoiceAfterMs: 24 * HOUR_MS };
      bench.sandbox.world.shipShipment({ shipmentId, ...bill });
    }
  }

  it('shows a shipping charge a day after the shipment', async () => {
    await withCharges(1);

    const early = await bench.post('/2026-07/transactions:query', {});
    bench.clock.advance(24 * HOUR_MS);
    const late = await bench.post('/2026-07/transactions:query', {});

    expect(early.json.items).toEqual([]);
    expect(late.json.items).toMatchObject([
      { transaction_fee: 'Shipping', amount: 5, charge_date: '2026-11-02', invoice_id: null },
    ]);
    expect(late.json.items[0].transaction_id).toMatch(/^[0-9A-Z]{26}$/);
  });

  it('takes its cursor from the URL only', async () => {
    await withCharges(3);
    bench.clock.advance(24 * HOUR_MS);
    const ask = { page_size: 2 };

    const first = await bench.post('/2026-07/transactions:query', ask);
    const second = await bench.post(`/2026-07/transactions:query?Cursor=${first.json.next}`, {});
    const inBody = await bench.post('/2026-07/transactions:query', {
      ...ask,
      cursor: first.json.next,
    });

    const amounts = (answer: typeof first) =>
      answer.json.items.map((item: { amount: number }) => item.amount);
    expect([...amounts(first), ...amounts(second)].sort()).toEqual([5, 5.01, 5.02]);
    expect(amounts(inBody)).toEqual(amounts(first));
  });

  it('looks back seven days unless told', async () => {
    await withCharges(1);
    bench.clock.advance(10 * 24 * HOUR_MS);

    const recent = await bench.post('/2026-07/transactions:query', { start_date: '2026-11-01' });
    const all = await bench.post('/2026-07/transactions:query', {
      from_date: '2026-11-01T00:00:00Z',
    });

    expect([recent.json.items.length, all.json.items.length]).toEqual([0, 1]);
  });

  it('invoices the week, and the invoice lists its transactions', async () => {
    await withCharges(2);
    bench.clock.advance(14 * 24 * HOUR_MS);

    const invoices = await bench.get('/2026-07/invoices');
    const [invoice] = invoices.json.items;
    const lines = await bench.get(`/2026-07/invoices/${invoice.invoice_id}/transactions`);

    expect(invoice).toMatchObject({ invoice_type: 'Shipping', amount: 10.01 });
    expect(lines.json.items).toHaveLength(2);
  });
});

describe('places', () => {
  it('lists centres, locations and channels', async () => {
    bench = await openBench();

    const centres = await bench.get('/2026-07/fulfillment-center');
    const locations = await bench.get('/2026-07/location');
    const channels = await bench.get('/2026-07/channel?RecordsPerPage=2');
    const rest = await bench.get(channels.json.next);

    expect(centres.json).toMatchObject([
      { id: 8, name: 'Cicero (IL)', timezone: 'Central Standard Time' },
      { id: 10, name: 'Moreno Valley (CA)', timezone: 'Pacific Standard Time' },
    ]);
    expect(locations.json).toMatchObject([{ id: 8 }, { id: 10 }]);
    expect(channels.json.next).toMatch(/^\/2026-07\/channel\?cursor=/);
    expect([...channels.json.items, ...rest.json.items]).toHaveLength(3);
  });
});
