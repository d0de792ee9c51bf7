import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { projectRoot } from '../support/source-tree.ts';
import { reliabilityPage } from './page.ts';
import { runCrash, runFuzz, runMutations, runSimulation } from './parts.ts';
import {
  type CampaignReport,
  campaignReport,
  isPartName,
  type PartName,
  pageFormat,
  partNames,
  passed,
} from './report.ts';

const usage = `npm run test:campaign -- [options]

Runs the simulation, the crash matrix, the fuzz and the mutations, and writes docs/reliability.md and
docs/reliability.json. Exit code 1 when anything was violated; the page is written all the same.

  --seeds N        seeds of the simulation, or MLC_SEEDS (1000)
  --from N         begin with seed N (1)
  --crash-seeds N  worlds of each crash test, or MLC_CRASH_SEEDS (1)
  --fuzz-runs N    runs of each property, or MLC_FUZZ_RUNS (as each asks by itself)
  --skip PARTS     leave out, with commas: ${partNames.join(', ')}; or MLC_CAMPAIGN_SKIP
  --out DIR        where the page is written (docs)
  --page-only      make the page again from reliability.json
`;

interface Wanted {
  seeds: number;
  from: number;
  crashSeeds: number;
  fuzzRuns: number | null;
  skipped: Set<PartName>;
  out: string;
  pageOnly: boolean;
}

/** The command line of the campaign; answers the exit code. */
export async function main(given: string[]): Promise<number> {
  let wanted: Wanted | null;
  try {
    wanted = wantedBy(given, process.env);
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : thrown}\n\n${usage}`);
    return 2;
  }
  if (wanted === null) {
    console.log(usage);
    return 0;
  }
  // Before hours of work, so that these cannot end without a place for what they found.
  mkdirSync(wanted.out, { recursive: true });
  const data = join(wanted.out, 'reliability.json');
  const report = wanted.pageOnly
    ? campaignReport.parse(JSON.parse(readFileSync(data, 'utf8')))
    : await lived(wanted);
  if (!wanted.pageOnly) writeFileSync(data, `${JSON.stringify(report, null, 2)}\n`);
  const page = join(wanted.out, 'reliability.md');
  writeFileSync(page, reliabilityPage(report));
  console.log(`\n${passed(report) ? 'passed' : 'FAILED'}; written: ${page}`);
  return passed(report) ? 0 : 1;
}

/** Null asks for help. */
export function wantedBy(args: string[], env: NodeJS.ProcessEnv): Wanted | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      seeds: text,
      from: text,
      'crash-seeds': text,
      'fuzz-runs': text,
      skip: text,
      out: text,
      'page-only': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const skipped = (values.skip ?? env.MLC_CAMPAIGN_SKIP ?? '').split(',').filter(Boolean);
  const unknown = skipped.filter((name) => !isPartName(name));
  if (unknown.length > 0) throw new Error(`there is no part called ${unknown.join(', ')}`);
  if (new Set(skipped).size === partNames.length) throw new Error('nothing is left to run');
  const runs = values['fuzz-runs'] ?? env.MLC_FUZZ_RUNS;
  return {
    seeds: whole('--seeds', values.seeds ?? env.MLC_SEEDS ?? '1000'),
    from: whole('--from', values.from ?? '1'),
    crashSeeds: whole('--crash-seeds', values['crash-seeds'] ?? env.MLC_CRASH_SEEDS ?? '1'),
    fuzzRuns: runs === undefined ? null : whole('--fuzz-runs', runs),
    skipped: new Set(skipped.filter(isPartName)),
    out: values.out ?? join(projectRoot, 'docs'),
    pageOnly: values['page-only'],
  };
}

function whole(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Error(`${name} is a whole number from 1, not ${value}`);
  }
  return number;
}

async function lived(wanted: Wanted): Promise<CampaignReport> {
  const startedAt = performance.now();
  // Before the parts, which may take hours in which somebody works on.
  const identity = { ...versionNow(), day: new Date().toISOString().slice(0, 10) };
  const folder = mkdtempSync(join(tmpdir(), 'mlc-campaign-'));
  const { skipped, seeds, from, crashSeeds, fuzzRuns } = wanted;
  const notRun = { state: 'notRun' } as const;
  const skips = (name: PartName) => skipped.has(name);
  try {
    const simulation = skips('simulation') ? notRun : await runSimulation(folder, { seeds, from });
    const crash = skips('crash') ? notRun : await runCrash(folder, crashSeeds);
    const fuzz = skips('fuzz') ? notRun : await runFuzz(folder, fuzzRuns);
    const mutations = skips('mutations') ? notRun : await runMutations(folder);
    return {
      format: pageFormat,
      ...identity,
      machine: machineHere(),
      tookMs: Math.round(performance.now() - startedAt),
      ...{ simulation, crash, fuzz, mutations },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function versionNow(): { version: string; commit: string } {
  const file: unknown = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(file);
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: projectRoot, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'test', 'migrations') !== '';
    const commit = git('rev-parse', '--short=10', 'HEAD');
    return { version, commit: changed ? `${commit} with uncommitted changes` : commit };
  } catch {
    return { version, commit: 'unknown' };
  }
}

function machineHere(): CampaignReport['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split('-')[0]}`,
    node: process.versions.node,
  };
}
