import { expect } from 'vitest';
import { auditBrokenAt, readLedger } from './crash-ledger.ts';
import { judgeAtRest } from './crash-oracle.ts';
import { type CrashWorld, type RunSummary, runToRest, summaryOf, syncArgs } from './crash-world.ts';

/**
 * Runs to rest, and expects that everything is right then: each document once, nothing lost, the
 * audit chain whole, and one more run with nothing to post.
 */
export async function expectRest(world: CrashWorld, pauseMs?: number): Promise<RunSummary[]> {
  const runs = await runToRest(world, pauseMs);
  const idle = summaryOf(await world.run(syncArgs));

  expect(judgeAtRest(world, readLedger(world))).toEqual([]);
  expect(await auditBrokenAt(world)).toBeNull();
  expect(idle).toMatchObject({ exitCode: 0, posted: {}, waiting: 0, doubtful: 0 });
  return runs;
}
