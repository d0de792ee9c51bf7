import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/core/problem.ts';
import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import { createHttp } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { answerFaults, earlyFaults } from '../../src/sandbox/broken-answer.ts';
import { type FaultKind, faultKinds } from '../../src/sandbox/faults.ts';
import { quietLog } from '../support/recipe-target.ts';
import { type Company, openCompany } from '../support/sandbox-infor-client.ts';
import { stageOrder } from '../support/sandbox-infor-document.ts';
import { anOrder, type Bench, NOON_MS, openBench } from '../support/shipbob-sandbox.ts';
import { collect, instantClock, shipbobSource, thrownBy } from '../support/shipbob-source.ts';

/** What the client makes of a commit that met the fault, and how many orders there are then. */
const commits: Record<FaultKind, [result: string, orders: 0 | 1]> = {
  // Nothing was forwarded: sent again until it goes through, within the time for one call.
  unauthorized: ['ok', 1],
  rateLimited: ['ok', 1],
  rateLimitedBare: ['ok', 1],
  rateLimitedNow: ['ok', 1],
  rateLimitedDate: ['ok', 1],
  // Longer than a call may take: it is left for the next run.
  rateLimitedHuge: ['notSent', 0],
  rateLimitedRubbish: ['notSent', 0],
  // Whatever was answered, it may have happened.
  serverErrorBefore: ['unclear', 0],
  serverErrorAfter: ['unclear', 1],
  gatewayTimeoutBefore: ['unclear', 0],
  gatewayTimeoutAfter: ['unclear', 1],
  gatewayTimeoutLate: ['unclear', 0],
  resetBefore: ['unclear', 0],
  resetAfter: ['unclear', 1],
  truncated: ['unclear', 1],
  html: ['unclear', 0],
  loginPage: ['unclear', 0],
  emptyBody: ['unclear', 1],
  duplicateKeys: ['unclear', 1],
  // By the seed this one took effect.
  partialBulk: ['unclear', 1],
  // M3 says itself that the item was not tried.
  terminatedBulk: ['notSent', 0],
  lockedOnce: ['nok', 0],
  slow: ['ok', 1],
  // Only the read-back finds this one out.
  okWithoutEffect: ['ok', 0],
  // Befalls reads alone.
  staleRead: ['ok', 1],
};

const retry = { baseMs: 1_000, capMs: 30_000, deadlineMs: 300_000 };
const http = createHttp();
let company: Company | null = null;
let bench: Bench | null = null;
afterEach(async () => {
  await company?.sandbox.close();
  await bench?.sandbox.close();
  company = null;
  bench = null;
});

async function confirmUnder(kind: FaultKind): Promise<[string, number]> {
  company = await openCompany({ slowMs: 1 });
  const ORNO = await stageOrder(company, { reference: 'SB1' });
  const ionapi = parseIonapi(JSON.stringify(company.ionapi));
  if (ionapi instanceof Problem) throw ionapi;
  const clock = instantClock(company.sandbox.world.state.clock.now());
  const client = createMiClient({
    http,
    clock,
    random: seededRandom(8),
    log: quietLog,
    tokens: createTokenSource({ http, clock, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      retry,
    },
  });
  company.sandbox.faults.script({ match: 'OIS100MI/Confirm', kind, times: 1 });
  const call = { transaction: 'Confirm', record: { ORNO }, columns: [] };
  const [[answer] = []] = await client.write('OIS100MI', [[call]]);
  return [answer?.result.kind ?? 'none', company.sandbox.world.books().orders.length];
}

describe('a commit that meets a fault', () => {
  it.each(faultKinds)('%s has its class, and the effect that the class allows', async (kind) => {
    expect(await confirmUnder(kind)).toEqual(commits[kind]);
  });
});

describe('a sweep of ShipBob that meets a fault', () => {
  const refused: readonly FaultKind[] = ['unauthorized', 'loginPage'];
  const passing = [...earlyFaults, ...answerFaults].filter((kind) => !refused.includes(kind));

  async function sweepUnder(kind: FaultKind): Promise<{ placed: string[]; read: string[] }> {
    const clock = instantClock(NOON_MS);
    bench = await openBench({
      clock: { ...clock, advance: (durationMs) => void clock.sleep(durationMs) },
      modes: { slowMs: 1 },
    });
    const { world, faults } = bench.sandbox;
    const settings = { baseUrl: bench.url, pageSize: 2, retry };
    const { source } = shipbobSource(http, { settings, token: async () => 'full', clock });
    const placed = ['R1', 'R2', 'R3'].map((name) => String(world.placeOrder(anOrder(name)).id));
    await clock.sleep(60_000);
    faults.script({ match: 'GET /order', kind, times: 1 });
    const window = { fromMs: NOON_MS - 1, toMs: clock.now() };
    const pages = await collect(source.orders('updated', window));
    expect(faults.counts.get(kind)).toBe(1);
    const rows = pages.flatMap(({ observations }) => observations);
    return { placed, read: [...new Set(rows.map(({ record }) => String(record.id)))] };
  }

  it.each(passing)('%s finds every order all the same', async (kind) => {
    const { placed, read } = await sweepUnder(kind);

    expect(read.sort()).toEqual(placed.sort());
  });

  it.each(refused)('%s says that a person has to log in', async (kind) => {
    expect(await thrownBy(sweepUnder(kind))).toMatchObject({ kind: 'credentials' });
  });
});
