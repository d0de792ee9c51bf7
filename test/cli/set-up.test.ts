import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRequest, type CliResult, runCli } from '../support/cli-process.ts';
import { projectRoot } from '../support/source-tree.ts';

const folders: string[] = [];

const token = 'pat-0123456789abcdef0123456789abcdef';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-set-up-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function mlcIn(folder: string) {
  return (args: string, request: Partial<CliRequest> = {}): Promise<CliResult> =>
    runCli(args.split(' ').filter(Boolean), { cwd: folder, ...request });
}

const template = aFolder();

beforeAll(async () => {
  const { code, stderr } = await mlcIn(template)('init');
  if (code !== 0) throw new Error(stderr);
});

/** A folder after `mlc init`; copied, because a process takes its time. */
function initialised() {
  const folder = aFolder();
  cpSync(template, folder, { recursive: true });
  return { folder, mlc: mlcIn(folder) };
}

const anIonapi = {
  ti: 'ACME_TST',
  cn: 'mlc',
  ci: 'ACME_TST~client',
  cs: 'client-secret-0123456789',
  iu: 'https://mingle-ionapi.example.com',
  pu: 'https://mingle-sso.example.com/ACME_TST/as/',
  oa: 'authorization.oauth2',
  ot: 'token.oauth2',
  or: 'revoke_token.oauth2',
  saak: 'ACME_TST#access-key-0123456789',
  sask: 'secret-key-0123456789',
};

describe('mlc init', () => {
  it('writes configuration, database and a key that its owner alone may read', async () => {
    const folder = aFolder();

    const { code, stdout } = await mlcIn(folder)('init');

    expect(code).toBe(0);
    expect(stdout.match(/\(created\)/g)).toHaveLength(3);
    expect(stdout).toContain('mlc credentials set shipbob');
    expect(readFileSync(join(folder, 'sync.config.yaml'), 'utf8')).toBe(
      readFileSync(join(projectRoot, 'sync.config.example.yaml'), 'utf8'),
    );
    for (const name of ['mlc.key', 'mlc.db']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('replaces nothing when it is run again', async () => {
    const { folder, mlc } = initialised();
    const key = readFileSync(join(folder, 'mlc.key'));
    writeFileSync(join(folder, 'sync.config.yaml'), `${readConfig(folder)}\n# mine\n`);

    const { code, stdout } = await mlc('init');

    expect(code).toBe(0);
    expect(stdout.match(/\(already there\)/g)).toHaveLength(3);
    expect(readFileSync(join(folder, 'mlc.key'))).toEqual(key);
    expect(readConfig(folder)).toContain('# mine');
  });

  it('answers what it did with --json', async () => {
    const folder = aFolder();

    const { stdout } = await mlcIn(folder)('init --json');

    expect(JSON.parse(stdout).steps.map((step: { what: string }) => step.what)).toEqual([
      'configuration',
      'key',
      'database',
    ]);
  });
});

function readConfig(folder: string): string {
  return readFileSync(join(folder, 'sync.config.yaml'), 'utf8');
}

function mend(folder: string, from: string, to: string): void {
  const text = readConfig(folder);
  if (!text.includes(from)) throw new Error(`the example has no ${from}`);
  writeFileSync(join(folder, 'sync.config.yaml'), text.replace(from, to));
}

describe('the configuration', () => {
  it('that is missing is told with what makes one', async () => {
    const { code, stderr } = await mlcIn(aFolder())('status');

    expect(code).toBe(2);
    expect(stderr).toContain('sync.config.yaml');
    expect(stderr).toContain('mlc init');
  });

  it('that is named and missing is told by its path', async () => {
    const { code, stderr } = await mlcIn(aFolder())('status --config nowhere.yaml');

    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.yaml');
  });

  it('with a setting that does not exist names file, line, and what was meant', async () => {
    const { folder, mlc } = initialised();
    mend(folder, 'apiVersion:', 'apiVersoin:');

    const { code, stderr } = await mlc('status');

    const line = readConfig(folder)
      .split('\n')
      .findIndex((text) => text.includes('apiVersoin'));
    expect(code).toBe(2);
    expect(stderr).toContain(
      `${join(folder, 'sync.config.yaml')}, line ${line + 1}: shipbob.apiVersoin`,
    );
    expect(stderr).toMatch(/did you mean .?apiVersion/i);
  });

  it('with a wrong value names path, value, and what is allowed', async () => {
    const { folder, mlc } = initialised();
    mend(folder, 'postWhen: accepted', 'postWhen: accpeted');

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toContain('orders.postWhen');
    expect(stderr).toContain('accpeted');
    expect(stderr).toContain('shipped');
    expect(stderr).toMatch(/did you mean .?accepted/i);
  });

  it('that is no YAML names the line', async () => {
    const { folder, mlc } = initialised();
    writeFileSync(join(folder, 'sync.config.yaml'), 'database: mlc.db\nshipbob: [1,\n');

    const { code, stderr } = await mlc('status');

    expect(code).toBe(2);
    expect(stderr).toMatch(/sync\.config\.yaml.*line [23]|sync\.config\.yaml:[23]/s);
  });

  it('takes a setting from the environment, and names the variable when it is wrong', async () => {
    const { mlc } = initialised();

    const wrong = await mlc('status', { environment: { MLC_SHIPBOB__PAGE_SIZE: 'many' } });

    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('MLC_SHIPBOB__PAGE_SIZE');
  });
});

describe('the key', () => {
  it('that a group may read is refused, with the command that mends it', async () => {
    const { folder, mlc } = initialised();
    chmodSync(join(folder, 'mlc.key'), 0o640);

    const { code, stderr } = await mlc('credentials list');

    expect(code).toBe(2);
    expect(stderr).toContain('chmod 600');
    expect(stderr).toContain(join(folder, 'mlc.key'));
  });

  it('that is missing is told by the path where it was looked for', async () => {
    const { folder, mlc } = initialised();

    const { code, stderr } = await mlc('status', { environment: { MLC_KEY_FILE: 'lost.key' } });

    expect(code).toBe(2);
    expect(stderr).toContain(join(folder, 'lost.key'));
  });

  it('of another database is refused before anything is read', async () => {
    const { mlc } = initialised();
    const other = Buffer.alloc(32, 9).toString('base64');

    const { code, stderr } = await mlc('status', { environment: { MLC_KEY: other } });

    expect(code).toBe(2);
    expect(stderr).toContain('key');
    expect(stderr).not.toContain(other);
  });
});

describe('mlc credentials set', () => {
  it('takes the secret from standard input and never shows it', async () => {
    const { mlc } = initialised();

    const set = await mlc('credentials set shipbob', { input: `${token}\n` });
    const listed = await mlc('credentials list --json');

    expect(set.code).toBe(0);
    expect(JSON.parse(listed.stdout).credentials).toMatchObject([{ name: 'shipbob.token' }]);
    expect(set.stdout + set.stderr + listed.stdout).not.toContain(token);
  });

  it('refuses a secret as an argument, and does not repeat it', async () => {
    const { mlc } = initialised();

    const { code, stdout, stderr } = await mlc(`credentials set shipbob ${token}`);

    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(token);
    expect(stderr).toContain('too many arguments');
  });

  it.each([
    ['', 'nothing was given'],
    ['one\ntwo\n', 'more than one line'],
  ])('refuses %j', async (input, words) => {
    const { mlc } = initialised();

    const { code, stderr } = await mlc('credentials set shipbob', { input });

    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('mlc credentials import', () => {
  it('stores a backend service’s file and says which tenant it is for', async () => {
    const { folder, mlc } = initialised();
    writeFileSync(join(folder, 'mlc.ionapi'), JSON.stringify(anIonapi));

    const { code, stdout } = await mlc('credentials import mlc.ionapi');

    expect(code).toBe(0);
    expect(stdout).toContain('ACME_TST');
    expect(stdout).toContain('delete it');
    expect(stdout).not.toContain(anIonapi.cs);
  });

  it('of a file without a service account says how to make one', async () => {
    const { folder, mlc } = initialised();
    const { saak: _key, sask: _secret, ...without } = anIonapi;
    writeFileSync(join(folder, 'web.ionapi'), JSON.stringify(without));

    const { code, stderr } = await mlc('credentials import web.ionapi');

    expect(code).toBe(2);
    expect(stderr).toContain('saak');
    expect(stderr).toContain('Service Account');
    expect(stderr).not.toContain(anIonapi.cs);
  });

  it.each([
    ['not.ionapi', 'no JSON', 'not a JSON object'],
    ['gone.ionapi', null, 'cannot be read'],
  ])('of %s exits 2', async (name, content, words) => {
    const { folder, mlc } = initialised();
    if (content !== null) writeFileSync(join(folder, name), content);

    const { code, stderr } = await mlc(`credentials import ${name}`);

    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
