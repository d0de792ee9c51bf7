import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEnvelope } from '../../src/infor/m3/schema.ts';
import { createHttp, type HttpOutcome } from '../../src/runtime/http.ts';
import { type RawServer, rawAnswer, serveRaw } from '../support/raw-server.ts';

/** The real client, for one test. */
function client() {
  const http = createHttp();
  onTestFinished(() => http.close());
  return (server: Pick<RawServer, 'url'>, deadlineMs = 30_000): Promise<HttpOutcome> =>
    http.send({
      method: 'POST',
      url: `${server.url}/M3/execute`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer token-canary' },
      body: '{"transactions":[]}',
      deadlineMs,
    });
}

function answering(...bytes: (string | Buffer)[]): (socket: Socket) => void {
  return (socket) => {
    for (const one of bytes) socket.write(one);
    socket.end();
  };
}

const envelope = '{"results":[{"transaction":"Confirm","records":[]}]}';
const json = 'content-type: application/json';

describe('an answer that came whole', () => {
  const length = (body: string | Buffer) => `content-length: ${Buffer.byteLength(body)}`;
  const big = '{"id":9007199254740993,"price":12.50}';
  const twice = '{"results":[],"results":[{"transaction":"Confirm"}]}';
  const page = '<!DOCTYPE html><html>Sign in</html>';
  const gzipped = gzipSync(envelope);

  it.each<[string, Buffer, { status: number; text: string }]>([
    ['JSON', rawAnswer('200 OK', [json, length(envelope)], envelope), text(envelope)],
    ['a page', rawAnswer('200 OK', ['content-type: text/html', length(page)], page), text(page)],
    ['a page labelled JSON', rawAnswer('200 OK', [json, length(page)], page), text(page)],
    ['nothing', rawAnswer('200 OK', [json, 'content-length: 0'], ''), text('')],
    ['204', rawAnswer('204 No Content', [], ''), { status: 204, text: '' }],
    ['numbers above 2^53', rawAnswer('200 OK', [json, length(big)], big), text(big)],
    ['a key twice', rawAnswer('200 OK', [json, length(twice)], twice), text(twice)],
    [
      'half of a JSON of the length it says',
      rawAnswer('200 OK', [json, 'content-length: 9'], envelope.slice(0, 9)),
      text(envelope.slice(0, 9)),
    ],
    [
      'bytes that are no UTF-8',
      rawAnswer('200 OK', [json, 'content-length: 4'], Buffer.from([0x22, 0xff, 0xfe, 0x22])),
      text('"\ufffd\ufffd"'),
    ],
    [
      'gzip',
      rawAnswer('200 OK', [json, 'content-encoding: gzip', length(gzipped)], gzipped),
      text(envelope),
    ],
    ['504', rawAnswer('504 Gateway Timeout', [length(page)], page), { status: 504, text: page }],
  ])('is handed on as text, whatever it says: %s', async (_, bytes, expected) => {
    const server = await serveRaw(answering(bytes));

    const outcome = await client()(server);

    expect(outcome).toMatchObject({ kind: 'answer', ...expected });
    expect(server.requests).toHaveLength(1);
  });

  it('leaves nothing behind for the next one when it was longer than it said', async () => {
    const server = await serveRaw((socket, _, index) => {
      socket.write(
        rawAnswer('200 OK', [json, 'content-length: 2'], index === 0 ? '{}{"x":' : '[]'),
      );
    });
    const send = client();

    const first = await send(server);
    const second = await send(server);

    // That the connection broke over it is no more than unclear; the rest is never an answer.
    const texts = [first, second].map((one) => (one.kind === 'answer' ? one.text : one.kind));
    expect(texts[0]).toMatch(/^(\{\}|unclear)$/);
    expect(texts[1]).toMatch(/^(\[\]|unclear)$/);
  });
});

describe('an answer that broke off', () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  const chunked = 'transfer-encoding: chunked';

  it.each<[string, (socket: Socket) => void]>([
    ['before its first byte', (socket) => socket.end()],
    ['by a reset', (socket) => socket.resetAndDestroy()],
    ['in its head', answering('HTTP/1.1 200 OK\r\ncontent-ty')],
    ['in its body', answering(rawAnswer('200 OK', [json, 'content-length: 900'], envelope))],
    ['in a chunk', answering(rawAnswer('200 OK', [json, chunked], '40\r\n{"results"'))],
    [
      'before its last chunk, after whole JSON',
      answering(rawAnswer('200 OK', [json, chunked], `${hex(envelope)}\r\n${envelope}\r\n`)),
    ],
    ['into something that is no HTTP', answering('SSH-2.0-OpenSSH_9.2\r\n')],
    [
      'because its head has no end',
      answering('HTTP/1.1 200 OK\r\n', `x-filler: ${'x'.repeat(200_000)}\r\n\r\n`),
    ],
    [
      'because it would fill the memory',
      answering(
        rawAnswer('200 OK', ['content-encoding: gzip', `content-length: ${bomb.length}`], bomb),
      ),
    ],
    [
      'over two lengths that contradict each other',
      answering(rawAnswer('200 OK', ['content-length: 2', 'content-length: 52'], envelope)),
    ],
  ])('is unclear, never an answer and never "not sent": %s', async (_, write) => {
    const server = await serveRaw(write);

    const outcome = await client()(server);

    expect(outcome.kind).toBe('unclear');
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify(outcome)).not.toContain('token-canary');
  });
});

describe('an answer whose compression broke off', () => {
  // What came is handed on without an error, so it is the reader that must not believe it.
  it('is no envelope, wherever it was cut', async () => {
    const whole = gzipSync(envelope);
    for (const length of [12, 20, 30, whole.length - 12]) {
      const head = ['content-encoding: gzip', `content-length: ${length}`];
      const server = await serveRaw(
        answering(rawAnswer('200 OK', head, whole.subarray(0, length))),
      );

      const outcome = await client()(server);

      expect(readEnvelope(outcome.kind === 'answer' ? outcome.text : '')).toBeNull();
      expect(outcome.kind).not.toBe('notSent');
    }
  });
});

describe('a body that drips in', () => {
  it('is unclear at the deadline, however alive the connection is', async () => {
    let written = 0;
    const server = await serveRaw((socket) => {
      socket.write(rawAnswer('200 OK', [json, 'content-length: 60'], ''));
      // A byte at a time; it would be whole long after the deadline.
      const timer = setInterval(() => {
        written += 1;
        socket.write(' ');
        if (written === 60 || socket.destroyed) clearInterval(timer);
      }, 50);
    });

    const outcome = await client()(server, 250);

    expect(outcome.kind).toBe('unclear');
    expect(written).toBeLessThan(60);
  });
});

describe('a redirect', () => {
  it('is an answer and is not followed', async () => {
    const elsewhere = await serveRaw(answering(rawAnswer('200 OK', ['content-length: 2'], '{}')));

    for (const status of [301, 302, 303, 307, 308]) {
      const location = `location: ${elsewhere.url}/login`;
      const server = await serveRaw(
        answering(rawAnswer(`${status} Moved`, [location, 'content-length: 0'], '')),
      );
      expect(await client()(server)).toMatchObject({ kind: 'answer', status });
    }

    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a request that nobody heard', () => {
  it('is not sent when the connection is refused', async () => {
    expect(await client()({ url: 'http://127.0.0.1:1' })).toMatchObject({ kind: 'notSent' });
  });
});

function text(body: string): { status: number; text: string } {
  return { status: 200, text: body };
}

function hex(body: string): string {
  return Buffer.byteLength(body).toString(16);
}
