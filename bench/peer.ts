/**
 * Processes that are asked things: each measured program and each simulator is one of its own, so
 * that processor time and memory are nobody else's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { packageRoot } from '../src/runtime/package.ts';

/** What a process can be: a module of this folder, with a function `answers`. */
export type PeerModule = 'simulators' | 'engine' | 'floor' | 'replay' | 'storage';

/** The text of a program that serves the module; it ends when it is disconnected. */
export type PeerProgram = (module: PeerModule) => string;

/** Answers questions by name; what goes in and out is JSON. */
export type Answers = Record<string, (about: unknown) => Promise<unknown>>;

/** Runs what tsconfig.bench.json compiled. */
export const compiledPeer: PeerProgram = (module) =>
  peerText(
    `await import(${JSON.stringify(urlOf(module))})`,
    `await import(${JSON.stringify(urlOf('peer'))})`,
  );

function urlOf(module: string): string {
  return new URL(`./${module}.js`, import.meta.url).href;
}

/** Both arguments are expressions that give a module. */
export function peerText(module: string, peer: string): string {
  return `const { servePeer } = ${peer};
    const { answers } = ${module};
    servePeer(answers);`;
}

export interface Peer {
  ask(name: string, about?: object): Promise<unknown>;
  /** Ends the process and waits for it. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

/** A bench that fails must not leave processes behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startPeer(request: {
  program: PeerProgram;
  module: PeerModule;
  nodeOptions?: string[];
  profileFolder?: string | null;
}): Peer {
  const { program, module, nodeOptions = [], profileFolder = null } = request;
  const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(
    process.execPath,
    [...nodeOptions, ...profile, '--input-type=module', '-e', program(module)],
    { cwd: packageRoot(), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  running.add(child);
  const waiting = new Map<number, { done(value: unknown): void; fail(error: Error): void }>();
  const ended = new Promise<void>((resolve) => {
    child.on('exit', (code, signal) => {
      running.delete(child);
      for (const { fail } of waiting.values()) fail(new Error(`${module}: ${signal ?? code}`));
      resolve();
    });
  });
  child.on('message', (message: { id: number; value?: unknown; error?: string }) => {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) asked?.done(message.value);
    else asked?.fail(new Error(`${module}: ${message.error}`));
  });
  let asked = 0;
  return {
    ask(name, about = {}) {
      asked += 1;
      const id = asked;
      return new Promise((done, fail) => {
        waiting.set(id, { done, fail });
        child.send({ id, name, about });
      });
    },
    async end() {
      if (child.connected) child.disconnect();
      await ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The side of the process itself. One question at a time is enough for a bench. */
export function servePeer(answers: Answers): void {
  process.on('message', (message: { id: number; name: string; about: unknown }) => {
    const { id, name, about } = message;
    const answer = answers[name] ?? (() => Promise.reject(new Error(`cannot ${name}`)));
    answer(about).then(
      (value) => process.send?.({ id, value: value ?? null }),
      (thrown) => {
        const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        process.send?.({ id, error });
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}

export interface Use {
  /** Processor time of this process so far. */
  cpuMs: number;
  /** The most memory it ever held. */
  peakMiB: number;
  /** How long its main thread stood ready while other programs had the processors. */
  waitedMs: number;
}

export function ownUse(): Use {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakMiB: Math.max(maxRSS / 1024, peakOfStatus()),
    waitedMs: waitedMs(),
  };
}

function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1] ?? 0) / 1e6;
  } catch {
    return 0;
  }
}

/** A forked process inherits `maxRSS` from the one it was before; Linux counts anew here. 0 when it has ended. */
export function peakOfStatus(pid: number | 'self' = 'self'): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s*(\d+) kB/.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
