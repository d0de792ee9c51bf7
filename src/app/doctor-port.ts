/** The ports of `mlc doctor`: what it asks of the machine and of both sides. Import from ports.ts. */
import type { DocumentKind } from '../core/glossary.ts';
import type { Problem } from '../core/problem.ts';

export interface FileFacts {
  kind: 'file' | 'folder' | 'other';
  bytes: number;
  /** The permission bits, e.g. 0o600. */
  mode: number;
  modifiedAtMs: number;
}

export interface DiskFacts {
  freeBytes: number;
  totalBytes: number;
  /** The file system's name when it lies on another machine; null for a local or unknown one. */
  network: string | null;
}

export interface CertificateFacts {
  subject: string;
  validFromMs: number;
  validToMs: number;
}

/** This computer, as far as the connector depends on it. Nothing is changed. */
export interface Machine {
  /** Such as `22.11.0`. */
  nodeVersion(): string;
  /** Null when nothing is there. */
  file(path: string): FileFacts | null;
  access(path: string, wanted: 'read' | 'write'): 'yes' | 'no';
  /** Of the file system that the folder is on; null when it cannot be told. */
  disk(folder: string): DiskFacts | null;
  /** The first certificate of a PEM file; null when it holds none that can be read. */
  certificate(path: string): CertificateFacts | null;
  /** Whether the private key belongs to the certificate. */
  keyFits(certificatePath: string, keyPath: string): 'yes' | 'no' | 'unreadable';
}

/** The database file, looked at without changing it, and without damage. */
export interface DatabaseFacts {
  sqliteVersion: string;
  bytes: number;
  migrations: { applied: number; known: number };
  /** The newest rows of the audit trail; null where there was no key to check them with. */
  auditTail: { rows: number; brokenAt: number | null } | null;
  /** Counts kept of finished documents that differ from what is there. */
  countsWrong: number;
}

/** What the clock of another system said, seen from ours. */
export interface ClockReading {
  system: 'ShipBob' | 'Infor';
  /** Ours minus theirs: above zero when ours is ahead. */
  aheadMs: number;
  /** Half the round trip, and the second to which the header is cut. */
  uncertaintyMs: number;
}

/** A fulfilment centre as ShipBob lists it. */
export interface ListedCentre {
  id: string;
  name: string;
}

/** ShipBob beyond what a run reads of it. Each method may throw Problem, as the other reads do. */
export interface ShipbobSurvey {
  centres(): Promise<ListedCentre[]>;
  /** When ShipBob stops serving the API version in use; null when that is not known. */
  supportEndsAtMs(): number | null;
  /** Calls left in the present minute, as ShipBob said last; null before the first call. */
  callsLeft(): number | null;
}

/** How the ShipBob login stands. */
export interface ShipbobLogin {
  kind: 'token' | 'oauth';
  /** Null where it never ends or the end is not known. */
  accessEndsAtMs: number | null;
  refreshEndsAtMs: number | null;
  /** When it was stored or renewed last; null when it comes from the environment. */
  renewedAtMs: number | null;
}

/** One read that must work before documents are sent, and what came of it. */
export interface ReadinessAnswer {
  /** The outside call, e.g. `OIS100MI/GetHead`. */
  call: string;
  /** What it is needed for, in words. */
  means: string;
  /**
   * `refused`: the user has no authority. `missing`: the tenant has no such call. `unclear`: it
   * answered something else than yes or "there is none".
   */
  result: 'works' | 'refused' | 'missing' | 'unclear';
  problem: Problem | null;
}

/** A code that must be set up in Infor and that master data needs do not cover. */
export interface SetUpCode {
  kind: 'customerOrderType' | 'purchaseOrderType';
  code: string;
}

/** Whether Infor would let us work, found out by reads that have no effect. */
export interface InforReadiness {
  /** One harmless read of every program that documents of these kinds need. */
  calls(kinds: DocumentKind[]): Promise<ReadinessAnswer[]>;
  /** In the order asked; `unreadable` where this tenant does not let us look. */
  setUp(wanted: SetUpCode[]): Promise<('there' | 'absent' | 'unreadable')[]>;
  /** What such documents need and no public call can read, in words. */
  unreadable(kinds: DocumentKind[]): string[];
}
