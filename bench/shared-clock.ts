/** One time for several processes, which may run faster than the real one. */
import { createClock, type StoryClock } from '../src/runtime/clock.ts';

export interface SharedTime {
  /** A real moment, and what the time was then. */
  realMs: number;
  storyMs: number;
  speed: number;
}

export function sharedTime(speed: number): SharedTime {
  const realMs = Date.now();
  return { realMs, storyMs: realMs, speed };
}

export function clockOf({ realMs, storyMs, speed }: SharedTime): StoryClock {
  return createClock({ startAtMs: storyMs + (Date.now() - realMs) * speed, speed });
}
