/** The port to whatever knows when a cron expression falls due. Import it from ports.ts. */

/** An expression of five fields, read in an IANA zone. */
export interface CronEntry {
  expression: string;
  timeZone: string;
}

export interface CronListener {
  /** Called at each moment of the expression. */
  due(): void;
  /** Called, once for each, when moments passed while nobody could be called. */
  missed(): void;
}

export interface CronSource {
  /** Calls the listener until stopped. */
  start(entry: CronEntry, listener: CronListener): { stop(): void };
  /** The first moment after `nowMs`; null when there is none within two years. */
  nextAtMs(entry: CronEntry, nowMs: number): number | null;
}
