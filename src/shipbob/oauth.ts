/** ShipBob's authorization code flow with PKCE (reference: shipbob-api §2.2). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../app/ports.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import type { Http } from '../runtime/http.ts';
import { encodeText } from '../runtime/percent-text.ts';
import {
  codeAbsent,
  consentRefused,
  type LoginAsk,
  loginMisplaced,
  loginRefused,
  loginUnavailable,
  renewalNotGranted,
  stateDiffers,
} from './oauth-problem.ts';
import { isObject } from './schema.ts';
import { retryAfterMs } from './verdict.ts';

/** Where the login is made, and by which application. */
export interface OAuthClient {
  /** Scheme and host, e.g. `https://auth.shipbob.com`. */
  authUrl: string;
  clientId: string;
  clientSecret: string;
}

/** What ShipBob grants; the refresh token is new each time. */
export interface OAuthGrant {
  accessToken: string;
  refreshToken: string;
  lifeMs: number;
  /** Space-separated; what was asked for where ShipBob does not say. */
  scope: string;
}

/** Kept by the one who sent the browser away, compared with what it brings back. */
export interface LoginSecrets {
  state: string;
  verifier: string;
}

const everyStream = [
  'channels_read',
  'orders_read',
  'fulfillments_read',
  'receiving_read',
  'products_read',
  'inventory_read',
  'locations_read',
];

/** The scopes that the configured streams need (reference: shipbob-api §2.3). */
export function scopesFor(streams: { costs: boolean }): string[] {
  return streams.costs ? [...everyStream, 'billing_read'] : everyStream;
}

/** Asked for as well, for `mlc webhooks`; without them everything else works. */
export const webhookScopes = ['webhooks_read', 'webhooks_write'];

export function createLoginSecrets(): LoginSecrets {
  return {
    state: randomBytes(24).toString('base64url'),
    verifier: randomBytes(48).toString('base64url'),
  };
}

/** The address that a person opens. `offline_access` is added: it is what makes a login last. */
export function authorizeUrl(request: {
  authUrl: string;
  clientId: string;
  redirectUri: string;
  scopes: readonly string[];
  secrets: LoginSecrets;
}): string {
  const { secrets } = request;
  const query = formOf({
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    response_type: 'code',
    // Without it the code comes in the fragment, which the browser keeps to itself.
    response_mode: 'query',
    scope: [...request.scopes, 'offline_access'].join(' '),
    state: secrets.state,
    code_challenge: createHash('sha256').update(secrets.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `${base(request.authUrl)}/connect/authorize?${query}`;
}

/**
 * The code in what the browser brought back: a query or fragment, a whole address, or (from a
 * person, with `alone`) the code by itself. Throws Problem (`credentials`, `configuration`) when
 * there is none, when ShipBob said no, or when it belongs to another login.
 */
export function codeIn(
  text: string,
  expected: { state: string; scopes: readonly string[]; alone: 'accepted' | 'refused' },
): string {
  const given = text.trim();
  if (expected.alone === 'accepted' && /^[A-Za-z0-9._~-]{16,}$/.test(given)) return given;
  const fields = fieldsIn(given);
  const state = fields.get('state');
  if (state === null && fields.get('code') === null && fields.get('error') === null) {
    throw codeAbsent();
  }
  if (!sameText(state ?? '', expected.state)) throw stateDiffers();
  const error = fields.get('error');
  if (error !== null) throw consentRefused(shortCode(error), expected.scopes);
  const code = fields.get('code') ?? '';
  if (code === '') throw codeAbsent();
  return code;
}

/** Query and fragment alike: which of both is used depends on the answer mode ShipBob chose. */
function fieldsIn(address: string): URLSearchParams {
  const start = address.search(/[?#]/);
  const text = start < 0 ? address : address.slice(start + 1);
  return new URLSearchParams(text.replaceAll('#', '&'));
}

/** In a time that does not tell how much of it was right. */
function sameText(left: string, right: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(left), hash(right));
}

/** Trades the code for tokens. Throws Problem: see `ask`. */
export function exchangeCode(request: {
  http: Http;
  clock: Pick<Clock, 'now'>;
  client: OAuthClient;
  redirectUri: string;
  code: string;
  verifier: string;
  scopes: readonly string[];
  timeoutMs: number;
}): Promise<OAuthGrant> {
  return ask(request, {
    about: 'code',
    fields: {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.verifier,
    },
    refreshToken: '',
    scope: request.scopes.join(' '),
  });
}

/** Trades the refresh token, which ends with that, for a new pair. Throws Problem: see `ask`. */
export function refresh(request: {
  http: Http;
  clock: Pick<Clock, 'now'>;
  client: OAuthClient;
  refreshToken: string;
  scope: string;
  timeoutMs: number;
}): Promise<OAuthGrant> {
  const { refreshToken, scope } = request;
  return ask(request, {
    about: 'renewal',
    fields: { grant_type: 'refresh_token', refresh_token: refreshToken },
    refreshToken,
    scope,
  });
}

/**
 * Throws Problem: `credentials` when ShipBob says no, `retryable` when it cannot be asked or its
 * answer was lost, `configuration` when no login is there. No Problem holds what was sent.
 */
async function ask(
  to: { http: Http; clock: Pick<Clock, 'now'>; client: OAuthClient; timeoutMs: number },
  asked: {
    about: LoginAsk;
    fields: Record<string, string>;
    refreshToken: string;
    scope: string;
  },
): Promise<OAuthGrant> {
  const { client } = to;
  const outcome = await to.http.send({
    method: 'POST',
    url: `${base(client.authUrl)}/connect/token`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: formOf({
      ...asked.fields,
      client_id: client.clientId,
      client_secret: client.clientSecret,
    }),
    deadlineMs: to.timeoutMs,
  });
  if (outcome.kind !== 'answer') throw loginUnavailable(outcome.reason, null);
  const body = objectIn(outcome.text);
  const error = shortCode(textOf(body?.error));
  if (outcome.status === 429 || outcome.status >= 500) {
    const afterMs = retryAfterMs(outcome.headers, to.clock.now());
    throw loginUnavailable(`HTTP ${outcome.status}`, afterMs);
  }
  refuse(asked.about, outcome.status, error);
  const accessToken = textOf(body?.access_token);
  if (!isToken(accessToken)) throw loginUnavailable('the answer holds no token', null);
  const given = textOf(body?.refresh_token);
  const refreshToken = given === '' ? asked.refreshToken : given;
  if (!isToken(refreshToken)) throw renewalNotGranted();
  const scope = textOf(body?.scope) || asked.scope;
  return { accessToken, refreshToken, lifeMs: lifeOf(body?.expires_in), scope };
}

/** An error counts whatever the status says (reference: shipbob-api §2.2). */
function refuse(about: LoginAsk, status: number, error: string): void {
  if (error === 'temporarily_unavailable' || error === 'server_error') {
    throw loginUnavailable(error, null);
  }
  if (error !== '') throw loginRefused(about, error, status);
  if (status === 400 || status === 401 || status === 403) throw loginRefused(about, '', status);
  if (status !== 200) throw loginMisplaced(status);
}

/** A token whose life is not told is taken for short. */
const lifeMsUnknown = 600_000;

/** `expires_in` in seconds. */
function lifeOf(value: unknown): number {
  const seconds = Number(textOf(value) || 'none');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : lifeMsUnknown;
}

/** Nothing that could break out of a header. */
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** ShipBob's codes are words; anything longer may repeat what was sent. */
function shortCode(error: string): string {
  if (error === '') return '';
  return /^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error';
}

function formOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeText(value)}`)
    .join('&');
}

function base(authUrl: string): string {
  return authUrl.replace(/\/+$/, '');
}

function objectIn(text: string): Record<string, unknown> | null {
  const value = parseExactJson(text)?.value;
  return isObject(value) ? value : null;
}

/** Numbers come as their text: see parseExactJson. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
