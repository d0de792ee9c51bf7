import { createClock } from '../../runtime/clock.ts';
import type { RunningChild } from './child.ts';
import type { DrillWorld } from './world.ts';

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

/** Real time, for the instants of a kill. */
export function pauseReal(durationMs: number): Promise<void> {
  return createClock().sleep(durationMs);
}
