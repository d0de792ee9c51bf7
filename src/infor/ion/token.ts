import type { Clock } from '../../app/ports.ts';
import { parseExactJson } from '../../runtime/exact-json.ts';
import type { Http } from '../../runtime/http.ts';
import { encodeText } from '../../runtime/percent-text.ts';
import { type Ionapi, tokenUrl } from './ionapi.ts';
import { credentialsRefused, loginMisplaced, loginUnavailable, retryAfterMs } from './problem.ts';

/**
 * Hands out the access token. Both methods throw a Problem: `credentials` when Infor refuses the
 * login, `retryable` when it cannot be asked, `configuration` when there is no login.
 */
export interface TokenSource {
  token(): Promise<string>;
  /** A token other than the one that was refused; asks for a new one only if nobody has yet. */
  renew(rejected: string): Promise<string>;
}

interface Held {
  token: string;
  renewAtMs: number;
}

/** A token whose life is not told is taken for short; the gateway's 401 tells when it is not. */
const lifeMsUnknown = 600_000;

/**
 * Password grant with the service account, never a refresh token: refresh tokens may rotate on use
 * and buy nothing here (reference: infor-api §1.2). All callers share one renewal.
 */
export function createTokenSource(options: {
  http: Http;
  clock: Clock;
  ionapi: () => Promise<Ionapi>;
  /** Renewed this long before it expires, but not before half its life. Default 120 s. */
  renewAheadMs?: number;
  timeoutMs?: number;
}): TokenSource {
  const renewAheadMs = options.renewAheadMs ?? 120_000;
  let held: Held | null = null;
  let renewal: Promise<Held> | null = null;

  function renewed(): Promise<Held> {
    renewal ??= login(options, renewAheadMs)
      .then((fresh) => {
        held = fresh;
        return fresh;
      })
      .finally(() => {
        renewal = null;
      });
    return renewal;
  }

  return {
    async token() {
      if (held !== null && options.clock.now() < held.renewAtMs) return held.token;
      return (await renewed()).token;
    },
    async renew(rejected) {
      if (held !== null && held.token !== rejected) return held.token;
      return (await renewed()).token;
    },
  };
}

async function login(
  options: {
    http: Http;
    clock: Clock;
    ionapi: () => Promise<Ionapi>;
    timeoutMs?: number;
  },
  renewAheadMs: number,
): Promise<Held> {
  const ionapi = await options.ionapi();
  const askedAtMs = options.clock.now();
  const answer = await options.http.send({
    method: 'POST',
    url: tokenUrl(ionapi),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: formOf({
      grant_type: 'password',
      username: ionapi.accessKey,
      password: ionapi.secretKey,
      client_id: ionapi.clientId,
      client_secret: ionapi.clientSecret,
    }),
    deadlineMs: options.timeoutMs ?? 30_000,
  });
  // Asking for a token changes nothing, so an unclear answer is as good as none.
  if (answer.kind !== 'answer') throw loginUnavailable(answer.reason, null);
  const body = objectIn(answer.text);
  switch (answer.status) {
    case 200:
      break;
    case 400:
    case 401:
    case 403:
      throw credentialsRefused(answer.status, textOf(body?.error));
    case 404:
    case 405:
      throw loginMisplaced(answer.status);
    default: {
      const afterMs = retryAfterMs(answer.headers, options.clock.now());
      throw loginUnavailable(`HTTP ${answer.status}`, afterMs);
    }
  }
  const token = textOf(body?.access_token);
  if (!/^[\x21-\x7e]+$/.test(token)) throw loginUnavailable('the answer holds no token', null);
  const lifeMs = lifeOf(body?.expires_in);
  const aheadMs = Math.min(renewAheadMs, lifeMs / 2);
  return { token, renewAtMs: askedAtMs + lifeMs - aheadMs };
}

/** Every value is encoded: `#`, `~`, `+`, `/` and `=` occur in them. */
function formOf(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeText(value)}`)
    .join('&');
}

/** `expires_in` in seconds, which some tenants give as text. */
function lifeOf(value: unknown): number {
  const seconds = Number(textOf(value) || 'none');
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : lifeMsUnknown;
}

function objectIn(text: string): Record<string, unknown> | null {
  const value = parseExactJson(text)?.value;
  return isObject(value) ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
