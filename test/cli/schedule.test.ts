import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { collected, ended, saying, startCli } from '../support/cli-process.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { type CrashWorld, openCrashWorld, syncArgs } from '../support/crash-world.ts';
import { freePort } from '../support/free-port.ts';
import { type LiveSandbox, startLiveSandbox } from '../support/live-week.ts';

const dayMs = 86_400_000;

interface LiveWorld extends CrashWorld {
  sandbox: LiveSandbox;
  port: number;
}

/** A week of which the second half is still to come, and a workspace that is told of it. */
async function openLiveWorld(request: { seed: number; orders: number }): Promise<LiveWorld> {
  let live: LiveSandbox | null = null;
  const world = await openCrashWorld({
    ...request,
    beganAgoMs: 3 * dayMs,
    start: async (settings) => {
      live = await startLiveSandbox(settings);
      return live;
    },
  });
  if (live === null) throw new Error('the live systems were not started');
  const port = await freePort();
  const config = z.looseObject({}).parse(parse(readFileSync(world.files.config, 'utf8')));
  writeFileSync(
    world.files.config,
    stringify({
      ...config,
      schedule: { runs: [{ cron: '* * * * *', sync: 'all' }], jitter: '0s' },
      webhooks: { port, settleFor: '300ms' },
      monitor: { port: 0 },
    }),
  );
  return { ...world, sandbox: live, port };
}

async function register(world: LiveWorld): Promise<void> {
  const url = `http://127.0.0.1:${world.port}/shipbob`;
  const end = await world.run(['webhooks', 'register', '--url', url]);
  if (end.code !== 0) throw new Error(`mlc webhooks register: ${end.stderr}${end.stdout}`);
}

interface Service {
  process: ChildProcess;
  /** Addresses that it told when it was ready. */
  monitor: string;
  end: Promise<number | null>;
  /** One for each run that ended. */
  runs(): z.infer<typeof runLine>[];
  stderr(): string;
}

const readyLine = z.object({
  ready: z.literal(true),
  webhooks: z.object({ url: z.string() }).nullable(),
  monitor: z.object({ url: z.string() }),
});
const runLine = z.object({
  run: z.string(),
  exitCode: z.number(),
  posted: z.record(z.string(), z.number()),
  troubles: z.array(z.object({ code: z.string() })),
});

async function startService(world: LiveWorld, args: string): Promise<Service> {
  const child = startCli([...args.split(' '), '--json'], { cwd: world.folder });
  onTestFinished(() => void child.kill('SIGKILL'));
  const end = ended(child);
  const stderr = collected(child.stderr);
  const stdout = collected(child.stdout);
  const first = await saying(child.stdout, /\n/).catch((thrown) => {
    throw new Error(`${thrown}; ${stderr()}`);
  });
  const ready = readyLine.parse(JSON.parse(first.split('\n')[0] ?? ''));
  return {
    process: child,
    monitor: ready.monitor.url,
    end,
    stderr,
    runs: () =>
      stdout()
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => runLine.parse(JSON.parse(line))),
  };
}

/** The test's own time limit is the bound. */
async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setTimeout(resolve, 100));
}

const deliveriesOf = ({ sandbox }: LiveWorld) => sandbox.shipbobSandbox.webhooks.deliveries;

/** Everything happened, was sent, and was answered. */
function isTold({ sandbox }: LiveWorld): boolean {
  const { world, webhooks } = sandbox.shipbobSandbox;
  const soonMs = Date.now() + 60_000;
  const ahead = world.pendingEvents() > 0 && (world.nextEventAtMs() ?? soonMs) < soonMs;
  const unsent = world.state.happenings.length > 0;
  return !ahead && !unsent && webhooks.deliveries.every(({ state }) => state !== 'waiting');
}

/** Documents that runs which deliveries asked for have posted. */
function postedByHints(service: Service): number {
  return service
    .runs()
    .filter(({ run }) => run === 'hints')
    .flatMap(({ posted }) => Object.values(posted))
    .reduce((sum, count) => sum + count, 0);
}

describe('mlc schedule --with-webhooks', () => {
  it('and mlc sync at the same time book every document once', async () => {
    const world = await openLiveWorld({ seed: 71, orders: 30 });
    await register(world);
    const service = await startService(world, 'schedule --with-webhooks');

    world.sandbox.goOn(0.6);
    const crons: (number | null)[] = [];
    do {
      const cron = await world.run(['sync', '--if-free', '--quiet', '--json']);
      crons.push(cron.code);
      expect(findDoubles(world.sandbox)).toEqual([]);
    } while (!isTold(world));
    // No cron any more: what happens now is found by webhooks before the next minute is over.
    world.sandbox.goOn();
    await until(() => isTold(world));
    await until(() => postedByHints(service) > 0 && isTold(world));
    const undelivered = deliveriesOf(world).filter(({ state }) => state !== 'delivered');
    service.process.kill('SIGTERM');
    const code = await service.end;
    const next = await world.run(syncArgs);

    expect(code).toBe(143);
    expect([0, 4]).toContain(next.code);
    expect(deliveriesOf(world).length).toBeGreaterThan(20);
    expect(undelivered).toEqual([]);
    expect(crons.filter((each) => each !== 0 && each !== 4)).toEqual([]);
    world.pass(6 * dayMs);
    await expectRest(world);
  });

  it('says how it is while it runs', async () => {
    const world = await openLiveWorld({ seed: 72, orders: 6 });
    await register(world);
    const service = await startService(world, 'schedule --with-webhooks');

    await until(() => service.runs().length > 0);
    const pages = await Promise.all(
      ['healthz', 'readyz', 'metrics'].map(async (page) => {
        const answer = await fetch(`${service.monitor}/${page}`);
        return { status: answer.status, text: await answer.text() };
      }),
    );
    service.process.kill('SIGINT');

    expect(await service.end).toBe(130);
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(pages[1]?.text).toContain('"lastRun":{"what":"sync all"');
    expect(pages[2]?.text).toContain('mlc_build_info');
  });

  it('refuses to start while it could prove no delivery', async () => {
    const world = await openLiveWorld({ seed: 73, orders: 2 });

    const end = await world.run(['schedule', '--with-webhooks', '--json']);

    expect(end).toMatchObject({ code: 5, stdout: '' });
    expect(
      JSON.parse(end.stderr.split('\n').find((line) => line.startsWith('{')) ?? ''),
    ).toMatchObject({
      error: { code: 'WEBHOOK_SECRET_MISSING' },
    });
    expect(end.stderr).toContain('mlc webhooks register --url');
  });
});

describe('mlc webhooks serve', () => {
  it('follows deliveries without any schedule, on the port that it is told', async () => {
    const world = await openLiveWorld({ seed: 74, orders: 12 });
    await register(world);
    const first = await world.run(['sync', '--json', '--quiet']);
    const service = await startService(world, `webhooks serve --port ${world.port}`);

    world.sandbox.goOn();
    await until(() => isTold(world));
    await until(() => service.runs().length > 0);
    service.process.kill('SIGTERM');

    expect([0, 4]).toContain(first.code);
    expect(await service.end).toBe(143);
    expect(new Set(service.runs().map(({ run }) => run))).toEqual(new Set(['hints']));
    expect(findDoubles(world.sandbox)).toEqual([]);
  });
});

describe('mlc schedule --once', () => {
  it('does each scheduled run once, and ends with the worst exit code', async () => {
    const world = await openLiveWorld({ seed: 75, orders: 6 });

    const end = await world.run(['schedule', '--once', '--json', '--quiet']);

    const lines = end.stdout.trim().split('\n');
    expect(lines).toHaveLength(1);
    const run = runLine.parse(JSON.parse(lines[0] ?? ''));
    expect(run.run).toBe('sync all');
    expect(end.code).toBe(run.exitCode);
    expect(findDoubles(world.sandbox)).toEqual([]);
  });

  it('receives nothing', async () => {
    const world = await openLiveWorld({ seed: 76, orders: 2 });

    const { code, stderr } = await world.run(['schedule', '--once', '--with-webhooks']);

    expect(code).toBe(2);
    expect(stderr).toContain('mlc schedule --help');
  });
});
