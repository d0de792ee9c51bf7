import { afterEach, describe, expect, it } from 'vitest';
import { orderId } from '../../src/core/schema.ts';
import { createHttp } from '../../src/runtime/http.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type ListeningServer,
  serveHttp,
} from '../../src/runtime/http-server.ts';
import type { ShipbobSettings } from '../../src/shipbob/client.ts';
import { orderText } from '../support/shipbob-json.ts';
import { json, shipbobSource, TOKEN, thrownBy } from '../support/shipbob-source.ts';

const ID = orderId('7');
const good: HttpAnswer = { status: 200, body: orderText(7) };

const http = createHttp();
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server that answers in this order, the last one for ever, and remembers what came. */
async function serve(...answers: HttpAnswer[]) {
  const requests: HttpRequest[] = [];
  const server = await serveHttp({
    port: 0,
    async handle(request) {
      requests.push(request);
      return answers[Math.min(requests.length, answers.length) - 1] ?? { status: 500 };
    },
  });
  servers.push(server);
  return { url: server.url, requests };
}

function sourceOf(baseUrl: string, settings: Partial<ShipbobSettings> = {}) {
  return shipbobSource(http, { settings: { baseUrl, ...settings } });
}

describe('ShipBob over a real connection', () => {
  it.each<[string, HttpAnswer]>([
    ['a reset', { status: 200, reset: true }],
    ['a body cut on the wire', { ...good, truncateAtBytes: 50 }],
    ['a gateway page', { status: 524, body: '<html>524</html>' }],
    ['an answer that does not come in time', { ...good, delayMs: 2_000 }],
  ])('survives %s', async (_, broken) => {
    const { url, requests } = await serve(broken, good);
    const { source } = sourceOf(url, { timeoutMs: 300 });

    const order = await source.order(ID);

    expect(order).toMatchObject({ record: { id: '7' } });
    expect(requests).toHaveLength(2);
  });

  it('sends the token, the version and literal commas and colons', async () => {
    const { url, requests } = await serve(json([], { 'total-pages': '0' }));
    const { source } = sourceOf(`${url}/`, { apiVersion: '2026-01' });

    await source.receivings({ select: 'cancelled', insertedFromMs: 0 }).next();

    expect(requests[0]).toMatchObject({
      method: 'GET',
      path: '/2026-01/receiving',
      query: 'Page=1&Limit=100&Statuses=Cancelled&InsertStartDate=1970-01-01T00:00:00.000Z',
      headers: { authorization: `Bearer ${TOKEN}`, accept: 'application/json' },
    });
  });

  it('never brings the token to where a redirect points', async () => {
    const elsewhere = await serve(good);
    const { url } = await serve({ status: 302, headers: { location: `${elsewhere.url}/login` } });
    const { source } = sourceOf(url);

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({ code: 'SHIPBOB_CREDENTIALS_REFUSED', kind: 'credentials' });
    expect(elsewhere.requests).toEqual([]);
  });

  it('never brings the token to where a next link points', async () => {
    const elsewhere = await serve(json({ items: [] }));
    const next = `${elsewhere.url}/2026-07/channel?cursor=2`;
    const { url, requests } = await serve(json({ items: [], next }), json({ items: [] }));
    const { source } = sourceOf(url);

    await source.probe();

    expect(elsewhere.requests).toEqual([]);
    expect(requests.map((request) => request.query)).toEqual(['RecordsPerPage=50', 'cursor=2']);
  });

  it('is unavailable, without the token in sight, when nobody listens', async () => {
    const gone = await serve(good);
    await servers.pop()?.close();
    const { source, lines } = sourceOf(gone.url);

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({
      code: 'SHIPBOB_UNAVAILABLE',
      kind: 'retryable',
      evidence: { last: expect.stringContaining('ECONNREFUSED') },
    });
    expect(JSON.stringify([problem, lines])).not.toContain(TOKEN);
  });
});
