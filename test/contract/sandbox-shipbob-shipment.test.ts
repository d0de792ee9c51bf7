import { afterEach, describe, expect, it } from 'vitest';
import type { OrderInput } from '../../src/sandbox/shipbob/seed.ts';
import { anOrder, type Bench, COFFEE, MUG, openBench, SPOON } from '../support/shipbob-sandbox.ts';

const HOUR_MS = 3_600_000;

let bench: Bench;
afterEach(() => bench.sandbox.close());

async function place(
  change: Partial<OrderInput> = {},
): Promise<{ id: number; shipments: number[] }> {
  bench = await openBench();
  const order = bench.sandbox.world.placeOrder(anOrder('R1', change));
  return { id: order.id, shipments: order.shipments.map((shipment) => shipment.id) };
}

async function readOrder(id: number) {
  return (await bench.get(`/2026-07/order/${id}`)).json;
}

describe('shipments', () => {
  it('lists a bundle as its components, quantities multiplied', async () => {
    const { id } = await place({ lines: [{ sku: 'GIFT', quantity: 3 }] });

    const order = await readOrder(id);

    expect(order.products).toMatchObject([{ sku: 'GIFT', quantity: 3 }]);
    expect(order.shipments[0].products[0]).toMatchObject({
      sku: 'GIFT',
      inventory_items: [
        { id: MUG, quantity: 3 },
        { id: SPOON, quantity: 6 },
      ],
    });
  });

  it('knows its lots only once picked, the first to expire first', async () => {
    const { id, shipments } = await place({ lines: [{ sku: 'COFFEE', quantity: 3 }] });
    const lots = async () =>
      (await readOrder(id)).shipments[0].products[0].inventory_items.map(
        (item: { lot: string | null; quantity: number }) => [item.lot, item.quantity],
      );

    const before = await lots();
    bench.sandbox.world.pickShipment(shipments[0] ?? 0);
    const after = await lots();

    expect(before).toEqual([[null, 3]]);
    expect(after).toEqual([
      ['OLD', 2],
      ['NEW', 1],
    ]);
    expect(bench.sandbox.books().shipments[0]?.items).toMatchObject([
      { inventoryId: COFFEE, lot: 'OLD', quantity: 2 },
      { inventoryId: COFFEE, lot: 'NEW', quantity: 1 },
    ]);
  });

  it('keeps two lines of one SKU apart', async () => {
    const lines = [
      { sku: 'MUG', quantity: 2, externalLineId: 10 },
      { sku: 'MUG', quantity: 1, externalLineId: 20 },
    ];
    const { id } = await place({ lines });

    const order = await readOrder(id);

    expect(
      order.products.map((line: { external_line_id: number }) => line.external_line_id),
    ).toEqual([10, 20]);
    expect(order.shipments[0].products).toHaveLength(2);
  });

  it('goes from processing over the label to completed and delivered', async () => {
    const { id, shipments } = await place();
    const shipmentId = shipments[0] ?? 0;
    const { world } = bench.sandbox;
    const look = async () => {
      const { status, shipments: rows } = await readOrder(id);
      const [row] = rows;
      const left = row.actual_fulfillment_date !== null;
      return [status, row.status, row.status_details[0]?.id, left, row.delivery_date !== null];
    };

    const seen = [await look()];
    world.labelShipment({ shipmentId });
    seen.push(await look());
    world.shipShipment({ shipmentId });
    seen.push(await look());
    world.deliver(shipmentId);
    seen.push(await look());

    expect(seen).toEqual([
      ['Processing', 'Processing', undefined, false, false],
      ['Processing', 'LabeledCreated', 102, true, false],
      ['Fulfilled', 'Completed', 200, true, false],
      ['Fulfilled', 'Completed', 203, true, true],
    ]);
  });

  it('splits an order over two centres and fulfils it in two steps', async () => {
    const lines = [
      { sku: 'MUG', quantity: 1 },
      { sku: 'SPOON', quantity: 4 },
    ];
    const plan = [
      { centreId: 8, lines: [{ line: 0, quantity: 1 }] },
      { centreId: 10, lines: [{ line: 1, quantity: 4 }] },
    ];
    const { id, shipments } = await place({ lines, shipments: plan });

    bench.sandbox.world.shipShipment({ shipmentId: shipments[0] ?? 0 });
    const half = await readOrder(id);
    bench.sandbox.world.shipShipment({ shipmentId: shipments[1] ?? 0 });
    const whole = await readOrder(id);

    expect([half.status, whole.status]).toEqual(['PartiallyFulfilled', 'Fulfilled']);
    expect(
      whole.shipments.map((each: { location: { name: string } }) => each.location.name),
    ).toEqual(['Cicero (IL)', 'Moreno Valley (CA)']);
  });

  it('may gain a shipment later and move to another centre before it is picked', async () => {
    const { id, shipments } = await place({ lines: [{ sku: 'MUG', quantity: 2 }] });
    const { world } = bench.sandbox;

    world.addShipment(id, { centreId: 8, lines: [{ line: 0, quantity: 1 }] });
    world.reassignShipment(shipments[0] ?? 0, 10);
    const order = await readOrder(id);

    expect(order.shipments.map((each: { location: { id: number } }) => each.location.id)).toEqual([
      10, 8,
    ]);
  });

  it('cancels what is not picked yet, and only that', async () => {
    const { id, shipments } = await place();
    const other = bench.sandbox.world.placeOrder(anOrder('R2'));
    bench.sandbox.world.pickShipment(shipments[0] ?? 0);

    const picked = await bench.post(`/2026-07/order/${id}:cancel`, {});
    const open = await bench.post(`/2026-07/order/${other.id}:cancel`, {});

    expect(picked.json).toMatchObject({
      status: 'Failure',
      canceled_shipment_results: [{ action: 6, is_success: false }],
    });
    expect(open.json).toMatchObject({ status: 'Success', order: { status: 'Cancelled' } });
  });

  it('shows the invoice amount only when billing knows it', async () => {
    const { id, shipments } = await place();
    const bill = { invoiceCents: 777, invoiceAfterMs: 24 * HOUR_MS };
    bench.sandbox.world.shipShipment({ shipmentId: shipments[0] ?? 0, ...bill });

    const early = await readOrder(id);
    bench.clock.advance(24 * HOUR_MS);
    const late = await readOrder(id);

    expect(early.shipments[0].invoice_amount).toBeNull();
    expect(late.shipments[0].invoice_amount).toBe(7.77);
    expect(late.shipments[0].last_update_at).toBe(early.shipments[0].last_update_at);
  });

  it('stays out of stock where the shelf is too empty', async () => {
    const { id, shipments } = await place({ lines: [{ sku: 'MUG', quantity: 500 }] });

    bench.sandbox.world.shipShipment({ shipmentId: shipments[0] ?? 0 });
    const order = await readOrder(id);

    expect(order.status).toBe('Exception');
    expect(order.shipments[0].status_details).toMatchObject([{ id: 303, inventory_id: MUG }]);
    expect(bench.sandbox.books().shipments[0]?.left).toBe(false);
  });

  it('answers 404 for a vanished order and drops it from lists', async () => {
    const { id, shipments } = await place();
    bench.clock.advance(10_000);

    bench.sandbox.world.vanishOrder(id);
    const byId = await bench.get(`/2026-07/order/${id}`);
    const list = await bench.get('/2026-07/order');
    const shipment = await bench.get(`/2026-07/shipment/${shipments[0]}`);

    expect([byId.status, byId.text, list.json, shipment.status]).toEqual([404, '', [], 404]);
  });

  it('breaks one record of a page in three ways', async () => {
    const { id } = await place();
    const { world } = bench.sandbox;

    world.malformOrder(id, 'unknownStatus');
    const status = (await readOrder(id)).status;
    world.malformOrder(id, 'textQuantity');
    const quantity = (await readOrder(id)).products[0].quantity;
    world.malformOrder(id, 'missingProducts');
    const products = (await readOrder(id)).products;

    expect([status, quantity, products]).toEqual(['Teleported', '1 pieces', undefined]);
  });
});

describe('shipment reads', () => {
  it('are served alone and below their order', async () => {
    const { id, shipments } = await place();
    const [shipmentId] = shipments;

    const alone = await bench.get(`/2026-07/shipment/${shipmentId}`);
    const below = await bench.get(`/2026-07/order/${id}/shipment/${shipmentId}`);
    const all = await bench.get(`/2026-07/order/${id}/shipment`);
    const wrong = await bench.get(`/2026-07/order/${id + 1}/shipment/${shipmentId}`);

    expect(below.json).toEqual(alone.json);
    expect(all.json).toEqual([alone.json]);
    expect(wrong.status).toBe(404);
  });

  it('have line items since 2026-01', async () => {
    const { shipments } = await place({ lines: [{ sku: 'COFFEE', quantity: 1 }] });
    bench.sandbox.world.pickShipment(shipments[0] ?? 0);

    const items = await bench.get(`/2026-07/shipment/${shipments[0]}:getLineItems`);
    const old = await bench.get(`/2025-07/shipment/${shipments[0]}:getLineItems`);

    expect(items.json).toMatchObject([
      { inventory_id: COFFEE, quantity: 1, is_lot: true, lot: { lot_number: 'OLD' } },
    ]);
    expect(old.status).toBe(404);
  });

  it('have a timeline only once picked', async () => {
    const { shipments } = await place();
    const path = `/2026-07/shipment/${shipments[0]}/timeline`;

    const before = await bench.get(path);
    bench.sandbox.world.shipShipment({ shipmentId: shipments[0] ?? 0 });
    const after = await bench.get(path);

    expect(before.status).toBe(404);
    expect(after.json.map((entry: { log_type_id: number }) => entry.log_type_id)).toEqual([
      601, 602, 604, 603, 605,
    ]);
  });

  it('give carrier tracking for repeated ids, not for a comma list', async () => {
    const { shipments } = await place();
    const [shipmentId = 0] = shipments;
    bench.sandbox.world.shipShipment({ shipmentId });
    bench.sandbox.world.deliver(shipmentId);

    const good = await bench.get(`/2026-07/shipments-tracking?ShipmentIds=${shipmentId}`);
    const comma = await bench.get(`/2026-07/shipments-tracking?ShipmentIds=${shipmentId},2`);

    expect(good.json).toMatchObject([{ shipment_id: shipmentId, current_status: 'Delivered' }]);
    expect(comma.status).toBe(400);
  });
});
