import { describe, expect, it } from 'vitest';
import { readLedger } from '../../src/cli/drill/ledger.ts';
import { inforWrites, untilWrites } from '../../src/cli/drill/moment.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { openCrashWorld, syncArgs } from '../support/crash-world.ts';

const signals = [
  { name: 'SIGTERM', code: 143 },
  { name: 'SIGINT', code: 130 },
] as const;

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
  });
});
