/** The processes of the webhook bench: a child that says when it is ready, and how it ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { packageRoot } from '../src/runtime/package.ts';

/** What a child can be. */
export type ChildRole = 'receiver' | 'floor' | 'generator';

/** The text of a module that runs the role with the request in its first argument. */
export type ChildProgram = (role: ChildRole) => string;

/** Where the function of each role is: a module of this folder. */
export const roleModules: Record<ChildRole, { name: string; call: string }> = {
  receiver: { name: 'webhook-child', call: 'runReceiver' },
  floor: { name: 'webhook-child', call: 'runFloor' },
  generator: { name: 'webhook-generator', call: 'runGenerator' },
};

/** Runs what tsconfig.bench.json compiled. */
export const compiledProgram: ChildProgram = (role) => {
  const { name, call } = roleModules[role];
  const url = new URL(`./${name}.js`, import.meta.url).href;
  return `const { ${call} } = await import(${JSON.stringify(url)});
    await ${call}(JSON.parse(process.argv[1]));`;
};

export interface Child {
  process: ChildProcess;
  /** The first line it printed, as JSON. Rejects when it ended before. */
  ready: Promise<unknown>;
  /** Its last line, as JSON, once it ended by itself; rejects when it did not end well. */
  result: Promise<unknown>;
  /** However it ended. */
  ended: Promise<void>;
}

/** A bench that fails must not leave servers behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startChild(request: {
  program: ChildProgram;
  role: ChildRole;
  about: object;
  profileFolder?: string | null;
}): Child {
  const { program, role, about, profileFolder = null } = request;
  const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const child = spawn(
    process.execPath,
    [...profile, '--input-type=module', '-e', program(role), JSON.stringify(about)],
    { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  child.on('close', () => running.delete(child));
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  let last = '';
  const ready = new Promise<unknown>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      if (last === '') resolve(parse(line));
      last = line;
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`the ${role} ended early: ${errors}`)));
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const result = ended.then(() => {
    if (child.exitCode === 0) return parse(last);
    throw new Error(`the ${role} ended with ${child.exitCode ?? child.signalCode}: ${errors}`);
  });
  // A child that is killed on purpose has no result, and nobody waits for one.
  result.catch(() => {});
  ready.catch(() => {});
  return { process: child, ready, result, ended };
}

function parse(line: string): unknown {
  return JSON.parse(line);
}

/** Asks it to finish; answers what it said at the end. */
export function stopChild(child: Child): Promise<unknown> {
  child.process.kill('SIGTERM');
  return child.result;
}

export async function killChild(child: Child): Promise<void> {
  child.process.kill('SIGKILL');
  await child.ended;
}
