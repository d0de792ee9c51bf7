/** What a command would be given, for a process that runs the real engine without a command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../src/cli/command-spec.ts';
import { openWorkspace, secretNames, type Workspace } from '../src/cli/compose-workspace.ts';
import { createOutput } from '../src/cli/output.ts';
import { createProgress } from '../src/cli/progress.ts';
import type { StoryClock } from '../src/runtime/clock.ts';
import { createRedactor } from '../src/runtime/redact.ts';

export function benchContext(folder: string, clock: StoryClock): CommandContext {
  const environment = {};
  return {
    global: {
      config: join(folder, 'sync.config.yaml'),
      database: null,
      format: 'json',
      verbosity: 'quiet',
      actor: 'bench',
    },
    cwd: folder,
    environment,
    output: createOutput({ sink: process.stderr, environment, format: 'json' }),
    progress: createProgress({ sink: process.stderr, environment, quiet: 'yes', clock }),
    redactor: createRedactor(),
    clock,
    stop: new AbortController().signal,
    writeLog: (line) => void process.stderr.write(line),
  };
}

/** The database of the folder; `yes` creates it and puts the simulators' credentials there. */
export async function openBenchWorkspace(
  folder: string,
  clock: StoryClock,
  create: 'yes' | 'no',
): Promise<Workspace> {
  const context = benchContext(folder, clock);
  if (create === 'no') return openWorkspace(context);
  const workspace = await openWorkspace(context, { create });
  const text = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
  await workspace.vault.write(secretNames.shipbobToken, text('shipbob-token.txt'));
  await workspace.vault.write(secretNames.inforIonapi, text('mlc.ionapi'));
  return workspace;
}
