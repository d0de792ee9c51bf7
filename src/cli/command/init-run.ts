import { copyFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import {
  configTemplatePath,
  createKeyFile,
  databasePathOf,
  keyFileName,
  openWorkspace,
} from '../compose-workspace.ts';
import { baseline } from './init-baseline.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  if (options.given('baseline')) return baseline(context, options.given('yes') ? 'store' : 'show');
  const configPath = resolve(
    context.cwd,
    context.global.config ?? context.environment.MLC_CONFIG ?? 'sync.config.yaml',
  );
  const steps = [configStep(configPath), keyStep(context, dirname(configPath))];
  const path = await databasePathOf(context);
  const known = existsSync(path);
  const workspace = await openWorkspace(context, { create: 'yes' });
  await workspace.close();
  steps.push({ what: 'database', path, state: known ? 'already there' : 'created' });
  const { output } = context;
  if (output.format === 'json') {
    output.json({ steps: steps.map((step) => ({ ...step })) });
    return 0;
  }
  output.block(steps.map(({ what, path, state }) => [what, `${path} (${state})`] as const));
  output.line();
  output.line('Next:');
  output.line(
    '  1. Edit the configuration: company, centres, rules. Every line of it is explained.',
  );
  output.line('  2. mlc credentials set shipbob < token.txt');
  output.line('  3. mlc credentials import FILE.ionapi');
  output.line('  4. mlc sync --dry-run');
  output.line('Keep a copy of the key apart from the database.');
  return 0;
}

interface Step {
  what: string;
  path: string;
  state: 'created' | 'already there' | 'from the environment';
}

function configStep(path: string): Step {
  if (existsSync(path)) return { what: 'configuration', path, state: 'already there' };
  copyFileSync(configTemplatePath(), path);
  return { what: 'configuration', path, state: 'created' };
}

function keyStep(context: CommandContext, folder: string): Step {
  const { MLC_KEY, MLC_KEY_COMMAND, MLC_KEY_FILE } = context.environment;
  if (MLC_KEY || MLC_KEY_COMMAND) {
    return {
      what: 'key',
      path: MLC_KEY ? 'MLC_KEY' : 'MLC_KEY_COMMAND',
      state: 'from the environment',
    };
  }
  const path = MLC_KEY_FILE ? resolve(context.cwd, MLC_KEY_FILE) : join(folder, keyFileName);
  if (existsSync(path)) return { what: 'key', path, state: 'already there' };
  createKeyFile(path);
  return { what: 'key', path, state: 'created' };
}
