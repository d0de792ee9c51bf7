import { afterAll, describe, expect, it } from 'vitest';
import { liveThrough } from './simulation-life.ts';
import type { LifeOutcome } from './simulation-outcome.ts';
import { storyOf } from './simulation-plot.ts';
import {
  addTally,
  emptyTally,
  postedShareMin,
  shareOf,
  tableOf,
  tallyOf,
} from './simulation-tally.ts';
import { momentOf } from './simulation-telling.ts';

const seedsByDefault = 200;

/**
 * Lives through the seeds of one half, so that two files share the machine's cores. One seed again:
 * MLC_SEED=n. More of them: MLC_SEEDS=n.
 */
export function describeLives(half: 'odd' | 'even'): void {
  const seeds = seedsOf(half);
  const startedAt = performance.now();
  let tally = emptyTally();

  describe.skipIf(seeds.length === 0)(`stories of ${half} seeds`, () => {
    it.each(seeds)('have one effect for every movement (seed %i)', async (seed) => {
      const outcome = await liveThrough(storyOf(seed));
      tally = addTally(tally, tallyOf(outcome));

      expect(outcome.violations, replayOf(outcome)).toEqual([]);
    });

    // One seed alone may have been a quiet one.
    it.skipIf(seeds.length < 20)('were full of trouble, and still nearly all was posted', () => {
      expect(Object.keys(tally.crashes).sort()).toEqual(['dies', 'forgets', 'stands']);
      expect(Object.keys(tally.faults).length).toBeGreaterThan(14);
      expect(Object.keys(tally.acts).length).toBeGreaterThan(4);
      expect(tally.eligible).toBeGreaterThan(seeds.length * 10);
      expect(shareOf(tally)).toBeGreaterThanOrEqual(postedShareMin);
    });

    afterAll(() => {
      console.log(tableOf(tally, performance.now() - startedAt));
    });
  });
}

function seedsOf(half: 'odd' | 'even'): number[] {
  const rest = half === 'odd' ? 1 : 0;
  const { MLC_SEED: one, MLC_SEEDS: many } = process.env;
  const seeds =
    one === undefined
      ? Array.from({ length: Number(many ?? seedsByDefault) }, (_, at) => at + 1)
      : [Number(one)];
  return seeds.filter((seed) => seed % 2 === rest);
}

function replayOf({ seed, crashes, violations }: LifeOutcome): string {
  return [
    `replay and shrink: npm run test:simulation -- --seed ${seed}`,
    ...crashes.map(({ run, at, how, atMs }) => `${momentOf(atMs)}  ${run} ${how} at ${at}`),
    ...violations.map(({ kind, words, atMs }) => `${momentOf(atMs)}  ${kind}: ${words}`),
  ].join('\n');
}
