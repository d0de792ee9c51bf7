import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/core/problem.ts';
import type { Http, HttpCall, HttpOutcome } from '../../src/runtime/http.ts';
import { parseLogin, type StoredLogin } from '../../src/shipbob/login.ts';
import { createShipbobTokens, saveLogin } from '../../src/shipbob/token.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import { createVirtualTime } from '../support/simulation-time.ts';
import { openTestStore } from '../support/store-open.ts';

const startMs = Date.UTC(2026, 10, 23, 8);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function answer(status: number, body: unknown): HttpOutcome {
  return { kind: 'answer', status, headers: {}, text: JSON.stringify(body), durationMs: 1 };
}

function granted(number: number): HttpOutcome {
  return answer(200, {
    access_token: `access-${number}`,
    refresh_token: `refresh-${number}`,
    expires_in: 3600,
    scope: 'orders_read offline_access',
  });
}

const dead = answer(400, { error: 'invalid_grant' });
const lost: HttpOutcome = { kind: 'unclear', reason: 'ECONNRESET: socket hang up', durationMs: 1 };
const failing = answer(503, {});

const firstLogin: StoredLogin = {
  accessToken: 'access-0',
  refreshToken: 'refresh-0',
  obtainedAtMs: startMs,
  expiresAtMs: startMs + hourMs,
  scope: 'orders_read offline_access',
};

interface World {
  login?: StoredLogin | null;
  pat?: string;
  clientId?: string | null;
  clientSecret?: string | null;
  answers?: HttpOutcome[];
}

/** A vault and a lock that several processes share; ShipBob takes 300 ms for each answer. */
async function world(given: World = {}) {
  const clock = createVirtualTime(startMs, chanceOf(1, 'order of waking'));
  const store = await openTestStore({ clock });
  const values = new Map<string, string>();
  const login = given.login === undefined ? firstLogin : given.login;
  if (login) values.set('shipbob.login', JSON.stringify(login));
  if (given.pat) values.set('shipbob.token', given.pat);
  if (given.clientSecret !== null) values.set('shipbob.clientSecret', given.clientSecret ?? 'hush');
  const answers = [...(given.answers ?? [granted(1), granted(2)])];
  const calls: HttpCall[] = [];
  const events: string[] = [];
  const warnings: string[] = [];
  const faults = { write: 0 };
  const http: Http = {
    async send(call) {
      calls.push(call);
      await clock.sleep(300);
      const outcome = answers.shift();
      if (outcome === undefined) throw new Error('no answer was prepared');
      return outcome;
    },
    close() {},
  };
  const secrets = {
    read: async (name: string) => values.get(name) ?? null,
    async write(name: string, value: string) {
      if (faults.write > 0) {
        faults.write -= 1;
        throw new Error('disk full');
      }
      values.set(name, value);
      events.push(`stored ${parseLogin(value).refreshToken}`);
    },
  };
  function parts(owner: string) {
    return {
      http,
      clock,
      secrets,
      locks: store,
      login: {
        authUrl: 'https://auth.shipbob.com',
        clientId: given.clientId === undefined ? 'app' : given.clientId,
        renewAheadMs: 10 * minuteMs,
      },
      timeoutMs: 60_000,
      log: {
        debug() {},
        info() {},
        warn: (message: string, facts = {}) => warnings.push(message + JSON.stringify(facts)),
        error() {},
      },
      owner,
      crash: (name: string) => events.push(name),
    };
  }
  return {
    clock,
    store,
    values,
    calls,
    events,
    warnings,
    faults,
    parts,
    source: (owner = 'one') => createShipbobTokens(parts(owner)),
    refreshTokens: () =>
      calls.map(({ body }) => new URLSearchParams(body ?? '').get('refresh_token')),
  };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  return promise.then(
    () => Promise.reject(new Error('no problem was thrown')),
    (reason: Problem) => reason,
  );
}

describe('a personal access token', () => {
  it.each([['app'], [null]])('is used where nobody has logged in (client %j)', async (clientId) => {
    const { source, calls } = await world({ login: null, pat: 'pat-1', clientId });

    expect(await source().token()).toBe('pat-1');
    expect(await source().renew('pat-1')).toBe('pat-1');
    expect(calls).toEqual([]);
  });

  it('is used when no application is configured, whatever else is stored', async () => {
    const { source } = await world({ pat: 'pat-1', clientId: null });

    expect(await source().token()).toBe('pat-1');
  });

  it('that is missing is told with both ways to get one', async () => {
    const { source } = await world({ login: null });

    const problem = await problemOf(source().token());

    expect(problem).toMatchObject({ code: 'CREDENTIALS_MISSING', kind: 'credentials' });
    expect(problem.hint).toContain('mlc credentials set shipbob');
    expect(problem.hint).toContain('mlc credentials login shipbob');
  });
});

describe('a login', () => {
  it('is used as it is until it is renewed ahead of its end', async () => {
    const { source, clock, calls } = await world();
    const tokens = source();

    clock.advance(50 * minuteMs - 1);
    const before = await tokens.token();
    clock.advance(1);
    const after = await tokens.token();

    expect([before, after]).toEqual(['access-0', 'access-1']);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe('https://auth.shipbob.com/connect/token');
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.body ?? ''))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      client_id: 'app',
      client_secret: 'hush',
    });
  });

  it('of a short life is renewed after half of it at the earliest', async () => {
    const { source, clock } = await world({
      login: { ...firstLogin, expiresAtMs: startMs + 4 * minuteMs },
    });
    const tokens = source();

    clock.advance(2 * minuteMs - 1);
    const before = await tokens.token();
    clock.advance(1);
    const after = await tokens.token();

    expect([before, after]).toEqual(['access-0', 'access-1']);
  });

  it('is stored before its new token is handed out, and the next renewal spends it', async () => {
    const { source, clock, events, values, refreshTokens } = await world();
    const tokens = source();
    clock.advance(55 * minuteMs);

    const first = await tokens.token().then((token) => {
      events.push(`handed out ${token}`);
      return token;
    });
    clock.advance(55 * minuteMs);
    const second = await tokens.token();

    expect(events.slice(0, 4)).toEqual([
      'before-token-write',
      'stored refresh-1',
      'after-token-write',
      'handed out access-1',
    ]);
    expect([first, second]).toEqual(['access-1', 'access-2']);
    expect(refreshTokens()).toEqual(['refresh-0', 'refresh-1']);
    expect(JSON.parse(values.get('shipbob.login') ?? '')).toMatchObject({
      refreshToken: 'refresh-2',
      expiresAtMs: startMs + 110 * minuteMs + 300 + hourMs,
    });
  });

  it('is renewed once for all who ask at the same time', async () => {
    const { source, clock, calls } = await world();
    const tokens = source();
    clock.advance(2 * hourMs);

    const given = await Promise.all([1, 2, 3].map(() => tokens.token()));

    expect(given).toEqual(['access-1', 'access-1', 'access-1']);
    expect(calls).toHaveLength(1);
  });

  it('keeps its refresh token when ShipBob gives no new one', async () => {
    const sameAgain = answer(200, { access_token: 'access-1', expires_in: 3600 });
    const { source, clock, refreshTokens } = await world({ answers: [sameAgain, granted(2)] });
    const tokens = source();

    clock.advance(hourMs);
    await tokens.token();
    clock.advance(hourMs);
    const token = await tokens.token();

    expect(token).toBe('access-2');
    expect(refreshTokens()).toEqual(['refresh-0', 'refresh-0']);
  });

  it('that somebody damaged says to log in again', async () => {
    const { source, values } = await world();
    values.set('shipbob.login', '{"accessToken":"a"}');

    expect(await problemOf(source().token())).toMatchObject({
      code: 'SHIPBOB_LOGIN_UNREADABLE',
      kind: 'credentials',
    });
  });
});

describe('two processes with one login', () => {
  it('renew it once, and both go on with what was stored', async () => {
    const { source, clock, calls } = await world();
    const [one, other] = [source('one'), source('other')];
    clock.advance(2 * hourMs);

    const given = await Promise.all([one.token(), other.token()]);

    expect(given).toEqual(['access-1', 'access-1']);
    expect(calls).toHaveLength(1);
  });

  it('do not wait for each other while the old token works', async () => {
    const { source, clock, calls } = await world();
    const [one, other] = [source('one'), source('other')];
    await other.token();
    clock.advance(55 * minuteMs);

    const meanwhile = await Promise.all([one.token(), other.token()]);
    const later = await Promise.all([one.token(), other.token()]);

    expect(meanwhile.sort()).toEqual(['access-0', 'access-1']);
    expect(later).toEqual(['access-1', 'access-1']);
    expect(calls).toHaveLength(1);
  });

  it('learn of each other’s renewal when theirs is due', async () => {
    const { source, clock, calls } = await world();
    const [one, other] = [source('one'), source('other')];
    await other.token();
    clock.advance(51 * minuteMs);
    await one.token();

    const token = await other.token();

    expect(token).toBe('access-1');
    expect(calls).toHaveLength(1);
  });

  it('of which one died with the lock lose only the time that it lasts', async () => {
    const { source, clock, store, calls } = await world();
    clock.advance(2 * hourMs);
    const diedAtMs = clock.now();
    await store.takeLock({ name: 'shipbob-login', owner: 'dead', nowMs: diedAtMs, ttlMs: 90_000 });

    const token = await source('living').token();

    expect(token).toBe('access-1');
    expect(calls).toHaveLength(1);
    expect(clock.now() - diedAtMs).toBeGreaterThanOrEqual(90_000);
    expect(clock.now() - diedAtMs).toBeLessThan(95_000);
  });

  it('of which one never lets go end with a problem that may be tried again', async () => {
    const { source, clock, store, calls } = await world();
    clock.advance(2 * hourMs);
    const nowMs = clock.now();
    await store.takeLock({ name: 'shipbob-login', owner: 'other', nowMs, ttlMs: 24 * hourMs });

    const problem = await problemOf(source().token());

    expect(problem).toMatchObject({ code: 'SHIPBOB_LOGIN_BUSY', kind: 'retryable' });
    expect(calls).toEqual([]);
  });

  it('of which one slept past its lock take what the other has stored', async () => {
    const { source, clock, values } = await world({ answers: [dead] });
    const tokens = source();
    clock.advance(2 * hourMs);

    const asked = tokens.token();
    const byOther = { ...firstLogin, accessToken: 'access-9', refreshToken: 'refresh-9' };
    await clock.sleep(100);
    values.set('shipbob.login', JSON.stringify({ ...byOther, expiresAtMs: startMs + 3 * hourMs }));

    expect(await asked).toBe('access-9');
  });

  it('of which one slept past its lock, and was granted a token, leave a newer login alone', async () => {
    const { source, clock, values } = await world();
    const tokens = source();
    clock.advance(2 * hourMs);

    const asked = tokens.token();
    const byPerson = { ...firstLogin, accessToken: 'access-9', refreshToken: 'refresh-9' };
    await clock.sleep(100);
    values.set('shipbob.login', JSON.stringify({ ...byPerson, expiresAtMs: startMs + 3 * hourMs }));

    expect(await asked).toBe('access-9');
    expect(JSON.parse(values.get('shipbob.login') ?? '').refreshToken).toBe('refresh-9');
  });

  it('let go of the lock, also after a failure', async () => {
    const { source, clock, store } = await world({ answers: [failing] });
    clock.advance(2 * hourMs);
    await problemOf(source().token());

    const nowMs = clock.now();
    const free = await store.takeLock({ name: 'shipbob-login', owner: 'x', nowMs, ttlMs: 1000 });

    expect(free).toBe(true);
  });

  it('that log in while another renews keep the new login', async () => {
    const { source, clock, parts, values } = await world();
    clock.advance(2 * hourMs);

    const renewing = source('one').token();
    await clock.sleep(100);
    const fresh = { ...firstLogin, refreshToken: 'refresh-of-the-person' };
    const act = { actor: 'ann', detail: {} };
    await Promise.all([renewing, saveLogin(parts('person'), fresh, act)]);

    expect(JSON.parse(values.get('shipbob.login') ?? '').refreshToken).toBe(fresh.refreshToken);
  });
});

describe('a failing renewal', () => {
  it.each([
    ['no answer', lost],
    ['a server error', failing],
    ['a dead refresh token', dead],
  ])('with %s only warns while the old token lives, and is tried again', async (_, outcome) => {
    const { source, clock, warnings, calls } = await world({ answers: [outcome, granted(1)] });
    const tokens = source();
    clock.advance(51 * minuteMs);

    const during = [await tokens.token(), await tokens.token()];
    clock.advance(minuteMs);
    const later = await tokens.token();

    expect(during).toEqual(['access-0', 'access-0']);
    expect(later).toBe('access-1');
    expect(warnings).toHaveLength(1);
    expect(calls).toHaveLength(2);
  });

  it('after the end of the old token is thrown, and the old refresh token tried again', async () => {
    const { source, clock, refreshTokens } = await world({ answers: [lost, granted(1)] });
    const tokens = source();
    clock.advance(hourMs);

    const problem = await problemOf(tokens.token());
    const token = await tokens.token();

    expect(problem).toMatchObject({ code: 'SHIPBOB_LOGIN_UNAVAILABLE', kind: 'retryable' });
    expect(token).toBe('access-1');
    expect(refreshTokens()).toEqual(['refresh-0', 'refresh-0']);
  });

  it('with a dead refresh token says to log in again, and shows no secret', async () => {
    const body = { error: 'invalid_grant', error_description: 'refresh-0 of hush is unknown' };
    const { source, clock } = await world({ answers: [answer(400, body)] });
    clock.advance(hourMs);

    const problem = await problemOf(source().token());

    expect(problem).toMatchObject({ code: 'SHIPBOB_LOGIN_ENDED', kind: 'credentials' });
    expect(problem.hint).toContain('mlc credentials login shipbob');
    const said = JSON.stringify([problem.message, problem.hint, problem.evidence]);
    expect(said).not.toMatch(/refresh-0|hush|access-0/);
  });

  it.each([[200], [400], [401]])(
    'with a wrong client secret (HTTP %i) names it',
    async (status) => {
      const { source, clock } = await world({
        answers: [answer(status, { error: 'invalid_client' })],
      });
      clock.advance(hourMs);

      const problem = await problemOf(source().token());

      expect(problem).toMatchObject({ code: 'SHIPBOB_CLIENT_REFUSED', kind: 'credentials' });
      expect(problem.hint).toContain('mlc credentials set shipbob-client');
    },
  );

  it('for want of the client secret asks nobody', async () => {
    const { source, clock, calls } = await world({ clientSecret: null });
    clock.advance(hourMs);

    const problem = await problemOf(source().token());

    expect(problem).toMatchObject({ code: 'CREDENTIALS_MISSING', kind: 'credentials' });
    expect(calls).toEqual([]);
  });

  it('to store is tried again at once, with the lock in hand', async () => {
    const { source, clock, faults, calls, values } = await world();
    clock.advance(hourMs);
    faults.write = 1;

    const token = await source().token();

    expect(token).toBe('access-1');
    expect(calls).toHaveLength(1);
    expect(JSON.parse(values.get('shipbob.login') ?? '').refreshToken).toBe('refresh-1');
  });

  it('to store keeps what was granted for the next source, which does not ask again', async () => {
    const { source, clock, faults, calls, values } = await world();
    clock.advance(hourMs);
    faults.write = 1_000;

    const failed = await problemOf(source().token());
    const stillOld = JSON.parse(values.get('shipbob.login') ?? '').refreshToken;
    faults.write = 0;
    const token = await source().token();

    expect(failed.message).toBe('disk full');
    expect(stillOld).toBe('refresh-0');
    expect(token).toBe('access-1');
    expect(calls).toHaveLength(1);
    expect(JSON.parse(values.get('shipbob.login') ?? '').refreshToken).toBe('refresh-1');
  });
});

describe('after a 401', () => {
  it('the login is renewed although its time has not come', async () => {
    const { source, clock, calls } = await world();
    const tokens = source();
    clock.advance(20 * minuteMs);
    const refused = await tokens.token();

    const given = await Promise.all([tokens.renew(refused), tokens.renew(refused)]);

    expect(given).toEqual(['access-1', 'access-1']);
    expect(await tokens.renew(refused)).toBe('access-1');
    expect(calls).toHaveLength(1);
  });

  it('a token that another process has stored meanwhile is taken', async () => {
    const { source, clock, calls, values } = await world();
    const tokens = source();
    clock.advance(20 * minuteMs);
    const refused = await tokens.token();
    const byOther = { ...firstLogin, accessToken: 'access-9', refreshToken: 'refresh-9' };
    values.set('shipbob.login', JSON.stringify(byOther));

    const token = await tokens.renew(refused);

    expect(token).toBe('access-9');
    expect(calls).toEqual([]);
  });

  it('a token that was just given is not doubted: it lacks a right, not time', async () => {
    const { source, clock, calls } = await world();
    const tokens = source();
    clock.advance(59_000);

    expect(await tokens.renew('access-0')).toBe('access-0');
    expect(calls).toEqual([]);
  });

  it('a renewal that fails is thrown: the token is of no use any more', async () => {
    const { source, clock } = await world({ answers: [dead] });
    clock.advance(20 * minuteMs);

    const problem = await problemOf(source().renew('access-0'));

    expect(problem).toMatchObject({ code: 'SHIPBOB_LOGIN_ENDED', kind: 'credentials' });
  });
});
