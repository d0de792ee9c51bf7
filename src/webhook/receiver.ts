import type { Clock, CrashPoint, DeliverySink, Log } from '../app/ports.ts';
import { Problem, toProblem } from '../core/problem.ts';
import { BodyBudget, type BodyLimits, standardBodyLimits } from './body-budget.ts';
import { type ConnectionLimits, standardConnectionLimits } from './connections.ts';
import { Desk, type WebhookRoute } from './desk.ts';
import { createGroupCommit, type GroupCommitLimits } from './group-commit.ts';
import {
  createWebhookServer,
  type ListenerTimes,
  standardTimes,
  type TlsIdentity,
  type WebhookServer,
} from './listener.ts';
import { createProofSource } from './proof.ts';
import type { SubjectOf } from './prove.ts';
import { createTally, type OutcomeCounts } from './tally.ts';

/** The configuration's section has these, and more. */
export interface ReceiverSettings {
  host: string;
  /** 0 takes any free one. */
  port: number;
  path: string;
  trustedProxies: string[];
  unsigned: 'refuse' | 'pathToken';
  /** In milliseconds, both ways. */
  tolerance: number;
  bodyBytesMax: number;
  requestsPerMinute: number;
}

export interface ReceiverDetails {
  sink: DeliverySink;
  clock: Clock;
  log: Log;
  /** Every secret that deliveries may be signed with; asked again after two seconds. */
  secrets: () => Promise<string[]>;
  /** The token that stands for a signature; asked only when `unsigned` is `pathToken`. */
  pathToken: () => Promise<string | null>;
  subjectOf: SubjectOf;
  settings: ReceiverSettings;
  /** Told after each transaction how many new deliveries it brought that wait to be read. */
  onStored: (count: number) => void;
  crash?: CrashPoint;
  tls: TlsIdentity | null;
  limits?: Partial<GroupCommitLimits>;
  times?: Partial<ListenerTimes>;
  connections?: Partial<ConnectionLimits>;
  bodies?: Partial<BodyLimits>;
}

export interface ReceiverCounts {
  outcomes: OutcomeCounts;
  /** Deliveries that wait to be stored. */
  waiting: number;
  /** Room that is held for bodies. */
  bodyBytes: number;
}

export interface Receiver {
  /**
   * `url` is scheme, address and port, without the path. Throws Problem (`configuration`):
   * `WEBHOOK_LISTEN_FAILED`, `WEBHOOK_TLS_UNUSABLE`, `WEBHOOK_PROXY_UNUSABLE`.
   */
  listen(): Promise<{ url: string; port: number }>;
  /** Answers whoever waits, refuses the rest with 503, then closes. May be called twice. */
  close(): Promise<void>;
  counts(): ReceiverCounts;
}

/** After everyone was answered, open connections have this long to end by themselves. */
const closeWithinMs = 1_000;

/**
 * The webhook receiver: proves where a delivery comes from, stores it durably, and answers 2xx
 * only then. It reads nothing from ShipBob and writes nothing to Infor; a delivery is a hint.
 */
export function createReceiver(details: ReceiverDetails): Receiver {
  const { clock, log, settings } = details;
  const tally = createTally({ clock, log });
  const commit = createGroupCommit(details);
  const asksToken = settings.unsigned === 'pathToken';
  const pathToken = asksToken ? details.pathToken : async () => null;
  const proofs = createProofSource({ clock, log, secrets: details.secrets, pathToken });
  const { subjectOf } = details;
  const bodyLimits = { ...standardBodyLimits, ...details.bodies };
  const bodies = new BodyBudget(bodyLimits, settings.bodyBytesMax);
  const desk = new Desk({
    ...{ clock, log, tally, commit, proofs, subjectOf, bodies },
    toleranceMs: settings.tolerance,
  });
  let server: WebhookServer | null = null;
  let closed: Promise<void> | null = null;

  async function closeNow(): Promise<void> {
    desk.stop();
    await commit.close();
    if (server === null) return;
    const ended = server.close();
    // Idle connections are closed by fastify; one that still sends would hold up the end.
    const stopWaiting = new AbortController();
    await Promise.race([ended, clock.sleep(closeWithinMs, stopWaiting.signal).catch(() => {})]);
    stopWaiting.abort();
    server.server.closeAllConnections();
    await ended;
  }

  return {
    async listen() {
      const times = { ...standardTimes, ...details.times };
      const connections = { ...standardConnectionLimits, ...details.connections };
      const { tls } = details;
      const made = await createWebhookServer({ ...settings, tls, times, connections });
      server = made.app;
      desk.limitRefusals(made.limitRefusals);
      addRoutes(server, desk, settings);
      return startListening(server, details);
    },
    close() {
      closed ??= closeNow();
      return closed;
    },
    counts: () => ({
      outcomes: tally.counts(),
      waiting: commit.waiting(),
      bodyBytes: bodies.bytes(),
    }),
  };
}

function addRoutes(app: WebhookServer, desk: Desk, settings: ReceiverSettings): void {
  const base = settings.path.replace(/\/+$/, '');
  const paths = [base === '' ? '/' : base];
  if (settings.unsigned === 'pathToken') paths.push(`${base}/:token`);
  for (const path of paths) {
    app.route<WebhookRoute>({
      method: 'POST',
      url: path,
      onRequest: (request, reply, done) => desk.admit(request, reply, done),
      handler: (request, reply) => desk.receive(request, reply),
    });
    const refuse = (reply: Parameters<Desk['answer']>[0]) =>
      desk.answer(reply.header('allow', 'POST'), 'wrongMethod');
    app.route({
      method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: path,
      // Not in the handler: a body would be read before it.
      onRequest: (_request, reply, _done) => refuse(reply),
      handler: (_request, reply) => refuse(reply),
    });
  }
  if (base !== '/healthz') {
    // Without the rate limit: behind a proxy its own checks come from the same address.
    app.get('/healthz', { config: { rateLimit: false } }, (_request, reply) => desk.health(reply));
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) desk.answer(reply, 'notFound');
    else done();
  });
  app.setNotFoundHandler((_request, reply) => desk.answer(reply, 'notFound'));
  app.setErrorHandler((error, _request, reply) => desk.explain(error, reply));
}

async function startListening(
  app: WebhookServer,
  { settings, tls }: ReceiverDetails,
): Promise<{ url: string; port: number }> {
  const { host } = settings;
  try {
    await app.listen({ host, port: settings.port });
  } catch (thrown) {
    throw new Problem({
      code: 'WEBHOOK_LISTEN_FAILED',
      kind: 'configuration',
      message: `the webhook receiver cannot listen on ${host}, port ${settings.port}`,
      hint: 'Another program may have the port, or this user may not take it: set webhooks.port.',
      evidence: { reason: toProblem(thrown).message },
      cause: thrown,
    });
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  const named = host.includes(':') ? `[${host}]` : host;
  return { url: `${tls === null ? 'http' : 'https'}://${named}:${port}`, port };
}
