/** What the scheduler tells of itself. Each kind of work by itself: none speaks for another. */
import { hasFailed, type RunReport } from './schedule-outcome.ts';
import { type ScheduledWork, workName } from './schedule-queue.ts';

export type EndedWork = Omit<RunReport, 'result'>;

/** How one kind of work has gone in this process. */
export interface CommandHealth {
  /** As `workName` calls it. */
  what: string;
  lastRun: EndedWork | null;
  lastDoneAtMs: number | null;
  failuresInARow: number;
  /** Its moments in a row that went by while another process was on. */
  leftOutInARow: number;
}

export interface ScheduleHealth {
  startedAtMs: number;
  /** The last sign of life of the loop, or of the run that is on. */
  beatAtMs: number;
  /** The run that is on, or what is done after it. */
  running: { what: string; sinceMs: number } | null;
  lastRun: EndedWork | null;
  lastDoneAtMs: number | null;
  commands: CommandHealth[];
  /** Null when nothing is scheduled. */
  nextRunAtMs: number | null;
}

/** A full run does what each narrower one and each run for deliveries does. */
const fullRun = workName({ what: 'sync', streams: 'all' });

export class HealthBook {
  readonly #commands = new Map<string, CommandHealth>();
  readonly #startedAtMs: number;
  #beatAtMs: number;
  #running: ScheduleHealth['running'] = null;
  #lastRun: EndedWork | null = null;
  #lastDoneAtMs: number | null = null;

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
    this.#beatAtMs = nowMs;
  }

  beat(nowMs: number): void {
    this.#beatAtMs = nowMs;
  }

  /** Something that may take minutes begins. */
  begin(what: string, nowMs: number): void {
    this.#beatAtMs = nowMs;
    this.#running = { what, sinceMs: nowMs };
  }

  rest(nowMs: number): void {
    this.#beatAtMs = nowMs;
    this.#running = null;
  }

  ended(report: RunReport): void {
    const { result: _, ...kept } = report;
    const row = this.#row(report.what);
    row.lastRun = kept;
    row.leftOutInARow = 0;
    this.#lastRun = kept;
    if (hasFailed(report)) {
      row.failuresInARow += 1;
      return;
    }
    row.lastDoneAtMs = report.endedAtMs;
    this.#lastDoneAtMs = report.endedAtMs;
    const covered = report.what === fullRun ? [...this.#commands.values()] : [row];
    for (const each of covered) {
      each.failuresInARow = 0;
      each.leftOutInARow = 0;
    }
  }

  leftOut(work: ScheduledWork): void {
    this.#row(workName(work)).leftOutInARow += 1;
  }

  read(nextRunAtMs: number | null): ScheduleHealth {
    return {
      startedAtMs: this.#startedAtMs,
      beatAtMs: this.#beatAtMs,
      running: this.#running,
      lastRun: this.#lastRun,
      lastDoneAtMs: this.#lastDoneAtMs,
      commands: [...this.#commands.values()].map((row) => ({ ...row })),
      nextRunAtMs,
    };
  }

  #row(what: string): CommandHealth {
    const known = this.#commands.get(what);
    if (known) return known;
    const row: CommandHealth = {
      what,
      lastRun: null,
      lastDoneAtMs: null,
      failuresInARow: 0,
      leftOutInARow: 0,
    };
    this.#commands.set(what, row);
    return row;
  }
}
