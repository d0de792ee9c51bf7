/** The ports of those who prove, hand over and date the audit trail. */
import type { RecordKey } from '../core/glossary.ts';

/** A place in the chain: a row's number and its MAC. */
export interface AuditHead {
  seq: number;
  mac: string;
}

/** A head that somebody noted outside of the trail, which must still be in it. */
export interface NotedHead extends AuditHead {
  /** Who noted it, in words: `run 7`, `line 3 of anchors.txt`. */
  by: string;
}

/** The first row at which the trail is not what was written. */
export interface AuditBreak {
  seq: number;
  /**
   * `changed`: the row, or its MAC, is not as written. `missing`: the row is not there though later
   * ones are, or one was put before the first. `body`: the row stands, but what was sent or answered
   * with it was altered. `border`: the row does not tell of the key rotation that lies before it.
   * `cut`: a head was noted for it, and the trail ends before. `differs`: a head was noted for it,
   * and its MAC is another one: all from there or before was written anew.
   */
  what: 'changed' | 'missing' | 'body' | 'border' | 'cut' | 'differs';
  /** What the row says now, as far as it can be believed; null when it is not there. */
  row: AuditRowFacts | null;
  /** The last row that is proved; null when none is. */
  lastGood: { seq: number; atMs: number } | null;
  /** Who noted the head, for `cut` and `differs`; else null. */
  notedBy: string | null;
}

export interface AuditRowFacts {
  atMs: number;
  actor: string;
  action: string;
  record: RecordKey | null;
  postingKey: string | null;
}

export interface AuditProof {
  /** Rows proved, from the first one on. */
  rows: number;
  /** The newest row when the proof began; rows that came meanwhile are not looked at. */
  head: AuditHead;
  /** What was sent and answered: still kept and as it was, and purged. */
  bodies: { kept: number; purged: number };
  /** Noted heads that were found in the trail, those of finished runs included. */
  headsFound: number;
  /** Keys the trail was written with, one after another. */
  keys: number;
  broken: AuditBreak | null;
}

export interface ProofRequest {
  /** Heads noted outside of the database. */
  noted: readonly NotedHead[];
  /** Called between batches. */
  progress(rows: number, of: number): void;
}

/** Which rows: from the first one of that moment on up to the last one before the other. */
export interface ExportRequest {
  fromMs: number | null;
  toMs: number | null;
  record: RecordKey | null;
}

/** A row as it is chained: whoever has the key can compute `mac` from this alone. */
export interface ExportedRow {
  seq: number;
  atMs: number;
  runId: number | null;
  actor: string;
  action: string;
  recordKind: string | null;
  recordId: string | null;
  postingKey: string | null;
  /** The text that was chained, to the byte. */
  detail: string;
  bodyHash: string | null;
  /** The text of which `bodyHash` is the SHA-256; null when there is none or it was purged. */
  body: string | null;
  /** MAC of the row before. */
  previous: string;
  mac: string;
}

export interface ExportHeader {
  /** The row before the first one; row 0 is the origin. */
  before: AuditHead;
  /** The last row that can be in it. */
  last: number;
  databaseId: string;
  /** Which key wrote which rows, by its fingerprint; `toSeq` null for the present one. */
  keys: { toSeq: number | null; fingerprint: string }[];
}

export interface AuditStore {
  /**
   * Checks the whole chain, its bodies, and all heads noted by finished runs or given. It reads in
   * short steps up to the row that was the newest at its start, so that writers go on.
   */
  proveAudit(request: ProofRequest): Promise<AuditProof>;
  exportHeader(request: ExportRequest): Promise<ExportHeader>;
  /** In order, a page at a time; as few in memory. */
  exportPages(request: ExportRequest, header: ExportHeader): AsyncIterable<ExportedRow[]>;
}
