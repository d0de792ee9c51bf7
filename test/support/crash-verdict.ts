import { expect } from 'vitest';
import { judgeRest, runToRest } from '../../src/cli/drill/rest.ts';
import { tellVerdict } from './crash-report.ts';
import type { CrashWorld, RunSummary } from './crash-world.ts';

/**
 * Runs to rest, and expects that everything is right then: each document once, nothing lost, the
 * audit chain whole, and one more run with nothing to post.
 */
export async function expectRest(world: CrashWorld, pauseMs?: number): Promise<RunSummary[]> {
  const runs = await runToRest(world, pauseMs);
  const verdict = await judgeRest(world);
  tellVerdict({ doubles: verdict.doubles.length, losses: verdict.losses.length });

  expect(verdict).toEqual({
    doubles: [],
    losses: [],
    auditBrokenAt: null,
    idle: { exitCode: 0, posted: {}, waiting: 0, doubtful: 0 },
  });
  return runs;
}
