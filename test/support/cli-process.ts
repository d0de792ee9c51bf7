/** Runs the built binary as a person or a script would, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './source-tree.ts';

/** Another build may be named, so that a check need not touch dist/. */
const root = process.env.BUILD_UNDER_TEST ?? projectRoot;
export const binary = join(root, 'bin', 'mlc.js');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliRequest {
  cwd: string;
  /** Beside PATH and HOME; nothing else is handed down, so that no setting of the tester leaks in. */
  environment?: Record<string, string>;
  /** Standard input; closed when left out. */
  input?: string;
  /** Killed after this long; a minute unless said otherwise. */
  runMsMax?: number;
}

const runMsMaxDefault = 60_000;

export function startCli(args: readonly string[], request: CliRequest): ChildProcess {
  if (!existsSync(join(root, 'dist', 'bundle', 'main.js'))) {
    throw new Error('dist/bundle/main.js is missing: run `npm run build` before these tests');
  }
  return startNode([binary, ...args], request);
}

/** Any program, in the same bare environment. */
export function startNode(args: readonly string[], request: CliRequest): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, [...args], {
    cwd: request.cwd,
    env: { PATH, HOME, USER: 'ann', ...request.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs to the end; one that takes too long is killed, and its code is then null. */
export async function runCli(args: readonly string[], request: CliRequest): Promise<CliResult> {
  const child = startCli(args, request);
  const stdout = collected(child.stdout);
  const stderr = collected(child.stderr);
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), request.runMsMax ?? runMsMaxDefault);
  const code = await ended(child);
  clearTimeout(timer);
  return { code, stdout: stdout(), stderr: stderr() };
}

export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
}

/** What a stream has said so far. */
export function collected(stream: NodeJS.ReadableStream | null): () => string {
  const parts: Buffer[] = [];
  stream?.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString('utf8');
}

/** Resolves once the stream has said something that matches; rejects when it ends without. */
export function saying(stream: NodeJS.ReadableStream | null, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream?.on('data', (part: Buffer) => {
      text += part.toString('utf8');
      if (wanted.test(text)) resolve(text);
    });
    stream?.on('end', () => reject(new Error(`ended without ${wanted}: ${text}`)));
  });
}
