import { afterEach, describe, expect, it } from 'vitest';
import type { ShipbobModes } from '../../src/sandbox/shipbob/model.ts';
import { anOrder, type Bench, DANA, openBench, WEB } from '../support/shipbob-sandbox.ts';

const MINUTE_MS = 60_000;
const HEADERS = ['page-number', 'page-size', 'total-pages', 'total-count', 'next-page'];

let bench: Bench;
afterEach(() => bench.sandbox.close());

/** A sandbox with `count` orders a minute apart, the last one long visible. */
async function withOrders(count: number, modes: Partial<ShipbobModes> = {}): Promise<number[]> {
  bench = await openBench({ modes });
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(bench.sandbox.world.placeOrder(anOrder(`R${index}`)).id);
    bench.clock.advance(MINUTE_MS);
  }
  return ids;
}

function idsOf(rows: { id: number }[]): number[] {
  return rows.map((row) => row.id);
}

describe('versions and access', () => {
  it('serves three versions and no other', async () => {
    await withOrders(1);

    const known = ['2025-07', '2026-01', '2026-07'].map((version) =>
      bench.get(`/${version}/order`),
    );
    const unknown = ['1.0', '2027-01'].map((version) => bench.get(`/${version}/order`));

    expect((await Promise.all(known)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect((await Promise.all(unknown)).map((answer) => answer.status)).toEqual([404, 404]);
  });

  it('answers 401 without a good token and 403 without the scope', async () => {
    await withOrders(1);

    const bad = await bench.get('/2026-07/order', { authorization: 'Bearer wrong' });
    const narrow = await bench.get('/2026-07/receiving', { authorization: 'Bearer narrow' });
    const tracking = await bench.get('/2026-07/shipments-tracking?ShipmentIds=1', {
      authorization: 'Bearer narrow',
    });

    expect([bad.status, narrow.status, tracking.status]).toEqual([401, 403, 401]);
  });

  it('redirects a refused token to a login page in that mode', async () => {
    await withOrders(1, { refusedToken: 'redirect' });

    const answer = await bench.get('/2026-07/order', { authorization: 'Bearer wrong' });

    expect([answer.status, answer.headers.get('location')]).toEqual([
      302,
      '/Account/Login?ReturnUrl=%2F',
    ]);
  });
});

describe('the rate limit', () => {
  it('refuses the call past the limit, with the seconds to wait, and recovers', async () => {
    await withOrders(0, { rateLimitPerMinute: 3 });

    const remaining = [];
    for (let call = 0; call < 3; call += 1) {
      remaining.push((await bench.get('/2026-07/order')).headers.get('x-remaining-calls'));
      bench.clock.advance(10_000);
    }
    const refused = await bench.get('/2026-07/order');
    bench.clock.advance(30_000);
    const allowed = await bench.get('/2026-07/order');

    expect(remaining).toEqual(['2', '1', '0']);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-retry-after')).toBe('30');
    expect(refused.json).toEqual({
      statusCode: 429,
      message: 'Rate limit is exceeded. Try again in 30 seconds.',
    });
    expect(allowed.status).toBe(200);
  });

  it('is counted per application', async () => {
    await withOrders(0, { rateLimitPerMinute: 1 });

    await bench.get('/2026-07/order');
    const other = await bench.get('/2026-07/order', { authorization: 'Bearer narrow' });

    expect(other.status).toBe(200);
  });
});

describe('order list', () => {
  it('is a bare array with five headers in lower case', async () => {
    await withOrders(5);

    const answer = await bench.get('/2026-07/order?Limit=2&SortOrder=Oldest');

    expect(answer.json).toHaveLength(2);
    expect(HEADERS.map((name) => answer.headers.get(name))).toEqual([
      '1',
      '2',
      '3',
      '5',
      '/2026-07/order?limit=2&sortorder=Oldest&Page=2',
    ]);
  });

  it('walks all pages and answers an empty body past the last', async () => {
    const ids = await withOrders(5);

    const pages = [];
    for (const page of [1, 2, 3]) {
      pages.push((await bench.get(`/2026-07/order?limit=2&page=${page}&sortOrder=oldest`)).json);
    }
    const past = await bench.get('/2026-07/order?Limit=2&Page=4');

    expect(idsOf(pages.flat())).toEqual(ids);
    expect([past.status, past.text]).toEqual([200, '']);
  });

  it('sorts by creation, newest first unless told', async () => {
    const ids = await withOrders(3);

    const answer = await bench.get('/2026-07/order');

    expect(idsOf(answer.json)).toEqual([...ids].reverse());
  });

  it('skips a row that moves out of the window between two pages', async () => {
    const ids = await withOrders(4);
    const end = new Date(bench.clock.now()).toISOString();
    const list = (page: number) =>
      bench.get(`/2026-07/order?LastUpdateEndDate=${end}&Limit=2&Page=${page}&SortOrder=Oldest`);

    const first = await list(1);
    bench.clock.advance(MINUTE_MS);
    bench.sandbox.world.cancelOrder(ids[0] ?? 0);
    const second = await list(2);

    expect(idsOf([...first.json, ...second.json])).toEqual([ids[0], ids[1], ids[3]]);
  });

  it('refuses a page size out of range with a map of messages', async () => {
    await withOrders(1);

    const answers = await Promise.all(
      ['Limit=0', 'Limit=251', 'Limit=ten', 'Page=0'].map((text) =>
        bench.get(`/2026-07/order?${text}`),
      ),
    );

    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 400]);
    expect(answers[1]?.json).toEqual({ Limit: ['The field Limit must be between 1 and 250.'] });
  });

  it('shows a new order only after five seconds, but by id at once', async () => {
    bench = await openBench();
    const { id } = bench.sandbox.world.placeOrder(anOrder('R1'));

    const early = await bench.get('/2026-07/order');
    const byId = await bench.get(`/2026-07/order/${id}`);
    bench.clock.advance(5_000);
    const late = await bench.get('/2026-07/order');

    expect([early.json, byId.status, idsOf(late.json)]).toEqual([[], 200, [id]]);
  });

  it('joins its filters with AND', async () => {
    const ids = await withOrders(4);

    const both = await bench.get(`/2026-07/order?IDs=${ids[0]},${ids[1]}&ReferenceIds=R1,R2`);

    expect(idsOf(both.json)).toEqual([ids[1]]);
  });

  it('keeps creation, update and tracking on clocks of their own', async () => {
    const [id = 0] = await withOrders(2);
    const { world } = bench.sandbox;
    const shipmentId = world.state.order(id).shipments[0]?.id ?? 0;
    bench.clock.advance(60 * MINUTE_MS);
    world.shipShipment({ shipmentId });
    const shippedMs = bench.clock.now();
    bench.clock.advance(60 * MINUTE_MS);
    world.deliver(shipmentId);
    const deliveredMs = bench.clock.now();
    bench.clock.advance(MINUTE_MS);
    const window = (name: string, atMs: number) => {
      const from = new Date(atMs - MINUTE_MS).toISOString();
      const to = new Date(atMs + MINUTE_MS).toISOString();
      const [start, end] =
        name === 'Created' ? ['StartDate', 'EndDate'] : [`${name}StartDate`, `${name}EndDate`];
      return bench.get(`/2026-07/order?${start}=${from}&${end}=${to}`);
    };

    const updated = await window('LastUpdate', shippedMs);
    const updatedByCarrier = await window('LastUpdate', deliveredMs);
    const tracked = await window('LastTrackingUpdate', deliveredMs);
    const created = await window('Created', shippedMs);

    expect(idsOf(updated.json)).toEqual([id]);
    expect(updatedByCarrier.json).toEqual([]);
    expect(idsOf(tracked.json)).toEqual([id]);
    expect(created.json).toEqual([]);
  });

  it('lets a delivery move the update in that mode', async () => {
    const [id = 0] = await withOrders(1, { carrierEvents: 'moveUpdate' });
    const { world } = bench.sandbox;
    const shipmentId = world.state.order(id).shipments[0]?.id ?? 0;
    world.shipShipment({ shipmentId });
    bench.clock.advance(60 * MINUTE_MS);
    world.deliver(shipmentId);

    const from = new Date(bench.clock.now() - MINUTE_MS).toISOString();
    const answer = await bench.get(`/2026-07/order?LastUpdateStartDate=${from}`);

    expect(idsOf(answer.json)).toEqual([id]);
  });

  it('fails with a database message when asked for tracking', async () => {
    await withOrders(1);

    const answer = await bench.get('/2026-07/order?HasTracking=true');

    expect(answer.status).toBe(500);
    expect(answer.text).toContain('unexpected database error');
  });

  it('does not understand an encoded comma', async () => {
    const ids = await withOrders(3);
    const list = `${ids[0]}%2C${ids[1]}`;

    const ignored = await bench.get(`/2026-07/order?IDs=${list}`);
    bench.sandbox.modes.encodedLists = 'refused';
    const refused = await bench.get(`/2026-07/order?IDs=${list}`);

    expect([ignored.json.length, refused.status]).toEqual([3, 400]);
  });

  it('narrows to the channel in the header', async () => {
    await withOrders(1);
    const other = bench.sandbox.world.placeOrder(anOrder('W1', { channelId: 433210 }));
    bench.clock.advance(MINUTE_MS);

    const all = await bench.get('/2026-07/order');
    const narrow = await bench.get('/2026-07/order', { shipbob_channel_id: '433210' });
    const hidden = await bench.get(`/2026-07/order/${other.id}`, { shipbob_channel_id: `${WEB}` });

    expect([all.json.length, idsOf(narrow.json), hidden.status]).toEqual([2, [other.id], 404]);
  });

  it('writes times with seven digits and an offset', async () => {
    await withOrders(1);

    const [order] = (await bench.get('/2026-07/order')).json;

    expect(order.created_date).toMatch(/^2026-11-02T12:00:00\.\d{7}\+00:00$/);
  });

  it('leaves null keys out about half of the time', async () => {
    await withOrders(20, { nulls: 'mixed' });

    const { json } = await bench.get('/2026-07/order');

    const missing = json.filter((order: object) => !('gift_message' in order)).length;
    expect(missing).toBeGreaterThan(2);
    expect(missing).toBeLessThan(18);
  });
});

describe('creating orders', () => {
  const body = {
    reference_id: 'NEW-1',
    shipping_method: 'Standard',
    type: 'DTC',
    recipient: {
      name: DANA.name,
      address: { address1: DANA.address1, city: DANA.city, country: 'US' },
    },
    products: [{ reference_id: 'MUG', quantity: 2, unit_price: 14.5 }],
  };
  const channel = { shipbob_channel_id: String(WEB) };

  it('needs a channel and burns the reference id', async () => {
    bench = await openBench();

    const bare = await bench.post('/2026-07/order', body);
    const created = await bench.post('/2026-07/order', body, channel);
    const again = await bench.post('/2026-07/order', body, channel);

    expect([bare.status, created.status, again.status]).toEqual([400, 201, 422]);
    expect(created.json.products[0]).toMatchObject({ sku: 'MUG', quantity: 2, unit_price: 14.5 });
    expect(again.json).toEqual({ '': ['Cannot insert order with existing ReferenceId'] });
  });

  it('parks an order with a SKU that ShipBob does not know', async () => {
    bench = await openBench();
    const products = [{ reference_id: 'NOVELTY', name: 'Novelty', quantity: 1 }];

    const created = await bench.post('/2026-07/order', { ...body, products }, channel);

    expect([created.json.status, created.json.shipments]).toEqual(['ImportReview', []]);
  });
});
