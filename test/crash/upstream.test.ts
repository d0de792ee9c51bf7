import { describe, expect, it } from 'vitest';
import { inforWrites, untilWrites } from '../../src/cli/drill/moment.ts';
import { expectRest } from '../support/crash-verdict.ts';
import { longPauseMs, openCrashWorld, summaryOf, syncArgs } from '../support/crash-world.ts';

describe('an upstream that is away', () => {
  it('Infor down: ingest goes on, exit 4, and the next run posts', async () => {
    const world = await openCrashWorld({ seed: 91, orders: 30 });
    const { inforSandbox, shipbobSandbox, infor } = world.sandbox;
    await inforSandbox.close();

    const down = await world.run(syncArgs);
    const { calls } = shipbobSandbox.books();
    await inforSandbox.listen(Number(new URL(infor.url).port));

    expect(down).toMatchObject({ code: 4, signal: null });
    expect(summaryOf(down).troubles).toMatchObject([{ stream: 'infor' }]);
    expect(summaryOf(down).troubles[0]?.hint).not.toBe('');
    expect(summaryOf(down).posted).toEqual({});
    expect(Object.keys(calls).length).toBeGreaterThan(1);
    const [first] = await expectRest(world);
    expect(first?.posted.salesOrder ?? 0).toBeGreaterThan(10);
  });

  it('Infor going away in the middle: exit 4, and the next run finishes', async () => {
    const world = await openCrashWorld({ seed: 92, orders: 30, batchSize: 4 });
    const { inforSandbox, infor } = world.sandbox;
    const child = world.start(syncArgs);
    await untilWrites(world, child, 40);
    await inforSandbox.close();

    const end = await child.end;
    await inforSandbox.listen(Number(new URL(infor.url).port));

    expect(end).toMatchObject({ code: 4, signal: null });
    await expectRest(world);
  });

  it('ShipBob down: exit 4, and Infor is still written to', async () => {
    const world = await openCrashWorld({ seed: 93, orders: 30, batchSize: 4 });
    const { shipbobSandbox, shipbob } = world.sandbox;
    const child = world.start(syncArgs);
    await untilWrites(world, child, 10);
    child.process.kill('SIGKILL');
    await child.end;
    await shipbobSandbox.close();
    const writes = inforWrites(world);

    world.pass(longPauseMs);
    const down = await world.run(syncArgs);

    expect(down).toMatchObject({ code: 4, signal: null });
    expect(summaryOf(down).troubles.map(({ stream }) => stream)).not.toContain('infor');
    expect(inforWrites(world)).toBeGreaterThan(writes);
    await shipbobSandbox.listen(Number(new URL(shipbob.url).port));
    await expectRest(world);
  });
});

describe('credentials that are refused', () => {
  it('exit 5 and name the side; with the right ones the next run does everything', async () => {
    const world = await openCrashWorld({ seed: 94, orders: 12 });
    const wrong = JSON.stringify({ ...world.sandbox.infor.ionapi, sask: 'not-the-secret' });

    const shipbob = await world.run(syncArgs, {
      environment: { MLC_SECRET_SHIPBOB_TOKEN: 'pat-not-the-token' },
    });
    const infor = await world.run(syncArgs, { environment: { MLC_SECRET_INFOR_IONAPI: wrong } });

    for (const [side, end] of Object.entries({ shipbob, infor })) {
      const said = JSON.stringify(summaryOf(end).troubles).toLowerCase();
      expect(end).toMatchObject({ code: 5, signal: null });
      expect(said).toContain(side);
      expect(end.stdout + end.stderr).not.toMatch(/not-the-(token|secret)/);
    }
    await expectRest(world);
  });
});
