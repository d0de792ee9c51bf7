import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { BlockList, isIP } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { Problem } from '../core/problem.ts';
import { rateKey } from './address.ts';
import { type ConnectionLimits, limitConnections } from './connections.ts';

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

/** ShipBob's first repetition comes after 5 s, and nobody else has a reason to wait. */
const keepAliveMs = 5_000;

/** Longer than the proxies keep a connection, so that it is they who close it. */
const keepAliveOfProxiesMs = 72_000;

/**
 * How many requests of one address are looked at, in multiples of those that may fail. So many
 * that ShipBob never meets it; a flood beyond it is refused before its headers are read.
 */
const ceilingFactor = 20;
const windowMs = 60_000;
/** Addresses that are counted at a time. */
const addressesMax = 10_000;

/** Counts a request that proved nothing; the seconds to wait when it was one too many. */
export type RefusalLimit = (request: FastifyRequest) => Promise<number | null>;

export type WebhookServer = FastifyInstance<Server>;

/**
 * An HTTP server that hands every body over as the bytes that came, whatever their type is said to
 * be, and counts requests by address: all of them against a ceiling, and those that prove nothing
 * (`limitRefusals`) against `requestsPerMinute`. Throws Problem (`configuration`): `WEBHOOK_TLS_UNUSABLE`,
 * `WEBHOOK_PROXY_UNUSABLE`.
 */
export async function createWebhookServer(settings: {
  tls: TlsIdentity | null;
  host: string;
  trustedProxies: string[];
  bodyBytesMax: number;
  requestsPerMinute: number;
  times: ListenerTimes;
  connections: ConnectionLimits;
}): Promise<{ app: WebhookServer; limitRefusals: RefusalLimit }> {
  const { trustedProxies, requestsPerMinute } = settings;
  const app = withProxies(trustedProxies, () =>
    fastify<Server>({
      // Not even requests that fail: a line each would cost more than the work itself.
      logger: false,
      trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
      bodyLimit: settings.bodyBytesMax,
      exposeHeadRoutes: false,
      // The path's last part may be a shared token.
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
      serverFactory: (handler) => createNodeServer(settings, handler),
    }),
  );
  takeAnyBody(app);
  // By the real clock, since the package has no other.
  await app.register(rateLimit, {
    max: requestsPerMinute * ceilingFactor,
    timeWindow: windowMs,
    cache: addressesMax,
    keyGenerator: ({ ip }) => rateKey(ip),
    // Three headers on every answer would tell nobody anything.
    addHeadersOnExceeding: none,
    addHeaders: { ...none, 'retry-after': true },
  });
  const count = app.createRateLimit({ max: requestsPerMinute });
  return {
    app,
    async limitRefusals(request) {
      const counted = await count(request);
      return counted.isAllowed || !counted.isExceeded ? null : counted.ttlInSeconds;
    },
  };
}

const none = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
};

function createNodeServer(
  settings: {
    tls: TlsIdentity | null;
    host: string;
    trustedProxies: string[];
    times: ListenerTimes;
    connections: ConnectionLimits;
  },
  handler: Parameters<typeof createServer>[1] & {},
): Server {
  const { tls, times, trustedProxies } = settings;
  const behindProxy = trustedProxies.length > 0 || (tls === null && isLoopback(settings.host));
  const options = {
    headersTimeout: times.headersWithinMs,
    requestTimeout: times.requestWithinMs,
    connectionsCheckingInterval: times.checkEveryMs,
    keepAliveTimeout: behindProxy ? keepAliveOfProxiesMs : keepAliveMs,
  };
  const server =
    tls === null
      ? createServer(options, handler)
      : tlsServer({ ...options, ...tls, handshakeTimeout: times.headersWithinMs }, handler);
  limitConnections(server, settings.connections, proxyTest(trustedProxies));
  return server;
}

/** Nobody on the network has such an address: it is a proxy or a tunnel on the same machine. */
function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$|^localhost$/i.test(address);
}

/** fastify has said before whether they are addresses; a range by its mask only counts as none. */
function proxyTest(trustedProxies: string[]): (address: string) => boolean {
  const known = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', bits = ''] = proxy.split('/');
    const version = isIP(address);
    if (version === 0 || !/^\d*$/.test(bits)) continue;
    const family = version === 6 ? 'ipv6' : 'ipv4';
    if (bits === '') known.addAddress(address, family);
    else known.addSubnet(address, Number(bits), family);
  }
  // An IPv4 address in its IPv6 form is compared as what it is.
  const isKnown = (address: string) => known.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (address) => isLoopback(address) || isKnown(address);
}

function tlsServer(
  options: TlsIdentity & { handshakeTimeout: number },
  handler: Parameters<typeof createServer>[1] & {},
): Server {
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
