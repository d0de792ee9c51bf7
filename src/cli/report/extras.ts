/** What a report on paper says beside the comparison itself. */

/** Beyond these a report is no reading matter, and `mlc trace` tells the rest. */
export const findingsTracedMax = 500;

export interface ReportExtras {
  /** Of the program that made it. */
  version: string;
  /** What the trace tells of each finding, by the finding's place in the report. */
  traces: ReadonlyMap<number, FindingTrace>;
}

export interface FindingTrace {
  lines: { atMs: number; text: string }[];
  /** Rows of the trace that are not shown: single calls, and the middle of a long story. */
  left: number;
}

export const noExtras: ReportExtras = { version: '', traces: new Map() };
