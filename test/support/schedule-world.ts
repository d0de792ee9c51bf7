/** A scheduler in a world whose time passes only when a test lets it. */

import { emptyCounts } from '../../src/app/engine.ts';
import type { StreamChoice } from '../../src/app/ingest.ts';
import type { Clock, CronEntry, CronListener, CronSource } from '../../src/app/ports.ts';
import type { RunResult } from '../../src/app/run.ts';
import {
  createScheduler,
  type ScheduleEnd,
  type ScheduleParts,
  type Scheduler,
} from '../../src/app/schedule.ts';
import type { RunReport } from '../../src/app/schedule-outcome.ts';
import { exitCodeOf } from '../../src/cli/exit-code.ts';
import { Problem } from '../../src/core/problem.ts';
import { nextRunAtMs } from '../../src/runtime/cron.ts';

export const secondMs = 1_000;
export const minuteMs = 60_000;

/** One second before 08:00 UTC, so that nothing is due at once. */
export const startAtMs = Date.parse('2026-11-23T07:59:59Z');

interface Sleeper {
  atMs: number;
  wake(): void;
}

interface Task {
  entry: CronEntry;
  listener: CronListener;
  nextMs: number | null;
}

/** What a run does: how long it takes, and how it ends. */
export interface RunScript {
  takesMs?: number;
  ends?: Partial<RunResult> | Problem;
}

export interface WorldSettings {
  runs?: { cron: string; sync: StreamChoice }[];
  jitterMs?: number;
  /** In [0, 1): what chance answers. */
  chance?: number;
  catchUp?: 'once' | 'never';
  mode?: 'forever' | 'once';
  settleForMs?: number;
  hints?: 'none';
  /** Deliveries that wait already. */
  inbox?: number;
  shared?: Map<string, string>;
  /** Called after each run, before it is noted. */
  afterRun?: (clock: Clock) => Promise<void>;
}

export class ScheduleWorld {
  readonly scheduler: Scheduler;
  readonly end: Promise<ScheduleEnd>;
  /** `08:00:00 sync all` for each run that began. */
  readonly began: string[] = [];
  readonly reports: RunReport[] = [];
  readonly logged: string[] = [];
  readonly stop = new AbortController();
  /** How the next runs go, by name; the last script of a name stays. */
  readonly scripts = new Map<string, RunScript[]>();
  /** Deliveries in the inbox. */
  inbox = 0;
  runsAtOnceMax = 0;
  ended: ScheduleEnd | null = null;
  /** Called while a run is on, halfway through. */
  duringRun: (() => void) | null = null;
  #nowMs = startAtMs;
  #sleepers: Sleeper[] = [];
  #tasks: Task[] = [];
  #runsAtOnce = 0;
  /** What processes on the same database tell each other. */
  readonly #shared: Map<string, string>;

  constructor(settings: WorldSettings = {}) {
    this.inbox = settings.inbox ?? 0;
    this.#shared = settings.shared ?? new Map();
    this.scheduler = createScheduler(this.#parts(settings));
    this.end = this.scheduler.run().then((end) => {
      this.ended = end;
      return end;
    });
  }

  /** A delivery comes in. */
  deliver(): void {
    this.inbox += 1;
    this.scheduler.notify();
  }

  /** Lets time pass for everybody, step by step. */
  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    await quiet();
    for (;;) {
      const nextMs = Math.min(
        ...this.#sleepers.map(({ atMs }) => atMs),
        ...this.#tasks.flatMap(({ nextMs: each }) => each ?? []),
      );
      if (nextMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, nextMs);
      this.#callDue();
      await quiet();
    }
    this.#nowMs = untilMs;
    await quiet();
  }

  /** The machine sleeps: time passes and nothing is called, not even late. */
  async sleepThrough(durationMs: number): Promise<void> {
    await quiet();
    this.#nowMs += durationMs;
    for (const task of this.#tasks) task.nextMs = null;
    this.#callDue();
    await quiet();
  }

  /** As a time server would. */
  setClock(shiftMs: number): void {
    this.#nowMs += shiftMs;
  }

  /** Sleeps go by a clock that nobody sets: they end when they would have. Cron's do not. */
  timersFollow(shiftMs: number): void {
    for (const sleeper of this.#sleepers) sleeper.atMs += shiftMs;
  }

  now(): number {
    return this.#nowMs;
  }

  /** node-cron tells of moments at which it could not call. */
  reportMissed(times: number): void {
    for (const task of [...this.#tasks]) {
      task.nextMs = nextRunAtMs(task.entry, this.#nowMs);
      for (let count = 0; count < times; count += 1) task.listener.missed();
    }
  }

  #callDue(): void {
    for (const task of [...this.#tasks]) {
      if (task.nextMs === null || task.nextMs > this.#nowMs) continue;
      task.nextMs = nextRunAtMs(task.entry, this.#nowMs);
      task.listener.due();
    }
    const due = this.#sleepers.filter(({ atMs }) => atMs <= this.#nowMs);
    this.#sleepers = this.#sleepers.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { wake } of due) wake();
  }

  #parts(settings: WorldSettings): ScheduleParts {
    const log = (level: string) => (message: string) =>
      void this.logged.push(`${level} ${message}`);
    const clock = this.#clock();
    return {
      clock,
      random: { next: () => settings.chance ?? 0 },
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      store: {
        meta: async (name) => this.#shared.get(name) ?? null,
        putMeta: async (name, value) => void this.#shared.set(name, value),
      },
      cron: this.#cron(),
      signal: this.stop.signal,
      settings: {
        timeZone: 'UTC',
        runs: settings.runs ?? [{ cron: '*/10 * * * *', sync: 'all' }],
        jitterMs: settings.jitterMs ?? 0,
        catchUp: settings.catchUp ?? 'once',
      },
      sync: (streams) => this.#run(clock, `sync ${streams}`),
      hints:
        settings.hints === 'none'
          ? null
          : {
              settleForMs: settings.settleForMs ?? 2 * secondMs,
              waiting: async () => this.inbox > 0,
              follow: () => this.#run(clock, 'hints'),
            },
      afterRun: async (report) => {
        await settings.afterRun?.(clock);
        this.reports.push(report);
      },
      exitCodeOf,
      mode: settings.mode ?? 'forever',
    };
  }

  async #run(clock: Clock, what: string): Promise<RunResult> {
    this.began.push(`${new Date(this.#nowMs).toISOString().slice(11, 19)} ${what}`);
    this.#runsAtOnce += 1;
    this.runsAtOnceMax = Math.max(this.runsAtOnceMax, this.#runsAtOnce);
    const scripts = this.scripts.get(what) ?? [];
    const script = (scripts.length > 1 ? scripts.shift() : scripts[0]) ?? {};
    const read = this.inbox;
    const half = (script.takesMs ?? 0) / 2;
    if (half > 0) await clock.sleep(half);
    this.duringRun?.();
    if (half > 0) await clock.sleep(half);
    this.#runsAtOnce -= 1;
    if (script.ends instanceof Problem) throw script.ends;
    const failed = (script.ends?.exitCode ?? 0) !== 0;
    if (what === 'hints' && !failed) this.inbox -= read;
    const counts = emptyCounts();
    if (what === 'hints' && !failed) counts.hints.read = read;
    return {
      exitCode: 0,
      outcome: 'done',
      counts,
      auditHead: { seq: 1, mac: '' },
      restored: 'asExpected',
      troubles: [],
      ...script.ends,
    };
  }

  #clock(): Clock {
    return {
      now: () => this.#nowMs,
      sleep: (durationMs, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) {
            reject(signal.reason);
            return;
          }
          const onAbort = () => {
            this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
            reject(signal?.reason);
          };
          const sleeper: Sleeper = {
            atMs: this.#nowMs + Math.max(0, Math.ceil(durationMs)),
            wake() {
              signal?.removeEventListener('abort', onAbort);
              resolve();
            },
          };
          signal?.addEventListener('abort', onAbort, { once: true });
          this.#sleepers.push(sleeper);
        }),
    };
  }

  #cron(): CronSource {
    return {
      nextAtMs: nextRunAtMs,
      start: (entry, listener) => {
        const task: Task = { entry, listener, nextMs: nextRunAtMs(entry, this.#nowMs) };
        this.#tasks.push(task);
        return {
          stop: () => {
            this.#tasks = this.#tasks.filter((other) => other !== task);
          },
        };
      },
    };
  }
}

/** Lets everything that can go on without time passing go on. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function leaseHeld(): Problem {
  return new Problem({
    code: 'LEASE_HELD',
    kind: 'retryable',
    message: 'another run is on: elsewhere pid 1',
    hint: 'Wait for it to end.',
  });
}

export function trouble(code: string): RunResult['troubles'] {
  return [{ stream: 'run', code, message: `it was ${code}`, hint: 'Look at it.', evidence: {} }];
}
