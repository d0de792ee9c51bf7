/** What `mlc doctor` looks at, over real connections. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { Check } from '../app/doctor.ts';
import { configurationChecks } from '../app/doctor-configuration.ts';
import { coverageChecks } from '../app/doctor-coverage.ts';
import { databaseChecks } from '../app/doctor-database.ts';
import { inforChecks } from '../app/doctor-infor.ts';
import { alertCheck, keyChecks } from '../app/doctor-key.ts';
import { clockCheck, machineChecks } from '../app/doctor-machine.ts';
import { shipbobChecks } from '../app/doctor-shipbob.ts';
import { webhookChecks } from '../app/doctor-webhooks.ts';
import type { InforLedger, InforReadiness, ShipbobLogin } from '../app/ports.ts';
import type { RunParts } from '../app/run.ts';
import { effectiveSettings } from '../core/effective-settings.ts';
import { createReadiness } from '../infor/m3/readiness.ts';
import { type ClockWatch, createClockWatch } from '../runtime/clock-watch.ts';
import type { Config } from '../runtime/config.ts';
import { createHeadFile } from '../runtime/head-file.ts';
import { createHttp, type Http } from '../runtime/http.ts';
import { deriveKeys, loadKey } from '../runtime/key.ts';
import { nextKeyPath } from '../runtime/key-rotation.ts';
import { createMachine } from '../runtime/machine.ts';
import { systemRandom } from '../runtime/random.ts';
import { createShipbobSource } from '../shipbob/client.ts';
import { readLogin } from '../shipbob/login.ts';
import { loginMissing } from '../shipbob/oauth-problem.ts';
import { createSubscriptionSource } from '../shipbob/subscriptions.ts';
import { createShipbobSurvey } from '../shipbob/survey.ts';
import { createShipbobTokens } from '../shipbob/token.ts';
import type { TransportParts } from '../shipbob/transport.ts';
import { examineDatabase } from '../store/examination.ts';
import { openStore } from '../store/open.ts';
import type { CommandContext } from './command-spec.ts';
import { inforClient, inforLedger, requireStoredLogin } from './compose.ts';
import { type Base, once, openBase } from './compose-doctor-base.ts';
import { secretPrefix, secretVariable, topicsOf, webhookSecretName } from './compose-webhooks.ts';
import { configDirOf, configOf, processName, secretNames } from './compose-workspace.ts';

export interface DoctorRequest {
  /** How many days of ShipBob's records are planned. */
  days: number;
  calls: 'made' | 'none';
}

export interface DoctorSession {
  checks: Check[];
  close(): Promise<void>;
}

/** A person waits: what does not answer soon is told as it is, and not tried for minutes. */
const patience = { baseMs: 500, capMs: 2_000, deadlineMs: 8_000 };
const timeoutMsMax = 20_000;
/** A refresh token dies after so long without use (reference: shipbob-api §2.2). */
const refreshLifeMs = 30 * 86_400_000;

/** Throws Problem as `loadConfig` does: without a configuration there is nothing to look at. */
export async function openDoctor(
  context: CommandContext,
  request: DoctorRequest,
): Promise<DoctorSession> {
  const config = impatient(await configOf(context));
  const base = openBase(context, config);
  const local = localChecks(base);
  if (request.calls === 'none') {
    return { checks: local, close: () => base.close() };
  }
  const lines = openLines(base);
  const mapped = { ...base, config: await withMappings(base) };
  const checks = [...local, ...remoteChecks(mapped, lines, request.days)];
  return {
    checks,
    async close() {
      lines.http.close();
      await base.close();
    },
  };
}

/** As a run plans. What keeps it from the mappings is told by the check that looks at them. */
async function withMappings({ config, context, keyed }: Base): Promise<Config> {
  try {
    const { store } = await keyed();
    const mappings = await store.currentMappings(context.clock.now());
    return { ...config, settings: effectiveSettings(config.settings, mappings) };
  } catch {
    return config;
  }
}

/** What can be looked at before anything else is known. */
export function bareChecks(): Check[] {
  return machineChecks(createMachine());
}

function impatient(config: Config): Config {
  const shorter = <Side extends { timeoutMs: number }>(side: Side) => ({
    ...side,
    timeoutMs: Math.min(side.timeoutMs, timeoutMsMax),
    retry: patience,
  });
  return { ...config, shipbob: shorter(config.shipbob), infor: shorter(config.infor) };
}

function localChecks(base: Base): Check[] {
  const { context, config, machine, vault } = base;
  const configDir = configDirOf(context, config);
  const given = { environment: context.environment, configDir };
  const { certificate, privateKey, host, trustedProxies, unsigned } = config.webhooks;
  const absolute = (path: string | null) => (path === null ? null : resolve(configDir, path));
  const { orders, tracking, receiving } = config.settings.sync.streams;
  return [
    ...machineChecks(machine),
    ...configurationChecks(
      {
        filePath: config.filePath,
        settings: config.settings,
        webhooks: {
          host,
          trustedProxies,
          unsigned,
          certificate: absolute(certificate),
          privateKey: absolute(privateKey),
        },
        shipbob: {
          baseUrl: config.shipbob.baseUrl,
          authUrl: config.shipbob.login.authUrl,
          clientId: config.shipbob.login.clientId,
        },
      },
      machine,
    ),
    alertCheck(async () => ((await vault.read(secretNames.alertsUrl)) === null ? 'no' : 'yes')),
    ...keyChecks({ key: () => loadKey(given), nextOf: nextKeyPath, machine }),
    ...databaseChecks({
      path: config.database,
      folder: dirname(config.database),
      machine,
      async examine() {
        const key = await loadKey(given).catch(() => null);
        const auditKey = key === null ? null : deriveKeys(key.master).audit;
        return examineDatabase(config.database, auditKey);
      },
      store: async () => (await base.keyed()).store,
      headFile: createHeadFile(`${config.database}.head`),
      nowMs: () => context.clock.now(),
      streams: [
        ...(orders ? ['orders'] : []),
        ...(tracking ? ['tracking'] : []),
        ...(receiving ? ['receiving'] : []),
      ],
      lagMaxMs: config.alerts.lag,
    }),
  ];
}

interface Lines {
  http: Http;
  watch: ClockWatch;
  shipbob: TransportParts;
  infor(): Promise<{ ledger: InforLedger; readiness: InforReadiness; tenant: string }>;
}

function openLines(base: Base): Lines {
  const { context, config, vault, log } = base;
  const { clock } = context;
  const http = createHttp();
  const watch = createClockWatch(clock);
  const random = systemRandom();
  const store = async () => (await base.keyed().catch(() => null))?.store ?? null;
  const shipbobHttp = watch.over(http, 'ShipBob');
  const tokens = createShipbobTokens({
    http: shipbobHttp,
    clock,
    secrets: vault,
    // A login lies in the database: without it there is nothing to renew.
    locks: {
      takeLock: async (request) => (await store())?.takeLock(request) ?? true,
      releaseLock: async (request) => (await store())?.releaseLock(request),
    },
    login: config.shipbob.login,
    timeoutMs: config.shipbob.timeoutMs,
    log,
    owner: processName(),
    crash: () => {},
  });
  const channels = config.shipbob.channels.length > 0 ? config.shipbob.channels : null;
  return {
    http,
    watch,
    shipbob: {
      http: shipbobHttp,
      clock,
      random,
      log,
      ...tokens,
      // The calls that are made here count for everybody who shares the token.
      budget: {
        takeCall: async (request) => (await store())?.takeCall(request) ?? 0,
        noteRemaining: async (request) => (await store())?.noteRemaining(request),
      },
      settings: { ...config.shipbob, channels },
    },
    infor: once(async () => {
      const workspace = { config, clock, log, live: { vault } };
      const connected = await inforClient({
        http: watch.over(http, 'Infor'),
        workspace,
        random,
      });
      return {
        ledger: inforLedger(workspace, connected),
        readiness: createReadiness({
          client: connected.client,
          clock,
          settings: config.infor.m3,
        }),
        tenant: connected.tenant,
      };
    }),
  };
}

function remoteChecks(base: Base, lines: Lines, days: number): Check[] {
  const { context, config, machine, vault } = base;
  const { settings } = config;
  const nowMs = () => context.clock.now();
  const store = async () => (await base.keyed()).store;
  const secretsOf = async () => {
    const names = (await vault.list()).map(({ name }) => name);
    return names.flatMap((name) => {
      if (name.startsWith(secretPrefix)) return [name.slice(secretPrefix.length)];
      return name.startsWith(secretVariable) ? [name.slice(secretVariable.length)] : [];
    });
  };
  const source = createShipbobSource(lines.shipbob);
  const { certificate } = config.webhooks;
  return [
    ...shipbobChecks({
      source,
      survey: createShipbobSurvey(lines.shipbob),
      login: () => loginOf(base),
      settings,
      channels: config.shipbob.channels,
      apiVersion: config.shipbob.apiVersion,
      callsPerMinute: config.shipbob.callsPerMinute,
      webhooks: async () => ((await secretsOf()).length > 0 ? 'used' : 'unused'),
      nowMs,
    }),
    ...inforChecks({ infor: lines.infor, settings, division: config.infor.division }),
    clockCheck(() => lines.watch.readings(), nowMs),
    ...coverageChecks({
      scratch: () => openScratch(base, lines, source),
      stored: () => store().catch(() => null),
      mappings: async () => (await store()).currentMappings(nowMs()),
      days,
      settings,
    }),
    ...webhookChecks({
      store,
      subscriptions: createSubscriptionSource(lines.shipbob),
      secretsOf,
      secretNameOf: (id) => webhookSecretName(id).slice(secretPrefix.length),
      topicsWanted: topicsOf(base).map(({ topic }) => topic),
      machine,
      certificate: certificate === null ? null : resolve(configDirOf(context, config), certificate),
      nowMs,
    }),
  ];
}

async function loginOf({ context, config, vault }: Base): Promise<ShipbobLogin> {
  requireStoredLogin(context);
  const login = config.shipbob.login.clientId === null ? null : await readLogin(vault);
  if (login !== null) {
    return {
      kind: 'oauth',
      accessEndsAtMs: login.expiresAtMs,
      refreshEndsAtMs: login.obtainedAtMs + refreshLifeMs,
      renewedAtMs: login.obtainedAtMs,
    };
  }
  if ((await vault.read(secretNames.shipbobToken)) === null) throw loginMissing();
  const entry = (await vault.list()).find(({ name }) => name === secretNames.shipbobToken);
  const renewedAtMs = entry?.updatedAtMs ?? null;
  return { kind: 'token', accessEndsAtMs: null, refreshEndsAtMs: null, renewedAtMs };
}

/** An engine over an empty database in memory: what it plans is kept nowhere. */
async function openScratch(
  base: Base,
  lines: Lines,
  shipbob: RunParts['shipbob'],
): Promise<{ parts: RunParts; close(): Promise<void> }> {
  const { context, config, log } = base;
  const { clock } = context;
  const { ledger } = await lines.infor();
  const auditKey = new Uint8Array(randomBytes(32));
  const store = await openStore({ path: ':memory:', auditKey, clock, create: 'yes' });
  const parts: RunParts = {
    clock,
    random: systemRandom(),
    log,
    store,
    settings: config.settings,
    signal: context.stop,
    crash: () => {},
    progress: (step) => context.progress.update(step),
    headFile: { read: async () => null, write: async () => undefined },
    owner: processName(),
    shipbob,
    infor: ledger,
  };
  return { parts, close: () => store.close() };
}
