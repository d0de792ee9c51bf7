import type { Clock } from '../../runtime/clock.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type ListeningServer,
  serveHttp,
} from '../../runtime/http-server.ts';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { FaultPlan } from '../faults.ts';
import { Access } from './access.ts';
import { createApi } from './api.ts';
import { readBooks, type ShipbobBooks } from './books.ts';
import { answerControl } from './control.ts';
import { DEFAULT_MODES, type ShipbobModes } from './model.ts';
import { AuthorizationServer } from './oauth.ts';
import { textReply } from './reply.ts';
import type { ShipbobSeed } from './seed.ts';
import { type WebhookCarrier, WebhookSender } from './webhook-sender.ts';
import { ShipbobWorld } from './world.ts';

/** Virtual time between two looks at due webhooks. */
const WEBHOOK_PAUSE_MS = 1_000;

export interface ShipbobSandbox {
  world: ShipbobWorld;
  faults: FaultPlan;
  /** Behaviour that may be changed while it runs. */
  modes: ShipbobModes;
  webhooks: WebhookSender;
  /** Answers without a socket, as `listen` would over one. */
  handle(request: HttpRequest): Promise<HttpAnswer>;
  books(): ShipbobBooks;
  /** Another token that never ends, with these scopes alone. */
  grantToken(token: string, application: string, scopes: readonly string[]): void;
  /** Sends the webhooks that are due now; returns the number of attempts. */
  sendWebhooks(): Promise<number>;
  /** `port` 0 takes any free one. The token is the seed's first. */
  listen(port: number): Promise<{ url: string; token: string }>;
  close(): Promise<void>;
}

/** ShipBob's public API on loopback, with exact books and with the faults that are asked for. */
export function createShipbobSandbox(settings: {
  clock: Clock & { advance?(durationMs: number): void };
  random: Random;
  seed: ShipbobSeed;
  modes?: Partial<ShipbobModes>;
  /** Told of every exchange before its answer leaves over the socket. */
  watch?: (request: HttpRequest, answer: HttpAnswer) => Promise<void> | void;
  /** Carries webhooks; the network unless given. */
  carrier?: WebhookCarrier;
}): ShipbobSandbox {
  const { clock, seed } = settings;
  const modes: ShipbobModes = { ...DEFAULT_MODES, ...settings.modes };
  const branch = () => seededRandom(Math.floor(settings.random.next() * 0x1_0000_0000));
  const faults = new FaultPlan(branch());
  const access = new Access(seed.tokens);
  const world = new ShipbobWorld({ seed, modes, now: () => clock.now() });
  const oauth = new AuthorizationServer({
    ...{ clients: seed.clients, access, random: branch(), faults },
    slowMs: () => modes.slowMs,
  });
  const webhooks = new WebhookSender(world.state, branch(), settings.carrier);
  const calls = new Map<string, number>();
  let baseUrl = 'http://127.0.0.1';
  const api = createApi({ world, access, faults, calls, random: branch(), base: () => baseUrl });

  async function handle(request: HttpRequest): Promise<HttpAnswer> {
    try {
      const own = answerControl(request, { world, faults, clock, calls });
      return own ?? oauth.answer(request, baseUrl, clock.now()) ?? api(request);
    } catch (error) {
      return textReply(500, `Simulator defect: ${error instanceof Error ? error.stack : error}`);
    }
  }

  let server: ListeningServer | null = null;
  const closing = new AbortController();
  async function sendWebhooks(): Promise<number> {
    world.settle();
    return webhooks.flush();
  }
  async function keepSending(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(WEBHOOK_PAUSE_MS, closing.signal);
      await sendWebhooks();
    }
  }

  return {
    world,
    faults,
    modes,
    webhooks,
    handle,
    books() {
      world.settle();
      return readBooks(world.state, calls);
    },
    grantToken(token, application, scopes) {
      access.grant(token, { application, scopes: new Set(scopes), expiresAtMs: null });
    },
    sendWebhooks,
    async listen(port) {
      const watched = async (request: HttpRequest) => {
        const answer = await handle(request);
        await settings.watch?.(request, answer);
        return answer;
      };
      server = await serveHttp({ port, handle: watched, nowMs: () => clock.now() });
      baseUrl = server.url;
      if (modes.webhooks === 'automatic') keepSending().catch(() => closing.abort());
      const token = seed.tokens[0]?.token;
      if (token === undefined) throw new Error('The seed holds no token.');
      return { url: server.url, token };
    },
    async close() {
      closing.abort();
      await server?.close();
      server = null;
    },
  };
}
