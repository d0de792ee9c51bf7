import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { emptyCounts } from '../../src/app/engine.ts';
import { obstacles } from '../../src/app/health.ts';
import { readMeasures } from '../../src/app/measure.ts';
import { type HealthPage, startMonitor } from '../../src/cli/compose-monitor.ts';
import { writeWhole } from '../../src/runtime/whole-file.ts';
import { handClock, openTestStore, takeLease } from '../support/store-open.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

async function monitor(parts: {
  alive?: string[];
  ready?: string[];
  metrics?: () => Promise<string>;
}) {
  const page = (reasons: string[] = []): HealthPage => ({ reasons, details: { runs: 3 } });
  const metrics = parts.metrics ?? (async () => 'mlc_x 1\n');
  const started = await startMonitor({
    monitor: { host: '127.0.0.1', port: 0, textfile: null },
    health: { alive: () => page(parts.alive), ready: async () => page(parts.ready) },
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: await metrics() }),
    log: silent,
  });
  if (started === null) throw new Error('there is a port');
  onTestFinished(() => started.close());
  return (path: string, init?: RequestInit) => fetch(`${started.url}${path}`, init);
}

describe('the monitor', () => {
  it('answers 200 while all is well', async () => {
    const get = await monitor({});

    const answers = await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => get(path)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await answers[0]?.json()).toEqual({
      status: 'alive',
      reasons: [],
      details: { runs: 3 },
    });
    expect(answers[2]?.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await answers[2]?.text()).toBe('mlc_x 1\n');
  });

  it('answers 503 with the reasons, each page for itself', async () => {
    const get = await monitor({ ready: ['a login was refused'] });

    const [health, ready] = await Promise.all([get('/healthz'), get('/readyz')]);

    expect(health?.status).toBe(200);
    expect(ready?.status).toBe(503);
    expect(await ready?.json()).toMatchObject({
      status: 'not ready',
      reasons: ['a login was refused'],
    });
  });

  it('knows no other page and takes nothing in', async () => {
    const get = await monitor({});

    expect((await get('/')).status).toBe(404);
    expect((await get('/constructor')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('answers 503 and stays up when the measures cannot be read', async () => {
    const get = await monitor({ metrics: () => Promise.reject(new Error('locked: /var/mlc.db')) });

    const answer = await get('/metrics');

    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('/var/mlc.db');
    expect((await get('/healthz')).status).toBe(200);
  });

  it('on a port that is taken says which setting to change', async () => {
    const get = await monitor({});
    const port = Number(new URL((await get('/healthz')).url).port);

    const second = startMonitor({
      monitor: { host: '127.0.0.1', port, textfile: null },
      health: { alive: () => ({ reasons: [], details: {} }), ready: () => Promise.reject() },
      metrics: () => Promise.reject(),
      log: silent,
    });

    await expect(second).rejects.toMatchObject({ code: 'MONITOR_LISTEN_FAILED' });
  });

  it('is not served without a port', async () => {
    const none = await startMonitor({
      monitor: { host: '127.0.0.1', port: null, textfile: null },
      health: { alive: () => ({ reasons: [], details: {} }), ready: () => Promise.reject() },
      metrics: () => Promise.reject(),
      log: silent,
    });

    expect(none).toBeNull();
  });
});

describe('obstacles', () => {
  it('are a stop, a full disk, and a database that does not answer', async () => {
    const store = await openTestStore();

    const none = await obstacles({ store, stopping: 'no', diskFreeShare: 0.4 });
    const all = await obstacles({
      store: { meta: () => Promise.reject(new Error('disk I/O error')) },
      stopping: 'yes',
      diskFreeShare: 0.001,
    });

    expect(none).toEqual([]);
    expect(all).toEqual([
      'the process is stopping',
      'the disk of the database is full',
      'the database does not answer: disk I/O error',
    ]);
  });
});

describe('a reading of the database', () => {
  it('of an empty one has nothing in it', async () => {
    const reading = await readMeasures(await openTestStore(), handClock(5000));

    expect(reading).toMatchObject({
      atMs: 5000,
      lags: [],
      postings: [],
      oldestWaitingMs: null,
      run: null,
      lastGoodRunAtMs: null,
      failedRuns: 0,
      leaseHeld: false,
      alertsOpen: 0,
    });
  });

  it('tells runs in a row that failed, and the last good one', async () => {
    const clock = handClock();
    const store = await openTestStore({ clock });
    const t0 = clock.now();
    for (const [index, exitCode] of [0, 4, 1].entries()) {
      const nowMs = t0 + index * 1000;
      const fence = await takeLease(store, { nowMs });
      const counts = emptyCounts();
      await store.finishRun(fence, { nowMs: nowMs + 10, exitCode, outcome: 'x', counts });
      await store.releaseLease(fence);
    }
    await takeLease(store, { nowMs: t0 + 9000 });
    clock.set(t0 + 9000);

    const reading = await readMeasures(store, clock);

    expect(reading.failedRuns).toBe(2);
    expect(reading.lastGoodRunAtMs).toBe(t0 + 10);
    expect(reading.run).toEqual({ startedAtMs: t0 + 9000, endedAtMs: null, exitCode: null });
    expect(reading.leaseHeld).toBe(true);
  });

  it('of what people settle by hand does not take it for a sync that went well', async () => {
    const clock = handClock();
    const store = await openTestStore({ clock });
    const t0 = clock.now();
    const runs = [
      ['sync all', 0],
      ['sync all', 4],
      ['flagged resolve', 0],
      ['replay', 0],
    ] as const;
    for (const [index, [command, exitCode]] of runs.entries()) {
      const nowMs = t0 + index * 1000;
      const fence = await takeLease(store, { nowMs, command });
      await store.finishRun(fence, {
        nowMs: nowMs + 10,
        exitCode,
        outcome: 'x',
        counts: emptyCounts(),
      });
      await store.releaseLease(fence);
    }

    const reading = await readMeasures(store, clock);

    expect(reading.lastGoodRunAtMs).toBe(t0 + 10);
    expect(reading.run).toMatchObject({ startedAtMs: t0 + 1000, exitCode: 4 });
  });
});

describe('a file that others read', () => {
  it('is there whole, readable to them, with nothing left beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlc-textfile-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'mlc.prom');

    writeWhole(path, 'mlc_x 1\n');
    writeWhole(path, 'mlc_x 2\n');

    expect(readFileSync(path, 'utf8')).toBe('mlc_x 2\n');
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['mlc.prom']);
  });

  it('leaves nothing behind where it cannot be written', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mlc-textfile-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));

    expect(() => writeWhole(join(folder, 'none', 'mlc.prom'), 'x')).toThrow();
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect(() => writeWhole(folder, 'x')).toThrow();
    expect(
      readdirSync(tmpdir()).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`)),
    ).toEqual([]);
  });
});
