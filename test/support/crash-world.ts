import { onTestFinished, vi } from 'vitest';
import {
  type DrillWorld,
  type DrillWorldRequest,
  openDrillWorld,
} from '../../src/cli/drill/world.ts';
import { projectRoot } from './source-tree.ts';

export { runToRest } from '../../src/cli/drill/rest.ts';
export {
  longPauseMs,
  type RunSummary,
  setUp,
  summaryOf,
  syncArgs,
} from '../../src/cli/drill/world.ts';

// Dozens of processes for one test: on a machine that is not quiet that takes minutes.
vi.setConfig({ testTimeout: 600_000 });

export type CrashWorld = DrillWorld;

/** Another build may be named, so that a check need not touch dist/. */
export const buildRoot = process.env.BUILD_UNDER_TEST ?? projectRoot;

/** The world of `mlc drill`, for one test. */
export async function openCrashWorld(
  request: Omit<DrillWorldRequest, 'root' | 'path'> & { root?: string },
): Promise<CrashWorld> {
  const path = process.env.PATH ?? '';
  const world = await openDrillWorld({ root: buildRoot, ...request, path });
  onTestFinished(() => world.close());
  return world;
}
