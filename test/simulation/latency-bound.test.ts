import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Log } from '../../src/app/ports.ts';
import { sync } from '../../src/app/sync.ts';
import { createHttp, type Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { richTenant } from '../../src/sandbox/infor/tenant.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { pacedGateway } from '../support/paced-gateway.ts';
import { createSimulationClock } from '../support/simulation-clock.ts';
import { MortalProcess } from '../support/simulation-crash.ts';
import { install, openInstalled, startProcess } from '../support/simulation-engine.ts';

const silent = () => undefined;
const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
const startAtMs = Date.UTC(2026, 2, 2, 12);
const callMs = 120;
const pool = 4;

/**
 * The real engine against the simulated M3, which takes 120 ms for each transaction and works on four
 * requests at once. Time is virtual and passes in M3 alone, so what is measured is whether M3 ever had
 * to wait for the engine.
 */
it('keeps all jobs of M3 at work while there is something to post', {
  timeout: 300_000,
}, async () => {
  const clock = createSimulationClock(startAtMs);
  const sandbox = await startSandbox({
    clock,
    seed: 5,
    orders: 240,
    days: 3,
    startAtMs,
    tenant: richTenant,
  });
  const folder = mkdtempSync(join(tmpdir(), 'mlc-latency-'));
  try {
    clock.advance(6 * 86_400_000);
    const environment = {
      MLC_SYNC__START_FROM: new Date(startAtMs).toISOString(),
      MLC_POSTING__BATCH_SIZE: '40',
    };
    const place = await install({ folder, sandbox, clock, environment });
    const store = await openInstalled(place);
    const wire = createHttp();
    const atOnce: Http['send'] = async (call) => {
      clock.hold();
      try {
        return await wire.send(call);
      } finally {
        clock.release();
      }
    };
    const m3 = pacedGateway(clock, { callMs: () => callMs, pool, answer: atOnce });
    const http: Http = {
      send: (call) => (call.url.includes('/m3api-rest/') ? m3.send(call) : atOnce(call)),
      close: () => wire.close(),
    };
    const process = new MortalProcess(null, clock);
    const life = { process, store, random: seededRandom(1), log, owner: 'the run', http };
    const { parts } = startProcess(place, life);

    const result = await sync(parts, {
      streams: 'all',
      mode: 'post',
      sinceMs: null,
      postingsMax: null,
    });

    const beganAtMs = m3.requests[0]?.startedAtMs ?? 0;
    // At the end few documents are left, and their calls follow one another.
    const untilMs = beganAtMs + 0.7 * (clock.now() - beganAtMs);
    const workedMs = m3.requests.map(({ endedAtMs, calls }) => {
      const startedAtMs = endedAtMs - calls * callMs;
      return Math.max(0, Math.min(untilMs, endedAtMs) - startedAtMs);
    });
    const jobsAtWork = workedMs.reduce((sum, ms) => sum + ms, 0) / (untilMs - beganAtMs);
    expect(result.exitCode).toBe(0);
    expect(result.counts.posted.goodsIssue).toBeGreaterThan(150);
    expect(jobsAtWork).toBeGreaterThanOrEqual(pool / 1.1);
    await store.close();
    http.close();
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
