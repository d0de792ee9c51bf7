/** `npm run bench -- NAME [options]`: runs one bench and tells what it found. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/runtime/package.ts';
import { backfillBench } from './backfill.ts';
import type { Bench, BenchOption, BenchRun } from './bench.ts';
import { callsBench } from './calls.ts';
import { latencyBench } from './latency.ts';
import { describeMachine } from './machine.ts';
import { markdownOf } from './markdown.ts';
import { n8nBench } from './n8n.ts';
import { exitCodeOf, goalsText, type Report, reportJson, reportText } from './report.ts';
import { startupBench } from './startup.ts';
import { steadyBench } from './steady.ts';
import { storeBench } from './store.ts';
import { webhooksBench } from './webhooks.ts';

const benches: Bench[] = [
  backfillBench,
  latencyBench,
  steadyBench,
  startupBench,
  callsBench,
  storeBench,
  webhooksBench,
];
/** Needs a program that is not part of this project, so `all` leaves it out. */
const benchesByName: Bench[] = [...benches, n8nBench];

/** Answers the exit code: 0, 1 when a claim does not hold, 2 for a usage that is not understood. */
export async function main(words: string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === 'table') {
    for (const path of rest) process.stdout.write(`${markdownOf(path)}\n`);
    return 0;
  }
  const chosen = name === 'all' ? benches : benchesByName.filter((each) => each.name === name);
  if (chosen.length === 0) {
    process.stdout.write(listText());
    return name === undefined ? 0 : 2;
  }
  const plans: { bench: Bench; settings: Settings }[] = [];
  for (const bench of chosen) {
    const missing = bench.missing?.() ?? null;
    if (missing !== null) {
      process.stderr.write(`bench ${bench.name}: ${missing}\n`);
      return 2;
    }
    const settings = readOptions(bench.name, name === 'all' ? 'ofAll' : 'own', bench.options, rest);
    if (typeof settings === 'string') {
      process.stderr.write(`bench ${name}: ${settings}\n`);
      return 2;
    }
    plans.push({ bench, settings });
  }
  const reports: Report[] = [];
  for (const { bench, settings } of plans) reports.push(await runOne(bench, settings));
  if (name === 'all') process.stdout.write(`\nall goals\n\n${goalsText(reports)}`);
  return reports.some((report) => exitCodeOf(report) !== 0) ? 1 : 0;
}

async function runOne(bench: Bench, settings: Settings): Promise<Report> {
  const folder = join(settings.folder, `${bench.name}-${process.pid}`);
  const machine = describeMachine(folder);
  const progress = (line: string) => void process.stderr.write(`${bench.name}: ${line}\n`);
  try {
    const report = await bench.run({ ...settings, folder, progress });
    process.stdout.write(`${reportText(report, machine)}\n`);
    mkdirSync(dirname(settings.json), { recursive: true });
    writeFileSync(settings.json, reportJson(report, machine, Date.now()));
    process.stdout.write(`written to ${settings.json}\n\n`);
    return report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Settings = Pick<BenchRun, 'numbers' | 'lists' | 'folder' | 'profileFolder'> & {
  json: string;
};

/**
 * Answers a sentence where the words are not understood. Where all benches run, `--json` names a
 * folder, and the options of each keep their values.
 */
function readOptions(
  name: string,
  of: 'own' | 'ofAll',
  own: BenchOption[],
  words: string[],
): Settings | string {
  const text = { type: 'string' } as const;
  const options = of === 'ofAll' ? [] : own;
  const names = ['json', 'folder', 'profile', ...options.map((option) => option.name)];
  let values: Record<string, string | boolean | undefined>;
  try {
    const described = Object.fromEntries(names.map((each) => [each, text]));
    values = parseArgs({
      args: words,
      options: { ...described, quick: { type: 'boolean' } },
    }).values;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const path = (option: string) =>
    values[option] === undefined ? null : resolve(String(values[option]));
  const numbers = new Map<string, number>();
  const lists = new Map<string, number[]>();
  for (const option of own) {
    const preset = (values.quick === true ? option.quick : undefined) ?? option.standard;
    const given = values[option.name];
    const list = given === undefined ? [preset].flat() : String(given).split(',').map(Number);
    const whole = list.every((value) => Number.isInteger(value) && value >= 0);
    if (!whole) return `--${option.name} is a whole number`;
    if (Array.isArray(option.standard)) lists.set(option.name, list);
    else if (list.length === 1) numbers.set(option.name, list[0] ?? 0);
    else return `--${option.name} is one whole number`;
  }
  const json = path('json');
  return {
    numbers,
    lists,
    json: of === 'ofAll' && json !== null ? join(json, `${name}.json`) : (json ?? jsonPath(name)),
    // Not the system's folder for temporary files: that is often in memory, where commits are free.
    folder: path('folder') ?? join(packageRoot(), '.bench', 'work'),
    profileFolder: path('profile'),
  };
}

function jsonPath(name: string): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return join(packageRoot(), 'bench', 'results', `${name}-${stamp}.json`);
}

function listText(): string {
  const lines = benchesByName.flatMap(({ name, about, options }) => [
    `  ${name}: ${about}`,
    ...options.map(
      (each) => `      --${each.name} N  ${each.about} (${[each.standard].flat().join(',')})`,
    ),
  ]);
  return [
    'usage: npm run bench -- NAME [options]',
    '       npm run bench -- all --quick',
    '       npm run bench -- table FILE...   what they wrote, as Markdown',
    '',
    ...lines,
    '',
    'Of every bench:',
    '      --quick           small sizes, for a look',
    '      --json FILE       where the figures go as JSON (bench/results/); of all: a folder',
    '      --folder FOLDER   where the databases lie while it runs: that disk is measured',
    '      --profile FOLDER  CPU profiles of the measured processes',
    '',
  ].join('\n');
}
