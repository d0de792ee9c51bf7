import type { Engine } from './engine.ts';
import { readHints } from './hint-reading.ts';
import { ingest } from './ingest.ts';
import { type RunParts, type RunResult, type RunTrouble, underLease } from './run.ts';
import { attempt, requireStart, workOff } from './sync.ts';

/**
 * What the receiver's process does when deliveries came in: reads what they are about, plans and
 * posts, without any sweep. It holds the lease as every run does: Problem `LEASE_HELD` (exit 75)
 * means that another run is on, which reads the same hints at its end or leaves them waiting. What
 * ShipBob did not answer for stays waiting and is not asked for again within five minutes.
 */
export function followHints(parts: RunParts): Promise<RunResult> {
  return underLease(parts, 'webhooks', async (engine) => {
    requireStart(engine);
    const troubles: RunTrouble[] = [];
    const inforUp = await attempt(troubles, 'infor', () => engine.infor.probe());
    // One call for each of many orders would burn what a sweep reads in a few.
    if (await areMany(engine)) troubles.push(...(await ingest(engine, 'orders')));
    troubles.push(...(await readHints(engine, ['order', 'shipment', 'receiving', 'charge'])));
    if (!inforUp) return troubles;
    await attempt(troubles, 'infor', async () => {
      troubles.push(...(await workOff(engine, 'post')));
    });
    return troubles;
  });
}

/** Orders that wait to be read, above which they are swept first: a page of a sweep holds 250. */
const singleReadsMax = 60;

async function areMany(engine: Engine): Promise<boolean> {
  const waiting = await engine.store.hintsWaiting(4 * singleReadsMax);
  const orders = waiting.filter(
    ({ subject }) => subject.kind === 'order' || subject.kind === 'shipment',
  );
  return orders.length > singleReadsMax;
}
