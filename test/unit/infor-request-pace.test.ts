import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import type { MiCall, MiClient } from '../../src/infor/m3/mi.ts';
import { createMiClient, miClientDefaults } from '../../src/infor/m3/mi-client.ts';
import type { PaceMemory } from '../../src/infor/m3/request-pace.ts';
import { type PacedGateway, pacedGateway } from '../support/paced-gateway.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import { createVirtualTime, type VirtualTime } from '../support/simulation-time.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const t0 = 1_760_000_000_000;

function clientOver(
  http: PacedGateway,
  clock: VirtualTime,
  changes: { concurrency?: number; memory?: PaceMemory } = {},
): MiClient {
  return createMiClient({
    http,
    clock,
    random: { next: () => 0.5 },
    log: quiet,
    tokens: { token: async () => 'token', renew: async () => 'token' },
    apiBase: 'https://gateway.example/ACME_TST',
    ...(changes.memory === undefined ? {} : { memory: changes.memory }),
    settings: {
      ...miClientDefaults,
      company: 100,
      division: 'AAA',
      concurrency: changes.concurrency ?? 4,
      timeoutMs: 75_000,
      retry: { baseMs: 100, capMs: 1000, deadlineMs: 600_000 },
    },
  });
}

function confirms(count: number): MiCall[][] {
  return Array.from({ length: count }, (_, at) => [
    { transaction: 'Confirm', record: { ORNO: String(at + 1) }, columns: [] },
  ]);
}

function finishes(count: number): MiCall[][] {
  return Array.from({ length: count }, (_, at) => [
    { transaction: 'FinishEntry', record: { MSGN: String(at + 1) }, columns: [] },
  ]);
}

function memory(): PaceMemory & { text: string | null } {
  const kept: PaceMemory & { text: string | null } = {
    text: null,
    meta: async () => kept.text,
    async putMeta(_name, value) {
      kept.text = value;
    },
  };
  return kept;
}

describe('the size of a bulk request', () => {
  it.each([
    [50, 100],
    [120, 83],
    [500, 20],
    [4_000, 2],
    [30_000, 1],
  ])('with %i ms for each call comes to %i calls', async (callMs, size) => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const http = pacedGateway(clock, { callMs: () => callMs, pool: 4 });
    const client = clientOver(http, clock);

    for (let round = 0; round < 12; round += 1) await client.write('OIS100MI', confirms(size * 4));

    expect(http.requests.slice(-4).map(({ calls }) => calls)).toEqual(Array(4).fill(size));
  });

  it('is halved after a gateway that gave up, and no write of it is repeated', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const http = pacedGateway(clock, {
      callMs: () => 120,
      pool: 4,
      trouble: ({ number }) => (number === 6 ? 504 : null),
    });
    const client = clientOver(http, clock, { concurrency: 1 });

    const rounds: string[][] = [];
    for (let round = 0; round < 7; round += 1) {
      const results = await client.write('OIS100MI', confirms(80));
      rounds.push(results.flat().map(({ result }) => result.kind));
    }

    const sizes = http.requests.map(({ calls }) => calls);
    const silent = sizes[5] ?? 0;
    expect(silent).toBeGreaterThan(10);
    expect(rounds.flat().filter((kind) => kind === 'unclear')).toHaveLength(silent);
    expect(Math.max(...sizes.slice(6, 8))).toBeLessThanOrEqual(Math.ceil(silent / 2));
    expect(sizes.reduce((sum, calls) => sum + calls, 0)).toBe(7 * 80);
  });

  it('is known to the next process, which does not begin from the first size', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const kept = memory();
    const first = pacedGateway(clock, { callMs: () => 120, pool: 4 });
    const client = clientOver(first, clock, { memory: kept });
    for (let round = 0; round < 8; round += 1) await client.write('OIS100MI', confirms(400));

    const second = pacedGateway(clock, { callMs: () => 120, pool: 4 });
    await clientOver(second, clock, { memory: kept }).write('OIS100MI', confirms(400));

    expect(first.requests[0]?.calls).toBe(20);
    expect(second.requests[0]?.calls).toBeGreaterThanOrEqual(60);
  });

  it.each([
    ['half at once where other kinds are quick', 10, 50],
    ['small where other kinds are slow', 2_000, 5],
  ])('begins for a new kind %s', async (_how, callMs, size) => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const http = pacedGateway(clock, { callMs: () => callMs, pool: 4 });
    const client = clientOver(http, clock);
    for (let round = 0; round < 8; round += 1) await client.write('OIS100MI', confirms(100));
    const before = http.requests.length;

    await client.write('PPS370MI', finishes(100));

    expect(http.requests[before]?.calls).toBe(size);
  });

  it('is learned anew where what was kept cannot be read', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const kept = memory();
    kept.text = '{"write OIS100MI/Confirm":"many"';
    const http = pacedGateway(clock, { callMs: () => 120, pool: 4 });

    await clientOver(http, clock, { memory: kept }).write('OIS100MI', confirms(100));

    expect(http.requests[0]?.calls).toBe(20);
  });

  it('loses no answer where it cannot be written down', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const http = pacedGateway(clock, { callMs: () => 120, pool: 4 });
    const broken: PaceMemory = {
      meta: () => Promise.reject(new Error('disk is full')),
      putMeta: () => Promise.reject(new Error('disk is full')),
    };

    const results = await clientOver(http, clock, { memory: broken }).write(
      'OIS100MI',
      confirms(50),
    );

    expect(results.flat().every(({ result }) => result.kind === 'ok')).toBe(true);
  });
});

describe('requests under way', () => {
  it('are as many as allowed, and fewer once the gateway asks to slow down', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    let busy = false;
    const http = pacedGateway(clock, {
      callMs: () => 120,
      pool: 8,
      trouble: ({ underWay }) => (busy && underWay > 3 ? 429 : null),
    });
    const client = clientOver(http, clock, { concurrency: 8 });
    await client.write('OIS100MI', confirms(1_000));
    const before = Math.max(...http.requests.map(({ underWay }) => underWay));

    busy = true;
    const marked = http.requests.length;
    const results = [];
    for (let round = 0; round < 6; round += 1) {
      results.push(...(await client.write('OIS100MI', confirms(1_000))));
    }

    const later = http.requests.slice(marked + 20);
    const refused = later.filter(({ endedAtMs, startedAtMs }) => endedAtMs - startedAtMs === 50);
    expect(before).toBe(8);
    expect(results.flat().every(({ result }) => result.kind === 'ok')).toBe(true);
    // Additive increase finds the limit again now and then, and steps back each time.
    expect(refused.length / later.length).toBeLessThan(0.3);
  });

  it('let what must leave soon go before what may wait', async () => {
    const clock = createVirtualTime(t0, chanceOf(1, 'order of waking'));
    const http = pacedGateway(clock, { callMs: () => 120, pool: 1 });
    const client = clientOver(http, clock, { concurrency: 1 });
    const soon = { sendBeforeMs: t0 + 60_000 };

    await Promise.all([
      client.write('PPS370MI', finishes(30)),
      client.write('PPS370MI', finishes(10)),
      client.write('OIS100MI', confirms(30), soon),
    ]);

    const programs = http.requests.map(({ program }) => program);
    const lastSoon = programs.lastIndexOf('OIS100MI');
    // One request may have begun before the urgent ones had come; none goes between them.
    const before = programs.slice(0, lastSoon).filter((program) => program === 'PPS370MI');
    expect(before.length).toBeLessThanOrEqual(1);
    expect(programs.slice(lastSoon + 1)).toContain('PPS370MI');
  });
});
