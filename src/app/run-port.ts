/** The ports of those who look at past runs. */
import type { RunCounts, RunRecord } from './store-port.ts';

/** What went wrong in one stream of a run. */
export interface RunTroubleRecord {
  stream: string;
  code: string;
  message: string;
  hint: string;
}

export interface FinishedRun {
  nowMs: number;
  exitCode: number;
  outcome: string;
  counts: RunCounts;
  troubles?: RunTroubleRecord[];
}

export interface RunDetail extends RunRecord {
  owner: string;
  /** Null for runs that did not write them down. */
  troubles: RunTroubleRecord[] | null;
  /** The newest row of the audit trail when the run ended; null when it did not end by itself. */
  head: { seq: number; mac: string } | null;
}

export interface RunFilter {
  /** The first words of the command, such as `sync` or `sync orders`; null for all. */
  command: string | null;
  limit: number;
}

export interface RunStore {
  /** The newest first. */
  runList(filter: RunFilter): Promise<RunDetail[]>;
  runById(id: number): Promise<RunDetail | null>;
}
