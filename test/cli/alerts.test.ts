import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ListeningServer, serveHttp } from '../../src/runtime/http-server.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import { samplesOf } from '../support/measure-reading.ts';

const minuteMs = 60_000;
const secretPath = '/services/T000/B000/very-secret';

interface Told {
  source: string;
  cause: string;
  severity: string;
  title: string;
  lines: string[];
}

let world: CliWorld;
let people: ListeningServer;
let told: Told[] = [];
let status = 200;

/** Twelve days: nothing of the week is still under way, so that two runs see the same. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 40, daysPassed: 12 });
  world.configure((config) => {
    config.alerts = { format: 'json' };
    config.monitor = { textfile: 'mlc.prom' };
  });
  people = await serveHttp({
    port: 0,
    async handle({ body, path }) {
      if (status === 200 && path === secretPath) told.push(JSON.parse(body));
      return { status };
    },
  });
});

afterAll(async () => {
  await people.close();
  await world.close();
});

/** Runs the verb a few minutes later; answers what people heard meanwhile, too. */
async function run(args: string, environment: Record<string, string> = {}) {
  world.advance(2 * minuteMs);
  told = [];
  const result = await world.mlc(args, {
    environment: { MLC_SECRET_ALERTS_URL: `${people.url}${secretPath}`, ...environment },
  });
  return { ...result, told };
}

describe('mlc alerts test', () => {
  it('sends one message that says it is a test', async () => {
    const { code, told: heard } = await run('alerts test');

    expect(code).toBe(0);
    expect(heard.map(({ title }) => title)).toEqual([
      'This is a test: messages from mlc arrive here',
    ]);
  });

  it('without an address says how to give one', async () => {
    const { code, stderr } = await run('alerts test', { MLC_SECRET_ALERTS_URL: '' });

    expect(code).toBe(2);
    expect(stderr).toContain('mlc credentials set alerts');
  });

  it('is never given an address that would be refused later', async () => {
    const { code, stderr } = await world.mlc('credentials set alerts', {
      input: 'http://hooks.example.com/very-secret\n',
    });

    expect(code).toBe(2);
    expect(stderr).toContain('https://');
    expect(stderr).not.toContain('very-secret');
  });

  it('that is refused says so, and never the address', async () => {
    status = 404;
    const { code, stdout, stderr } = await run('alerts test --json');
    status = 200;

    expect(code).toBe(2);
    expect(JSON.parse(stderr).error.code).toBe('ALERT_REFUSED');
    expect(stdout + stderr).not.toContain('very-secret');
  });
});

/** These follow each other on one world. */
describe('people', () => {
  it('who cannot be reached change nothing about the run, and are told by the next', async () => {
    status = 500;
    const { code, stdout, stderr } = await run('sync --json');
    status = 200;

    const summary = JSON.parse(stdout);
    expect(summary.flagsRaised).toBeGreaterThan(0);
    expect(code).toBe(summary.exitCode);
    expect(stderr).toContain('a message to people could not be sent: HTTP 500');
    expect(stdout + stderr).not.toContain('very-secret');
  });

  it('hear of an unknown SKU once, in one message for all that waits for it', async () => {
    const { told: heard } = await run('sync');

    const items = heard.filter(({ cause }) => cause.startsWith('flag:UNKNOWN_ITEM'));
    expect(items.length).toBeGreaterThan(0);
    expect(new Set(heard.map(({ cause }) => cause)).size).toBe(heard.length);
    expect(items[0]?.title).toMatch(/order/);
    expect(items[0]?.lines.join(' ')).toContain('mlc flagged list --reason UNKNOWN_ITEM');
    expect(items[0]?.source).toContain('100');
  });

  it('hear nothing the second time', async () => {
    const { told: heard } = await run('sync');

    expect(heard).toEqual([]);
  });

  it('hear of a refused login at once, and when it is over', async () => {
    const wrong = await run('sync', { MLC_SECRET_SHIPBOB_TOKEN: 'pat-wrong-0123456789' });
    const soon = await run('sync');
    world.advance(30 * minuteMs);
    const mended = await run('sync');

    expect(wrong.code).toBe(5);
    expect(wrong.told.map(({ cause, severity }) => `${severity} ${cause}`)).toEqual([
      'problem credentials',
    ]);
    expect(JSON.stringify(wrong.told)).not.toContain('pat-wrong');
    expect(soon.told).toEqual([]);
    expect(mended.told.map(({ cause, severity }) => `${severity} ${cause}`)).toEqual([
      'solved credentials',
    ]);
  });

  it('without an address nothing is sent or remembered', async () => {
    const { code, told: heard, stderr } = await run('sync', { MLC_SECRET_ALERTS_URL: '' });

    expect(code).toBe(0);
    expect(heard).toEqual([]);
    expect(stderr).not.toContain('people');
  });
});

describe('mlc alerts list', () => {
  it('shows what is open and when people were told', async () => {
    const { code, stdout } = await run('alerts list --json');

    const { alerts } = JSON.parse(stdout);
    const items = alerts.filter(({ cause }: Told) => cause.startsWith('flag:UNKNOWN_ITEM'));
    expect(code).toBe(0);
    expect(items.length).toBeGreaterThan(0);
    expect(items[0].toldAtMs).toBeGreaterThanOrEqual(items[0].firstAtMs);
    expect(alerts.some(({ cause }: Told) => cause === 'credentials')).toBe(false);
  });

  it('says the same to a person', async () => {
    const { stdout } = await run('alerts list');

    expect(stdout).toMatch(/warning +\d+ min ago +\d+ min ago +.*order/);
  });
});

describe('the measures of a run', () => {
  it('lie whole beside the configuration, readable to a collector', async () => {
    await run('sync');

    const path = join(world.folder, 'mlc.prom');
    const samples = samplesOf(readFileSync(path, 'utf8'));
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(samples.get('mlc_last_run_exit_code')).toBe(0);
    expect(samples.get('mlc_flags_open{reason="UNKNOWN_ITEM"}')).toBeGreaterThan(0);
    expect(samples.get('mlc_run_calls{upstream="shipbob",outcome="ok"}')).toBeGreaterThan(0);
    expect(samples.get('mlc_run_calls{upstream="inforLogin",outcome="ok"}')).toBe(1);
    expect(samples.get('mlc_stream_lag_seconds{stream="orders"}')).toBeLessThan(3600);
  });

  it('that cannot be written are a warning and no failure', async () => {
    world.configure((config) => {
      config.monitor = { textfile: 'no-such-folder/mlc.prom' };
    });

    const { code, stderr } = await run('sync');

    expect(code).toBe(0);
    expect(stderr).toContain('the measures could not be written');
  });
});
