import { readFileSync } from 'node:fs';
import type { Log, Random } from '../../src/app/ports.ts';
import type { RunParts } from '../../src/app/run.ts';
import { writeWorkspace } from '../../src/cli/compose-sandbox.ts';
import { apiBase, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import { probeIdentity } from '../../src/infor/m3/identity.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import { createMasterData } from '../../src/infor/m3/master-data.ts';
import { createMiClient } from '../../src/infor/m3/mi-client.ts';
import { type Config, loadConfig } from '../../src/runtime/config.ts';
import { createHeadFile } from '../../src/runtime/head-file.ts';
import { createHttp, type Http } from '../../src/runtime/http.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { createShipbobSource } from '../../src/shipbob/client.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import type { SimulationClock } from './simulation-clock.ts';
import type { MortalProcess } from './simulation-crash.ts';
import { testAuditKey } from './store-process.ts';

/** Where a simulated installation lives: its folder, its configuration and the two systems. */
export interface Installation {
  config: Config;
  ionapiText: string;
  sandbox: RunningSandbox;
  clock: SimulationClock;
}

export async function install(parts: {
  folder: string;
  sandbox: RunningSandbox;
  clock: SimulationClock;
  environment: Record<string, string>;
}): Promise<Installation> {
  const { folder, sandbox, clock, environment } = parts;
  const files = writeWorkspace(folder, sandbox, 'poorest');
  const config = await loadConfig({ path: files.config, cwd: folder, environment });
  return { config, ionapiText: readFileSync(files.ionapi, 'utf8'), sandbox, clock };
}

export function openInstalled(place: Installation): Promise<OpenedStore> {
  return openStore({
    path: place.config.database,
    auditKey: testAuditKey,
    clock: place.clock,
    create: 'yes',
  });
}

/** The real engine over real adapters, in a process that may die at any point. */
export function startProcess(
  place: Installation,
  life: {
    process: MortalProcess;
    store: OpenedStore;
    random: Random;
    log: Log;
    owner: string;
    recordsPerPlan?: number;
    /** Instead of the plain wire with its chance latencies. */
    http?: Http;
  },
): { parts: RunParts; close(): void } {
  const { process, random, log } = life;
  const { config, sandbox } = place;
  const clock = process.clock(place.clock);
  const wire = createHttp();
  const http = life.http ?? process.http(wire, place.clock, latencyOf(random));
  const store = process.store(life.store);
  const parts: RunParts = {
    clock,
    random,
    log,
    store,
    // So small that full batches come together while a week of few orders is read.
    settings: {
      ...config.settings,
      posting: { ...config.settings.posting, recordsPerPlan: life.recordsPerPlan ?? 5 },
    },
    signal: new AbortController().signal,
    crash: process.crash,
    progress: () => undefined,
    headFile: createHeadFile(`${config.database}.head`),
    owner: life.owner,
    shipbob: createShipbobSource({
      http,
      clock,
      random,
      log,
      token: async () => sandbox.shipbob.token,
      budget: store,
      settings: { ...config.shipbob, channels: null },
    }),
    infor: ledgerOf(place, { http, clock, random, log, memory: store }),
  };
  return { parts, close: () => wire.close() };
}

function ledgerOf(
  place: Installation,
  deps: Pick<RunParts, 'clock' | 'random' | 'log'> & {
    http: ReturnType<typeof createHttp>;
    memory: RunParts['store'];
  },
): RunParts['infor'] {
  const { infor } = place.config;
  const ionapi = parseIonapi(place.ionapiText);
  if (ionapi instanceof Error) throw ionapi;
  const client = createMiClient({
    ...deps,
    tokens: createTokenSource({ ...deps, ionapi: async () => ionapi }),
    apiBase: apiBase(ionapi),
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
  const { company, division, aliasCategories } = infor;
  return createInforLedger({
    client,
    masterData: createMasterData({
      client,
      clock: deps.clock,
      settings: { division, aliasCategories },
    }),
    probe: () => probeIdentity(client, { company, division, tenant: ionapi.tenant }),
    clock: deps.clock,
    log: deps.log,
    settings: infor.m3,
  });
}

/** A gateway that gives up has waited its minute first. */
function latencyOf(random: Random): (status: number) => number {
  return (status) => (status === 504 ? 60_000 : Math.round(30 + random.next() * 400));
}
