/** Time, in milliseconds since 1970 UTC. Everything that waits or looks at the clock gets it here. */
export interface Clock {
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Uniform in [0, 1). */
export interface Random {
  next(): number;
}
