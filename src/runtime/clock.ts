import type { Clock } from '../app/ports.ts';

/**
 * A clock that can run ahead, run faster and be moved by hand. `speed` 1 and no shift is the real
 * time; the demonstration and the tests run a week in seconds by raising `speed` and calling
 * `advance`. Sleeping takes real time divided by `speed`.
 */
export interface AdjustableClock extends Clock {
  /** Moves the clock by `durationMs` (negative moves it back, as a bad NTP step would). */
  advance(durationMs: number): void;
}

export interface StoryClock extends AdjustableClock {
  /** From now on this is the real time, whatever it was before. */
  becomeReal(): void;
}

export function createClock(
  settings: { startAtMs?: number; offsetMs?: number; speed?: number } = {},
): StoryClock {
  let speed = settings.speed ?? 1;
  const origin = Date.now();
  let base = (settings.startAtMs ?? origin) + (settings.offsetMs ?? 0);
  return {
    now: () => Math.round(base + (Date.now() - origin) * speed),
    sleep: (durationMs, signal) => sleepReal(Math.ceil(Math.max(0, durationMs) / speed), signal),
    advance(durationMs) {
      base += durationMs;
    },
    becomeReal() {
      base = origin;
      speed = 1;
    },
  };
}

function sleepReal(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export type { Clock } from '../app/ports.ts';
