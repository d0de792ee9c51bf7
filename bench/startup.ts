/** How long the tool takes before it does anything, beside an empty program. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/runtime/package.ts';
import type { Bench, BenchRun } from './bench.ts';
import { compiledPeer, startPeer } from './peer.ts';
import { type Figure, median, type Report } from './report.ts';

export const startupBench: Bench = {
  name: 'startup',
  about: 'the built binary until it has answered, beside `node -e 0`',
  options: [
    { name: 'runs', standard: 31, quick: 11, about: 'of each, one after another in turn' },
    { name: 'flags', standard: 10_000, quick: 10_000, about: 'open questions in the queue' },
  ],
  missing() {
    const built = join(packageRoot(), 'dist', 'bundle', 'main.js');
    return existsSync(built) ? null : 'dist/ is missing: npm run build';
  },
  run,
};

interface Start {
  name: string;
  words: string[];
  goal: number | null;
}

async function run(request: BenchRun): Promise<Report> {
  const binary = join(packageRoot(), 'bin', 'mlc.js');
  const folder = join(request.folder, 'queue');
  mkdirSync(folder, { recursive: true });
  const storage = startPeer({ program: compiledPeer, module: 'storage' });
  await storage.ask('flags', { folder, count: request.numbers.get('flags') });
  await storage.end();
  const starts: Start[] = [
    { name: 'node -e 0', words: ['-e', '0'], goal: null },
    { name: 'mlc --version', words: [binary, '--version'], goal: 2 },
    { name: 'mlc --help', words: [binary, '--help'], goal: 2 },
    { name: 'mlc flagged list', words: [binary, 'flagged', 'list'], goal: 4 },
  ];
  const runs = request.numbers.get('runs') ?? 0;
  const wall = new Map(starts.map(({ name }) => [name, [] as number[]]));
  const problems: string[] = [];
  for (let round = 0; round <= runs; round += 1) {
    for (const { name, words } of starts) {
      const began = performance.now();
      const ended = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
      const tookMs = performance.now() - began;
      if (ended.status !== 0) problems.push(`${name}: ${ended.status} ${ended.stderr}`);
      // The first round warms the caches of the disk.
      if (round > 0) wall.get(name)?.push(tookMs);
    }
  }
  const empty = wall.get('node -e 0') ?? [];
  const floor = median(empty);
  const figures = starts.map(
    ({ name, goal }): Figure => ({
      name,
      unit: 'ms',
      // Medians first: two programs side by side never meet the same neighbours.
      values: [median(wall.get(name) ?? [])],
      goal: goal === null ? null : { atMost: goal, of: 'floor' },
      floor: goal === null ? null : [floor],
    }),
  );
  return {
    bench: 'startup',
    figures,
    claims: [
      {
        says: 'every start ended well',
        holds: problems.length === 0,
        evidence: problems.length === 0 ? `${runs} of each` : (problems[0] ?? ''),
      },
    ],
    notes: ['medians of wall time, the programs in turn; the floor is `node -e 0`'],
  };
}
