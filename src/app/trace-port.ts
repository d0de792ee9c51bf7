/** What is known about one number: the answer of `Store.trace`. */
import type { DocumentKind, Flag, JsonObject, Posting, RecordKey } from '../core/glossary.ts';
import type { ExternalKey } from '../core/schema.ts';
import type { AuditEntry, StoredRecord } from './store-port.ts';

export interface CrosswalkRow {
  shipbobKind: 'order' | 'shipment' | 'receiving' | 'charge';
  shipbobId: string;
  documentKind: DocumentKind;
  key: ExternalKey;
  inforNumber: string;
  postedAtMs: number;
}

export interface TraceReport {
  found: TraceHit | null;
  /** All that carries the number, the likeliest first; charges only when nothing else does. */
  hits: TraceHit[];
  /** What carries the number first, then charges for it. */
  records: StoredRecord[];
  charges: ChargeTrace[];
  postings: Posting[];
  flags: Flag[];
  crosswalk: CrosswalkRow[];
  mappings: MappingTrace[];
  entries: AuditEntry[];
  /** The first of `entries` whose row of the audit trail is not as it was written; else null. */
  brokenAt: number | null;
}

/** One thing that is known by the number, and as what. */
export interface TraceHit {
  as: string;
  record: RecordKey;
}

/** What became of a charge for the order or receiving order. */
export interface ChargeTrace {
  chargeId: string;
  journalKey: string | null;
  amount: string | null;
  currency: string | null;
}

/** A mapping that people set for what the record was, or is, flagged for. */
export interface MappingTrace {
  kind: string;
  source: string;
  target: JsonObject;
  because: string | null;
  validFromMs: number;
  validToMs: number | null;
  setBy: string;
  setAtMs: number;
  endedBy: string | null;
  endedAtMs: number | null;
  endedBecause: string | null;
}
