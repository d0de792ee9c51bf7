import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

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

/** A child that hangs is a failure of its own; nothing here takes this long. */
const childMsMax = 120_000;

/**
 * Starts the built program that lies in `root`, as its users do. `before` is put in front of it,
 * such as `prlimit …`. Throws when it was not built: a crash test of nothing would pass.
 */
export function startChild(request: {
  root: string;
  folder: string;
  args: readonly string[];
  environment: Record<string, string>;
  before?: readonly string[];
}): RunningChild {
  const { root, folder, args, environment, before = [] } = request;
  if (!existsSync(join(root, 'dist', 'bundle', 'main.js'))) {
    throw new Error(`there is no built mlc in ${root}: run npm run build there`);
  }
  const words = [...before, process.execPath, join(root, 'bin', 'mlc.js'), ...args];
  const [command = process.execPath, ...rest] = words;
  const child = spawn(command, rest, {
    cwd: folder,
    env: environment,
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
