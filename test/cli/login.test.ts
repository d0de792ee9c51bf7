import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ended } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import {
  configureApplication,
  consent,
  logInByPaste,
  startLogin,
} from '../support/shipbob-login.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

let world: CliWorld;
let clientSecret: string;

/** A workspace that knows its application and holds no ShipBob token. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 5, daysPassed: 2, stage: 'bare' });
  clientSecret = configureApplication(world);
  await mlc('init');
  await mlc('credentials import mlc.ionapi');
  await mlc('credentials set shipbob-client', { input: `${clientSecret}\n` });
});

afterAll(() => world.close());

async function mlc(args: string, request: Parameters<CliWorld['mlc']>[1] = {}, expected = 0) {
  const result = await world.mlc(args, request);
  if (result.code !== expected) throw new Error(`mlc ${args}: ${result.code} ${result.stderr}`);
  return result;
}

const logIn = () => logInByPaste(world);

async function listedLogin() {
  const { stdout } = await mlc('credentials list --json');
  const { credentials } = JSON.parse(stdout);
  return credentials.find(({ name }: { name: string }) => name === 'shipbob.login')?.login ?? null;
}

function pass(durationMs: number): void {
  world.advance(durationMs);
}

const sync = 'sync orders --json';

describe('mlc credentials login shipbob', () => {
  it('waits for the browser, ignores what is not its own, and says what the login may do', async () => {
    const { child, stdout, url } = startLogin(world, '--json');
    const callback = await consent(await url);

    const forged = await fetch(callback.replace(/state=[^&]+/, 'state=forged'));
    const bare = await fetch(callback.replace(/\?.*/, ''));
    const page = await fetch(callback);
    const code = await ended(child);

    expect([forged.status, bare.status, page.status, code]).toEqual([400, 200, 200, 0]);
    expect(await page.text()).toContain('close this page');
    expect(await bare.text()).toContain('location.hash');
    const report = JSON.parse(stdout());
    expect(report).toMatchObject({ stored: 'shipbob.login', missing: [], missingForWebhooks: [] });
    expect(report.channels.length).toBeGreaterThan(0);
    expect(await listedLogin()).toMatchObject({ scope: expect.stringContaining('offline_access') });
  });

  it('reports a refusal at once', async () => {
    const { child, stderr, url } = startLogin(world, '');
    const callback = await consent(await url);

    await fetch(callback.replace(/code=[^&]+/, 'error=access_denied'));

    expect(await ended(child)).toBe(5);
    expect(stderr()).toContain('without consent (access_denied)');
  });

  it('takes a pasted address, and a run works with it for as long as it is used', async () => {
    await logIn();
    const first = await listedLogin();

    for (let hour = 0; hour < 3; hour += 1) {
      await mlc(sync);
      pass(hourMs);
    }

    const last = await listedLogin();
    expect(last.obtainedAtMs - first.obtainedAtMs).toBeGreaterThan(hourMs);
  });

  it('takes what a browser shows that keeps the code to itself', async () => {
    const { child, stdout, url } = startLogin(world, '--paste');
    const address = await consent((await url).replace('&response_mode=query', ''));
    child.stdin?.end(`${address}\n`);

    expect(address).toContain('#code=');
    expect(await ended(child)).toBe(0);
    expect(stdout()).toContain('renews itself');
  });

  it('says what is missing before anybody opens a browser', async () => {
    await mlc('credentials remove shipbob-client');

    const { stderr } = await mlc('credentials login shipbob', {}, 5);

    await mlc('credentials set shipbob-client', { input: `${clientSecret}\n` });
    expect(stderr).toContain('mlc credentials set shipbob-client');
    expect(stderr).not.toContain('/connect/authorize');
  });
});

function countOf(query: string, ...values: number[]): unknown {
  const database = new Database(world.database, { readonly: true });
  const count = database
    .prepare(query)
    .pluck()
    .get(...values);
  database.close();
  return count;
}

const postings = () => countOf('select count(*) from posting');

const callsSince = (atMs: number) =>
  countOf('select count(*) from upstream_call where at_ms >= ?', atMs);

describe('a dry run', () => {
  it('renews the login where it is kept, and counts its calls with everybody’s', async () => {
    await logIn();
    const first = await listedLogin();
    const before = postings();

    for (let run = 0; run < 3; run += 1) {
      pass(2 * hourMs);
      await mlc('sync orders --dry-run --json');
    }

    const last = await listedLogin();
    expect(last.obtainedAtMs - first.obtainedAtMs).toBeGreaterThan(5 * hourMs);
    expect(callsSince(last.obtainedAtMs)).toBeGreaterThan(0);
    expect(postings()).toBe(before);
    await mlc(sync);
  });

  it('beside two others renews the login once: a token spent twice would be dead', async () => {
    await logIn();
    pass(2 * hourMs);

    const runs = await Promise.all(
      [1, 2, 3].map(() => world.mlc('sync orders --dry-run --json --verbose')),
    );

    const renewals = runs.flatMap(({ stderr }) => stderr.match(/login was renewed/g) ?? []);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(renewals).toHaveLength(1);
    await mlc(sync);
  });
});

describe('a process that is killed while it renews', () => {
  it('before the new pair is stored leaves a login that must be made again', async () => {
    await logIn();
    pass(2 * hourMs);
    const killed = await world.mlc(sync, { environment: { MLC_CRASH_AT: 'before-token-write' } });
    // The lock and the lease of the dead run out.
    pass(3 * minuteMs);

    const { stdout } = await mlc(sync, {}, 5);

    expect(killed.code).toBeNull();
    expect(stdout).toContain('SHIPBOB_LOGIN_ENDED');
  });

  it('after the new pair is stored leaves a login that works', async () => {
    await logIn();
    const before = await listedLogin();
    pass(2 * hourMs);
    const killed = await world.mlc(sync, { environment: { MLC_CRASH_AT: 'after-token-write' } });

    const after = await listedLogin();
    pass(3 * minuteMs);
    await mlc(sync);

    expect(killed.code).toBeNull();
    expect(after.obtainedAtMs).toBeGreaterThan(before.obtainedAtMs);
  });
});

describe('mlc credentials', () => {
  it('stores nothing that cannot be what it is called', async () => {
    const refused = await mlc('credentials set alerts', { input: 'not-an-address\n' }, 2);
    const short = await mlc('credentials set webhooks-token', { input: 'short\n' }, 2);
    await mlc('credentials set alerts', { input: 'https://hooks.example.com/T0/B0/x\n' });
    const { stdout } = await mlc('credentials list');

    expect(refused.stderr).toContain('https://');
    expect(short.stderr).toContain('openssl rand');
    expect(stdout).toContain('alerts.url');
    expect(stdout).not.toMatch(/webhooks\.pathToken|hooks\.example/);
  });

  it('forgets what is removed and says when there was nothing', async () => {
    await mlc('credentials set shipbob', { input: readFileSync(world.files.token, 'utf8') });

    await mlc('credentials remove shipbob');
    const again = await mlc('credentials remove shipbob', {}, 1);

    expect(again.stderr).toContain('mlc credentials list');
    const { stdout } = await mlc('credentials list --json');
    expect(stdout).not.toContain('"shipbob.token"');
    expect(readFileSync(join(world.folder, 'mlc.db')).includes(clientSecret)).toBe(false);
  });
});

// The last one: it moves the time by a month.
describe('a login', () => {
  it('that ShipBob no longer takes ends runs with 5 and the way out', async () => {
    await logIn();
    pass(31 * 24 * hourMs);

    const { stdout } = await mlc(sync, {}, 5);

    expect(stdout).toContain('SHIPBOB_LOGIN_ENDED');
    expect(stdout).toContain('mlc credentials login shipbob');
  });
});
