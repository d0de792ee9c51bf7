import type { StreamChoice } from './ingest.ts';

/** What the scheduler can do: a run of its own accord, or one because something was announced. */
export type ScheduledWork = { what: 'sync'; streams: StreamChoice } | { what: 'hints' };

/** Work that was asked for, and the moment from which it may begin. */
export interface QueuedWork {
  work: ScheduledWork;
  dueAtMs: number;
  /** By how much it was put off when `dueAtMs` was set: it never lies further ahead. */
  aheadMs: number;
  /** When it was first asked for. */
  askedAtMs: number;
  /** Since when another process stands in its way; null when none does. */
  heldSinceMs: number | null;
}

/**
 * What waits to be run: each kind of work at most once, however often it is asked for. That is what
 * keeps a slow run from being followed by a row of runs that have nothing left to do.
 */
export interface ScheduleQueue {
  ask(work: ScheduledWork, when: { askedAtMs: number; dueAtMs: number }): void;
  /** Work that could not begin: it comes back at `dueAtMs`, unless it is asked for earlier. */
  putBack(queued: QueuedWork, when: { nowMs: number; dueAtMs: number }): void;
  /** The one that may begin first, a full run before narrower ones; null when nothing waits. */
  next(): QueuedWork | null;
  /** Takes what `next` answered out, and what it covers with it. */
  take(queued: QueuedWork): void;
  /**
   * Pulls in what lies further ahead than it was ever put off: the clock was set back since, and it
   * would be waited for as long.
   */
  clamp(nowMs: number): void;
}

/**
 * Hints that keep coming postpone their run, but never by more than this many times the settling
 * time: a busy hour must not starve them.
 */
const settleTimesMax = 5;

export function createScheduleQueue(settings: { settleForMs: number }): ScheduleQueue {
  const waiting = new Map<string, QueuedWork>();
  return {
    ask(work, { askedAtMs, dueAtMs }) {
      const known = waiting.get(workName(work));
      const aheadMs = dueAtMs - askedAtMs;
      if (known === undefined) {
        waiting.set(workName(work), { work, askedAtMs, dueAtMs, aheadMs, heldSinceMs: null });
      } else if (known.heldSinceMs !== null) {
        // It waits for another process, and that takes the time it takes.
      } else if (work.what === 'hints') {
        const latestMs = known.askedAtMs + settleTimesMax * settings.settleForMs;
        const laterMs = Math.max(known.dueAtMs, Math.min(dueAtMs, latestMs));
        known.aheadMs = Math.max(known.aheadMs, laterMs - askedAtMs);
        known.dueAtMs = laterMs;
      } else if (dueAtMs < known.dueAtMs) {
        Object.assign(known, { dueAtMs, aheadMs });
      }
    },
    putBack(queued, { nowMs, dueAtMs }) {
      const known = waiting.get(workName(queued.work));
      const earlier = known !== undefined && known.dueAtMs < dueAtMs;
      const when = earlier ? known : { dueAtMs, aheadMs: dueAtMs - nowMs };
      waiting.set(workName(queued.work), {
        ...queued,
        dueAtMs: when.dueAtMs,
        aheadMs: when.aheadMs,
      });
    },
    next() {
      let first: QueuedWork | null = null;
      for (const each of waiting.values()) {
        const isFull = each.work.what === 'sync' && each.work.streams === 'all';
        const earlier = first === null || each.dueAtMs < first.dueAtMs;
        if (earlier || (isFull && each.dueAtMs === first?.dueAtMs)) first = each;
      }
      return first;
    },
    take({ work }) {
      waiting.delete(workName(work));
      if (work.what !== 'sync' || work.streams !== 'all') return;
      // A full run that begins now sees all that a narrower one asked for before would see.
      for (const [name, each] of waiting) if (each.work.what === 'sync') waiting.delete(name);
    },
    clamp(nowMs) {
      for (const each of waiting.values()) {
        each.dueAtMs = Math.min(each.dueAtMs, nowMs + each.aheadMs);
        each.askedAtMs = Math.min(each.askedAtMs, nowMs);
        if (each.heldSinceMs !== null) each.heldSinceMs = Math.min(each.heldSinceMs, nowMs);
      }
    },
  };
}

/** As the run is called in the log and in `mlc status`. */
export function workName(work: ScheduledWork): string {
  return work.what === 'hints' ? 'hints' : `sync ${work.streams}`;
}
