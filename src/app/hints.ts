import { readHints } from './hint-reading.ts';
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
    troubles.push(...(await readHints(engine, ['order', 'shipment', 'receiving', 'charge'])));
    if (!inforUp) return troubles;
    await attempt(troubles, 'infor', async () => {
      troubles.push(...(await workOff(engine, 'post')));
    });
    return troubles;
  });
}
