import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { Random } from '../../runtime/random.ts';
import type { FaultKind, FaultPlan } from '../faults.ts';
import { type Access, channelOf, scopeRefusal } from './access.ts';
import { parseJson } from './json.ts';
import { Query } from './query.ts';
import { RateWindow } from './rate-window.ts';
import { emptyReply, htmlReply, jsonReply, mapReply, textReply } from './reply.ts';
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

const READ_FAULTS: readonly FaultKind[] = [
  'unauthorized',
  'rateLimited',
  'rateLimitedBare',
  'serverErrorBefore',
  'gatewayTimeoutBefore',
  'resetBefore',
  'slow',
  'truncated',
  'html',
];
const WRITE_FAULTS: readonly FaultKind[] = [
  ...READ_FAULTS,
  'serverErrorAfter',
  'gatewayTimeoutAfter',
  'resetAfter',
];

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
    if (!rate.taken) return tooManyCalls(rate.retryAfterS, 'header');
    const fault = faults.choose(name, request.method === 'GET' ? READ_FAULTS : WRITE_FAULTS);
    const early = fault ? before(fault, path) : null;
    if (early) return early;
    const refused = scopeRefusal(grant, match.route.scope);
    const answer = refused
      ? emptyReply(refused)
      : perform({ request, match, version: known, path: `/${known}${path}` }, settings);
    const headers = { ...answer.headers, 'x-remaining-calls': String(rate.remaining) };
    return after({ ...answer, headers }, fault, state.modes.slowMs);
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

/** What goes wrong before anything happens; null where the call still takes place. */
function before(fault: FaultKind, path: string): HttpAnswer | null {
  switch (fault) {
    case 'unauthorized':
      return emptyReply(401);
    case 'rateLimited':
      return tooManyCalls(25, 'header');
    case 'rateLimitedBare':
      return tooManyCalls(25, 'bare');
    case 'serverErrorBefore':
      return serverError(path);
    case 'gatewayTimeoutBefore':
      return htmlReply(524, 'A timeout occurred');
    case 'resetBefore':
      return { status: 500, reset: true };
    case 'html':
      return htmlReply(200, 'Just a moment...');
    default:
      return null;
  }
}

function after(answer: HttpAnswer, fault: FaultKind | null, slowMs: number): HttpAnswer {
  switch (fault) {
    case 'serverErrorAfter':
      return serverError('');
    case 'gatewayTimeoutAfter':
      return htmlReply(524, 'A timeout occurred');
    case 'resetAfter':
      return { status: 500, reset: true };
    case 'slow':
      return { ...answer, delayMs: slowMs };
    case 'truncated':
      return { ...answer, truncateAtBytes: Math.floor((answer.body ?? '').length / 2) };
    default:
      return answer;
  }
}

function serverError(path: string): HttpAnswer {
  const database = path.toLowerCase().startsWith('/order');
  return database
    ? textReply(500, 'An unexpected database error occurred. Please try again later')
    : textReply(500, 'The wait operation timed out.');
}

function refuseToken(mode: 'status' | 'redirect'): HttpAnswer {
  if (mode === 'status') return emptyReply(401);
  return emptyReply(302, { location: '/Account/Login?ReturnUrl=%2F' });
}

/** The body is ShipBob's own wording (section 3); `bare` leaves the header out. */
function tooManyCalls(seconds: number, form: 'header' | 'bare'): HttpAnswer {
  const message = `Rate limit is exceeded. Try again in ${seconds} seconds.`;
  const headers: Record<string, string> =
    form === 'bare' ? {} : { 'x-retry-after': String(seconds), 'x-remaining-calls': '0' };
  return jsonReply({ statusCode: 429, message }, { status: 429, headers });
}
