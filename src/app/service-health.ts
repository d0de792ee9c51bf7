/** Whether a process that stays up is alive, and whether it does what it is there for. */
import type { JsonObject } from '../core/glossary.ts';
import type { CommandHealth, ScheduleHealth } from './schedule.ts';

export interface ServiceHealth {
  /** `no`: the process hangs, and only a new one helps. */
  alive: 'yes' | 'no';
  /** `no`: it runs, and its work does not get done. */
  ready: 'yes' | 'no';
  /** Why not, in words; empty when it is both. */
  reasons: string[];
  /** For whoever looks closer. */
  details: JsonObject;
}

/** A loop that rests looks around every 20 s. */
const restingMsMax = 120_000;
/** Every wait of a run is bounded, the longest by the retries of one call. */
const runningMsMax = 1_800_000;
/** One run that an upstream broke off is followed by the next. */
const failuresMax = 3;
/** Our own mistakes, wrong configuration and refused credentials wait for a person. */
const exitsForPeople = new Set([1, 2, 5]);
/** Another process may well be on at one moment; its work is ours too. */
const leftOutMax = 3;

export function serviceHealthOf(
  health: ScheduleHealth,
  facts: {
    nowMs: number;
    /** Null where no webhooks are received. */
    receiver: { url: string; waiting: number } | null;
  },
): ServiceHealth {
  const silentMs = facts.nowMs - health.beatAtMs;
  const alive = silentMs <= (health.running === null ? restingMsMax : runningMsMax);
  const reasons: string[] = [];
  if (!alive) reasons.push(`nothing has moved for ${Math.round(silentMs / 1000)} s`);
  for (const command of health.commands) reasons.push(...standstillsOf(command));
  return {
    alive: alive ? 'yes' : 'no',
    ready: reasons.length === 0 ? 'yes' : 'no',
    reasons,
    details: detailsOf(health, facts.receiver),
  };
}

/** Each kind of work by itself: that deliveries are followed says nothing about polling. */
function standstillsOf(command: CommandHealth): string[] {
  const { what, lastRun, failuresInARow, leftOutInARow, lastDoneAtMs } = command;
  const reasons: string[] = [];
  const failing = lastRun !== null && failuresInARow > 0;
  if (failing && (failuresInARow >= failuresMax || exitsForPeople.has(lastRun.exitCode))) {
    const code = lastRun.problem?.code ?? `exit ${lastRun.exitCode}`;
    const times = failuresInARow === 1 ? '' : ` ${failuresInARow} times in a row`;
    reasons.push(`${what} failed${times}: ${code}`);
  }
  if (leftOutInARow >= leftOutMax) {
    const since = lastDoneAtMs === null ? 'never done' : `last done ${moment(lastDoneAtMs)}`;
    reasons.push(
      `${what} was left out ${leftOutInARow} times in a row: another run was on; ${since}`,
    );
  }
  return reasons;
}

function detailsOf(
  health: ScheduleHealth,
  receiver: { url: string; waiting: number } | null,
): JsonObject {
  const { running, lastRun } = health;
  return {
    startedAt: moment(health.startedAtMs),
    running: running ? { what: running.what, since: moment(running.sinceMs) } : null,
    lastRun: lastRun
      ? { what: lastRun.what, endedAt: moment(lastRun.endedAtMs), exitCode: lastRun.exitCode }
      : null,
    lastDoneAt: moment(health.lastDoneAtMs),
    commands: health.commands.map(({ what, failuresInARow, leftOutInARow, lastDoneAtMs }) => {
      return { what, failuresInARow, leftOutInARow, lastDoneAt: moment(lastDoneAtMs) };
    }),
    nextRunAt: moment(health.nextRunAtMs),
    receiver: receiver ? { ...receiver } : null,
  };
}

function moment(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
