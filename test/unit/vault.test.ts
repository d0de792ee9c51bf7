import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKeyFile, deriveKeys, loadKey, splitCommand } from '../../src/runtime/key.ts';
import {
  createVault,
  openAuditKey,
  reseal,
  sealAuditKey,
  variableName,
} from '../../src/runtime/vault.ts';

const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);
const clock = { now: () => 1_700_000_000_000 };

function memoryStore() {
  const records = new Map<string, { bytes: Uint8Array; updatedAtMs: number }>();
  return {
    records,
    sealed: async (name: string) => records.get(name)?.bytes ?? null,
    putSealed: async (name: string, bytes: Uint8Array, updatedAtMs: number) => {
      records.set(name, { bytes, updatedAtMs });
    },
    sealedNames: async () => [...records].map(([name, { updatedAtMs }]) => ({ name, updatedAtMs })),
    removeSealed: async (name: string) => records.delete(name),
  };
}

function aVault(
  details: {
    store?: ReturnType<typeof memoryStore>;
    key?: Uint8Array;
    environment?: Record<string, string>;
  } = {},
) {
  const registered: string[] = [];
  const store = details.store ?? memoryStore();
  const vault = createVault({
    store,
    key: details.key ?? key,
    clock,
    environment: details.environment ?? {},
    register: (secret) => registered.push(secret),
  });
  return { vault, store, registered };
}

describe('the vault', () => {
  it('gives back what was written, and null for what was not', async () => {
    const { vault } = aVault();

    await vault.write('shipbob.token', 'tökén-123');

    expect(await vault.read('shipbob.token')).toBe('tökén-123');
    expect(await vault.read('infor.ionapi')).toBeNull();
  });

  it('stores neither the secret nor the same bytes twice', async () => {
    const { vault, store } = aVault();

    await vault.write('shipbob.token', 'token-123456');
    const first = store.records.get('shipbob.token')?.bytes ?? new Uint8Array();
    await vault.write('shipbob.token', 'token-123456');
    const second = store.records.get('shipbob.token')?.bytes ?? new Uint8Array();

    expect(Buffer.from(first).includes('token-123456')).toBe(false);
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(false);
    expect(first[0]).toBe(1);
  });

  it('says that the key is the wrong one', async () => {
    const { vault, store } = aVault();
    await vault.write('shipbob.token', 'token-123456');

    const reading = aVault({ store, key: otherKey }).vault.read('shipbob.token');

    await expect(reading).rejects.toMatchObject({ code: 'VAULT_KEY_WRONG', kind: 'configuration' });
  });

  it('notices any changed byte', async () => {
    const { vault, store } = aVault();
    await vault.write('shipbob.token', 'token-123456');
    const intact = store.records.get('shipbob.token')?.bytes ?? new Uint8Array();

    for (let index = 0; index < intact.length; index += 1) {
      const changed = Uint8Array.from(intact, (byte, at) => (at === index ? byte ^ 1 : byte));
      await store.putSealed('shipbob.token', changed, 0);
      await expect(vault.read('shipbob.token')).rejects.toMatchObject({
        code: expect.stringMatching(/^VAULT_(DAMAGED|KEY_WRONG)$/),
      });
    }

    expect(intact.length).toBeGreaterThan(37);
  });

  it('notices a record that was moved to another name', async () => {
    const { vault, store } = aVault();
    await vault.write('shipbob.token', 'token-123456');
    await store.putSealed('infor.ionapi', store.records.get('shipbob.token')?.bytes ?? key, 0);

    await expect(vault.read('infor.ionapi')).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
  });

  it('lets the environment win', async () => {
    const { vault, registered } = aVault({
      environment: { MLC_SECRET_SHIPBOB_TOKEN: 'from-environment', MLC_SECRET_X: 'y' },
    });
    await vault.write('shipbob.token', 'from-vault');

    const read = await vault.read('shipbob.token');
    const listed = await vault.list();

    expect(read).toBe('from-environment');
    expect(registered).toEqual(['from-vault', 'from-environment']);
    expect(listed).toEqual([
      { name: 'shipbob.token', updatedAtMs: null, from: 'environment' },
      { name: 'MLC_SECRET_X', updatedAtMs: null, from: 'environment' },
    ]);
  });

  it('registers the secret fields of a credential file one by one', async () => {
    const { vault, registered } = aVault();
    const file = JSON.stringify({ ti: 'ACME_TST', ot: 'token.oauth2', cs: 'client', sask: 'key' });

    await vault.write('infor.ionapi', file);

    expect(registered).toEqual(['client', 'key']);
  });

  it('refuses names that could collide as variables', async () => {
    const { vault } = aVault();

    await expect(vault.read('Shipbob_Token')).rejects.toMatchObject({
      code: 'SECRET_NAME_INVALID',
    });
  });

  it('forgets what is removed, and says whether there was anything', async () => {
    const { vault } = aVault();
    await vault.write('shipbob.token', 'token-123456');

    const removed = [
      await vault.remove('shipbob.token', 'ann'),
      await vault.remove('shipbob.token', 'ann'),
    ];

    expect(removed).toEqual([true, false]);
    expect(await vault.read('shipbob.token')).toBeNull();
  });

  it.each([
    ['shipbob.token', 'MLC_SECRET_SHIPBOB_TOKEN'],
    ['shipbob.clientSecret', 'MLC_SECRET_SHIPBOB_CLIENT_SECRET'],
    ['webhooks.pathToken', 'MLC_SECRET_WEBHOOKS_PATH_TOKEN'],
  ])('takes %s from %s', async (name, variable) => {
    const { vault } = aVault({ environment: { [variable]: 'from-environment' } });

    expect(variableName(name)).toBe(variable);
    expect(await vault.read(name)).toBe('from-environment');
  });

  it('is sealed anew under another key, and opens with that one only', async () => {
    const { vault, store } = aVault();
    await vault.write('a', 'secret-a');
    const sealed = store.records.get('a')?.bytes ?? key;

    await store.putSealed('a', reseal({ name: 'a', sealed, from: key, to: otherKey }), 0);

    expect(await aVault({ store, key: otherKey }).vault.read('a')).toBe('secret-a');
    await expect(vault.read('a')).rejects.toMatchObject({ code: 'VAULT_KEY_WRONG' });
  });

  it('keeps a retired audit key apart from every credential', async () => {
    const { vault, store } = aVault();
    const auditKey = new Uint8Array(32).fill(3);

    const sealed = sealAuditKey(auditKey, key);
    await store.putSealed('a', sealed, 0);

    expect(openAuditKey(sealed, key)).toEqual(auditKey);
    expect(() => openAuditKey(sealed, otherKey)).toThrow(
      expect.objectContaining({ code: 'VAULT_KEY_WRONG' }),
    );
    await expect(vault.read('a')).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
  });
});

describe('the key', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'mlc-key-'));
  const bytes = Buffer.alloc(32, 9);

  it.each([
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
  ])('is read from MLC_KEY as %s', async (_form, text) => {
    const { master, source } = await loadKey({
      environment: { MLC_KEY: ` ${text}\n` },
      configDir: folder(),
    });

    expect(Buffer.from(master).equals(bytes)).toBe(true);
    expect(source).toBe('MLC_KEY');
  });

  it('is refused when it is not 32 bytes, without being shown', async () => {
    const loading = loadKey({ environment: { MLC_KEY: 'much-too-short' }, configDir: folder() });

    await expect(loading).rejects.toMatchObject({ code: 'KEY_MALFORMED' });
    await expect(loading).rejects.not.toThrow(/much-too-short/);
  });

  it('is created for its owner only, and never replaced', async () => {
    const path = join(folder(), 'mlc.key');

    createKeyFile(path);
    const text = readFileSync(path, 'utf8');
    const again = () => createKeyFile(path);

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(again).toThrow(expect.objectContaining({ code: 'KEY_EXISTS' }));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('is found beside the configuration, or where MLC_KEY_FILE says', async () => {
    const configDir = folder();
    const elsewhere = join(folder(), 'other.key');
    createKeyFile(join(configDir, 'mlc.key'));
    createKeyFile(elsewhere);

    const beside = await loadKey({ environment: {}, configDir });
    const named = await loadKey({ environment: { MLC_KEY_FILE: elsewhere }, configDir });

    expect(beside.source).toBe(join(configDir, 'mlc.key'));
    expect(named.source).toBe(elsewhere);
    expect(named.master).not.toEqual(beside.master);
  });

  it.each([0o640, 0o604, 0o660])('is refused in a file of mode %o', async (mode) => {
    const configDir = folder();
    const path = join(configDir, 'mlc.key');
    writeFileSync(path, bytes.toString('base64'));
    chmodSync(path, mode);

    const loading = loadKey({ environment: {}, configDir });

    await expect(loading).rejects.toMatchObject({
      code: 'KEY_FILE_EXPOSED',
      hint: expect.stringContaining('chmod 600'),
    });
  });

  it('that is missing is a configuration problem', async () => {
    const loading = loadKey({ environment: {}, configDir: folder() });

    await expect(loading).rejects.toMatchObject({ code: 'KEY_MISSING', kind: 'configuration' });
  });

  it('is taken from a command, which no shell interprets', async () => {
    const print = `process.stdout.write(process.argv[1])`;
    const command = `"${process.execPath}" -e "${print}" ${bytes.toString('hex')}`;

    const { master } = await loadKey({
      environment: { MLC_KEY_COMMAND: command },
      configDir: folder(),
    });
    const withPipe = loadKey({
      environment: { MLC_KEY_COMMAND: `${command} ; echo` },
      configDir: folder(),
    });

    expect(Buffer.from(master).equals(bytes)).toBe(true);
    await expect(withPipe).resolves.toMatchObject({ source: 'MLC_KEY_COMMAND' });
  });

  it('is missing when the command fails, and its output is not shown', async () => {
    const fail = `process.stdout.write('half-a-key');process.exit(3)`;
    const loading = loadKey({
      environment: { MLC_KEY_COMMAND: `"${process.execPath}" -e "${fail}"` },
      configDir: folder(),
    });

    await expect(loading).rejects.toMatchObject({ code: 'KEY_COMMAND_FAILED' });
    await expect(loading).rejects.not.toThrow(/half-a-key/);
  });

  it('gives each purpose a key of its own', () => {
    const { vault, audit } = deriveKeys(key);

    expect(vault).toHaveLength(32);
    expect(vault).not.toEqual(audit);
    expect(vault).not.toEqual(key);
    expect(deriveKeys(key)).toEqual({ vault, audit });
  });
});

describe('a key command', () => {
  it.each([
    ['pass show mlc', ['pass', 'show', 'mlc']],
    [`"/opt/my tool" --name='a b' c`, ['/opt/my tool', '--name=a b', 'c']],
    ['  ', []],
  ])('%j is split at spaces outside quotes', (command, parts) => {
    expect(splitCommand(command)).toEqual(parts);
  });
});
