/** ShipBob's calls as they stand now. Apart, so that a look at it loads no client. */
import type { Allowance } from '../app/run-progress.ts';
import { windowOf } from '../shipbob/settings.ts';
import type { Workspace } from './compose-workspace.ts';

/** For all processes on the database together. */
export async function allowanceOf(
  workspace: Pick<Workspace, 'config' | 'clock' | 'live'>,
): Promise<Allowance> {
  const { config, clock, live } = workspace;
  const request = { ...windowOf(config.shipbob), nowMs: clock.now() };
  return { left: await live.store.callsLeft(request), perMinute: request.limit };
}
