/** What a comparison of the books asks of the ledger. Import it from ports.ts. */
import type {
  BaselineLine,
  Flag,
  JournalEntry,
  ManualLink,
  Posting,
  RecordKey,
} from '../core/glossary.ts';
import type { ChargeId, Day, ExternalKey } from '../core/schema.ts';
import type { CrosswalkRow } from './trace-port.ts';

/** A charge as the ledger has it. */
export interface LedgerEntry extends JournalEntry {
  /** The journal it is in; null while it waits for one. */
  journalKey: ExternalKey | null;
}

/** An open question with what people said about it. */
export interface CaredFlag {
  flag: Flag;
  assignee: string | null;
  /** Null when nobody ignores it. `untilMs` null: until a person ends it. */
  ignored: { atMs: number; untilMs: number | null; by: string; because: string } | null;
}

/** A document that a person entered and linked to a record. */
export interface HandBooking extends ManualLink {
  actor: string;
  linkedAtMs: number;
}

export interface RecordStanding {
  key: RecordKey;
  contentHash: string;
  observedAtMs: number;
  vanishedAtMs: number | null;
  /** Waits for a plan. */
  due: 'yes' | 'no';
  /** `yes`: what was last seen could not be understood. */
  unreadable: 'yes' | 'no';
}

/**
 * The ledger, read for a comparison: in pages, so that a month of any size fits into memory. Pages
 * are read one after another and not in one transaction: a caller holds what it got against the
 * moment it began.
 */
export interface LedgerBooks {
  /**
   * Postings of any state whose document's day (moved, ordered or charged on) lies in these days,
   * or that were posted in this time; each once.
   */
  ledgerPostings(request: {
    fromDay: Day;
    toDay: Day;
    fromMs: number;
    /** Exclusive. */
    toMs: number;
  }): AsyncGenerator<Posting[]>;
  /** Every posting that is neither posted nor cancelled, whatever its day. */
  unfinishedPostings(): AsyncGenerator<Posting[]>;
  postingsOf(records: readonly RecordKey[]): Promise<Posting[]>;
  /** In no order; keys without a posting are left out. */
  postingsUnder(keys: readonly ExternalKey[]): Promise<Posting[]>;
  /** In no order; records that are not stored are left out. */
  recordStandings(keys: readonly RecordKey[]): Promise<RecordStanding[]>;
  crosswalkRows(wanted: {
    keys: string[];
    shipbobIds: string[];
    inforNumbers: string[];
  }): Promise<CrosswalkRow[]>;
  openCaredFlags(): AsyncGenerator<CaredFlag[]>;
  handBookings(): AsyncGenerator<HandBooking[]>;
  /** Opening baselines of these receiving orders; those without one are left out. */
  baselinesOf(ids: readonly string[]): Promise<Map<string, BaselineLine[]>>;
  /** Charges of these days with their accounting, in a journal or not. */
  ledgerEntries(request: { fromDay: Day; toDay: Day }): AsyncGenerator<LedgerEntry[]>;
  entriesOf(charges: readonly ChargeId[]): Promise<LedgerEntry[]>;
  /** Charges that vouchers found in Infor name, by journal. */
  voucherCharges(
    journals: readonly ExternalKey[],
  ): Promise<{ journalKey: ExternalKey; chargeId: string }[]>;
}
