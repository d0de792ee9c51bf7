import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import { Problem } from '../../src/core/problem.ts';
import { listUntil } from '../../src/infor/m3/lists.ts';
import type { MiCall, MiResult, TimedResult } from '../../src/infor/m3/mi.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { createHttp, type Http } from '../../src/runtime/http.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  type ListeningServer,
  serveHttp,
} from '../../src/runtime/http-server.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Sent {
  method: string;
  path: string;
  query: URLSearchParams;
  authorization: string;
  raw: string;
  transactions: { transaction: string; record: Record<string, string> }[];
}

/** A gateway that answers each request by `answer`, and remembers what it was sent. */
async function gatewayThat(
  answer: (sent: Sent, number: number) => HttpAnswer | Promise<HttpAnswer>,
): Promise<{ server: ListeningServer; sent: Sent[] }> {
  const sent: Sent[] = [];
  const server = await serveHttp({
    port: 0,
    handle: async (request) => {
      sent.push(readRequest(request));
      return answer(readRequest(request), sent.length);
    },
  });
  closers.push(() => server.close());
  return { server, sent };
}

function readRequest(request: HttpRequest): Sent {
  const body = request.body === '' ? { transactions: [] } : JSON.parse(request.body);
  return {
    method: request.method,
    path: request.path,
    query: new URLSearchParams(request.query),
    authorization: request.headers.authorization ?? '',
    raw: request.body,
    transactions: body.transactions,
  };
}

function clientOf(
  url: string,
  changes: { sizeMax?: number; http?: Http; timeoutMs?: number } = {},
) {
  const http = changes.http ?? createHttp();
  closers.push(() => http.close());
  const clock = createClock({ speed: 100 });
  const sleeps: number[] = [];
  let issued = 1;
  const client = createMiClient({
    http,
    clock: {
      now: () => clock.now(),
      async sleep(durationMs) {
        sleeps.push(durationMs);
        clock.advance(durationMs);
      },
    },
    random: { next: () => 0.5 },
    log: quiet,
    tokens: {
      token: async () => `token-${issued}`,
      renew: async () => {
        issued += 1;
        return `token-${issued}`;
      },
    },
    apiBase: `${url}/ACME_TST`,
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      requestSizeMax: { write: changes.sizeMax ?? 20, read: changes.sizeMax ?? 60 },
      timeoutMs: changes.timeoutMs ?? 5_000,
      retry: { baseMs: 100, capMs: 1000, deadlineMs: 60_000 },
    },
  });
  return { client, sleeps };
}

function confirm(number: string): MiCall {
  return { transaction: 'Confirm', record: { ORNO: number }, columns: ['ORNO', 'STAT'] };
}

function status(number: string): MiCall {
  return { transaction: 'GetTmpOrderStat', record: { ORNO: number }, columns: [] };
}

function allGood(sent: Sent): HttpAnswer {
  const results = sent.transactions.map(({ transaction, record }) => ({
    transaction,
    records: [{ ORNO: record.ORNO }],
  }));
  return { status: 200, body: JSON.stringify({ results }) };
}

/** One GET, answered as the bulk is. */
function goodRow(row: Record<string, string>): HttpAnswer {
  return { status: 200, body: JSON.stringify({ results: [{ records: [row] }] }) };
}

function kinds(groups: TimedResult[][]): MiResult['kind'][][] {
  return groups.map((group) => group.map(({ result }) => result.kind));
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const thrown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(thrown instanceof Problem)) throw new Error('no problem was thrown');
  return thrown;
}

describe('a write', () => {
  it('goes by POST with the context and the transactions last', async () => {
    const { server, sent } = await gatewayThat(allGood);
    const { client } = clientOf(server.url);

    const results = await client.write('OIS100MI', [[confirm('1000000001')]]);

    expect(kinds(results)).toEqual([['ok']]);
    expect(sent[0]?.path).toBe('/ACME_TST/M3/m3api-rest/v2/execute');
    expect(sent[0]?.authorization).toBe('Bearer token-1');
    expect(sent[0]?.raw).toBe(
      '{"program":"OIS100MI","cono":100,"divi":"AAA","lanc":"GB","dateFormat":"YMD8",' +
        '"excludeEmptyValues":false,"rightTrim":true,"maxReturnedRecords":0,"transactions":' +
        '[{"transaction":"Confirm","record":{"ORNO":"1000000001"},"selectedColumns":["ORNO","STAT"]}]}',
    );
    expect(client.callCounts()).toEqual({ 'OIS100MI/Confirm': 1 });
  });

  it.each<[string, HttpAnswer]>([
    ['500', { status: 500, body: '{}' }],
    ['502 with a page', { status: 502, body: '<html>Bad gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a reset', { status: 200, reset: true }],
    ['a cut body', { status: 200, body: '{"results":[{"records":[]}]}', truncateAtBytes: 9 }],
    ['a page', { status: 200, body: '<html>Sign in</html>' }],
    ['half a JSON', { status: 200, body: '{"results":[{"rec' }],
    ['a redirect', { status: 302, headers: { location: 'https://login.example.com' } }],
    ['no answer in time', { status: 200, body: '{"results":[{}]}', delayMs: 400 }],
  ])('answered by %s is unclear and never repeated', async (_, answer) => {
    const { server, sent } = await gatewayThat(() => answer);
    const { client, sleeps } = clientOf(server.url, { timeoutMs: 150 });

    const results = await client.write('OIS100MI', [[confirm('1')], [confirm('2')]]);

    expect(kinds(results)).toEqual([['unclear'], ['unclear']]);
    const [first] = results.flat();
    expect(first?.result.kind === 'unclear' && first.result.problem.kind).toBe('unknown');
    expect(sent).toHaveLength(1);
    expect(sleeps).toEqual([]);
  });

  it('is repeated after 429, when the time asked for has passed', async () => {
    const { server, sent } = await gatewayThat((each, number) =>
      number < 3 ? { status: 429, headers: { 'retry-after': '5' } } : allGood(each),
    );
    const { client, sleeps } = clientOf(server.url);

    const results = await client.write('OIS100MI', [[confirm('1')]]);

    expect(kinds(results)).toEqual([['ok']]);
    expect(sent).toHaveLength(3);
    expect(Math.min(...sleeps)).toBeGreaterThanOrEqual(5000);
  });

  it('comes back as not sent when the gateway stays too busy', async () => {
    const { server } = await gatewayThat(() => ({ status: 429, headers: { 'retry-after': '90' } }));
    const { client, sleeps } = clientOf(server.url);

    const [[first] = []] = await client.write('OIS100MI', [[confirm('1')]]);

    expect(first?.result.kind).toBe('notSent');
    expect(first?.result.kind === 'notSent' && first.result.problem.retryAfterMs).toBe(90_000);
    expect(sleeps).toEqual([]);
  });

  it('keeps every other request back while the gateway wants to be left alone', async () => {
    const { server, sent } = await gatewayThat(() => ({
      status: 429,
      headers: { 'retry-after': '90' },
    }));
    const { client } = clientOf(server.url);
    await client.write('OIS100MI', [[confirm('1')]]);

    const results = await client.write('OIS100MI', [[confirm('2')]]);

    expect(kinds(results)).toEqual([['notSent']]);
    expect(sent).toHaveLength(1);
  });

  it('is repeated while no connection can be made, and then not sent', async () => {
    const { server } = await gatewayThat(allGood);
    await server.close();
    const { client, sleeps } = clientOf(server.url);

    const results = await client.write('OIS100MI', [[confirm('1')]]);

    expect(kinds(results)).toEqual([['notSent']]);
    expect(sleeps.length).toBeGreaterThan(5);
  });

  it('is sent again once with a new token after 401', async () => {
    const { server, sent } = await gatewayThat((each) =>
      each.authorization === 'Bearer token-2' ? allGood(each) : { status: 401 },
    );
    const { client } = clientOf(server.url);

    const results = await client.write('OIS100MI', [[confirm('1')]]);

    expect(kinds(results)).toEqual([['ok']]);
    expect(sent.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('with a fresh token refused as well is a matter of credentials', async () => {
    const { server, sent } = await gatewayThat(() => ({ status: 401 }));
    const { client } = clientOf(server.url);

    const problem = await problemOf(client.write('OIS100MI', [[confirm('1')]]));

    expect(problem.kind).toBe('credentials');
    expect(sent).toHaveLength(2);
  });

  it.each([403, 404, 405])('answered by %i stops the stream with a hint', async (code) => {
    const { server, sent } = await gatewayThat(() => ({ status: code }));
    const { client } = clientOf(server.url);

    const problem = await problemOf(client.write('OIS100MI', [[confirm('1')]]));

    expect(problem.kind).toBe('configuration');
    expect(problem.hint.length).toBeGreaterThan(20);
    expect(sent).toHaveLength(1);
  });

  it('that stops half way loses no result', async () => {
    const { server } = await gatewayThat((each, number) =>
      number === 1 ? allGood(each) : { status: 403 },
    );
    const { client } = clientOf(server.url, { sizeMax: 2 });

    const results = await client.write('OIS100MI', [
      [confirm('1'), confirm('2'), confirm('3'), confirm('4'), confirm('5')],
    ]);

    expect(kinds(results)).toEqual([['ok', 'ok', 'notSent', 'notSent', 'notSent']]);
  });

  it('refused for company and division is thrown, for nobody may write', async () => {
    const body = JSON.stringify({ errorType: 'InvalidUserConoDivi', errorMessage: 'no' });
    const { server } = await gatewayThat(() => ({ status: 400, body }));
    const { client } = clientOf(server.url);

    const problem = await problemOf(client.write('OIS100MI', [[confirm('1')], [confirm('2')]]));

    expect(problem.code).toBe('INFOR_CONTEXT_REFUSED');
  });
});

describe('groups of writes', () => {
  it('share requests, keep their order and get their own results', async () => {
    const { server, sent } = await gatewayThat(allGood);
    const { client } = clientOf(server.url, { sizeMax: 4 });
    const groups = [['1', '2'], ['3'], ['4', '5', '6'], ['7']].map((group) => group.map(confirm));

    const results = await client.write('OIS100MI', groups);

    const numbers = results.map((group) =>
      group.map(({ result }) => (result.kind === 'ok' ? result.records[0]?.ORNO : result.kind)),
    );
    expect(numbers).toEqual([['1', '2'], ['3'], ['4', '5', '6'], ['7']]);
    expect(sent).toHaveLength(2);
    expect(Math.max(...sent.map(({ transactions }) => transactions.length))).toBe(4);
  });

  it('larger than a request end at the first that is not ok', async () => {
    const { server, sent } = await gatewayThat((each) => {
      const results = each.transactions.map(({ record }) =>
        record.ORNO === '2'
          ? { errorType: 'ServerReturnedNOK', errorCode: 'XRE0103' }
          : { records: [{ ORNO: record.ORNO }] },
      );
      return { status: 200, body: JSON.stringify({ results }) };
    });
    const { client } = clientOf(server.url, { sizeMax: 3 });
    const group = ['1', '2', '3', '4', '5'].map(confirm);

    const results = await client.write('OIS100MI', [group, [confirm('9')]]);

    expect(kinds(results)).toEqual([['ok', 'nok', 'ok', 'notSent', 'notSent'], ['ok']]);
    expect(sent).toHaveLength(2);
  });

  it('with an invalid call send nothing, while the others go', async () => {
    const { server, sent } = await gatewayThat(allGood);
    const { client } = clientOf(server.url);

    const results = await client.write('OIS100MI', [
      [confirm('1'), confirm('12345678901'), confirm('3')],
      [confirm('4')],
    ]);

    expect(kinds(results)).toEqual([['notSent', 'invalid', 'notSent'], ['ok']]);
    expect(
      sent.flatMap(({ transactions }) => transactions.map(({ record }) => record.ORNO)),
    ).toEqual(['4']);
  });

  it('none at all send nothing', async () => {
    const { server, sent } = await gatewayThat(allGood);
    const { client } = clientOf(server.url);

    expect(await client.write('OIS100MI', [])).toEqual([]);
    expect(await client.write('OIS100MI', [[]])).toEqual([[]]);
    expect(sent).toEqual([]);
  });

  it('never have more requests under way than allowed', async () => {
    let underWay = 0;
    let underWayMax = 0;
    const { server } = await gatewayThat(async (each) => {
      underWay += 1;
      underWayMax = Math.max(underWayMax, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return allGood(each);
    });
    const { client } = clientOf(server.url, { sizeMax: 1 });
    const groups = Array.from({ length: 30 }, (_, index) => [confirm(String(index))]);

    await client.write('OIS100MI', groups);

    expect(underWayMax).toBeLessThanOrEqual(4);
  });
});

describe('a read', () => {
  it('of one goes by GET, with the row limit in path and query', async () => {
    const { server, sent } = await gatewayThat(() => goodRow({ STAT: '90' }));
    const { client } = clientOf(server.url);

    const [answer] = await client.read('OIS275MI', [status('A&B 1#')], { recordsMax: 7 });

    expect(answer?.result.kind).toBe('ok');
    const [only] = sent;
    expect(only?.method).toBe('GET');
    expect(only?.path).toBe(
      '/ACME_TST/M3/m3api-rest/v2/execute/OIS275MI/GetTmpOrderStat;maxrecs=7',
    );
    expect(Object.fromEntries(only?.query ?? [])).toMatchObject({
      ORNO: 'A&B 1#',
      cono: '100',
      divi: 'AAA',
      lanc: 'GB',
      maxrecs: '7',
      dateformat: 'YMD8',
    });
  });

  it('of several goes by one POST', async () => {
    const { server, sent } = await gatewayThat(allGood);
    const { client } = clientOf(server.url);

    const answers = await client.read('OIS275MI', [status('1'), status('2')], { recordsMax: 1 });

    expect(answers.map(({ result }) => result.kind)).toEqual(['ok', 'ok']);
    expect(sent.map(({ method }) => method)).toEqual(['POST']);
  });

  it.each<[string, HttpAnswer]>([
    ['503', { status: 503 }],
    ['a page', { status: 200, body: '<html>' }],
    ['a reset', { status: 200, reset: true }],
    ['429', { status: 429 }],
    [
      'a lock',
      {
        status: 200,
        body: '{"results":[{"errorType":"ServerReturnedNOK","errorCode":"XO_1130"}]}',
      },
    ],
  ])('is repeated after %s', async (_, answer) => {
    const { server, sent } = await gatewayThat((__, number) =>
      number < 3 ? answer : goodRow({ STAT: '90' }),
    );
    const { client } = clientOf(server.url);

    const [first] = await client.read('OIS275MI', [status('1')], { recordsMax: 1 });

    expect(first?.result.kind).toBe('ok');
    expect(sent).toHaveLength(3);
  });

  it('repeats only what had no clear answer', async () => {
    const { server, sent } = await gatewayThat((each, number) => {
      if (each.method === 'GET') return goodRow({ ORNO: 'again' });
      const results = each.transactions.map(({ record }) =>
        record.ORNO === '2' && number === 1
          ? { errorType: 'ServiceNotAvailable' }
          : { records: [{ ORNO: record.ORNO }] },
      );
      return { status: 200, body: JSON.stringify({ results }) };
    });
    const { client } = clientOf(server.url);

    const answers = await client.read('OIS275MI', ['1', '2', '3'].map(status), { recordsMax: 1 });

    expect(answers.map(({ result }) => result.kind)).toEqual(['ok', 'ok', 'ok']);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('that is too much for one request is cut in halves', async () => {
    const { server } = await gatewayThat((each) => {
      if (each.method === 'GET') return goodRow({ ORNO: each.query.get('ORNO') ?? '' });
      return each.transactions.length > 2 ? { status: 504 } : allGood(each);
    });
    const { client } = clientOf(server.url);
    const numbers = ['1', '2', '3', '4', '5', '6', '7', '8'];

    const answers = await client.read('OIS275MI', numbers.map(status), { recordsMax: 1 });

    expect(
      answers.map(({ result }) => (result.kind === 'ok' ? result.records[0]?.ORNO : result.kind)),
    ).toEqual(numbers);
  });

  it('that never succeeds is unclear, not absent', async () => {
    const { server } = await gatewayThat(() => ({ status: 503 }));
    const { client } = clientOf(server.url);

    const [first] = await client.read('OIS275MI', [status('1')], { recordsMax: 1 });

    expect(first?.result.kind).toBe('unclear');
    expect(first?.result.kind === 'unclear' && first.result.problem.kind).toBe('retryable');
  });

  it('answered by 403 throws', async () => {
    const { server } = await gatewayThat(() => ({ status: 403 }));
    const { client } = clientOf(server.url);

    const problem = await problemOf(client.read('OIS275MI', [status('1')], { recordsMax: 1 }));

    expect(problem.code).toBe('INFOR_FORBIDDEN');
  });
});

describe('a list whose keys are start positions', () => {
  const references = ['A1', 'A2', 'A2', 'A2', 'A3', 'A4', 'B1', 'B2'];

  /** Serves `references` from YREF on, at most `gridMax` rows whatever is asked for. */
  async function listOf(values: string[], gridMax = 1000) {
    return gatewayThat(({ query }) => {
      const start = query.get('YREF') ?? '';
      const limit = Math.min(gridMax, Number(query.get('maxrecs')));
      const records = values
        .map((YREF, index) => ({ YREF, ORNO: String(index) }))
        .filter(({ YREF }) => YREF >= start)
        .slice(0, limit);
      return { status: 200, body: JSON.stringify({ results: [{ records }] }) };
    });
  }

  async function readFrom(url: string, wanted: string, recordsMax: number) {
    const { client } = clientOf(url);
    const { result } = await listUntil(client, {
      program: 'OIS175MI',
      transaction: 'LstHeadByRef',
      start: { CUNO: 'WEB001', YREF: wanted },
      keyFields: ['YREF'],
      isPast: ({ YREF = '' }) => YREF > 'A9',
      columns: ['ORNO'],
      recordsMax,
    });
    return result;
  }

  it.each([1, 2, 3, 4, 5, 100])('is read to the passing key, %i rows at a time', async (size) => {
    const { server } = await listOf(references);

    const result = await readFrom(server.url, 'A1', size);

    expect(result).toEqual({
      kind: 'ok',
      complete: 'yes',
      records: references
        .map((YREF, index) => ({ YREF, ORNO: String(index) }))
        .filter(({ YREF }) => YREF < 'B'),
    });
  });

  it('that ends before the key has passed is complete', async () => {
    const { server } = await listOf(['A1', 'A2']);

    const result = await readFrom(server.url, 'A2', 50);

    expect(result).toMatchObject({ complete: 'yes', records: [{ YREF: 'A2' }] });
  });

  it('that cannot be followed is not complete', async () => {
    const { server } = await listOf(
      Array.from({ length: 2500 }, () => 'A1'),
      1000,
    );

    const result = await readFrom(server.url, 'A1', 500);

    expect(result.kind === 'ok' && result.complete).toBe('no');
  });

  it('that fails is handed back as it failed', async () => {
    const body = '{"results":[{"errorType":"ServerReturnedNOK","errorCode":"WCU0103"}]}';
    const { server } = await gatewayThat(() => ({ status: 200, body }));

    expect(await readFrom(server.url, 'A1', 5)).toMatchObject({ kind: 'nok', code: 'WCU0103' });
  });
});
