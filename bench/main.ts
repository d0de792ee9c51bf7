/** `npm run bench -- NAME [options]`: runs one bench and tells what it found. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/runtime/package.ts';
import type { Bench, BenchRun } from './bench.ts';
import { describeMachine } from './machine.ts';
import { n8nBench } from './n8n.ts';
import { exitCodeOf, reportJson, reportText } from './report.ts';
import { webhooksBench } from './webhooks.ts';

const benches: Bench[] = [webhooksBench, n8nBench];

/** Answers the exit code: 0, 1 when a claim does not hold, 2 for a usage that is not understood. */
export async function main(words: string[]): Promise<number> {
  const [name, ...rest] = words;
  const bench = benches.find((each) => each.name === name);
  if (bench === undefined) {
    process.stdout.write(listText());
    return name === undefined ? 0 : 2;
  }
  const settings = readOptions(bench, rest);
  if (typeof settings === 'string') {
    process.stderr.write(`bench ${bench.name}: ${settings}\n`);
    return 2;
  }
  const folder = join(settings.folder, `${bench.name}-${process.pid}`);
  const machine = describeMachine(folder);
  const progress = (line: string) => void process.stderr.write(`${line}\n`);
  try {
    const report = await bench.run({ ...settings, folder, progress });
    process.stdout.write(reportText(report, machine));
    const json = settings.json ?? defaultJsonPath(bench.name);
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, reportJson(report, machine, Date.now()));
    process.stdout.write(`written to ${json}\n`);
    return exitCodeOf(report);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Settings = Pick<BenchRun, 'numbers' | 'folder' | 'profileFolder'> & { json: string | null };

/** Answers a sentence where the words are not understood. */
function readOptions(bench: Bench, words: string[]): Settings | string {
  const text = { type: 'string' } as const;
  const names = ['json', 'folder', 'profile', ...bench.options.map(({ name }) => name)];
  let values: Record<string, string | boolean | undefined>;
  try {
    const options = Object.fromEntries(names.map((name) => [name, text]));
    values = parseArgs({ args: words, options }).values;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const path = (name: string) =>
    values[name] === undefined ? null : resolve(String(values[name]));
  const numbers = new Map<string, number>();
  for (const { name, standard } of bench.options) {
    const value = Number(values[name] ?? standard);
    if (!Number.isInteger(value) || value < 0) return `--${name} is a whole number`;
    numbers.set(name, value);
  }
  return {
    numbers,
    json: path('json'),
    // Not the system's folder for temporary files: that is often in memory, where commits are free.
    folder: path('folder') ?? join(packageRoot(), '.bench', 'work'),
    profileFolder: path('profile'),
  };
}

function defaultJsonPath(name: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return join(packageRoot(), 'bench', 'results', `${name}-${stamp}.json`);
}

function listText(): string {
  const lines = benches.flatMap(({ name, about, options }) => [
    `  ${name}: ${about}`,
    ...options.map((each) => `      --${each.name} N  ${each.about} (${each.standard})`),
  ]);
  return [
    'usage: npm run bench -- NAME [options]',
    '',
    ...lines,
    '',
    'Of every bench:',
    '      --json FILE       where the figures go as JSON (bench/results/)',
    '      --folder FOLDER   where the databases lie while it runs: that disk is measured',
    '      --profile FOLDER  CPU profiles of the measured processes',
    '',
  ].join('\n');
}
