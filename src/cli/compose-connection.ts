/** Connections that outlive a run, for a process that makes many. Part of the composition root. */
import type { Meter, Store } from '../app/ports.ts';
import type { RunParts } from '../app/run.ts';
import type { CommandContext } from './command-spec.ts';
import { type Connected, connect } from './compose.ts';
import type { Workspace } from './compose-workspace.ts';

/** Logins and sockets are kept this long; after that, changed credentials are noticed at last. */
const keptMsMax = 900_000;

export interface KeptConnection {
  /** Does `work` over it; the counts of calls start at zero. */
  use<Answer>(work: (parts: RunParts) => Promise<Answer>): Promise<Answer>;
  /** The next `use` connects and logs in again. */
  drop(): void;
}

export function keepConnection(
  context: CommandContext,
  workspace: Workspace,
  meter: Meter,
): KeptConnection {
  const { clock } = workspace;
  let kept: { connected: Connected; sinceMs: number } | null = null;
  const drop = () => {
    kept?.connected.close();
    kept = null;
  };
  return {
    drop,
    async use(work) {
      const nowMs = clock.now();
      // A clock that was set back must not make it eternal.
      if (kept !== null && Math.abs(nowMs - kept.sinceMs) > keptMsMax) drop();
      kept ??= { connected: await connect(context, workspace, { meter }), sinceMs: nowMs };
      const parts = countingAnew(kept.connected.parts);
      return work({ ...parts, store: givingWay(parts.store) });
    },
  };
}

/** A run reports its own calls, not those of all the runs before it. */
function countingAnew(parts: RunParts): RunParts {
  const before = { shipbob: parts.shipbob.callCounts(), infor: parts.infor.callCounts() };
  return {
    ...parts,
    shipbob: {
      ...parts.shipbob,
      callCounts: () => difference(parts.shipbob.callCounts(), before.shipbob),
    },
    infor: {
      ...parts.infor,
      callCounts: () => difference(parts.infor.callCounts(), before.infor),
    },
  };
}

/**
 * SQLite answers at once, so a run that plans a thousand records would go from one answer to the
 * next without a look at the sockets, and deliveries would wait for seconds to be answered.
 */
function givingWay(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        return Reflect.apply(member, target, given);
      };
    },
  });
}

function difference(
  now: Record<string, number>,
  before: Record<string, number>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now).flatMap(([name, count]) => {
      const made = count - (before[name] ?? 0);
      return made === 0 ? [] : [[name, made] as const];
    }),
  );
}
