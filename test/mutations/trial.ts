import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fullName, type Mutation } from './mutation.ts';
import { type Ended, type Report, reportFile } from './reporter.ts';

/** Longer than any test here may take; a run that reaches it proves nothing. */
const runMsMax = 300_000;

/** What trying one mutation came to. Only `caught` is good. */
export interface Trial {
  verdict: 'caught' | 'survived' | 'not by an assertion' | 'did not run';
  /** The first line of how the test failed, or of what went wrong. */
  how: string;
}

/** Runs the tests with these titles in the folder and hands back what came of them. */
export async function runTests(
  folder: string,
  wanted: { files: readonly string[]; names: readonly string[] },
): Promise<Report> {
  rmSync(join(folder, reportFile), { force: true });
  const pattern = `^(${wanted.names.map(escaped).join('|')})$`;
  const vitest = join(folder, 'node_modules', 'vitest', 'vitest.mjs');
  const said = await run(folder, [vitest, 'run', ...wanted.files, '-t', pattern]);
  try {
    const report: Report = JSON.parse(readFileSync(join(folder, reportFile), 'utf8'));
    return report;
  } catch {
    return { tests: [], loose: [said.trim().slice(-500) || 'Vitest said nothing'] };
  }
}

/** Tries one mutation in a folder that is broken by it. */
export async function tryMutation(folder: string, mutation: Mutation): Promise<Trial> {
  const [file] = mutation.caughtBy;
  const report = await runTests(folder, { files: [file], names: [fullName(mutation)] });
  return judge(report);
}

export function judge(report: Report): Trial {
  const { tests, loose } = report;
  if (tests.length === 0) return { verdict: 'did not run', how: firstLine(loose[0] ?? 'no test') };
  const failed = tests.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return { verdict: 'survived', how: 'the test still passes' };
  const asserted = failed.flatMap(({ errors }) => errors).find(isAssertion);
  if (asserted !== undefined) return { verdict: 'caught', how: firstLine(asserted.message) };
  const other = failed[0]?.errors[0];
  const how = other === undefined ? 'failed without an error' : `${other.kind}: ${other.message}`;
  return { verdict: 'not by an assertion', how: firstLine(how) };
}

function isAssertion({ kind }: Ended['errors'][number]): boolean {
  return kind === 'AssertionError';
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim();
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

function run(folder: string, parameters: string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let said = '';
    const hear = (chunk: Buffer) => {
      said = (said + String(chunk)).slice(-20_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const timer = setTimeout(() => child.kill('SIGKILL'), runMsMax);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}
