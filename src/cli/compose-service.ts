/**
 * What stays up: the scheduler, the receiver, the monitor and their ends in one process. Part of
 * the composition root.
 */
import { followHints } from '../app/hints.ts';
import { createScheduler, type ScheduleParts, type Scheduler } from '../app/schedule.ts';
import { hasFailed, type RunReport } from '../app/schedule-outcome.ts';
import { workName } from '../app/schedule-queue.ts';
import { type ServiceHealth, serviceHealthOf } from '../app/service-health.ts';
import { sync } from '../app/sync.ts';
import { Problem } from '../core/problem.ts';
import { createCronSource } from '../runtime/cron.ts';
import { systemRandom } from '../runtime/random.ts';
import { createServiceManager, type ServiceManager } from '../runtime/systemd.ts';
import { runSummary } from './command/run-summary.ts';
import type { CommandContext } from './command-spec.ts';
import { noteOverdue, tellAfterRun } from './compose-alert.ts';
import { type KeptConnection, keepConnection } from './compose-connection.ts';
import {
  createServiceMetrics,
  type Monitor,
  monitorHealth,
  type ServiceMetrics,
  startMonitor,
} from './compose-monitor.ts';
import { type ReceiverPlace, type RunningReceiver, startReceiver } from './compose-receiver.ts';
import { lookAtAnnouncements } from './compose-webhooks.ts';
import { openWorkspace, type Workspace } from './compose-workspace.ts';
import { exitCode, exitCodeOf, worstExitCode } from './exit-code.ts';

export interface ServiceRequest {
  /** `no` leaves polling to somebody else. */
  cron: 'yes' | 'no';
  /** Null receives no webhooks. */
  receiver: ReceiverPlace | null;
  mode: ScheduleParts['mode'];
}

/**
 * Runs until it is stopped, and answers the exit code. Throws Problem when it cannot start, and
 * when it met something that only a new process can cure: a key that was changed, or a defect.
 */
export async function runService(
  context: CommandContext,
  request: ServiceRequest,
): Promise<number> {
  const lost = new AbortController();
  // Signals compose before anything is opened: a stop during the start must end the start.
  const stop = AbortSignal.any([context.stop, lost.signal]);
  const own: CommandContext = { ...context, stop };
  const workspace = await openWorkspace(own);
  const manager = createServiceManager({
    environment: context.environment,
    processId: process.pid,
    log: workspace.log,
  });
  const service = new Service(own, workspace, { ...request, manager });
  try {
    requireWork(workspace, request);
    await service.start((problem) => lost.abort(problem));
    const end = await service.scheduler.run();
    if (end.problem) throw end.problem;
    if (lost.signal.reason instanceof Problem) throw lost.signal.reason;
    return request.mode === 'once' ? worstExitCode(end.exitCodes) : exitCode('done');
  } finally {
    await service.close();
    await workspace.close();
  }
}

/** Neither a schedule nor a receiver: the process would sleep for ever and look well. */
function requireWork({ config }: Workspace, { cron, receiver }: ServiceRequest): void {
  if (receiver !== null || (cron === 'yes' && config.schedule.runs.length > 0)) return;
  throw new Problem({
    code: 'SCHEDULE_EMPTY',
    kind: 'configuration',
    message: 'schedule.runs is empty, so there is nothing to run',
    hint: "Name what runs and when, such as { cron: '*/10 * * * *', sync: all }, or leave it out.",
  });
}

class Service {
  readonly scheduler: Scheduler;
  readonly #context: CommandContext;
  readonly #workspace: Workspace;
  readonly #request: ServiceRequest;
  readonly #manager: ServiceManager;
  readonly #connection: KeptConnection;
  readonly #metrics: ServiceMetrics;
  #receiver: RunningReceiver | null = null;
  #monitor: Monitor | null = null;

  constructor(
    context: CommandContext,
    workspace: Workspace,
    request: ServiceRequest & { manager: ServiceManager },
  ) {
    this.#context = context;
    this.#workspace = workspace;
    this.#request = request;
    this.#manager = request.manager;
    const beat = () => this.scheduler.beat();
    this.#metrics = createServiceMetrics(workspace, () => this.#receiver?.counts().outcomes ?? {});
    this.#connection = keepConnection(beating(context, beat), workspace, this.#metrics.meter);
    this.scheduler = createScheduler(this.#parts());
  }

  async start(onKeyLost: (problem: Problem) => void): Promise<void> {
    const { receiver: place } = this.#request;
    if (place !== null) {
      this.#receiver = await startReceiver(this.#context, {
        place,
        onStored: () => this.scheduler.notify(),
        onKeyLost,
      });
    }
    const { stop } = this.#context;
    if (this.#request.mode === 'forever') {
      this.#monitor = await startMonitor({
        monitor: this.#workspace.config.monitor,
        health: monitorHealth(this.#workspace, () => this.health(), stop),
        metrics: () => this.#metrics.read(),
        log: this.#workspace.log,
      });
    }
    stop.addEventListener('abort', () => void this.#stopping(), { once: true });
    this.#manager.watch(() => this.health().alive);
    this.#tellReady();
    await this.#manager.ready(this.#status());
  }

  health(): ServiceHealth {
    const receiver = this.#receiver;
    return serviceHealthOf(this.scheduler.health(), {
      nowMs: this.#workspace.clock.now(),
      receiver: receiver ? { url: receiver.url, waiting: receiver.counts().waiting } : null,
    });
  }

  /** The receiver first: what it answered must be stored while there is a store. */
  async close(): Promise<void> {
    await this.#receiver?.close();
    await this.#monitor?.close();
    this.#connection.drop();
    this.#manager.close();
  }

  async #stopping(): Promise<void> {
    await this.#manager.stopping();
    await this.#receiver?.close();
  }

  #parts(): ScheduleParts {
    const { config, clock, log, store } = this.#workspace;
    const { cron, receiver, mode } = this.#request;
    const { timeZone, runs, jitter: jitterMs, catchUp } = config.schedule;
    return {
      clock,
      log,
      store,
      random: systemRandom(),
      cron: createCronSource(clock),
      signal: this.#context.stop,
      settings: { timeZone, runs: cron === 'yes' ? runs : [], jitterMs, catchUp },
      sync: (streams) =>
        this.#connection.use((parts) =>
          sync(parts, { streams, mode: 'post', sinceMs: null, postingsMax: null }),
        ),
      hints:
        receiver === null
          ? null
          : {
              settleForMs: config.webhooks.settleFor,
              waiting: async () => (await store.hintsWaiting(1)).length > 0,
              follow: () => this.#connection.use(followHints),
            },
      afterRun: (report) => this.#afterRun(report),
      exitCodeOf,
      mode,
    };
  }

  async #afterRun(report: RunReport): Promise<void> {
    const { progress, output } = this.#context;
    progress.clear();
    // New credentials are read at the next connection, and are what may be needed.
    if (hasFailed(report)) this.#connection.drop();
    if (output.format === 'json' && report.result) {
      output.ndjson({ run: report.what, ...runSummary(report.result) });
    }
    const full = report.what === workName({ what: 'sync', streams: 'all' });
    const { result, problem } = report;
    if (full) await lookAtAnnouncements(this.#context, this.#workspace, result);
    this.scheduler.beat();
    const ended = { result, problem, part: full ? 'no' : 'yes' } as const;
    await noteOverdue(this.#context, this.#workspace, ended);
    await tellAfterRun(this.#context, this.#workspace, ended);
    await this.#manager.status(this.#status());
  }

  #tellReady(): void {
    const { output } = this.#context;
    const webhooks = this.#receiver?.url ?? null;
    const monitor = this.#monitor?.url ?? null;
    this.#workspace.log.info('ready', { webhooks, monitor });
    if (output.format !== 'json' || this.#request.mode === 'once') return;
    output.ndjson({
      ready: true,
      webhooks: webhooks === null ? null : { url: webhooks },
      monitor: monitor === null ? null : { url: monitor },
    });
  }

  #status(): string {
    const { lastRun, nextRunAtMs } = this.scheduler.health();
    const words = [
      lastRun === null ? 'no run yet' : `last run: ${lastRun.what}, exit ${lastRun.exitCode}`,
    ];
    if (nextRunAtMs !== null) words.push(`next: ${new Date(nextRunAtMs).toISOString()}`);
    return words.join('; ');
  }
}

/** Every step that a run reports is a sign of life. */
function beating(context: CommandContext, beat: () => void): CommandContext {
  const { progress } = context;
  return {
    ...context,
    progress: {
      ...progress,
      update(text) {
        beat();
        progress.update(text);
      },
    },
  };
}
