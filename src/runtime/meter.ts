import type { CallMeasure, Meter } from '../app/ports.ts';
import type { Http, HttpOutcome } from './http.ts';

/** Tells the meter about every exchange; changes nothing about it. */
export function meteredHttp(http: Http, meter: Meter, upstream: CallMeasure['upstream']): Http {
  return {
    async send(call) {
      const outcome = await http.send(call);
      const { durationMs } = outcome;
      meter.called({ upstream, outcome: outcomeClass(outcome), durationMs });
      return outcome;
    },
    close: () => http.close(),
  };
}

/** 1xx to 3xx count as fine: none of them is followed, so whoever called decides. */
export function outcomeClass(outcome: HttpOutcome): CallMeasure['outcome'] {
  if (outcome.kind !== 'answer') return outcome.kind;
  if (outcome.status === 429) return 'limited';
  if (outcome.status >= 500) return 'failed';
  return outcome.status >= 400 ? 'refused' : 'ok';
}

/** Outcomes after which a call is made again, or looked up where it may have had an effect. */
export const repeatedOutcomes: readonly CallMeasure['outcome'][] = [
  'limited',
  'failed',
  'notSent',
  'unclear',
];

export interface TalliedCalls {
  upstream: CallMeasure['upstream'];
  outcome: CallMeasure['outcome'];
  count: number;
  sumMs: number;
  maxMs: number;
}

/** Plain sums of the calls of one run. */
export interface Tally extends Meter {
  calls(): TalliedCalls[];
}

export function createTally(): Tally {
  const rows = new Map<string, TalliedCalls>();
  return {
    called({ upstream, outcome, durationMs }) {
      const name = `${upstream} ${outcome}`;
      const row = rows.get(name) ?? { upstream, outcome, count: 0, sumMs: 0, maxMs: 0 };
      row.count += 1;
      row.sumMs += durationMs;
      row.maxMs = Math.max(row.maxMs, durationMs);
      rows.set(name, row);
    },
    calls: () => [...rows.values()].map((row) => ({ ...row })),
  };
}
