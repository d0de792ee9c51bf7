/** The port of those who keep the history small. */
import type { Fence } from './store-port.ts';

export interface HistoryStep {
  documents: number;
  /** Requests and answers. */
  bodies: number;
  more: 'yes' | 'no';
}

/** Each call is one short transaction under the lease. */
export interface HistoryStore {
  /**
   * Packs requests and answers of documents finished and last touched before then. Everything that
   * reads them finds them as before.
   */
  packHistory(fence: Fence, beforeMs: number): Promise<HistoryStep>;
  /** Removes packed ones of that age; the trail keeps their hashes, and tells it. */
  dropHistory(fence: Fence, request: { beforeMs: number; nowMs: number }): Promise<HistoryStep>;
}
