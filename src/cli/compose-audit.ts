/** Opens the database for those who only read it: nothing is upgraded, healed or locked. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../core/problem.ts';
import { appendLine, sendToSyslog } from '../runtime/anchor-file.ts';
import type { Config } from '../runtime/config.ts';
import { fileSink, type LineSink, stdoutSink } from '../runtime/line-sink.ts';
import type { OpenedStore } from '../store/open.ts';
import type { CommandContext } from './command-spec.ts';
import { openKeyed } from './compose-key.ts';
import { configDirOf, configOf } from './compose-workspace.ts';

export { appendLine, type LineSink, sendToSyslog };

export interface ReadOnly {
  config: Config;
  databasePath: string;
  store: OpenedStore;
  close(): Promise<void>;
}

/** Throws Problem as `openKeyed` does; a database of an older version is refused. */
export async function openReadOnly(context: CommandContext): Promise<ReadOnly> {
  const config = await configOf(context);
  const { store } = await openKeyed({
    environment: context.environment,
    clock: context.clock,
    configDir: configDirOf(context, config),
    databasePath: config.database,
    create: 'no',
    readOnly: 'yes',
    heal: 'no',
  });
  return { config, databasePath: config.database, store, close: () => store.close() };
}

/** A whole file that was named on the command line; throws FILE_UNREADABLE. */
export function readNamedFile(context: CommandContext, path: string): string {
  try {
    return readFileSync(resolve(context.cwd, path), 'utf8');
  } catch (thrown) {
    throw new Problem({
      code: 'FILE_UNREADABLE',
      kind: 'configuration',
      message: `the file cannot be read: ${path}`,
      hint: 'Check the path and the permissions.',
      evidence: { file: path },
      cause: thrown,
    });
  }
}

/** Standard output for `-` or nothing. */
export function lineSink(
  context: CommandContext,
  path: string | undefined,
  replace: 'yes' | 'no',
): LineSink {
  if (path === undefined || path === '-') return stdoutSink();
  return fileSink(resolve(context.cwd, path), replace);
}

export function namedPath(context: CommandContext, path: string): string {
  return resolve(context.cwd, path);
}
