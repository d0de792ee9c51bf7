/** How long a simulated M3 takes: so many jobs, each busy with one transaction after another. */

export interface Pace {
  transactionMs: number;
  /** Jobs that run at the same time; a request takes one of them to its end. */
  jobs: number;
}

/**
 * Answers when the last of `transactions` is done, if the request came at `nowMs`: it waits for the
 * job that is free first. Kept as moments and not as waits, so that late timers do not add up.
 */
export function createPace(pace: Pace): (transactions: number, nowMs: number) => number {
  const freeAtMs = Array.from({ length: pace.jobs }, () => 0);
  return (transactions, nowMs) => {
    const first = freeAtMs.indexOf(Math.min(...freeAtMs));
    const doneAtMs = Math.max(nowMs, freeAtMs[first] ?? 0) + transactions * pace.transactionMs;
    freeAtMs[first] = doneAtMs;
    return doneAtMs;
  };
}
