import type { FiredFault } from './simulation-exchanges.ts';
import type { LedgerVerdict } from './simulation-ledger.ts';
import type { Death } from './simulation-process.ts';

/** What must not be; the first words say of which kind. */
export interface Violation {
  kind: string;
  words: string;
  atMs: number;
}

export interface Ending {
  run: string;
  at: string;
  how: Death['how']['kind'];
  atMs: number;
}

export interface LifeOutcome {
  seed: number;
  runs: number;
  exchanges: number;
  crashes: Ending[];
  fired: FiredFault[];
  /** All faults by kind, both sides together, aimed ones too. */
  faults: Record<string, number>;
  acts: Record<string, number>;
  /** Deliveries by what the way did to them, and what the receiver said. */
  mail: Record<string, number>;
  violations: Violation[];
  /** Null when the life was cut short by a violation. */
  verdict: LedgerVerdict | null;
  /** Equal for equal lives. */
  digest: string;
}
