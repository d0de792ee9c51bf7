import { describe, expect, it } from 'vitest';
import type { RunningChild } from '../../src/cli/drill/child.ts';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { inforWrites, pauseReal, untilWrites } from '../../src/cli/drill/moment.ts';
import { addOrders } from '../../src/cli/drill/orders.ts';
import { tellTopic } from '../support/crash-report.ts';
import { crashTestMs } from '../support/crash-seeds.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { type CrashWorld, longPauseMs, openCrashWorld, syncArgs } from '../support/crash-world.ts';

const signals = [
  { name: 'SIGTERM', code: 143 },
  { name: 'SIGINT', code: 130 },
] as const;

/** The first call of each phase, as the two systems see it. */
const phases = [
  ['reading', 'GET /order'],
  ['staging', 'OIS100MI/AddBatchHead'],
  ['committing', 'OIS100MI/Confirm'],
  ['preparing', 'OIS100MI/AllocateOrder'],
  ['booking goods', 'MHS850MI/PrcWhsTran'],
  ['booking journals', 'GLS840MI/UpdBatch'],
] as const;

function callsOf({ sandbox }: CrashWorld, name: string): number {
  const shipbob = Object.entries(sandbox.shipbobSandbox.books().calls);
  return [...shipbob, ...sandbox.inforSandbox.world.state.callCounts]
    .filter(([call]) => call.includes(name))
    .reduce((sum, [, count]) => sum + count, 0);
}

/** Resolves at the next such call; a run that ends without one is an error. */
async function untilCall(world: CrashWorld, child: RunningChild, name: string): Promise<void> {
  const before = callsOf(world, name);
  while (callsOf(world, name) === before) {
    const { exitCode } = child.process;
    if (exitCode !== null) throw new Error(`the run ended (${exitCode}) without ${name}`);
    await pauseReal(1);
  }
}

describe('a signal in the middle of a run', () => {
  it('finishes the step in flight and exits 143 or 130; the next run carries on', async () => {
    const world = await openCrashWorld({ seed: 21, orders: 30, batchSize: 4 });

    for (const { name, code } of signals) {
      const child = world.start(syncArgs);
      await untilWrites(world, child, 30);
      child.process.kill(name);
      const end = await child.end;

      expect(end).toMatchObject({ code, signal: null });
      expect(end.stderr).toContain('finishing the step in flight');
      expect(readLedger(world).postings.filter(({ state }) => state === 'committing')).toEqual([]);
    }
    const before = inforWrites(world);
    // The lease was given back: no waiting for it to run out.
    const next = await world.run(syncArgs);
    expect(next).toMatchObject({ code: 0, signal: null });
    expect(inforWrites(world)).toBeGreaterThan(before);
    await expectRest(world);
    tellTopic('signals', signals.length, signals.length);
  });

  it(
    'ends every phase in order: nothing is left in its commit, and nothing needs a person',
    async () => {
      const world = await openCrashWorld({ seed: 22, orders: 20, batchSize: 2 });
      addOrders(world, 4);
      world.pass(longPauseMs);

      for (const [phase, call] of phases) {
        const child = world.start(syncArgs);
        await untilCall(world, child, call);
        child.process.kill('SIGTERM');
        const { code, signal } = await child.end;

        expect({ phase, code, signal }).toEqual({ phase, code: 143, signal: null });
        const { postings } = readLedger(world);
        expect(postings.filter(({ state }) => state === 'committing')).toEqual([]);
        world.pass(longPauseMs);
      }
      await expectRest(world);
      tellTopic('signals', phases.length, phases.length);
    },
    crashTestMs,
  );
});
