import { describe, expect, it } from 'vitest';
import { untilWrites } from '../../src/cli/drill/moment.ts';
import { tellTopic } from '../support/crash-report.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { openCrashWorld, syncArgs } from '../support/crash-world.ts';

describe('two runs at once', () => {
  it('are one run: the others exit 75', async () => {
    const world = await openCrashWorld({ seed: 61, orders: 20 });

    const together = Array.from({ length: 8 }, () => world.start(syncArgs));
    const ends = await Promise.all(together.map(({ end }) => end));

    const codes = ends.map(({ code }) => code).sort();
    expect(codes).toEqual([0, 75, 75, 75, 75, 75, 75, 75]);
    tellTopic('processes at once', codes.length, codes.length);
    const busy = ends.filter(({ code }) => code === 75);
    for (const { stderr } of busy) {
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'LEASE_HELD' } });
    }
    await expectRest(world);
  });

  it('leave the one that runs alone, and say so', async () => {
    const world = await openCrashWorld({ seed: 62, orders: 12 });
    const first = world.start(syncArgs);
    await untilWrites(world, first, 5);

    const refused = await world.run(['sync']);
    const skipped = await world.run(['sync', '--if-free', '--quiet']);
    const ended = await first.end;

    expect(refused).toMatchObject({ code: 75, signal: null });
    expect(refused.stderr).toMatch(/another run is on/);
    expect(refused.stderr).toMatch(/lease runs out in about \d+ s/);
    expect(skipped).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ended.code).toBe(0);
    await expectRest(world);
  });
});
