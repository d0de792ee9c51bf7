import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../app/run.ts';
import type { CommandContext } from '../command-spec.ts';
import { openCopy, openWorkspace, type Workspace } from '../compose-workspace.ts';
import { exitCode } from '../exit-code.ts';
import { printPlanned } from './planned-table.ts';

/**
 * Works on a copy of the database that is thrown away: the same code, and no document written
 * anywhere. Only the login and the call budget stay those of the original, which others share.
 */
export async function dryRun(
  context: CommandContext,
  work: (workspace: Workspace) => Promise<RunResult>,
): Promise<number> {
  const original = await openWorkspace(context);
  const folder = mkdtempSync(join(tmpdir(), 'mlc-dry-run-'));
  try {
    const workspace = await openCopy(context, original, join(folder, 'copy.db'));
    try {
      const startedAtMs = context.clock.now();
      const result = await work(workspace);
      context.progress.clear();
      await printPlanned(context.output, workspace.store, { result, startedAtMs });
      return result.exitCode === 4 && result.troubles.length === 0
        ? exitCode('done')
        : result.exitCode;
    } finally {
      await workspace.close();
    }
  } finally {
    await original.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
