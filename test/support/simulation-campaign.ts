import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { addTally, emptyTally, type Tally } from './simulation-tally.ts';
import type { TwistName } from './simulation-twist.ts';
import type { SeedReport } from './simulation-worker.ts';

export interface CampaignResult {
  tally: Tally;
  failed: SeedReport[];
  tookMs: number;
}

/** So many failing seeds are enough to stop. */
const failuresMax = 5;

/** Lives through many seeds in as many processes as the machine has cores for. */
export async function campaign(request: {
  seeds: readonly number[];
  twist: TwistName | null;
  progress: (done: number, of: number, failed: number) => void;
}): Promise<CampaignResult> {
  const { seeds, twist } = request;
  const startedAt = performance.now();
  const waiting = [...seeds];
  const failed: SeedReport[] = [];
  let tally = emptyTally();
  let done = 0;

  function take(report: SeedReport): void {
    tally = addTally(tally, report.tally);
    done += 1;
    if (report.violations.length > 0 || report.broken !== null) failed.push(report);
    request.progress(done, seeds.length, failed.length);
  }

  const script = fileURLToPath(new URL('./simulation-worker.js', import.meta.url));
  const workers = Math.min(availableParallelism(), Math.max(1, seeds.length));
  await Promise.all(Array.from({ length: workers }, () => work()));
  failed.sort((one, other) => one.seed - other.seed);
  return { tally, failed, tookMs: performance.now() - startedAt };

  function work(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = fork(script);
      const next = () => {
        const seed = failed.length >= failuresMax ? undefined : waiting.shift();
        if (seed === undefined) worker.disconnect();
        else worker.send({ seed, twist });
      };
      worker.on('message', (report: SeedReport) => {
        take(report);
        next();
      });
      worker.on('error', reject);
      worker.on('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`a worker of the simulation ended with ${code}`));
      });
      next();
    });
  }
}
