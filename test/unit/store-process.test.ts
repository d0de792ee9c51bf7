import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freshPath, openTestStore } from '../support/store-open.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const child = fileURLToPath(new URL('../support/store-child.ts', import.meta.url));
const program = `
  const { runnerImport } = await import('vite');
  const options = { configFile: false, logLevel: 'error' };
  const { module } = await runnerImport(${JSON.stringify(child)}, options);
  const [path, task, count] = process.argv.slice(1);
  await module.runChild(path, task, Number(count));`;

function childArguments(path: string, task: string, count: number): string[] {
  return ['--input-type=module', '-e', program, path, task, String(count)];
}

/** A child that waits at the starting line. */
function startChild(path: string, task = 'open', count = 0) {
  const process_ = spawn(process.execPath, childArguments(path, task, count), { cwd: root });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    process_.stdout.on('data', (chunk) => {
      output += String(chunk);
      if (output.includes('ready')) resolve();
    });
  });
  process_.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const ended = new Promise<string>((resolve) => process_.on('close', () => resolve(output)));
  return { ready, go: () => process_.stdin.end(), ended };
}

const strace = spawnSync('strace', ['-V']).error === undefined;

describe('processes on one database', () => {
  it('may all be the first to open it', async () => {
    const path = freshPath();
    const children = Array.from({ length: 20 }, () => startChild(path));
    await Promise.race([
      Promise.all(children.map(({ ready }) => ready)),
      Promise.all(children.map(({ ended }) => ended)),
    ]);

    for (const { go } of children) go();
    const outputs = await Promise.all(children.map(({ ended }) => ended));

    expect(outputs).toEqual(Array(20).fill('ready\ndone open\n'));
    const store = await openTestStore({ path });
    expect(await store.verifyAudit()).toEqual({ rows: 0, brokenAt: null });
  }, 120_000);

  it('never leave two mappings of one source in force', async () => {
    const path = freshPath();
    await openTestStore({ path });
    const children = [startChild(path, 'map', 25), startChild(path, 'map', 25)];
    await Promise.all(children.map(({ ready }) => ready));

    for (const { go } of children) go();
    const outputs = await Promise.all(children.map(({ ended }) => ended));

    expect(outputs).toEqual(['ready\ndone map\n', 'ready\ndone map\n']);
    const store = await openTestStore({ path });
    const all = await store.mappings({ kinds: null, state: 'all', nowMs: 0 });
    expect(all).toHaveLength(50);
    expect(new Set(all.map(({ setBy }) => setBy)).size).toBe(2);
    expect(all.filter(({ standing }) => standing === 'inForce')).toHaveLength(1);
    const inOrder = [...all].sort((left, right) => left.id - right.id);
    // Each ends in the instant in which the next one begins.
    expect(inOrder.slice(0, -1).map(({ validToMs }) => validToMs)).toEqual(
      inOrder.slice(1).map(({ validFromMs }) => validFromMs),
    );
    expect(await store.verifyAudit()).toMatchObject({ rows: 50, brokenAt: null });
  }, 60_000);

  // By effect and not by the pragma, which reads FULL even where the build falls back to NORMAL.
  it.skipIf(!strace)(
    'sync every commit to disk',
    () => {
      const path = freshPath();
      const commits = 100;
      const trace = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', `${path}.strace`];

      const traced = spawnSync(
        'strace',
        [...trace, process.execPath, ...childArguments(path, 'commit', commits)],
        { cwd: root, encoding: 'utf8', input: '' },
      );

      expect(traced.stdout).toBe('ready\ndone commit\n');
      const count = spawnSync('grep', ['-c', 'sync(', `${path}.strace`], { encoding: 'utf8' });
      expect(Number(count.stdout)).toBeGreaterThanOrEqual(commits);
    },
    120_000,
  );
});
