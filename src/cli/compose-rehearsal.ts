/** A run that leaves nothing behind, over real connections. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import type { RunParts } from '../app/run.ts';
import { effectiveSettings } from '../core/effective-settings.ts';
import { openStore } from '../store/open.ts';
import type { CommandContext } from './command-spec.ts';
import { connect } from './compose.ts';
import { openWorkspace } from './compose-workspace.ts';

export interface RehearsalSession {
  /** Over an empty database in memory, which goes with the session. */
  parts: RunParts;
  close(): Promise<void>;
}

/**
 * Nothing that is planned here is kept, and nothing in the database is touched but what all
 * processes share: the count of calls to ShipBob, and a login that has to be renewed.
 */
export async function openRehearsal(context: CommandContext): Promise<RehearsalSession> {
  const workspace = await openWorkspace(context);
  try {
    const { clock } = workspace;
    // The empty store has none of the mappings that people set: they go with the settings.
    const settings = effectiveSettings(
      workspace.config.settings,
      await workspace.store.currentMappings(clock.now()),
    );
    const connected = await connect(context, workspace, { settings, remember: 'no' });
    const auditKey = new Uint8Array(randomBytes(32));
    const store = await openStore({ path: ':memory:', auditKey, clock, create: 'yes' });
    return {
      parts: {
        ...connected.parts,
        store,
        // A crash here is nobody's concern, and the newest audit head is not this store's.
        crash: () => {},
        headFile: { read: async () => null, write: async () => undefined },
      },
      async close() {
        connected.close();
        await store.close();
        await workspace.close();
      },
    };
  } catch (thrown) {
    await workspace.close();
    throw thrown;
  }
}
