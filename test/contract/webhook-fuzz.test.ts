import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers } from '../../src/webhook/answer.ts';
import {
  delivery,
  type ReceiverBench,
  startAtMs,
  startReceiver,
} from '../support/webhook-receiver.ts';

let bench: ReceiverBench;

beforeAll(async () => {
  bench = await startReceiver({
    settings: { bodyBytesMax: 4_096, requestsPerMinute: 1_000_000, unsigned: 'pathToken' },
    pathToken: async () => 'open-sesame',
    times: { checkEveryMs: 50, headersWithinMs: 500, requestWithinMs: 500 },
  });
});

afterAll(() => bench.close());

const statuses = new Set(Object.values(answers).map(({ status }) => status));
const genuine = delivery({ id: 'msg_true' });

/** What a header may hold at all; others the client itself refuses to send. */
const headerValue = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((unit) => String.fromCharCode(unit)) })
  .filter((text) => !text.includes('\x7f'));

const headers = fc.record(
  {
    'content-type': headerValue,
    'x-webhook-topic': headerValue,
    'webhook-id': fc.oneof(headerValue, fc.constant('msg_true')),
    'webhook-timestamp': fc.oneof(
      headerValue,
      fc.constant(genuine.headers['webhook-timestamp'] ?? ''),
      fc.maxSafeInteger().map(String),
    ),
    'webhook-signature': fc.oneof(
      headerValue,
      fc.constant(genuine.headers['webhook-signature'] ?? ''),
      fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => `v1,${Buffer.from(bytes).toString('base64')}`),
    ),
    'content-encoding': headerValue,
    'shipbob-topic': headerValue,
    'x-forwarded-for': headerValue,
  },
  { requiredKeys: [] },
);

const requests = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'GET', 'DELETE', 'HEAD'),
  path: fc.oneof(
    fc.constant('/shipbob'),
    fc.webPath().map((path) => (path.startsWith('/') ? path : `/${path}`)),
    fc.webSegment().map((token) => `/shipbob/${token}`),
    fc.constantFrom('/shipbob/%zz', '/shipbob/%00', '//', '/healthz/..'),
  ),
  headers,
  body: fc.oneof(
    fc.uint8Array({ maxLength: 6_000 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
  ),
});

describe('any request', () => {
  it('that proves nothing gets a classified answer and leaves no row', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        // A body over the limit may end the connection before the answer is read.
        const tooLarge = request.body.length > 4_096;
        const answer = await bench.send(request).catch((thrown: unknown) => {
          if (tooLarge) return null;
          throw thrown;
        });

        if (answer !== null) expect(statuses).toContain(answer.status);
        expect(answer === null ? 0 : answer.status).not.toBe(202);
        expect(bench.sink.rows.size).toBe(0);
      }),
      { numRuns: 400 },
    );
    expect(bench.log.lines.filter((line) => line.includes('defect'))).toEqual([]);
  });

  it('of bytes that are no HTTP leaves the receiver whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', 'POST /shipbob HTTP/1.1\r\nhost: x\r\n', 'GET '),
        fc.uint8Array({ maxLength: 300 }),
        async (start, bytes) => {
          await new Promise<void>((resolve) => {
            const socket = connect(bench.port, '127.0.0.1');
            socket.on('error', () => {});
            socket.on('close', () => resolve());
            socket.resume();
            socket.end(Buffer.concat([Buffer.from(start), bytes]));
          });
        },
      ),
      { numRuns: 100 },
    );
    const health = await bench.send({ method: 'GET', path: '/healthz' });

    expect(health.status).toBe(200);
    expect(bench.sink.rows.size).toBe(0);
  });
});

describe('any change to a delivery that would pass', () => {
  const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

  it('in one byte of its body makes it fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const body = Buffer.from(genuine.body);
        const at = place % body.length;
        body[at] = (body[at] ?? 0) ^ change;

        const answer = await bench.send({ ...genuine, body });

        expect([400, 401]).toContain(answer.status);
        expect(bench.sink.rows.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('in a signed header makes it fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signed), fc.nat(), async (name, place) => {
        const value = genuine.headers[name] ?? '';
        // Past the last whole byte of a signature there are bits that mean nothing.
        const at = place % Math.min(value.length, 45);
        const other = value[at] === '0' ? '1' : '0';
        const changed = value.slice(0, at) + other + value.slice(at + 1);

        const answer = await bench.send({
          ...genuine,
          headers: { ...genuine.headers, [name]: changed },
        });

        expect([400, 401]).toContain(answer.status);
        expect(bench.sink.rows.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('and none at all lets it pass', async () => {
    const answer = await bench.send(genuine);

    expect(answer.status).toBe(202);
    expect(bench.sink.rows.get('msg_true')?.receivedAtMs).toBe(startAtMs);
  });
});
