/** What a comparison of the books works with. */
import type { MappingChangeRow } from '../core/reconciliation.ts';
import type { Day } from '../core/schema.ts';
import type { Settings } from '../core/settings.ts';
import type { SettingsHistory } from '../core/settings-history.ts';
import type {
  Clock,
  CrashPoint,
  InforBooks,
  InforLedger,
  Log,
  ShipbobBooks,
  ShipbobSource,
  Store,
  TimeWindow,
} from './ports.ts';

export interface ReconcileParts {
  clock: Clock;
  log: Log;
  store: Store;
  settings: Settings;
  earlierSettings: SettingsHistory;
  infor: InforBooks;
  shipbob: ShipbobBooks;
  source: ShipbobSource;
  masterData: InforLedger['masterData'];
  /** Infor's company, for the report. */
  company: string;
  /** Reason code of stock issues whose rule names none. */
  reasonDefault: string;
  /** Customers that orders may have been posted for. */
  customers: string[];
  signal: AbortSignal;
  crash: CrashPoint;
  progress: (step: string) => void;
  /** Calls made so far. */
  calls(): { shipbob: number; infor: number };
  /** What people changed in the mappings in this time. */
  mappingChanges(window: TimeWindow): Promise<MappingChangeRow[]>;
}

export interface ReconcileRequest {
  from: Day;
  to: Day;
  timeZone: string;
  /** Null: the moment at which it begins. */
  asOfMs: number | null;
  /** `recent` goes on with one begun within a day; `no` leaves an unfinished one behind. */
  resume: 'yes' | 'recent' | 'no';
  onHand: 'yes' | 'no';
  actor: string;
}
