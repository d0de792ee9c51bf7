import type { Clock, ClockReading } from '../app/ports.ts';
import type { Http } from './http.ts';

/** The header counts whole seconds and is cut, not rounded: on average half a second is missing. */
const headerHalfMs = 500;

export interface ClockWatch {
  /** The same connection; what it answers tells that system's time. */
  over(http: Http, system: ClockReading['system']): Http;
  /** The surest reading of each system that has answered. */
  readings(): ClockReading[];
}

/** Compares our clock with the `Date` headers of answers that come in anyway. */
export function createClockWatch(clock: Pick<Clock, 'now'>): ClockWatch {
  const surest = new Map<ClockReading['system'], ClockReading>();
  const note = (reading: ClockReading) => {
    const known = surest.get(reading.system);
    if (!known || reading.uncertaintyMs < known.uncertaintyMs) surest.set(reading.system, reading);
  };
  return {
    over: (http, system) => ({
      async send(call) {
        const sentAtMs = clock.now();
        const outcome = await http.send(call);
        const receivedAtMs = clock.now();
        // An answer from a cache has the time at which it was put there.
        if (outcome.kind !== 'answer' || outcome.headers.age !== undefined) return outcome;
        const theirsMs = Date.parse(outcome.headers.date ?? '') + headerHalfMs;
        if (Number.isNaN(theirsMs)) return outcome;
        const roundMs = Math.max(0, receivedAtMs - sentAtMs);
        note({
          system,
          aheadMs: Math.round(sentAtMs + roundMs / 2 - theirsMs),
          uncertaintyMs: Math.round(roundMs / 2) + headerHalfMs,
        });
        return outcome;
      },
      close: () => http.close(),
    }),
    readings: () => [...surest.values()],
  };
}
