/** The port to the call budget that all processes share. Import it from ports.ts. */
export interface BudgetStore {
  /** Takes a place in the sliding window, or says how long to wait in ms. */
  takeCall(request: {
    upstream: string;
    limit: number;
    windowMs: number;
    nowMs: number;
  }): Promise<number>;
  /** Calls that could be made now, by the same rules. */
  callsLeft(request: {
    upstream: string;
    limit: number;
    windowMs: number;
    nowMs: number;
  }): Promise<number>;
  /** The upstream told us that only this many calls are left in its window. */
  noteRemaining(request: { upstream: string; remaining: number; nowMs: number }): Promise<void>;
}
