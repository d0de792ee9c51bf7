/** Programs as a person starts them: a workflow of n8n, `mlc sync`, and the simulators they meet. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { packageRoot } from '../src/runtime/package.ts';
import { peakOfStatus } from './peer.ts';

/** How one program ended and what it used. */
export interface ProgramEnd {
  code: number | null;
  stdout: string;
  stderr: string;
  wallMs: number;
  /** The most memory it ever held (VmHWM). */
  peakMiB: number;
}

export interface Simulators {
  workspace: string;
  shipbobUrl: string;
  inforUrl: string;
  token: string;
  /** The next calls whose name contains `match` end so. */
  script(faults: { match: string; kind: string; times: number }[]): Promise<void>;
  books(): Promise<InforBooks>;
  close(): Promise<void>;
}

const booksSchema = z.object({
  httpRequests: z.number(),
  temporaryOrders: z.array(z.object({ finalNumber: z.string(), live: z.boolean() })),
  orders: z.array(
    z.object({
      yourReference: z.string(),
      live: z.boolean(),
      lines: z.array(z.object({ item: z.string(), quantity: z.string(), live: z.boolean() })),
    }),
  ),
});
export type InforBooks = z.infer<typeof booksSchema>;

const binary = join(packageRoot(), 'bin', 'mlc.js');
const sampleEveryMs = 50;

/** A bench that fails must not leave programs behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The built binary's own simulators, with one week of so many orders that is over. */
export async function startSimulators(request: {
  folder: string;
  orders: number;
  seed: number;
}): Promise<Simulators> {
  const { folder, orders, seed } = request;
  mkdirSync(folder, { recursive: true });
  const words = ['--orders', String(orders), '--seed', String(seed), '--workspace', folder];
  const child = spawn(process.execPath, [binary, 'sandbox', 'serve', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const told = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = '', value = ''] = /^(\S.*?) {2,}(\S+)$/.exec(line) ?? [];
    told.set(name, value);
    if (line.startsWith('Serving')) break;
  }
  const inforUrl = told.get('Infor') ?? '';
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${inforUrl}${path}`, init);
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    return answer.json();
  };
  return {
    workspace: folder,
    inforUrl,
    shipbobUrl: told.get('ShipBob') ?? '',
    token: told.get('token') ?? '',
    script: async (script) => void (await ask('/__faults', { script })),
    books: async () => booksSchema.parse(await ask('/__books')),
    async close() {
      child.kill('SIGTERM');
      await closed;
      running.delete(child);
    },
  };
}

export interface ProgramSettings {
  folder: string;
  environment: Record<string, string>;
  /** Asked again and again; the program is killed the first time that it says yes. */
  diesWhen?: () => Promise<boolean>;
}

/** Runs a program of Node until it ends or is killed, and looks at its memory meanwhile. */
export async function runProgram(
  words: readonly string[],
  settings: ProgramSettings,
): Promise<ProgramEnd> {
  const { PATH = '', HOME = '' } = process.env;
  const began = performance.now();
  const child = spawn(process.execPath, [...words], {
    cwd: settings.folder,
    env: { PATH, HOME, ...settings.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let peakMiB = 0;
  const sampler = setInterval(() => {
    if (child.pid !== undefined) peakMiB = Math.max(peakMiB, peakOfStatus(child.pid));
  }, sampleEveryMs);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (settings.diesWhen !== undefined) await killWhen(child, settings.diesWhen);
  const code = await ended;
  clearInterval(sampler);
  running.delete(child);
  return { code, stdout, stderr, wallMs: performance.now() - began, peakMiB };
}

async function killWhen(child: ChildProcess, asks: () => Promise<boolean>): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await asks()) child.kill('SIGKILL');
    await delay(sampleEveryMs);
  }
}

export function runMlc(
  at: Simulators,
  args: readonly string[],
  more: Pick<ProgramSettings, 'diesWhen'> = {},
): Promise<ProgramEnd> {
  const environment = {
    MLC_SECRET_SHIPBOB_TOKEN: at.token,
    MLC_SECRET_INFOR_IONAPI: readFileSync(join(at.workspace, 'mlc.ionapi'), 'utf8'),
  };
  return runProgram([binary, ...args], { folder: at.workspace, environment, ...more });
}
