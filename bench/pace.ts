/** How long a simulated M3 takes: so many jobs, each busy with one transaction after another. */

export interface Pace {
  transactionMs: number;
  /** Jobs that run at the same time; a request takes one of them to its end. */
  jobs: number;
}

export interface M3Pace {
  /**
   * Answers when the last of `transactions` is done, if the request came at `nowMs`: it waits for
   * the job that is free first. Kept as moments and not as waits, so that late timers do not add up.
   */
  doneAt(transactions: number, nowMs: number): number;
  /** How busy all jobs were in each tenth of the time from the first request to the last end. */
  busyByTenth(): number[];
}

export function createPace(pace: Pace): M3Pace {
  const freeAtMs = Array.from({ length: pace.jobs }, () => 0);
  const worked: { fromMs: number; untilMs: number }[] = [];
  return {
    doneAt(transactions, nowMs) {
      const first = freeAtMs.indexOf(Math.min(...freeAtMs));
      const fromMs = Math.max(nowMs, freeAtMs[first] ?? 0);
      const untilMs = fromMs + transactions * pace.transactionMs;
      freeAtMs[first] = untilMs;
      worked.push({ fromMs, untilMs });
      return untilMs;
    },
    busyByTenth() {
      const beganAtMs = Math.min(...worked.map(({ fromMs }) => fromMs));
      const tenthMs = (Math.max(...freeAtMs) - beganAtMs) / 10;
      return Array.from({ length: 10 }, (_, at) => {
        const startMs = beganAtMs + at * tenthMs;
        const ms = worked.reduce((sum, { fromMs, untilMs }) => {
          const within = Math.min(untilMs, startMs + tenthMs) - Math.max(fromMs, startMs);
          return sum + Math.max(0, within);
        }, 0);
        return ms / (tenthMs * pace.jobs);
      });
    },
  };
}
