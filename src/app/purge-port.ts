/** The port of those who take personal data out. */
import type { RecordKey } from '../core/glossary.ts';
import type { Fence } from './store-port.ts';

/** Finished: everything posted or called off, no open question, none that is ignored. */
export interface PurgeRequest {
  /** Only what was finished and last changed before. */
  beforeMs: number;
  /** Only this record; then whatever its age. Null: all of that age. */
  record: RecordKey | null;
  nowMs: number;
  actor: string;
  /** Of the run that does it by itself; null for a person. */
  fence: Fence | null;
}

/** Where the last batch has come to. */
export interface PurgeCursor {
  createdAtMs: number;
  id: number;
}

export interface PurgeBatch {
  records: number;
  /** Requests, answers and words of people. */
  bodies: number;
  flags: number;
  /** Null when there is nothing more. */
  next: PurgeCursor | null;
}

export interface PurgeStore {
  /** How many records the request is about now, and the oldest of them. */
  purgeable(request: PurgeRequest): Promise<{ records: number; oldestAtMs: number | null }>;
  /** Why a record is not finished, in words; null when it is. Throws RECORD_NOT_FOUND. */
  unfinished(record: RecordKey): Promise<string | null>;
  /** A few records, in one short transaction. */
  purgeBatch(request: PurgeRequest, after: PurgeCursor | null): Promise<PurgeBatch>;
  /** What belongs to no order: words of people, ended mappings, caches. Answers how many went. */
  purgeLoose(request: PurgeRequest): Promise<number>;
  /**
   * Takes what was overwritten out of the file as well. What another process keeps from being done
   * is named in the answer, in words.
   */
  tidyFile(how: 'whole' | 'log'): Promise<string[]>;
}
