/** One reading of everything that is measured in the database. */
import type { DocumentKind } from './document.ts';
import type { PostingState } from './glossary.ts';

export interface MeasureReading {
  atMs: number;
  /** How far behind the present each stream is read. */
  lags: { stream: string; lagMs: number }[];
  postings: { kind: DocumentKind; state: PostingState; count: number }[];
  /** Age of the oldest posting that waits to be sent, and of the oldest doubtful outcome. */
  oldestWaitingMs: number | null;
  oldestDoubtfulMs: number | null;
  openFlags: { code: string; count: number }[];
  recordsDue: number;
  inbox: {
    waiting: number;
    kept: number;
    oldestWaitingMs: number | null;
    lastReceivedAtMs: number | null;
  };
  /** Changes of the last day that polling found and ShipBob did not announce. */
  announcementsMissed: number;
  /** Webhook subscriptions of ours that ShipBob has disabled or lost. */
  subscriptionsDown: number;
  overdue: { issue: number; receipt: number };
  /** Causes that people were told of and that are still so. */
  alertsOpen: number;
  run: {
    startedAtMs: number;
    /** Null while it is on, or when it was killed. */
    endedAtMs: number | null;
    exitCode: number | null;
  } | null;
  /** When a run last ended that had not failed; null when none of the last ones did. */
  lastGoodRunAtMs: number | null;
  /** Runs in a row that have failed, newest first. */
  failedRuns: number;
  leaseHeld: boolean;
  auditRows: number;
  databaseBytes: number;
  /** By the name of a credential: how old it is. */
  credentialAges: { name: string; ageMs: number }[];
}
