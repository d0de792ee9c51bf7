import { afterEach, describe, expect, it } from 'vitest';
import type { WroInput } from '../../src/sandbox/shipbob/seed.ts';
import { type Bench, COFFEE, MUG, NOON_MS, openBench } from '../support/shipbob-sandbox.ts';

const DAY_MS = 86_400_000;

let bench: Bench;
afterEach(() => bench.sandbox.close());

function aDelivery(change: Partial<WroInput> = {}): WroInput {
  return {
    id: 443001,
    centreId: 8,
    purchaseOrderNumber: '4500011',
    expectedAtMs: NOON_MS + DAY_MS,
    boxes: [{ trackingNumber: '1Z1', items: [{ inventoryId: MUG, quantity: 50 }] }],
    ...change,
  };
}

async function open(change: Partial<WroInput> = {}): Promise<Bench> {
  bench = await openBench();
  bench.sandbox.world.createReceiving(aDelivery(change));
  return bench;
}

const box = { wroId: 443001, boxNumber: 1, inventoryId: MUG };

async function read() {
  return (await bench.get('/2026-07/receiving/443001')).json;
}

describe('receiving orders', () => {
  it('grow by stowing and end with what was stowed', async () => {
    const { sandbox, clock } = await open();
    const look = async () => {
      const { status, inventory_quantities: rows } = await read();
      return [
        status,
        rows[0].expected_quantity,
        rows[0].received_quantity,
        rows[0].stowed_quantity,
      ];
    };

    const seen = [await look()];
    clock.advance(DAY_MS);
    sandbox.world.arrive(443001);
    seen.push(await look());
    sandbox.world.stow(box, 20);
    seen.push(await look());
    sandbox.world.stow(box, 22);
    seen.push(await look());
    sandbox.world.completeReceiving(443001);
    seen.push(await look());

    expect(seen).toEqual([
      ['Awaiting', 50, 0, 0],
      ['Arrived', 50, 0, 0],
      ['Processing', 50, 0, 20],
      ['Processing', 50, 0, 42],
      ['Completed', 50, 42, 42],
    ]);
    expect(sandbox.books().receiving[0]?.stowed).toEqual([
      { inventoryId: MUG, sku: 'MUG', lot: null, quantity: 42 },
    ]);
  });

  it('keep the date of creation as last update, whatever happens', async () => {
    const { sandbox, clock } = await open();
    const before = (await read()).last_updated_date;

    clock.advance(DAY_MS);
    sandbox.world.stow(box, 20);

    expect((await read()).last_updated_date).toBe(before);
  });

  it('have lots in their boxes only', async () => {
    const items = [
      { inventoryId: COFFEE, quantity: 60, lot: 'H1', expiresAtMs: NOON_MS + 90 * DAY_MS },
      { inventoryId: COFFEE, quantity: 40, lot: 'H2', expiresAtMs: NOON_MS + 120 * DAY_MS },
    ];
    const { sandbox } = await open({ boxes: [{ trackingNumber: '1Z1', items }] });
    sandbox.world.stow({ ...box, inventoryId: COFFEE, lot: 'H2' }, 15);

    const wro = await read();
    const boxes = await bench.get('/2026-07/receiving/443001/boxes');

    expect(wro.inventory_quantities).toMatchObject([
      { expected_quantity: 100, stowed_quantity: 15 },
    ]);
    expect(wro.inventory_quantities[0]).not.toHaveProperty('lot_number');
    expect(boxes.json[0].box_items).toMatchObject([
      { lot_number: 'H1', stowed_quantity: 0 },
      { lot_number: 'H2', stowed_quantity: 15, lot_date: '2027-03-02T00:00:00+00:00' },
    ]);
  });

  it('take a small surplus and set a large one aside', async () => {
    const { sandbox } = await open();

    sandbox.world.stow(box, 53);
    const small = (await read()).inventory_quantities[0].stowed_quantity;
    sandbox.world.stow(box, 10);
    const large = (await read()).inventory_quantities[0].stowed_quantity;
    const aside = await bench.get('/2026-07/unidentified-receiving-order');

    expect([small, large]).toEqual([53, 53]);
    expect(aside.json.items[0].inventory_quantities).toEqual([{ inventory_id: MUG, quantity: 10 }]);
  });

  it('may lose stowed goods by a recount after completion', async () => {
    const { sandbox } = await open();
    sandbox.world.stow(box, 50);
    sandbox.world.completeReceiving(443001);

    sandbox.world.recount(box, 48);

    expect((await read()).inventory_quantities[0].stowed_quantity).toBe(48);
  });

  it('may be split into an order without a link to the first', async () => {
    const two = [
      { trackingNumber: '1Z1', items: [{ inventoryId: MUG, quantity: 50 }] },
      { trackingNumber: '1Z2', items: [{ inventoryId: MUG, quantity: 30 }] },
    ];
    const { sandbox } = await open({ boxes: two });
    const split = { wroId: 443001, boxNumber: 2, newId: 443077, keepNumber: true };
    sandbox.world.apply({ kind: 'splitReceiving', ...split });

    const rows = (await bench.get('/2026-07/receiving?PurchaseOrderNumbers=4500011')).json;

    expect(rows.map((row: { id: number }) => row.id).sort()).toEqual([443001, 443077]);
    expect((await read()).inventory_quantities[0].expected_quantity).toBe(50);
  });

  it('answer an unknown id with validation details', async () => {
    await open();

    const answer = await bench.get('/2026-07/receiving/1');

    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.json.errors).toEqual({ Id: ['Receiving order not found'] });
  });
});

describe('receiving list', () => {
  it('filters by status, dates, purchase order, centre and acknowledgement', async () => {
    const { sandbox, clock } = await open();
    clock.advance(DAY_MS);
    const second = { id: 443002, centreId: 10, purchaseOrderNumber: '4500012' };
    sandbox.world.createReceiving(aDelivery(second));
    sandbox.world.completeReceiving(443001);
    clock.advance(1000);
    const from = new Date(NOON_MS + DAY_MS - 1000).toISOString();
    const ids = async (query: string) =>
      (await bench.get(`/2026-07/receiving?${query}`)).json.map((row: { id: number }) => row.id);

    const found = await Promise.all(
      [
        'Statuses=Awaiting,Completed',
        'Statuses=Completed',
        'PurchaseOrderNumbers=4500012',
        'FulfillmentCenterIds=8',
        `InsertStartDate=${from}`,
        `CompletedStartDate=${from}`,
        'IDs=443001',
        'ExternalSync=true',
      ].map(ids),
    );

    expect(found).toEqual([
      [443002, 443001],
      [443001],
      [443002],
      [443001],
      [443002],
      [443001],
      [443001],
      [],
    ]);
  });

  it('is page-numbered with the five headers', async () => {
    const { sandbox } = await open();
    sandbox.world.createReceiving(aDelivery({ id: 443002, purchaseOrderNumber: null }));

    const answer = await bench.get('/2026-07/receiving?Limit=1&Page=2');

    expect(answer.json.map((row: { id: number }) => row.id)).toEqual([443001]);
    expect(answer.headers.get('total-pages')).toBe('2');
    expect(answer.headers.get('next-page')).toBe('');
  });

  it('refuses an unknown status', async () => {
    await open();

    expect((await bench.get('/2026-07/receiving?Statuses=Lost')).status).toBe(400);
  });

  it('acknowledges with results and can be asked for what is not acknowledged', async () => {
    await open();
    const body = { ids: [443001, 9], is_external_sync: true };

    const answer = await bench.post('/2026-07/receiving:setExternalSync', body);
    const open_ = await bench.get('/2026-07/receiving?ExternalSync=false');

    expect(answer.json.results).toEqual([
      { id: 443001, action: 'ExternalSync', is_success: true, reason: '' },
      { id: 9, action: 'ExternalSync', is_success: false, reason: 'Receiving order not found' },
    ]);
    expect(open_.json).toEqual([]);
  });
});

describe('creating receiving orders', () => {
  const body = {
    fulfillment_center: { id: 8 },
    package_type: 'Package',
    box_packaging_type: 'EverythingInOneBox',
    expected_arrival_date: '2026-11-20T00:00:00Z',
    purchase_order_number: '4500099',
    boxes: [{ tracking_number: 'T1', box_items: [{ sku: 'MUG', quantity: 5 }] }],
  };

  it('wants a unique purchase order number', async () => {
    bench = await openBench();

    const first = await bench.post('/2026-07/receiving', body);
    const second = await bench.post('/2026-07/receiving', body);

    expect([first.status, second.status]).toEqual([201, 422]);
  });

  it('refuses with 400 before 2026-07 and 422 since', async () => {
    bench = await openBench();
    const past = { ...body, expected_arrival_date: '2026-01-01T00:00:00Z' };

    const old = await bench.post('/2026-01/receiving', past);
    const current = await bench.post('/2026-07/receiving', past);

    expect([old.status, current.status]).toEqual([400, 422]);
  });
});
