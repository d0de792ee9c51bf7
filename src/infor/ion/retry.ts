import pRetry from 'p-retry';
import type { Clock, Random } from '../../app/ports.ts';

export interface RetryPolicy {
  baseMs: number;
  capMs: number;
  /** No new try begins later than this after the first one. */
  deadlineMs: number;
}

/** What one try came to: done with it, or not, with the wait that the other side asked for. */
export type Try<T> = { again: 'no'; value: T } | { again: 'yes'; value: T; afterMs: number | null };

const triesMax = 60;

/** Carries the last value through p-retry, which repeats only after an Error. */
class Unfinished<T> extends Error {
  readonly value: T;
  readonly afterMs: number | null;

  constructor(value: T, afterMs: number | null) {
    super('to be tried again');
    this.value = value;
    this.afterMs = afterMs;
  }
}

/**
 * Tries until it is done or the next wait would pass the deadline, and hands back the last value.
 * Waits are full jitter on our own clock, because p-retry has no jitter at its cap and no
 * Retry-After (reference: engineering §0 A6); of p-retry only the loop is used. What `attempt`
 * throws is final. A stop ends the wait as the deadline would: the last value says what is known,
 * and of a write beside others nothing gets lost.
 */
export async function retryWithin<T>(options: {
  clock: Clock;
  random: Random;
  policy: RetryPolicy;
  attempt: () => Promise<Try<T>>;
  signal?: AbortSignal | undefined;
}): Promise<T> {
  const { clock, random, policy, attempt, signal } = options;
  const startedAtMs = clock.now();
  let waitedMs = 0;
  const loop = async () => {
    const tried = await attempt();
    if (tried.again === 'no') return tried.value;
    throw new Unfinished(tried.value, tried.afterMs);
  };
  const mayGoOn = async (thrown: Error, attemptNumber: number) => {
    if (!(thrown instanceof Unfinished)) return false;
    const jitterMs = random.next() * Math.min(policy.capMs, policy.baseMs * 2 ** attemptNumber);
    const waitMs = Math.ceil((thrown.afterMs ?? 0) + jitterMs);
    // A clock that is set back must not make the deadline endless.
    const spentMs = Math.max(clock.now() - startedAtMs, waitedMs);
    if (spentMs + waitMs > policy.deadlineMs) return false;
    waitedMs += waitMs;
    try {
      await clock.sleep(waitMs, signal);
    } catch (thrown) {
      if (signal?.aborted) return false;
      throw thrown;
    }
    return true;
  };
  try {
    return await pRetry(loop, {
      retries: triesMax,
      minTimeout: 0,
      maxTimeout: 0,
      randomize: false,
      shouldRetry: ({ error, attemptNumber }) => mayGoOn(error, attemptNumber - 1),
    });
  } catch (thrown) {
    if (thrown instanceof Unfinished) return thrown.value;
    throw thrown;
  }
}
