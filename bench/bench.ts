/** What a bench is; main.ts lists them. */
import type { Report } from './report.ts';

/** What a bench is given. */
export interface BenchRun {
  /** Values of the bench's own options; whole numbers. */
  numbers: Map<string, number>;
  /** An empty folder on the disk to be measured; removed afterwards. */
  folder: string;
  /** Where profiles of the measured processes go; null when none are wanted. */
  profileFolder: string | null;
  progress: (line: string) => void;
}

export interface Bench {
  name: string;
  about: string;
  options: { name: string; standard: number; about: string }[];
  run(request: BenchRun): Promise<Report>;
}
