import type { AdjustableClock } from '../../src/runtime/clock.ts';

/**
 * A clock whose time passes only by being moved or by everybody sleeping: when no exchange is on the
 * wire and nothing runs, it jumps to whoever wakes first. A week takes seconds, and no machine's
 * speed changes what happens.
 */
export interface SimulationClock extends AdjustableClock {
  /** While an exchange is on the wire the clock does not jump. */
  hold(): void;
  release(): void;
}

interface Sleeper {
  atMs: number;
  wake(): void;
}

/** Turns of the event loop without anything happening after which everybody counts as asleep. */
const quietTurns = 4;

export function createSimulationClock(startAtMs: number): SimulationClock {
  let nowMs = startAtMs;
  let held = 0;
  let watching = false;
  let sleepers: Sleeper[] = [];

  function wakeDue(): void {
    const due = sleepers.filter(({ atMs }) => atMs <= nowMs);
    if (due.length === 0) return;
    sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
    for (const { wake } of due) wake();
  }

  function watch(): void {
    if (watching || held > 0 || sleepers.length === 0) return;
    watching = true;
    wait(quietTurns);
  }

  function wait(turns: number): void {
    setImmediate(() => {
      if (held > 0 || sleepers.length === 0) {
        watching = false;
      } else if (turns > 0) {
        wait(turns - 1);
      } else {
        watching = false;
        nowMs = Math.max(nowMs, Math.min(...sleepers.map(({ atMs }) => atMs)));
        wakeDue();
        watch();
      }
    });
  }

  return {
    now: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          atMs: nowMs + Math.max(0, Math.ceil(durationMs)),
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.push(sleeper);
        watch();
      }),
    advance(durationMs) {
      nowMs += durationMs;
      wakeDue();
    },
    hold() {
      held += 1;
    },
    release() {
      held -= 1;
      watch();
    },
  };
}
