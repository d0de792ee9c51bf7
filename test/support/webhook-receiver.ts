/** A receiver on a free port, its store in memory, and a client that signs. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { Clock, Delivery, DeliverySink, Log } from '../../src/app/ports.ts';
import { subjectOfDelivery } from '../../src/shipbob/webhook.ts';
import {
  createReceiver,
  type Receiver,
  type ReceiverDetails,
  type ReceiverSettings,
} from '../../src/webhook/receiver.ts';

export const testSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const otherSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
export const startAtMs = Date.parse('2026-11-23T12:00:00Z');

/** Time passes only when it is told to. */
export interface ManualClock extends Clock {
  advance(durationMs: number): void;
  /** Who sleeps wakes after the same time as before: timers do not go by the clock. */
  setBack(durationMs: number): void;
  sleepers(): number;
}

export function manualClock(): ManualClock {
  let nowMs = startAtMs;
  let asleep: { atMs: number; wake: () => void }[] = [];
  return {
    now: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const one = { atMs: nowMs + durationMs, wake: resolve };
        asleep.push(one);
        signal?.addEventListener('abort', () => {
          asleep = asleep.filter((each) => each !== one);
          reject(signal.reason);
        });
      }),
    advance(durationMs) {
      nowMs += durationMs;
      const due = asleep.filter(({ atMs }) => atMs <= nowMs);
      asleep = asleep.filter(({ atMs }) => atMs > nowMs);
      for (const { wake } of due) wake();
    },
    setBack(durationMs) {
      nowMs -= durationMs;
      for (const one of asleep) one.atMs -= durationMs;
    },
    sleepers: () => asleep.length,
  };
}

export interface MemorySink extends DeliverySink {
  rows: Map<string, Delivery>;
  /** The sizes of the batches that came. */
  batches: number[];
  /** Called before each batch is stored; may wait or throw. */
  before: (deliveries: Delivery[]) => void | Promise<void>;
}

export function memorySink(): MemorySink {
  const sink: MemorySink = {
    rows: new Map(),
    batches: [],
    before: () => {},
    async saveDeliveries(deliveries) {
      sink.batches.push(deliveries.length);
      await sink.before(deliveries);
      return deliveries.map((delivery) => {
        if (sink.rows.has(delivery.webhookId)) return 'repeated';
        sink.rows.set(delivery.webhookId, delivery);
        return 'stored';
      });
    },
  };
  return sink;
}

/** Something that happens later, when the test says so. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Lets the event loop turn until it is so. A test that waits for ever fails by its time limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

export function memoryLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const note = (message: string, facts: unknown = {}) => {
    lines.push(`${message} ${JSON.stringify(facts)}`);
  };
  return { lines, debug: note, info: note, warn: note, error: note };
}

export interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Sending {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface ReceiverBench {
  receiver: Receiver;
  sink: MemorySink;
  clock: ManualClock;
  log: Log & { lines: string[] };
  port: number;
  url: string;
  /** Counts that `onStored` was told. */
  told: number[];
  send(sending: Sending): Promise<Answered>;
  close(): Promise<void>;
}

export interface BenchWishes extends Partial<Omit<ReceiverDetails, 'settings' | 'sink'>> {
  settings?: Partial<ReceiverSettings>;
}

export async function startReceiver(wishes: BenchWishes = {}): Promise<ReceiverBench> {
  const sink = memorySink();
  const clock = manualClock();
  const log = memoryLog();
  const told: number[] = [];
  const receiver = createReceiver({
    clock,
    log,
    secrets: async () => [testSecret],
    pathToken: async () => null,
    subjectOf: subjectOfDelivery,
    onStored: (count) => told.push(count),
    tls: null,
    ...wishes,
    sink,
    settings: { ...standardSettings, ...wishes.settings },
  });
  const { url, port } = await receiver.listen();
  const agent = new Agent({ keepAlive: true });
  return {
    ...{ receiver, sink, clock, log, port, url, told },
    send: (sending) => send(url, sending, agent),
    async close() {
      agent.destroy();
      await receiver.close();
    },
  };
}

const standardSettings: ReceiverSettings = {
  host: '127.0.0.1',
  port: 0,
  path: '/shipbob',
  trustedProxies: [],
  unsigned: 'refuse',
  tolerance: 300_000,
  bodyBytesMax: 65_536,
  requestsPerMinute: 100_000,
};

/** Rejects when the connection ends without an answer. */
export function send(url: string, sending: Sending, agent: Agent | null): Promise<Answered> {
  const { method = 'POST', path = '/shipbob', headers = {}, body = '' } = sending;
  const bytes = Buffer.from(body);
  const { protocol, hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const lengthOf = { 'content-length': bytes.length };
    // The path as it is: a URL object would tidy it up.
    const options = { hostname, port, path, method, headers: { ...headers, ...lengthOf } };
    const outgoing =
      protocol === 'https:'
        ? httpsRequest({ ...options, rejectUnauthorized: false })
        : httpRequest(agent === null ? options : { ...options, agent });
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** A delivery as ShipBob sends it, with whatever a test wants otherwise. */
export function delivery(
  wishes: {
    id?: string;
    topic?: string;
    atMs?: number;
    secret?: string;
    body?: string;
    path?: string;
    headers?: Record<string, string>;
  } = {},
): Sending & { headers: Record<string, string>; body: string } {
  const { id = 'msg_1', topic = 'order.shipped', atMs = startAtMs } = wishes;
  const { body = '{"id":309589638,"shipments":[]}', secret = testSecret } = wishes;
  const seconds = Math.floor(atMs / 1000);
  return {
    ...(wishes.path === undefined ? {} : { path: wishes.path }),
    headers: {
      'content-type': 'application/json',
      'x-webhook-topic': topic,
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': new Webhook(secret).sign(id, new Date(seconds * 1000), body),
      ...wishes.headers,
    },
    body,
  };
}
