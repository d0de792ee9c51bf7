/** The port of those who close a month. Import it from ports.ts. */
import type { JsonObject } from '../core/glossary.ts';

/** The row of the audit trail that binds a pack. */
export interface ClosingAct {
  seq: number;
  atMs: number;
  actor: string;
  detail: JsonObject;
}

export interface CloseStore {
  /** Writes into the trail that a period was closed with the pack of this manifest. */
  recordClosing(closing: {
    period: string;
    verdict: string;
    comparison: number;
    manifestSha256: string;
    actor: string;
    nowMs: number;
  }): Promise<ClosingAct>;
  /** The act that binds this manifest; the first, should there be several. */
  closingOf(manifestSha256: string): Promise<ClosingAct | null>;
  /** The acts of the same period after that one, in order: a later pack tells what is so now. */
  closingsAfter(act: ClosingAct): Promise<ClosingAct[]>;
}
