import type { Problem } from '../../core/problem.ts';

/** One MI transaction with its flat input record; everything travels as text. */
export interface MiCall {
  transaction: string;
  record: Record<string, string>;
  /** Output fields wanted; all when empty. */
  columns: string[];
}

/**
 * What one transaction came to. Only `ok` and `nok` are the program's own word; `invalid` was
 * refused before the program ran; `notSent` never reached M3; `unclear` may have happened.
 */
export type MiResult =
  | { kind: 'ok'; records: Record<string, string>[]; complete: 'yes' | 'no' }
  | { kind: 'nok'; code: string; field: string; message: string }
  | { kind: 'invalid'; problem: Problem }
  | { kind: 'unclear'; problem: Problem }
  | { kind: 'notSent'; problem: Problem };

/**
 * Speaks to M3's REST service. Results stand in the order of the calls. A group holds the calls of
 * one document: they stay in order, and once one of them is not `ok` the later ones of that group
 * that were not yet on the wire come back `notSent`.
 */
export interface MiClient {
  /** Never repeated by itself, but for 429 and a connection that was never made. */
  write(program: string, groups: MiCall[][], options?: WriteOptions): Promise<TimedResult[][]>;
  /** Repeated with backoff while the failure is retryable. `complete: 'no'` means truncated. */
  read(program: string, calls: MiCall[], options: ReadOptions): Promise<TimedResult[]>;
  callCounts(): Record<string, number>;
}

export interface WriteOptions {
  /** What has not left by then comes back `notSent`. */
  sendBeforeMs: number;
}

export interface ReadOptions {
  /** Rows per call; a result with exactly this many counts as truncated. */
  recordsMax: number;
}

export interface TimedResult {
  result: MiResult;
  durationMs: number;
}
