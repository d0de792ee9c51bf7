import { createTask, parse, type ScheduledTask } from 'node-cron';
import type { Clock, CronEntry, CronSource } from '../app/ports.ts';

/**
 * A moment that is called this late is still called. node-cron's own limit of a second would turn
 * every longer pause of the process, such as a slow disk, into a missed run.
 */
const lateMsMax = 60_000;
const minuteMs = 60_000;
/** Zones differ from UTC by quarters of an hour, and change their offset on one. */
const blockMs = 15 * minuteMs;
const searchMsMax = 731 * 86_400_000;

/** node-cron on this machine's own time; `clock` may be shifted against it (MLC_CLOCK_OFFSET). */
export function createCronSource(clock: Pick<Clock, 'now'>): CronSource {
  return {
    start(entry, listener) {
      // Its own overlap protection is left off: the scheduler queues what falls due meanwhile.
      const task = taskOf(entry, () => listener.due());
      task.on('execution:missed', () => listener.missed());
      void task.start();
      return { stop: () => void task.destroy() };
    },
    nextAtMs(entry, nowMs) {
      const shiftMs = clock.now() - Date.now();
      const nextMs = nextRunAtMs(entry, nowMs - shiftMs);
      return nextMs === null ? null : nextMs + shiftMs;
    },
  };
}

/** node-cron prints what it has to say; here everything is said through the log. */
const silent = { info() {}, warn() {}, error() {}, debug() {} };

function taskOf({ expression, timeZone }: CronEntry, run: () => void): ScheduledTask {
  return createTask(expression, run, {
    timezone: timeZone,
    missedExecutionTolerance: lateMsMax,
    suppressMissedWarning: true,
    logger: silent,
  });
}

/**
 * The first moment after `nowMs` that the expression names; null within two years. node-cron tells
 * that only for the present, so candidates are looked for here and judged by it.
 */
export function nextRunAtMs(entry: CronEntry, nowMs: number): number | null {
  const { month, hour, minute } = parse(entry.expression);
  const months = new Set(month);
  const hours = new Set(hour);
  const minutes = new Set(minute);
  const fieldsAt = zoneFields(entry.timeZone);
  const task = taskOf(entry, () => {});
  const firstMs = (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
  for (let atMs = firstMs; atMs < firstMs + searchMsMax; ) {
    const blockEndMs = (Math.floor(atMs / blockMs) + 1) * blockMs;
    const local = fieldsAt(atMs);
    if (!months.has(local.month) || !hours.has(local.hour)) {
      atMs = blockEndMs;
      continue;
    }
    for (let offset = 0; atMs + offset * minuteMs < blockEndMs; offset += 1) {
      const candidateMs = atMs + offset * minuteMs;
      if (minutes.has((local.minute + offset) % 60) && task.match(new Date(candidateMs))) {
        return candidateMs;
      }
    }
    atMs = blockEndMs;
  }
  return null;
}

/** Month, hour and minute on the zone's clocks. */
function zoneFields(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    month: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (atMs: number): { month: number; hour: number; minute: number } => {
    const found = { month: 0, hour: 0, minute: 0 };
    for (const { type, value } of format.formatToParts(atMs)) {
      if (type === 'month' || type === 'hour' || type === 'minute') found[type] = Number(value);
    }
    return found;
  };
}
