/**
 * A clock that was moved by hours, as a bad time server or a restored machine does it. `MLC_CLOCK_OFFSET`
 * moves the child's clock alone, while both systems live on in their own time; it is the switch that users have for
 * rehearsals, and needs nothing on the machine, as faketime would.
 */
import { describe, expect, it } from 'vitest';
import { untilWrites } from '../../src/cli/drill/moment.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { findDoubles } from '../../src/sandbox/judge.ts';
import { tellTopic } from '../support/crash-report.ts';
import { crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { longPauseMs, openCrashWorld, summaryOf, syncArgs } from '../support/crash-world.ts';

const hourMs = 3_600_000;

describe('a clock that is moved by hours', () => {
  it(
    'ahead and back, in the middle of documents, books nothing twice and skips nothing',
    async () => {
      const world = await openCrashWorld({ seed: 111, orders: 20, batchSize: 4 });
      let passedMs = 0;
      const pass = () => {
        passedMs += longPauseMs;
        world.pass(longPauseMs);
      };
      const wrong = (hours: number) => ({
        environment: { MLC_CLOCK_OFFSET: `${passedMs + hours * hourMs}ms` },
      });
      const doubles: string[] = [];

      // Dies within its documents while its clock is ahead, so that lease and waits lie in the future.
      const first = world.start(syncArgs, wrong(6));
      await untilWrites(world, first, 25);
      first.process.kill('SIGKILL');
      await first.end;
      for (const hours of [-5, 7, -3, 0]) {
        addOrders(world, 2);
        pass();
        const end = await world.run(syncArgs, wrong(hours));
        // 75 while the dead run's lease, taken in the future, still has its two minutes.
        expect([0, 4, 75]).toContain(end.code);
        if (end.code !== 75) expect(summaryOf(end).restored).toBe(false);
        doubles.push(...findDoubles(world.sandbox));
      }
      addOrders(world, 2);

      expect(doubles).toEqual([]);
      await expectRest(world);
      tellTopic('clock', 5, 5);
    },
    crashTestMs,
  );
});
