import { createHash } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { Random } from '../../runtime/random.ts';
import { answerFaults, damaged, earlyFaults } from '../broken-answer.ts';
import type { FaultKind, FaultPlan } from '../faults.ts';
import type { Access } from './access.ts';
import { afterFaults, before, lost } from './fault.ts';
import { emptyReply, htmlReply, jsonReply } from './reply.ts';
import type { ShipbobSeed } from './seed.ts';

const CODE_MS = 120_000;
const ACCESS_MS = 3_600_000;
const REFRESH_MS = 30 * 86_400_000;

/** A login may take place, and use a refresh token up, though nobody hears of it. */
const loginFaults: readonly FaultKind[] = [...earlyFaults, ...answerFaults, ...afterFaults];

type Client = ShipbobSeed['clients'][number];

interface Code {
  client: Client;
  redirectUri: string;
  scope: string;
  challenge: string | null;
  expiresAtMs: number;
}

interface Refresh {
  client: Client;
  scope: string;
  expiresAtMs: number;
}

/**
 * ShipBob's authorization server (section 2.2), on the same host. It consents at once where a human
 * would click; a refresh token dies when it is used.
 */
export class AuthorizationServer {
  readonly #clients: readonly Client[];
  readonly #access: Access;
  readonly #random: Random;
  readonly #faults: FaultPlan;
  readonly #slowMs: () => number;
  readonly #codes = new Map<string, Code>();
  readonly #refreshes = new Map<string, Refresh>();

  constructor(settings: {
    clients: readonly Client[];
    access: Access;
    random: Random;
    faults: FaultPlan;
    slowMs: () => number;
  }) {
    this.#clients = settings.clients;
    this.#access = settings.access;
    this.#random = settings.random;
    this.#faults = settings.faults;
    this.#slowMs = settings.slowMs;
  }

  /** Null for a path that is not its own. */
  answer(request: HttpRequest, issuer: string, nowMs: number): HttpAnswer | null {
    const path = request.path.toLowerCase();
    if (path === '/connect/authorize' && request.method === 'GET') {
      return this.#authorize(new URLSearchParams(request.query), nowMs);
    }
    if (path === '/connect/token' && request.method === 'POST') {
      return this.#underFaults('POST /connect/token', nowMs, () =>
        this.#token(new URLSearchParams(request.body), issuer, nowMs),
      );
    }
    return null;
  }

  #underFaults(call: string, nowMs: number, act: () => HttpAnswer): HttpAnswer {
    const fault = this.#faults.choose(call, loginFaults);
    const early = fault === null ? null : before(fault, { path: '/connect/token', nowMs });
    if (early !== null) return early;
    const answer = act();
    return lost(fault) ?? damaged(answer, fault, this.#slowMs());
  }

  #authorize(ask: URLSearchParams, nowMs: number): HttpAnswer {
    const client = this.#clients.find((each) => each.clientId === ask.get('client_id'));
    const redirectUri = ask.get('redirect_uri');
    if (!client || !redirectUri) return htmlReply(400, 'unauthorized_client');
    const method = ask.get('code_challenge_method');
    const challenge = ask.get('code_challenge');
    const badMethod = challenge !== null && method !== 'S256';
    const answer = new URLSearchParams();
    if (ask.get('response_type') !== 'code' || badMethod) answer.set('error', 'invalid_request');
    else {
      const code = this.#secret();
      const scope = ask.get('scope') ?? '';
      const expiresAtMs = nowMs + CODE_MS;
      this.#codes.set(code, { client, redirectUri, scope, challenge, expiresAtMs });
      answer.set('code', code);
    }
    const state = ask.get('state');
    if (state !== null) answer.set('state', state);
    return deliver(redirectUri, ask.get('response_mode'), answer);
  }

  #token(form: URLSearchParams, issuer: string, nowMs: number): HttpAnswer {
    const client = this.#clients.find((each) => each.clientId === form.get('client_id'));
    if (!client || client.clientSecret !== form.get('client_secret')) {
      return refusal('invalid_client');
    }
    const kind = form.get('grant_type');
    if (kind === 'authorization_code') return this.#redeem(form, client, issuer, nowMs);
    if (kind === 'refresh_token') return this.#renew(form, client, issuer, nowMs);
    return refusal('unsupported_grant_type');
  }

  #redeem(form: URLSearchParams, client: Client, issuer: string, nowMs: number): HttpAnswer {
    const text = form.get('code') ?? '';
    const code = this.#codes.get(text);
    this.#codes.delete(text);
    if (!code || code.client !== client || code.expiresAtMs <= nowMs) {
      return refusal('invalid_grant');
    }
    if (code.redirectUri !== form.get('redirect_uri')) return refusal('invalid_grant');
    const verifier = form.get('code_verifier') ?? '';
    const proof = createHash('sha256').update(verifier).digest('base64url');
    if (code.challenge !== null && code.challenge !== proof) return refusal('invalid_grant');
    return this.#issue(client, code.scope, issuer, nowMs);
  }

  #renew(form: URLSearchParams, client: Client, issuer: string, nowMs: number): HttpAnswer {
    const text = form.get('refresh_token') ?? '';
    const refresh = this.#refreshes.get(text);
    this.#refreshes.delete(text);
    if (!refresh || refresh.client !== client || refresh.expiresAtMs <= nowMs) {
      return refusal('invalid_grant');
    }
    return this.#issue(client, refresh.scope, issuer, nowMs);
  }

  #issue(client: Client, asked: string, issuer: string, nowMs: number): HttpAnswer {
    const wanted = asked.split(' ').filter((scope) => scope !== '');
    const scopes = wanted.filter((scope) => client.scopes.includes(scope));
    const access = jwt({
      iss: issuer,
      client_id: client.clientId,
      scope: scopes,
      exp: Math.floor((nowMs + ACCESS_MS) / 1000),
      jti: this.#secret(),
    });
    this.#access.grant(access, {
      application: client.clientId,
      scopes: new Set(scopes),
      expiresAtMs: nowMs + ACCESS_MS,
    });
    const offline = scopes.includes('offline_access');
    const refresh = this.#secret();
    if (offline) {
      const expiresAtMs = nowMs + REFRESH_MS;
      this.#refreshes.set(refresh, { client, scope: asked, expiresAtMs });
    }
    return jsonReply({
      id_token: jwt({ iss: issuer, aud: client.clientId }),
      access_token: access,
      expires_in: ACCESS_MS / 1000,
      token_type: 'Bearer',
      ...(offline ? { refresh_token: refresh } : {}),
      scope: scopes.join(' '),
    });
  }

  #secret(): string {
    let text = '';
    while (text.length < 40) {
      text += Math.floor(this.#random.next() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0');
    }
    return text.toUpperCase();
  }
}

/** The default puts the values into the fragment, which no server sees. */
function deliver(redirectUri: string, mode: string | null, answer: URLSearchParams): HttpAnswer {
  if (mode !== 'form_post') {
    const sign = mode === 'query' ? '?' : '#';
    return emptyReply(302, { location: `${redirectUri}${sign}${answer}` });
  }
  const inputs = [...answer].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${encodeURIComponent(value)}">`,
  );
  const form = `<form method="post" action="${encodeURI(redirectUri)}">${inputs.join('')}</form>`;
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: `<html><body onload="document.forms[0].submit()">${form}</body></html>`,
  };
}

function refusal(error: string): HttpAnswer {
  return jsonReply({ error }, { status: 400 });
}

/** Only its claims are real: nothing here verifies the signature. */
function jwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}
