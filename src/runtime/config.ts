import { dirname, resolve } from 'node:path';
import { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { crossMistakes } from './config-check.ts';
import {
  applyOverrides,
  type Override,
  readLogOverride,
  readOverrides,
} from './config-environment.ts';
import {
  type ConfigTree,
  configFileName,
  emptyTree,
  findConfigFile,
  parseConfig,
  readConfigFile,
} from './config-file.ts';
import { type M3Config, m3Of } from './config-m3.ts';
import { configProblem, type Mistake, mistakesOf, syntaxProblem } from './config-mistake.ts';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { type RetrySettings, retryOf, settingsOf } from './config-settings.ts';
import type { Environment } from './environment.ts';

/** Everything a run is told, checked, with defaults filled in and times in milliseconds. */
export interface Config {
  /** Absolute; null when every setting came from the environment. */
  filePath: string | null;
  /** Absolute path of the SQLite file. */
  database: string;
  shipbob: ShipbobConfig;
  infor: InforConfig;
  settings: Settings;
  schedule: ScheduleConfig;
  webhooks: WebhookConfig;
  monitor: MonitorConfig;
  alerts: AlertConfig;
  log: LogConfig;
}

export interface ShipbobConfig {
  baseUrl: string;
  apiVersion: string;
  /** Empty reads every channel the token may. */
  channels: string[];
  pageSize: number;
  receivingPageSize: number;
  callsPerMinute: number;
  timeoutMs: number;
  retry: RetrySettings;
  login: ShipbobLoginConfig;
}

/** Where and as whom ShipBob's OAuth login is made. */
export interface ShipbobLoginConfig {
  authUrl: string;
  /** Null: a personal access token is used. */
  clientId: string | null;
  callbackPort: number;
  renewAheadMs: number;
}

/** The connection to Infor; `m3` is what only the customer's M3 knows. */
export interface InforConfig {
  company: number;
  division: string;
  language: string;
  tenant: string | null;
  gatewayTimeoutMs: number;
  timeoutMs: number;
  concurrency: number;
  requestTargetMs: number;
  requestSize: { reads: number; writes: number };
  retry: RetrySettings;
  aliasCategories: number[];
  export: 'enabled' | 'disabled';
  m3: M3Config;
}

/** As in the file; durations are in milliseconds. */
export type ScheduleConfig = ConfigFile['schedule'];
export type WebhookConfig = ConfigFile['webhooks'];
export type MonitorConfig = ConfigFile['monitor'];
export type AlertConfig = ConfigFile['alerts'];
export type LogConfig = ConfigFile['log'];

/**
 * Finds, reads and checks the configuration. Throws Problem (`configuration`): `CONFIG_MISSING`,
 * `CONFIG_UNREADABLE`, `CONFIG_NOT_YAML`, or `CONFIG_INVALID` naming every mistake with its line.
 */
export async function loadConfig(request: {
  path: string | null;
  cwd: string;
  environment: Environment;
}): Promise<Config> {
  const { cwd, environment } = request;
  const wanted = request.path ?? environment.MLC_CONFIG ?? null;
  const filePath = await findConfigFile({ path: wanted, cwd });
  const fromEnvironment = readOverrides(environment);
  if (filePath === null && fromEnvironment.overrides.length === 0) throw missing(cwd);

  const tree = filePath === null ? emptyTree() : parseConfig(readConfigFile(filePath));
  const file = filePath ?? 'the environment';
  if (tree.syntax.length > 0) throw syntaxProblem(file, tree.syntax);
  const overrides = [...fromEnvironment.overrides, ...readLogOverride(environment)];
  const checked = check({ file, tree, overrides, mistakes: fromEnvironment.mistakes });

  const baseFolder = filePath === null ? cwd : dirname(filePath);
  const database = environment.MLC_DATABASE
    ? resolve(cwd, environment.MLC_DATABASE)
    : resolve(baseFolder, checked.database);
  return {
    filePath,
    database,
    shipbob: shipbobOf(checked.shipbob),
    infor: inforOf(checked),
    settings: settingsOf(checked),
    schedule: checked.schedule,
    webhooks: checked.webhooks,
    monitor: checked.monitor,
    alerts: checked.alerts,
    log: checked.log,
  };
}

function check(details: {
  file: string;
  tree: ConfigTree;
  overrides: Override[];
  mistakes: Mistake[];
}): ConfigFile {
  const { file, tree, overrides } = details;
  const value = applyOverrides(tree.value, overrides);
  const parsed = configSchema.safeParse(value);
  const found = parsed.success ? crossMistakes(parsed.data) : mistakesOf(parsed.error, value);
  const mistakes = [...details.mistakes, ...found.map((entry) => attribute(entry, overrides))];
  if (mistakes.length > 0 || !parsed.success) throw configProblem({ file, tree, mistakes });
  return parsed.data;
}

/** A wrong value that the environment gave is not to be looked for in the file. */
function attribute(mistake: Mistake, overrides: Override[]): Mistake {
  const source = overrides.findLast(({ path }) =>
    path.every((name, index) => mistake.path[index] === name),
  );
  return source ? { ...mistake, variable: source.variable } : mistake;
}

function missing(cwd: string): Problem {
  return new Problem({
    code: 'CONFIG_MISSING',
    kind: 'configuration',
    message: `There is no ${configFileName} in ${cwd}.`,
    hint: 'Write one with: mlc init — or name one with --config FILE.',
    evidence: { folder: cwd },
  });
}

function shipbobOf({ timeout, retry, login, ...rest }: ConfigFile['shipbob']): ShipbobConfig {
  const { renewAhead, ...place } = login;
  return {
    ...rest,
    timeoutMs: timeout,
    retry: retryOf(retry),
    login: { ...place, renewAheadMs: renewAhead },
  };
}

function inforOf(file: ConfigFile): InforConfig {
  const { infor } = file;
  return {
    company: infor.company,
    division: infor.division,
    language: infor.language,
    tenant: infor.tenant,
    gatewayTimeoutMs: infor.gatewayTimeout,
    timeoutMs: infor.timeout,
    concurrency: infor.concurrency,
    requestTargetMs: infor.requestTarget,
    requestSize: infor.requestSize,
    retry: retryOf(infor.retry),
    aliasCategories: infor.aliasCategories,
    export: infor.export,
    m3: m3Of(file),
  };
}
