import { type Problem, toProblem } from '../core/problem.ts';
import type { StreamChoice } from './ingest.ts';
import type { Clock, CronEntry, CronSource, Log, Random, Store } from './ports.ts';
import { leaseTtlMs, type RunResult } from './run.ts';
import { HealthBook, type ScheduleHealth } from './schedule-health.ts';
import { fatalOf, type RunReport, sayRun, setbackMsOf } from './schedule-outcome.ts';
import {
  createScheduleQueue,
  type QueuedWork,
  type ScheduledWork,
  type ScheduleQueue,
  workName,
} from './schedule-queue.ts';
import { askForTurn, endTurn, turnRestMs } from './schedule-turn.ts';

export type { CommandHealth, ScheduleHealth } from './schedule-health.ts';

/** The runs that deliveries ask for. */
export interface HintWork {
  settleForMs: number;
  /** Whether any delivery waits to be followed. */
  waiting(): Promise<boolean>;
  follow(): Promise<RunResult>;
}

export interface ScheduleParts {
  clock: Clock;
  random: Random;
  log: Log;
  /** Where processes tell each other that one waits for its turn. */
  store: Pick<Store, 'meta' | 'putMeta'>;
  cron: CronSource;
  /** Aborted when the process is to end: the run in flight finishes its step. */
  signal: AbortSignal;
  settings: {
    timeZone: string;
    runs: { cron: string; sync: StreamChoice }[];
    jitterMs: number;
    catchUp: 'once' | 'never';
  };
  sync(streams: StreamChoice): Promise<RunResult>;
  /** Null where no deliveries are received. */
  hints: HintWork | null;
  /** Told about every run that began; what it throws is logged. */
  afterRun(report: RunReport): Promise<void>;
  exitCodeOf(problem: Problem): number;
  /** `once` does what a start does, and ends. */
  mode: 'forever' | 'once';
}

export interface Scheduler {
  /** A delivery was stored. */
  notify(): void;
  /** The run in flight moves on. */
  beat(): void;
  health(): ScheduleHealth;
  /** Runs until stopped. Answers the exit codes of what it could not live with. */
  run(): Promise<ScheduleEnd>;
}

export interface ScheduleEnd {
  exitCodes: number[];
  problem: Problem | null;
}

/** The loop looks around at least this often, for its own sign of life and for stored hints. */
const turnMsMax = 20_000;
/** node-cron calls within a minute, or the moment was slept through. */
const missedAfterMs = 90_000;
const heldRetryMs = { first: 5_000, most: 30_000 };
/** For the retry itself, on top of the wait for it. */
const heldTryMs = 10_000;
/** Longer than the lease of a process that died, so that a restart takes over by itself. */
const heldPatienceMs = leaseTtlMs + 60_000;
/** As long as a subject that could not be read is left alone. */
const lookMsMax = 300_000;

/** One run at a time in this process; what falls due meanwhile is done once, afterwards. */
export function createScheduler(parts: ScheduleParts): Scheduler {
  const loop = new Loop(parts);
  return {
    notify: () => loop.notify(),
    beat: () => loop.beat(),
    health: () => loop.health(),
    run: () => loop.run(),
  };
}

interface Entry {
  work: ScheduledWork;
  cron: CronEntry;
  /** The moment at which it should be called next. */
  expectedAtMs: number | null;
  task: { stop(): void };
}

class Loop {
  readonly #parts: ScheduleParts;
  readonly #queue: ScheduleQueue;
  readonly #entries: Entry[] = [];
  readonly #setbacks = new Map<string, { count: number; waitMs: number; untilMs: number }>();
  readonly #end: ScheduleEnd = { exitCodes: [], problem: null };
  readonly #book: HealthBook;
  #wake = new AbortController();
  /** The latest time that was seen, so that a clock that is set back is noticed. */
  #latestMs: number;
  #looks = 0;
  #lookAgainAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#queue = createScheduleQueue({ settleForMs: parts.hints?.settleForMs ?? 0 });
    this.#latestMs = parts.clock.now();
    this.#book = new HealthBook(this.#latestMs);
  }

  notify(): void {
    const { hints } = this.#parts;
    if (hints === null) return;
    const askedAtMs = this.#see();
    this.#queue.ask({ what: 'hints' }, { askedAtMs, dueAtMs: askedAtMs + hints.settleForMs });
    this.#wake.abort();
  }

  beat(): void {
    this.#book.beat(this.#see());
  }

  health(): ScheduleHealth {
    const expected = this.#entries.flatMap(({ expectedAtMs }) => expectedAtMs ?? []);
    return this.#book.read(expected.length === 0 ? null : Math.min(...expected));
  }

  async run(): Promise<ScheduleEnd> {
    const { signal, mode } = this.#parts;
    const onStop = () => this.#wake.abort();
    signal.addEventListener('abort', onStop, { once: true });
    this.#begin();
    try {
      await this.#lookForHints();
      while (!signal.aborted && this.#end.problem === null) {
        const nowMs = this.#turn();
        const next = this.#queue.next();
        if (next !== null && next.dueAtMs <= nowMs) await this.#start(next);
        else if (next === null && mode === 'once') break;
        else await this.#rest(next);
      }
    } finally {
      signal.removeEventListener('abort', onStop);
      for (const { task } of this.#entries) task.stop();
    }
    return this.#end;
  }

  /** A start catches up on what fell due while nothing was running. */
  #begin(): void {
    const { settings, mode, clock } = this.#parts;
    const nowMs = clock.now();
    for (const { cron: expression, sync: streams } of settings.runs) {
      const work: ScheduledWork = { what: 'sync', streams };
      if (settings.catchUp === 'once' || mode === 'once') {
        this.#queue.ask(work, { askedAtMs: nowMs, dueAtMs: nowMs });
      }
      if (mode === 'once') continue;
      const cron = { expression, timeZone: settings.timeZone };
      const entry: Entry = { work, cron, expectedAtMs: null, task: { stop() {} } };
      this.#arm(entry);
      this.#entries.push(entry);
    }
  }

  #arm(entry: Entry): void {
    entry.task.stop();
    entry.task = this.#parts.cron.start(entry.cron, {
      due: () => this.#due(entry),
      missed: () => this.#missed(entry),
    });
    this.#expect(entry);
  }

  #expect(entry: Entry): void {
    const { cron, clock } = this.#parts;
    entry.expectedAtMs = cron.nextAtMs(entry.cron, clock.now());
  }

  #due(entry: Entry): void {
    const { random, settings } = this.#parts;
    const askedAtMs = this.#see();
    const dueAtMs = askedAtMs + Math.floor(random.next() * settings.jitterMs);
    this.#expect(entry);
    this.#queue.ask(entry.work, { askedAtMs, dueAtMs: this.#notBefore(entry.work, dueAtMs) });
    this.#wake.abort();
  }

  #missed(entry: Entry): void {
    const { settings, log, clock } = this.#parts;
    // A night is missed moment by moment, and caught up on once.
    if (entry.expectedAtMs === null || clock.now() < entry.expectedAtMs) return;
    const then = settings.catchUp === 'once' ? 'it runs once now' : 'the next one is waited for';
    log.warn(`a start of ${workName(entry.work)} was slept through: ${then}`);
    if (settings.catchUp === 'once') this.#due(entry);
    else this.#expect(entry);
  }

  /** A run may last for hours, in which the clock is set back; so every look at it counts. */
  #see(): number {
    const nowMs = this.#parts.clock.now();
    this.#latestMs = Math.max(this.#latestMs, nowMs);
    return nowMs;
  }

  /** Notices what no timer can tell: that the clock was set, and that the machine slept. */
  #turn(): number {
    const nowMs = this.#parts.clock.now();
    if (this.#latestMs - nowMs > 1_000) {
      // Timers wait for moments of the old time, as long as the clock was set back.
      for (const entry of this.#entries) this.#arm(entry);
    }
    this.#latestMs = nowMs;
    this.#clamp(nowMs);
    this.#book.beat(nowMs);
    for (const entry of this.#entries) {
      if (entry.expectedAtMs === null || nowMs < entry.expectedAtMs + missedAfterMs) continue;
      // Timers stand still while a machine sleeps, and would stay late by as much.
      this.#missed(entry);
      this.#arm(entry);
    }
    return nowMs;
  }

  /** Nothing is waited for longer than it was ever put off, whatever the clock did meanwhile. */
  #clamp(nowMs: number): void {
    for (const setback of this.#setbacks.values()) {
      setback.untilMs = Math.min(setback.untilMs, nowMs + setback.waitMs);
    }
    this.#queue.clamp(nowMs);
    this.#lookAgainAtMs = Math.min(this.#lookAgainAtMs, nowMs + lookMsMax);
  }

  async #rest(next: QueuedWork | null): Promise<void> {
    const { clock } = this.#parts;
    const waitMs = next === null ? turnMsMax : Math.min(next.dueAtMs - clock.now(), turnMsMax);
    let woken = false;
    if (!this.#wake.signal.aborted) {
      await clock.sleep(Math.max(waitMs, 1), this.#wake.signal).catch(() => {
        woken = true;
      });
    }
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    // Another process may have stored deliveries, or made old ones wait again.
    if (!woken && clock.now() >= this.#lookAgainAtMs) await this.#lookForHints();
  }

  async #lookForHints(): Promise<void> {
    const { hints, log, clock } = this.#parts;
    if (hints === null) return;
    this.#lookAgainAtMs = clock.now() + turnMsMax;
    try {
      if (!(await hints.waiting())) return;
    } catch (thrown) {
      log.warn(`the inbox could not be looked at: ${toProblem(thrown).message}`);
      return;
    }
    const nowMs = clock.now();
    const dueAtMs = this.#notBefore({ what: 'hints' }, nowMs + hints.settleForMs);
    this.#queue.ask({ what: 'hints' }, { askedAtMs: nowMs, dueAtMs });
  }

  async #start(queued: QueuedWork): Promise<void> {
    const { work } = queued;
    const { hints, signal } = this.#parts;
    const restMs = work.what === 'hints' ? await turnRestMs(this.#parts) : 0;
    if (signal.aborted) return;
    const startedAtMs = this.#see();
    const notBeforeMs = this.#notBefore(work, startedAtMs + restMs);
    this.#queue.take(queued);
    if (notBeforeMs > startedAtMs) {
      this.#queue.putBack(queued, { nowMs: startedAtMs, dueAtMs: notBeforeMs });
      return;
    }
    this.#book.begin(workName(work), startedAtMs);
    let result: RunResult | null = null;
    let problem: Problem | null = null;
    try {
      if (work.what === 'sync') result = await this.#parts.sync(work.streams);
      else if (hints !== null) result = await hints.follow();
    } catch (thrown) {
      problem = toProblem(thrown);
    }
    // What follows a run calls others too, and is no rest of the loop.
    this.#book.begin(`after ${workName(work)}`, this.#see());
    if (problem?.code === 'LEASE_HELD') await this.#held(queued, problem);
    else await this.#ended(queued, { startedAtMs, result, problem });
    this.#book.rest(this.#see());
  }

  /** Another process works on the same database: that is no error, and it may do our work too. */
  async #held(queued: QueuedWork, problem: Problem): Promise<void> {
    const { log, clock, mode } = this.#parts;
    const nowMs = clock.now();
    const heldSinceMs = queued.heldSinceMs ?? nowMs;
    const name = workName(queued.work);
    const mayBeLeftOut = queued.work.what === 'sync' || mode === 'once';
    if (mayBeLeftOut && nowMs - heldSinceMs >= heldPatienceMs) {
      log.info(`${name} is left out: ${problem.message}`);
      this.#book.leftOut(queued.work);
      if (mode === 'once') this.#end.exitCodes.push(this.#parts.exitCodeOf(problem));
      return;
    }
    if (queued.heldSinceMs === null) log.info(`${name} waits: ${problem.message}`);
    const retryMs = Math.min(Math.max(nowMs - heldSinceMs, heldRetryMs.first), heldRetryMs.most);
    if (queued.work.what === 'sync') await askForTurn(this.#parts, retryMs + heldTryMs);
    this.#queue.putBack({ ...queued, heldSinceMs }, { nowMs, dueAtMs: nowMs + retryMs });
  }

  async #ended(
    { work, heldSinceMs }: QueuedWork,
    run: { startedAtMs: number; result: RunResult | null; problem: Problem | null },
  ): Promise<void> {
    const { clock, log, mode, signal, hints } = this.#parts;
    const { result, problem } = run;
    if (work.what === 'sync' && heldSinceMs !== null) await endTurn(this.#parts);
    const exitCode = problem ? this.#parts.exitCodeOf(problem) : (result?.exitCode ?? 0);
    const report: RunReport = { what: workName(work), ...run, endedAtMs: clock.now(), exitCode };
    this.#book.ended(report);
    sayRun(this.#parts.log, report);
    this.#end.problem = fatalOf(report, hints !== null && mode === 'forever' ? 'yes' : 'no');
    if (mode === 'once') this.#end.exitCodes.push(exitCode);
    else if (this.#end.problem) this.#end.exitCodes = [exitCode];
    this.#settle(work, report);
    try {
      await this.#parts.afterRun(report);
    } catch (thrown) {
      log.warn(`the run could not be told of: ${toProblem(thrown).message}`);
    }
    if (work.what === 'hints' && mode === 'forever' && !signal.aborted) {
      await this.#lookForLeftovers(result);
    }
  }

  /**
   * A run takes only so many, and leaves for a while what ShipBob did not answer for: where it got
   * somewhere the next one follows at once, else each next look waits longer.
   */
  async #lookForLeftovers(result: RunResult | null): Promise<void> {
    const { read = 0, covered = 0, kept = 0 } = result?.counts.hints ?? {};
    if (read + covered + kept > 0) {
      this.#looks = 0;
      await this.#lookForHints();
      return;
    }
    const waitMs = Math.min(turnMsMax * 2 ** Math.min(this.#looks, 10), lookMsMax);
    this.#looks += 1;
    this.#lookAgainAtMs = this.#parts.clock.now() + waitMs;
  }

  #settle(work: ScheduledWork, report: RunReport): void {
    const name = workName(work);
    const count = (this.#setbacks.get(name)?.count ?? 0) + 1;
    const waitMs = setbackMsOf(work, report, count);
    if (waitMs === 0) this.#setbacks.delete(name);
    else this.#setbacks.set(name, { count, waitMs, untilMs: this.#parts.clock.now() + waitMs });
  }

  #notBefore(work: ScheduledWork, atMs: number): number {
    return Math.max(atMs, this.#setbacks.get(workName(work))?.untilMs ?? atMs);
  }
}
