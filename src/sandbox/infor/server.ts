import type { AdjustableClock } from '../../runtime/clock.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type ListeningServer,
  serveHttp,
} from '../../runtime/http-server.ts';
import type { Random } from '../../runtime/random.ts';
import { damaged } from '../broken-answer.ts';
import { FaultPlan } from '../faults.ts';
import { handleControl } from './control.ts';
import { brokenAnswer, gatewayError, handleMi, loginFaults } from './gateway.ts';
import { credentials, ionapiOf } from './oauth.ts';
import type { InforSeed } from './seed.ts';
import { createState, runDueJobs } from './state.ts';
import { richTenant, type TenantModes } from './tenant.ts';
import { World } from './world.ts';

export interface InforSandbox {
  /** Serves on loopback; port 0 takes any free one. `ionapi` is the content of a `.ionapi` file. */
  listen(port: number): Promise<{ url: string; ionapi: Record<string, string> }>;
  close(): Promise<void>;
  /** Answers without a socket, as `listen` would over one. */
  handle(request: HttpRequest): Promise<HttpAnswer>;
  world: World;
  faults: FaultPlan;
}

const execute = `/${credentials.tenant}/M3/m3api-rest/v2/execute`;

/**
 * A simulated ION API gateway with an M3 company behind it. It keeps its own exact books and shares
 * no code with the connector, so that it can judge what the connector did. `tenant` starts from
 * `richTenant`; `latencyMs` is real time added to every M3 answer.
 */
export function createInforSandbox(settings: {
  clock: AdjustableClock;
  random: Random;
  seed: InforSeed;
  tenant?: Partial<TenantModes>;
  latencyMs?: number;
  /** Told of every exchange before its answer leaves. */
  watch?: (request: HttpRequest, answer: HttpAnswer) => Promise<void> | void;
}): InforSandbox {
  const { clock, random, seed, latencyMs = 0 } = settings;
  const tenant: TenantModes = { ...richTenant, ...settings.tenant };
  const faults = new FaultPlan(random);
  const world = new World(createState({ seed, tenant, clock, random }), faults);
  let server: ListeningServer | undefined;
  async function answer(request: HttpRequest): Promise<HttpAnswer> {
    const own = handle(world, faults, request);
    await settings.watch?.(request, own);
    const delayMs = (own.delayMs ?? 0) + (isM3(request) ? latencyMs : 0);
    return delayMs > 0 ? { ...own, delayMs } : own;
  }
  return {
    world,
    faults,
    handle: answer,
    async listen(port) {
      server = await serveHttp({ port, nowMs: () => clock.now(), handle: answer });
      return { url: server.url, ionapi: ionapiOf(server.url) };
    },
    async close() {
      await server?.close();
    },
  };
}

function handle(world: World, faults: FaultPlan, request: HttpRequest): HttpAnswer {
  runDueJobs(world.state);
  const control = handleControl(world, faults, request);
  if (control) return control;
  world.state.httpRequests += 1;
  const { method, path } = request;
  const login = `/${credentials.tenant}/as`;
  if (path === `${login}/token.oauth2` || path === `${login}/revoke_token.oauth2`) {
    if (method !== 'POST') return gatewayError(405, 'Method not allowed');
    return answerLogin(world, faults, request);
  }
  if (!isM3(request)) return gatewayError(404, 'No such API');
  if (!world.tokens.accepts(request.headers.authorization)) {
    return gatewayError(401, 'Invalid or expired access token');
  }
  const tail = path.slice(execute.length).replace(/^\//, '');
  const bulk = method === 'POST' && tail === '';
  const single = method === 'GET' && tail !== '';
  if (!bulk && !single) return gatewayError(405, 'Method not allowed');
  return handleMi(world.state, faults, request, tail);
}

function answerLogin(world: World, faults: FaultPlan, request: HttpRequest): HttpAnswer {
  const kind = faults.choose('OAUTH/token', loginFaults);
  const broken = kind && brokenAnswer(kind, world.state.clock.now());
  if (broken) return broken;
  const answer = request.path.endsWith('/token.oauth2')
    ? world.tokens.issue(request)
    : world.tokens.revoke(request);
  return damaged(answer, kind, world.state.tenant.slowMs);
}

function isM3(request: HttpRequest): boolean {
  const { path } = request;
  return path === execute || path.startsWith(`${execute}/`);
}
