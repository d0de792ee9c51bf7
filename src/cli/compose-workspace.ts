/**
 * What every command that calls nobody stands on: the configuration, the opened database, the vault
 * and the log. It imports no client of either side, because loading those takes longer than most
 * such commands; `compose.ts` connects. Part of the composition root.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock, HeadFile, Log, Store } from '../app/ports.ts';
import { alertUrlName } from '../runtime/alert-hook.ts';
import { type Config, loadConfig } from '../runtime/config.ts';
import { createHeadFile } from '../runtime/head-file.ts';
import { createLog } from '../runtime/log.ts';
import { packageRoot } from '../runtime/package.ts';
import { createVault, type Vault } from '../runtime/vault.ts';
import { shipbobSecrets } from '../shipbob/login.ts';
import { copyDatabase } from '../store/copy.ts';
import type { OpenedStore } from '../store/open.ts';
import type { CommandContext } from './command-spec.ts';
import { openKeyed } from './compose-key.ts';

export { callWords } from '../infor/m3/call-words.ts';
export { isAlertUrl } from '../runtime/alert-hook.ts';
export { createKeyFile, keyFileName } from '../runtime/key.ts';
export { variableName } from '../runtime/vault.ts';

/** What `mlc init` writes for a person to edit. */
export function configTemplatePath(): string {
  return join(packageRoot(), 'sync.config.example.yaml');
}

/** Names of the credentials in the vault. */
export const secretNames = {
  shipbobToken: shipbobSecrets.token,
  shipbobLogin: shipbobSecrets.login,
  shipbobClientSecret: shipbobSecrets.clientSecret,
  inforIonapi: 'infor.ionapi',
  alertsUrl: alertUrlName,
  webhooksPathToken: 'webhooks.pathToken',
} as const;

/**
 * An opened database with what is needed to read it: enough for every command that calls nobody.
 */
export interface Workspace {
  config: Config;
  databasePath: string;
  clock: Clock;
  store: OpenedStore;
  vault: Vault;
  log: Log;
  /**
   * What all processes share, also where the rest is a copy: a token that rotated into a copy would
   * be lost with it, and calls made beside the common budget would exceed it.
   */
  live: { store: Store; vault: Vault };
  close(): Promise<void>;
}

export async function configOf(context: CommandContext): Promise<Config> {
  const { environment, cwd, global } = context;
  const overridden = global.database
    ? { ...environment, MLC_DATABASE: global.database }
    : environment;
  return loadConfig({ path: global.config, cwd, environment: overridden });
}

/** Where the database is or will be. */
export async function databasePathOf(context: CommandContext): Promise<string> {
  return (await configOf(context)).database;
}

export function headFileOf(databasePath: string): HeadFile {
  return createHeadFile(`${databasePath}.head`);
}

/** A copy of `original` at `path`, for a run that must not touch it. Both are to be closed. */
export async function openCopy(
  context: CommandContext,
  original: Workspace,
  path: string,
): Promise<Workspace> {
  // The head first: one older than the copy says nothing, a newer one would call the copy restored.
  const head = await headFileOf(original.databasePath).read();
  copyDatabase(original.databasePath, path);
  if (head !== null) await headFileOf(path).write(head);
  return openWorkspace(context, { databasePath: path, live: original.live });
}

export async function openWorkspace(
  context: CommandContext,
  options: { create?: 'yes'; databasePath?: string; live?: Workspace['live'] } = {},
): Promise<Workspace> {
  const { environment, clock, redactor } = context;
  const config = await configOf(context);
  const databasePath = options.databasePath ?? config.database;
  const { store, keys } = await openKeyed({
    environment,
    clock,
    configDir: configDirOf(context, config),
    databasePath,
    create: options.create ?? 'no',
    // The copy has the key of the original, which was opened before it.
    heal: options.live === undefined ? 'yes' : 'no',
  });
  const vault = createVault({
    store,
    key: keys.vault,
    clock,
    environment,
    register: redactor.register,
  });
  const log = createLog({
    level: logLevel(context, config),
    format: config.log.format,
    redactor,
    clock,
    write: context.writeLog,
  });
  const live = options.live ?? { store, vault };
  return { config, databasePath, clock, store, vault, log, live, close: () => store.close() };
}

/** The folder in which `mlc.key` is looked for. */
export function configDirOf(context: CommandContext, config: Config): string {
  return config.filePath === null ? context.cwd : dirname(config.filePath);
}

function logLevel(context: CommandContext, config: Config): Config['log']['level'] {
  if (context.global.verbosity === 'verbose') return 'debug';
  if (context.global.verbosity === 'quiet') return 'warn';
  return config.log.level;
}

/** Names this process among those that share the database. */
export function processName(): string {
  return `${hostname()} pid ${process.pid} ${randomBytes(3).toString('hex')}`;
}
