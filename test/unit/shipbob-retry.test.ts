import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/core/schema.ts';
import type { HttpAnswer } from '../../src/runtime/http-server.ts';
import { retryAfterMs } from '../../src/shipbob/verdict.ts';
import { orderText } from '../support/shipbob-json.ts';
import {
  answeringHttp,
  type SeenCall,
  START_MS,
  shipbobSource,
  TOKEN,
  thrownBy,
} from '../support/shipbob-source.ts';

const ID = orderId('7');
const good: HttpAnswer = { status: 200, body: orderText(7) };
const html = '<!DOCTYPE html><html><title>down</title></html>';
type Given = HttpAnswer | 'timeout' | 'refused';

/** Answers in this order; the last one again and again. */
function sequence(...answers: [Given, ...Given[]]) {
  let next = 0;
  return answeringHttp(() => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    return answer ?? answers[0];
  });
}

describe('an answer worth a second try', () => {
  const cases: Record<string, Given> = {
    '429': { status: 429, body: '{"statusCode":429,"message":"Rate limit is exceeded."}' },
    '500 with words': { status: 500, body: 'An unexpected database error occurred.' },
    '502': { status: 502, body: html },
    '503': { status: 503 },
    '504': { status: 504, body: html },
    '524': { status: 524, body: html },
    '408': { status: 408 },
    '425': { status: 425 },
    'HTML with 200': { status: 200, headers: { 'content-type': 'text/html' }, body: html },
    'nothing with 200': { status: 200, body: '' },
    'a cut body': { status: 200, body: orderText(7).slice(0, 100) },
    'a list instead of an order': { status: 200, body: '[]' },
    'a number': { status: 200, body: '7' },
    'no connection': 'refused',
    'no answer in time': 'timeout',
  };

  it.each(Object.entries(cases))('%s is followed by one', async (_, answer) => {
    const http = sequence(answer, good);
    const { source, clock, lines } = shipbobSource(http);

    const order = await source.order(ID);

    expect(order).toMatchObject({ record: { id: '7' } });
    expect(http.calls).toHaveLength(2);
    expect(clock.slept).toHaveLength(1);
    expect(lines.filter((line) => line.message === 'ShipBob is asked again')).toHaveLength(1);
  });

  it.each(Object.entries(cases))('%s without end is unavailable', async (_, answer) => {
    const http = sequence(answer);
    const { source, clock } = shipbobSource(http);

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({ code: 'SHIPBOB_UNAVAILABLE', kind: 'retryable' });
    expect(clock.now() - START_MS).toBeLessThanOrEqual(120_000);
    expect(http.calls.length).toBeGreaterThan(10);
  });

  it('comes after a random share of a doubling wait, up to the cap', async () => {
    const { source, clock } = shipbobSource(sequence({ status: 500 }));

    await thrownBy(source.order(ID));

    const ceilings = clock.slept.map((_, index) => Math.min(8_000, 500 * 2 ** index));
    for (const [index, slept] of clock.slept.entries()) {
      expect(slept).toBeLessThanOrEqual(ceilings[index] ?? 0);
    }
    expect(new Set(clock.slept).size).toBeGreaterThan(5);
    expect(Math.max(...clock.slept)).toBeGreaterThan(4_000);
  });

  it('starts with the time of the request that was answered', async () => {
    const { source, clock } = shipbobSource(sequence({ status: 500 }, good));

    const order = await source.order(ID);

    expect(order).toMatchObject({ startedAtMs: START_MS + (clock.slept[0] ?? 0) });
    expect(clock.slept[0]).toBeGreaterThan(0);
  });
});

describe('an answer that ends it', () => {
  const cases: [string, HttpAnswer, { code: string; kind: string }][] = [
    ['401', { status: 401 }, { code: 'SHIPBOB_CREDENTIALS_REFUSED', kind: 'credentials' }],
    [
      'a redirect to a login',
      { status: 302, headers: { location: 'https://auth.shipbob.test/login' }, body: html },
      { code: 'SHIPBOB_CREDENTIALS_REFUSED', kind: 'credentials' },
    ],
    ['403', { status: 403 }, { code: 'SHIPBOB_SCOPE_MISSING', kind: 'credentials' }],
    ['400', { status: 400 }, { code: 'SHIPBOB_BAD_REQUEST', kind: 'configuration' }],
    ['405', { status: 405 }, { code: 'SHIPBOB_BAD_REQUEST', kind: 'configuration' }],
    ['413', { status: 413 }, { code: 'SHIPBOB_BAD_REQUEST', kind: 'configuration' }],
    ['422', { status: 422 }, { code: 'SHIPBOB_REJECTED', kind: 'rejected' }],
  ];

  it.each(cases)('is %s, asked once', async (_, answer, expected) => {
    const http = sequence(answer);
    const { source, clock } = shipbobSource(http);

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject(expected);
    expect(http.calls).toHaveLength(1);
    expect(clock.slept).toEqual([]);
  });

  it('names the scope that is missing', async () => {
    const { source } = shipbobSource(sequence({ status: 403 }));

    const problem = await thrownBy(source.charges({ fromMs: 0, toMs: 1 }).next());

    expect(problem).toMatchObject({
      evidence: { scope: 'billing_read', call: 'POST /transactions:query' },
      hint: expect.stringContaining('billing_read'),
    });
  });

  it.each([
    ['{"Limit":["Must be between 1 and 250."]}', 'Limit: Must be between 1 and 250.'],
    ['{"":["Cannot insert"]}', 'Cannot insert'],
    ['{"errors":{"Page":["Too low.","Odd."]}}', 'Page: Too low., Odd.'],
    ['{"title":"Bad Request","status":400,"detail":"No such day"}', 'detail: No such day'],
    ['plain words', 'plain words'],
    [html, 'an HTML page'],
  ])('repeats what ShipBob said: %s', async (body, words) => {
    const { source } = shipbobSource(sequence({ status: 400, body }));

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({ message: expect.stringContaining(words) });
  });

  it('is 404 where the answer may be nothing', async () => {
    const { source } = shipbobSource(sequence({ status: 404 }));

    expect(await source.order(ID)).toBeNull();
  });

  it('is 404 for a list, where it means a wrong address or version', async () => {
    const { source } = shipbobSource(sequence({ status: 404 }));

    const problem = await thrownBy(source.probe());

    expect(problem).toMatchObject({ code: 'SHIPBOB_NOT_FOUND', kind: 'configuration' });
  });

  it('is whatever the token store says when it cannot open', async () => {
    const locked = new Error('the vault is locked');
    const http = sequence(good);
    const { source } = shipbobSource(http, { token: () => Promise.reject(locked) });

    expect(await thrownBy(source.order(ID))).toBe(locked);
    expect(http.calls).toEqual([]);
  });
});

describe('a refused token', () => {
  it('is read again once, and used when it is another one', async () => {
    const tokens = ['old', 'new'];
    const http = answeringHttp((call) =>
      call.headers.authorization === 'Bearer new' ? good : { status: 401 },
    );
    const { source } = shipbobSource(http, { token: async () => tokens.shift() ?? 'new' });

    const order = await source.order(ID);

    expect(order).toMatchObject({ record: { id: '7' } });
    expect(http.calls).toHaveLength(2);
  });

  it('is not tried a third time', async () => {
    let made = 0;
    const http = sequence({ status: 401 });
    const token = async () => {
      made += 1;
      return `token-${made}`;
    };
    const { source } = shipbobSource(http, { token });

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({ code: 'SHIPBOB_CREDENTIALS_REFUSED' });
    expect([http.calls.length, made]).toEqual([2, 2]);
  });

  it.each([400, 401, 403, 422, 500])('never shows up in a Problem after %d', async (status) => {
    const echo = `Bearer ${TOKEN} and ${encodeURIComponent(TOKEN)}`;
    const http = answeringHttp(() => ({ status, body: JSON.stringify({ token: [echo] }) }));
    const { source, lines } = shipbobSource(http);

    const problem = await thrownBy(source.order(ID));

    const shown = JSON.stringify([problem, String(problem), lines]);
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(encodeURIComponent(TOKEN));
    expect(shown).toContain('[token]');
  });
});

describe('the wait that ShipBob asks for', () => {
  const nowMs = Date.parse('2026-11-04T12:00:00Z');

  it.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'x-retry-after': '25' }, 25_000],
    ['a fraction', { 'x-retry-after': '0.5' }, 500],
    ['zero', { 'x-retry-after': '0' }, 0],
    ['a date', { 'x-retry-after': 'Wed, 04 Nov 2026 12:00:10 GMT' }, 10_000],
    ['a date in the past', { 'x-retry-after': 'Wed, 04 Nov 2026 11:00:00 GMT' }, 0],
    [
      'a date on a clock that is ahead',
      {
        'x-retry-after': 'Wed, 04 Nov 2026 13:00:10 GMT',
        date: 'Wed, 04 Nov 2026 13:00:00 GMT',
      },
      10_000,
    ],
    ['a billion', { 'x-retry-after': '1000000000' }, 120_000],
    ['the year 9999', { 'x-retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 120_000],
    ['rubbish', { 'x-retry-after': 'soon' }, null],
    ['a negative number', { 'x-retry-after': '-5' }, null],
    ['an exponent', { 'x-retry-after': '1e9' }, null],
    ['nothing', {}, null],
    ['the standard header', { 'retry-after': '3' }, 3_000],
    ['rubbish beside the standard header', { 'x-retry-after': '?', 'retry-after': '3' }, 3_000],
  ])('may be %s', (_, headers, expected) => {
    expect(retryAfterMs(headers, nowMs)).toBe(expected);
  });

  it('is waited for, and a little more', async () => {
    const limited = { status: 429, headers: { 'x-retry-after': '25' } };
    const { source, clock } = shipbobSource(sequence(limited, good));

    await source.order(ID);

    expect(clock.slept).toHaveLength(1);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(25_000);
    expect(clock.slept[0]).toBeLessThanOrEqual(25_500);
  });

  it('goes into the Problem when it lies past the deadline', async () => {
    const limited = { status: 429, headers: { 'x-retry-after': '60' } };
    const retry = { baseMs: 500, capMs: 8_000, deadlineMs: 30_000 };
    const http = sequence(limited);
    const { source, clock } = shipbobSource(http, { settings: { retry } });

    const problem = await thrownBy(source.order(ID));

    expect(problem).toMatchObject({ code: 'SHIPBOB_UNAVAILABLE', retryAfterMs: 60_000 });
    expect([http.calls.length, clock.slept]).toEqual([1, []]);
  });
});

describe('the call budget', () => {
  it('gives a place before every call, waiting on our clock', async () => {
    const http = sequence(good);
    const { source, clock, budget } = shipbobSource(http, { settings: { callsPerMinute: 90 } });
    budget.waits.push(700, 300);

    await source.order(ID);

    expect(clock.slept).toEqual([700, 300]);
    expect(budget.taken).toEqual([{ upstream: 'shipbob', limit: 90, windowMs: 62_000 }]);
  });

  it('is taken again for a second try, and told what ShipBob has left', async () => {
    const first = { status: 500, headers: { 'x-remaining-calls': '41' } };
    const second = { ...good, headers: { 'x-remaining-calls': 'many' } };
    const { source, budget } = shipbobSource(sequence(first, second));

    await source.order(ID);

    expect(budget.taken).toHaveLength(2);
    expect(budget.remaining).toEqual([41]);
  });

  it('counts what was sent, by endpoint', async () => {
    const http = answeringHttp((call: SeenCall) =>
      call.path.endsWith('/channel') ? { status: 200, body: '{"items":[]}' } : good,
    );
    const { source } = shipbobSource(http);

    await source.order(ID);
    await source.order(ID);
    await source.probe();

    expect(source.callCounts()).toEqual({ 'GET /order/{id}': 2, 'GET /channel': 1 });
  });
});
