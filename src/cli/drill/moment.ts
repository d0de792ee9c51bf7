import { createClock } from '../../runtime/clock.ts';
import { findDoubles } from '../../sandbox/judge.ts';
import type { RunningChild } from './child.ts';
import { readLedger } from './ledger.ts';
import { type DrillWorld, longPauseMs, syncArgs } from './world.ts';

/** Transactions that write into Infor begin with one of these. */
const writing = /\/(Add|Confirm|Finish|Start|Prc|Upd|Del|Allocate|Rel|Ctrl)/;

/** Writing transactions that Infor was asked for so far, by the simulator's own count. */
export function inforWrites(world: Pick<DrillWorld, 'sandbox'>): number {
  const { callCounts } = world.sandbox.inforSandbox.world.state;
  let writes = 0;
  for (const [name, count] of callCounts) if (writing.test(name)) writes += count;
  return writes;
}

/**
 * Resolves as soon as the child has asked Infor for so many more writes. A child that ends before
 * is an error: a kill after the end proves nothing.
 */
export async function untilWrites(
  world: Pick<DrillWorld, 'sandbox'>,
  child: RunningChild,
  more: number,
): Promise<void> {
  const from = inforWrites(world);
  let over = false;
  const end = child.end.then((how) => {
    over = true;
    return how;
  });
  while (inforWrites(world) < from + more) {
    if (over) {
      const { code, stderr } = await end;
      throw new Error(`the run ended (${code}) before ${more} writes: ${stderr}`);
    }
    await pauseReal(1);
  }
}

/**
 * Kills one run at a chance instant of its work: a number of writes into Infor, up to `writesMax`,
 * and up to `moreMsMax` of real time after that. Answers what it came to.
 */
export async function killAtInstant(
  world: DrillWorld,
  random: { next(): number },
  { writesMax, moreMsMax }: { writesMax: number; moreMsMax: number },
): Promise<{ killed: boolean; progressed: boolean; doubles: string[] }> {
  world.pass(longPauseMs);
  const rows = readLedger(world).auditRows;
  const writes = inforWrites(world);
  const child = world.start(syncArgs);
  await untilWrites(world, child, 1 + Math.floor(random.next() * writesMax));
  await pauseReal(random.next() * moreMsMax);
  child.process.kill('SIGKILL');
  return {
    killed: (await child.end).signal === 'SIGKILL',
    progressed: readLedger(world).auditRows > rows && inforWrites(world) > writes,
    doubles: findDoubles(world.sandbox),
  };
}

/** Real time, for the instants of a kill. */
export function pauseReal(durationMs: number): Promise<void> {
  return createClock().sleep(durationMs);
}
