import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKeyed } from '../../src/cli/compose-key.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { createVault } from '../../src/runtime/vault.ts';
import { parseLogin, type StoredLogin } from '../../src/shipbob/login.ts';
import type { CliRequest } from '../support/cli-process.ts';
import { type CliWorld, openCliWorld } from '../support/cli-world.ts';
import { configureApplication, logInByPaste } from '../support/shipbob-login.ts';

const minuteMs = 60_000;
/** What a person put in and is meant to delete, and the key itself. */
const inputs = ['shipbob-token.txt', 'mlc.ionapi', 'mlc.key'];
const webhookSecret = 'whsec/canary+0123456789=abcdef';
const wrongToken = 'pat-wrong+canary/0123456789==';

let world: CliWorld;
/** By what it is, so that a failure says which leaked without repeating it. */
let secrets: Map<string, string>;
/** Everything the tool wrote to its standard streams, by command line. */
const written = new Map<string, string>();

async function mlc(args: string, request: Partial<CliRequest> = {}): Promise<string> {
  const { code, stdout, stderr } = await world.mlc(args, request);
  written.set(`${written.size}: mlc ${args} (exit ${code})`, `${stdout}\n${stderr}`);
  return stdout;
}

/** A whole working life, with every log there is and with errors that hold credentials. */
beforeAll(async () => {
  world = await openCliWorld({ orders: 25, daysPassed: 12, stage: 'bare' });
  const { ionapi } = world.sandbox.infor;
  // A doubtful posting is left to the next run: nothing here waits for it.
  const loud = { MLC_LOG: 'debug,json', MLC_POSTING__UNKNOWN__WAIT_IN_RUN: '1s' };
  await mlc('init --json');
  await mlc('credentials set shipbob --verbose', {
    input: readFileSync(world.files.token, 'utf8'),
  });
  await mlc('credentials import mlc.ionapi --json');
  await mlc('credentials set webhook.secret', { input: `${webhookSecret}\n` });
  await mlc('credentials list --json');
  await mlc('sync --dry-run --json --verbose');
  world.advance(2 * minuteMs);
  world.sandbox.inforSandbox.faults.script({
    match: 'OIS100MI/Confirm',
    kind: 'html',
    times: 1,
  });
  world.sandbox.inforSandbox.world.tokens.expireAll();
  await mlc('sync --verbose', { environment: loud });
  for (let look = 0; look < 2; look += 1) {
    world.advance(10 * minuteMs);
    await mlc('sync --json --verbose', { environment: loud });
  }
  await mlc('sync --verbose', {
    environment: { ...loud, MLC_SECRET_SHIPBOB_TOKEN: wrongToken },
  });
  world.sandbox.inforSandbox.world.tokens.accountEnabled = false;
  world.sandbox.inforSandbox.world.tokens.expireAll();
  await mlc('sync --verbose', { environment: loud });
  const [order] = world.sandbox.shipbobSandbox.books().orders;
  await mlc(`trace ${order?.id} --raw`);
  await mlc(`trace ${order?.id} --json`);
  await mlc('flagged list --json');
  await mlc('flagged show 1');
  await mlc('status --json');
  await mlc(`credentials set shipbob ${wrongToken}`);
  const clientSecret = configureApplication(world);
  await mlc('credentials set shipbob-client --verbose', { input: `${clientSecret}\n` });
  const tokens = [await logIn()];
  world.advance(2 * 60 * minuteMs);
  await mlc('sync orders --verbose', { environment: loud });
  tokens.push(await storedLogin());
  const keyBefore = readFileSync(join(world.folder, 'mlc.key'), 'utf8').trim();
  await mlc('credentials rotate-key --verbose');
  await mlc('credentials list');
  secrets = new Map([
    ['the secret of the ShipBob application', clientSecret],
    ...tokens.flatMap(({ accessToken, refreshToken }, index): [string, string][] => [
      [`access token ${index}`, accessToken],
      [`refresh token ${index}`, refreshToken],
    ]),
    ['the key before its rotation', keyBefore],
    ['ShipBob’s token', world.sandbox.shipbob.token],
    ['a token from the environment', wrongToken],
    ['the client secret', ionapi.cs ?? ''],
    ['the service account’s access key', ionapi.saak ?? ''],
    ['the service account’s secret key', ionapi.sask ?? ''],
    ['another stored secret', webhookSecret],
    ['the key', readFileSync(join(world.folder, 'mlc.key'), 'utf8').trim()],
  ]);
});

async function logIn(): Promise<StoredLogin> {
  const { printed } = await logInByPaste(world, '--verbose');
  written.set(`${written.size}: mlc credentials login shipbob`, printed);
  return storedLogin();
}

/** Opened with the key, as the tool does it. */
async function storedLogin(): Promise<StoredLogin> {
  const clock = createClock();
  const { store, keys } = await openKeyed({
    environment: {},
    clock,
    configDir: world.folder,
    databasePath: world.database,
    create: 'no',
    heal: 'no',
  });
  const vault = createVault({ store, key: keys.vault, clock, environment: {}, register() {} });
  try {
    return parseLogin((await vault.read('shipbob.login')) ?? '');
  } finally {
    await store.close();
  }
}

afterAll(() => world.close());

/** The ways in which a text is likely to be written; base64 in each of its three alignments. */
function formsOf(secret: string): string[] {
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString('base64');
    // The characters at both ends depend on what stands beside the secret.
    return text.slice(shift === 0 ? 0 : shift + 1, -4);
  });
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...aligned,
    ...aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ].filter((form) => form.length >= 6);
}

function leaks(place: string, bytes: Buffer): string[] {
  return [...secrets].flatMap(([what, secret]) =>
    formsOf(secret).some((form) => bytes.includes(form)) ? [`${what} in ${place}`] : [],
  );
}

describe('secrets', () => {
  it('would be found: the search sees them where a person put them', () => {
    const token = readFileSync(world.files.token);
    const ionapi = readFileSync(world.files.ionapi);
    const encoded = Buffer.from(`x${world.sandbox.infor.ionapi.sask}y`).toString('base64');

    expect(leaks('a', token)).toEqual(['ShipBob’s token in a']);
    expect(leaks('b', ionapi)).toHaveLength(3);
    expect(leaks('c', Buffer.from(encoded))).toEqual(['the service account’s secret key in c']);
  });

  it('were used: the run posted, and was refused when they were wrong', () => {
    expect(world.sandbox.inforSandbox.world.books().orders.length).toBeGreaterThan(5);
    const ends = [...written.keys()].map((line) => line.replace(/^\d+: /, ''));
    expect(ends).toContain('mlc sync --verbose (exit 5)');
    expect(ends.filter((line) => line.includes('(exit 1)'))).toEqual([]);
    expect(secrets.get('refresh token 1')).not.toBe(secrets.get('refresh token 0'));
  });

  it('stand in nothing that the tool printed or logged', () => {
    const found = [...written].flatMap(([line, text]) =>
      leaks(line.replace(wrongToken, '…'), Buffer.from(text)),
    );

    expect(found).toEqual([]);
  });

  it('stand in no file that the tool wrote, database and write-ahead log included', async () => {
    const names = readdirSync(world.folder, { recursive: true, encoding: 'utf8' });
    const mine = names.filter((name) => !inputs.includes(name) && !name.startsWith('mlc.key.'));

    const found = mine.flatMap((name) => leaks(name, readFileSync(join(world.folder, name))));

    expect(mine).toEqual(expect.arrayContaining(['mlc.db', 'mlc.db.head', 'sync.config.yaml']));
    expect(found).toEqual([]);
  });

  it('are not left behind in the temporary copy of a dry run', async () => {
    const folder = join(world.folder, 'tmp');
    mkdirSync(folder);

    await mlc('sync --dry-run', { environment: { TMPDIR: folder } });

    expect(readdirSync(folder)).toEqual([]);
  });
});
