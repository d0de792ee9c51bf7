/**
 * `kill -9` at random instants of the real program, not only where somebody thought of a point. An
 * instant is a seeded number of writes into Infor and some milliseconds more, counted from the
 * simulator's side, so that every kill falls into work. `MLC_CRASH_SEEDS` is the number of worlds.
 */
import { describe, expect, it } from 'vitest';
import { killAtInstant } from '../../src/cli/drill/moment.ts';
import { seededRandom } from '../../src/runtime/random.ts';
import { tellTopic } from '../support/crash-report.ts';
import { crashSeeds, crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { openCrashWorld } from '../support/crash-world.ts';

const kills = 22;
const writesMax = 30;
const moreMsMax = 25;

describe('kill -9 at random instants', () => {
  it.each(crashSeeds(41))(
    'leaves each document once ($tenant tenant, seed $seed)',
    async (which) => {
      const world = await openCrashWorld({ ...which, orders: 60, batchSize: 4 });
      const random = seededRandom(which.seed);
      const doubles: string[] = [];
      let killed = 0;
      let progressed = 0;

      for (let count = 0; count < kills; count += 1) {
        const kill = await killAtInstant(world, random, { writesMax, moreMsMax });
        if (kill.killed) killed += 1;
        if (kill.progressed) progressed += 1;
        doubles.push(...kill.doubles);
      }

      tellTopic('random kills', killed, progressed);
      expect(doubles).toEqual([]);
      expect({ killed, progressed }).toEqual({ killed: kills, progressed: kills });
      await expectRest(world);
    },
    crashTestMs,
  );
});
