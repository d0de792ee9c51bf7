import { afterEach, describe, expect, it } from 'vitest';
import { createHttp, type Http } from '../../src/runtime/http.ts';
import { createShipbobSource } from '../../src/shipbob/client.ts';
import { loginOf, type StoredLogin } from '../../src/shipbob/login.ts';
import {
  authorizeUrl,
  codeIn,
  createLoginSecrets,
  exchangeCode,
  type LoginSecrets,
  refresh,
  scopesFor,
} from '../../src/shipbob/oauth.ts';
import { createShipbobTokens } from '../../src/shipbob/token.ts';
import { type Bench, openBench } from '../support/shipbob-sandbox.ts';
import { openTestStore } from '../support/store-open.ts';

const redirectUri = 'http://127.0.0.1:8788/callback';
const scopes = scopesFor({ costs: true });
const hourMs = 3_600_000;
const timeoutMs = 5_000;

let bench: Bench;
let http: Http;

async function open() {
  bench = await openBench();
  http = createHttp();
  const client = { authUrl: bench.url, clientId: 'app', clientSecret: 'hush' };
  return { client, clock: bench.clock };
}

afterEach(async () => {
  http.close();
  await bench.sandbox.close();
});

/** Where a browser would be sent to; the sandbox agrees at once. */
async function consent(secrets: LoginSecrets, change: (url: string) => string = (url) => url) {
  const url = authorizeUrl({ authUrl: bench.url, clientId: 'app', redirectUri, scopes, secrets });
  const outcome = await http.send({
    method: 'GET',
    url: change(url),
    headers: {},
    body: null,
    deadlineMs: timeoutMs,
  });
  if (outcome.kind !== 'answer') throw new Error(outcome.reason);
  return outcome.headers.location ?? '';
}

async function loggedIn() {
  const { client, clock } = await open();
  const secrets = createLoginSecrets();
  const code = codeOf(await consent(secrets), secrets);
  const { verifier } = secrets;
  const asked = { http, clock, client, redirectUri, code, verifier, scopes, timeoutMs };
  return { client, clock, asked, grant: await exchangeCode(asked) };
}

const codeOf = (text: string, { state }: LoginSecrets) =>
  codeIn(text, { state, scopes, alone: 'refused' });

const ended = { code: 'SHIPBOB_LOGIN_ENDED', kind: 'credentials' };
const codeRefused = { code: 'SHIPBOB_CODE_REFUSED', kind: 'credentials' };

describe('a login at ShipBob', () => {
  it('asks for a code with PKCE, state, and all that is needed for long', async () => {
    await open();
    const secrets = createLoginSecrets();

    const asked = new URL(
      authorizeUrl({ authUrl: bench.url, clientId: 'app', redirectUri, scopes, secrets }),
    );

    expect(asked.pathname).toBe('/connect/authorize');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      response_mode: 'query',
      code_challenge_method: 'S256',
      state: secrets.state,
      redirect_uri: redirectUri,
    });
    expect(asked.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining([
        'orders_read',
        'fulfillments_read',
        'billing_read',
        'offline_access',
      ]),
    );
    expect(asked.href).not.toContain(secrets.verifier);
  });

  it('gives a pair of tokens, and each renewal another', async () => {
    const { client, clock, grant } = await loggedIn();
    const { refreshToken, scope } = grant;

    const renewed = await refresh({ http, clock, client, refreshToken, scope, timeoutMs });

    expect(grant.lifeMs).toBe(hourMs);
    expect(grant.scope.split(' ')).toEqual(expect.arrayContaining([...scopes, 'offline_access']));
    expect(renewed.accessToken).not.toBe(grant.accessToken);
    expect(renewed.refreshToken).not.toBe(refreshToken);
    await expect(
      refresh({ http, clock, client, refreshToken, scope, timeoutMs }),
    ).rejects.toMatchObject(ended);
  });

  it.each([
    ['query', (url: string) => url, /\?code=/],
    ['fragment', (url: string) => url.replace('&response_mode=query', ''), /#code=/],
  ])('reads the code from the %s of the address', async (_, change, form) => {
    const { client, clock } = await open();
    const secrets = createLoginSecrets();
    const { verifier } = secrets;

    const address = await consent(secrets, change);
    const code = codeOf(address, secrets);
    const grant = await exchangeCode({
      http,
      clock,
      client,
      redirectUri,
      code,
      verifier,
      scopes,
      timeoutMs,
    });

    expect(address).toMatch(form);
    expect(grant.accessToken).not.toBe('');
  });

  it('takes a code once, within two minutes, and with its verifier only', async () => {
    const { asked } = await loggedIn();
    const fresh = async () => {
      const secrets = createLoginSecrets();
      const { verifier } = secrets;
      return { ...asked, verifier, code: codeOf(await consent(secrets), secrets) };
    };
    const late = await fresh();
    const mixed = { ...(await fresh()), verifier: asked.verifier };

    await expect(exchangeCode(asked)).rejects.toMatchObject(codeRefused);
    await expect(exchangeCode(mixed)).rejects.toMatchObject(codeRefused);
    bench.clock.advance(120_000);
    await expect(exchangeCode(late)).rejects.toMatchObject(codeRefused);
  });

  it('with a wrong client secret names that', async () => {
    const { asked, client } = await loggedIn();

    const trying = exchangeCode({ ...asked, client: { ...client, clientSecret: 'wrong' } });

    await expect(trying).rejects.toMatchObject({ code: 'SHIPBOB_CLIENT_REFUSED' });
  });

  it('where no login is or can be reached says so', async () => {
    const { asked, client } = await loggedIn();
    const misplaced = { ...client, authUrl: `${bench.url}/nothing` };
    const unreachable = { ...client, authUrl: 'http://127.0.0.1:1' };

    await expect(exchangeCode({ ...asked, client: misplaced })).rejects.toMatchObject({
      kind: expect.stringMatching(/^(configuration|credentials)$/),
    });
    await expect(exchangeCode({ ...asked, client: unreachable })).rejects.toMatchObject({
      code: 'SHIPBOB_LOGIN_UNAVAILABLE',
      kind: 'retryable',
    });
  });
});

describe('what the browser brings back', () => {
  const expected = { state: 'the-state', scopes, alone: 'accepted' } as const;
  const code = '8F1D0C3B8F1D0C3B8F1D0C3B8F1D0C3B8F1D0C3B';

  it.each([
    [`${redirectUri}?code=${code}&state=the-state`],
    [`${redirectUri}#code=${code}&id_token=a.b.c&state=the-state`],
    [`  ${redirectUri}?code=${code}&state=the-state#  `],
    [`code=${code}&state=the-state`],
    [code],
  ])('is a code in %s', (text) => {
    expect(codeIn(text, expected)).toBe(code);
  });

  it.each([
    ['', 'SHIPBOB_CODE_MISSING'],
    ['https://app.shipbob.com/login', 'SHIPBOB_CODE_MISSING'],
    [`${redirectUri}?code=${code}`, 'SHIPBOB_LOGIN_MIXED_UP'],
    [`${redirectUri}?code=${code}&state=other`, 'SHIPBOB_LOGIN_MIXED_UP'],
    [`${redirectUri}?error=access_denied&state=other`, 'SHIPBOB_LOGIN_MIXED_UP'],
    [`${redirectUri}?error=access_denied&state=the-state`, 'SHIPBOB_CONSENT_REFUSED'],
    [`${redirectUri}?state=the-state`, 'SHIPBOB_CODE_MISSING'],
  ])('is no code in %s', (text, problem) => {
    expect(() => codeIn(text, expected)).toThrow(expect.objectContaining({ code: problem }));
  });

  it('names the scopes when one of them is not allowed', () => {
    const text = '?error=invalid_scope&state=the-state';

    expect(() => codeIn(text, expected)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('billing_read') }),
    );
  });
});

describe('calls with a login', () => {
  async function source(login: StoredLogin, clock: Bench['clock']) {
    const store = await openTestStore({ clock });
    const values = new Map([
      ['shipbob.login', JSON.stringify(login)],
      ['shipbob.clientSecret', 'hush'],
    ]);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const tokens = createShipbobTokens({
      http,
      clock,
      secrets: {
        read: async (name) => values.get(name) ?? null,
        write: async (name, value) => {
          values.set(name, value);
        },
      },
      locks: store,
      login: { authUrl: bench.url, clientId: 'app', renewAheadMs: 600_000 },
      timeoutMs,
      log,
      owner: 'test',
      crash: () => {},
    });
    const shipbob = createShipbobSource({
      http,
      clock,
      random: { next: () => 0.5 },
      log,
      ...tokens,
      budget: store,
      settings: {
        baseUrl: bench.url,
        apiVersion: '2026-07',
        channels: null,
        pageSize: 50,
        receivingPageSize: 50,
        callsPerMinute: 100,
        timeoutMs,
        retry: { baseMs: 1, capMs: 1, deadlineMs: 10 },
      },
    });
    return { shipbob, values };
  }

  it('go on over many lives of a token', async () => {
    const { clock, grant } = await loggedIn();
    const { shipbob } = await source(loginOf(grant, clock.now()), clock);

    for (let hour = 0; hour < 5; hour += 1) {
      expect((await shipbob.probe()).channels.length).toBeGreaterThan(0);
      clock.advance(hourMs);
    }
  });

  it('renew a token that ShipBob no longer takes, within the call', async () => {
    const { clock, grant } = await loggedIn();
    const longer = { ...loginOf(grant, clock.now()), expiresAtMs: clock.now() + 10 * hourMs };
    const { shipbob, values } = await source(longer, clock);
    clock.advance(2 * hourMs);

    const { channels } = await shipbob.probe();

    expect(channels.length).toBeGreaterThan(0);
    expect(JSON.parse(values.get('shipbob.login') ?? '').accessToken).not.toBe(grant.accessToken);
  });
});
