import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpRequest, serveHttp } from '../../src/runtime/http-server.ts';
import type { FaultKind } from '../../src/sandbox/faults.ts';
import { signature } from '../../src/sandbox/shipbob/webhook-sender.ts';
import { anOrder, type Bench, openBench, smallSeed, WEB } from '../support/shipbob-sandbox.ts';

let bench: Bench;
afterEach(() => bench.sandbox.close());

describe('faults', () => {
  async function failing(kind: FaultKind) {
    bench = await openBench({ modes: { slowMs: 1 } });
    bench.sandbox.faults.script({ match: 'GET /order', kind, times: 1 });
    return bench.get('/2026-07/order').then(
      (answer) => [answer.status, answer.text.slice(0, 15)],
      () => 'broken',
    );
  }

  it.each<[FaultKind, unknown]>([
    ['unauthorized', [401, '']],
    ['rateLimited', [429, '{"statusCode":42']],
    ['rateLimitedBare', [429, '{"statusCode":42']],
    ['rateLimitedNow', [429, '{"statusCode":42']],
    ['rateLimitedDate', [429, '{"statusCode":42']],
    ['rateLimitedHuge', [429, '{"statusCode":42']],
    ['rateLimitedRubbish', [429, '{"statusCode":42']],
    ['emptyBody', [200, '']],
    ['loginPage', [302, '']],
    ['serverErrorBefore', [500, 'An unexpected d']],
    ['gatewayTimeoutBefore', [524, '<!DOCTYPE html>']],
    ['html', [200, '<!DOCTYPE html>']],
    ['slow', [200, '[]']],
    ['resetBefore', 'broken'],
  ])('%s looks as it does at ShipBob, once', async (kind, expected) => {
    const seen = await failing(kind);

    const again = await bench.get('/2026-07/order');

    const cut = Array.isArray(expected) ? [expected[0], `${expected[1]}`.slice(0, 15)] : expected;
    expect(seen).toEqual(cut);
    expect(again.status).toBe(200);
  });

  it('truncates a body in the middle', async () => {
    bench = await openBench();
    bench.sandbox.world.placeOrder(anOrder('R1'));
    bench.clock.advance(10_000);
    bench.sandbox.faults.script({ match: 'GET /order', kind: 'truncated', times: 1 });

    await expect(bench.get('/2026-07/order')).rejects.toThrow();
  });

  it('keeps the effect of a write whose answer was lost', async () => {
    bench = await openBench();
    const { id } = bench.sandbox.world.placeOrder(anOrder('R1'));
    bench.sandbox.faults.script({ match: ':cancel', kind: 'gatewayTimeoutAfter', times: 1 });

    const answer = await bench.post(`/2026-07/order/${id}:cancel`, {});

    expect(answer.status).toBe(524);
    expect(bench.sandbox.books().orders[0]?.status).toBe('Cancelled');
  });

  it('can leave out the seconds to wait', async () => {
    bench = await openBench();
    bench.sandbox.faults.script({ match: 'GET /order', kind: 'rateLimitedBare', times: 1 });

    expect((await bench.get('/2026-07/order')).headers.get('x-retry-after')).toBeNull();
  });
});

describe('control over HTTP', () => {
  it('lets things happen, moves the clock, plans faults and shows the books', async () => {
    bench = await openBench();
    const order = {
      ...anOrder('R1'),
      id: 501,
      shipments: [{ id: 601, centreId: 8, lines: [{ line: 0, quantity: 1 }] }],
    };

    await bench.post('/__events', {
      actions: [
        { kind: 'placeOrder', order },
        { kind: 'shipShipment', shipmentId: 601 },
      ],
    });
    await bench.post('/__clock', { advanceMs: 60_000 });
    await bench.post('/__faults', {
      script: [{ match: 'GET /order', kind: 'unauthorized', times: 1 }],
    });
    const refused = await bench.get('/2026-07/order');
    const books = (await bench.get('/__books')).json;

    expect(refused.status).toBe(401);
    expect(books.orders).toMatchObject([{ id: 501, status: 'Fulfilled' }]);
    expect(books.shipments).toMatchObject([
      { id: 601, left: true, items: [{ sku: 'MUG', lot: null, quantity: 1 }] },
    ]);
    expect(books.calls).toEqual({ 'GET /order': 1 });
  });

  it('says what is impossible', async () => {
    bench = await openBench();

    const answer = await bench.post('/__events', { kind: 'shipShipment', shipmentId: 1 });

    expect([answer.status, answer.json.error]).toEqual([
      422,
      'The simulated ShipBob has no shipment 1.',
    ]);
  });
});

describe('seeded events', () => {
  it('that a client has made impossible are noted and change nothing', async () => {
    const atMs = Date.UTC(2026, 10, 2, 13);
    const seed = smallSeed();
    seed.events.push({ atMs, action: { kind: 'shipShipment', shipmentId: 601 } });
    bench = await openBench({ seed });
    const plan = [{ id: 601, centreId: 8, lines: [{ line: 0, quantity: 1 }] }];
    bench.sandbox.world.placeOrder({ ...anOrder('R1', { shipments: plan }), id: 501 });
    await bench.post('/2026-07/order/501:cancel', {});

    bench.clock.advance(2 * 3_600_000);
    const order = await bench.get('/2026-07/order/501');

    expect([order.status, order.json.status]).toEqual([200, 'Cancelled']);
    expect(bench.sandbox.world.problems).toEqual([
      {
        atMs,
        kind: 'shipShipment',
        message: 'Shipment 601 is Cancelled, not LabeledCreated.',
      },
    ]);
  });

  it('happen as the clock passes them, at their own time', async () => {
    const atMs = Date.UTC(2026, 10, 2, 13);
    const order = { ...anOrder('R1'), id: 501 };
    const seed = {
      ...smallSeed(),
      events: [{ atMs, action: { kind: 'placeOrder' as const, order } }],
    };
    bench = await openBench({ seed });

    const before = await bench.get('/2026-07/order/501');
    bench.clock.advance(5 * 3_600_000);
    const after = await bench.get('/2026-07/order/501');

    expect(before.status).toBe(404);
    expect(after.json.created_date).toMatch(/^2026-11-02T13:00:00/);
  });
});

describe('simulations', () => {
  it('ship and deliver after their delays', async () => {
    bench = await openBench();
    const order = bench.sandbox.world.placeOrder(anOrder('R1'));
    const deliver = { action: 'DeliverOrder', delay: 2, next: null };
    const { json } = await bench.post('/2026-07/simulate/shipment', {
      shipment_id: String(order.shipments[0]?.id),
      simulation: { action: 'ShipOrder', delay: 1, next: deliver },
    });
    const look = async () => {
      const { simulation } = (await bench.get(`/2026-07/simulate/status/${json.simulation_id}`))
        .json;
      return [simulation.status, simulation.next.status];
    };

    const seen = [await look()];
    bench.clock.advance(60_000);
    seen.push(await look());
    bench.clock.advance(120_000);
    seen.push(await look());

    expect(seen).toEqual([
      ['Pending', 'Pending'],
      ['Success', 'Pending'],
      ['Success', 'Success'],
    ]);
  });
});

describe('authorization code flow', () => {
  const verifier = 'a-verifier-that-is-long-enough-for-the-rule-of-43-chars';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const callback = 'http://127.0.0.1:9/callback';

  async function code(): Promise<string> {
    const ask = new URLSearchParams({
      client_id: 'app',
      redirect_uri: callback,
      response_type: 'code',
      response_mode: 'query',
      scope: 'orders_read offline_access',
      state: 'S1',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    const answer = await bench.get(`/connect/authorize?${ask}`);
    const target = new URL(answer.headers.get('location') ?? '');
    expect([answer.status, target.searchParams.get('state')]).toEqual([302, 'S1']);
    return target.searchParams.get('code') ?? '';
  }

  async function token(form: Record<string, string>) {
    const response = await fetch(`${bench.url}/connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'app', client_secret: 'hush', ...form }),
    });
    const json: unknown = await response.json();
    return { status: response.status, json: Object(json) };
  }

  function redeem(text: string, proof: string) {
    return token({
      grant_type: 'authorization_code',
      code: text,
      redirect_uri: callback,
      code_verifier: proof,
    });
  }

  it('gives a token that works for an hour', async () => {
    bench = await openBench();
    const { json } = await redeem(await code(), verifier);
    const headers = { authorization: `Bearer ${json.access_token}` };

    const fresh = await bench.get('/2026-07/order', headers);
    bench.clock.advance(3_600_000);
    const stale = await bench.get('/2026-07/order', headers);

    expect(json).toMatchObject({ expires_in: 3600, scope: 'orders_read offline_access' });
    expect([fresh.status, stale.status]).toEqual([200, 401]);
  });

  it('refuses a wrong verifier and a code used twice', async () => {
    bench = await openBench();

    const wrong = await redeem(await code(), 'something else');
    const once = await code();
    await redeem(once, verifier);
    const twice = await redeem(once, verifier);

    expect([wrong.json, twice.json]).toEqual([
      { error: 'invalid_grant' },
      { error: 'invalid_grant' },
    ]);
  });

  it('replaces the refresh token each time', async () => {
    bench = await openBench();
    const first = await redeem(await code(), verifier);
    const renew = (text: string) => token({ grant_type: 'refresh_token', refresh_token: text });

    const second = await renew(first.json.refresh_token);
    const reused = await renew(first.json.refresh_token);

    expect(second.status).toBe(200);
    expect(second.json.refresh_token).not.toBe(first.json.refresh_token);
    expect(reused.json).toEqual({ error: 'invalid_grant' });
  });
});

describe('webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

  it('are signed as in the published vectors', () => {
    const body =
      '{"id":109900001,"order_id":309589638,"reference_id":"SO-100045","status":"Completed"}';

    const text = signature(secret, {
      id: 'msg_31eW7bWRi16lL0Ajjik68kfyeUh',
      timestamp: '1785320100',
      body,
    });

    expect(text).toBe('v1,0YZvNJQlvpTdthNWfsFSyE2iZU7zkG03ymocC1uH6/I=');
  });

  it('show their secret only when subscribed', async () => {
    bench = await openBench();
    const body = { topics: ['order.shipped'], url: 'https://hooks.example.com/x', secret };

    const created = await bench.post('/2026-07/webhook', body);
    const list = await bench.get('/2026-07/webhook');
    const bad = await bench.post('/2026-07/webhook', { ...body, topics: ['order.eaten'] });
    const gone = await bench.send('DELETE', `/2026-07/webhook/${created.json.id}`);

    expect([created.status, created.json.secret]).toEqual([201, secret]);
    expect(list.json.items[0]).not.toHaveProperty('secret');
    expect([bad.status, gone.status, gone.text]).toEqual([422, 204, '']);
  });

  it('are posted, and tried again after a failure under the same id', async () => {
    bench = await openBench();
    const received: HttpRequest[] = [];
    const statuses = [500, 204];
    const receiver = await serveHttp({
      port: 0,
      handle: async (request) => {
        received.push(request);
        return { status: statuses.shift() ?? 204 };
      },
    });
    await bench.post('/2026-07/webhook', {
      topics: ['order.shipped'],
      url: `${receiver.url}/hook`,
      secret,
    });
    const order = bench.sandbox.world.placeOrder(anOrder('R1', { channelId: WEB }));
    bench.sandbox.world.shipShipment({ shipmentId: order.shipments[0]?.id ?? 0 });

    await bench.sandbox.sendWebhooks();
    await bench.sandbox.sendWebhooks();
    bench.clock.advance(5_000);
    await bench.sandbox.sendWebhooks();
    await receiver.close();

    const [first, second] = received;
    expect(received).toHaveLength(2);
    expect(first?.headers['x-webhook-topic']).toBe('order.shipped');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-signature']).toBe(
      signature(secret, {
        id: second?.headers['webhook-id'] ?? '',
        timestamp: second?.headers['webhook-timestamp'] ?? '',
        body: second?.body ?? '',
      }),
    );
    expect(JSON.parse(second?.body ?? '')).toMatchObject({ id: order.id, status: 'Fulfilled' });
  });
});
