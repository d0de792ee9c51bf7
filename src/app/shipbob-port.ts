/** The port to ShipBob. Import it from ports.ts. */
import type {
  ChargeRecord,
  MasterFact,
  MasterNeed,
  OrderRecord,
  ReceivingBox,
  ReceivingRecord,
  RecordKey,
  SourceRecord,
} from '../core/glossary.ts';
import type { OrderId, ReceivingId, ShipmentId } from '../core/schema.ts';

/** A record as one request saw it. `startedAtMs` is when that request was sent. */
export interface Observation<T extends SourceRecord = SourceRecord> {
  record: T;
  startedAtMs: number;
}

/** A row that could not be understood: kept whole and flagged, it does not stop its page. */
export interface UnreadableRecord {
  kind: RecordKey['kind'];
  /** Null when not even an id could be read. */
  id: string | null;
  raw: string;
  problem: string;
  startedAtMs: number;
}

export interface SourcePage<T extends SourceRecord> {
  observations: Observation<T>[];
  unreadable: UnreadableRecord[];
  /** Pages still to come in this sweep, for progress. */
  pagesLeft: number;
}

export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

export interface ShipbobSource {
  /** One cheap call: who we are and what we may read. Throws Problem (`credentials`, …). */
  probe(): Promise<{
    channels: { id: string; name: string; application: string; scopes: string[] }[];
  }>;
  /**
   * Sweeps orders whose `by` clock lies in the window, pages last to first so that a row which
   * leaves the window while we read is met twice rather than never (design §3).
   */
  orders(
    by: 'updated' | 'tracking' | 'created',
    window: TimeWindow,
  ): AsyncGenerator<SourcePage<OrderRecord>>;
  /** One order; null when ShipBob answers 404. */
  order(id: OrderId): Promise<Observation<OrderRecord> | UnreadableRecord | null>;
  /** The order that a shipment belongs to; null when ShipBob answers 404. */
  orderOfShipment(id: ShipmentId): Promise<OrderId | null>;
  /** Receiving orders; there is no updated-since filter (reference §5.3). */
  receivings(
    select:
      | { select: 'open' }
      | { select: 'completed'; window: TimeWindow }
      | { select: 'cancelled'; insertedFromMs: number }
      | { select: 'ids'; ids: ReceivingId[] },
  ): AsyncGenerator<SourcePage<ReceivingRecord>>;
  /** Lots live only here. */
  boxes(id: ReceivingId): Promise<ReceivingBox[]>;
  /** Billing transactions charged in the window of days. */
  charges(window: TimeWindow): AsyncGenerator<SourcePage<ChargeRecord>>;
  /** Catalogue facts for `inventory` and `product` needs; answers in the order asked. */
  catalogue(needs: MasterNeed[]): Promise<MasterFact[]>;
  /** Calls made since creation, by endpoint, for the run's summary. */
  callCounts(): Record<string, number>;
}
