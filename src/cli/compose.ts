/**
 * The composition root: configuration → adapters → use cases. The only file that sees every layer.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock, Log, Store } from '../app/ports.ts';
import type { RunParts } from '../app/run.ts';
import { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { apiBase, type Ionapi, parseIonapi } from '../infor/ion/ionapi.ts';
import { createTokenSource } from '../infor/ion/token.ts';
import { probeIdentity } from '../infor/m3/identity.ts';
import { createInforLedger } from '../infor/m3/ledger.ts';
import { createMasterData } from '../infor/m3/master-data.ts';
import { createMiClient } from '../infor/m3/mi-client.ts';
import { type Config, loadConfig } from '../runtime/config.ts';
import { crashPoint } from '../runtime/environment.ts';
import { createHeadFile } from '../runtime/head-file.ts';
import { createHttp, type Http } from '../runtime/http.ts';
import { deriveKeys, loadKey } from '../runtime/key.ts';
import { createLog } from '../runtime/log.ts';
import { packageRoot } from '../runtime/package.ts';
import { systemRandom } from '../runtime/random.ts';
import { createVault, type Vault } from '../runtime/vault.ts';
import { createShipbobSource } from '../shipbob/client.ts';
import { copyDatabase } from '../store/copy.ts';
import { openStore } from '../store/open.ts';
import type { CommandContext } from './command-spec.ts';

export { callWords } from '../infor/m3/call-words.ts';
export { createKeyFile, keyFileName } from '../runtime/key.ts';

/** What `mlc init` writes for a person to edit. */
export function configTemplatePath(): string {
  return join(packageRoot(), 'sync.config.example.yaml');
}

/** Names of the credentials in the vault. */
export const secretNames = { shipbobToken: 'shipbob.token', inforIonapi: 'infor.ionapi' } as const;

/**
 * An opened database with what is needed to read it: enough for every command that calls nobody.
 */
export interface Workspace {
  config: Config;
  databasePath: string;
  clock: Clock;
  store: Store;
  vault: Vault;
  log: Log;
  close(): Promise<void>;
}

async function configOf(context: CommandContext): Promise<Config> {
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

/** Copies the configured database to `path`, for a run that must not touch it. Answers the path. */
export async function copyOf(context: CommandContext, path: string): Promise<string> {
  const workspace = await openWorkspace(context);
  try {
    copyDatabase(workspace.databasePath, path);
  } finally {
    await workspace.close();
  }
  return path;
}

export async function openWorkspace(
  context: CommandContext,
  options: { create?: 'yes'; databasePath?: string } = {},
): Promise<Workspace> {
  const { environment, cwd, clock, redactor } = context;
  const config = await configOf(context);
  const configDir = config.filePath === null ? cwd : dirname(config.filePath);
  const { master } = await loadKey({ environment, configDir });
  const keys = deriveKeys(master);
  const databasePath = options.databasePath ?? config.database;
  const store = await openStore({
    path: databasePath,
    auditKey: keys.audit,
    clock,
    create: options.create ?? 'no',
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
  return { config, databasePath, clock, store, vault, log, close: () => store.close() };
}

function logLevel(context: CommandContext, config: Config): Config['log']['level'] {
  if (context.global.verbosity === 'verbose') return 'debug';
  if (context.global.verbosity === 'quiet') return 'warn';
  return config.log.level;
}

/** The engine's parts over real connections; `close` ends them. */
export interface Connected {
  parts: RunParts;
  close(): void;
}

export async function connect(
  context: CommandContext,
  workspace: Workspace,
  changes: { settings?: Settings } = {},
): Promise<Connected> {
  const { config, store, vault, log, clock } = workspace;
  const http = createHttp();
  const settings = changes.settings ?? config.settings;
  const random = systemRandom();
  const parts: RunParts = {
    clock,
    random,
    log,
    store,
    settings,
    signal: context.stop,
    crash: crashPoint(context.environment),
    progress: (step) => context.progress.update(step),
    headFile: createHeadFile(`${workspace.databasePath}.head`),
    owner: `${hostname()} pid ${process.pid} ${randomBytes(3).toString('hex')}`,
    shipbob: createShipbobSource({
      http,
      clock,
      random,
      log,
      token: () => requireSecret(vault, secretNames.shipbobToken),
      budget: store,
      settings: {
        ...config.shipbob,
        channels: config.shipbob.channels.length > 0 ? config.shipbob.channels : null,
      },
    }),
    infor: await inforLedger({ http, workspace, random }),
  };
  return { parts, close: () => http.close() };
}

async function inforLedger(deps: {
  http: Http;
  workspace: Workspace;
  random: RunParts['random'];
}): Promise<RunParts['infor']> {
  const { http, workspace, random } = deps;
  const { config, clock, log } = workspace;
  const ionapi = readIonapi(await requireSecret(workspace.vault, secretNames.inforIonapi));
  const { infor } = config;
  requireTenant(infor.tenant, ionapi.tenant);
  const client = createMiClient({
    http,
    clock,
    random,
    log,
    tokens: createTokenSource({ http, clock, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
    settings: {
      company: infor.company,
      division: infor.division,
      language: infor.language,
      requestSizeMax: { write: infor.requestSize.writes, read: infor.requestSize.reads },
      concurrency: infor.concurrency,
      timeoutMs: infor.timeoutMs,
      retry: infor.retry,
    },
  });
  const expected = {
    company: infor.company,
    division: infor.division,
    tenant: ionapi.tenant,
  };
  return createInforLedger({
    client,
    masterData: createMasterData({
      client,
      clock,
      settings: { division: infor.division, aliasCategories: infor.aliasCategories },
    }),
    probe: () => probeIdentity(client, expected),
    clock,
    log,
    settings: infor.m3,
  });
}

/** A `.ionapi` text as it is used; throws the Problem that says what is wrong with it. */
export function readIonapi(text: string): Ionapi {
  const parsed = parseIonapi(text);
  if (parsed instanceof Problem) throw parsed;
  return parsed;
}

/** A test tenant's configuration must never meet production's credentials. */
function requireTenant(configured: string | null, found: string): void {
  if (configured === null || configured === found) return;
  throw new Problem({
    code: 'INFOR_TENANT_DIFFERS',
    kind: 'configuration',
    message: `infor.tenant is ${configured}, but the imported .ionapi file belongs to ${found}`,
    hint: 'Import the file of the right tenant (mlc credentials import FILE), or correct infor.tenant.',
  });
}

async function requireSecret(vault: Vault, name: string): Promise<string> {
  const value = await vault.read(name);
  if (value !== null) return value;
  const hint =
    name === secretNames.shipbobToken
      ? 'Put the ShipBob token in: mlc credentials set shipbob < token.txt'
      : 'Import the .ionapi file: mlc credentials import FILE.ionapi';
  throw new Problem({
    code: 'CREDENTIALS_MISSING',
    kind: 'credentials',
    message: `there is no credential ${name} in the vault`,
    hint,
  });
}
