import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../support/source-tree.ts';
import { type CampaignReport, crashSums, mutationSums, simulationSums } from './report.ts';

const vitest = join('node_modules', 'vitest', 'vitest.mjs');

interface Ended {
  code: number | null;
  tookMs: number;
}

export async function runSimulation(
  folder: string,
  { seeds, from }: { seeds: number; from: number },
): Promise<CampaignReport['simulation']> {
  const file = join(folder, 'simulation.json');
  const words = ['--seeds', String(seeds), '--from', String(from), '--json', file, '--no-shrink'];
  const ended = await run([join('scripts', 'simulation.mjs'), ...words]);
  return told(ended, () => ({
    ...{ from, asked: seeds },
    sums: simulationSums.parse(jsonOf(file)),
  }));
}

export async function runCrash(folder: string, seeds: number): Promise<CampaignReport['crash']> {
  const built = await run([join('scripts', 'build.mjs')]);
  if (built.code !== 0) return { state: 'broken', tookMs: built.tookMs, how: 'it does not build' };
  const sums = join(folder, 'crash.json');
  const tests = join(folder, 'crash-tests.json');
  const ended = await run([vitest, 'run', 'test/crash', ...reporters(tests)], {
    MLC_CRASH_SEEDS: String(seeds),
    CRASH_REPORT_JSON: sums,
  });
  return told(ended, () => ({
    ...{ seeds, ...testsIn(tests) },
    sums: crashSums.parse(jsonOf(sums)),
  }));
}

export async function runFuzz(
  folder: string,
  runsEach: number | null,
): Promise<CampaignReport['fuzz']> {
  const runs = join(folder, 'fuzz-runs.txt');
  const tests = join(folder, 'fuzz-tests.json');
  const ended = await run([vitest, 'run', 'test/fuzz', 'test/property', ...reporters(tests)], {
    FUZZ_RUNS_FILE: runs,
    ...(runsEach === null ? {} : { MLC_FUZZ_RUNS: String(runsEach) }),
  });
  return told(ended, () => ({ runsEach, inputs: sumOfLines(runs), ...testsIn(tests) }));
}

export async function runMutations(folder: string): Promise<CampaignReport['mutations']> {
  const file = join(folder, 'mutations.json');
  const ended = await run([join('scripts', 'mutations.mjs'), '--json', file]);
  return told(ended, () => ({ trials: mutationSums.parse(jsonOf(file)) }));
}

/** A part that wrote no sums is broken, whatever its exit code: no answer is never a good one. */
export function told<Sums>(
  { code, tookMs }: Ended,
  read: () => Sums,
):
  | ({ state: 'ran'; passed: boolean; tookMs: number } & Sums)
  | { state: 'broken'; tookMs: number; how: string } {
  try {
    return { state: 'ran', passed: code === 0, tookMs, ...read() };
  } catch {
    return { state: 'broken', tookMs, how: `exit code ${code}, and no sums were written` };
  }
}

function run(words: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, {
      cwd: projectRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, tookMs: Math.round(performance.now() - startedAt) }),
    );
  });
}

function reporters(file: string): string[] {
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
}

function testsIn(file: string): { tests: number; testsPassed: number } {
  const { numTotalTests, numPassedTests } = z
    .object({ numTotalTests: z.number(), numPassedTests: z.number() })
    .parse(jsonOf(file));
  return { tests: numTotalTests, testsPassed: numPassedTests };
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function sumOfLines(file: string): number {
  if (!existsSync(file)) return 0;
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.reduce((sum, line) => sum + Number(line), 0);
}
