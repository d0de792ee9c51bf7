/** The ports of those who watch: measures, alerts, and locks between processes. */
import type { FlagGroups } from '../core/alert-flag.ts';
import type { AlertMessage, AlertState } from '../core/alert-message.ts';
import type { RecordKey, SourceRecord } from '../core/glossary.ts';

export type { AlertMessage, AlertState };

/** What a call to a system outside came to, for the measures. */
export interface CallMeasure {
  upstream: 'shipbob' | 'infor' | 'shipbobLogin' | 'inforLogin';
  /** `ok` 2xx/3xx, `refused` 4xx, `limited` 429, `failed` 5xx, `notSent`, `unclear`. */
  outcome: 'ok' | 'refused' | 'limited' | 'failed' | 'notSent' | 'unclear';
  durationMs: number;
}

/** Told about every exchange; keeps counts and latencies. */
export interface Meter {
  called(measure: CallMeasure): void;
}

/** Sends a message to wherever people look. Throws Problem (`retryable`, `configuration`). */
export interface Alerts {
  send(message: AlertMessage): Promise<void>;
}

/** When people were last told that the database refuses, kept outside of it. */
export interface ToldMark {
  /** In ms; null for never. */
  toldAtMs(): Promise<number | null>;
  tell(nowMs: number): Promise<void>;
}

/** A document that should be in Infor by now. */
export interface Overdue {
  kind: 'issue' | 'receipt';
  /** The shipment or receiving order. */
  shipbobId: string;
  record: RecordKey;
  /** When the goods were delivered, or the receiving order was completed. */
  happenedAtMs: number;
}

export interface WatchStore {
  /** Takes the named lock, or answers false while another owner's has not run out. */
  takeLock(request: {
    name: string;
    owner: string;
    nowMs: number;
    ttlMs: number;
  }): Promise<boolean>;
  /** Nothing happens when it is another's by now. */
  releaseLock(request: { name: string; owner: string }): Promise<void>;
  alertStates(): Promise<AlertState[]>;
  putAlertStates(states: AlertState[]): Promise<void>;
  forgetAlertStates(causes: string[]): Promise<void>;
  /** Records whose newest own time lies in the window, by that time; for incremental checks. */
  recordsUpdated(request: {
    kind: 'order' | 'receiving';
    fromMs: number;
    toMs: number;
    /** Continue after this one; null for the first page. */
    after: { updatedAtMs: number; id: string } | null;
    limit: number;
  }): Promise<{ record: SourceRecord; updatedAtMs: number }[]>;
  /** Those noted as overdue and still without their document. */
  overdue(): Promise<Overdue[]>;
  /** Notes those that have an unposted posting, an open flag, or are not planned yet. */
  noteOverdue(found: Overdue[], nowMs: number): Promise<number>;
  /** Open flags of these reasons, counted, each with its biggest causes. */
  openFlagGroups(request: { codes: string[]; causesMax: number }): Promise<FlagGroups[]>;
}
