import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance } from 'fastify';
import { Problem } from '../core/problem.ts';
import { rateKey } from './address.ts';

/** A certificate chain and its key, as PEM text. */
export interface TlsIdentity {
  cert: string;
  key: string;
}

export interface ListenerTimes {
  /** From the first byte of a request to the end of its headers. */
  headersWithinMs: number;
  /** From the first byte of a request to its last; together with the wait for the store < 15 s. */
  requestWithinMs: number;
  /** How often slow senders are looked for. */
  checkEveryMs: number;
}

/** ShipBob gives up 15 s after it sent, so nobody gains by a longer wait. */
export const standardTimes: ListenerTimes = {
  headersWithinMs: 5_000,
  requestWithinMs: 8_000,
  checkEveryMs: 1_000,
};

/** More than any sender opens; each may hold a body of the greatest size in memory. */
const connectionsMax = 1_000;

/** Longer than the proxies keep a connection, so that it is they who close it. */
const keepAliveMs = 72_000;

export type WebhookServer = FastifyInstance<Server>;

/**
 * An HTTP server that hands every body over as the bytes that came, whatever their type is said to
 * be, and counts requests by address. Throws Problem (`configuration`): `WEBHOOK_TLS_UNUSABLE`,
 * `WEBHOOK_PROXY_UNUSABLE`.
 */
export async function createWebhookServer(settings: {
  tls: TlsIdentity | null;
  trustedProxies: string[];
  bodyBytesMax: number;
  requestsPerMinute: number;
  times: ListenerTimes;
}): Promise<WebhookServer> {
  const { tls, trustedProxies } = settings;
  const app = withProxies(trustedProxies, () =>
    fastify<Server>({
      // Not even requests that fail: a line each would cost more than the work itself.
      logger: false,
      trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
      bodyLimit: settings.bodyBytesMax,
      exposeHeadRoutes: false,
      // The path's last part may be a shared token.
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
      serverFactory: (handler) => createNodeServer(tls, settings.times, handler),
    }),
  );
  takeAnyBody(app);
  // Before the body is read and long before a signature is computed. By the real clock, since the
  // package has no other.
  await app.register(rateLimit, {
    max: settings.requestsPerMinute,
    timeWindow: 60_000,
    cache: 10_000,
    keyGenerator: ({ ip }) => rateKey(ip),
    // Three headers on every answer would tell nobody anything.
    addHeadersOnExceeding: none,
    addHeaders: { ...none, 'retry-after': true },
  });
  return app;
}

const none = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
};

function createNodeServer(
  tls: TlsIdentity | null,
  times: ListenerTimes,
  handler: Parameters<typeof createServer>[1] & {},
): Server {
  const options = {
    headersTimeout: times.headersWithinMs,
    requestTimeout: times.requestWithinMs,
    connectionsCheckingInterval: times.checkEveryMs,
    keepAliveTimeout: keepAliveMs,
  };
  const server =
    tls === null ? createServer(options, handler) : tlsServer({ ...options, ...tls }, handler);
  server.maxConnections = connectionsMax;
  return server;
}

function tlsServer(options: TlsIdentity, handler: Parameters<typeof createServer>[1] & {}): Server {
  try {
    return createTlsServer(options, handler);
  } catch (thrown) {
    throw new Problem({
      code: 'WEBHOOK_TLS_UNUSABLE',
      kind: 'configuration',
      message: 'the certificate or its key cannot be used for the webhook receiver',
      hint: 'Set webhooks.certificate to the PEM chain, and webhooks.privateKey to its key.',
      cause: thrown,
    });
  }
}

function withProxies<Made>(proxies: string[], make: () => Made): Made {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof Problem || proxies.length === 0) throw thrown;
    throw new Problem({
      code: 'WEBHOOK_PROXY_UNUSABLE',
      kind: 'configuration',
      message: `webhooks.trustedProxies holds something that is no address: ${proxies.join(', ')}`,
      hint: 'Give addresses such as 10.0.0.5, or ranges such as 10.0.0.0/8.',
      cause: thrown,
    });
  }
}

/** The signature covers bytes; a parsed and printed body would have others. */
function takeAnyBody(app: WebhookServer): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  // One type for all, since a malformed one would be refused before anybody saw the signature.
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
    done();
  });
}
