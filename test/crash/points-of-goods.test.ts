/**
 * `kill -9` of the real program at every named point, for everything that moves goods and for
 * journals; see points-of-orders.test.ts. `MLC_CRASH_SEEDS` (default 1) is the number of worlds.
 */
import { describe, expect, it } from 'vitest';
import { type Kill, killKind, postKind } from '../../src/cli/drill/matrix.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { tellKills } from '../support/crash-report.ts';
import { crashSeeds, crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { longPauseMs, openCrashWorld, syncArgs } from '../support/crash-world.ts';

const copies = 14;

describe('kill -9 at every point of every movement and journal', () => {
  it.each(crashSeeds(35))(
    'books each one once ($tenant tenant, seed $seed)',
    async (which) => {
      const world = await openCrashWorld({ ...which, orders: 30, batchSize: 2 });
      addOrders(world, copies);
      // What is too new is left to the next sweep.
      world.pass(longPauseMs);
      await world.run([...syncArgs, '--limit', '1']);
      await postKind(world, 'salesOrder');
      await postKind(world, 'purchaseOrder');

      const kills: Kill[] = [];
      for (const kind of ['goodsIssue', 'stockIssue', 'goodsReceipt', 'journal'] as const) {
        kills.push(...(await killKind(world, kind)));
      }

      tellKills(kills);
      expect(kills.filter(({ aimedAt, hit }) => hit !== aimedAt)).toEqual([]);
      expect(kills.flatMap(({ doubles }) => doubles)).toEqual([]);
      await expectRest(world);
    },
    crashTestMs,
  );
});
