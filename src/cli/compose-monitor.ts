/** What others look at: /healthz, /readyz, /metrics, and the file that a single run leaves. */
import { dirname, resolve } from 'node:path';
import { obstacles } from '../app/health.ts';
import { readMeasures } from '../app/measure.ts';
import type { Log } from '../app/ports.ts';
import type { ServiceHealth } from '../app/service-health.ts';
import type { JsonObject } from '../core/glossary.ts';
import { Problem, toProblem } from '../core/problem.ts';
import type { MonitorConfig } from '../runtime/config.ts';
import { type HttpAnswer, type HttpRequest, serveHttp } from '../runtime/http-server.ts';
import { createMachine } from '../runtime/machine.ts';
import {
  createMeasures,
  type Measures,
  type ProcessReading,
  runText,
} from '../runtime/measures.ts';
import { createTally, type Tally } from '../runtime/meter.ts';
import { packageVersion } from '../runtime/package.ts';
import { writeWhole } from '../runtime/whole-file.ts';
import { readLogin } from '../shipbob/login.ts';
import type { CommandContext } from './command-spec.ts';
import { configDirOf, type Workspace } from './compose-workspace.ts';

/** Reasons, each in words; none when all is well. `details` are for whoever looks closer. */
export interface HealthPage {
  reasons: string[];
  details: JsonObject;
}

export interface MonitorHealth {
  /** Why the process should be started anew. */
  alive(): HealthPage;
  /** Why no work gets done just now. */
  ready(): Promise<HealthPage>;
}

export interface Monitor {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Serves /healthz, /readyz and /metrics on a listener of their own. Null when `monitor.port` is
 * null. Throws Problem `MONITOR_LISTEN_FAILED` (configuration).
 */
export async function startMonitor(parts: {
  monitor: MonitorConfig;
  health: MonitorHealth;
  metrics: () => Promise<{ contentType: string; text: string }>;
  log: Log;
}): Promise<Monitor | null> {
  const { monitor, log } = parts;
  const { host, port } = monitor;
  if (port === null) return null;
  const handle = monitorHandler(parts);
  try {
    const { url, port: taken, close } = await serveHttp({ host, port, handle });
    log.info(`health and metrics are served on ${url}`);
    return { url, port: taken, close };
  } catch (thrown) {
    throw new Problem({
      code: 'MONITOR_LISTEN_FAILED',
      kind: 'configuration',
      message: `health and metrics cannot be served on ${host} port ${port}: ${toProblem(thrown).message}`,
      hint: 'Give each process of mlc a port of its own, e.g. with MLC_MONITOR__PORT=9465, and monitor.host an address of this machine; monitor.port null serves none.',
    });
  }
}

type Handler = (request: HttpRequest) => Promise<HttpAnswer>;

function monitorHandler(parts: {
  health: MonitorHealth;
  metrics: () => Promise<{ contentType: string; text: string }>;
  log: Log;
}): Handler {
  const { health, metrics, log } = parts;
  // Who scrapes in parallel shares one reading.
  let reading: ReturnType<typeof metrics> | null = null;
  const pages: Record<string, () => Promise<HttpAnswer>> = {
    '/healthz': async () => reasonsAnswer(health.alive(), 'alive', 'not alive'),
    '/readyz': async () => reasonsAnswer(await health.ready(), 'ready', 'not ready'),
    '/metrics': async () => {
      reading ??= metrics().finally(() => {
        reading = null;
      });
      const { contentType, text } = await reading;
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    },
  };
  return async ({ method, path }) => {
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return { status: 404, body: 'not found\n' };
    if (method !== 'GET' && method !== 'HEAD') {
      return { status: 405, headers: { allow: 'GET, HEAD' }, body: 'only GET\n' };
    }
    try {
      return await page();
    } catch (thrown) {
      const problem = toProblem(thrown);
      log.warn(`${path} could not be answered: ${problem.message}`, { code: problem.code });
      // What went wrong stands in the log; whoever may scrape need not read it.
      return { status: 503, body: `${problem.code}\n` };
    }
  };
}

function reasonsAnswer(page: HealthPage, well: string, unwell: string): HttpAnswer {
  const status = page.reasons.length === 0 ? well : unwell;
  return {
    status: page.reasons.length === 0 ? 200 : 503,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: `${JSON.stringify({ status, ...page })}\n`,
  };
}

/** Health of a process that stays, from what its loop says and from what it needs to work. */
export function monitorHealth(
  workspace: Workspace,
  service: () => ServiceHealth,
  stop: AbortSignal,
): MonitorHealth {
  return {
    alive() {
      const { alive, reasons, details } = service();
      return { reasons: alive === 'yes' ? [] : reasons, details };
    },
    async ready() {
      const { ready, reasons, details } = service();
      const others = await obstacles({
        store: workspace.store,
        stopping: stop.aborted ? 'yes' : 'no',
        diskFreeShare: diskFreeOf(workspace)?.share ?? null,
      });
      return { reasons: [...(ready === 'yes' ? [] : reasons), ...others], details };
    },
  };
}

export interface ServiceMetrics {
  /** To be given to `connect`, so that every call is counted. */
  meter: Measures['meter'];
  read(): Promise<{ contentType: string; text: string }>;
}

/** `deliveries` counts what the webhook receiver of this process has answered. */
export function createServiceMetrics(
  workspace: Workspace,
  deliveries: () => Record<string, number> = () => ({}),
): ServiceMetrics {
  const { store, clock } = workspace;
  const measures = createMeasures({ version: packageVersion(), now: () => clock.now() });
  return {
    meter: measures.meter,
    async read() {
      const process: ProcessReading = {
        deliveries: deliveries(),
        shipbobTokenExpiresAtMs: await tokenExpiry(workspace),
      };
      measures.show(await readMeasures(store, clock), process);
      return { contentType: measures.contentType, text: await measures.text() };
    },
  };
}

async function tokenExpiry({ config, live }: Workspace): Promise<number | null> {
  if (config.shipbob.login.clientId === null) return null;
  // A login that cannot be read is told by the runs; it must not take the metrics away.
  const login = await readLogin(live.vault).catch(() => null);
  return login?.expiresAtMs ?? null;
}

export { createTally, type Tally };

/**
 * Leaves the measures of a run that has ended in `monitor.textfile`, if that is set: whole or not
 * at all, and readable to the collector, which is another user. A failure is a warning.
 */
export async function writeTextfile(
  context: CommandContext,
  workspace: Workspace,
  tally: Tally,
): Promise<void> {
  const { config, store, clock, log } = workspace;
  if (config.monitor.textfile === null) return;
  const path = resolve(configDirOf(context, config), config.monitor.textfile);
  try {
    const reading = await readMeasures(store, clock);
    const text = await runText({ version: packageVersion(), reading, calls: tally.calls() });
    writeWhole(path, text);
  } catch (thrown) {
    log.warn(`the measures could not be written: ${toProblem(thrown).message}`, { path });
  }
}

/** What is left on the disk of the database; null when that cannot be told. */
export function diskFreeOf(workspace: Workspace): { share: number; bytes: number } | null {
  const facts = createMachine().disk(dirname(workspace.databasePath));
  if (facts === null || facts.totalBytes === 0) return null;
  return { share: facts.freeBytes / facts.totalBytes, bytes: facts.freeBytes };
}
