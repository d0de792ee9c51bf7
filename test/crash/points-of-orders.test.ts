/**
 * `kill -9` of the real program at every named point, for a whole run and for everything that becomes
 * an order. One world is killed again and again, so that crashes meet the remains of crashes; the
 * books are judged after every kill and at rest. `MLC_CRASH_SEEDS` (default 1) is the number of
 * worlds. The kills of goods and journals are in points-of-goods.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { type Kill, killKind, killRuns } from '../../src/cli/drill/matrix.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { tellKills } from '../support/crash-report.ts';
import { crashSeeds, crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { openCrashWorld } from '../support/crash-world.ts';

/** Enough batches of each kind for every kill after a commit. */
const copies = 14;

describe('kill -9 at every point of a run and of every order', () => {
  it.each(crashSeeds(31))(
    'leaves each order once ($tenant tenant, seed $seed)',
    async (which) => {
      const world = await openCrashWorld({ ...which, orders: 30, batchSize: 2 });
      const waiting = addOrders(world, copies);

      const kills: Kill[] = await killRuns(world);
      kills.push(...(await killKind(world, 'salesOrder')));
      kills.push(...(await killKind(world, 'purchaseOrder')));
      for (const orderId of waiting) world.sandbox.shipbobSandbox.world.cancelOrder(orderId);
      kills.push(...(await killKind(world, 'orderCancellation')));

      tellKills(kills);
      expect(kills.filter(({ aimedAt, hit }) => hit !== aimedAt)).toEqual([]);
      expect(kills.flatMap(({ doubles }) => doubles)).toEqual([]);
      await expectRest(world);
    },
    crashTestMs,
  );
});
