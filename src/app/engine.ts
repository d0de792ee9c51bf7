import type { Settings } from '../core/settings.ts';
import type {
  Clock,
  CrashPoint,
  Fence,
  InforLedger,
  Log,
  Random,
  RunCounts,
  ShipbobSource,
  Store,
} from './ports.ts';
import type { Allowance, RunProgress } from './run-progress.ts';

/** All that a run works with. Made once per run; nothing in it is global. */
export interface Engine {
  clock: Clock;
  random: Random;
  log: Log;
  store: Store;
  shipbob: ShipbobSource;
  infor: InforLedger;
  settings: Settings;
  fence: Fence;
  /**
   * Aborted when a person stops the run or the lease is lost: finish the step in flight, then end.
   */
  signal: AbortSignal;
  crash: CrashPoint;
  /** Told what the run is doing, for people watching. */
  progress: (step: string) => void;
  /** Told when something that was read has been stored. */
  stored?: () => void;
  /** ShipBob's calls that are left, for people watching. */
  allowance?: () => Promise<Allowance>;
  /** What the run has measured of itself so far. */
  measured: RunProgress;
  counts: RunCounts;
  /** Postings this run may still take up; null for all. */
  postingsLeft: number | null;
  /**
   * Reads ShipBob from here at the latest, whatever the checkpoint says; null for the checkpoint.
   */
  sinceMs: number | null;
}

export function emptyCounts(): RunCounts {
  return {
    seen: { orders: 0, receivings: 0, charges: 0, changed: 0, unreadable: 0 },
    hints: { read: 0, covered: 0, kept: 0 },
    planned: 0,
    posted: {},
    adopted: 0,
    cancelled: 0,
    flagsRaised: 0,
    flagsCleared: 0,
    waiting: 0,
    doubtful: 0,
    calls: { shipbob: {}, infor: {} },
  };
}
