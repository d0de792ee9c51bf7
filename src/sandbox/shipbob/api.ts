import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { Random } from '../../runtime/random.ts';
import { answerFaults, damaged, earlyFaults } from '../broken-answer.ts';
import type { FaultKind, FaultPlan } from '../faults.ts';
import { type Access, channelOf, scopeRefusal } from './access.ts';
import { afterFaults, before, lost, tooManyCalls } from './fault.ts';
import { parseJson } from './json.ts';
import { Query } from './query.ts';
import { RateWindow } from './rate-window.ts';
import { emptyReply, mapReply } from './reply.ts';
import { type Call, createRouter, type Match, VERSIONS } from './route.ts';
import { BILLING_ROUTES } from './routes-billing.ts';
import { INVENTORY_ROUTES } from './routes-inventory.ts';
import { ORDER_ROUTES } from './routes-order.ts';
import { PRODUCT_ROUTES } from './routes-product.ts';
import { RECEIVING_ROUTES } from './routes-receiving.ts';
import { SHIPMENT_ROUTES } from './routes-shipment.ts';
import { SIMULATION_ROUTES } from './routes-simulation.ts';
import { WEBHOOK_ROUTES } from './routes-webhook.ts';
import { mixNulls } from './wire.ts';
import type { ShipbobWorld } from './world.ts';

const findRoute = createRouter([
  ...ORDER_ROUTES,
  ...SHIPMENT_ROUTES,
  ...RECEIVING_ROUTES,
  ...PRODUCT_ROUTES,
  ...INVENTORY_ROUTES,
  ...BILLING_ROUTES,
  ...WEBHOOK_ROUTES,
  ...SIMULATION_ROUTES,
]);

const READ_FAULTS: readonly FaultKind[] = [...earlyFaults, ...answerFaults];
const WRITE_FAULTS: readonly FaultKind[] = [...READ_FAULTS, ...afterFaults];

export interface ApiSettings {
  world: ShipbobWorld;
  access: Access;
  faults: FaultPlan;
  /** Counts the calls that reached a route, by its name. */
  calls: Map<string, number>;
  random: Random;
  base: () => string;
}

/** One call: version, token, rate, fault, scope, channel, then the resource itself. */
export function createApi(settings: ApiSettings): (request: HttpRequest) => HttpAnswer {
  const { world, access, faults, calls } = settings;
  const { state } = world;
  const window = new RateWindow(() => state.modes.rateLimitPerMinute);
  return (request) => {
    world.settle();
    const [, version = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.path) ?? [];
    const known = VERSIONS.find((each) => each === version.toLowerCase());
    const match = known ? findRoute(request.method, path, known) : null;
    if (!known || !match) return emptyReply(404);
    const name = `${match.route.method} ${match.route.path}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    const grant = access.check(request.headers.authorization, state.nowMs);
    if (!grant) return refuseToken(state.modes.refusedToken);
    const rate = window.take(grant.application, state.nowMs);
    if (!rate.taken) return tooManyCalls(rate.retryAfterS, String(rate.retryAfterS));
    const fault = faults.choose(name, suffers(request, world));
    const early = fault ? before(fault, { path, nowMs: state.nowMs }) : null;
    if (early) return early;
    if (request.method !== 'GET' && !path.startsWith('/webhook')) world.forgetCopy();
    const refused = scopeRefusal(grant, match.route.scope);
    const answer = refused
      ? emptyReply(refused)
      : perform(
          { request, match, version: known, path: `/${known}${path}` },
          { ...settings, world: fault === 'staleRead' ? world.lagging() : world },
        );
    const headers = { ...answer.headers, 'x-remaining-calls': String(rate.remaining) };
    return lost(fault) ?? damaged({ ...answer, headers }, fault, state.modes.slowMs);
  };
}

function perform(
  asked: { request: HttpRequest; match: Match; version: string; path: string },
  settings: ApiSettings,
): HttpAnswer {
  const { request, match, version, path } = asked;
  const { state } = settings.world;
  const channelId = channelOf(request.headers.shipbob_channel_id, state.channels);
  if (channelId === 'unknown') return emptyReply(403);
  const body = request.body === '' ? undefined : parseJson(request.body);
  if (request.body !== '' && body === undefined) {
    return mapReply(400, { '': ['The body is not valid JSON.'] });
  }
  const call: Call = {
    world: settings.world,
    state,
    version,
    path,
    baseUrl: settings.base(),
    query: new Query(request.query, state.modes),
    params: match.params,
    body,
    channelId,
    loose: (value) => (state.modes.nulls === 'mixed' ? mixNulls(value, settings.random) : value),
  };
  return match.route.answer(call);
}

/** A read that some copy may have to answer, as long as there is one. */
function suffers(request: HttpRequest, world: ShipbobWorld): readonly FaultKind[] {
  if (request.method !== 'GET') return WRITE_FAULTS;
  return world.hasCopy() ? [...READ_FAULTS, 'staleRead'] : READ_FAULTS;
}

function refuseToken(mode: 'status' | 'redirect'): HttpAnswer {
  if (mode === 'status') return emptyReply(401);
  return emptyReply(302, { location: '/Account/Login?ReturnUrl=%2F' });
}
