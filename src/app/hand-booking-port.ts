/** Documents that people entered in Infor, in both books. Import it from ports.ts. */
import type { HeldLine, RecordKey } from '../core/glossary.ts';
import type { HandKind } from '../core/hand-booking.ts';
import type { ExternalKey } from '../core/schema.ts';
import type { Fence, PlanningCase } from './store-port.ts';

// ── in Infor ──────────────────────────────────────────────────────────────────────────────────

/** Where to look for what a person named. */
export interface HandQuery {
  kind: HandKind;
  /**
   * Order number; for a goods issue that of its sales order, for a receipt the receiving number or
   * the delivery note, for a stock issue the transaction's number or the text on it.
   */
  number: string;
  /** Only this delivery of the sales order. */
  delivery: string | null;
  /** Of a receipt. */
  purchaseOrder: string | null;
  /** Of a stock issue: where and since when it may have been booked. */
  warehouse: string | null;
  items: string[];
  sinceMs: number | null;
}

/** One document, or one receiving number, with its lines in basic units. */
export interface HandFound {
  number: string;
  lines: HeldLine[];
  /** The key of ours that it carries: then no person entered it. */
  ownKey: ExternalKey | null;
}

export type HandAnswer =
  /** Proved by a complete answer. */
  | { state: 'absent' }
  | { state: 'deleted' }
  | {
      state: 'found';
      /** Customer or supplier; null where the kind has none. */
      party: string | null;
      documents: HandFound[];
      /** The whole order's lines, where `documents` shows one delivery of it. */
      whole: HandFound | null;
    };

/** Reads Infor for what a person says was entered. It never writes. */
export interface HandBookingReader {
  /** Throws a Problem when there is no clear and complete answer. */
  read(query: HandQuery): Promise<HandAnswer>;
}

// ── in the database ───────────────────────────────────────────────────────────────────────────

/** The document of which something is claimed, and for which subject. */
export interface ClaimQuery {
  kind: HandKind;
  number: string;
  /** Null counts every delivery of the order. */
  delivery: string | null;
  purchaseOrder: string | null;
  shipbobId: string;
}

export interface Claims {
  /** What links of other records and our own postings account for, in basic units. */
  lines: HeldLine[];
  /** Who they are, for people. */
  by: string[];
  /** Set when it cannot be told what is free: then nothing may be linked. */
  blocked: ClaimBlock | null;
}

export interface ClaimBlock {
  /**
   * `ours`: this tool posted it; `doubtful`: it may be one of ours whose outcome is open;
   * `unchecked`: it is linked since before links were checked.
   */
  why: 'ours' | 'doubtful' | 'unchecked';
  by: string;
}

export interface HandLink {
  record: RecordKey;
  kind: HandKind;
  /** The order, shipment or receiving order it stands for. */
  shipbobId: string;
  documents: {
    number: string;
    /** What of it stands for this record. */
    share: HeldLine[];
    /** Each must leave the share free once what others claim is taken off. */
    checks: { about: ClaimQuery; held: HeldLine[] }[];
  }[];
  /**
   * Our own postings of the subject, with nothing left in Infor: none was given to a commit, or it
   * was deleted there, or its handle was after it had been given up.
   */
  release: { postingId: number; expected: { state: string; attempt: number } }[];
  actor: string;
  because: string;
  /** Differences that the person accepted, in words; empty when there are none. */
  accepted: string[];
  nowMs: number;
}

export interface HandBookingStore {
  /** All that planning one record needs; null when it is not known, or purged and finished. */
  planningCase(key: RecordKey): Promise<PlanningCase | null>;
  claims(about: ClaimQuery): Promise<Claims>;
  /**
   * Checks and links in one transaction under the fence, and makes the record due. Throws Problem
   * `HAND_BOOKING_UNSETTLED` or `HAND_BOOKING_CLAIMED`; nothing is changed then.
   */
  linkByHand(fence: Fence, link: HandLink): Promise<void>;
}
