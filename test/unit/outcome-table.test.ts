import { describe, expect, it } from 'vitest';
import { toProblem } from '../../src/core/problem.ts';
import { orderId } from '../../src/core/schema.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import type { Http, HttpOutcome } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { createSubscriptionSource } from '../../src/shipbob/subscriptions.ts';
import { type Case, cases, outcomes } from '../support/outcome-case.ts';
import { quietLog } from '../support/recipe-target.ts';
import { orderText } from '../support/shipbob-json.ts';
import { instantClock, openBudget, shipbobSource } from '../support/shipbob-source.ts';

/** What ShipBob's reads and writes and M3's reads and writes make of one case. */
type Verdicts = readonly [
  shipbobRead: string,
  shipbobWrite: string,
  m3Read: string,
  m3Write: string,
];

const fine: Verdicts = ['answer', 'done', 'ok', 'ok'];
/** It may have happened: a read is repeated, a write is looked up and never repeated by itself. */
const unclear: Verdicts = ['again, then retryable', 'unclear', 'again, then unclear', 'unclear'];
/** A deletion's body says nothing (reference: shipbob-api §9.2), whatever it is. */
const odd: Verdicts = ['again, then retryable', 'done', 'again, then unclear', 'unclear'];
/** Nothing happened for certain: even a write is sent again. */
const unsent: Verdicts = [
  'again, then retryable',
  'again, then retryable',
  'again, then unclear',
  'again, then notSent',
];
/** ShipBob's own no; of M3 nobody knows who said it. */
const refused: Verdicts = ['configuration', 'configuration', 'again, then unclear', 'unclear'];
const login: Verdicts = ['credentials', 'credentials', 'again, then unclear', 'unclear'];

const table: Record<Case, Verdicts> = {
  'connection refused': unsent,
  'no such name': unsent,
  'network away': unsent,
  'no answer in time': unclear,
  reset: unclear,
  'cut on the wire': unclear,
  'too long': unclear,
  '200': fine,
  '200 with a byte order mark': odd,
  '200 with a page': odd,
  '200 with nothing': odd,
  '200 with null': odd,
  '200 with a number': odd,
  '200 with words': odd,
  '200 with an empty list': odd,
  '200 with an empty object': ['unreadable', 'done', 'again, then unclear', 'unclear'],
  '200 with half of it': odd,
  '200 twice': odd,
  '200 with a key twice': odd,
  '100': unclear,
  '201': ['answer', 'done', 'again, then unclear', 'unclear'],
  '202': odd,
  '204': odd,
  '206': ['answer', 'done', 'again, then unclear', 'unclear'],
  '301': login,
  '302': login,
  '303': login,
  '304': login,
  '307': login,
  '308': login,
  '400': refused,
  '400 with a page': refused,
  '400 with a good answer': refused,
  '401': ['credentials', 'credentials', 'credentials', 'credentials'],
  '402': refused,
  '403': ['credentials', 'credentials', 'configuration', 'configuration'],
  '404': ['missing', 'missing', 'configuration', 'configuration'],
  '405': ['configuration', 'configuration', 'configuration', 'configuration'],
  '406': refused,
  '407': refused,
  '408': unclear,
  '409': refused,
  '410': refused,
  '412': refused,
  '413': refused,
  '414': refused,
  '415': refused,
  '418': refused,
  '421': refused,
  '422': ['rejected', 'rejected', 'again, then unclear', 'unclear'],
  '423': refused,
  '425': unclear,
  '428': refused,
  '429': unsent,
  '429 for five seconds': unsent,
  '429 for no time': unsent,
  // Longer than a run waits: left to a later one.
  '429 for ever': ['retryable', 'retryable', 'unclear', 'notSent'],
  '429 for some time': unsent,
  '431': refused,
  '451': refused,
  '499': refused,
  '500': unclear,
  '500 with a good answer': unclear,
  '501': unclear,
  '502': unclear,
  '503': unclear,
  '503 for five seconds': unclear,
  '504': unclear,
  '507': unclear,
  '511': unclear,
  '520': unclear,
  '524': unclear,
  '599': unclear,
  '999': unclear,
};

const good = {
  shipbob: orderText(7),
  m3: '{"results":[{"transaction":"Confirm","records":[{"ORNO":"1"}]}]}',
};

/** Answers the case for ever, in the words of either side. */
function answering(name: Case, side: 'shipbob' | 'm3'): Http & { calls: () => number } {
  let calls = 0;
  return {
    async send(): Promise<HttpOutcome> {
      calls += 1;
      return outcomes[name](good[side]);
    },
    close() {},
    calls: () => calls,
  };
}

async function shipbobRead(name: Case): Promise<string> {
  const http = answering(name, 'shipbob');
  try {
    const order = await shipbobSource(http).source.order(orderId('7'));
    if (order === null) return 'missing';
    return 'record' in order ? 'answer' : 'unreadable';
  } catch (thrown) {
    return `${http.calls() > 2 ? 'again, then ' : ''}${toProblem(thrown).kind}`;
  }
}

/** The deletion of a subscription; the list that is looked at afterwards shows it still. */
async function shipbobWrite(name: Case): Promise<string> {
  let writes = 0;
  const http: Http = {
    async send({ method }): Promise<HttpOutcome> {
      if (method === 'DELETE') writes += 1;
      const list = { status: 200, headers: {}, text: '{"items":[{"id":"7"}],"next":null}' };
      if (method === 'GET') return { kind: 'answer', ...list, durationMs: 1 };
      return outcomes[name](good.shipbob);
    },
    close() {},
  };
  const source = createSubscriptionSource({
    http,
    clock: instantClock(),
    random: seededRandom(1),
    log: quietLog,
    token: async () => 't',
    budget: openBudget(),
    settings: {
      baseUrl: 'https://api.shipbob.test',
      apiVersion: '2026-07',
      channels: null,
      pageSize: 20,
      receivingPageSize: 5,
      callsPerMinute: 150,
      timeoutMs: 5_000,
      retry: { baseMs: 500, capMs: 8_000, deadlineMs: 120_000 },
    },
  });
  try {
    return (await source.remove('7')) ? 'done' : 'missing';
  } catch (thrown) {
    const { code, kind } = toProblem(thrown);
    if (code === 'SHIPBOB_SUBSCRIPTION_UNCLEAR') return 'unclear';
    return `${writes > 2 ? 'again, then ' : ''}${kind}`;
  }
}

async function m3(name: Case, access: 'read' | 'write'): Promise<string> {
  const http = answering(name, 'm3');
  const client = createMiClient({
    http,
    clock: instantClock(),
    random: seededRandom(1),
    log: quietLog,
    tokens: { token: async () => 'a', renew: async () => 'b' },
    apiBase: 'https://gateway.test/T',
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      retry: { baseMs: 500, capMs: 8_000, deadlineMs: 60_000 },
    },
  });
  const call = { transaction: 'Confirm', record: { ORNO: '1' }, columns: [] };
  const again = () => (http.calls() > 2 ? 'again, then ' : '');
  try {
    const [timed] =
      access === 'write'
        ? (await client.write('OIS100MI', [[call]])).flat()
        : await client.read('OIS100MI', [call], { recordsMax: 0 });
    return `${again()}${timed?.result.kind ?? 'nothing'}`;
  } catch (thrown) {
    return `${again()}${toProblem(thrown).kind}`;
  }
}

function all(name: Case): Promise<string[]> {
  return Promise.all([shipbobRead(name), shipbobWrite(name), m3(name, 'read'), m3(name, 'write')]);
}

describe('an exchange that ends with', () => {
  it.each(cases)('%s is told by its verdicts', async (name) => {
    expect(await all(name)).toEqual(table[name]);
  });

  it('anything but a clear no is never called one, and never sent again: writes to M3', () => {
    const known = cases.filter((name) => table[name][3] !== 'unclear');

    expect(new Set(known)).toEqual(
      new Set([
        ...['connection refused', 'no such name', 'network away', '200', '401', '403', '404'],
        ...['405', '429', '429 for five seconds', '429 for no time', '429 for ever'],
        '429 for some time',
      ]),
    );
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });
});
