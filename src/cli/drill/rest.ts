import { findDoubles, judgeAtRest } from '../../sandbox/judge.ts';
import { auditBrokenAt, readLedger } from './ledger.ts';
import { type DrillWorld, longPauseMs, type RunSummary, summaryOf, syncArgs } from './world.ts';

const restRunsMax = 25;

/** Runs until nothing is left to do, time passing in between; answers every run's summary. */
export async function runToRest(world: DrillWorld, pauseMs = longPauseMs): Promise<RunSummary[]> {
  const runs: RunSummary[] = [];
  for (let count = 0; count < restRunsMax; count += 1) {
    world.pass(pauseMs);
    const end = await world.run(syncArgs);
    if (end.code !== 0 && end.code !== 4) {
      throw new Error(
        `a run on the way to rest ended with ${end.code}: ${end.stderr}${end.stdout}`,
      );
    }
    const one = summaryOf(end);
    runs.push(one);
    if (end.code === 0) return runs;
  }
  throw new Error(`not at rest after ${restRunsMax} runs: ${JSON.stringify(runs.at(-1))}`);
}

/** What is wrong with a world that was run to rest; all empty when all is well. */
export interface RestVerdict {
  /** What has two effects, or more effect than ShipBob's movement. */
  doubles: string[];
  /** What is missing, half done, or only claimed. */
  losses: string[];
  /** The audit row at which the chain breaks. */
  auditBrokenAt: number | null;
  /** The last of all runs, which must have had nothing to do. */
  idle: Pick<RunSummary, 'exitCode' | 'posted' | 'waiting' | 'doubtful'>;
}

/** Judges the books, the ledger's flags and the chain, after one more run. */
export async function judgeRest(world: DrillWorld): Promise<RestVerdict> {
  const { exitCode, posted, waiting, doubtful } = summaryOf(await world.run(syncArgs));
  const doubles = findDoubles(world.sandbox);
  const all = judgeAtRest(world.sandbox, readLedger(world));
  return {
    doubles,
    losses: all.filter((sentence) => !doubles.includes(sentence)),
    auditBrokenAt: await auditBrokenAt(world),
    idle: { exitCode, posted, waiting, doubtful },
  };
}
