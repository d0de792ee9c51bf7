import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { createReceiver } from '../../src/webhook/receiver.ts';
import { testCertificate, testPrivateKey } from '../support/webhook-certificate.ts';
import {
  type BenchWishes,
  delivery,
  gate,
  manualClock,
  memoryLog,
  memorySink,
  otherSecret,
  type ReceiverBench,
  send,
  startAtMs,
  startReceiver,
  testSecret,
  until,
} from '../support/webhook-receiver.ts';

let bench: ReceiverBench | null = null;

afterEach(async () => {
  await bench?.close();
  bench = null;
});

async function open(wishes: BenchWishes = {}): Promise<ReceiverBench> {
  bench = await startReceiver(wishes);
  return bench;
}

const busy = new Problem({
  code: 'DATABASE_BUSY',
  kind: 'retryable',
  message: 'another process kept the database locked',
  hint: 'Try again.',
});

/** A clock of the receiver stands still, so a late answer is one that the test makes late. */
const answerWithinMs = 6_000;

describe('a delivery that proves itself', () => {
  it('is stored as it came before it is answered 202', async () => {
    const { send, sink, told } = await open();
    const rowsAtAnswer: number[] = [];
    const held = gate();
    sink.before = () => held.opened;

    const answer = send(delivery()).then((got) => {
      rowsAtAnswer.push(sink.rows.size);
      return got;
    });
    await until(() => sink.batches.length === 1);
    held.open();

    expect(await answer).toMatchObject({ status: 202, text: '' });
    expect(rowsAtAnswer).toEqual([1]);
    expect(told).toEqual([1]);
    expect(sink.rows.get('msg_1')).toEqual({
      webhookId: 'msg_1',
      topic: 'order.shipped',
      body: '{"id":309589638,"shipments":[]}',
      receivedAtMs: startAtMs,
      proof: 'signature',
      subject: { kind: 'order', id: '309589638' },
      keptBecause: null,
    });
  });

  it('is answered 2xx each time it is repeated, and stored once', async () => {
    const { send, sink, told } = await open();

    const first = await send(delivery());
    const again = await send(delivery({ atMs: startAtMs + 60_000 }));

    expect([first.status, again.status]).toEqual([202, 200]);
    expect([...sink.rows.values()].map(({ body }) => body)).toEqual([delivery().body]);
    expect(told).toEqual([1]);
  });

  it.each(['text/plain', '', 'no type at all;;', 'application/json; charset=utf-16'])(
    'is taken whatever its content type: "%s"',
    async (type) => {
      const { send, sink } = await open();

      const answer = await send(delivery({ headers: { 'content-type': type } }));

      expect([answer.status, sink.rows.size]).toEqual([202, 1]);
    },
  );

  it('is taken at the path with a slash or a query', async () => {
    const { send } = await open();

    const slash = await send(delivery({ id: 'a', path: '/shipbob/' }));
    const query = await send(delivery({ id: 'b', path: '/shipbob?from=shipbob' }));

    expect([slash.status, query.status]).toEqual([202, 202]);
  });

  it('is kept with the reason when nobody knows what it is about', async () => {
    const { send, sink } = await open();

    const unknown = await send(delivery({ id: 'a', topic: 'inventory.changed' }));
    const rubbish = await send(delivery({ id: 'b', body: 'not json' }));

    expect([unknown.status, rubbish.status]).toEqual([202, 202]);
    expect([...sink.rows.values()].map(({ keptBecause }) => keptBecause)).toEqual([
      'its topic is not known, though its body has an id',
      'its body is not JSON',
    ]);
  });

  it('is kept when its body breaks its reader', async () => {
    const { send, sink } = await open({
      subjectOf: () => {
        throw new Error('broken');
      },
    });

    const answer = await send(delivery());

    expect(answer.status).toBe(202);
    expect(sink.rows.get('msg_1')?.keptBecause).toBe('its body could not be read');
  });

  it('is marked as a sample when mlc sent it to itself', async () => {
    const { send, sink } = await open();

    await send(delivery({ id: 'mlc_sample_1' }));

    expect(sink.rows.get('mlc_sample_1')).toMatchObject({ proof: 'sample', subject: null });
  });

  it('passes with a secret that was rotated in two seconds ago, and the old one then fails', async () => {
    let secrets = [otherSecret];
    const { send, clock } = await open({ secrets: async () => secrets });
    const before = await send(delivery({ id: 'a' }));

    secrets = [testSecret];
    clock.advance(2_000);
    const after = await send(delivery({ id: 'b' }));
    const old = await send(delivery({ id: 'c', secret: otherSecret }));

    expect([before.status, after.status, old.status]).toEqual([401, 202, 401]);
  });

  it('passes over TLS', async () => {
    const { url, sink } = await open({ tls: { cert: testCertificate, key: testPrivateKey } });

    const answer = await send(url, delivery(), null);

    expect(url).toMatch(/^https:/);
    expect([answer.status, sink.rows.size]).toEqual([202, 1]);
  });
});

describe('a delivery that proves nothing leaves no row', () => {
  const unsigned = delivery();
  const { 'webhook-signature': _, ...bare } = unsigned.headers;
  const cases: [string, number, Parameters<ReceiverBench['send']>[0]][] = [
    ['without a signature', 401, { ...unsigned, headers: bare }],
    ['with another secret', 401, delivery({ secret: otherSecret })],
    ['with an empty signature', 401, delivery({ headers: { 'webhook-signature': '' } })],
    ['with its body written otherwise', 401, { ...delivery(), body: '{"id": 309589638}' }],
    ['without an id', 400, delivery({ headers: { 'webhook-id': '' } })],
    ['without a time', 400, delivery({ headers: { 'webhook-timestamp': '' } })],
    ['with a time that is no number', 400, delivery({ headers: { 'webhook-timestamp': '12x' } })],
    ['forged and old', 401, delivery({ atMs: startAtMs - 301_000, secret: otherSecret })],
    ['with bytes that are not UTF-8', 400, { ...delivery(), body: Buffer.from([0x22, 0xff]) }],
    ['by the legacy scheme', 401, { headers: { 'shipbob-topic': 'order_shipped' }, body: '{}' }],
  ];

  it.each(cases)('%s: %i', async (_name, status, sending) => {
    const { send, sink } = await open();

    const answer = await send(sending);

    expect(answer.status).toBe(status);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(sink.batches).toEqual([]);
  });

  it('a little too large: 413', async () => {
    const { send, sink } = await open({ settings: { bodyBytesMax: 1_024 } });

    const answer = await send(delivery({ body: JSON.stringify({ note: 'x'.repeat(1_100) }) }));

    expect(answer.status).toBe(413);
    expect(sink.batches).toEqual([]);
  });

  it('of 10 MB: refused before it is read, and the next one is taken', async () => {
    const { send, sink, receiver } = await open();

    // The connection is closed while the client still sends, so it may not see the answer.
    const refused = await send(delivery({ id: 'a', body: 'x'.repeat(10_000_000) })).then(
      ({ status }) => status,
      () => 413,
    );
    const next = await send(delivery({ id: 'b' }));

    expect([refused, next.status]).toEqual([413, 202]);
    expect(receiver.counts().outcomes.tooLarge).toBe(1);
    expect([...sink.rows.keys()]).toEqual(['b']);
  });

  it('by a wrong method: 405, or at a wrong path: 404', async () => {
    const { send, sink } = await open();
    const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

    const answers = [];
    for (const method of methods) answers.push(await send({ ...delivery(), method }));
    const elsewhere = await send(delivery({ path: '/elsewhere' }));
    const below = await send(delivery({ path: '/shipbob/token' }));

    expect(answers.map(({ status }) => status)).toEqual(methods.map(() => 405));
    expect(answers[0]?.headers.allow).toBe('POST');
    expect([elsewhere.status, below.status]).toEqual([404, 404]);
    expect(sink.batches).toEqual([]);
  });

  it('and its body and its headers are in no log', async () => {
    const { send, log } = await open({ settings: { bodyBytesMax: 1_024 } });
    const body = '{"name":"Dana Reyes"}';
    const signature = delivery({ body }).headers['webhook-signature'] ?? '';

    await send(delivery({ body, secret: otherSecret }));
    await send(delivery({ body: body + body, headers: { 'webhook-signature': signature } }));
    await send(delivery({ body: body.repeat(100) }));

    const lines = log.lines.join('\n');
    expect(log.lines.length).toBeGreaterThan(0);
    expect(lines).not.toContain('Dana');
    expect(lines).not.toContain(signature);
    expect(lines).not.toContain('whsec_');
  });

  it('and a flood of them is one line in a minute', async () => {
    const { send, log, clock } = await open();
    const forged = delivery({ secret: otherSecret });

    for (let count = 0; count < 20; count += 1) await send(forged);
    const first = log.lines.length;
    clock.advance(60_000);
    await send(delivery({ secret: otherSecret, atMs: startAtMs + 60_000 }));

    expect(first).toBe(1);
    expect(log.lines[1]).toContain('"count":20');
  });
});

describe('our own trouble is 503 and never 4xx', () => {
  const status503 = { status: 503, headers: { 'retry-after': '5' } };

  it.each([
    ['old', -301_000, '2026-11-23T11:54:59.000Z'],
    ['from the future', 301_000, '2026-11-23T12:05:01.000Z'],
  ])('when a clock is off: signed, and %s', async (_, offMs, sentAt) => {
    const { send, sink, log } = await open();

    const answer = await send(delivery({ atMs: startAtMs + offMs }));

    expect(answer).toMatchObject(status503);
    expect(sink.batches).toEqual([]);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain('clock');
    expect(log.lines[0]).toContain(sentAt);
    expect(log.lines[0]).toContain('"ourTime":"2026-11-23T12:00:00.000Z"');
  });

  it('when bodies would take more memory than there is for them', async () => {
    const { send, port, receiver } = await open({
      settings: { bodyBytesMax: 66_000 },
      bodies: { largeBytesMax: 66_000 },
    });
    const { headers } = delivery();
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const start = `POST /shipbob HTTP/1.1\r\nhost: x\r\n${head.join('')}`;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${start}transfer-encoding: chunked\r\n\r\n`);
    await until(() => receiver.counts().bodyBytes > 0);

    const second = connect(port, '127.0.0.1');
    second.on('error', () => {});
    const refused = new Promise<string>((resolve) => {
      second.once('data', (chunk) => resolve(chunk.toString('latin1')));
    });
    second.write(`${start}transfer-encoding: chunked\r\n\r\n`);

    expect(await refused).toMatch(/^HTTP\/1\.1 503/);
    expect((await send(delivery())).status).toBe(202);
    socket.destroy();
    second.destroy();
    await until(() => receiver.counts().bodyBytes === 0);
  });

  it('when the store is busy; the same delivery is taken later', async () => {
    const { send, sink } = await open();
    sink.before = () => {
      throw busy;
    };
    const first = await send(delivery());
    sink.before = () => {};
    const second = await send(delivery());

    expect(first).toMatchObject(status503);
    expect(second.status).toBe(202);
    expect(sink.batches).toEqual([1, 1]);
  });

  it('when the store answers late; what it stored after all is then a repetition', async () => {
    const { send, sink, clock } = await open();
    const held = gate();
    sink.before = () => held.opened;

    const late = send(delivery());
    await until(() => sink.batches.length === 1);
    clock.advance(answerWithinMs);
    const answer = await late;
    held.open();
    await until(() => sink.rows.size === 1);
    const again = await send(delivery());

    expect(answer).toMatchObject(status503);
    expect(again.status).toBe(200);
  });

  it('when the secrets cannot be read, until they can', async () => {
    let readable = false;
    const { send, log } = await open({
      secrets: async () => {
        if (!readable) throw busy;
        return [testSecret];
      },
    });

    const first = await send(delivery());
    readable = true;
    const second = await send(delivery());

    expect(first).toMatchObject(status503);
    expect(second.status).toBe(202);
    expect(log.lines.join('\n')).toContain('secrets cannot be read');
  });

  it('when the secrets are not there in time', async () => {
    const { send, clock, sink } = await open({ secrets: () => new Promise(() => {}) });

    const answer = send(delivery());
    await until(() => clock.sleepers() === 1);
    clock.advance(5_000);

    expect(await answer).toMatchObject(status503);
    expect(sink.batches).toEqual([]);
  });

  it.each([[[]], [['not a secret!']]])('when there is no secret to check with: %j', async (all) => {
    const { send, sink } = await open({ secrets: async () => all });

    expect(await send(delivery())).toMatchObject(status503);
    expect(sink.batches).toEqual([]);
  });

  it('when too many wait', async () => {
    const { send, sink } = await open({ limits: { waitingMax: 2 } });
    const held = gate();
    sink.before = () => held.opened;
    const first = send(delivery({ id: 'a' }));
    const second = send(delivery({ id: 'b' }));
    await until(() => sink.batches.length === 1 && bench?.receiver.counts().waiting === 2);

    const third = await send(delivery({ id: 'c' }));
    held.open();

    expect(third).toMatchObject(status503);
    expect([(await first).status, (await second).status]).toEqual([202, 202]);
  });

  it('when it is stopping; whoever was in flight is still answered 202', async () => {
    const { send, sink, receiver, log } = await open();
    const held = gate();
    sink.before = () => held.opened;
    const idle = await send({ method: 'GET', path: '/healthz' });
    const inFlight = send(delivery({ id: 'a' }));
    await until(() => sink.batches.length === 1);

    const closed = receiver.close();
    const refused = await send(delivery({ id: 'b' }));
    const health = await send({ method: 'GET', path: '/healthz' });
    held.open();

    expect(idle).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(refused).toMatchObject(status503);
    expect(health.status).toBe(503);
    expect((await inFlight).status).toBe(202);
    await closed;
    expect([...sink.rows.keys()]).toEqual(['a']);
    expect(log.lines.join('\n')).not.toContain('defect');
    await expect(send(delivery({ id: 'c' }))).rejects.toThrow();
  });

  it('when whoever sends the last request never ends it: closing does not wait for that', async () => {
    const { port, receiver, clock } = await open();
    const socket = connect(port, '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    const head = 'POST /shipbob HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{';
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));

    const closed = receiver.close();
    await until(() => clock.sleepers() > 0);
    clock.advance(1_000);
    await closed;

    await ended;
    expect(receiver.counts().outcomes.stored).toBe(0);
  });
});

describe('many deliveries at once', () => {
  it('share transactions', async () => {
    const { send, sink } = await open();
    const held = gate();
    sink.before = () => (sink.batches.length === 1 ? held.opened : undefined);
    const ids = Array.from({ length: 16 }, (_, index) => `msg_${index}`);

    const answers = ids.map((id) => send(delivery({ id })));
    await until(() => bench?.receiver.counts().waiting === 16);
    held.open();

    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(ids.map(() => 202));
    expect([...sink.rows.keys()].sort()).toEqual([...ids].sort());
    expect(sink.batches.length).toBeLessThan(8);
  });

  it('of one message are one row', async () => {
    const { send, sink } = await open();

    const answers = await Promise.all(
      Array.from({ length: 16 }, () => send(delivery({ id: 'msg_1' }))),
    );

    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 15 }, () => 200), 202]);
    expect(sink.rows.size).toBe(1);
  });

  it('of which too many prove nothing are 429, and those that are proved are taken', async () => {
    const { send, sink } = await open({ settings: { requestsPerMinute: 3 } });
    const forged = delivery({ secret: otherSecret });

    const statuses = [];
    for (const path of ['/shipbob', '/shipbob', '/elsewhere']) {
      statuses.push((await send({ ...forged, path })).status);
    }
    const fourth = await send(forged);
    const proved = [];
    for (const id of ['a', 'b', 'c', 'd']) proved.push((await send(delivery({ id }))).status);

    expect(statuses).toEqual([401, 401, 404]);
    expect(fourth.status).toBe(429);
    expect(Number(fourth.headers['retry-after'])).toBeGreaterThan(0);
    expect(proved).toEqual([202, 202, 202, 202]);
    expect(sink.rows.size).toBe(4);
  });

  it('of one address beyond twenty times the limit are 429; health still answers', async () => {
    const { send } = await open({ settings: { requestsPerMinute: 1 } });

    const statuses = [];
    for (let count = 0; count < 21; count += 1) statuses.push((await send(delivery())).status);
    const health = await send({ method: 'GET', path: '/healthz' });

    expect(statuses.slice(0, 20)).not.toContain(429);
    expect(statuses[20]).toBe(429);
    expect(health.status).toBe(200);
  });

  it('behind a trusted proxy are counted by the address it names, else by its own', async () => {
    const from = (address: string, id: string) =>
      delivery({ id, secret: otherSecret, headers: { 'x-forwarded-for': address } });
    const settings = { requestsPerMinute: 1 };

    const trusting = await open({ settings: { ...settings, trustedProxies: ['127.0.0.1'] } });
    const first = await trusting.send(from('44.228.126.217', 'a'));
    const second = await trusting.send(from('50.112.21.217', 'b'));
    const third = await trusting.send(from('50.112.21.217', 'c'));
    await trusting.close();
    const wary = await open({ settings });
    const fourth = await wary.send(from('44.228.126.217', 'a'));
    const fifth = await wary.send(from('50.112.21.217', 'b'));

    expect([first.status, second.status, third.status]).toEqual([401, 401, 429]);
    expect([fourth.status, fifth.status]).toEqual([401, 429]);
  });
});

describe('legacy deliveries', () => {
  const settings = { unsigned: 'pathToken' as const };
  const legacy = (path: string, body = '{"id":309589638,"shipments":[]}') => ({
    path,
    headers: { 'shipbob-topic': 'order_shipped', 'shipbob-subscription-id': '12' },
    body,
  });

  it('pass with the token in the path, and once only within the hour', async () => {
    const { send, sink, clock } = await open({ settings, pathToken: async () => 'open-sesame' });

    const first = await send(legacy('/shipbob/open-sesame'));
    const again = await send(legacy('/shipbob/open-sesame'));
    clock.advance(3_600_000);
    const later = await send(legacy('/shipbob/open-sesame'));

    expect([first.status, again.status, later.status]).toEqual([202, 200, 202]);
    expect([...sink.rows.values()][0]).toMatchObject({
      topic: 'order_shipped',
      proof: 'pathToken',
      subject: { kind: 'order', id: '309589638' },
    });
  });

  it.each(['/shipbob', '/shipbob/', '/shipbob/wrong', '/shipbob/OPEN-SESAME'])(
    'are refused at %s',
    async (path) => {
      const { send, sink } = await open({ settings, pathToken: async () => 'open-sesame' });

      expect((await send(legacy(path))).status).toBe(401);
      expect(sink.batches).toEqual([]);
    },
  );

  it('are our own trouble while no token is stored', async () => {
    const { send } = await open({ settings });

    expect((await send(legacy('/shipbob/open-sesame'))).status).toBe(503);
  });

  it('are refused when their bytes are not UTF-8', async () => {
    const { send } = await open({ settings, pathToken: async () => 'open-sesame' });

    const answer = await send({ ...legacy('/shipbob/open-sesame'), body: Buffer.from([0xff]) });

    expect(answer.status).toBe(400);
  });

  it('do not help one whose signature is wrong', async () => {
    const { send } = await open({ settings, pathToken: async () => 'open-sesame' });

    const forged = delivery({ secret: otherSecret, path: '/shipbob/open-sesame' });
    const signed = delivery({ path: '/shipbob/open-sesame' });

    const empty = delivery({
      path: '/shipbob/open-sesame',
      headers: { 'webhook-signature': '' },
    });

    const statuses = [];
    for (const each of [forged, empty, signed]) statuses.push((await send(each)).status);
    expect(statuses).toEqual([401, 401, 202]);
  });
});

describe('whoever opens many connections', () => {
  async function dial(port: number): Promise<{ socket: Socket; ended: () => boolean }> {
    const socket = connect(port, '127.0.0.1');
    let ended = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      ended = true;
    });
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    return { socket, ended: () => ended };
  }

  it.each([
    ['in all', { connectionsMax: 4 }],
    ['of one address', { perProxyMax: 4 }],
  ])('loses the one that is idle the longest beyond the limit %s', async (_, connections) => {
    const { port, send } = await open({ connections });
    const idle: Awaited<ReturnType<typeof dial>>[] = [];
    for (let count = 0; count < 4; count += 1) idle.push(await dial(port));

    const answer = await send(delivery());
    await until(() => idle[0]?.ended() === true);

    expect(answer.status).toBe(202);
    expect(idle.map(({ ended }) => ended())).toEqual([true, false, false, false]);
    for (const { socket } of idle) socket.destroy();
  });

  it('and sends unsigned bodies is answered before they are read', async () => {
    const { port, receiver } = await open();
    const { socket } = await dial(port);
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(chunk.toString('latin1')));
    });

    socket.write('POST /shipbob HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{');

    expect(await answer).toMatch(/^HTTP\/1\.1 401/);
    expect(receiver.counts().bodyBytes).toBe(0);
    socket.destroy();
  });
});

describe('a slow sender', () => {
  const times = { headersWithinMs: 100, requestWithinMs: 200, checkEveryMs: 20 };
  const starts = [
    ['the headers', 'POST /shipbob HTTP/1.1\r\nhost: x\r\n'],
    [
      'the body',
      `POST /shipbob HTTP/1.1\r\nhost: x\r\n${Object.entries(delivery().headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}content-length: 100\r\n\r\n{"id":`,
    ],
  ];

  it.each(starts)('that never ends %s is cut off, and others are served', async (_, start) => {
    const { port, send, sink } = await open({ times });
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    const ended = new Promise((resolve) => socket.once('close', resolve));

    socket.write(start ?? '');
    const other = await send(delivery());
    await ended;

    expect(other.status).toBe(202);
    expect(received === '' || received.startsWith('HTTP/1.1 408')).toBe(true);
    expect(sink.rows.size).toBe(1);
  });
});

describe('a receiver that cannot start says why', () => {
  function receiver(wishes: BenchWishes) {
    return createReceiver({
      sink: memorySink(),
      clock: manualClock(),
      log: memoryLog(),
      secrets: async () => [testSecret],
      pathToken: async () => null,
      subjectOf: () => ({ subject: null, keptBecause: 'a test' }),
      onStored: () => {},
      tls: wishes.tls ?? null,
      settings: {
        host: '127.0.0.1',
        port: 0,
        path: '/shipbob',
        trustedProxies: [],
        unsigned: 'refuse',
        tolerance: 300_000,
        bodyBytesMax: 65_536,
        requestsPerMinute: 100,
        ...wishes.settings,
      },
    });
  }

  it('when another has the port', async () => {
    const { port } = await open();
    const second = receiver({ settings: { port } });

    await expect(second.listen()).rejects.toMatchObject({
      code: 'WEBHOOK_LISTEN_FAILED',
      kind: 'configuration',
    });
    await second.close();
  });

  it('when its certificate is none', async () => {
    const tls = { cert: 'no', key: 'no' };

    await expect(receiver({ tls }).listen()).rejects.toMatchObject({
      code: 'WEBHOOK_TLS_UNUSABLE',
    });
  });

  it('when a trusted proxy is no address', async () => {
    const settings = { trustedProxies: ['not-an-address'] };

    await expect(receiver({ settings }).listen()).rejects.toMatchObject({
      code: 'WEBHOOK_PROXY_UNUSABLE',
    });
  });
});
