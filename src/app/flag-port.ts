/** The ports of the flagged queue: what waits, who cares for it, and what people do about it. */
import type { Flag, Posting, RecordKind } from '../core/glossary.ts';

/** Every condition must hold; null is no condition. */
export interface QueueFilter {
  state: 'open' | 'cleared' | 'all';
  /** `hidden`: without the questions that are ignored now; `only`: those alone. */
  ignored: 'hidden' | 'shown' | 'only';
  ids: number[] | null;
  codes: string[] | null;
  kinds: RecordKind[] | null;
  causes: string[] | null;
  /** ShipBob's ids of the records. */
  records: string[] | null;
  skus: string[] | null;
  /** `name` null: nobody. */
  assignee: { name: string | null } | null;
  /** Has one of them. */
  tags: string[] | null;
  raisedBeforeMs: number | null;
  raisedAfterMs: number | null;
}

/** What stands first: what holds up most records, the oldest, most units, most money. */
export type QueueSort = 'blocks' | 'age' | 'units' | 'value';

export type QueueGrouping = 'cause' | 'reason' | 'sku' | 'assignee' | 'record';

/** What people have said about a question; it outlives the flag that asks it. */
export interface FlagCare {
  assignee: string | null;
  tags: string[];
  /** Null: it is asked. One that has run out is asked again, but still holds (core/ignored.ts). */
  ignored: {
    atMs: number;
    untilMs: number | null;
    by: string;
    because: string;
    now: 'hidden' | 'runOut';
  } | null;
  notes: number;
}

export interface QueueEntry {
  flag: Flag;
  care: FlagCare;
  /** How many records wait for the same cause, among those asked for. */
  blocks: number;
}

/** Money is summed per record, so that two questions about one order do not double its value. */
export interface QueueGroup {
  /** The cause, reason, SKU, name or record; empty for none. */
  name: string;
  /** Of its oldest flag. */
  code: string;
  sentence: string;
  flags: number;
  reasons: number;
  causes: number;
  records: number;
  units: string;
  values: { amount: string; currency: string | null }[];
  oldestAtMs: number;
  /** For acts on the whole group. */
  firstId: number;
}

export interface FlagNote {
  atMs: number;
  actor: string;
  text: string;
}

/** Everything about one flag. */
export interface FlagFile {
  entry: QueueEntry;
  notes: FlagNote[];
  /** The same question as it was asked before, newest first. */
  earlier: { id: number; raisedAtMs: number; clearedAtMs: number | null }[];
  /** Other open flags of the same cause. */
  related: { count: number; flags: Flag[] };
  /** Documents of the record that are not in Infor yet and wait behind it. */
  waiting: Posting[];
}

export type CareAct =
  /** Null: nobody. */
  | { do: 'assign'; assignee: string | null }
  | { do: 'tag'; add: string[]; remove: string[] }
  | { do: 'note'; text: string }
  /** `untilMs` null: until a person ends it. */
  | { do: 'ignore'; because: string; untilMs: number | null }
  | { do: 'unignore' };

/** Who did it, and when. */
export interface ActBy {
  actor: string;
  nowMs: number;
}

export interface FlagStore {
  queue(request: {
    filter: QueueFilter;
    sort: QueueSort;
    limit: number;
    nowMs: number;
  }): Promise<{ total: number; entries: QueueEntry[] }>;
  queueGroups(request: {
    filter: QueueFilter;
    by: QueueGrouping;
    sort: QueueSort;
    limit: number;
    nowMs: number;
  }): Promise<{ total: number; groups: QueueGroup[] }>;
  /** Ids of all that match, for an act on them. */
  queueIds(filter: QueueFilter, nowMs: number): Promise<number[]>;
  flagFile(id: number, nowMs: number): Promise<FlagFile | null>;
  /**
   * One transaction, and a row in the audit trail for each flag. Answers the ids it was done for:
   * nothing is assigned, tagged or ignored once it is cleared, and nothing unignored that is not
   * ignored.
   */
  careForFlags(ids: number[], act: CareAct, by: ActBy): Promise<number[]>;
  /**
   * Makes records of these flags due again and rejected postings pending again; what of them is
   * ignored is so no more. Flags of a document that another, ignored flag holds are passed over.
   * Answers how many were retried.
   */
  retryFlags(ids: number[], actor: string, nowMs: number): Promise<number>;
  /** Makes due the records of ignored questions whose time has run out. Answers how many. */
  touchExpiredIgnores(nowMs: number): Promise<number>;
}
