import type { HttpAnswer, HttpRequest } from '../../runtime/http-server.ts';
import type { State } from './state.ts';

/** What a `.ionapi` file of the simulated tenant holds; the odd characters have to be encoded. */
export const credentials = {
  tenant: 'MLC_TST',
  clientId: 'MLC_TST~sandbox+client/id=',
  clientSecret: 'sandbox~secret+with/odd=signs&more',
  accessKey: 'MLC_TST#sandbox+service/account=',
  secretKey: 'sandbox#service&secret%key',
} as const;

export function ionapiOf(url: string): Record<string, string> {
  return {
    ti: credentials.tenant,
    cn: 'mlc-sandbox',
    dt: '12',
    ci: credentials.clientId,
    cs: credentials.clientSecret,
    iu: url,
    pu: `${url}/${credentials.tenant}/as/`,
    oa: 'authorization.oauth2',
    ot: 'token.oauth2',
    or: 'revoke_token.oauth2',
    ev: 'U1478650636',
    v: '1.0',
    saak: credentials.accessKey,
    sask: credentials.secretKey,
  };
}

/** Tokens of the service account, alive in virtual time (reference/infor-api.md §1.2). */
export class TokenDesk {
  /** Off, the account is as if revoked: no new tokens and none of the old ones. */
  accountEnabled = true;
  readonly #tokens = new Map<string, number>();
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  issue(request: HttpRequest): HttpAnswer {
    const form = new URLSearchParams(request.body);
    if (!isClient(request, form)) return problem(401, 'invalid_client');
    const grant = form.get('grant_type');
    if (grant !== 'password') return problem(400, 'unsupported_grant_type');
    const known =
      form.get('username') === credentials.accessKey &&
      form.get('password') === credentials.secretKey;
    if (!known || !this.accountEnabled) return problem(400, 'invalid_grant');
    const { tokenLifetimeMs } = this.#state.tenant;
    const nowMs = this.#state.clock.now();
    for (const [token, endsAtMs] of this.#tokens) {
      if (endsAtMs <= nowMs) this.#tokens.delete(token);
    }
    const token = this.#mint();
    this.#tokens.set(token, nowMs + tokenLifetimeMs);
    return json(200, {
      access_token: token,
      token_type: 'Bearer',
      expires_in: Math.floor(tokenLifetimeMs / 1000),
    });
  }

  revoke(request: HttpRequest): HttpAnswer {
    const form = new URLSearchParams(request.body);
    if (!isClient(request, form)) return problem(401, 'invalid_client');
    this.#tokens.delete(form.get('token') ?? '');
    return { status: 200 };
  }

  expireAll(): void {
    this.#tokens.clear();
  }

  accepts(authorization: string | undefined): boolean {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    const endsAtMs = this.#tokens.get(token);
    return this.accountEnabled && endsAtMs !== undefined && this.#state.clock.now() < endsAtMs;
  }

  #mint(): string {
    const parts = [0, 1, 2].map(() => Math.floor(this.#state.random.next() * 2 ** 48).toString(36));
    return `eyJ${parts.join('.')}.${this.#tokens.size}`;
  }
}

function isClient(request: HttpRequest, form: URLSearchParams): boolean {
  const [, basic] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (basic === undefined) {
    const { clientId, clientSecret } = credentials;
    return form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
  }
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  const at = pair.indexOf(':');
  const given = [pair.slice(0, at), pair.slice(at + 1)];
  const wanted = [credentials.clientId, credentials.clientSecret];
  // RFC 6749 form-encodes both halves; plain ones are in use too.
  return given.every((text, index) => {
    const plain = wanted[index] ?? '';
    return text === plain || text === encodeURIComponent(plain);
  });
}

function problem(status: number, error: string): HttpAnswer {
  return json(status, { error, error_description: `The request was refused: ${error}` });
}

function json(status: number, body: unknown): HttpAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify(body) };
}
