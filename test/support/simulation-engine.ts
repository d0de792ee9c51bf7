import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  AuditHeadCopy,
  Clock,
  CrashPoint,
  HandBookingReader,
  HeadFile,
  Log,
  Random,
  Store,
} from '../../src/app/ports.ts';
import type { RunParts } from '../../src/app/run.ts';
import { writeWorkspace } from '../../src/cli/compose-sandbox.ts';
import { apiBase, type Ionapi, parseIonapi } from '../../src/infor/ion/ionapi.ts';
import { createTokenSource } from '../../src/infor/ion/token.ts';
import { createHandBookingReader } from '../../src/infor/m3/hand-booking.ts';
import { probeIdentity } from '../../src/infor/m3/identity.ts';
import { createInforLedger } from '../../src/infor/m3/ledger.ts';
import { createMasterData } from '../../src/infor/m3/master-data.ts';
import type { MiClient } from '../../src/infor/m3/mi.ts';
import { createMiClient } from '../../src/infor/m3/mi-client.ts';
import { type Config, loadConfig } from '../../src/runtime/config.ts';
import type { Http } from '../../src/runtime/http.ts';
import type { RunningSandbox } from '../../src/sandbox/server.ts';
import { createShipbobSource } from '../../src/shipbob/client.ts';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { testAuditKey } from './store-process.ts';

/** Where a simulated installation lives: its folder, its configuration and the two systems. */
export interface Installation {
  config: Config;
  ionapi: Ionapi;
  sandbox: RunningSandbox;
  clock: Clock;
}

/**
 * Configurations read so far, by all that makes them differ. Reading one takes longer than some
 * runs; its database is the only thing in it that a folder decides.
 */
const read = new Map<string, { config: Config; ionapi: Ionapi }>();

export async function install(parts: {
  folder: string;
  sandbox: RunningSandbox;
  clock: Clock;
  environment: Record<string, string>;
}): Promise<Installation> {
  const { folder, sandbox, clock, environment } = parts;
  const { shipbob, infor, week } = sandbox;
  const name = JSON.stringify([shipbob.url, shipbob.token, infor, week.startAtMs, environment]);
  const known = read.get(name) ?? (await readConfiguration(parts));
  read.set(name, known);
  mkdirSync(folder, { recursive: true });
  const config = { ...known.config, database: join(folder, 'mlc.db') };
  return { config, ionapi: known.ionapi, sandbox, clock };
}

async function readConfiguration(
  parts: Parameters<typeof install>[0],
): Promise<{ config: Config; ionapi: Ionapi }> {
  const { folder, sandbox, environment } = parts;
  const files = writeWorkspace(folder, sandbox, 'poorest');
  const config = await loadConfig({ path: files.config, cwd: folder, environment });
  const ionapi = parseIonapi(readFileSync(files.ionapi, 'utf8'));
  if (ionapi instanceof Error) throw ionapi;
  return { config, ionapi };
}

export function openInstalled(place: Installation): Promise<OpenedStore> {
  return openStore({
    path: place.config.database,
    auditKey: testAuditKey,
    clock: place.clock,
    create: 'yes',
    newIdentity: () => 'simulated',
  });
}

/**
 * Connections to one database. A process that ended well hands its own on to the next one, as in a
 * service that stays up; whoever dies takes it along. Opening one costs as much as a quiet run.
 */
export interface StoreRack {
  take(): Promise<OpenedStore>;
  give(store: OpenedStore): Promise<void>;
  close(): Promise<void>;
}

export function createStoreRack(place: Installation, keep: 'one' | 'none'): StoreRack {
  let idle: OpenedStore | null = null;
  return {
    async take() {
      const store = idle ?? (await openInstalled(place));
      idle = null;
      return store;
    },
    async give(store) {
      if (keep === 'one' && idle === null) idle = store;
      else await store.close();
    },
    async close() {
      await idle?.close();
      idle = null;
    },
  };
}

/** A head file that is nowhere but here; that the real one survives is tested elsewhere. */
export function createHeadInMemory(): HeadFile {
  let kept: AuditHeadCopy | null = null;
  return {
    read: async () => kept,
    async write(copy) {
      kept = copy;
    },
  };
}

/** What a simulated process has of the outside world; each may be one that ends at any point. */
export interface ProcessPorts {
  http: Http;
  clock: Clock;
  store: Store;
  crash: CrashPoint;
  headFile: HeadFile;
  random: Random;
  log: Log;
  owner: string;
  recordsPerPlan?: number;
}

/** The real engine over the real adapters. */
export function startProcess(
  place: Installation,
  ports: ProcessPorts,
): RunParts & { handBookings: HandBookingReader } {
  const { http, clock, store, random, log } = ports;
  const { config, sandbox } = place;
  const client = clientOf(place, ports);
  return {
    handBookings: createHandBookingReader({ client, clock }),
    clock,
    random,
    log,
    store,
    // So small that full batches come together while a week of few orders is read.
    settings: {
      ...config.settings,
      posting: { ...config.settings.posting, recordsPerPlan: ports.recordsPerPlan ?? 5 },
    },
    signal: new AbortController().signal,
    crash: ports.crash,
    progress: () => undefined,
    headFile: ports.headFile,
    owner: ports.owner,
    shipbob: createShipbobSource({
      http,
      clock,
      random,
      log,
      token: async () => sandbox.shipbob.token,
      budget: store,
      settings: { ...config.shipbob, channels: null },
    }),
    infor: ledgerOf(place, client, ports),
  };
}

function clientOf(
  { ionapi, config: { infor } }: Installation,
  ports: Pick<ProcessPorts, 'http' | 'clock' | 'random' | 'log' | 'store'>,
): MiClient {
  const { http, clock, random, log, store } = ports;
  return createMiClient({
    http,
    clock,
    random,
    log,
    memory: store,
    tokens: createTokenSource({ http, clock, ionapi: async () => ionapi }),
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
}

function ledgerOf(
  { ionapi, config: { infor } }: Installation,
  client: MiClient,
  { clock, log }: Pick<ProcessPorts, 'clock' | 'log'>,
): RunParts['infor'] {
  const { company, division, aliasCategories } = infor;
  return createInforLedger({
    client,
    masterData: createMasterData({ client, clock, settings: { division, aliasCategories } }),
    probe: () => probeIdentity(client, { company, division, tenant: ionapi.tenant }),
    clock,
    log,
    settings: infor.m3,
  });
}
