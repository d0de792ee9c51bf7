import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-tree.ts';

/** How a real `mlc` process ended. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningChild {
  process: ChildProcess;
  end: Promise<ChildEnd>;
}

/** Another build may be named, so that a check need not touch dist/. */
const root = process.env.BUILD_UNDER_TEST ?? projectRoot;
const program = join(root, 'bin', 'mlc.js');
const built = join(root, 'dist', 'cli', 'main.js');

/** A child that hangs is a failure of its own; nothing here takes this long. */
const childMsMax = 60_000;

/**
 * Starts the built program as its users do. `before` is put in front of it, such as `prlimit …`.
 * Throws when the program was not built: a crash test of nothing would pass.
 */
export function startChild(request: {
  folder: string;
  args: readonly string[];
  environment: Record<string, string>;
  before?: readonly string[];
}): RunningChild {
  if (!existsSync(built)) {
    throw new Error('dist/cli/main.js is missing: run `npm run build` before the crash tests');
  }
  const words = [...(request.before ?? []), process.execPath, program, ...request.args];
  const [command = process.execPath, ...rest] = words;
  const child = spawn(command, rest, {
    cwd: request.folder,
    env: { PATH: process.env.PATH ?? '', ...request.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: childMsMax,
    killSignal: 'SIGABRT',
  });
  return { process: child, end: ended(child) };
}

function ended(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
