/** The server processes of the webhook bench: the true receiver, and a bare one to compare with. */
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Delivery, DeliverySink, Log } from '../src/app/ports.ts';
import { createClock } from '../src/runtime/clock.ts';
import { subjectOfDelivery } from '../src/shipbob/webhook.ts';
import { openStore } from '../src/store/open.ts';
import { createReceiver } from '../src/webhook/receiver.ts';
import { benchAuditKey } from './webhook-inbox.ts';
import { benchSecret } from './webhook-plan.ts';

export interface ServerRequest {
  databasePath: string;
  port: number;
  /**
   * `beforeCommit` is the twin that must be caught: its sink says that all is stored, and stores it
   * when the process comes to it.
   */
  answers: 'afterCommit' | 'beforeCommit';
  /** A file that reads `1` while the sink is at work, for whoever killed the process. */
  flagPath: string | null;
}

const host = '127.0.0.1';

export async function runReceiver(request: ServerRequest): Promise<void> {
  const clock = createClock();
  const store = await openStore({
    path: request.databasePath,
    auditKey: benchAuditKey,
    clock,
    create: 'yes',
  });
  const honest = request.flagPath === null ? store : flagging(store, request.flagPath);
  const receiver = createReceiver({
    sink: request.answers === 'afterCommit' ? honest : hasty(honest),
    clock,
    log: errorLog,
    secrets: async () => [benchSecret],
    pathToken: async () => null,
    subjectOf: subjectOfDelivery,
    settings: {
      host,
      port: request.port,
      path: '/shipbob',
      trustedProxies: [],
      unsigned: 'refuse',
      tolerance: 300_000,
      bodyBytesMax: 1_048_576,
      // The load comes from one address; the limit is counted all the same.
      requestsPerMinute: 1_000_000_000,
    },
    onStored: () => {},
    tls: null,
  });
  const { port } = await receiver.listen();
  await serveUntilStopped(port, async () => {
    await receiver.close();
    await store.close();
  });
}

/** Says in a file when the sink is at work. A file outlives kill -9, as the database does. */
function flagging(sink: DeliverySink, path: string): DeliverySink {
  const flag = openSync(path, 'r+');
  let atWork = 0;
  return {
    async saveDeliveries(deliveries) {
      atWork += 1;
      writeSync(flag, '1', 0);
      try {
        return await sink.saveDeliveries(deliveries);
      } finally {
        atWork -= 1;
        if (atWork === 0) writeSync(flag, '0', 0);
      }
    },
  };
}

function hasty(sink: DeliverySink): DeliverySink {
  return {
    async saveDeliveries(deliveries: Delivery[]) {
      setImmediate(() => void sink.saveDeliveries(deliveries));
      return deliveries.map(() => 'stored' as const);
    },
  };
}

const errorLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error: (message, facts = {}) =>
    void process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
};

/** Reads the body and answers 204: what node:http itself costs. */
export async function runFloor(): Promise<void> {
  const server = createServer((incoming, outgoing) => {
    incoming.on('data', () => {});
    incoming.on('end', () => outgoing.writeHead(204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await serveUntilStopped(port, async () => {
    await new Promise((resolve) => server.close(resolve));
  });
}

/** Says that it listens, and at SIGTERM what it cost. */
async function serveUntilStopped(port: number, close: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ port })}\n`);
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  const { user, system } = process.cpuUsage(before);
  await close();
  const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000, memoryMiB })}\n`);
}
