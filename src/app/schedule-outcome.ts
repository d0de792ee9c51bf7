/** What the scheduler makes of a run that ended. */
import { Problem } from '../core/problem.ts';
import type { Log } from './ports.ts';
import { headOf, type RunResult } from './run.ts';
import type { ScheduledWork } from './schedule-queue.ts';

export interface RunReport {
  what: string;
  startedAtMs: number;
  endedAtMs: number;
  exitCode: number;
  /** Null when it could not be carried through; `problem` says why. */
  result: RunResult | null;
  problem: Problem | null;
}

/** After these the process is of no more use: whoever started it starts it again, with new keys. */
const fatalCodes = new Set(['AUDIT_KEY_DIFFERS', 'VAULT_KEY_WRONG']);
const exitDefect = 1;
/** Wrong configuration and refused credentials: nothing mends them but a person. */
const exitsForPeople = new Set([2, 5]);
const setbackMs = { first: 30_000, most: 600_000 };
/** Our own mistake meets the same record again; only a new version or other data changes that. */
const defectRetryMsMax = 3_600_000;
/** Somebody ended the process: that is no failure. */
const stopped = 'STOPPED';
/** While the other side is down a delivery is tried this often at least. */
const downRetryMsMax = 60_000;

/**
 * For how long failing work keeps its distance, so that a wrong password is not tried every two
 * seconds: in ms, 0 for not at all. `count` failures were in a row, this one included.
 */
export function setbackMsOf(work: ScheduledWork, report: RunReport, count: number): number {
  const mostMs = setbackMsMax(work, report);
  return Math.min(setbackMs.first * 2 ** Math.min(count - 1, 10), mostMs);
}

function setbackMsMax(work: ScheduledWork, report: RunReport): number {
  if (report.exitCode === exitDefect) return defectRetryMsMax;
  if (exitsForPeople.has(report.exitCode)) return setbackMs.most;
  // What is scheduled keeps its distance by being scheduled.
  return work.what === 'hints' && hasFailed(report) ? downRetryMsMax : 0;
}

/** Work that waits for its time (exit 4 without a trouble) is no failure. */
export function hasFailed({ problem, result }: RunReport): boolean {
  if (problem) return problem.code !== stopped;
  return result?.troubles.some(({ code }) => code !== stopped) ?? false;
}

/**
 * What a new process may cure and this one cannot: a changed key and, where nothing is received,
 * our own mistakes. A receiver outlives those, since the next process would meet the same one while
 * ShipBob finds nobody at home.
 */
export function fatalOf(report: RunReport, receives: 'yes' | 'no'): Problem | null {
  const { exitCode, problem, result } = report;
  const isFatal = (code: string, isDefect: boolean) =>
    fatalCodes.has(code) || (receives === 'no' && isDefect);
  if (problem && isFatal(problem.code, problem.kind === 'defect')) return problem;
  const trouble = result?.troubles.find(({ code }) => isFatal(code, exitCode === exitDefect));
  if (trouble === undefined) return null;
  const { code, message, hint, evidence } = trouble;
  const kind = fatalCodes.has(code) ? 'configuration' : 'defect';
  return new Problem({ code, kind, message, hint, evidence });
}

export function sayRun(log: Log, { what, exitCode, result, problem }: RunReport): void {
  if (problem) {
    if (problem.code === stopped) log.info(`${what}: ${problem.message}`);
    else log.error(`${what}: ${problem.message}`, { code: problem.code, hint: problem.hint });
    return;
  }
  for (const { stream, code, message, hint } of result?.troubles ?? []) {
    if (code === stopped) continue;
    log.error(`${what}: ${stream}: ${message}`, { code, hint });
  }
  const posted = Object.values(result?.counts.posted ?? {}).reduce((sum, one) => sum + one, 0);
  const flags = result?.counts.flagsRaised ?? 0;
  log.info(`${what} ended`, {
    exit: exitCode,
    posted,
    flags,
    ...(result === null ? {} : { head: headOf(result) }),
  });
}
