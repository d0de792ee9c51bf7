/** What a bench is; main.ts lists them. */
import type { Report } from './report.ts';

/** What a bench is given. */
export interface BenchRun {
  /** Values of the bench's own options; whole numbers. */
  numbers: Map<string, number>;
  /** Values of those options that are lists of whole numbers. */
  lists: Map<string, number[]>;
  /** An empty folder on the disk to be measured; removed afterwards. */
  folder: string;
  /** Where profiles of the measured processes go; null when none are wanted. */
  profileFolder: string | null;
  progress: (line: string) => void;
}

/** A whole number, or several where the standard is a list. */
export interface BenchOption {
  name: string;
  standard: number | number[];
  /** With `--quick`; the standard where left out. */
  quick?: number | number[];
  about: string;
}

export interface Bench {
  name: string;
  about: string;
  options: BenchOption[];
  /** What it cannot run without, as a sentence; asked before any bench has begun. */
  missing?(): string | null;
  run(request: BenchRun): Promise<Report>;
}
