import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { collected, ended, runCli, saying, startCli } from '../support/cli-process.ts';

const folders: string[] = [];

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-serve-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('mlc sandbox serve', () => {
  it('prints its addresses, shows its books, serves a real run, and stops on SIGTERM', async () => {
    const folder = aFolder();
    const child = startCli(
      ['sandbox', 'serve', '--workspace', '.', '--orders', '5', '--days-passed', '1'],
      { cwd: folder },
    );
    const stderr = collected(child.stderr);

    const said = await saying(child.stdout, /Serving/);
    const urls = [...said.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([url]) => url);
    const books = await Promise.all(
      urls.map(async (url) => (await fetch(`${url}/__books`)).text()),
    );
    const mlc = (args: string[], input = '') => runCli(args, { cwd: folder, input });
    await mlc(['init']);
    await mlc(
      ['credentials', 'set', 'shipbob'],
      readFileSync(join(folder, 'shipbob-token.txt'), 'utf8'),
    );
    await mlc(['credentials', 'import', 'mlc.ionapi']);
    const plan = await mlc(['sync', '--dry-run', '--json']);
    child.kill('SIGTERM');
    const code = await ended(child);

    expect(urls).toHaveLength(2);
    expect(JSON.parse(books[0] ?? '').orders.length).toBeGreaterThan(0);
    expect(JSON.parse(books[1] ?? '').balances.length).toBeGreaterThan(0);
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout).seen.orders).toBeGreaterThan(0);
    expect(code).toBe(143);
    expect(stderr()).toMatch(/^mlc: SIGTERM: [^\n]+\n$/);
  });

  it('with --json answers one document that a test can read', async () => {
    const child = startCli(['sandbox', 'serve', '--orders', '1', '--json'], { cwd: aFolder() });

    const answer = JSON.parse(await saying(child.stdout, /\n}\n/));
    child.kill('SIGINT');
    const code = await ended(child);

    expect(Object.keys(answer)).toEqual(['shipbob', 'infor', 'token', 'ionapi', 'files']);
    expect(answer.ionapi.iu).toBe(answer.infor);
    expect(code).toBe(130);
  });
});
