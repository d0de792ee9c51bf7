import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import type { Ionapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';

const ionapi: Ionapi = {
  tenant: 'ACME_TST',
  appName: 'mlc',
  clientId: 'ACME_TST~client',
  clientSecret: 'c/s+=',
  gatewayUrl: 'https://gateway.example.com',
  authorityUrl: 'https://sso.example.com/as/',
  tokenPath: 'token.oauth2',
  accessKey: 'ACME_TST#key',
  secretKey: 'top&secret',
};

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpOutcome {
  return { kind: 'answer', status, headers, text: JSON.stringify(body), durationMs: 1 };
}

function granted(number: number, expiresIn: unknown = 7200): HttpOutcome {
  return answer(200, { access_token: `token-${number}`, expires_in: expiresIn });
}

/** A login whose answers are given one after another; the last one is repeated. */
function loginWith(...answers: HttpOutcome[]) {
  const calls: HttpCall[] = [];
  let nowMs = 1_000_000;
  const http: Http = {
    async send(call) {
      calls.push(call);
      const outcome = answers[Math.min(calls.length, answers.length) - 1];
      if (outcome === undefined) throw new Error('no answer was prepared');
      return outcome;
    },
    close() {},
  };
  const clock = { now: () => nowMs, sleep: async () => {} };
  const tokens = createTokenSource({ http, clock, ionapi: async () => ionapi });
  return {
    tokens,
    calls,
    pass(durationMs: number) {
      nowMs += durationMs;
    },
  };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Problem)) throw new Error('no problem was thrown');
  return thrown;
}

describe('access token', () => {
  it('is asked for with the service account, every value encoded', async () => {
    const login = loginWith(granted(1));

    const token = await login.tokens.token();

    expect(token).toBe('token-1');
    expect(login.calls[0]?.url).toBe('https://sso.example.com/as/token.oauth2');
    expect(login.calls[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(login.calls[0]?.body).toBe(
      'grant_type=password&username=ACME_TST%23key&password=top%26secret' +
        '&client_id=ACME_TST~client&client_secret=c%2Fs%2B%3D',
    );
  });

  it.each([[7200], ['7200']])('of life %j is renewed two minutes before its end', async (life) => {
    const login = loginWith(granted(1, life), granted(2, life));
    await login.tokens.token();

    login.pass(7_079_000);
    const before = await login.tokens.token();
    login.pass(1_000);
    const after = await login.tokens.token();

    expect([before, after]).toEqual(['token-1', 'token-2']);
  });

  it('that lives shorter than the lead is still used for half its life', async () => {
    const login = loginWith(granted(1, 60), granted(2, 60));
    await login.tokens.token();

    login.pass(29_000);
    const before = await login.tokens.token();
    login.pass(2_000);
    const after = await login.tokens.token();

    expect([before, after]).toEqual(['token-1', 'token-2']);
  });

  it('is renewed once for all who ask at the same time', async () => {
    const login = loginWith(granted(1), granted(2));
    const first = await Promise.all([1, 2, 3].map(() => login.tokens.token()));

    const second = await Promise.all([1, 2, 3].map(() => login.tokens.renew('token-1')));
    const late = await login.tokens.renew('token-1');

    expect(first).toEqual(['token-1', 'token-1', 'token-1']);
    expect(second).toEqual(['token-2', 'token-2', 'token-2']);
    expect(late).toBe('token-2');
    expect(login.calls).toHaveLength(2);
  });

  it('can be asked for again after a failed login', async () => {
    const login = loginWith(answer(503, {}), granted(1));
    await problemOf(login.tokens.token());

    expect(await login.tokens.token()).toBe('token-1');
  });

  it.each([400, 401, 403])('refused with %i is a matter of credentials', async (status) => {
    const body = { error: 'invalid_grant', error_description: 'top&secret is wrong' };
    const login = loginWith(answer(status, body));

    const problem = await problemOf(login.tokens.token());

    expect(problem.kind).toBe('credentials');
    expect(problem.code).toBe('INFOR_CREDENTIALS_REFUSED');
    expect(problem.message).toContain('invalid_grant');
    expect(JSON.stringify([problem.message, problem.hint, problem.evidence])).not.toMatch(
      /secret|ACME_TST#key|c\/s/,
    );
  });

  it.each([404, 405])('at an address that answers %i is a matter of set-up', async (status) => {
    const problem = await problemOf(loginWith(answer(status, {})).tokens.token());

    expect(problem.kind).toBe('configuration');
  });

  it.each<[string, HttpOutcome]>([
    ['a broken connection', { kind: 'unclear', reason: 'ECONNRESET', durationMs: 1 }],
    ['no connection', { kind: 'notSent', reason: 'ECONNREFUSED', durationMs: 1 }],
    ['a server error', answer(502, {})],
    ['an answer without a token', answer(200, { expires_in: 7200 })],
    ['a page', { kind: 'answer', status: 200, headers: {}, text: '<html>', durationMs: 1 }],
    ['a token with a line break', answer(200, { access_token: 'a\r\nb: c' })],
  ])('after %s may be asked for again', async (_, outcome) => {
    const problem = await problemOf(loginWith(outcome).tokens.token());

    expect(problem.kind).toBe('retryable');
  });

  it('names how long to wait when the login says so', async () => {
    const login = loginWith(answer(429, {}, { 'retry-after': '7' }));

    expect((await problemOf(login.tokens.token())).retryAfterMs).toBe(7000);
  });
});
