import { afterAll, describe, expect, it } from 'vitest';
import { type LifeOutcome, liveThrough } from '../support/simulation-life.ts';
import { storyOf } from '../support/simulation-plot.ts';

const seeds =
  process.env.MLC_SEED === undefined
    ? Array.from({ length: Number(process.env.MLC_SEEDS ?? 50) }, (_, at) => at + 1)
    : [Number(process.env.MLC_SEED)];
const lived: LifeOutcome[] = [];

describe('the engine under faults and crashes', () => {
  it.each(seeds)('has one effect for every movement (seed %i)', async (seed) => {
    const outcome = await liveThrough(storyOf(seed));
    lived.push(outcome);

    expect(outcome.violations).toEqual([]);
  });
});

afterAll(() => {
  console.log(`${lived.length} seeds, ${lived.reduce((sum, { runs }) => sum + runs, 0)} runs`);
});
