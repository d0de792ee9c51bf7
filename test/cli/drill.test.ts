import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pauseReal } from '../../src/cli/drill/moment.ts';
import { binary, collected, ended, runCli, startCli } from '../support/cli-process.ts';
import { keysByHeading } from '../support/document-table.ts';
import { projectRoot } from '../support/source-tree.ts';

const runMsMax = 900_000;

/** A folder with a configuration and a database that no drill may read or touch. */
function besideMine(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlc-beside-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'sync.config.yaml'), 'this: [is not a configuration');
  writeFileSync(join(folder, 'mlc.db'), 'nor a database');
  return folder;
}

describe('mlc drill', () => {
  it(
    'kills, recovers, and says in JSON that nothing is there twice or lost',
    async () => {
      const cwd = besideMine();

      const { code, stdout, stderr } = await runCli(
        ['drill', '--kills', '5', '--seed', '3', '--json'],
        { cwd, runMsMax, environment: { MLC_DATABASE: join(cwd, 'mlc.db') } },
      );

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const answer = JSON.parse(stdout);
      expect(answer).toMatchObject({
        passed: true,
        seed: 3,
        random: { made: 1, progressed: 1 },
        recoveries: answer.kills,
        doubles: [],
        losses: [],
        auditBrokenAt: null,
      });
      expect(answer.kills).toBe(answer.points.length + 1);
      expect(answer.points.length).toBeGreaterThanOrEqual(4);
      expect(answer.points.every(({ killed }: { killed: boolean }) => killed)).toBe(true);
      expect(answer.documents).toBeGreaterThan(30);
      const documented = keysByHeading(
        readFileSync(join(projectRoot, 'docs/cli-json.md'), 'utf8'),
      ).get('mlc drill');
      expect(Object.keys(answer).sort()).toEqual(
        documented?.filter((key) => !key.includes('[]')).sort(),
      );
      expect(readdirSync(cwd).sort()).toEqual(['mlc.db', 'sync.config.yaml']);
      expect(readFileSync(join(cwd, 'mlc.db'), 'utf8')).toBe('nor a database');
    },
    runMsMax,
  );

  it(
    'shows a double when there is one, and exits 1',
    async () => {
      const cwd = besideMine();

      const { code, stdout } = await runCli(['drill', '--kills', '1', '--plant'], {
        cwd,
        runMsMax,
      });

      expect(code).toBe(1);
      expect(stdout).toMatch(/SB\d+ stands 2 times as order/);
      expect(stdout).toMatch(/doubles +1/);
      expect(stdout).toContain('This must not be.');
      expect(stdout).not.toContain('Each movement has its one effect');
    },
    runMsMax,
  );

  it('ends at a signal without a verdict, and leaves nothing behind', async () => {
    const cwd = besideMine();
    const child = startCli(['drill', '--kills', '500'], { cwd, environment: { TMPDIR: cwd } });
    const stderr = collected(child.stderr);
    const worlds = () => readdirSync(cwd).filter((name) => name.startsWith('mlc-drill-'));
    while (worlds().length === 0 && child.exitCode === null) await pauseReal(20);
    child.kill('SIGTERM');

    expect(await ended(child)).toBe(143);
    expect(stderr()).toContain('the drill was stopped before its books could be judged');
    expect(worlds()).toEqual([]);
  }, 300_000);

  it('calls a Ctrl-C a stop and no defect, although a terminal stops its children too', async () => {
    const cwd = besideMine();
    const child = spawn(process.execPath, [binary, 'drill', '--kills', '500', '--json'], {
      ...{ cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
      env: { PATH: process.env.PATH ?? '', TMPDIR: cwd },
    });
    const stderr = collected(child.stderr);
    const worlds = () => readdirSync(cwd).filter((name) => name.startsWith('mlc-drill-'));
    const begun = () => worlds().some((name) => existsSync(join(cwd, name, 'mlc.db')));
    while (!begun() && child.exitCode === null) await pauseReal(5);
    process.kill(-Number(child.pid), 'SIGINT');

    expect(await ended(child)).toBe(130);
    expect(stderr()).toContain('"code":"STOPPED"');
    expect(worlds()).toEqual([]);
  }, 300_000);

  it('refuses to kill less than once', async () => {
    const { code, stderr } = await runCli(['drill', '--kills', '0'], { cwd: besideMine() });

    expect(code).toBe(2);
    expect(stderr).toContain('--kills');
  });
});
