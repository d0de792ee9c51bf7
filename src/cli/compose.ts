/**
 * The composition root: configuration → adapters → use cases. The only file that sees every layer.
 */
import type { CallMeasure, HandBookingReader, Meter } from '../app/ports.ts';
import type { RunParts } from '../app/run.ts';
import { Problem } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { apiBase, type Ionapi, parseIonapi } from '../infor/ion/ionapi.ts';
import { createTokenSource } from '../infor/ion/token.ts';
import { createHandBookingReader } from '../infor/m3/hand-booking.ts';
import { probeIdentity } from '../infor/m3/identity.ts';
import { createInforLedger } from '../infor/m3/ledger.ts';
import { createMasterData } from '../infor/m3/master-data.ts';
import type { MiClient } from '../infor/m3/mi.ts';
import { createMiClient } from '../infor/m3/mi-client.ts';
import type { PaceMemory } from '../infor/m3/request-pace.ts';
import { crashPoint } from '../runtime/crash-point.ts';
import { keepHeapSmall } from '../runtime/heap.ts';
import { createHttp, type Http } from '../runtime/http.ts';
import { meteredHttp } from '../runtime/meter.ts';
import { systemRandom } from '../runtime/random.ts';
import { type Vault, variableName } from '../runtime/vault.ts';
import { createShipbobSource } from '../shipbob/client.ts';
import { createShipbobTokens, type ShipbobTokens } from '../shipbob/token.ts';
import type { CommandContext } from './command-spec.ts';
import { allowanceOf } from './compose-allowance.ts';
import { headFileOf, processName, secretNames, type Workspace } from './compose-workspace.ts';

/** The engine's parts over real connections; `close` ends them. */
export interface Connected {
  parts: RunParts;
  /** Reads Infor for what people say they entered by hand. */
  handBookings: HandBookingReader;
  close(): void;
}

export async function connect(
  context: CommandContext,
  workspace: Workspace,
  changes: {
    settings?: Settings;
    meter?: Meter;
    /** Stands before the connections of a process whose clock is not the real one. */
    timed?: (http: Http) => Http;
  } = {},
): Promise<Connected> {
  const { config, store, log, clock, live } = workspace;
  keepHeapSmall();
  const real = createHttp();
  const http = changes.timed?.(real) ?? real;
  const via = (upstream: CallMeasure['upstream']) =>
    changes.meter ? meteredHttp(http, changes.meter, upstream) : http;
  const owner = processName();
  const settings = changes.settings ?? config.settings;
  const random = systemRandom();
  const infor = await inforClient({
    http: via('infor'),
    loginHttp: via('inforLogin'),
    workspace,
    random,
    signal: context.stop,
    memory: workspace.live.store,
  });
  const parts: RunParts = {
    clock,
    random,
    log,
    store,
    settings,
    signal: context.stop,
    crash: crashPoint(context.environment),
    progress: (step) => context.progress.update(step),
    allowance: () => allowanceOf(workspace),
    headFile: headFileOf(workspace.databasePath),
    owner,
    shipbob: createShipbobSource({
      http: via('shipbob'),
      clock,
      random,
      log,
      signal: context.stop,
      ...shipbobTokens(context, workspace, via('shipbobLogin')),
      budget: live.store,
      settings: {
        ...config.shipbob,
        channels: config.shipbob.channels.length > 0 ? config.shipbob.channels : null,
      },
    }),
    infor: inforLedger(workspace, infor),
  };
  const handBookings = createHandBookingReader({ client: infor.client, clock });
  return { parts, handBookings, close: () => http.close() };
}

/** Whoever calls ShipBob takes its token from here, so that one login serves all. */
export function shipbobTokens(
  context: CommandContext,
  workspace: Workspace,
  http: Http,
): ShipbobTokens {
  const { config, clock, log, live } = workspace;
  requireStoredLogin(context);
  return createShipbobTokens({
    http,
    clock,
    secrets: live.vault,
    locks: live.store,
    login: config.shipbob.login,
    timeoutMs: config.shipbob.timeoutMs,
    log,
    // One for each source: two in one process must not renew at once either.
    owner: processName(),
    crash: crashPoint(context.environment),
  });
}

/** A login renews itself, and a variable cannot be written: after an hour it would be dead. */
export function requireStoredLogin({ environment }: Pick<CommandContext, 'environment'>): void {
  const variable = variableName(secretNames.shipbobLogin);
  if (!environment[variable]) return;
  throw new Problem({
    code: 'LOGIN_IN_ENVIRONMENT',
    kind: 'configuration',
    message: `${variable} is set, but a login must be where its renewed tokens can be stored.`,
    hint: `Unset ${variable} and log in into the vault: mlc credentials login shipbob`,
  });
}

/** The MI client of the configured tenant; throws Problem when the credentials do not fit it. */
export async function inforClient(deps: {
  http: Http;
  /** Where logins are measured by themselves. */
  loginHttp?: Http;
  workspace: Pick<Workspace, 'config' | 'clock' | 'log'> & { live: { vault: Vault } };
  random: RunParts['random'];
  /** Ends the waits between tries. */
  signal?: AbortSignal;
  /** Where request sizes are kept between runs. */
  memory?: PaceMemory;
}): Promise<{ client: MiClient; tenant: string }> {
  const { http, workspace, random, signal, memory } = deps;
  const { config, clock, log } = workspace;
  const ionapi = readIonapi(await requireSecret(workspace.live.vault));
  const { infor } = config;
  requireTenant(infor.tenant, ionapi.tenant);
  const client = createMiClient({
    http,
    clock,
    random,
    log,
    tokens: createTokenSource({ http: deps.loginHttp ?? http, clock, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
    ...(signal === undefined ? {} : { signal }),
    ...(memory === undefined ? {} : { memory }),
    settings: {
      company: infor.company,
      division: infor.division,
      language: infor.language,
      requestSizeMax: { write: infor.requestSize.writes, read: infor.requestSize.reads },
      requestTargetMs: infor.requestTargetMs,
      concurrency: infor.concurrency,
      timeoutMs: infor.timeoutMs,
      retry: infor.retry,
    },
  });
  return { client, tenant: ionapi.tenant };
}

/** Infor as the engine knows it, over that client. */
export function inforLedger(
  { config, clock, log }: Pick<Workspace, 'config' | 'clock' | 'log'>,
  { client, tenant }: { client: MiClient; tenant: string },
): RunParts['infor'] {
  const { infor } = config;
  const expected = { company: infor.company, division: infor.division, tenant };
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

async function requireSecret(vault: Vault): Promise<string> {
  const name = secretNames.inforIonapi;
  const value = await vault.read(name);
  if (value !== null) return value;
  throw new Problem({
    code: 'CREDENTIALS_MISSING',
    kind: 'credentials',
    message: `there is no credential ${name} in the vault`,
    hint: 'Import the .ionapi file: mlc credentials import FILE.ionapi',
  });
}
