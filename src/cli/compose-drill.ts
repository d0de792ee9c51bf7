/** What `mlc drill` stands on. Part of the composition root. */
import { crashPointNames } from '../core/crash-point.ts';
import { packageRoot } from '../runtime/package.ts';
import type { CommandContext } from './command-spec.ts';
import { type DrillResult, drill, drillOrders } from './drill/drill.ts';
import { openDrillWorld } from './drill/world.ts';

export type { DrillResult } from './drill/drill.ts';
export { isHit, killGrid } from './drill/tally.ts';

/** How many points there are to die at, for whoever reads how many were used. */
export const pointCount = crashPointNames().length;

/**
 * A drill in a world of its own: a new folder, both systems simulated in this process, and children
 * that get nothing of the caller's environment but where programs lie. Null when it was stopped.
 */
export async function runDrill(
  context: CommandContext,
  request: { seed: number; kills: number; plant: 'double' | null },
): Promise<DrillResult | null> {
  try {
    return await drillInOwnWorld(context, request);
  } catch (thrown) {
    // A terminal stops the children too, and what they then fail at is no finding.
    if (context.stop.aborted) return null;
    throw thrown;
  }
}

async function drillInOwnWorld(
  context: CommandContext,
  request: { seed: number; kills: number; plant: 'double' | null },
): Promise<DrillResult | null> {
  const { progress, stop, environment } = context;
  progress.update('setting up both systems');
  const world = await openDrillWorld({
    seed: request.seed,
    orders: drillOrders,
    root: packageRoot(),
    path: environment.PATH ?? '',
    tenant: 'poorest',
    batchSize: 2,
  });
  try {
    return await drill(world, { ...request, stop, progress: (step) => progress.update(step) });
  } finally {
    progress.clear();
    await world.close();
  }
}
