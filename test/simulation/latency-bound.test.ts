import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sync } from '../../src/app/sync.ts';
import type { Http } from '../../src/runtime/http.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { richTenant } from '../../src/sandbox/infor/tenant.ts';
import { merchantWeek } from '../../src/sandbox/seed.ts';
import { pacedGateway } from '../support/paced-gateway.ts';
import { quietLog } from '../support/recipe-target.ts';
import { startAtMs } from '../support/simulation-calendar.ts';
import { chanceOf } from '../support/simulation-chance.ts';
import {
  createHeadInMemory,
  install,
  openInstalled,
  startProcess,
} from '../support/simulation-engine.ts';
import { createVirtualTime } from '../support/simulation-time.ts';
import { deliverInProcess } from '../support/simulation-wire.ts';
import { simulate } from '../support/simulation-world.ts';

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
  const clock = createVirtualTime(startAtMs, chanceOf(5, 'order of waking'));
  const week = merchantWeek({ seed: 5, orders: 240, days: 3, startAtMs });
  const world = simulate({ seed: 5, time: clock, week, tenant: richTenant, modes: { slowMs: 0 } });
  const { sandbox } = world;
  const folder = mkdtempSync(join(tmpdir(), 'mlc-latency-'));
  try {
    clock.advance(6 * 86_400_000);
    const environment = {
      MLC_SYNC__START_FROM: new Date(startAtMs).toISOString(),
      MLC_POSTING__BATCH_SIZE: '40',
    };
    const place = await install({ folder, sandbox, clock, environment });
    const store = await openInstalled(place);
    const deliver = deliverInProcess(world.hosts, () => clock.now());
    const atOnce: Http['send'] = async (call) => ({ ...(await deliver(call)).bare, durationMs: 0 });
    const m3 = pacedGateway(clock, { callMs: () => callMs, pool, answer: atOnce });
    const http: Http = {
      send: (call) => (call.url.includes('/m3api-rest/') ? m3.send(call) : atOnce(call)),
      close: () => undefined,
    };
    const parts = startProcess(place, {
      http,
      clock,
      store,
      crash: () => undefined,
      headFile: createHeadInMemory(),
      random: seededRandom(1),
      log: quietLog,
      owner: 'the run',
    });

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
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
