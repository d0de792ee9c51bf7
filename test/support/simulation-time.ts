import type { AdjustableClock } from '../../src/runtime/clock.ts';
import type { Random } from '../../src/runtime/random.ts';

/**
 * Time that passes only when everybody waits for it. Whoever waits is woken alone, runs as far as it
 * can, and only then the next one; among those of one instant the seed decides who is first. There
 * is no timer in it and nothing that a machine's speed could change.
 */
export interface VirtualTime extends AdjustableClock {
  sleepUntil(atMs: number): Promise<void>;
  /** Lets others go first, perhaps: comes back at this instant, in an order that the seed says. */
  yield(): Promise<void>;
  /** While something outside of this process is awaited nobody is woken. */
  hold(): void;
  release(): void;
}

interface Sleeper {
  atMs: number;
  /** Decides among those of one instant. */
  rank: number;
  order: number;
  wake(): void;
}

export function createVirtualTime(startAtMs: number, random: Random): VirtualTime {
  let nowMs = startAtMs;
  let held = 0;
  let order = 0;
  let turning = false;
  /** The last one is the next to wake. */
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    let at = sleepers.length;
    while (at > 0) {
      const other = sleepers[at - 1];
      if (other === undefined || isBefore(sleeper, other)) break;
      at -= 1;
    }
    sleepers.splice(at, 0, sleeper);
    turn();
  }

  // All microtasks are done before a turn: by then everything that runs has come to wait.
  function turn(): void {
    if (turning || held > 0 || sleepers.length === 0) return;
    turning = true;
    setImmediate(() => {
      turning = false;
      if (held > 0) return;
      const next = sleepers.pop();
      if (next === undefined) return;
      nowMs = Math.max(nowMs, next.atMs);
      next.wake();
      turn();
    });
  }

  function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        const at = sleepers.indexOf(sleeper);
        if (at >= 0) sleepers.splice(at, 1);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        atMs: nowMs + Math.max(0, Math.ceil(durationMs)),
        rank: random.next(),
        order: order++,
        wake() {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      add(sleeper);
    });
  }

  return {
    now: () => nowMs,
    sleep,
    sleepUntil: (atMs) => sleep(Math.max(0, atMs - nowMs)),
    yield: () => sleep(0),
    advance(durationMs) {
      nowMs += durationMs;
    },
    hold() {
      held += 1;
    },
    release() {
      held -= 1;
      turn();
    },
  };
}

function isBefore(one: Sleeper, other: Sleeper): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  if (one.rank !== other.rank) return one.rank < other.rank;
  return one.order < other.order;
}
