import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asKeyPlacer, openKeyed } from '../../src/cli/compose-key.ts';
import { createClock } from '../../src/runtime/clock.ts';
import { completeRotation } from '../../src/runtime/key-rotation.ts';
import { createVault } from '../../src/runtime/vault.ts';
import { runCli } from '../support/cli-process.ts';

const token = 'pat-0123456789abcdef0123456789abcdef';

async function workspace() {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-rotate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const mlc = (args: string, environment: Record<string, string> = {}, input = '') =>
    runCli(args.split(' '), { cwd: folder, environment, input });
  await mlc('init');
  await mlc('credentials set shipbob', {}, `${token}\n`);
  return {
    folder,
    mlc,
    files: () => readdirSync(folder).filter((name) => name.startsWith('mlc.key')),
    key: () => readFileSync(join(folder, 'mlc.key'), 'utf8'),
    open: (environment: Record<string, string> = {}) => opened(folder, environment),
  };
}

/** Everything that depends on the key: the vault, and the trail from its first row. */
async function opened(folder: string, environment: Record<string, string>) {
  const clock = createClock();
  const { store, keys } = await openKeyed({
    environment,
    clock,
    configDir: folder,
    databasePath: join(folder, 'mlc.db'),
    create: 'no',
    heal: 'no',
  });
  const vault = createVault({ store, key: keys.vault, clock, environment: {}, register() {} });
  try {
    const retired = await store.retiredAuditKeys();
    const { brokenAt, rows } = await store.verifyAudit();
    const read = await vault.read('shipbob.token');
    return { token: read, brokenAt, rows, retired: retired.length };
  } finally {
    await store.close();
  }
}

describe('a key rotation', () => {
  it('killed at each step leaves a workspace that opens, and the next one finishes', async () => {
    const { mlc, files, key, open } = await workspace();
    const first = key();
    const crashes = ['rotate-key-written', 'rotate-key-committed', 'rotate-key-renamed'];

    let retired = 0;
    for (const point of crashes) {
      const before = key();
      const killed = await mlc('credentials rotate-key', { MLC_CRASH_AT: point });
      const listed = await mlc('credentials list --json');

      expect({ point, code: killed.code }).toEqual({ point, code: null });
      expect(listed.stdout).toContain('shipbob.token');
      const changed = point !== 'rotate-key-written';
      retired += changed ? 1 : 0;
      expect(key() !== before).toBe(changed);
      expect(await open()).toMatchObject({ token, brokenAt: null, retired });
    }
    const { code, stdout } = await mlc('credentials rotate-key');

    expect(code).toBe(0);
    expect(stdout).toContain('mlc.key.until-');
    expect(await open()).toMatchObject({ token, brokenAt: null, retired: 3 });
    expect(files().filter((name) => name.includes('until'))).toHaveLength(3);
    expect(files()).not.toContain('mlc.key.next');
    expect(key()).not.toBe(first);
  });

  it('that slept puts no earlier key over the present one', async () => {
    const { folder, mlc, key, open } = await workspace();
    const old = Buffer.from(key().trim(), 'base64');
    await mlc('credentials rotate-key', { MLC_CRASH_AT: 'rotate-key-committed' });
    const clock = createClock();
    const sleeper = await openKeyed({
      environment: { MLC_KEY_FILE: join(folder, 'mlc.key.next') },
      clock,
      configDir: folder,
      databasePath: join(folder, 'mlc.db'),
      create: 'no',
      heal: 'no',
    });
    await mlc('credentials list');
    await mlc('credentials rotate-key');
    const present = key();

    const late = asKeyPlacer(sleeper.store, clock, () =>
      completeRotation({
        file: join(folder, 'mlc.key'),
        old,
        next: sleeper.key.master,
        nowMs: clock.now(),
      }),
    );

    await expect(late).rejects.toMatchObject({ code: 'AUDIT_KEY_DIFFERS' });
    expect(key()).toBe(present);
    expect(await open()).toMatchObject({ token, brokenAt: null, retired: 2 });
    await sleeper.store.close();
  });

  it('needs to be told where to write a key that a variable gives', async () => {
    const { folder, mlc, key, open } = await workspace();
    const old = key().trim();
    rmSync(join(folder, 'mlc.key'));
    const environment = { MLC_KEY: old };

    const refused = await mlc('credentials rotate-key', environment);
    const { code, stdout } = await mlc('credentials rotate-key --to new.key', environment);
    const withOld = await mlc('credentials list', environment);

    const fresh = readFileSync(join(folder, 'new.key'), 'utf8').trim();
    expect([refused.code, code, withOld.code]).toEqual([2, 0, 2]);
    expect(refused.stderr).toContain('--to FILE');
    expect(stdout).toMatch(/Now change: MLC_KEY .*new\.key/);
    expect(stdout).not.toContain(fresh);
    expect(await open({ MLC_KEY: fresh })).toMatchObject({ token, brokenAt: null, retired: 1 });
  });

  it('is refused while another run is on, and changes nothing', async () => {
    const { folder, mlc, key, open } = await workspace();
    const before = key();
    const clock = createClock();
    const { store } = await openKeyed({
      environment: {},
      clock,
      configDir: folder,
      databasePath: join(folder, 'mlc.db'),
      create: 'no',
      heal: 'no',
    });
    await store.acquireLease({
      owner: 'a run',
      nowMs: clock.now(),
      ttlMs: 60_000,
      command: 'sync',
    });
    await store.close();

    const { code } = await mlc('credentials rotate-key');

    expect(code).toBe(75);
    expect(key()).toBe(before);
    expect(await open()).toMatchObject({ token, retired: 0 });
  });

  it('of a key that does not belong to the database is not taken for an interrupted one', async () => {
    const { folder, mlc, key } = await workspace();
    const other = await workspace();
    rmSync(join(folder, 'mlc.db'));
    await mlc('init', { MLC_KEY: other.key().trim() });
    const before = key();

    const { code, stderr } = await mlc('credentials list');

    expect(code).toBe(2);
    expect(stderr).toContain('key');
    expect(key()).toBe(before);
  });
});
