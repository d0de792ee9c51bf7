const WINDOW_MS = 60_000;

/** A sliding minute per application (section 3). A refused call does not count. */
export class RateWindow {
  readonly #calls = new Map<string, number[]>();
  readonly #limit: () => number;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Takes one call if there is one left; else says in how many whole seconds there will be. */
  take(
    application: string,
    nowMs: number,
  ): { taken: true; remaining: number } | { taken: false; retryAfterS: number } {
    const limit = this.#limit();
    const recent = (this.#calls.get(application) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
    this.#calls.set(application, recent);
    if (recent.length >= limit) {
      const oldestMs = recent[recent.length - limit] ?? nowMs;
      const retryAfterS = Math.max(1, Math.ceil((oldestMs + WINDOW_MS - nowMs) / 1000));
      return { taken: false, retryAfterS };
    }
    recent.push(nowMs);
    return { taken: true, remaining: limit - recent.length };
  }
}
