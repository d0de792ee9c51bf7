import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ended, startNode } from '../support/cli-process.ts';
import { projectRoot } from '../support/source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'mlc-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain = join(projectRoot, 'dist', 'cli', 'main.js');
const joined = join(projectRoot, 'bin', 'mlc.js');

/** What is loaded from the project and from libraries, as paths below the project's folder. */
async function loadedBy(program: string, args: readonly string[]): Promise<string[]> {
  const file = join(folder, 'modules');
  rmSync(file, { force: true });
  const recorder = join(projectRoot, 'test', 'support', 'module-recorder.mjs');
  const child = startNode([program, ...args], {
    cwd: folder,
    environment: { NODE_OPTIONS: `--import ${recorder}`, MODULES_FILE: file },
  });
  child.stdin?.end();
  child.stdout?.resume();
  child.stderr?.resume();
  await ended(child);
  const root = pathToFileURL(`${projectRoot}/`).href;
  const addresses = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return addresses.filter((each) => each.startsWith(root)).map((each) => each.slice(root.length));
}

const packageOf = (path: string) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? null;
const packagesIn = (paths: readonly string[]) =>
  [...new Set(paths.map(packageOf))].filter((name) => name !== null).sort();

describe('starting', () => {
  it.each([['--version'], ['--help'], ['flagged', '--help'], ['sync', 'receiving', '--no-such']])(
    'to answer %s %s loads words alone: no database, no configuration, no client',
    async (...args) => {
      const loaded = await loadedBy(plain, args);

      expect(loaded).toContain('dist/cli/main.js');
      expect(packagesIn(loaded)).toEqual(['commander']);
      const heavy =
        /^dist\/(store|shipbob|infor|sandbox|webhook|app)\/|compose|-run\.js|config-sch/;
      expect(loaded.filter((path) => heavy.test(path))).toEqual([]);
    },
  );

  it('to read the database loads neither side’s client nor what serves', async () => {
    const loaded = await loadedBy(plain, ['flagged', 'list']);

    expect(loaded).toContain('dist/store/open.js');
    expect(packagesIn(loaded)).not.toContain('axios');
    for (const heavy of ['fastify', 'prom-client', 'pino', 'write-excel-file', '@clack/prompts']) {
      expect(packagesIn(loaded)).not.toContain(heavy);
    }
    const clients = /^dist\/(shipbob\/client|infor\/m3\/(recipe|ledger|mi-client)|sandbox|webhook)/;
    expect(loaded.filter((path) => clients.test(path))).toEqual([]);
  });

  it('of the installed program reads few files, and no library for the help', async () => {
    const help = await loadedBy(joined, ['--help']);
    const list = await loadedBy(joined, ['flagged', 'list']);

    expect(packagesIn(help)).toEqual([]);
    expect(help.length).toBeLessThan(25);
    expect(list.length).toBeLessThan(40);
    expect(packagesIn(list)).not.toContain('kysely');
  });
});
